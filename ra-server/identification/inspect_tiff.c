/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TIFF 6.0: the chain of directories with every value, strip and tile inside the file. Offsets may point
 * anywhere, so that the end of the picture is the last byte that something points at.
 */
#include "identification/inspect_internal.h"

enum {
    HEADER = 8,           /* bytes */
    ENTRY = 12,           /* bytes of one entry of a directory */
    ENTRIES_MAX = 512,    /* of one directory */
    PENDING_MAX = 64,     /* directories that hang on others (EXIF, GPS, reduced images) */
    PIECES_MAX = 2 << 20, /* strips and tiles of the whole file */
    SAMPLES_MAX = 16,     /* of one pixel */
    SAMPLE_BITS_MAX = 64,
    IMAGE_OPENED_MAX = 400000000 /* bytes of one image once opened */
};
static const uint64_t FILE_OPENED_MAX = UINT64_C(2) << 30; /* bytes of all of them */

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_STRIP_OFFSETS = 273,
    TAG_SAMPLES = 277,
    TAG_STRIP_ROWS = 278,
    TAG_STRIP_BYTES = 279,
    TAG_PLANES = 284,
    TAG_TILE_WIDTH = 322,
    TAG_TILE_HEIGHT = 323,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_BYTES = 325,
    TAG_SUB_DIRECTORIES = 330,
    TAG_JPEG_OFFSET = 513,
    TAG_JPEG_BYTES = 514,
    TAG_EXIF = 34665,
    TAG_GPS = 34853,
    TAG_INTEROPERABILITY = 40965,
};

/* The values of one entry; count 0: the directory has no such entry. */
struct values {
    size_t at;
    uint32_t count;
    size_t size; /* bytes of one */
};

struct image {
    struct values width, height, bits, compression, samples, strip_rows, planes, tile_width, tile_height;
    struct values offsets, lengths;
    struct values jpeg_offset, jpeg_length;
    bool tiled;
};

struct walk {
    struct bytes content;
    bool big_endian;
    size_t end; /* behind the last byte that something points at */
    size_t pending[PENDING_MAX];
    size_t pending_count, pending_done;
    size_t pieces;
    uint64_t opened; /* bytes */
};

static uint32_t read16(const struct walk *walk, size_t at)
{
    return walk->big_endian ? read_be16(walk->content, at) : read_le16(walk->content, at);
}

static uint32_t read32(const struct walk *walk, size_t at)
{
    return walk->big_endian ? read_be32(walk->content, at) : read_le32(walk->content, at);
}

static uint32_t value_of(const struct walk *walk, const struct values *values, uint32_t index)
{
    size_t at = values->at + index * values->size;
    if (values->size == 4)
        return read32(walk, at);
    return values->size == 2 ? read16(walk, at) : walk->content.data[at];
}

/* The first value, or what the norm assumes where the entry is missing. */
static uint32_t first_of(const struct walk *walk, const struct values *values, uint32_t otherwise)
{
    return values->count == 0 ? otherwise : value_of(walk, values, 0);
}

/* Everything that is pointed at lies in the file. */
static bool take_range(struct walk *walk, uint64_t at, uint64_t length, struct ra_error *error)
{
    if (at > walk->content.length || length > walk->content.length - at)
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    if (at + length > walk->end)
        walk->end = (size_t)(at + length);
    return true;
}

static struct values *place_of(struct image *image, uint32_t tag)
{
    switch (tag) {
    case TAG_WIDTH:
        return &image->width;
    case TAG_HEIGHT:
        return &image->height;
    case TAG_BITS:
        return &image->bits;
    case TAG_COMPRESSION:
        return &image->compression;
    case TAG_SAMPLES:
        return &image->samples;
    case TAG_STRIP_ROWS:
        return &image->strip_rows;
    case TAG_PLANES:
        return &image->planes;
    case TAG_TILE_WIDTH:
        return &image->tile_width;
    case TAG_TILE_HEIGHT:
        return &image->tile_height;
    case TAG_STRIP_OFFSETS:
    case TAG_TILE_OFFSETS:
        return &image->offsets;
    case TAG_STRIP_BYTES:
    case TAG_TILE_BYTES:
        return &image->lengths;
    case TAG_JPEG_OFFSET:
        return &image->jpeg_offset;
    case TAG_JPEG_BYTES:
        return &image->jpeg_length;
    default:
        return NULL;
    }
}

