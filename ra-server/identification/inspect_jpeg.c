/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JPEG (ITU-T T.81 annex B): marker by marker to the end of the image. Phones write further whole pictures
 * after the first (CIPA DC-007) and Samsung's a table of notes; both are walked, nothing else may follow.
 */
#include "identification/inspect_internal.h"

#include <string.h>

enum {
    MARKER_SOF0 = 0xC0,
    MARKER_SOF1 = 0xC1,
    MARKER_SOF2 = 0xC2,
    MARKER_DHT = 0xC4,
    MARKER_JPG = 0xC8,
    MARKER_DAC = 0xCC,
    MARKER_SOF15 = 0xCF,
    MARKER_RST0 = 0xD0,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_APP0 = 0xE0,
    MARKER_APP15 = 0xEF,
    MARKER_COM = 0xFE,
};

enum {
    PICTURES_MAX = 16,
    NOTES_MAX = 65536,               /* bytes of Samsung's table of notes */
    COMMENT_OPENING = '/' << 8 | '*' /* as a segment's length it hides the segment from a script */
};

struct walk {
    struct bytes content;
    size_t at;
    uint32_t width, height; /* of the present picture; 0: no frame header yet */
    bool scanned;
    size_t segments;
    bool comment_opened, comment_closed;
};

/* Moves to the marker after optional fill bytes. */
static bool next_marker(struct walk *walk, uint8_t *marker, struct ra_error *error)
{
    if (!has_bytes(walk->content, walk->at, 2))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    if (walk->content.data[walk->at] != 0xFF)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    while (walk->at < walk->content.length && walk->content.data[walk->at] == 0xFF)
        walk->at++;
    if (walk->at == walk->content.length)
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    *marker = walk->content.data[walk->at++];
    return true;
}

/* The segment's content, without its length; moves behind it. */
static bool next_segment(struct walk *walk, struct bytes *segment, struct ra_error *error)
{
    if (!has_bytes(walk->content, walk->at, 2))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    size_t length = read_be16(walk->content, walk->at);
    if (length < 2)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    if (!has_bytes(walk->content, walk->at, length))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    *segment = part_of(walk->content, walk->at + 2, length - 2);
    walk->at += length;
    return true;
}

static bool is_frame(uint8_t marker)
{
    return marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT && marker != MARKER_JPG &&
           marker != MARKER_DAC;
}

static bool read_frame(struct walk *walk, uint8_t marker, struct bytes segment, struct ra_error *error)
{
    if (walk->width != 0 || segment.length < 6)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    uint8_t precision = segment.data[0], components = segment.data[5];
    walk->height = read_be16(segment, 1);
    walk->width = read_be16(segment, 3);
    if (!inspect_dimensions(walk->width, walk->height, error))
        return false;
    if (components == 0 || components > 4 || segment.length != 6 + 3 * (size_t)components)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    /* Lossless, hierarchical and arithmetic pictures are beyond ordinary readers. */
    bool common = marker == MARKER_SOF0 || marker == MARKER_SOF1 || marker == MARKER_SOF2;
    return (common && precision == 8) || inspect_refuse(INSPECTION_VARIANT, error);
}

/* Moves to the marker that ends the entropy-coded bytes. */
static bool skip_scan(struct walk *walk, struct bytes header, struct ra_error *error)
{
    if (walk->width == 0 || header.length < 1 || header.length != 4 + 2 * (size_t)header.data[0])
        return inspect_refuse(INSPECTION_MALFORMED, error);
    walk->scanned = true;
    while (walk->at < walk->content.length) {
        const uint8_t *found = memchr(walk->content.data + walk->at, 0xFF, walk->content.length - walk->at);
        if (found == NULL)
            break;
        walk->at = (size_t)(found - walk->content.data);
        if (!has_bytes(walk->content, walk->at, 2))
            break;
        uint8_t next = found[1];
        if (next != 0 && (next < MARKER_RST0 || next >= MARKER_SOI))
            return true;
        walk->at += 2;
    }
    return inspect_refuse(INSPECTION_TRUNCATED, error);
}

