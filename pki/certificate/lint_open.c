/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: one object in DER, blocks of PEM, or a PKCS#7 that carries certificates and CRLs. Nothing is judged
 * here, and every object keeps the very bytes it came in.
 */
#include "pki/certificate/lint_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum { LINT_FILE_MAX = 64 << 20, CERTIFICATES = DER_CONTEXT_0, CRLS = 0xa1 };

static const char *const unreadable =
    "não é um certificado, um pedido (CSR), uma LCR nem um PKCS#7 deles, em PEM ou DER, sem nada em volta";

struct opening {
    struct lint_objects *objects;
    bool full; /* there was one more than they hold */
};

static bool add_object(struct opening *opening, enum lint_kind kind, struct bytes der)
{
    struct lint_objects *objects = opening->objects;
    opening->full = objects->count == LINT_OBJECTS_MAX;
    if (!opening->full)
        objects->items[objects->count++] = (struct lint_object){kind, der};
    return !opening->full;
}

/* Each element of a SET, whatever it is: what is no certificate is the linter's to say. */
static bool add_each(struct opening *opening, enum lint_kind kind, struct der *fields, uint8_t tag)
{
    struct der set;
    struct der_element item;
    if (der_peek(fields) != tag)
        return true;
    if (!der_enter(fields, tag, &set))
        return false;
    while (!der_done(&set))
        if (!der_next(&set, &item) || !add_object(opening, kind, item.whole))
            return false;
    return true;
}

/* ContentInfo of signedData (RFC 2315 7 and 9.1, RFC 5652 5.1); false when it is none. */
static bool add_bundle(struct opening *opening, struct bytes der)
{
    static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    struct der outer = der_over(der), content, tagged, fields;
    struct der_element type, skipped;
    return der_enter(&outer, DER_SEQUENCE, &content) && der_done(&outer) &&
           der_take(&content, DER_OID, &type) &&
           bytes_equal(type.content, (struct bytes){signed_data, sizeof signed_data}) &&
           der_enter(&content, DER_CONTEXT_0, &tagged) && der_enter(&tagged, DER_SEQUENCE, &fields) &&
           der_take(&fields, DER_INTEGER, &skipped) && der_take(&fields, DER_SET, &skipped) &&
           der_take(&fields, DER_SEQUENCE, &skipped) &&
           add_each(opening, LINT_CERTIFICATE, &fields, CERTIFICATES) &&
           add_each(opening, LINT_CRL, &fields, CRLS) && opening->objects->count > 0;
}

static bool add_der(struct opening *opening, struct bytes der)
{
    switch (certificate_view_kind(der)) {
    case VIEW_CERTIFICATE:
        return add_object(opening, LINT_CERTIFICATE, der);
    case VIEW_REQUEST:
        return add_object(opening, LINT_REQUEST, der);
    case VIEW_CRL:
        return add_object(opening, LINT_CRL, der);
    case VIEW_NOTHING:
        break;
    }
    if (add_bundle(opening, der))
        return true;
    if (opening->full)
        return false;
    opening->objects->count = 0;
    return add_object(opening, LINT_CERTIFICATE, der); /* told as a certificate that is none */
}

/* The label says what the sender meant. */
static bool add_block(struct opening *opening, const char *label, struct bytes der)
{
    static const struct {
        const char *label;
        enum lint_kind kind;
    } labels[] = {{"CERTIFICATE", LINT_CERTIFICATE},
                  {"X509 CERTIFICATE", LINT_CERTIFICATE},
                  {"CERTIFICATE REQUEST", LINT_REQUEST},
                  {"NEW CERTIFICATE REQUEST", LINT_REQUEST},
                  {"X509 CRL", LINT_CRL}};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].label, label) == 0)
            return add_object(opening, labels[i].kind, der);
    return (strcmp(label, "PKCS7") == 0 || strcmp(label, "CMS") == 0) && add_bundle(opening, der);
}

/* Text around the blocks explains them (RFC 7468 2); a block that is none of ours ends it. */
static bool add_blocks(TALLOC_CTX *context, struct opening *opening, BIO *input)
{
    char *label = NULL, *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    bool good = true;
    while (good && PEM_read_bio(input, &label, &header, &data, &length) == 1) {
        struct bytes der = bytes_copy(context, data, length > 0 ? (size_t)length : 0);
        good = der.data != NULL && header[0] == '\0' && add_block(opening, label, der);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    good =
        good && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE && opening->objects->count > 0;
    ERR_clear_error();
    return good;
}

static bool refuse(const struct opening *opening, struct ra_error *error)
{
    return opening->full
               ? ra_fail(error, RA_TOO_LARGE,
                         "há mais de %d certificados, pedidos ou LCR no arquivo: examine-o em partes",
                         LINT_OBJECTS_MAX)
               : ra_fail(error, RA_INVALID, "%s", unreadable);
}

bool lint_open(TALLOC_CTX *context, struct bytes content, struct lint_objects *objects,
               struct ra_error *error)
{
    struct opening opening = {.objects = objects};
    objects->count = 0;
    if (content.length == 0 || content.length > LINT_FILE_MAX)
        return refuse(&opening, error);
    if (content.data[0] == DER_SEQUENCE)
        return add_der(&opening, content) || refuse(&opening, error);
    BIO *input = BIO_new_mem_buf(content.data, (int)content.length);
    bool good = input != NULL && add_blocks(context, &opening, input);
    BIO_free(input);
    return good || refuse(&opening, error);
}