static bool put_off(struct walk *walk, const struct values *directories, struct ra_error *error)
{
    for (uint32_t i = 0; i < directories->count; i++) {
        if (directories->size != 4 || walk->pending_count == PENDING_MAX)
            return inspect_refuse(INSPECTION_MALFORMED, error);
        walk->pending[walk->pending_count++] = value_of(walk, directories, i);
    }
    return true;
}

static bool take_entry(struct walk *walk, size_t at, struct image *image, struct ra_error *error)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    uint32_t tag = read16(walk, at), type = read16(walk, at + 2), count = read32(walk, at + 4);
    if (type == 0 ||
        type >= sizeof sizes) /* readers skip types that they do not know (TIFF 6.0, section 2) */
        return true;
    struct values values = {.at = at + 8, .count = count, .size = sizes[type]};
    uint64_t length = (uint64_t)count * values.size;
    if (length > 4) {
        values.at = read32(walk, at + 8);
        if (!take_range(walk, values.at, length, error))
            return false;
    }
    if (tag == TAG_SUB_DIRECTORIES || tag == TAG_EXIF || tag == TAG_GPS || tag == TAG_INTEROPERABILITY)
        return put_off(walk, &values, error);
    struct values *place = place_of(image, tag);
    if (place == NULL)
        return true;
    if (place->count != 0 || count == 0 || values.size > 4)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    *place = values;
    image->tiled = image->tiled || tag == TAG_TILE_OFFSETS;
    return true;
}

/* Reads a directory and tells where the next one of its chain is; 0: it is the last. */
static bool read_directory(struct walk *walk, size_t at, struct image *image, size_t *next,
                           struct ra_error *error)
{
    if (!take_range(walk, at, 2, error))
        return false;
    uint32_t count = read16(walk, at);
    if (at < HEADER || count == 0 || count > ENTRIES_MAX)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    if (!take_range(walk, at + 2, count * (size_t)ENTRY + 4, error))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!take_entry(walk, at + 2 + i * (size_t)ENTRY, image, error))
            return false;
    }
    *next = read32(walk, at + 2 + count * (size_t)ENTRY);
    return true;
}

static bool is_common_compression(uint32_t compression)
{
    static const uint16_t common[] = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (common[i] == compression)
            return true;
    }
    return false;
}

/* How much the image is once opened, whatever it takes in the file. */
static bool judge_size(struct walk *walk, const struct image *image, struct ra_error *error)
{
    uint32_t width = first_of(walk, &image->width, 0), height = first_of(walk, &image->height, 0);
    uint32_t bits = first_of(walk, &image->bits, 1), samples = first_of(walk, &image->samples, 1);
    if (!inspect_dimensions(width, height, error))
        return false;
    if (bits == 0 || bits > SAMPLE_BITS_MAX || samples == 0 || samples > SAMPLES_MAX)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    uint64_t opened = ((uint64_t)width * samples * bits + 7) / 8 * height;
    walk->opened += opened;
    return (opened <= IMAGE_OPENED_MAX && walk->opened <= FILE_OPENED_MAX) ||
           inspect_refuse(INSPECTION_EXPANSION, error);
}

static uint64_t pieces_along(uint32_t length, uint32_t piece)
{
    return piece == 0 ? PIECES_MAX + 1 : ((uint64_t)length + piece - 1) / piece;
}

