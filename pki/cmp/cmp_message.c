/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/cmp/cmp_message.h"

#include "pki/base/decoded.h"

#include <openssl/asn1.h>
#include <string.h>

enum {
    TAG_ENUMERATED = 0x0a,
    TAG_BOOLEAN = 0x01,
    TAG_OID = 0x06,
    TAG_OCTET_STRING = 0x04,
    TAG_SEQUENCE = 0x30,
    TAG_UTC_TIME = 0x17,
    TAG_GENERALIZED_TIME = 0x18,
    CONTEXT_PRIMITIVE = 0x80,
    CONTEXT_CONSTRUCTED = 0xa0,
    TAG_NUMBER = 0x1f,
    LONGEST_SPKI = 4096, /* bytes; RSA 16384 would fit */
};

/* What is left to read of one constructed value. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

struct element {
    uint8_t tag;          /* identifier octet */
    struct bytes content; /* without tag and length */
};

static struct cursor cursor_over(struct bytes input)
{
    return (struct cursor){input.data, input.data + input.length};
}

static bool cursor_done(const struct cursor *cursor)
{
    return cursor->at == cursor->end;
}

/* X.690 10.1: definite, shortest form; lengths over 3 bytes are beyond any message we accept. */
static bool take_length(struct cursor *cursor, size_t *length)
{
    if (cursor_done(cursor))
        return false;
    uint8_t first = *cursor->at++;
    if (first < 0x80) {
        *length = first;
        return true;
    }
    size_t octets = first & 0x7fU;
    if (octets == 0 || octets > 3 || (size_t)(cursor->end - cursor->at) < octets || cursor->at[0] == 0)
        return false;
    *length = 0;
    for (size_t i = 0; i < octets; i++)
        *length = *length << 8 | *cursor->at++;
    return *length >= 0x80;
}

static bool take(struct cursor *cursor, struct element *element)
{
    if (cursor_done(cursor))
        return false;
    element->tag = *cursor->at++;
    size_t length = 0;
    if ((element->tag & TAG_NUMBER) == TAG_NUMBER || !take_length(cursor, &length) ||
        (size_t)(cursor->end - cursor->at) < length)
        return false;
    element->content = (struct bytes){cursor->at, length};
    cursor->at += length;
    return true;
}

static bool take_tag(struct cursor *cursor, uint8_t tag, struct element *element)
{
    return take(cursor, element) && element->tag == tag;
}

/* Takes the element if the next one has this tag; absence is fine, damage is not. */
static bool take_optional(struct cursor *cursor, uint8_t tag, struct element *element, bool *present)
{
    *present = !cursor_done(cursor) && *cursor->at == tag;
    return !*present || take(cursor, element);
}

static bool malformed(struct ra_error *error, const char *what)
{
    return ra_fail_reason(error, RA_BAD_REQUEST, "malformed", "CMP message: %s is not well-formed DER", what);
}

/* PKIHeader: pvno, sender, recipient, then optional fields [0] to [8] in rising order; transactionID is [4].
 */
static bool read_transaction(struct bytes header, struct bytes *transaction)
{
    struct cursor cursor = cursor_over(header);
    struct element element;
    if (!take_tag(&cursor, V_ASN1_INTEGER, &element) || !take(&cursor, &element) || !take(&cursor, &element))
        return false;
    int previous = -1;
    *transaction = (struct bytes){NULL, 0};
    while (!cursor_done(&cursor)) {
        if (!take(&cursor, &element))
            return false;
        int number = element.tag - CONTEXT_CONSTRUCTED;
        if (number <= previous || number > 8)
            return false;
        previous = number;
        if (number != 4)
            continue;
        struct cursor inner = cursor_over(element.content);
        if (!take_tag(&inner, TAG_OCTET_STRING, &element) || !cursor_done(&inner))
            return false;
        *transaction = element.content;
    }
    return true;
}

bool cmp_peek(struct bytes message, struct cmp_peek *peek, struct ra_error *error)
{
    *peek = (struct cmp_peek){0};
    struct cursor outer = cursor_over(message);
    struct element whole, header, body;
    if (!take_tag(&outer, TAG_SEQUENCE, &whole) || !cursor_done(&outer))
        return malformed(error, "PKIMessage");
    struct cursor cursor = cursor_over(whole.content);
    if (!take_tag(&cursor, TAG_SEQUENCE, &header) || !read_transaction(header.content, &peek->transaction))
        return malformed(error, "PKIHeader");
    if (!take(&cursor, &body) || (body.tag & ~TAG_NUMBER) != CONTEXT_CONSTRUCTED)
        return malformed(error, "PKIBody");
    struct element rest;
    while (!cursor_done(&cursor))
        if (!take(&cursor, &rest))
            return malformed(error, "PKIMessage");
    peek->body_type = body.tag & TAG_NUMBER;
    peek->body = body.content;
    return true;
}

/* --- extraCerts --- */

