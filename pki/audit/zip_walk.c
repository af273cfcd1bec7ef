/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/zip_walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 65536 };

static bool malformed(const struct zip_visitor *visitor, const char *what, struct ra_error *error)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, visitor->reason, "o arquivo não é o que deveria: %s",
                          what);
}

static bool walk_file(struct archive *zip, const struct zip_visitor *visitor, uint8_t *block,
                      struct ra_error *error)
{
    la_ssize_t length = 1;
    bool done = true;
    while (done && length > 0) {
        length = archive_read_data(zip, block, BLOCK);
        done = length < 0
                   ? malformed(visitor, "zip danificado", error)
                   : visitor->part(visitor->state, (struct bytes){block, (size_t)length}, length == 0, error);
    }
    return done;
}

static enum zip_choice choose(const struct zip_visitor *visitor, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (name == NULL || archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
        archive_entry_is_encrypted(entry)) {
        return ZIP_REFUSE;
    }
    return visitor->choose(visitor->state, name);
}

static bool walk_all(struct archive *zip, const struct zip_visitor *visitor, uint8_t *block,
                     struct ra_error *error)
{
    for (;;) {
        struct archive_entry *entry = NULL;
        int read = archive_read_next_header(zip, &entry);
        if (read == ARCHIVE_EOF) {
            return true;
        }
        if (read != ARCHIVE_OK) {
            return malformed(visitor, "zip danificado", error);
        }
        enum zip_choice choice = choose(visitor, entry);
        if (choice == ZIP_REFUSE) {
            return malformed(visitor, "há nele um arquivo a mais", error);
        }
        if (choice == ZIP_READ && !walk_file(zip, visitor, block, error)) {
            return false;
        }
    }
}

static bool walk_open(int fd, const struct zip_visitor *visitor, struct ra_error *error)
{
    struct archive *zip = archive_read_new();
    uint8_t *block = talloc_array(NULL, uint8_t, BLOCK);
    bool done = false;
    if (zip == NULL || block == NULL) {
        (void)ra_fail(error, RA_NO_MEMORY, "zip");
    } else if (archive_read_support_format_zip_seekable(zip) != ARCHIVE_OK) {
        (void)ra_fail(error, RA_INTERNAL, "libarchive lacks zip");
    } else if (archive_read_open_fd(zip, fd, BLOCK) != ARCHIVE_OK) {
        (void)malformed(visitor, "zip danificado", error);
    } else {
        done = walk_all(zip, visitor, block, error);
    }
    talloc_free(block);
    if (zip != NULL) {
        (void)archive_read_free(zip);
    }
    return done;
}

bool zip_walk(const char *path, const struct zip_visitor *visitor, struct ra_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ra_fail_file(error, RA_FILE_READ, path);
    }
    struct stat status;
    bool folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    errno = EISDIR;
    bool done = folder ? ra_fail_file(error, RA_FILE_READ, path) : walk_open(fd, visitor, error);
    (void)close(fd);
    return done;
}
