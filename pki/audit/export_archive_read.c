/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/export_archive_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { BLOCK = 65536 };

static const struct {
    const char *name;
    bool small;
} known_files[] = {
#define X(member, file_name, is_small) [EXPORT_FILE_##member] = {file_name, is_small},
    EXPORT_FILES(X)
#undef X
};

const char *export_file_name(enum export_file file)
{
    return (unsigned)file < EXPORT_FILE_COUNT ? known_files[file].name : "";
}

static bool malformed(struct ra_error *error, const char *what)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, "export-malformed",
                          "o arquivo não é uma exportação: %s", what);
}

static bool find_file(const char *name, enum export_file *file)
{
    for (size_t at = 0; name != NULL && at < EXPORT_FILE_COUNT; at++) {
        if (strcmp(known_files[at].name, name) == 0) {
            *file = (enum export_file)at;
            return true;
        }
    }
    return false;
}

static bool walk_file(struct archive *zip, enum export_file file, export_part *part, void *state,
                      struct ra_error *error)
{
    uint8_t *block = talloc_array(NULL, uint8_t, BLOCK);
    bool done = block != NULL || ra_fail(error, RA_NO_MEMORY, "zip");
    la_ssize_t length = 1;
    while (done && length > 0) {
        length = archive_read_data(zip, block, BLOCK);
        done = length < 0 ? malformed(error, "zip danificado")
                          : part(state, file, (struct bytes){block, (size_t)length}, length == 0, error);
    }
    talloc_free(block);
    return done;
}

static bool walk_all(struct archive *zip, export_part *part, void *state, struct ra_error *error)
{
    bool seen[EXPORT_FILE_COUNT] = {false};
    for (;;) {
        struct archive_entry *entry = NULL;
        enum export_file file = EXPORT_FILE_events;
        int read = archive_read_next_header(zip, &entry);
        if (read == ARCHIVE_EOF) {
            return true;
        }
        if (read != ARCHIVE_OK) {
            return malformed(error, "zip danificado");
        }
        if (archive_entry_filetype(entry) != AE_IFREG || !find_file(archive_entry_pathname(entry), &file) ||
            seen[file]) {
            return malformed(error, "há nele um arquivo a mais");
        }
        seen[file] = true;
        if (!walk_file(zip, file, part, state, error)) {
            return false;
        }
    }
}

bool export_archive_walk(const char *path, export_part *part, void *state, struct ra_error *error)
{
    struct archive *zip = archive_read_new();
    if (zip == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "zip");
    }
    bool done = false;
    if (archive_read_support_format_zip(zip) != ARCHIVE_OK) {
        (void)ra_fail(error, RA_INTERNAL, "libarchive lacks zip");
    } else if (archive_read_open_filename(zip, path, BLOCK) != ARCHIVE_OK) {
        (void)ra_fail(error, RA_IO, "%s: %s", path, archive_error_string(zip));
    } else {
        done = walk_all(zip, part, state, error);
    }
    (void)archive_read_free(zip);
    return done;
}

struct reading {
    TALLOC_CTX *context;
    struct bytes *files;
};

static bool read_small(void *state, enum export_file file, struct bytes part, bool end,
                       struct ra_error *error)
{
    struct reading *reading = state;
    struct bytes *content = &reading->files[file];
    (void)end;
    if (!known_files[file].small) {
        return true;
    }
    if (part.length > EXPORT_SMALL_MAX - content->length) {
        return malformed(error, "um dos arquivos pequenos é grande demais");
    }
    uint8_t *grown = talloc_array(reading->context, uint8_t, (unsigned)(content->length + part.length + 1));
    if (grown == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "zip");
    }
    if (content->length > 0) {
        memcpy(grown, content->data, content->length);
    }
    memcpy(grown + content->length, part.data, part.length);
    grown[content->length + part.length] = '\0';
    *content = (struct bytes){grown, content->length + part.length};
    return true;
}

bool export_archive_small(TALLOC_CTX *context, const char *path, struct bytes files[EXPORT_FILE_COUNT],
                          struct ra_error *error)
{
    struct reading reading = {.context = context, .files = files};
    for (size_t at = 0; at < EXPORT_FILE_COUNT; at++) {
        files[at] = (struct bytes){NULL, 0};
    }
    return export_archive_walk(path, read_small, &reading, error);
}