static bool push_certificates(struct cursor *each, STACK_OF(X509) *certificates)
{
    struct element one;
    while (!cursor_done(each)) {
        const uint8_t *start = each->at;
        if (!take_tag(each, TAG_SEQUENCE, &one))
            return false;
        X509 *certificate = decoded_certificate((struct bytes){start, (size_t)(each->at - start)});
        if (certificate == NULL || sk_X509_push(certificates, certificate) <= 0) {
            X509_free(certificate);
            return false;
        }
    }
    return true;
}

/* SEQUENCE OF CMPCertificate, in an explicit [1]. */
static bool read_extra(struct bytes wrapped, STACK_OF(X509) **certificates)
{
    struct cursor outer = cursor_over(wrapped);
    struct element list;
    if (!take_tag(&outer, TAG_SEQUENCE, &list) || !cursor_done(&outer))
        return false;
    struct cursor each = cursor_over(list.content);
    STACK_OF(X509) *read = sk_X509_new_null();
    if (read != NULL && push_certificates(&each, read)) {
        *certificates = read;
        return true;
    }
    sk_X509_pop_free(read, X509_free);
    return false;
}

/* PKIMessage with this content. */
static struct bytes wrap_message(TALLOC_CTX *context, struct bytes content)
{
    enum { LONGEST_HEADER = 5 };
    uint8_t *made = talloc_size(context, content.length + LONGEST_HEADER);
    if (made == NULL)
        return (struct bytes){NULL, 0};
    size_t octets = content.length < 0x80 ? 0 : content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
    size_t at = 0;
    made[at++] = TAG_SEQUENCE;
    made[at++] = octets == 0 ? (uint8_t)content.length : (uint8_t)(0x80 | octets);
    while (octets-- > 0)
        made[at++] = (uint8_t)(content.length >> 8 * octets);
    memcpy(made + at, content.data, content.length);
    return (struct bytes){made, at + content.length};
}

bool cmp_split(TALLOC_CTX *context, struct bytes message, struct bytes *bare, STACK_OF(X509) **certificates,
               struct ra_error *error)
{
    struct cursor outer = cursor_over(message);
    struct element whole, header, body, protection, extra;
    bool is_protected = false, has_extra = false;
    *certificates = NULL;
    if (!take_tag(&outer, TAG_SEQUENCE, &whole) || !cursor_done(&outer))
        return malformed(error, "PKIMessage");
    struct cursor cursor = cursor_over(whole.content);
    if (!take(&cursor, &header) || !take(&cursor, &body) ||
        !take_optional(&cursor, CONTEXT_CONSTRUCTED | 0, &protection, &is_protected))
        return malformed(error, "PKIMessage");
    const size_t kept = (size_t)(cursor.at - whole.content.data);
    if (!take_optional(&cursor, CONTEXT_CONSTRUCTED | 1, &extra, &has_extra) || !cursor_done(&cursor))
        return malformed(error, "PKIMessage");
    *bare = wrap_message(context, (struct bytes){whole.content.data, kept});
    if (bare->data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "CMP message");
    return !has_extra || read_extra(extra.content, certificates) || malformed(error, "extraCerts");
}

/* --- templates --- */

/* Time ::= CHOICE { utcTime, generalTime }, wrapped in an explicit context tag. */
static bool read_time(struct bytes wrapped, int64_t *instant_us)
{
    struct cursor cursor = cursor_over(wrapped);
    struct element element;
    if (!take(&cursor, &element) || !cursor_done(&cursor) || element.content.length > 20 ||
        (element.tag != TAG_UTC_TIME && element.tag != TAG_GENERALIZED_TIME))
        return false;
    char text[24] = {0};
    memcpy(text, element.content.data, element.content.length);
    ASN1_TIME *when = ASN1_TIME_new();
    struct tm parts = {0};
    bool ok = when != NULL && strlen(text) == element.content.length &&
              ASN1_TIME_set_string(when, text) == 1 && ASN1_STRING_type(when) == element.tag &&
              ASN1_TIME_to_tm(when, &parts) == 1;
    ASN1_TIME_free(when);
    if (ok)
        *instant_us = (int64_t)timegm(&parts) * 1000000;
    return ok;
}

static bool read_validity(struct bytes content, struct cmp_template *output)
{
    struct cursor cursor = cursor_over(content);
    struct element element;
    bool present = false;
    if (!take_optional(&cursor, CONTEXT_CONSTRUCTED | 0, &element, &present) ||
        (present && !read_time(element.content, &output->not_before_us)))
        return false;
    if (!take_optional(&cursor, CONTEXT_CONSTRUCTED | 1, &element, &present) ||
        (present && !read_time(element.content, &output->not_after_us)))
        return false;
    return cursor_done(&cursor);
}

