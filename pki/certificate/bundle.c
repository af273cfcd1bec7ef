/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/bundle.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <string.h>

/* The certificates of a signed-data without a signature; new references. NULL when it is anything else. */
static STACK_OF(X509) *certificates_of(const PKCS7 *bundle)
{
    if (bundle == NULL || !PKCS7_type_is_signed(bundle) || bundle->d.sign == NULL)
        return NULL;
    return X509_chain_up_ref(bundle->d.sign->cert);
}

static STACK_OF(X509) *one(X509 *take_certificate)
{
    STACK_OF(X509) *list = take_certificate != NULL ? sk_X509_new_null() : NULL;
    if (list == NULL || sk_X509_push(list, take_certificate) <= 0) {
        X509_free(take_certificate);
        sk_X509_free(list);
        return NULL;
    }
    return list;
}

static STACK_OF(X509) *from_der(struct bytes file)
{
    const unsigned char *at = file.data;
    PKCS7 *bundle = d2i_PKCS7(NULL, &at, (long)file.length);
    if (bundle != NULL) {
        STACK_OF(X509) *list = at == file.data + file.length ? certificates_of(bundle) : NULL;
        PKCS7_free(bundle);
        return list;
    }
    at = file.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)file.length);
    if (certificate != NULL && at != file.data + file.length) {
        X509_free(certificate);
        return NULL;
    }
    return one(certificate);
}

static STACK_OF(X509) *from_pem(struct bytes file)
{
    BIO *input = BIO_new_mem_buf(file.data, (int)file.length);
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long length = 0;
    STACK_OF(X509) *list = NULL;
    if (input != NULL && PEM_read_bio(input, &name, &header, &der, &length) == 1 && length > 0)
        list = from_der((struct bytes){der, (size_t)length});
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(input);
    return list;
}

bool bundle_read(struct bytes file, STACK_OF(X509) **list, struct ra_error *error)
{
    static const uint8_t DER_SEQUENCE = 0x30;
    *list = NULL;
    if (file.length > 0 && file.length <= BUNDLE_MAX)
        *list = file.data[0] == DER_SEQUENCE ? from_der(file) : from_pem(file);
    ERR_clear_error();
    int count = sk_X509_num(*list);
    if (count >= 1 && count <= BUNDLE_CERTIFICATES_MAX)
        return true;
    sk_X509_pop_free(*list, X509_free);
    *list = NULL;
    return ra_fail_reason(error, RA_INVALID, "bundle-malformed",
                          "O arquivo não é um PKCS#7 de certificados (.p7b) nem um certificado.");
}
