/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/half_seal.h"

#include "pki/base/file.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    KEY_SIZE = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEALED_SIZE = NONCE_SIZE + EMISSION_HALF_SIZE + TAG_SIZE,
    PLACE_SIZE = 64,
};

static bool read_key(const char *keys_dir, uint8_t key[KEY_SIZE], struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes content = {NULL, 0};
    const char *path = talloc_asprintf(context, "%s/mail-half.key", keys_dir);
    bool done = path != NULL && file_read(context, path, KEY_SIZE, &content, error);
    bool whole = done && content.data != NULL && content.length == KEY_SIZE;
    if (whole) {
        memcpy(key, content.data, KEY_SIZE);
    } else if (path == NULL) {
        (void)ra_fail(error, RA_NO_MEMORY, "mail-half.key");
    } else if (done) {
        (void)ra_fail(error, RA_IO, "mail-half.key: %zu bytes instead of %d", content.length, (int)KEY_SIZE);
    }
    if (content.data != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)content.data, content.length);
    }
    talloc_free(context);
    return whole;
}

/* What the seal is bound to besides its key. */
static size_t place(int64_t order_id, int64_t attempt, char text[PLACE_SIZE])
{
    int length = snprintf(text, PLACE_SIZE, "mail-half/%" PRId64 "/%" PRId64, order_id, attempt);
    return length < 0 ? 0 : (size_t)length;
}

bool half_seal(TALLOC_CTX *context, const char *keys_dir, const uint8_t half[EMISSION_HALF_SIZE],
               int64_t order_id, int64_t attempt, struct bytes *sealed, struct ra_error *error)
{
    uint8_t key[KEY_SIZE];
    uint8_t output[SEALED_SIZE];
    char about[PLACE_SIZE];
    size_t about_length = place(order_id, attempt, about);
    if (!read_key(keys_dir, key, error)) {
        return false;
    }
    bool done = random_bytes(output, NONCE_SIZE) &&
                crypto_aead_xchacha20poly1305_ietf_encrypt(output + NONCE_SIZE, NULL, half,
                                                           EMISSION_HALF_SIZE, (const uint8_t *)about,
                                                           about_length, NULL, output, key) == 0;
    OPENSSL_cleanse(key, sizeof key);
    if (!done) {
        return ra_fail(error, RA_CRYPTO, "sealing a mail half");
    }
    *sealed = bytes_copy(context, output, sizeof output);
    return sealed->data != NULL || ra_fail(error, RA_NO_MEMORY, "mail half");
}

bool half_open(const char *keys_dir, struct bytes sealed, int64_t order_id, int64_t attempt,
               uint8_t half[EMISSION_HALF_SIZE], struct ra_error *error)
{
    uint8_t key[KEY_SIZE];
    char about[PLACE_SIZE];
    size_t about_length = place(order_id, attempt, about);
    if (sealed.length != SEALED_SIZE) {
        return ra_fail(error, RA_VERIFICATION_FAILED, "a sealed half of %zu bytes", sealed.length);
    }
    if (!read_key(keys_dir, key, error)) {
        return false;
    }
    bool opened = crypto_aead_xchacha20poly1305_ietf_decrypt(half, NULL, NULL, sealed.data + NONCE_SIZE,
                                                             SEALED_SIZE - NONCE_SIZE, (const uint8_t *)about,
                                                             about_length, sealed.data, key) == 0;
    OPENSSL_cleanse(key, sizeof key);
    return opened || ra_fail(error, RA_VERIFICATION_FAILED, "a mail half that was not sealed here");
}
