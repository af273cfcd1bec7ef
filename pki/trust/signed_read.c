/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read of certificates, CRLs and signed objects without judging them.
 */
#include "pki/base/decoded.h"
#include "pki/trust/signed.h"
#include "pki/trust/signed_shape.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

STACK_OF(X509) *signed_certificates(struct bytes cms)
{
    struct signed_shape shape;
    ERR_clear_error();
    STACK_OF(X509) *inside = signed_shape_read(cms, false, &shape) || signed_shape_read(cms, true, &shape)
                                 ? signed_shape_certificates(&shape)
                                 : NULL;
    ERR_clear_error();
    return inside;
}

bool signed_spki_digest(const X509 *certificate, uint8_t digest[32], struct ra_error *error)
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (length <= 0)
        return ra_fail_crypto(error, "public key");
    bool done = sha256((struct bytes){der, (size_t)length}, digest);
    OPENSSL_free(der);
    return done || ra_fail_crypto(error, "public key");
}

static bool not_certificates(struct ra_error *error)
{
    ERR_clear_error();
    return ra_fail(error, RA_INVALID, "O texto não é uma lista de certificados em PEM.");
}

/* One PEM block; *ended when there is none. */
static bool read_block(BIO *input, STACK_OF(X509) *certificates, bool *ended)
{
    char *name = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    X509 *certificate = NULL;
    ERR_clear_error();
    *ended = PEM_read_bio(input, &name, &header, &data, &length) != 1;
    if (*ended)
        return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (strcmp(name, PEM_STRING_X509) == 0 && length > 0)
        certificate = decoded_certificate((struct bytes){data, (size_t)length});
    bool done = certificate != NULL && sk_X509_push(certificates, certificate) > 0;
    if (!done)
        X509_free(certificate);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return done;
}

bool signed_read_certificates(struct bytes pem, STACK_OF(X509) **certificates, struct ra_error *error)
{
    bool ended = false;
    *certificates = NULL;
    if (pem.length == 0 || pem.length > INT32_MAX)
        return not_certificates(error);
    BIO *input = BIO_new_mem_buf(pem.data, (int)pem.length);
    STACK_OF(X509) *found = sk_X509_new_null();
    bool done = input != NULL && found != NULL;
    while (done && !ended)
        done = read_block(input, found, &ended);
    BIO_free(input);
    if (!done || sk_X509_num(found) == 0) {
        sk_X509_pop_free(found, X509_free);
        return not_certificates(error);
    }
    ERR_clear_error();
    *certificates = found;
    return true;
}

bool signed_read_crl(struct bytes der, STACK_OF(X509_CRL) *crls, struct ra_error *error)
{
    const unsigned char *at = der.data;
    X509_CRL *crl = der.length <= INT32_MAX ? d2i_X509_CRL(NULL, &at, (long)der.length) : NULL;
    if (crl == NULL || at != der.data + der.length || sk_X509_CRL_push(crls, crl) <= 0) {
        X509_CRL_free(crl);
        ERR_clear_error();
        return ra_fail(error, RA_INVALID, "A lista de certificados revogados está malformada.");
    }
    return true;
}
