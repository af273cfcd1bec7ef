/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/exif.h"

#include <string.h>

enum {
    MARKER_APP1 = 0xE1,
    MARKER_SOS = 0xDA, /* the picture itself: no more blocks of interest */
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    ENTRY_SIZE = 12
};

/* A TIFF structure in either byte order; reads beyond its end give 0. */
struct tiff {
    struct bytes block;
    bool big_endian;
};

static bool has(struct bytes block, size_t at, size_t length)
{
    return at <= block.length && length <= block.length - at;
}

static uint32_t number(const struct tiff *tiff, size_t at, size_t size)
{
    uint32_t value = 0;
    if (!has(tiff->block, at, size))
        return 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | tiff->block.data[at + (tiff->big_endian ? i : size - 1 - i)];
    return value;
}

static int orientation_of(const struct tiff *tiff)
{
    const size_t directory = number(tiff, 4, 4);
    const size_t count = number(tiff, directory, 2);
    for (size_t i = 0; i < count; i++) {
        const size_t entry = directory + 2 + i * ENTRY_SIZE;
        if (!has(tiff->block, entry, ENTRY_SIZE))
            break;
        if (number(tiff, entry, 2) != TAG_ORIENTATION || number(tiff, entry + 2, 2) != TYPE_SHORT)
            continue;
        const uint32_t value = number(tiff, entry + 8, 2);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

static bool is_exif(struct bytes block, struct tiff *tiff)
{
    static const char magic[6] = "Exif";
    if (block.length < sizeof magic + 8 || memcmp(block.data, magic, sizeof magic) != 0)
        return false;
    *tiff = (struct tiff){.block = {block.data + sizeof magic, block.length - sizeof magic}};
    tiff->big_endian = tiff->block.data[0] == 'M';
    return (tiff->big_endian || tiff->block.data[0] == 'I') && tiff->block.data[0] == tiff->block.data[1] &&
           number(tiff, 2, 2) == 42;
}

int exif_orientation(struct bytes jpeg)
{
    struct tiff tiff;
    size_t at = 2; /* after the start of image */
    while (has(jpeg, at, 4) && jpeg.data[at] == 0xFF && jpeg.data[at + 1] != MARKER_SOS) {
        const size_t length = (size_t)jpeg.data[at + 2] << 8 | jpeg.data[at + 3];
        if (length < 2 || !has(jpeg, at + 2, length))
            break;
        if (jpeg.data[at + 1] == MARKER_APP1 &&
            is_exif((struct bytes){jpeg.data + at + 4, length - 2}, &tiff))
            return orientation_of(&tiff);
        at += 2 + length;
    }
    return 1;
}
