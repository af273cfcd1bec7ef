/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/vault.h"

#include "pki/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 65536, SEALED_CHUNK = CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES };

_Static_assert(VAULT_KEY_SIZE == crypto_secretstream_xchacha20poly1305_KEYBYTES, "dossier key");
_Static_assert(VAULT_WRAPPED_SIZE == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + VAULT_KEY_SIZE,
               "wrapped key");

static bool master_key(const struct config *config, uint8_t master[crypto_secretbox_KEYBYTES],
                       struct ra_error *error)
{
    char path[PATH_MAX];
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes file = {NULL, 0};
    int length = snprintf(path, sizeof path, "%s/dossier-master.key", config->keys_dir);
    bool ok = context != NULL && length > 0 && (size_t)length < sizeof path &&
              file_read(context, path, crypto_secretbox_KEYBYTES, &file, error);
    if (ok && file.length != crypto_secretbox_KEYBYTES)
        ok = ra_fail(error, RA_INTERNAL, "dossier-master.key has the wrong size");
    else if (ok)
        memcpy(master, file.data, crypto_secretbox_KEYBYTES);
    else if (error->code == RA_OK)
        ra_fail(error, RA_NO_MEMORY, "vault");
    if (file.length > 0)
        sodium_memzero((void *)(uintptr_t)file.data, file.length);
    talloc_free(context);
    return ok;
}

bool vault_make_key(const struct config *config, struct vault_key *key, uint8_t wrapped[VAULT_WRAPPED_SIZE],
                    struct ra_error *error)
{
    uint8_t master[crypto_secretbox_KEYBYTES];
    if (sodium_init() < 0)
        return ra_fail(error, RA_CRYPTO, "libsodium");
    if (!master_key(config, master, error))
        return false;
    randombytes_buf(key->bytes, sizeof key->bytes);
    randombytes_buf(wrapped, crypto_secretbox_NONCEBYTES);
    int failed = crypto_secretbox_easy(wrapped + crypto_secretbox_NONCEBYTES, key->bytes, sizeof key->bytes,
                                       wrapped, master);
    sodium_memzero(master, sizeof master);
    return failed == 0 || ra_fail(error, RA_CRYPTO, "dossier key");
}

bool vault_open_key(const struct config *config, struct bytes wrapped, struct vault_key *key,
                    struct ra_error *error)
{
    uint8_t master[crypto_secretbox_KEYBYTES];
    if (wrapped.length != VAULT_WRAPPED_SIZE)
        return ra_fail(error, RA_INTERNAL, "the wrapped key of a dossier has the wrong size");
    if (sodium_init() < 0)
        return ra_fail(error, RA_CRYPTO, "libsodium");
    if (!master_key(config, master, error))
        return false;
    int failed =
        crypto_secretbox_open_easy(key->bytes, wrapped.data + crypto_secretbox_NONCEBYTES,
                                   wrapped.length - crypto_secretbox_NONCEBYTES, wrapped.data, master);
    sodium_memzero(master, sizeof master);
    return failed == 0 ||
           ra_fail(error, RA_INTERNAL, "the key of a dossier does not open with this master key");
}

void vault_wipe(struct vault_key *key)
{
    sodium_memzero(key, sizeof *key);
}

/* --- files --- */

static bool file_path(const struct config *config, const char *ref, const uint8_t digest[32],
                      char path[PATH_MAX], struct ra_error *error)
{
    char name[65];
    sodium_bin2hex(name, sizeof name, digest, 32);
    int length = snprintf(path, PATH_MAX, "%s/%s/%s", config->dossier_dir, ref, name);
    return (length > 0 && length < PATH_MAX) || ra_fail(error, RA_IO, "dossier path too long");
}

static bool read_up_to(int descriptor, uint8_t *data, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        ssize_t part = read(descriptor, data + *got, size - *got);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return false;
        if (part == 0)
            return true;
        *got += (size_t)part;
    }
    return true;
}

/* Lets the disk begin with what is written so far, so that fdatasync at the end has little left to wait for.
 * Only a hint: whether the bytes are safe is fdatasync's to say. */
static void start_writing(int output, off_t *started, off_t written)
{
    enum { STRIDE = 2 << 20 };
    if (written - *started < STRIDE)
        return;
    (void)sync_file_range(output, *started, 0, SYNC_FILE_RANGE_WRITE);
    *started = written;
}

/* A window of the input as the kernel already holds it: no copy on the way to the cipher, and never more than
 * a window in memory. Sealed chunks are written in batches: a long write gets large pages from the kernel. */
enum { WINDOW = 32 * CHUNK, BATCH = 16 * SEALED_CHUNK };

/* Seals one chunk into `sealed` and returns the length there. The last chunk of a file, and it alone, carries
 * the final tag, so that a cut file is noticed. */
static size_t seal_chunk(crypto_secretstream_xchacha20poly1305_state *state, struct bytes plain, bool last,
                         uint8_t *sealed)
{
    const unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    crypto_secretstream_xchacha20poly1305_push(state, sealed, NULL, plain.data, plain.length, NULL, 0, tag);
    return plain.length + crypto_secretstream_xchacha20poly1305_ABYTES;
}

