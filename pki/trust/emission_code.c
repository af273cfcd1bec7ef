/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/emission_code.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum {
    GROUPS = 4,
    GROUP_VALUES = 4,
    GROUP_LENGTH = GROUP_VALUES + 1, /* with the check character */
    CHARACTERS = GROUPS * GROUP_LENGTH,
    BITS_PER_VALUE = 5,
    SEED_SIZE = 32,
    MESSAGE_MAX = 4096, /* bytes of what a proof signs; an RSA-4096 key takes 550 of them */
    INFO_MAX = 128,
};

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times a in GF(2)[a]/(a^5 + a^2 + 1). */
static unsigned times_a(unsigned value)
{
    unsigned doubled = value << 1;
    return doubled < 32 ? doubled : doubled ^ 0x25;
}

/* Horner's rule for a^4*x1 + a^3*x2 + a^2*x3 + a*x4, plus the group's number. */
static unsigned check_value(const uint8_t values[GROUP_VALUES], unsigned group)
{
    unsigned sum = 0;
    for (size_t i = 0; i < GROUP_VALUES; i++)
        sum = times_a(sum ^ values[i]);
    return sum ^ group;
}

bool emission_half_make(uint8_t half[EMISSION_HALF_SIZE], struct ra_error *error)
{
    return random_bytes(half, EMISSION_HALF_SIZE) || ra_fail_crypto(error, "random half");
}

/* Sixteen values of five bits, first bits first. */
static void half_to_values(const uint8_t half[EMISSION_HALF_SIZE], uint8_t values[GROUPS * GROUP_VALUES])
{
    unsigned pending = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < EMISSION_HALF_SIZE; i++) {
        pending = (pending << 8 | half[i]) & 0xfff;
        for (bits += 8; bits >= BITS_PER_VALUE; bits -= BITS_PER_VALUE)
            values[at++] = pending >> (bits - BITS_PER_VALUE) & 31;
    }
}

static void values_to_half(const uint8_t values[GROUPS * GROUP_VALUES], uint8_t half[EMISSION_HALF_SIZE])
{
    unsigned pending = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < (size_t)GROUPS * GROUP_VALUES; i++) {
        pending = (pending << BITS_PER_VALUE | values[i]) & 0xfff;
        bits += BITS_PER_VALUE;
        if (bits >= 8) {
            bits -= 8;
            half[at++] = (uint8_t)(pending >> bits);
        }
    }
}

void emission_half_format(const uint8_t half[EMISSION_HALF_SIZE], char text[EMISSION_TEXT_SIZE])
{
    uint8_t values[GROUPS * GROUP_VALUES] = {0};
    size_t at = 0;
    half_to_values(half, values);
    for (unsigned group = 0; group < GROUPS; group++) {
        const uint8_t *own = values + (size_t)group * GROUP_VALUES;
        if (group > 0)
            text[at++] = '-';
        for (size_t i = 0; i < GROUP_VALUES; i++)
            text[at++] = alphabet[own[i]];
        text[at++] = alphabet[check_value(own, group + 1)];
    }
    text[at] = '\0';
    OPENSSL_cleanse(values, sizeof values);
}

/* 0 to 31, or -1. */
static int character_value(char character)
{
    if (character >= 'a' && character <= 'z')
        character = (char)(character - 'a' + 'A');
    if (character == 'O')
        character = '0';
    if (character == 'I' || character == 'L')
        character = '1';
    const char *found = character != '\0' ? strchr(alphabet, character) : NULL;
    return found != NULL ? (int)(found - alphabet) : -1;
}

/* The 20 characters as values, hyphens and blanks dropped. */
static bool read_characters(const char *text, uint8_t values[CHARACTERS], struct ra_error *error)
{
    size_t count = 0;
    if (strnlen(text, EMISSION_INPUT_MAX + 1) > EMISSION_INPUT_MAX)
        return ra_fail_reason(error, RA_INVALID, "code-length", "O código é longo demais.");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '-' || *at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
            continue;
        int value = character_value(*at);
        if (value < 0)
            return ra_fail_reason(error, RA_INVALID, "code-character",
                                  "O código só tem letras e números, e nunca a letra U. Confira o grupo %zu.",
                                  count / GROUP_LENGTH + 1);
        if (count == CHARACTERS)
            return ra_fail_reason(error, RA_INVALID, "code-length", "O código tem caracteres a mais.");
        values[count++] = (uint8_t)value;
    }
    if (count < CHARACTERS)
        return ra_fail_reason(error, RA_INVALID, "code-length",
                              "Faltam caracteres: o código tem quatro grupos de cinco.");
    return true;
}

bool emission_half_parse(const char *text, uint8_t half[EMISSION_HALF_SIZE], struct ra_error *error)
{
    uint8_t read[CHARACTERS] = {0};
    uint8_t values[GROUPS * GROUP_VALUES] = {0};
    bool done = read_characters(text, read, error);
    for (unsigned group = 0; done && group < GROUPS; group++) {
        const uint8_t *own = read + (size_t)group * GROUP_LENGTH;
        memcpy(values + (size_t)group * GROUP_VALUES, own, GROUP_VALUES);
        if (check_value(own, group + 1) != own[GROUP_VALUES])
            done =
                ra_fail_reason(error, RA_INVALID, "code-check", "Confira o grupo %u do código.", group + 1);
    }
    if (done)
        values_to_half(values, half);
    OPENSSL_cleanse(read, sizeof read);
    OPENSSL_cleanse(values, sizeof values);
    return done;
}

static const char *kind_word(enum emission_half kind)
{
    switch (kind) {
    case EMISSION_COUNTER:
        return "counter";
    case EMISSION_MAIL:
        return "mail";
    default:
        return NULL;
    }
}

