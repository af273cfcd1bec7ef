/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/view.h"

#include <string.h>

enum { ISSUER_UNIQUE_ID = 0x81, SUBJECT_UNIQUE_ID = 0x82 };

/* tbs, AlgorithmIdentifier, signature, and nothing else: the shape of all three. */
static bool open_signed(struct bytes der, struct der_element *tbs, struct der_element *algorithm,
                        struct der_element *signature)
{
    struct der outer = der_over(der);
    struct der inner;
    return der_enter(&outer, DER_SEQUENCE, &inner) && der_done(&outer) &&
           der_take(&inner, DER_SEQUENCE, tbs) && der_take(&inner, DER_SEQUENCE, algorithm) &&
           der_take(&inner, DER_BIT_STRING, signature) && der_done(&inner);
}

static int small_number(const struct der_element *integer)
{
    return integer->content.length == 1 ? integer->content.data[0] : -1;
}

static bool read_extension(struct der *list, struct view_extension *extension)
{
    struct der fields;
    struct der_element type, flag, value;
    *extension = (struct view_extension){.oid = OID_UNKNOWN};
    if (!der_enter(list, DER_SEQUENCE, &fields) || !der_take(&fields, DER_OID, &type))
        return false;
    if (der_peek(&fields) == DER_BOOLEAN) {
        if (!der_take(&fields, DER_BOOLEAN, &flag) || flag.content.length != 1)
            return false;
        extension->critical = flag.content.data[0] != 0;
        extension->critical_spelled = flag.content.data[0] != 0xff;
    }
    if (!der_take(&fields, DER_OCTET_STRING, &value) || !der_done(&fields))
        return false;
    extension->type = type.content;
    extension->oid = oid_known(type.content);
    extension->value = value.content;
    return true;
}

void certificate_view_extensions(struct bytes content, struct view_extensions *extensions)
{
    struct der list = der_over(content);
    extensions->count = 0;
    extensions->malformed = der_done(&list);
    while (!der_done(&list)) {
        if (extensions->count == VIEW_EXTENSIONS_MAX ||
            !read_extension(&list, &extensions->items[extensions->count])) {
            extensions->malformed = true;
            return;
        }
        extensions->count++;
    }
}

const struct view_extension *certificate_view_find(const struct view_extensions *extensions, int oid)
{
    for (size_t i = 0; i < extensions->count; i++)
        if (extensions->items[i].oid == oid)
            return &extensions->items[i];
    return NULL;
}

/* An optional [number] that holds Extensions. */
static bool read_extensions(struct der *fields, uint8_t tag, struct view_extensions *extensions)
{
    struct der tagged;
    struct der_element list;
    extensions->count = 0;
    extensions->malformed = false;
    if (der_peek(fields) != tag)
        return true;
    if (!der_enter(fields, tag, &tagged) || !der_take(&tagged, DER_SEQUENCE, &list) || !der_done(&tagged))
        return false;
    certificate_view_extensions(list.content, extensions);
    return true;
}

static bool read_version(struct der *fields, int *version)
{
    struct der tagged;
    struct der_element number;
    *version = 1;
    if (der_peek(fields) != DER_CONTEXT_0)
        return true;
    if (!der_enter(fields, DER_CONTEXT_0, &tagged) || !der_take(&tagged, DER_INTEGER, &number) ||
        !der_done(&tagged))
        return false;
    int value = small_number(&number);
    *version = value >= 0 && value <= 2 ? value + 1 : 0;
    return true;
}

static bool skip_unique_ids(struct der *fields, bool *seen)
{
    struct der_element unused;
    *seen = der_peek(fields) == ISSUER_UNIQUE_ID || der_peek(fields) == SUBJECT_UNIQUE_ID;
    return (der_peek(fields) != ISSUER_UNIQUE_ID || der_next(fields, &unused)) &&
           (der_peek(fields) != SUBJECT_UNIQUE_ID || der_next(fields, &unused));
}

bool certificate_view_open(struct bytes der, struct certificate_view *view)
{
    struct der_element tbs, outer, signature, serial, inner, issuer, subject, spki;
    struct der validity;
    if (!open_signed(der, &tbs, &outer, &signature))
        return false;
    struct der fields = der_over(tbs.content);
    if (!read_version(&fields, &view->version) || !der_take(&fields, DER_INTEGER, &serial) ||
        !der_take(&fields, DER_SEQUENCE, &inner) || !der_take(&fields, DER_SEQUENCE, &issuer) ||
        !der_enter(&fields, DER_SEQUENCE, &validity) || !der_next(&validity, &view->not_before) ||
        !der_next(&validity, &view->not_after) || !der_done(&validity) ||
        !der_take(&fields, DER_SEQUENCE, &subject) || !der_take(&fields, DER_SEQUENCE, &spki) ||
        !skip_unique_ids(&fields, &view->unique_ids) ||
        !read_extensions(&fields, DER_CONTEXT_3, &view->extensions) || !der_done(&fields))
        return false;
    view->tbs = tbs.whole;
    view->serial = serial.content;
    view->inner_algorithm = inner.whole;
    view->outer_algorithm = outer.whole;
    view->signature = signature.content;
    view->issuer = issuer.whole;
    view->subject = subject.whole;
    view->spki = spki.whole;
    return true;
}

