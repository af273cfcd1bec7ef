/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/signed_shape.h"

#include "pki/base/decoded.h"

#include <openssl/x509v3.h>
#include <string.h>

#define EXACT(array) ((struct bytes){array, sizeof(array)})

/* id-signedData 1.2.840.113549.1.7.2 */
static const uint8_t signed_data_oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
/* Version 3: the content is not id-data (RFC 5652 5.1). */
static const uint8_t version_3[] = {DER_INTEGER, 0x01, 0x03};
/* id-data 1.2.840.113549.1.7.1 and no content: what a detached signature encapsulates. */
static const uint8_t detached_content[] = {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
                                           0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
/* Version 1: of a signer named by issuer and serial number (RFC 5652 5.3), and of SignedData whose content is
 * id-data (5.1). */
static const uint8_t version_1[] = {DER_INTEGER, 0x01, 0x01};
/* id-sha256 without parameters (RFC 5754 2). */
static const uint8_t sha256_algorithm[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
                                           0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
/* rsaEncryption with NULL (RFC 3370 3.2). */
static const uint8_t rsa_algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
/* contentType, messageDigest, signingTime, signingCertificateV2: each once, in whatever order DER sorts them.
 */
static const uint8_t attribute_oids[][13] = {
    {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03},
    {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04},
    {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05},
    {0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f},
};
enum { ATTRIBUTES = sizeof attribute_oids / sizeof attribute_oids[0] };

static bool read_attribute(struct der *attributes, bool seen[ATTRIBUTES])
{
    struct der attribute, values;
    struct der_element oid, value;
    if (!der_enter(attributes, DER_SEQUENCE, &attribute) || !der_take(&attribute, DER_OID, &oid) ||
        !der_enter(&attribute, DER_SET, &values) || !der_done(&attribute))
        return false;
    int tag = der_peek(&values);
    if (tag < 0 || !der_take(&values, (uint8_t)tag, &value) || !der_done(&values))
        return false;
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        size_t length = attribute_oids[i][1] + (size_t)2;
        if (oid.whole.length != length || memcmp(oid.whole.data, attribute_oids[i], length) != 0)
            continue;
        bool first = !seen[i];
        seen[i] = true;
        return first;
    }
    return false;
}

static bool read_attributes(struct der *signer)
{
    bool seen[ATTRIBUTES] = {false};
    struct der attributes;
    if (!der_enter(signer, DER_CONTEXT_0, &attributes))
        return false;
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (!read_attribute(&attributes, seen))
            return false;
    return der_done(&attributes);
}

static bool read_signer(struct der *body, struct signed_shape *shape)
{
    struct der signers, signer, identifier;
    struct der_element issuer, serial, signature;
    if (!der_enter(body, DER_SET, &signers) || !der_enter(&signers, DER_SEQUENCE, &signer) ||
        !der_done(&signers) || !der_expect(&signer, EXACT(version_1)) ||
        !der_enter(&signer, DER_SEQUENCE, &identifier) || !der_take(&identifier, DER_SEQUENCE, &issuer) ||
        !der_take(&identifier, DER_INTEGER, &serial) || !der_done(&identifier) ||
        !der_expect(&signer, EXACT(sha256_algorithm)) || !read_attributes(&signer) ||
        !der_expect(&signer, EXACT(rsa_algorithm)) || !der_take(&signer, DER_OCTET_STRING, &signature) ||
        !der_done(&signer)) /* no unsigned attributes */
        return false;
    shape->issuer = issuer.whole;
    shape->serial = serial.whole;
    return true;
}

static bool read_algorithms(struct der *body)
{
    struct der algorithms;
    return der_enter(body, DER_SET, &algorithms) && der_expect(&algorithms, EXACT(sha256_algorithm)) &&
           der_done(&algorithms);
}

static bool read_content(struct der *body, struct signed_shape *shape)
{
    struct der encapsulated, wrapped;
    struct der_element oid, content;
    if (!der_enter(body, DER_SEQUENCE, &encapsulated) || !der_take(&encapsulated, DER_OID, &oid) ||
        !der_enter(&encapsulated, DER_CONTEXT_0, &wrapped) || !der_done(&encapsulated) ||
        !der_take(&wrapped, DER_OCTET_STRING, &content) || !der_done(&wrapped))
        return false;
    shape->content_oid = oid.whole;
    shape->content = content.content;
    return true;
}

/* The order of a SET OF (X.690 11.6). */
static bool ascending(struct bytes before, struct bytes after)
{
    size_t shorter = before.length < after.length ? before.length : after.length;
    int order = memcmp(before.data, after.data, shorter);
    return order < 0 || (order == 0 && before.length <= after.length);
}

static bool read_certificates(struct der *body, struct signed_shape *shape)
{
    struct der_element all, one, before = {0};
    if (!der_take(body, DER_CONTEXT_0, &all))
        return false;
    struct der certificates = der_over(all.content);
    for (bool first = true; !der_done(&certificates); first = false) {
        if (!der_take(&certificates, DER_SEQUENCE, &one) || (!first && !ascending(before.whole, one.whole)))
            return false;
        before = one;
    }
    shape->certificates = all.whole;
    return all.content.length > 0;
}

/* Stands inside the SignedData, after its version. */
static bool enter_signed_data(struct bytes cms, struct bytes version, struct der *body,
                              struct signed_shape *shape)
{
    struct der whole = der_over(cms);
    struct der information, wrapped;
    if (!der_enter(&whole, DER_SEQUENCE, &information) || !der_done(&whole) ||
        !der_expect(&information, EXACT(signed_data_oid)) ||
        !der_enter(&information, DER_CONTEXT_0, &wrapped) || !der_done(&information) ||
        !der_enter(&wrapped, DER_SEQUENCE, body) || !der_done(&wrapped))
        return false;
    shape->signed_data = (struct bytes){body->at, body->left};
    return der_expect(body, version);
}

static bool read_attached(struct bytes cms, struct signed_shape *shape)
{
    struct der body;
    return enter_signed_data(cms, EXACT(version_3), &body, shape) && read_algorithms(&body) &&
           read_content(&body, shape) && read_certificates(&body, shape) && read_signer(&body, shape) &&
           der_done(&body);
}

static bool read_detached(struct bytes cms, struct signed_shape *shape)
{
    struct der body;
    shape->content_oid = (struct bytes){NULL, 0};
    shape->content = (struct bytes){NULL, 0};
    return enter_signed_data(cms, EXACT(version_1), &body, shape) && read_algorithms(&body) &&
           der_expect(&body, EXACT(detached_content)) && read_certificates(&body, shape) &&
           read_signer(&body, shape) && der_done(&body);
}

bool signed_shape_read(struct bytes cms, bool detached, struct signed_shape *shape)
{
    return cms.length <= SIGNED_MAX && (detached ? read_detached(cms, shape) : read_attached(cms, shape));
}

/* --- with and without the certificates --- */

static bool written_alike(X509 *certificate, struct bytes der)
{
    unsigned char *again = NULL;
    int length = i2d_X509(certificate, &again);
    bool same = length > 0 && bytes_equal(der, (struct bytes){again, (size_t)length});
    OPENSSL_free(again);
    return same;
}

STACK_OF(X509) *signed_shape_certificates(const struct signed_shape *shape)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    struct der whole = der_over(shape->certificates), inside;
    struct der_element one;
    bool good = stack != NULL && der_enter(&whole, DER_CONTEXT_0, &inside);
    while (good && !der_done(&inside)) {
        X509 *certificate = der_take(&inside, DER_SEQUENCE, &one) ? decoded_certificate(one.whole) : NULL;
        good = certificate != NULL && written_alike(certificate, one.whole) &&
               sk_X509_push(stack, certificate) > 0;
        if (!good)
            X509_free(certificate);
    }
    if (good)
        return stack;
    sk_X509_pop_free(stack, X509_free);
    return NULL;
}

