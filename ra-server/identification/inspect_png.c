/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PNG (W3C PNG, third edition): chunk by chunk, with lengths and checksums, to the end. The picture's own
 * compressed size is bounded by the declared dimensions; the notes' is measured.
 */
#include "identification/inspect_internal.h"

#include <string.h>
#include <zlib.h>

enum {
    SIGNATURE = 8,       /* bytes */
    FRAME = 12,          /* bytes of a chunk besides its content */
    HEADER = 13,         /* bytes of IHDR's content */
    NOTES_MAX = 8 << 20, /* bytes that the compressed notes of a picture may become */
    KEYWORD_MAX = 80     /* bytes of a note's keyword with its NUL */
};

struct chunk {
    const char *type; /* four letters, borrowed, no NUL */
    struct bytes content;
};

struct walk {
    struct bytes content;
    size_t at;
    size_t data_chunks;
    bool data_ended;
    size_t notes_left; /* bytes */
};

static bool is(const struct chunk *chunk, const char *type)
{
    return memcmp(chunk->type, type, 4) == 0;
}

static bool next_chunk(struct walk *walk, struct chunk *chunk, struct ra_error *error)
{
    if (!has_bytes(walk->content, walk->at, FRAME))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    size_t length = read_be32(walk->content, walk->at);
    const uint8_t *type = walk->content.data + walk->at + 4;
    for (size_t i = 0; i < 4; i++) {
        if ((type[i] | 0x20) < 'a' || (type[i] | 0x20) > 'z')
            return inspect_refuse(INSPECTION_MALFORMED, error);
    }
    if (!has_bytes(walk->content, walk->at + FRAME, length))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    if (crc32(0, type, (uInt)(length + 4)) != read_be32(walk->content, walk->at + 8 + length))
        return inspect_refuse(INSPECTION_MALFORMED, error);
    *chunk = (struct chunk){(const char *)type, part_of(walk->content, walk->at + 8, length)};
    walk->at += FRAME + length;
    return true;
}

/* Depth that a colour type admits (table 11.1). */
static bool depth_fits(uint8_t colour, uint8_t depth)
{
    bool whole = depth == 8 || depth == 16;
    bool part = depth == 1 || depth == 2 || depth == 4;
    if (colour == 0)
        return whole || part;
    if (colour == 3)
        return depth == 8 || part;
    return (colour == 2 || colour == 4 || colour == 6) && whole;
}

/* The dimensions are judged as soon as they can be read: nobody needs the rest of a picture too large. */
static bool read_header(struct walk *walk, struct inspection *inspection, struct ra_error *error)
{
    struct chunk chunk;
    if (!has_bytes(walk->content, SIGNATURE, 16))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    if (read_be32(walk->content, SIGNATURE) != HEADER ||
        memcmp(walk->content.data + SIGNATURE + 4, "IHDR", 4) != 0)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    inspection->width = read_be32(walk->content, SIGNATURE + 8);
    inspection->height = read_be32(walk->content, SIGNATURE + 12);
    if (!inspect_dimensions(inspection->width, inspection->height, error) || !next_chunk(walk, &chunk, error))
        return false;
    const uint8_t *rest = chunk.content.data + 8;
    return (depth_fits(rest[1], rest[0]) && rest[2] == 0 && rest[3] == 0 && rest[4] <= 1) ||
           inspect_refuse(INSPECTION_MALFORMED, error);
}

/* Where a note's compressed part begins: zTXt and iCCP keep it behind keyword and method, iTXt behind
 * keyword, flags, language and translated keyword. 0: it has none. */
static size_t compressed_part(const struct chunk *chunk)
{
    struct bytes content = chunk->content;
    struct bytes start = part_of(content, 0, content.length < KEYWORD_MAX ? content.length : KEYWORD_MAX);
    size_t at = start.length > 0 && memchr(start.data, 0, start.length) != NULL
                    ? strlen((const char *)start.data) + 1
                    : 0;
    if (at == 0 || is(chunk, "zTXt") || is(chunk, "iCCP"))
        return at == 0 ? 0 : at + 1;
    if (!is(chunk, "iTXt") || !has_bytes(content, at, 2) || content.data[at] != 1)
        return 0;
    at += 2;
    for (int texts = 0; texts < 2; texts++) {
        const uint8_t *nul = at < content.length ? memchr(content.data + at, 0, content.length - at) : NULL;
        if (nul == NULL)
            return 0;
        at = (size_t)(nul - content.data) + 1;
    }
    return at;
}

static bool judge_note(struct walk *walk, const struct chunk *chunk, struct ra_error *error)
{
    if (inspect_is_markup(chunk->content))
        return inspect_refuse(INSPECTION_TWO_KINDS, error);
    size_t at = compressed_part(chunk);
    if (at == 0 || at >= chunk->content.length)
        return true;
    size_t made = 0;
    struct bytes compressed = part_of(chunk->content, at, chunk->content.length - at);
    if (!inspect_inflates_within(compressed, walk->notes_left, &made))
        return inspect_refuse(INSPECTION_EXPANSION, error);
    walk->notes_left -= made;
    return true;
}

static bool take_chunk(struct walk *walk, const struct chunk *chunk, struct ra_error *error)
{
    if (is(chunk, "IDAT")) {
        walk->data_chunks++;
        return !walk->data_ended || inspect_refuse(INSPECTION_MALFORMED, error);
    }
    walk->data_ended = walk->data_chunks > 0;
    if (chunk->type[0] >= 'a')
        return judge_note(walk, chunk, error);
    return is(chunk, "PLTE") || inspect_refuse(INSPECTION_MALFORMED, error);
}

bool inspect_png(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    struct walk walk = {.content = content, .at = SIGNATURE, .notes_left = NOTES_MAX};
    struct chunk chunk;
    if (!read_header(&walk, inspection, error))
        return false;
    while (next_chunk(&walk, &chunk, error)) {
        if (is(&chunk, "IEND")) {
            if (chunk.content.length != 0 || walk.data_chunks == 0)
                return inspect_refuse(INSPECTION_MALFORMED, error);
            return inspect_trailer_is_harmless(content, walk.at) ||
                   inspect_refuse(INSPECTION_TWO_KINDS, error);
        }
        if (!take_chunk(&walk, &chunk, error))
            return false;
    }
    return false;
}