static bool is_time(int tag)
{
    return tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME;
}

bool crl_view_open(struct bytes der, struct crl_view *view)
{
    struct der_element tbs, outer, signature, number, inner, issuer, list;
    if (!open_signed(der, &tbs, &outer, &signature))
        return false;
    struct der fields = der_over(tbs.content);
    view->version = 1;
    if (der_peek(&fields) == DER_INTEGER) {
        if (!der_take(&fields, DER_INTEGER, &number))
            return false;
        view->version = small_number(&number) == 1 ? 2 : 0;
    }
    if (!der_take(&fields, DER_SEQUENCE, &inner) || !der_take(&fields, DER_SEQUENCE, &issuer) ||
        !is_time(der_peek(&fields)) || !der_next(&fields, &view->this_update))
        return false;
    view->next_update = (struct der_element){0};
    if (is_time(der_peek(&fields)) && !der_next(&fields, &view->next_update))
        return false;
    view->has_list = der_peek(&fields) == DER_SEQUENCE;
    view->revoked = (struct bytes){NULL, 0};
    if (view->has_list) {
        if (!der_take(&fields, DER_SEQUENCE, &list))
            return false;
        view->revoked = list.content;
    }
    if (!read_extensions(&fields, DER_CONTEXT_0, &view->extensions) || !der_done(&fields))
        return false;
    view->tbs = tbs.whole;
    view->inner_algorithm = inner.whole;
    view->outer_algorithm = outer.whole;
    view->signature = signature.content;
    view->issuer = issuer.whole;
    return true;
}

bool request_view_open(struct bytes der, struct request_view *view)
{
    struct der_element tbs, outer, signature, version, subject, spki, attributes;
    if (!open_signed(der, &tbs, &outer, &signature))
        return false;
    struct der fields = der_over(tbs.content);
    if (!der_take(&fields, DER_INTEGER, &version) || !der_take(&fields, DER_SEQUENCE, &subject) ||
        !der_take(&fields, DER_SEQUENCE, &spki))
        return false;
    view->attributes = (struct bytes){NULL, 0};
    if (der_peek(&fields) == DER_CONTEXT_0) {
        if (!der_take(&fields, DER_CONTEXT_0, &attributes))
            return false;
        view->attributes = attributes.content;
    }
    view->version = small_number(&version) == 0 ? 1 : 0;
    view->subject = subject.whole;
    view->spki = spki.whole;
    view->outer_algorithm = outer.whole;
    view->signature = signature.content;
    return der_done(&fields);
}

enum view_kind certificate_view_kind(struct bytes der)
{
    struct der_element tbs, algorithm, signature, skipped;
    if (!open_signed(der, &tbs, &algorithm, &signature))
        return VIEW_NOTHING;
    struct der fields = der_over(tbs.content);
    if (der_peek(&fields) == DER_CONTEXT_0)
        return VIEW_CERTIFICATE;
    bool numbered = der_peek(&fields) == DER_INTEGER;
    if (numbered && !der_next(&fields, &skipped))
        return VIEW_NOTHING;
    if (!der_take(&fields, DER_SEQUENCE, &skipped))
        return VIEW_NOTHING;
    struct der first = der_over(skipped.content);
    if (der_peek(&first) != DER_OID) /* a Name, not an algorithm */
        return numbered ? VIEW_REQUEST : VIEW_NOTHING;
    if (!der_take(&fields, DER_SEQUENCE, &skipped))
        return VIEW_NOTHING;
    return is_time(der_peek(&fields)) ? VIEW_CRL : numbered ? VIEW_CERTIFICATE : VIEW_NOTHING;
}

bool algorithm_view_open(struct bytes whole, struct bytes *type, struct bytes *parameters)
{
    struct der outer = der_over(whole);
    struct der fields;
    struct der_element oid;
    if (!der_enter(&outer, DER_SEQUENCE, &fields) || !der_take(&fields, DER_OID, &oid))
        return false;
    *type = oid.content;
    *parameters = (struct bytes){fields.at, fields.left};
    return true;
}
