/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/prefixed.h"

#include <openssl/err.h>
#include <string.h>

enum { MESSAGE_MAX = PREFIXED_PREFIX_MAX + 1 + 32 };

static size_t build_message(const char *prefix, const uint8_t value[32], uint8_t message[MESSAGE_MAX])
{
    size_t length = strnlen(prefix, PREFIXED_PREFIX_MAX);
    memcpy(message, prefix, length);
    message[length] = 0;
    memcpy(message + length + 1, value, 32);
    return length + 1 + 32;
}

bool prefixed_sign(TALLOC_CTX *context, EVP_PKEY *key, const char *prefix, const uint8_t value[32],
                   struct bytes *signature, struct ra_error *error)
{
    uint8_t message[MESSAGE_MAX];
    uint8_t made[PREFIXED_SIGNATURE_MAX];
    size_t length = sizeof made;
    size_t size = build_message(prefix, value, message);
    EVP_MD_CTX *signing = EVP_MD_CTX_new();
    bool done = signing != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestSignInit(signing, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(signing, made, &length, message, size) == 1;
    EVP_MD_CTX_free(signing);
    if (!done)
        return ra_fail_crypto(error, prefix);
    *signature = bytes_copy(context, made, length);
    return signature->data != NULL || ra_fail(error, RA_NO_MEMORY, "signature");
}

bool prefixed_verify(EVP_PKEY *key, const char *prefix, const uint8_t value[32], struct bytes signature)
{
    uint8_t message[MESSAGE_MAX];
    size_t size = build_message(prefix, value, message);
    EVP_MD_CTX *verifying = EVP_MD_CTX_new();
    bool good = verifying != NULL && signature.length > 0 && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestVerifyInit(verifying, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(verifying, signature.data, signature.length, message, size) == 1;
    EVP_MD_CTX_free(verifying);
    ERR_clear_error();
    return good;
}
