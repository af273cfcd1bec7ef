/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in a token: keys made there, certificates written beside them.
 */
#include "pki/token/token_internal.h"
#include "pki/trust/prefixed.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

enum { ID_SIZE = 20, LABEL_MAX = 128, VALUE_MAX = 65536 };

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY, public_class = CKO_PUBLIC_KEY,
                       certificate_class = CKO_CERTIFICATE;

#define ATTRIBUTE(type, value)                                                                               \
    {                                                                                                        \
        type, &(value), sizeof(value)                                                                        \
    }

static CK_ATTRIBUTE text_attribute(CK_ATTRIBUTE_TYPE type, const char *text)
{
    return (CK_ATTRIBUTE){type, (void *)(uintptr_t)text, strnlen(text, LABEL_MAX)};
}

static CK_ATTRIBUTE bytes_attribute(CK_ATTRIBUTE_TYPE type, struct bytes value)
{
    return (CK_ATTRIBUTE){type, (void *)(uintptr_t)value.data, value.length};
}

/* A module's word about sizes is not believed beyond the room it was given. */
static bool lies(struct ra_error *error)
{
    return ra_fail_reason(error, RA_INVALID, "token-mechanism",
                          "O módulo do token responde mais do que foi perguntado; não dá para confiar nele.");
}

bool token_find(struct token *token, CK_ATTRIBUTE *template, CK_ULONG count,
                CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX], CK_ULONG *number, struct ra_error *error)
{
    *number = 0;
    CK_RV answer = token->module->C_FindObjectsInit(token->session, template, count);
    if (answer != CKR_OK)
        return token_fail(error, answer);
    answer = token->module->C_FindObjects(token->session, found, TOKEN_FOUND_MAX, number);
    (void)token->module->C_FindObjectsFinal(token->session);
    if (answer != CKR_OK)
        return token_fail(error, answer);
    return *number <= TOKEN_FOUND_MAX || lies(error);
}

bool token_read(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct bytes *value,
                struct ra_error *error)
{
    CK_ATTRIBUTE attribute = {type, NULL, 0};
    *value = (struct bytes){NULL, 0};
    CK_RV answer = token->module->C_GetAttributeValue(token->session, object, &attribute, 1);
    if (answer == CKR_ATTRIBUTE_TYPE_INVALID || (answer == CKR_OK && attribute.ulValueLen == 0))
        return true;
    if (answer != CKR_OK)
        return token_fail(error, answer);
    if (attribute.ulValueLen > VALUE_MAX)
        return ra_fail_reason(error, RA_INVALID, "token-mechanism",
                              "Um objeto do token é grande demais para ser o que diz.");
    const CK_ULONG size = attribute.ulValueLen;
    uint8_t *room = talloc_array(token, uint8_t, (unsigned)size);
    if (room == NULL)
        return ra_fail(error, RA_NO_MEMORY, "token");
    attribute.pValue = room;
    answer = token->module->C_GetAttributeValue(token->session, object, &attribute, 1);
    if (answer != CKR_OK)
        return token_fail(error, answer);
    if (attribute.ulValueLen > size)
        return lies(error);
    *value = (struct bytes){room, attribute.ulValueLen};
    return true;
}

/* --- keys --- */

static bool says(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL wanted,
                 bool *good, struct ra_error *error)
{
    struct bytes value = {NULL, 0};
    if (!token_read(token, object, type, &value, error))
        return false;
    *good = *good && value.length == sizeof wanted && value.data[0] == wanted;
    return true;
}

/* Asked of the token: a module may ignore what it was told when the key was made. */
static bool stays_inside(struct token *token, CK_OBJECT_HANDLE key, struct ra_error *error)
{
    bool good = true;
    if (!says(token, key, CKA_SENSITIVE, CK_TRUE, &good, error) ||
        !says(token, key, CKA_EXTRACTABLE, CK_FALSE, &good, error) ||
        !says(token, key, CKA_NEVER_EXTRACTABLE, CK_TRUE, &good, error) ||
        !says(token, key, CKA_LOCAL, CK_TRUE, &good, error))
        return false;
    return good ||
           ra_fail_reason(error, RA_INVALID, "token-key-extractable",
                          "A chave deste token pode sair dele ou não nasceu nele: não serve para A3.");
}

