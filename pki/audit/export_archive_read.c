/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/export_archive_read.h"

#include "pki/audit/zip_walk.h"

#include <string.h>

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

struct walking {
    export_part *part;
    void *state;
    enum export_file file; /* the one at hand */
    bool seen[EXPORT_FILE_COUNT];
};

static enum zip_choice choose(void *state, const char *name)
{
    struct walking *walking = state;
    if (!find_file(name, &walking->file) || walking->seen[walking->file]) {
        return ZIP_REFUSE;
    }
    walking->seen[walking->file] = true;
    return ZIP_READ;
}

static bool hand_on(void *state, struct bytes part, bool end, struct ra_error *error)
{
    struct walking *walking = state;
    return walking->part(walking->state, walking->file, part, end, error);
}

bool export_archive_walk(const char *path, export_part *part, void *state, struct ra_error *error)
{
    struct walking walking = {.part = part, .state = state};
    const struct zip_visitor visitor = {choose, hand_on, &walking, "export-malformed"};
    return zip_walk(path, &visitor, error);
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
