/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/journal_head.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOT_TEXT_SIZE = 20 + 1 + 2 * JOURNAL_CHAIN_SIZE }; /* count, blank, chain value in hexadecimal */

const char journal_magic[] = "guiche-journal-1";
static_assert(sizeof journal_magic - 1 == JOURNAL_MAGIC_SIZE, "the magic fills its place");

bool journal_path(char output[PATH_MAX], const char *folder, const char *name, struct ra_error *error)
{
    if (snprintf(output, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return ra_fail(error, RA_IO, "%s: path too long", folder);
    return true;
}

void journal_put_length(uint8_t output[4], uint32_t length)
{
    for (int i = 0; i < 4; i++)
        output[i] = (uint8_t)(length >> (24 - 8 * i));
}

bool journal_chain_next(const uint8_t previous[JOURNAL_CHAIN_SIZE], struct bytes payload,
                        uint8_t next[JOURNAL_CHAIN_SIZE])
{
    uint8_t length[4];
    journal_put_length(length, (uint32_t)payload.length);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool ok = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(digest, previous, JOURNAL_CHAIN_SIZE) == 1 &&
              EVP_DigestUpdate(digest, length, sizeof length) == 1 &&
              EVP_DigestUpdate(digest, payload.data, payload.length) == 1 &&
              EVP_DigestFinal_ex(digest, next, NULL) == 1;
    EVP_MD_CTX_free(digest);
    return ok;
}

bool journal_chain_start(uint8_t chain[JOURNAL_CHAIN_SIZE])
{
    return sha256((struct bytes){(const uint8_t *)journal_magic, JOURNAL_MAGIC_SIZE}, chain);
}

/* --- the head file --- */

bool journal_slot_format(const struct journal_head *head, char slot[JOURNAL_SLOT])
{
    memset(slot, '\n', JOURNAL_SLOT);
    char chain[2 * JOURNAL_CHAIN_SIZE + 1], text[SLOT_TEXT_SIZE + 1], check[2 * JOURNAL_CHAIN_SIZE + 1];
    uint8_t digest[JOURNAL_CHAIN_SIZE];
    for (size_t i = 0; i < JOURNAL_CHAIN_SIZE; i++)
        snprintf(chain + 2 * i, 3, "%02x", head->chain[i]);
    snprintf(text, sizeof text, "%020" PRIu64 " %s", head->count, chain);
    if (!sha256(bytes_of_text(text), digest))
        return false;
    for (size_t i = 0; i < JOURNAL_CHAIN_SIZE; i++)
        snprintf(check + 2 * i, 3, "%02x", digest[i]);
    memcpy(slot, text, SLOT_TEXT_SIZE);
    slot[SLOT_TEXT_SIZE] = ' ';
    memcpy(slot + SLOT_TEXT_SIZE + 1, check, sizeof check - 1);
    return true;
}

static bool slot_parse(const char slot[JOURNAL_SLOT], struct journal_head *head)
{
    char text[SLOT_TEXT_SIZE + 1], check[2 * JOURNAL_CHAIN_SIZE + 1];
    uint8_t digest[JOURNAL_CHAIN_SIZE], expected[JOURNAL_CHAIN_SIZE];
    memcpy(text, slot, SLOT_TEXT_SIZE);
    text[SLOT_TEXT_SIZE] = '\0';
    memcpy(check, slot + SLOT_TEXT_SIZE + 1, sizeof check - 1);
    check[sizeof check - 1] = '\0';
    if (!hex_decode(check, expected, sizeof expected) || !sha256(bytes_of_text(text), digest) ||
        CRYPTO_memcmp(digest, expected, sizeof digest) != 0)
        return false;
    char *end = NULL;
    head->count = strtoull(text, &end, 10);
    return end == text + 20 && hex_decode(text + 21, head->chain, JOURNAL_CHAIN_SIZE);
}

bool journal_cannot_look(struct ra_error *error, const char *what)
{
    char text[128];
    return ra_fail(error, RA_UNAVAILABLE, "journal: %s: %s", what, strerror_r(errno, text, sizeof text));
}

bool journal_head_read(int file, struct journal_head *head, struct ra_error *error)
{
    bool found = false;
    for (off_t i = 0; i < 2; i++) {
        char slot[JOURNAL_SLOT];
        struct journal_head candidate;
        ssize_t got = pread(file, slot, sizeof slot, i * JOURNAL_SLOT);
        if (got < 0) /* the slot that cannot be read may be the newer one */
            return journal_cannot_look(error, "head");
        if (got != (ssize_t)sizeof slot || !slot_parse(slot, &candidate))
            continue;
        if (!found || candidate.count > head->count)
            *head = candidate;
        found = true;
    }
    return found || ra_fail(error, RA_IO, "journal: its head file is damaged");
}

bool journal_head_write(int file, const struct journal_head *head)
{
    char slot[JOURNAL_SLOT];
    if (!journal_slot_format(head, slot))
        return false;
    off_t at = (off_t)(head->count % 2) * JOURNAL_SLOT;
    return pwrite(file, slot, sizeof slot, at) == (ssize_t)sizeof slot && fdatasync(file) == 0;
}
