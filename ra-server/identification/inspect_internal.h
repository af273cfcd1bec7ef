/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the walks of the formats share.
 */
#ifndef IDENTIFICATION_INSPECT_INTERNAL_H
#define IDENTIFICATION_INSPECT_INTERNAL_H

#include "identification/inspect.h"

/* Are there `count` bytes from `at` on? */
static inline bool has_bytes(struct bytes content, size_t at, size_t count)
{
    return at <= content.length && content.length - at >= count;
}

/* Integers at a place that has_bytes admitted. */
static inline uint32_t read_be16(struct bytes content, size_t at)
{
    return (uint32_t)content.data[at] << 8 | content.data[at + 1];
}

static inline uint32_t read_be32(struct bytes content, size_t at)
{
    return read_be16(content, at) << 16 | read_be16(content, at + 2);
}

static inline uint32_t read_le16(struct bytes content, size_t at)
{
    return (uint32_t)content.data[at + 1] << 8 | content.data[at];
}

static inline uint32_t read_le32(struct bytes content, size_t at)
{
    return read_le16(content, at + 2) << 16 | read_le16(content, at);
}

/* The bytes [at, at + count) of a place that has_bytes admitted, borrowed. */
static inline struct bytes part_of(struct bytes content, size_t at, size_t count)
{
    return (struct bytes){content.data + at, count};
}

bool starts_with(struct bytes content, const char *text);

/* Where `text` begins at or after `from`; content.length when it does not. */
size_t find_text(struct bytes content, size_t from, const char *text);

/* No side and no area beyond the limits; a side of zero is malformed. */
RA_MUST_CHECK bool inspect_dimensions(uint32_t width, uint32_t height, struct ra_error *error);

/* What a browser or an interpreter would run, in a comment, a text or another place for notes. */
bool inspect_is_markup(struct bytes note);

/* What follows the end of an image from `from` on: padding, or a few bytes of no known kind. */
bool inspect_trailer_is_harmless(struct bytes content, size_t from);

/* Inflates a zlib stream and throws the output away: `made` bytes of it, false when more than `limit`. Damage
 * is not judged here. */
bool inspect_inflates_within(struct bytes compressed, size_t limit, size_t *made);

/* Width and height of a JPEG from its frame header, without judging the rest; false when there is none. */
bool inspect_jpeg_frame(struct bytes content, uint32_t *width, uint32_t *height);

#endif