/* Field [6] is IMPLICIT: its content is that of a SubjectPublicKeyInfo whose own tag was replaced. */
static bool restore_spki(TALLOC_CTX *context, struct bytes field, struct bytes *output,
                         struct ra_error *error)
{
    struct cursor cursor = cursor_over(field);
    struct element algorithm, key;
    if (!take_tag(&cursor, TAG_SEQUENCE, &algorithm) || !take_tag(&cursor, V_ASN1_BIT_STRING, &key) ||
        !cursor_done(&cursor) || field.length > LONGEST_SPKI)
        return malformed(error, "publicKey");
    uint8_t *spki = talloc_size(context, field.length + 4);
    if (spki == NULL)
        return ra_fail(error, RA_NO_MEMORY, "publicKey");
    size_t at = 0;
    spki[at++] = TAG_SEQUENCE;
    if (field.length >= 0x100) {
        spki[at++] = 0x82;
        spki[at++] = (uint8_t)(field.length >> 8);
    } else if (field.length >= 0x80) {
        spki[at++] = 0x81;
    }
    spki[at++] = (uint8_t)field.length;
    memcpy(spki + at, field.data, field.length);
    *output = (struct bytes){spki, at + field.length};
    return true;
}

bool cmp_read_template(TALLOC_CTX *context, struct bytes encoded, struct cmp_template *output,
                       struct ra_error *error)
{
    *output = (struct cmp_template){0};
    struct cursor outer = cursor_over(encoded);
    struct element template, field;
    if (!take_tag(&outer, TAG_SEQUENCE, &template) || !cursor_done(&outer))
        return malformed(error, "CertTemplate");
    struct cursor cursor = cursor_over(template.content);
    int previous = -1;
    while (!cursor_done(&cursor)) {
        if (!take(&cursor, &field) || (field.tag & 0xc0) != CONTEXT_PRIMITIVE)
            return malformed(error, "CertTemplate");
        int number = field.tag & TAG_NUMBER;
        if (number <= previous || number > 9)
            return malformed(error, "CertTemplate");
        previous = number;
        if (field.tag == (CONTEXT_CONSTRUCTED | 4) && !read_validity(field.content, output))
            return malformed(error, "validity");
        if (field.tag == (CONTEXT_CONSTRUCTED | 6) &&
            !restore_spki(context, field.content, &output->public_key, error))
            return false;
    }
    return true;
}

/* Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }; fills `reason` if it is
 * reasonCode (RFC 5280 5.3.1). */
static bool read_entry_extension(struct bytes content, int *reason)
{
    static const uint8_t REASON_CODE[] = {0x55, 0x1d, 0x15};
    struct cursor cursor = cursor_over(content);
    struct element oid, critical, value, number;
    bool present = false;
    if (!take_tag(&cursor, TAG_OID, &oid) || !take_optional(&cursor, TAG_BOOLEAN, &critical, &present) ||
        !take_tag(&cursor, TAG_OCTET_STRING, &value) || !cursor_done(&cursor))
        return false;
    if (oid.content.length != sizeof REASON_CODE ||
        memcmp(oid.content.data, REASON_CODE, sizeof REASON_CODE) != 0)
        return true;
    struct cursor inner = cursor_over(value.content);
    if (!take_tag(&inner, TAG_ENUMERATED, &number) || !cursor_done(&inner) || number.content.length != 1 ||
        number.content.data[0] > 10)
        return false;
    *reason = number.content.data[0];
    return true;
}

bool cmp_read_revocation_reason(const struct cmp_peek *peek, int *reason, struct ra_error *error)
{
    *reason = 0;
    struct cursor outer = cursor_over(peek->body);
    struct element content, details, template, extensions, extension;
    if (peek->body_type != CMP_BODY_RR || !take_tag(&outer, TAG_SEQUENCE, &content) || !cursor_done(&outer))
        return malformed(error, "rr");
    struct cursor list = cursor_over(content.content);
    if (!take_tag(&list, TAG_SEQUENCE, &details) || !cursor_done(&list))
        return malformed(error, "RevReqContent");
    struct cursor cursor = cursor_over(details.content);
    bool present = false;
    if (!take_tag(&cursor, TAG_SEQUENCE, &template) ||
        !take_optional(&cursor, TAG_SEQUENCE, &extensions, &present) || !cursor_done(&cursor))
        return malformed(error, "RevDetails");
    if (!present)
        return true;
    struct cursor each = cursor_over(extensions.content);
    while (!cursor_done(&each))
        if (!take_tag(&each, TAG_SEQUENCE, &extension) || !read_entry_extension(extension.content, reason))
            return malformed(error, "crlEntryDetails");
    return true;
}

/* --- certificates --- */

/* The object itself: an equal one will not do. */
static bool is_kept(const STACK_OF(X509) *kept, const X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(kept); i++)
        if (sk_X509_value(kept, i) == certificate)
            return true;
    return false;
}

bool cmp_keep(STACK_OF(X509) **kept, const STACK_OF(X509) *more, struct ra_error *error)
{
    if (*kept == NULL)
        *kept = sk_X509_new_null();
    bool ok = *kept != NULL;
    for (int i = 0; ok && i < sk_X509_num(more); i++) {
        X509 *certificate = sk_X509_value(more, i);
        if (is_kept(*kept, certificate))
            continue;
        if (sk_X509_num(*kept) >= CMP_KEPT_MAX)
            return malformed(error, "too many certificates");
        ok = X509_add_cert(*kept, certificate, X509_ADD_FLAG_UP_REF) == 1;
    }
    return ok || ra_fail_crypto(error, "certificates of a CMP message");
}
