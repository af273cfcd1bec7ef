/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/key_signature.h"

#include <openssl/err.h>
#include <string.h>

/* --- messages --- */

void key_message_append(struct key_message *message, struct bytes part)
{
    if (message->overflown || part.length > sizeof message->data - message->length) {
        message->overflown = true;
        return;
    }
    if (part.length > 0)
        memcpy(message->data + message->length, part.data, part.length);
    message->length += part.length;
}

void key_message_text(struct key_message *message, const char *text)
{
    key_message_append(message, (struct bytes){(const uint8_t *)text, strlen(text) + 1});
}

bool key_message_bytes(const struct key_message *message, struct bytes *bytes, struct ra_error *error)
{
    *bytes = (struct bytes){message->data, message->length};
    return !message->overflown || ra_fail(error, RA_INTERNAL, "a message too long to be signed");
}

/* --- RSA --- */

bool rsa_sign(TALLOC_CTX *context, EVP_PKEY *key, struct bytes message, struct bytes *signature,
              struct ra_error *error)
{
    uint8_t made[KEY_SIGNATURE_MAX];
    size_t length = sizeof made;
    EVP_MD_CTX *signing = EVP_MD_CTX_new();
    bool done = signing != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestSignInit(signing, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(signing, made, &length, message.data, message.length) == 1;
    EVP_MD_CTX_free(signing);
    if (!done)
        return ra_fail_crypto(error, "signature");
    *signature = bytes_copy(context, made, length);
    return signature->data != NULL || ra_fail(error, RA_NO_MEMORY, "signature");
}

bool rsa_verifies(EVP_PKEY *key, struct bytes message, struct bytes signature)
{
    EVP_MD_CTX *verifying = EVP_MD_CTX_new();
    bool good =
        verifying != NULL && key != NULL && signature.length > 0 &&
        EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
        EVP_DigestVerifyInit(verifying, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(verifying, signature.data, signature.length, message.data, message.length) == 1;
    EVP_MD_CTX_free(verifying);
    ERR_clear_error();
    return good;
}

/* --- Ed25519 --- */

static EVP_PKEY *private_key(const uint8_t seed[ED25519_SEED_SIZE])
{
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_SIZE);
}

bool ed25519_public(const uint8_t seed[ED25519_SEED_SIZE], uint8_t public_key[ED25519_KEY_SIZE],
                    struct ra_error *error)
{
    size_t length = ED25519_KEY_SIZE;
    EVP_PKEY *key = private_key(seed);
    bool done = key != NULL && EVP_PKEY_get_raw_public_key(key, public_key, &length) == 1 &&
                length == ED25519_KEY_SIZE;
    EVP_PKEY_free(key);
    return done || ra_fail_crypto(error, "Ed25519 public key");
}

bool ed25519_sign(const uint8_t seed[ED25519_SEED_SIZE], struct bytes message,
                  uint8_t signature[ED25519_SIGNATURE_SIZE], struct ra_error *error)
{
    size_t length = ED25519_SIGNATURE_SIZE;
    EVP_PKEY *key = private_key(seed);
    EVP_MD_CTX *signing = EVP_MD_CTX_new();
    bool done = key != NULL && signing != NULL && EVP_DigestSignInit(signing, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestSign(signing, signature, &length, message.data, message.length) == 1 &&
                length == ED25519_SIGNATURE_SIZE;
    EVP_MD_CTX_free(signing);
    EVP_PKEY_free(key);
    return done || ra_fail_crypto(error, "Ed25519 signature");
}

bool ed25519_verifies(const uint8_t public_key[ED25519_KEY_SIZE], struct bytes message,
                      struct bytes signature)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_KEY_SIZE);
    EVP_MD_CTX *verifying = EVP_MD_CTX_new();
    bool good =
        key != NULL && verifying != NULL && signature.length == ED25519_SIGNATURE_SIZE &&
        EVP_DigestVerifyInit(verifying, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(verifying, signature.data, signature.length, message.data, message.length) == 1;
    EVP_MD_CTX_free(verifying);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}
