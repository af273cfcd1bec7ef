/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/tokens.h"

#include "orders/orders_internal.h"
#include "pki/base/bytes.h"
#include "pki/base/file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_SIZE = 32 };

static bool make_key(const char *path, uint8_t key[KEY_SIZE], struct ra_error *error)
{
    if (!random_bytes(key, KEY_SIZE))
        return ra_fail_crypto(error, "random bytes");
    return file_write(path, (struct bytes){key, KEY_SIZE}, 0600, error);
}

bool tokens_load_key(const struct config *config, uint8_t key[KEY_SIZE], struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    const char *path = talloc_asprintf(scratch, "%s/tokens.key", config->keys_dir);
    struct stat status;
    struct bytes content = {0};
    bool done = false;
    if (path == NULL)
        ra_fail(error, RA_NO_MEMORY, "tokens");
    else if (stat(path, &status) != 0)
        done = make_key(path, key, error);
    else if (!file_read(scratch, path, KEY_SIZE, &content, error))
        done = false;
    else if (content.length != KEY_SIZE)
        ra_fail(error, RA_IO, "tokens.key has not 32 bytes");
    else {
        memcpy(key, content.data, KEY_SIZE);
        done = true;
    }
    talloc_free(scratch);
    return done;
}

static void to_base64url(const uint8_t raw[32], char token[TOKEN_SIZE])
{
    unsigned char padded[TOKEN_SIZE + 4];
    EVP_EncodeBlock(padded, raw, 32);
    for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
        token[i] = (char)(padded[i] == '+' ? '-' : padded[i] == '/' ? '_' : padded[i]);
    token[TOKEN_SIZE - 1] = '\0';
}

bool token_random(char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    if (!random_bytes(raw, sizeof raw))
        return ra_fail_crypto(error, "random bytes");
    to_base64url(raw, token);
    OPENSSL_cleanse(raw, sizeof raw);
    return true;
}

bool token_hash(const char *token, uint8_t hash[TOKEN_HASH_SIZE], struct ra_error *error)
{
    return sha256(bytes_of_text(token), hash) || ra_fail_crypto(error, "SHA-256");
}

/* HMAC over purpose and parts, each ended by a NUL, so that no two lists of parts look alike. */
static bool derive(struct ra_app *app, const char *const parts[], size_t count, uint8_t output[32],
                   struct ra_error *error)
{
    const struct orders_state *state = app->room_state[ROOM_ORDERS];
    uint8_t message[1024];
    size_t used = 0;
    unsigned length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(parts[i]) + 1;
        if (size > sizeof message - used)
            return ra_fail(error, RA_INTERNAL, "token parts too long");
        memcpy(message + used, parts[i], size);
        used += size;
    }
    if (HMAC(EVP_sha256(), state->token_key, sizeof state->token_key, message, used, output, &length) ==
            NULL ||
        length != 32)
        return ra_fail_crypto(error, "HMAC");
    return true;
}

bool token_confirmation(struct ra_app *app, const char *ref, int64_t at_us, const char *email,
                        char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)at_us);
    if (!derive(app, (const char *const[]){"email-confirmation", ref, at, email}, 4, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_appointment(struct ra_app *app, const char *uid, int64_t at_us, const char *email,
                       char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)at_us);
    if (!derive(app, (const char *const[]){"appointment-link", uid, at, email}, 4, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_feed(struct ra_app *app, const char *office_code, const char *owner, int64_t generation,
                char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)generation);
    if (!derive(app, (const char *const[]){"calendar-feed", office_code, owner, number}, 4, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_video_room(struct ra_app *app, const char *uid, char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    if (!derive(app, (const char *const[]){"video-room", uid}, 2, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_seat_offer(struct ra_app *app, const char *ref, int64_t at_us, int64_t seat_id, const char *email,
                      char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    char at[24], seat[24];
    snprintf(at, sizeof at, "%lld", (long long)at_us);
    snprintf(seat, sizeof seat, "%lld", (long long)seat_id);
    if (!derive(app, (const char *const[]){"seat-offer", ref, at, seat, email}, 5, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_reschedule(struct ra_app *app, const char *ref, int64_t appointment_id, int sequence,
                      const char *email, char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    char appointment[24], standing[16];
    snprintf(appointment, sizeof appointment, "%lld", (long long)appointment_id);
    snprintf(standing, sizeof standing, "%d", sequence);
    if (!derive(app, (const char *const[]){"reschedule", ref, appointment, standing, email}, 5, raw, error))
        return false;
    to_base64url(raw, token);
    return true;
}

bool token_work_mac(struct ra_app *app, const char *text, char mac[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t raw[32];
    if (!derive(app, (const char *const[]){"seat-work", text}, 2, raw, error))
        return false;
    to_base64url(raw, mac);
    return true;
}

bool token_equal(const char *left, const char *right)
{
    size_t length = strlen(left);
    return length == strlen(right) && CRYPTO_memcmp(left, right, length) == 0;
}

bool token_login_code(struct ra_app *app, const char *cpf, const char *email, int64_t at_us,
                      char code[LOGIN_CODE_SIZE], struct ra_error *error)
{
    uint8_t raw[32] = {0};
    char at[24];
    uint64_t number = 0;
    snprintf(at, sizeof at, "%lld", (long long)at_us);
    if (!derive(app, (const char *const[]){"login-code", cpf, email, at}, 4, raw, error))
        return false;
    for (size_t i = 0; i < 8; i++) /* 64 bits: no digit is likelier than another in any way that matters */
        number = number << 8 | raw[i];
    snprintf(code, LOGIN_CODE_SIZE, "%06u", (unsigned)(number % 1000000U));
    return true;
}

bool token_login_hash(struct ra_app *app, const char *cpf, const char *code, uint8_t hash[TOKEN_HASH_SIZE],
                      struct ra_error *error)
{
    return derive(app, (const char *const[]){"login-hash", cpf, code}, 3, hash, error);
}

bool token_address_hash(struct ra_app *app, const char *peer, uint8_t hash[TOKEN_HASH_SIZE],
                        struct ra_error *error)
{
    return derive(app, (const char *const[]){"address", peer}, 2, hash, error);
}