static bool find_by_label(struct token *token, CK_OBJECT_CLASS *class, const char *label,
                          CK_OBJECT_HANDLE *object, struct ra_error *error)
{
    CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX] = {0};
    CK_ULONG count = 0;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, class, sizeof *class}, text_attribute(CKA_LABEL, label)};
    if (!token_find(token, template, 2, found, &count, error))
        return false;
    if (count > 1)
        return ra_fail_reason(error, RA_CONFLICT, "token-ambiguous",
                              "Há no token mais de uma chave com o nome \"%s\".", label);
    *object = count == 1 ? found[0] : CK_INVALID_HANDLE;
    return true;
}

bool token_find_key(struct token *token, const char *label, EVP_PKEY **key, struct ra_error *error)
{
    CK_OBJECT_HANDLE private_part = CK_INVALID_HANDLE, public_part = CK_INVALID_HANDLE;
    *key = NULL;
    if (!find_by_label(token, &private_class, label, &private_part, error) ||
        !find_by_label(token, &public_class, label, &public_part, error))
        return false;
    if (private_part == CK_INVALID_HANDLE)
        return true;
    return stays_inside(token, private_part, error) &&
           token_key_wrap(token, private_part, public_part == CK_INVALID_HANDLE ? private_part : public_part,
                          key, error);
}

bool token_make_key(struct token *token, const char *label, unsigned bits, EVP_PKEY **key,
                    struct ra_error *error)
{
    CK_ULONG modulus_bits = bits;
    CK_BYTE exponent[] = {1, 0, 1};
    CK_BYTE id[ID_SIZE];
    CK_OBJECT_HANDLE public_part = CK_INVALID_HANDLE, private_part = CK_INVALID_HANDLE;
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    *key = NULL;
    if (RAND_bytes(id, sizeof id) != 1)
        return ra_fail_crypto(error, "token");
    CK_ATTRIBUTE public_template[] = {ATTRIBUTE(CKA_TOKEN, yes),
                                      ATTRIBUTE(CKA_VERIFY, yes),
                                      ATTRIBUTE(CKA_ENCRYPT, yes),
                                      ATTRIBUTE(CKA_MODULUS_BITS, modulus_bits),
                                      ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent),
                                      ATTRIBUTE(CKA_ID, id),
                                      text_attribute(CKA_LABEL, label)};
    CK_ATTRIBUTE private_template[] = {ATTRIBUTE(CKA_TOKEN, yes),     ATTRIBUTE(CKA_PRIVATE, yes),
                                       ATTRIBUTE(CKA_SENSITIVE, yes), ATTRIBUTE(CKA_EXTRACTABLE, no),
                                       ATTRIBUTE(CKA_SIGN, yes),      ATTRIBUTE(CKA_DECRYPT, yes),
                                       ATTRIBUTE(CKA_ID, id),         text_attribute(CKA_LABEL, label)};
    CK_RV answer = token->module->C_GenerateKeyPair(
        token->session, &mechanism, public_template, sizeof public_template / sizeof *public_template,
        private_template, sizeof private_template / sizeof *private_template, &public_part, &private_part);
    if (answer != CKR_OK)
        return token_fail(error, answer);
    return stays_inside(token, private_part, error) &&
           token_key_wrap(token, private_part, public_part, key, error);
}

/* --- certificates --- */

static struct bytes der_of(struct token *token, int (*encode)(const void *, unsigned char **),
                           const void *object)
{
    unsigned char *made = NULL;
    int length = encode(object, &made);
    struct bytes copy = length > 0 ? bytes_copy(token, made, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(made);
    return copy;
}

static int encode_certificate(const void *object, unsigned char **to)
{
    return i2d_X509(object, to);
}

static int encode_name(const void *object, unsigned char **to)
{
    return i2d_X509_NAME(object, to);
}

static int encode_integer(const void *object, unsigned char **to)
{
    return i2d_ASN1_INTEGER(object, to);
}

static bool holds(struct token *token, struct bytes der, bool *present, struct ra_error *error)
{
    CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX] = {0};
    CK_ULONG count = 0;
    CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, certificate_class), bytes_attribute(CKA_VALUE, der)};
    if (!token_find(token, template, 2, found, &count, error))
        return false;
    *present = count > 0;
    return true;
}

static void common_name(X509 *certificate, char name[LABEL_MAX])
{
    name[0] = '\0';
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, LABEL_MAX);
    ERR_clear_error();
}