/* A JFIF header has the thumbnail it declares and nothing more. */
static bool note_is_sound(struct walk *walk, uint8_t marker, struct bytes note)
{
    if (marker == MARKER_APP0 && starts_with(note, "JFIF") && note.length >= 14 &&
        note.length != 14 + 3 * (size_t)note.data[12] * note.data[13])
        return false;
    walk->comment_closed = walk->comment_closed || find_text(note, 0, "*/") != note.length;
    return !inspect_is_markup(note) && !(walk->comment_opened && walk->comment_closed);
}

static bool take_segment(struct walk *walk, uint8_t marker, struct ra_error *error)
{
    struct bytes segment;
    if (!next_segment(walk, &segment, error))
        return false;
    if (walk->segments++ == 0)
        walk->comment_opened = segment.length + 2 == COMMENT_OPENING;
    if (is_frame(marker))
        return read_frame(walk, marker, segment, error);
    if (marker == MARKER_SOS)
        return skip_scan(walk, segment, error);
    bool is_note = marker == MARKER_COM || (marker >= MARKER_APP0 && marker <= MARKER_APP15);
    return !is_note || note_is_sound(walk, marker, segment) || inspect_refuse(INSPECTION_TWO_KINDS, error);
}

/* One picture, from its SOI to behind its EOI. */
static bool walk_picture(struct walk *walk, struct ra_error *error)
{
    uint8_t marker = 0;
    walk->width = walk->height = 0;
    walk->scanned = false;
    walk->at += 2;
    while (next_marker(walk, &marker, error)) {
        if (marker == MARKER_EOI)
            return walk->scanned || inspect_refuse(INSPECTION_MALFORMED, error);
        if (marker < MARKER_SOF0 || (marker >= MARKER_RST0 && marker <= MARKER_SOI))
            return inspect_refuse(INSPECTION_MALFORMED, error);
        if (!take_segment(walk, marker, error))
            return false;
    }
    return false;
}

/* "SEFH" … length of that part, "SEFT": names and short values of Samsung's camera. With a film in it the
 * table is much longer. */
static bool is_samsung_notes(struct bytes content, size_t from)
{
    size_t length = content.length - from;
    if (length < 12 || length > NOTES_MAX || memcmp(content.data + content.length - 4, "SEFT", 4) != 0)
        return false;
    size_t part = read_le32(content, content.length - 8);
    return part >= 4 && part <= length - 8 &&
           memcmp(content.data + content.length - 8 - part, "SEFH", 4) == 0 &&
           !inspect_is_markup(part_of(content, from, length));
}

static size_t skip_zeros(struct bytes content, size_t at)
{
    while (at < content.length && content.data[at] == 0)
        at++;
    return at;
}

static bool walk_trailer(struct walk *walk, struct ra_error *error)
{
    for (int pictures = 1; pictures < PICTURES_MAX; pictures++) {
        size_t next = skip_zeros(walk->content, walk->at);
        if (!starts_with(part_of(walk->content, next, walk->content.length - next), "\xFF\xD8\xFF"))
            break;
        walk->at = next;
        if (!walk_picture(walk, error))
            return false;
    }
    return inspect_trailer_is_harmless(walk->content, walk->at) ||
           is_samsung_notes(walk->content, walk->at) || inspect_refuse(INSPECTION_TWO_KINDS, error);
}

bool inspect_jpeg(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    struct walk walk = {.content = content};
    if (!walk_picture(&walk, error))
        return false;
    inspection->width = walk.width;
    inspection->height = walk.height;
    return walk_trailer(&walk, error);
}

bool inspect_jpeg_frame(struct bytes content, uint32_t *width, uint32_t *height)
{
    enum { FRAME_SEGMENTS_MAX = 256 };
    struct walk walk = {.content = content, .at = 2};
    struct ra_error ignored = {0};
    struct bytes segment;
    uint8_t marker = 0;
    /* Real pictures say their size within a few dozen segments; a long chain is there to cost time. */
    for (unsigned segments = 0; segments < FRAME_SEGMENTS_MAX && next_marker(&walk, &marker, &ignored) &&
                                marker != MARKER_SOS && next_segment(&walk, &segment, &ignored);
         segments++) {
        if (!is_frame(marker) || segment.length < 6)
            continue;
        *height = read_be16(segment, 1);
        *width = read_be16(segment, 3);
        return true;
    }
    return false;
}
