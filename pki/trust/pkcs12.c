/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <string.h>

enum { FRIENDLY_NAME_MAX = 128, MAC_SALT_SIZE = 16, NO_MAC_YET = -1 };

bool pkcs12_check_passphrase(const char *passphrase, struct ra_error *error)
{
    size_t length = strnlen(passphrase, PKCS12_PASSPHRASE_MAX + 1);
    if (length < PKCS12_PASSPHRASE_MIN)
        return ra_fail_reason(error, RA_INVALID, "passphrase-short",
                              "A senha precisa de pelo menos %d caracteres.", PKCS12_PASSPHRASE_MIN);
    if (length > PKCS12_PASSPHRASE_MAX)
        return ra_fail_reason(error, RA_INVALID, "passphrase-long", "A senha pode ter até %d caracteres.",
                              PKCS12_PASSPHRASE_MAX);
    for (size_t i = 0; i < length; i++)
        if (passphrase[i] < ' ' || passphrase[i] > '~')
            return ra_fail_reason(error, RA_INVALID, "passphrase-character",
                                  "Use na senha só letras sem acento, números e sinais comuns.");
    return true;
}

static bool same_certificates(const struct pkcs12_parts *parts, X509 *leaf, STACK_OF(X509) *others)
{
    int expected = parts->chain != NULL ? sk_X509_num(parts->chain) : 0;
    int found = others != NULL ? sk_X509_num(others) : 0;
    if (leaf == NULL || X509_cmp(leaf, parts->certificate) != 0 || found != expected)
        return false;
    for (int i = 0; i < expected; i++) {
        bool present = false;
        for (int j = 0; j < found && !present; j++)
            present = X509_cmp(sk_X509_value(parts->chain, i), sk_X509_value(others, j)) == 0;
        if (!present)
            return false;
    }
    return true;
}

/* What was written is opened as any program would open it. */
static bool reopens(struct bytes file, const char *passphrase, const struct pkcs12_parts *parts)
{
    const unsigned char *at = file.data;
    EVP_PKEY *key = NULL;
    X509 *leaf = NULL;
    STACK_OF(X509) *others = NULL;
    PKCS12 *container = d2i_PKCS12(NULL, &at, (long)file.length);
    bool good = container != NULL && at == file.data + file.length &&
                PKCS12_parse(container, passphrase, &key, &leaf, &others) == 1 && key != NULL &&
                EVP_PKEY_eq(key, parts->key) == 1 && X509_check_private_key(leaf, key) == 1 &&
                same_certificates(parts, leaf, others);
    EVP_PKEY_free(key);
    X509_free(leaf);
    sk_X509_pop_free(others, X509_free);
    PKCS12_free(container);
    return good;
}

static PKCS12 *build(const struct pkcs12_parts *parts, const char *passphrase)
{
    PKCS12 *container =
        PKCS12_create(passphrase, parts->friendly_name, parts->key, parts->certificate, parts->chain,
                      NID_aes_256_cbc, NID_aes_256_cbc, PKCS12_ITERATIONS, NO_MAC_YET, 0);
    if (container != NULL && PKCS12_set_mac(container, passphrase, -1, NULL, MAC_SALT_SIZE, PKCS12_ITERATIONS,
                                            EVP_sha256()) != 1) {
        PKCS12_free(container);
        container = NULL;
    }
    return container;
}

bool pkcs12_write(TALLOC_CTX *context, const struct pkcs12_parts *parts, const char *passphrase,
                  struct bytes *file, struct ra_error *error)
{
    *file = (struct bytes){NULL, 0};
    if (!pkcs12_check_passphrase(passphrase, error))
        return false;
    size_t name_length = strnlen(parts->friendly_name, FRIENDLY_NAME_MAX + 1);
    if (name_length == 0 || name_length > FRIENDLY_NAME_MAX)
        return ra_fail(error, RA_INVALID, "O nome do arquivo PKCS#12 precisa de 1 a %d bytes.",
                       FRIENDLY_NAME_MAX);
    if (X509_check_private_key(parts->certificate, parts->key) != 1) {
        ERR_clear_error();
        return ra_fail(error, RA_INVALID, "A chave não é a do certificado.");
    }
    unsigned char *der = NULL;
    PKCS12 *container = build(parts, passphrase);
    int length = container != NULL ? i2d_PKCS12(container, &der) : -1;
    PKCS12_free(container);
    if (length <= 0)
        return ra_fail_crypto(error, "PKCS#12");
    *file = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    if (file->data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "PKCS#12");
    if (reopens(*file, passphrase, parts))
        return true;
    *file = (struct bytes){NULL, 0};
    return ra_fail_crypto(error, "PKCS#12: the file does not open again");
}
