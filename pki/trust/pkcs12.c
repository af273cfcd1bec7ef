/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FRIENDLY_NAME_MAX = 128, MAC_SALT_SIZE = 16, NO_MAC_YET = -1, ITERATIONS_MAX = 5000000 };

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

static bool refuse(struct ra_error *error, const char *reason, const char *sentence)
{
    ERR_clear_error();
    return ra_fail_reason(error, RA_INVALID, reason, "%s", sentence);
}

/* A count meant to keep the reader busy is not computed. */
static bool check_seal(PKCS12 *container, const char *passphrase, struct ra_error *error)
{
    const ASN1_INTEGER *iterations = NULL;
    if (PKCS12_mac_present(container) != 1)
        return refuse(error, "pkcs12-malformed", "O arquivo .p12 não tem proteção de integridade.");
    PKCS12_get0_mac(NULL, NULL, NULL, &iterations, container);
    if (iterations != NULL &&
        (ASN1_INTEGER_get(iterations) < 1 || ASN1_INTEGER_get(iterations) > ITERATIONS_MAX))
        return refuse(error, "pkcs12-malformed", "O arquivo .p12 pede contas demais para ser aberto.");
    return PKCS12_verify_mac(container, passphrase, -1) == 1 ||
           refuse(error, "passphrase-wrong", "A senha não abre este arquivo.");
}

bool pkcs12_read(struct bytes file, const char *passphrase, EVP_PKEY **key, X509 **certificate,
                 STACK_OF(X509) **chain, struct ra_error *error)
{
    const unsigned char *at = file.data;
    *key = NULL;
    *certificate = NULL;
    *chain = NULL;
    PKCS12 *container = file.length > 0 ? d2i_PKCS12(NULL, &at, (long)file.length) : NULL;
    if (container == NULL || at != file.data + file.length) {
        PKCS12_free(container);
        return refuse(error, "pkcs12-malformed", "Este não é um arquivo .p12.");
    }
    bool done = check_seal(container, passphrase, error);
    if (done && (PKCS12_parse(container, passphrase, key, certificate, chain) != 1 || *key == NULL ||
                 *certificate == NULL))
        done = refuse(error, "pkcs12-malformed",
                      "O arquivo .p12 não traz chave e certificado, ou usa uma cifra que não se lê aqui.");
    if (done && *chain == NULL && (*chain = sk_X509_new_null()) == NULL)
        done = ra_fail(error, RA_NO_MEMORY, "PKCS#12");
    PKCS12_free(container);
    if (!done) {
        EVP_PKEY_free(*key);
        X509_free(*certificate);
        sk_X509_pop_free(*chain, X509_free);
        *key = NULL;
        *certificate = NULL;
        *chain = NULL;
    }
    return done;
}

bool pkcs12_opens(struct bytes file, const char *passphrase, const struct pkcs12_parts *parts,
                  struct ra_error *error)
{
    return reopens(file, passphrase, parts) || ra_fail_crypto(error, "PKCS#12: the file does not open again");
}

struct protection {
    int cipher, iterations;
    const EVP_MD *(*mac)(void);
};

static struct protection protection_of(enum pkcs12_variant variant)
{
    static const struct protection aes = {NID_aes_256_cbc, PKCS12_ITERATIONS, EVP_sha256};
    static const struct protection compatible = {NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                                                 PKCS12_COMPATIBLE_ITERATIONS, EVP_sha1};
    switch (variant) {
    case PKCS12_COMPATIBLE:
        return compatible;
    case PKCS12_AES:
        break;
    }
    return aes;
}

static PKCS12 *build(const struct pkcs12_parts *parts, const struct protection *how, const char *passphrase)
{
    PKCS12 *container = PKCS12_create(passphrase, parts->friendly_name, parts->key, parts->certificate,
                                      parts->chain, how->cipher, how->cipher, how->iterations, NO_MAC_YET, 0);
    if (container != NULL &&
        PKCS12_set_mac(container, passphrase, -1, NULL, MAC_SALT_SIZE, how->iterations, how->mac()) != 1) {
        PKCS12_free(container);
        container = NULL;
    }
    return container;
}

bool pkcs12_suggest_passphrase(char passphrase[PKCS12_SUGGESTED_SIZE], struct ra_error *error)
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
    enum { LETTERS = sizeof alphabet - 1, FAIR = 256 - 256 % LETTERS };
    for (size_t at = 0; at + 1 < PKCS12_SUGGESTED_SIZE; at++) {
        unsigned char drawn = 0;
        if (at % 5 == 4) {
            passphrase[at] = '-';
            continue;
        }
        do /* the tail that would favour the first letters is drawn again */
            if (RAND_bytes(&drawn, 1) != 1)
                return ra_fail_crypto(error, "passphrase");
        while (drawn >= FAIR);
        passphrase[at] = alphabet[drawn % LETTERS];
    }
    passphrase[PKCS12_SUGGESTED_SIZE - 1] = '\0';
    return true;
}

bool pkcs12_friendly_name(X509 *certificate, char name[PKCS12_NAME_SIZE], struct ra_error *error)
{
    char holder[65] = "";
    struct tm until;
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, holder,
                                    sizeof holder);
    ERR_clear_error();
    holder[strcspn(holder, ":")] = '\0';
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until) != 1)
        return ra_fail_crypto(error, "PKCS#12");
    (void)snprintf(name, PKCS12_NAME_SIZE, "%s - expira em %02d/%02d/%04d",
                   holder[0] == '\0' ? "CERTIFICADO" : holder, until.tm_mday, until.tm_mon + 1,
                   until.tm_year + 1900);
    return true;
}

bool pkcs12_write(TALLOC_CTX *context, const struct pkcs12_parts *parts, enum pkcs12_variant variant,
                  const char *passphrase, struct bytes *file, struct ra_error *error)
{
    const struct protection how = protection_of(variant);
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
    PKCS12 *container = build(parts, &how, passphrase);
    int length = container != NULL ? i2d_PKCS12(container, &der) : -1;
    PKCS12_free(container);
    if (length <= 0)
        return ra_fail_crypto(error, "PKCS#12");
    *file = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    if (file->data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "PKCS#12");
    if (pkcs12_opens(*file, passphrase, parts, error))
        return true;
    *file = (struct bytes){NULL, 0};
    return false;
}