static size_t header_size(size_t length)
{
    return length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5;
}

static uint8_t *put_header(uint8_t *to, uint8_t tag, size_t length)
{
    size_t octets = header_size(length) - 2;
    *to++ = tag;
    *to++ = octets == 0 ? (uint8_t)length : (uint8_t)(0x80 | octets);
    while (octets-- > 0)
        *to++ = (uint8_t)(length >> 8 * octets);
    return to;
}

struct bytes signed_shape_bare(TALLOC_CTX *context, const struct signed_shape *shape)
{
    const struct bytes *all = &shape->signed_data, *left_out = &shape->certificates;
    const size_t before = (size_t)(left_out->data - all->data);
    const size_t body = all->length - left_out->length;
    const size_t wrapped = header_size(body) + body;
    const size_t information = sizeof signed_data_oid + header_size(wrapped) + wrapped;
    uint8_t *made = talloc_size(context, header_size(information) + information);
    if (made == NULL)
        return (struct bytes){NULL, 0};
    uint8_t *at = put_header(made, DER_SEQUENCE, information);
    memcpy(at, signed_data_oid, sizeof signed_data_oid);
    at = put_header(at + sizeof signed_data_oid, DER_CONTEXT_0, wrapped);
    at = put_header(at, DER_SEQUENCE, body);
    memcpy(at, all->data, before);
    memcpy(at + before, left_out->data + left_out->length, body - before);
    return (struct bytes){made, (size_t)(at + body - made)};
}

bool signed_shape_names(const struct signed_shape *shape, X509 *certificate)
{
    unsigned char *issuer = NULL;
    unsigned char *serial = NULL;
    int issuer_length = i2d_X509_NAME(X509_get_issuer_name(certificate), &issuer);
    int serial_length = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &serial);
    bool same = issuer_length > 0 && serial_length > 0 &&
                bytes_equal(shape->issuer, (struct bytes){issuer, (size_t)issuer_length}) &&
                bytes_equal(shape->serial, (struct bytes){serial, (size_t)serial_length});
    OPENSSL_free(issuer);
    OPENSSL_free(serial);
    return same;
}