static bool write_one(struct token *token, X509 *certificate, struct bytes id, struct ra_error *error)
{
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    char label[LABEL_MAX];
    bool present = false;
    struct bytes der = der_of(token, encode_certificate, certificate);
    struct bytes subject = der_of(token, encode_name, X509_get_subject_name(certificate));
    struct bytes issuer = der_of(token, encode_name, X509_get_issuer_name(certificate));
    struct bytes serial = der_of(token, encode_integer, X509_get0_serialNumber(certificate));
    if (der.data == NULL || subject.data == NULL || issuer.data == NULL || serial.data == NULL)
        return ra_fail_crypto(error, "token");
    if (!holds(token, der, &present, error) || present)
        return present;
    common_name(certificate, label);
    CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, certificate_class),
                               ATTRIBUTE(CKA_CERTIFICATE_TYPE, type),
                               ATTRIBUTE(CKA_TOKEN, yes),
                               ATTRIBUTE(CKA_PRIVATE, no),
                               text_attribute(CKA_LABEL, label),
                               bytes_attribute(CKA_ID, id),
                               bytes_attribute(CKA_SUBJECT, subject),
                               bytes_attribute(CKA_ISSUER, issuer),
                               bytes_attribute(CKA_SERIAL_NUMBER, serial),
                               bytes_attribute(CKA_VALUE, der)};
    CK_RV answer =
        token->module->C_CreateObject(token->session, template, sizeof template / sizeof *template, &made);
    return answer == CKR_OK || token_fail(error, answer);
}

/* The id that ties a certificate to its key. */
static bool id_of_key(struct token *token, const char *label, struct bytes *id, struct ra_error *error)
{
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    if (!find_by_label(token, &private_class, label, &key, error))
        return false;
    if (key == CK_INVALID_HANDLE)
        return ra_fail_reason(error, RA_CONFLICT, "token-without-key",
                              "A chave deste pedido não está no token.");
    return token_read(token, key, CKA_ID, id, error);
}

bool token_write_certificates(struct token *token, const char *label, X509 *certificate,
                              STACK_OF(X509) *chain, struct ra_error *error)
{
    struct bytes id = {NULL, 0};
    if (!id_of_key(token, label, &id, error) || !write_one(token, certificate, id, error))
        return false;
    for (int at = 0; at < sk_X509_num(chain); at++) {
        uint8_t digest[32];
        X509 *issuer = sk_X509_value(chain, at);
        struct bytes der = der_of(token, encode_certificate, issuer);
        if (der.data == NULL || !sha256(der, digest))
            return ra_fail_crypto(error, "token");
        if (!write_one(token, issuer, (struct bytes){digest, ID_SIZE}, error))
            return false;
    }
    return true;
}

static bool read_back(struct token *token, const char *label, X509 *wanted, X509 **certificate,
                      struct ra_error *error)
{
    CK_OBJECT_HANDLE found[TOKEN_FOUND_MAX] = {0};
    CK_ULONG count = 0;
    struct bytes id = {NULL, 0}, der = {NULL, 0};
    *certificate = NULL;
    if (!id_of_key(token, label, &id, error))
        return false;
    CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, certificate_class), bytes_attribute(CKA_ID, id)};
    if (!token_find(token, template, 2, found, &count, error))
        return false;
    for (CK_ULONG at = 0; at < count && *certificate == NULL; at++) {
        if (!token_read(token, found[at], CKA_VALUE, &der, error))
            return false;
        const unsigned char *from = der.data;
        X509 *read = d2i_X509(NULL, &from, (long)der.length);
        if (read != NULL && X509_cmp(read, wanted) == 0)
            *certificate = read;
        else
            X509_free(read);
    }
    ERR_clear_error();
    return *certificate != NULL || ra_fail_reason(error, RA_VERIFICATION_FAILED, "token-challenge",
                                                  "O certificado não está no token como foi gravado.");
}

bool token_prove(struct token *token, const char *label, X509 *certificate, struct ra_error *error)
{
    static const char prefix[] = "guiche-token-challenge-v1";
    uint8_t challenge[32];
    X509 *stored = NULL;
    EVP_PKEY *key = NULL;
    struct bytes signature = {NULL, 0};
    if (RAND_bytes(challenge, sizeof challenge) != 1)
        return ra_fail_crypto(error, "token");
    bool done =
        read_back(token, label, certificate, &stored, error) && token_find_key(token, label, &key, error) &&
        (key != NULL ||
         ra_fail_reason(error, RA_CONFLICT, "token-without-key", "A chave deste pedido não está no token."));
    if (done && !prefixed_sign(token, key, prefix, challenge, &signature, error))
        done = token_explain(token, error);
    if (done && !prefixed_verify(X509_get0_pubkey(stored), prefix, challenge, signature))
        done = ra_fail_reason(error, RA_VERIFICATION_FAILED, "token-challenge",
                              "A assinatura do token não confere com o certificado gravado nele.");
    EVP_PKEY_free(key);
    X509_free(stored);
    return done;
}
