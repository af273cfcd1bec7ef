/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/holder_revocation.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

enum { SCRYPT_N = 1 << 16, SCRYPT_R = 8, SCRYPT_P = 1, SCRYPT_MEMORY = 128 << 20 };

static const char *const kind_words[] = {
#define X(id, word) word,
    HOLDER_REVOCATION_KINDS(X)
#undef X
};

const char *holder_revocation_kind_word(enum holder_revocation_kind kind)
{
    return kind < HOLDER_REVOCATION_KIND_COUNT ? kind_words[kind] : "";
}

bool holder_revocation_kind_parse(const char *word, enum holder_revocation_kind *kind)
{
    for (int i = 0; i < HOLDER_REVOCATION_KIND_COUNT; i++)
        if (strcmp(kind_words[i], word) == 0) {
            *kind = (enum holder_revocation_kind)i;
            return true;
        }
    return false;
}

bool revocation_reason_is_offered(int64_t reason)
{
    static const int64_t offered[] = {0, 1, 3, 4, 5, 9};
    for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
        if (offered[i] == reason)
            return true;
    return false;
}

/* --- the word --- */

static void append_number(struct key_message *message, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    key_message_text(message, text);
}

static struct key_message message_of(const struct holder_revocation *about)
{
    struct key_message message = {.length = 0};
    key_message_text(&message, "guiche-holder-revocation-v1");
    key_message_text(&message, about->instance);
    key_message_text(&message, about->order);
    append_number(&message, about->reason);
    append_number(&message, about->issued_at);
    return message;
}

static bool refuse(struct ra_error *error)
{
    return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-revocation", "A prova não vale para este pedido.");
}

bool holder_revocation_sign(TALLOC_CTX *context, EVP_PKEY *key, const struct holder_revocation *about,
                            struct bytes *signature, struct ra_error *error)
{
    const struct key_message message = message_of(about);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) && rsa_sign(context, key, whole, signature, error);
}

bool holder_revocation_verify(EVP_PKEY *key, const struct holder_revocation *about, struct bytes signature,
                              struct ra_error *error)
{
    const struct key_message message = message_of(about);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) &&
           (rsa_verifies(key, whole, signature) || refuse(error));
}

/* --- by password --- */

bool revocation_password_check(const char *password, struct ra_error *error)
{
    size_t length = strlen(password);
    for (size_t i = 0; i < length; i++)
        if (password[i] < ' ' || password[i] > '~')
            return ra_fail_reason(
                error, RA_INVALID, "password-character",
                "A senha de revogação aceita só letras sem acento, números e sinais do teclado.");
    if (length < REVOCATION_PASSWORD_MIN)
        return ra_fail_reason(error, RA_INVALID, "password-short",
                              "A senha de revogação precisa de %d caracteres ou mais.",
                              REVOCATION_PASSWORD_MIN);
    return length <= REVOCATION_PASSWORD_MAX ||
           ra_fail_reason(error, RA_INVALID, "password-long", "A senha de revogação é longa demais.");
}

bool revocation_password_seed(const char *password, const char *instance, const char *order,
                              uint8_t seed[ED25519_SEED_SIZE], struct ra_error *error)
{
    struct key_message salt = {.length = 0};
    struct bytes whole;
    key_message_text(&salt, "guiche-revocation-password-v1");
    key_message_text(&salt, instance);
    key_message_text(&salt, order);
    if (!key_message_bytes(&salt, &whole, error))
        return false;
    return EVP_PBE_scrypt(password, strlen(password), whole.data, whole.length, SCRYPT_N, SCRYPT_R, SCRYPT_P,
                          SCRYPT_MEMORY, seed, ED25519_SEED_SIZE) == 1 ||
           ra_fail_crypto(error, "revocation password");
}

bool revocation_password_sign(const uint8_t seed[ED25519_SEED_SIZE], const struct holder_revocation *about,
                              uint8_t signature[ED25519_SIGNATURE_SIZE], struct ra_error *error)
{
    const struct key_message message = message_of(about);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) && ed25519_sign(seed, whole, signature, error);
}

bool revocation_password_verify(const uint8_t public_key[ED25519_KEY_SIZE],
                                const struct holder_revocation *about, struct bytes signature,
                                struct ra_error *error)
{
    const struct key_message message = message_of(about);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) &&
           (ed25519_verifies(public_key, whole, signature) || refuse(error));
}

/* --- registration --- */

static struct key_message registration_of(const char *instance, const char *order, struct bytes public_key)
{
    struct key_message message = {.length = 0};
    key_message_text(&message, "guiche-revocation-key-v1");
    key_message_text(&message, instance);
    key_message_text(&message, order);
    key_message_append(&message, public_key);
    return message;
}

bool revocation_key_register(TALLOC_CTX *context, EVP_PKEY *certificate_key, const char *instance,
                             const char *order, const uint8_t public_key[ED25519_KEY_SIZE],
                             struct bytes *registration, struct ra_error *error)
{
    const struct key_message message =
        registration_of(instance, order, (struct bytes){public_key, ED25519_KEY_SIZE});
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) &&
           rsa_sign(context, certificate_key, whole, registration, error);
}

bool revocation_key_check(EVP_PKEY *certificate_key, const char *instance, const char *order,
                          const struct revocation_key *registered, struct ra_error *error)
{
    const struct key_message message = registration_of(instance, order, registered->public_key);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) &&
           ((registered->public_key.length == ED25519_KEY_SIZE &&
             rsa_verifies(certificate_key, whole, registered->registration)) ||
            ra_fail_reason(error, RA_PROOF_REFUSED, "revocation-key",
                           "A senha de revogação não foi registrada com a chave deste certificado."));
}
