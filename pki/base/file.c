/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was read may be a secret: none of it stays behind where it was. */
static void forget(uint8_t *data, size_t used)
{
    if (data != NULL)
        OPENSSL_cleanse(data, used);
    talloc_free(data);
}

static uint8_t *move(TALLOC_CTX *context, uint8_t *from, size_t used, size_t size)
{
    uint8_t *room = talloc_size(context, size + 1);
    if (room != NULL && used > 0)
        memcpy(room, from, used);
    forget(from, used);
    return room;
}

static bool too_large(struct ra_error *error, const char *path, size_t limit)
{
    return ra_fail(error, RA_TOO_LARGE, "%s é grande demais: aqui o limite é de %zu bytes", path, limit);
}

/* Room for more than `used` bytes, which are at least one and at most `limit`. */
static size_t more_than(size_t used, size_t limit)
{
    enum { LEAST = 4096 };
    const size_t twice = used > limit / 2 ? limit : 2 * used;
    return twice < LEAST && LEAST <= limit ? LEAST : twice;
}

/* To the end, wherever that is: a pipe or a terminal does not tell its size. `size` is the first guess. */
static bool read_all(TALLOC_CTX *context, int descriptor, const char *path, size_t size, size_t limit,
                     struct bytes *content, struct ra_error *error)
{
    size_t used = 0;
    uint8_t *data = move(context, NULL, 0, size);
    while (data != NULL) {
        ssize_t got = read(descriptor, data + used, size + 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            ra_fail_file(error, RA_FILE_READ, path);
            forget(data, used);
            return false;
        }
        if (got == 0) {
            data[used] = 0;
            *content = (struct bytes){data, used};
            return true;
        }
        used += (size_t)got;
        if (used <= size)
            continue;
        if (used > limit) {
            forget(data, used);
            return too_large(error, path, limit);
        }
        size = more_than(used, limit);
        data = move(context, data, used, size);
    }
    return ra_fail(error, RA_NO_MEMORY, "%s", path);
}

bool file_read_open(TALLOC_CTX *context, int descriptor, const char *path, size_t limit,
                    struct bytes *content, struct ra_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0 || status.st_size < 0)
        return ra_fail_file(error, RA_FILE_READ, path);
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return ra_fail_file(error, RA_FILE_READ, path);
    }
    if ((uintmax_t)status.st_size > limit)
        return too_large(error, path, limit);
    return read_all(context, descriptor, path, (size_t)status.st_size, limit, content, error);
}

bool file_read(TALLOC_CTX *context, const char *path, size_t limit, struct bytes *content,
               struct ra_error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return ra_fail_file(error, RA_FILE_READ, path);
    bool ok = file_read_open(context, descriptor, path, limit, content, error);
    close(descriptor);
    return ok;
}

bool file_write_all(int descriptor, struct bytes content)
{
    size_t done = 0;
    while (done < content.length) {
        ssize_t put = write(descriptor, content.data + done, content.length - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

static bool sync_folder_of(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return false;
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool ok = fsync(folder) == 0;
    close(folder);
    return ok;
}

enum durability { DURABLE, LAZY };

static bool write_whole(const char *path, struct bytes content, mode_t mode, enum durability durability,
                        struct ra_error *error)
{
    const bool wait = durability == DURABLE;
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return ra_fail_file(error, RA_FILE_WRITE, path);
    }
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    if (descriptor < 0)
        return ra_fail_file(error, RA_FILE_WRITE, path);
    bool ok = file_write_all(descriptor, content) && fchmod(descriptor, mode) == 0 &&
              (!wait || fsync(descriptor) == 0);
    if (!ok)
        ra_fail_file(error, RA_FILE_WRITE, path);
    close(descriptor);
    if (ok && (rename(temporary, path) != 0 || (wait && !sync_folder_of(path))))
        ok = ra_fail_file(error, RA_FILE_WRITE, path);
    if (!ok)
        unlink(temporary);
    return ok;
}

bool file_write(const char *path, struct bytes content, mode_t mode, struct ra_error *error)
{
    return write_whole(path, content, mode, DURABLE, error);
}

bool file_write_lazily(const char *path, struct bytes content, mode_t mode, struct ra_error *error)
{
    return write_whole(path, content, mode, LAZY, error);
}