/* Bytes put one after the other; fails when they do not fit. */
struct message {
    uint8_t *data;
    size_t size;
    size_t length;
};

static bool append(struct message *message, struct bytes part)
{
    if (part.length > message->size - message->length)
        return false;
    if (part.length > 0)
        memcpy(message->data + message->length, part.data, part.length);
    message->length += part.length;
    return true;
}

/* A text and the zero byte after it. */
static bool append_text(struct message *message, const char *text)
{
    return append(message, (struct bytes){(const uint8_t *)text, strlen(text) + 1});
}

static bool derive_seed(const uint8_t half[EMISSION_HALF_SIZE], struct bytes salt, struct bytes info,
                        uint8_t seed[SEED_SIZE])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    /* The parameters are read only, but the library's struct has no const. */
    uint8_t key_copy[EMISSION_HALF_SIZE];
    uint8_t salt_copy[64];
    uint8_t info_copy[INFO_MAX];
    bool done = false;
    if (context != NULL && salt.length <= sizeof salt_copy && info.length <= sizeof info_copy) {
        char digest[] = "SHA256";
        memcpy(key_copy, half, sizeof key_copy);
        memcpy(salt_copy, salt.data, salt.length);
        memcpy(info_copy, info.data, info.length);
        OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key_copy, sizeof key_copy),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt_copy, salt.length),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy, info.length),
            OSSL_PARAM_construct_end(),
        };
        done = EVP_KDF_derive(context, seed, SEED_SIZE, parameters) == 1;
    }
    OPENSSL_cleanse(key_copy, sizeof key_copy);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done;
}

/* The Ed25519 key of a half; NULL on failure, with *error set. */
static EVP_PKEY *derive_key(const uint8_t half[EMISSION_HALF_SIZE], enum emission_half kind,
                            const char *instance, const char *order, struct ra_error *error)
{
    uint8_t info[INFO_MAX];
    uint8_t seed[SEED_SIZE];
    struct message message = {.data = info, .size = sizeof info};
    const char *word = kind_word(kind);
    EVP_PKEY *key = NULL;
    if (word == NULL || !append_text(&message, word) || !append(&message, bytes_of_text(order))) {
        ra_fail(error, RA_INTERNAL, "emission code: no such half, or order code too long");
        return NULL;
    }
    if (derive_seed(half, bytes_of_text(instance), (struct bytes){info, message.length}, seed))
        key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    OPENSSL_cleanse(seed, sizeof seed);
    if (key == NULL)
        ra_fail_crypto(error, "emission key");
    return key;
}

bool emission_public_key(const uint8_t half[EMISSION_HALF_SIZE], enum emission_half kind,
                         const char *instance, const char *order, uint8_t public_key[EMISSION_KEY_SIZE],
                         struct ra_error *error)
{
    size_t length = EMISSION_KEY_SIZE;
    EVP_PKEY *key = derive_key(half, kind, instance, order, error);
    if (key == NULL)
        return false;
    bool done = EVP_PKEY_get_raw_public_key(key, public_key, &length) == 1 && length == EMISSION_KEY_SIZE;
    EVP_PKEY_free(key);
    return done || ra_fail_crypto(error, "emission public key");
}

static bool build_message(const struct emission_case *about, uint8_t buffer[MESSAGE_MAX],
                          struct bytes *message, struct ra_error *error)
{
    struct message whole = {.data = buffer, .size = MESSAGE_MAX};
    if (!append_text(&whole, "guiche-emission-v1") || !append_text(&whole, about->instance) ||
        !append_text(&whole, about->order) || !append(&whole, (struct bytes){about->validation, 32}) ||
        !append(&whole, about->spki))
        return ra_fail(error, RA_INTERNAL, "emission proof: what it is about is too long");
    *message = (struct bytes){buffer, whole.length};
    return true;
}

bool emission_prove(const uint8_t half[EMISSION_HALF_SIZE], enum emission_half kind,
                    const struct emission_case *about, uint8_t proof[EMISSION_PROOF_SIZE],
                    struct ra_error *error)
{
    uint8_t buffer[MESSAGE_MAX];
    struct bytes message = {NULL, 0};
    size_t length = EMISSION_PROOF_SIZE;
    if (!build_message(about, buffer, &message, error))
        return false;
    EVP_PKEY *key = derive_key(half, kind, about->instance, about->order, error);
    if (key == NULL)
        return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestSign(context, proof, &length, message.data, message.length) == 1 &&
                length == EMISSION_PROOF_SIZE;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return done || ra_fail_crypto(error, "emission proof");
}

bool emission_verify(const uint8_t public_key[EMISSION_KEY_SIZE], enum emission_half kind,
                     const struct emission_case *about, struct bytes proof, struct ra_error *error)
{
    uint8_t buffer[MESSAGE_MAX];
    struct bytes message = {NULL, 0};
    bool good = false;
    if (!build_message(about, buffer, &message, error))
        return false;
    if (proof.length == EMISSION_PROOF_SIZE) {
        EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, EMISSION_KEY_SIZE);
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        if (key == NULL || context == NULL || EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) != 1) {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
            return ra_fail_crypto(error, "emission proof");
        }
        good = EVP_DigestVerify(context, proof.data, proof.length, message.data, message.length) == 1;
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
        ERR_clear_error();
    }
    return good || ra_fail_reason(error, RA_PROOF_REFUSED,
                                  kind == EMISSION_COUNTER ? "proof-counter" : "proof-mail", "%s",
                                  kind == EMISSION_COUNTER ? "O código do papel não confere."
                                                           : "O código do e-mail não confere.");
}