static bool seal_window(crypto_secretstream_xchacha20poly1305_state *state, struct bytes window, bool last,
                        int output)
{
    static _Thread_local uint8_t sealed[BATCH];
    size_t filled = 0;
    size_t at = 0;
    do {
        const size_t left = window.length - at;
        const struct bytes chunk = {window.data + at, left < CHUNK ? left : CHUNK};
        filled += seal_chunk(state, chunk, last && left <= CHUNK, sealed + filled);
        at += chunk.length;
        if (at == window.length || filled + SEALED_CHUNK > BATCH) {
            if (!file_write_all(output, (struct bytes){sealed, filled}))
                return false;
            filled = 0;
        }
    } while (at < window.length);
    return true;
}

static bool seal_from(crypto_secretstream_xchacha20poly1305_state *state, int input, size_t size, int output)
{
    off_t started = 0;
    bool ok = true;
    for (size_t at = 0; ok && at < size; at += WINDOW) {
        const size_t length = size - at < WINDOW ? size - at : WINDOW;
        void *mapped = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, input, (off_t)at);
        if (mapped == MAP_FAILED)
            return false;
        ok = seal_window(state, (struct bytes){mapped, length}, at + length == size, output);
        munmap(mapped, length);
        start_writing(output, &started, (off_t)(at + length));
    }
    return ok;
}

static bool seal_stream(const struct vault_key *key, int input, int output, struct ra_error *error)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    static const uint8_t nothing[1];
    struct stat status;
    if (fstat(input, &status) != 0 || status.st_size < 0)
        return ra_fail_errno(error, "dossier file");
    const size_t size = (size_t)status.st_size;
    (void)fallocate(output, FALLOC_FL_KEEP_SIZE, 0, status.st_size); /* only spares the disk some searching */
    crypto_secretstream_xchacha20poly1305_init_push(&state, header, key->bytes);
    bool ok = file_write_all(output, (struct bytes){header, sizeof header}) &&
              (size > 0 ? seal_from(&state, input, size, output)
                        : seal_window(&state, (struct bytes){nothing, 0}, true, output));
    sodium_memzero(&state, sizeof state);
    return ok || ra_fail_errno(error, "dossier file");
}

static bool make_folder(const struct config *config, const char *ref, struct ra_error *error)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", config->dossier_dir, ref);
    if (length <= 0 || (size_t)length >= sizeof path)
        return ra_fail(error, RA_IO, "dossier path too long");
    return mkdir(path, 0700) == 0 || errno == EEXIST || ra_fail_errno(error, "dossier folder");
}

static bool sync_folder(const struct config *config, const char *ref)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", config->dossier_dir, ref);
    int folder =
        length > 0 && (size_t)length < sizeof path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0)
        return false;
    bool ok = fsync(folder) == 0;
    close(folder);
    return ok;
}

bool vault_put(const struct config *config, const struct vault_key *key, const char *ref,
               const uint8_t digest[32], int descriptor, struct ra_error *error)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    if (!file_path(config, ref, digest, path, error) || !make_folder(config, ref, error))
        return false;
    if (access(path, F_OK) == 0)
        return true;
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int output = length > 0 && (size_t)length < sizeof temporary ? mkostemp(temporary, O_CLOEXEC) : -1;
    if (output < 0)
        return ra_fail_errno(error, "dossier file");
    bool ok = seal_stream(key, descriptor, output, error);
    if (ok && fdatasync(output) != 0)
        ok = ra_fail_errno(error, "dossier file");
    close(output);
    if (ok && (rename(temporary, path) != 0 || !sync_folder(config, ref)))
        ok = ra_fail_errno(error, "dossier file");
    if (!ok)
        unlink(temporary);
    return ok;
}

static bool open_stream(const struct vault_key *key, int input, int output)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    static _Thread_local uint8_t plain[CHUNK];
    static _Thread_local uint8_t sealed[SEALED_CHUNK];
    size_t length = 0;
    unsigned char tag = 0;
    bool ok = read_up_to(input, header, sizeof header, &length) && length == sizeof header &&
              crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key->bytes) == 0;
    while (ok && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
        unsigned long long opened = 0;
        ok = read_up_to(input, sealed, SEALED_CHUNK, &length) &&
             length >= crypto_secretstream_xchacha20poly1305_ABYTES &&
             crypto_secretstream_xchacha20poly1305_pull(&state, plain, &opened, &tag, sealed, length, NULL,
                                                        0) == 0 &&
             file_write_all(output, (struct bytes){plain, (size_t)opened});
    }
    ok = ok && read_up_to(input, sealed, 1, &length) && length == 0;
    sodium_memzero(plain, sizeof plain);
    sodium_memzero(&state, sizeof state);
    return ok;
}

bool vault_get(const struct config *config, const struct vault_key *key, const char *ref,
               const uint8_t digest[32], int output, struct ra_error *error)
{
    char path[PATH_MAX];
    if (!file_path(config, ref, digest, path, error))
        return false;
    int input = open(path, O_RDONLY | O_CLOEXEC);
    if (input < 0)
        return ra_fail_errno(error, "dossier file");
    bool ok = open_stream(key, input, output);
    close(input);
    return ok || ra_fail(error, RA_INTERNAL, "a dossier file is damaged or was exchanged");
}