/* Strips or tiles that the dimensions ask for. */
static uint64_t expected_pieces(const struct walk *walk, const struct image *image)
{
    uint32_t width = first_of(walk, &image->width, 0), height = first_of(walk, &image->height, 0);
    uint64_t pieces = image->tiled ? pieces_along(width, first_of(walk, &image->tile_width, 0)) *
                                         pieces_along(height, first_of(walk, &image->tile_height, 0))
                                   : pieces_along(height, first_of(walk, &image->strip_rows, UINT32_MAX));
    return first_of(walk, &image->planes, 1) == 2 ? pieces * first_of(walk, &image->samples, 1) : pieces;
}

static bool judge_pieces(struct walk *walk, const struct image *image, struct ra_error *error)
{
    if (image->jpeg_offset.count != 0 && image->jpeg_length.count != 0 &&
        !take_range(walk, value_of(walk, &image->jpeg_offset, 0), value_of(walk, &image->jpeg_length, 0),
                    error))
        return false;
    /* The old JPEG compression may keep its picture there alone. */
    if (image->offsets.count == 0 && image->jpeg_offset.count != 0)
        return true;
    walk->pieces += image->offsets.count;
    if (image->offsets.count == 0 || image->offsets.count != image->lengths.count ||
        image->offsets.count < expected_pieces(walk, image) || walk->pieces > PIECES_MAX)
        return inspect_refuse(INSPECTION_MALFORMED, error);
    for (uint32_t i = 0; i < image->offsets.count; i++) {
        if (!take_range(walk, value_of(walk, &image->offsets, i), value_of(walk, &image->lengths, i), error))
            return false;
    }
    return true;
}

static bool judge_image(struct walk *walk, const struct image *image, struct ra_error *error)
{
    if (!judge_size(walk, image, error))
        return false;
    if (!is_common_compression(first_of(walk, &image->compression, 1)))
        return inspect_refuse(INSPECTION_VARIANT, error);
    return judge_pieces(walk, image, error);
}

/* The directories that hang on others; one that carries a picture (a reduced image) is judged as one. */
static bool walk_pending(struct walk *walk, struct ra_error *error)
{
    while (walk->pending_done < walk->pending_count) {
        struct image image = {0};
        size_t next = 0;
        if (!read_directory(walk, walk->pending[walk->pending_done++], &image, &next, error) ||
            (image.width.count != 0 && !judge_image(walk, &image, error)))
            return false;
    }
    walk->pending_count = walk->pending_done = 0;
    return true;
}

/* A chain that returns to itself is found by a marked directory that moves on ever more seldom (Brent). */
static bool walk_chain(struct walk *walk, size_t at, struct inspection *inspection, struct ra_error *error)
{
    size_t marked = 0, steps = 0, stride = 1;
    inspection->pages = 0;
    while (at != 0) {
        struct image image = {0};
        if (at == marked || inspection->pages == INSPECTION_IMAGES_MAX)
            return inspect_refuse(INSPECTION_MALFORMED, error);
        if (steps++ == stride) {
            marked = at;
            stride *= 2;
            steps = 0;
        }
        size_t here = at;
        if (!read_directory(walk, here, &image, &at, error) || !judge_image(walk, &image, error) ||
            !walk_pending(walk, error))
            return false;
        if (inspection->pages++ == 0) {
            inspection->width = first_of(walk, &image.width, 0);
            inspection->height = first_of(walk, &image.height, 0);
        }
    }
    return inspection->pages > 0 || inspect_refuse(INSPECTION_MALFORMED, error);
}

bool inspect_tiff(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    struct walk walk = {.content = content, .end = HEADER};
    if (!has_bytes(content, 0, HEADER))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    walk.big_endian = content.data[0] == 'M';
    return walk_chain(&walk, read32(&walk, 4), inspection, error) &&
           (inspect_trailer_is_harmless(content, walk.end) || inspect_refuse(INSPECTION_TWO_KINDS, error));
}
