/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        return ra_fail(error, RA_TOO_LARGE, "%s é grande demais: aqui o limite é de %zu bytes", path, limit);
    size_t capacity = (size_t)status.st_size, used = 0;
    uint8_t *data = talloc_size(context, capacity + 1);
    if (data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "%s", path);
    while (used < capacity) {
        ssize_t got = read(descriptor, data + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ra_fail_file(error, RA_FILE_READ, path);
        if (got == 0)
            break;
        used += (size_t)got;
    }
    data[used] = 0;
    *content = (struct bytes){data, used};
    return true;
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
