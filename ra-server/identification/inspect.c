/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/inspect.h"

#include "identification/inspect_internal.h"

#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
    HEAD = 1024,           /* readers of PDF look for its header as far as here */
    TRAILER_MAX = 64,      /* bytes of no known kind after an image's end */
    DIRECTORY_END = 22,    /* bytes of a ZIP's end record, before its comment */
    COMMENT_MAX = 65535,   /* bytes of a ZIP's comment */
    INFLATE_OUTPUT = 16384 /* bytes */
};

static const struct refusal {
    enum ra_error_code code;
    const char *reason;
    const char *sentence;
} refusals[] = {
#define X(id, code, reason, sentence) {code, reason, sentence},
    INSPECTION_REFUSAL_TABLE(X)
#undef X
};

void inspect_set_refusal(enum inspection_refusal refusal, struct ra_error *error)
{
    const struct refusal *row = &refusals[refusal];
    ra_fail_reason(error, row->code, row->reason, "%s", row->sentence);
}

bool starts_with(struct bytes content, const char *text)
{
    size_t length = strlen(text);
    return has_bytes(content, 0, length) && memcmp(content.data, text, length) == 0;
}

size_t find_text(struct bytes content, size_t from, const char *text)
{
    if (from >= content.length)
        return content.length;
    const uint8_t *found = memmem(content.data + from, content.length - from, text, strlen(text));
    return found == NULL ? content.length : (size_t)(found - content.data);
}

bool inspect_dimensions(uint32_t width, uint32_t height, struct ra_error *error)
{
    if (width == 0 || height == 0)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    return (width <= INSPECTION_SIDE_MAX && height <= INSPECTION_SIDE_MAX &&
            (uint64_t)width * height <= INSPECTION_PIXELS_MAX) ||
           inspect_refuse(INSPECTION_DIMENSIONS, error);
}

bool inspect_is_markup(struct bytes note)
{
    static const char *const openings[] = {"<!doctype", "<?php", "<html", "<iframe", "<script", "<svg "};
    const uint8_t *end = note.data + note.length;
    for (const uint8_t *at = note.data; at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL;
         at++) {
        for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
            size_t length = strlen(openings[i]);
            if ((size_t)(end - at) >= length && strncasecmp((const char *)at, openings[i], length) == 0)
                return true;
        }
    }
    return false;
}

static bool is_padding(uint8_t byte)
{
    return byte == 0 || byte == 0xFF || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' ||
           byte == 0x1A;
}

bool inspect_trailer_is_harmless(struct bytes content, size_t from)
{
    static const char *const kinds[] = {"<", "#!", "PK", "%P", "/*", "MZ"};
    while (from < content.length && is_padding(content.data[from]))
        from++;
    if (content.length - from > TRAILER_MAX)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (find_text(content, from, kinds[i]) != content.length)
            return false;
    }
    return true;
}

bool inspect_inflates_within(struct bytes compressed, size_t limit, size_t *made)
{
    uint8_t output[INFLATE_OUTPUT];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)compressed.data, .avail_in = (uInt)compressed.length};
    if (inflateInit(&stream) != Z_OK)
        return false;
    int status = Z_OK;
    while (status == Z_OK && stream.total_out <= limit) {
        stream.next_out = output;
        stream.avail_out = sizeof output;
        status = inflate(&stream, Z_NO_FLUSH);
    }
    *made = stream.total_out;
    inflateEnd(&stream);
    return *made <= limit;
}

/* A ZIP is found by its end: its record lies within the last 64 KiB of whatever comes before. */
static bool ends_as_archive(struct bytes content)
{
    size_t span = DIRECTORY_END + COMMENT_MAX;
    size_t at = content.length > span ? content.length - span : 0;
    while ((at = find_text(content, at, "PK\5\6")) != content.length) {
        if (has_bytes(content, at, DIRECTORY_END) && read_le32(content, at + 4) == 0 &&
            has_bytes(content, at + DIRECTORY_END, read_le16(content, at + 20)))
            return true;
        at++;
    }
    return false;
}

/* The beginning of an image as readers of other kinds see it. */
static bool begins_as_another(struct bytes content)
{
    struct bytes head = part_of(content, 0, content.length < HEAD ? content.length : HEAD);
    return find_text(head, 1, "%PDF-") != head.length || inspect_is_markup(head);
}

static const struct format {
    const char *magic;
    size_t magic_size;
    const char *name;
    const char *media_type;
    bool (*walk)(struct bytes content, struct inspection *inspection, struct ra_error *error);
} formats[] = {
    {"\xFF\xD8\xFF", 3, "jpeg", "image/jpeg", inspect_jpeg},
    {"\x89PNG\r\n\x1A\n", 8, "png", "image/png", inspect_png},
    {"II*\0", 4, "tiff", "image/tiff", inspect_tiff},
    {"MM\0*", 4, "tiff", "image/tiff", inspect_tiff},
    {"%PDF-", 5, "pdf", "application/pdf", inspect_pdf},
};

static const struct format *find_format(struct bytes content)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (has_bytes(content, 0, formats[i].magic_size) &&
            memcmp(content.data, formats[i].magic, formats[i].magic_size) == 0)
            return &formats[i];
    }
    return NULL;
}

bool inspect_document(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    if (content.length == 0)
        return inspect_refuse(INSPECTION_EMPTY, error);
    if (content.length > INSPECTION_BYTES_MAX)
        return inspect_refuse(INSPECTION_LARGE, error);
    const struct format *format = find_format(content);
    if (format == NULL)
        return inspect_refuse(INSPECTION_TYPE, error);
    struct inspection found = {.format = format->name, .media_type = format->media_type, .pages = 1};
    if (!format->walk(content, &found, error))
        return false;
    if (begins_as_another(content) || ends_as_archive(content))
        return inspect_refuse(INSPECTION_TWO_KINDS, error);
    *inspection = found;
    return true;
}
