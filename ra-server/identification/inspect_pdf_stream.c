/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One stream of a PDF: its filters, how much it becomes, and what names it hides.
 */
#include "identification/inspect_pdf.h"

#include <string.h>

enum {
    STREAM_COST = 1024,    /* bytes of work that any stream takes, however short */
    GROWTH_FREE = 4 << 20, /* bytes that a stream may become at any ratio */
    GROWTH_RATIO = 100,    /* beyond that */
    SAMPLES_MAX = 4,       /* of one pixel: CMYK */
    INNER_MAX = 65536,     /* bytes: what goes on for so long is no chance */
    RUN_END = 128
};

enum coding { CODING_NONE, CODING_ASCII85, CODING_HEX };

/* The coded bytes of a stream, piece by piece, without their ASCII clothes. */
struct source {
    struct bytes content;
    size_t at;
    enum coding coding;
    uint32_t group; /* of digits gathered so far */
    unsigned digits;
    bool ended;
};

enum inner { INNER_UNDECIDED, INNER_NONE, INNER_OPEN };

/* What comes out of a stream. */
struct sink {
    struct pdf_walk *walk;
    struct pdf_names names;
    bool read_names;
    uint64_t made, raster; /* bytes; the declared picture's, 0: no picture */
    enum inner inner;      /* is it a compressed stream again? */
    uint8_t head[2];
    z_stream inflater; /* of the inner one */
};

struct plan {
    enum coding coding;
    enum pdf_filter main; /* PDF_FILTER_OTHER: none */
};

/* --- filters --- */

static bool is_image_filter(enum pdf_filter filter)
{
    return filter == PDF_FILTER_DCT || filter == PDF_FILTER_IMAGE;
}

static bool take_filter(struct plan *plan, enum pdf_filter filter, bool first, bool last,
                        struct ra_error *error)
{
    switch (filter) {
    case PDF_FILTER_ASCII85:
    case PDF_FILTER_ASCII_HEX:
        plan->coding = filter == PDF_FILTER_ASCII85 ? CODING_ASCII85 : CODING_HEX;
        return first || inspect_refuse(INSPECTION_VARIANT, error);
    case PDF_FILTER_FLATE:
    case PDF_FILTER_RUN_LENGTH:
        if (plan->main != PDF_FILTER_OTHER)
            return inspect_refuse(INSPECTION_EXPANSION, error);
        plan->main = filter;
        return true;
    case PDF_FILTER_DCT:
    case PDF_FILTER_IMAGE:
        if (plan->main == PDF_FILTER_OTHER)
            plan->main = filter;
        return last || inspect_refuse(INSPECTION_VARIANT, error);
    case PDF_FILTER_CRYPT:
        return inspect_refuse(INSPECTION_ENCRYPTED, error);
    case PDF_FILTER_OTHER:
        break;
    }
    return inspect_refuse(INSPECTION_VARIANT, error);
}

static bool make_plan(const struct pdf_dictionary *dictionary, struct plan *plan, struct ra_error *error)
{
    *plan = (struct plan){.coding = CODING_NONE, .main = PDF_FILTER_OTHER};
    if (dictionary->filter_elsewhere)
        return inspect_refuse(INSPECTION_VARIANT, error);
    if (dictionary->filter_count > PDF_FILTERS_MAX)
        return inspect_refuse(INSPECTION_EXPANSION, error);
    for (size_t i = 0; i < dictionary->filter_count; i++) {
        if (!take_filter(plan, dictionary->filters[i], i == 0, i + 1 == dictionary->filter_count, error))
            return false;
    }
    /* Names in objects must be readable: nothing but plain compression may stand before them. */
    bool readable = plan->main == PDF_FILTER_OTHER || plan->main == PDF_FILTER_FLATE;
    return !dictionary->holds_objects || (readable && !dictionary->predicted) ||
           inspect_refuse(INSPECTION_VARIANT, error);
}

/* --- source --- */

static bool take_hex(struct source *source, uint8_t byte, uint8_t *output, size_t *made)
{
    uint8_t digit = byte >= '0' && byte <= '9'                     ? (uint8_t)(byte - '0')
                    : (byte | 0x20) >= 'a' && (byte | 0x20) <= 'f' ? (uint8_t)((byte | 0x20) - 'a' + 10)
                                                                   : 16;
    if (digit == 16)
        return false;
    source->group = source->group << 4 | digit;
    if (++source->digits == 2) {
        output[(*made)++] = (uint8_t)source->group;
        source->digits = 0;
    }
    return true;
}

static void put_group(uint32_t group, unsigned bytes, uint8_t *output, size_t *made)
{
    for (unsigned i = 0; i < bytes; i++)
        output[(*made)++] = (uint8_t)(group >> (24 - 8 * i));
}

static bool take_ascii85(struct source *source, uint8_t byte, uint8_t *output, size_t *made)
{
    if (byte == 'z' && source->digits == 0) {
        put_group(0, 4, output, made);
        return true;
    }
    if (byte < '!' || byte > 'u')
        return false;
    source->group = source->group * 85 + (uint32_t)(byte - '!');
    if (++source->digits == 5) {
        put_group(source->group, 4, output, made);
        source->digits = 0;
        source->group = 0;
    }
    return true;
}

/* The digits left over at the end stand for one byte less than they are (ISO 32000-1, 7.4.3). */
static void finish_group(struct source *source, uint8_t *output, size_t *made)
{
    if (source->coding == CODING_HEX && source->digits == 1)
        output[(*made)++] = (uint8_t)(source->group << 4);
    if (source->coding != CODING_ASCII85 || source->digits < 2)
        return;
    unsigned bytes = source->digits - 1;
    for (; source->digits < 5; source->digits++)
        source->group = source->group * 85 + 84;
    put_group(source->group, bytes, output, made);
}

/* The next piece, empty at the end; decoded ones live in `buffer`. */
static struct bytes next_piece(struct source *source, uint8_t buffer[PDF_BUFFER])
{
    size_t left = source->content.length - source->at, made = 0;
    if (source->coding == CODING_NONE) {
        struct bytes piece = part_of(source->content, source->at, left < PDF_BUFFER ? left : PDF_BUFFER);
        source->at += piece.length;
        return piece;
    }
    while (!source->ended && made + 4 < PDF_BUFFER) {
        uint8_t byte = source->at < source->content.length ? source->content.data[source->at++] : '~';
        if (pdf_is_space(byte))
            continue;
        source->ended =
            !(source->coding == CODING_HEX ? take_hex : take_ascii85)(source, byte, buffer, &made);
        if (source->ended)
            finish_group(source, buffer, &made);
    }
    return (struct bytes){buffer, made};
}

/* --- sink --- */

static bool is_zlib_head(const uint8_t head[2])
{
    return (head[0] & 0x0F) == 8 && head[0] >> 4 <= 7 && (head[0] << 8 | head[1]) % 31 == 0;
}

/* The second layer goes on only while it is sound; one that ends well or goes on for long is no chance. */
static bool open_inner(struct sink *sink, struct bytes piece, struct ra_error *error)
{
    z_stream *inflater = &sink->inflater;
    int status = Z_OK;
    inflater->next_in = (Bytef *)(uintptr_t)piece.data;
    inflater->avail_in = (uInt)piece.length;
    while (status == Z_OK && inflater->avail_in > 0 && inflater->total_out <= INNER_MAX) {
        inflater->next_out = sink->walk->opened_again;
        inflater->avail_out = PDF_BUFFER;
        status = inflate(inflater, Z_NO_FLUSH);
    }
    if (status == Z_STREAM_END || inflater->total_out > INNER_MAX)
        return inspect_refuse(INSPECTION_EXPANSION, error);
    if (status != Z_OK && status != Z_BUF_ERROR) {
        inflateEnd(inflater);
        sink->inner = INNER_NONE;
    }
    return true;
}

/* A compressed stream shows itself by its first two bytes, which may come in two pieces. */
static bool decide_inner(struct sink *sink, struct bytes piece, struct ra_error *error)
{
    size_t earlier = (size_t)sink->made, seen = earlier;
    for (size_t i = 0; seen < 2 && i < piece.length; i++)
        sink->head[seen++] = piece.data[i];
    if (seen < 2)
        return true;
    bool open = is_zlib_head(sink->head) && inflateInit(&sink->inflater) == Z_OK;
    sink->inner = open ? INNER_OPEN : INNER_NONE;
    return !open || open_inner(sink, (struct bytes){sink->head, earlier}, error);
}

/* How much a stream of so many coded bytes may become. */
static uint64_t growth_limit(const struct sink *sink, uint64_t coded)
{
    uint64_t limit = coded * GROWTH_RATIO > GROWTH_FREE ? coded * GROWTH_RATIO : GROWTH_FREE;
    return sink->raster > limit ? sink->raster : limit;
}

static bool take_piece(struct sink *sink, struct bytes piece, uint64_t coded, struct ra_error *error)
{
    if (sink->inner == INNER_UNDECIDED && !decide_inner(sink, piece, error))
        return false;
    if (sink->inner == INNER_OPEN && !open_inner(sink, piece, error))
        return false;
    sink->made += piece.length;
    if (sink->made > growth_limit(sink, coded))
        return inspect_refuse(INSPECTION_EXPANSION, error);
    if (sink->read_names)
        pdf_names_feed(&sink->names, piece);
    return pdf_work(sink->walk, piece.length, error);
}

/* --- the three ways in which a stream opens --- */

static bool copy(struct source *source, struct sink *sink, struct ra_error *error)
{
    for (;;) {
        struct bytes piece = next_piece(source, sink->walk->coded);
        if (piece.length == 0)
            return true;
        if (!take_piece(sink, piece, piece.length, error))
            return false;
    }
}

/* Damage within ends the stream as it does for readers: what came before it was seen. Where nothing did,
 * there is nothing to read. */
static bool inflate_all(struct source *source, struct sink *sink, struct bytes piece, struct ra_error *error)
{
    struct pdf_walk *walk = sink->walk;
    z_stream *inflater = &walk->inflater;
    int status = inflateReset(inflater);
    while (status == Z_OK && piece.length > 0) {
        inflater->next_in = (Bytef *)(uintptr_t)piece.data;
        inflater->avail_in = (uInt)piece.length;
        do {
            uInt before = inflater->avail_in;
            inflater->next_out = walk->opened;
            inflater->avail_out = PDF_BUFFER;
            status = inflate(inflater, Z_NO_FLUSH);
            struct bytes made = {walk->opened, PDF_BUFFER - inflater->avail_out};
            if (!pdf_work(walk, before - inflater->avail_in, error) ||
                !take_piece(sink, made, inflater->total_in, error))
                return false;
        } while (status == Z_OK && (inflater->avail_in > 0 || inflater->avail_out == 0));
        if (status == Z_BUF_ERROR)
            status = Z_OK;
        if (status == Z_OK)
            piece = next_piece(source, walk->coded);
    }
    return status == Z_OK || status == Z_STREAM_END || inflater->total_out > 0 ||
           inspect_refuse(INSPECTION_MALFORMED, error);
}

static bool inflate_stream(struct source *source, struct sink *sink, struct ra_error *error)
{
    struct bytes piece = next_piece(source, sink->walk->coded);
    struct bytes rest = piece;
    while (rest.length > 0 && pdf_is_space(rest.data[0]))
        rest = part_of(rest, 1, rest.length - 1);
    if (rest.length == 0 || starts_with(rest, "endstream"))
        return true;
    if (piece.length < 2 || !is_zlib_head(piece.data))
        return inspect_refuse(INSPECTION_MALFORMED, error);
    return inflate_all(source, sink, piece, error);
}

/* Counts what the runs become; they hide no second layer that the dictionary does not declare. */
static bool count_runs(struct source *source, struct sink *sink, struct ra_error *error)
{
    size_t skip = 0;
    bool at_length = true;
    for (;;) {
        struct bytes piece = next_piece(source, sink->walk->coded);
        if (piece.length == 0)
            return true;
        for (size_t i = 0; i < piece.length; i++) {
            if (!at_length) {
                at_length = --skip == 0;
                continue;
            }
            if (piece.data[i] == RUN_END)
                return true;
            skip = piece.data[i] < RUN_END ? piece.data[i] + 1U : 1;
            uint64_t run = piece.data[i] < RUN_END ? skip : 257U - piece.data[i];
            at_length = false;
            if (!pdf_work(sink->walk, run, error))
                return false;
        }
    }
}

static bool open_stream(const struct plan *plan, struct source *source, struct sink *sink,
                        struct ra_error *error)
{
    if (plan->main == PDF_FILTER_FLATE)
        return inflate_stream(source, sink, error);
    if (plan->main == PDF_FILTER_RUN_LENGTH)
        return count_runs(source, sink, error);
    return copy(source, sink, error);
}

/* --- the whole --- */

/* Sides as declared, and as a JPEG says itself: readers believe the latter. */
static bool judge_picture(const struct pdf_dictionary *dictionary, const struct plan *plan, struct bytes data,
                          struct ra_error *error)
{
    uint32_t width = dictionary->width, height = dictionary->height;
    if ((width != 0 || height != 0) &&
        !inspect_dimensions(width == 0 ? 1 : width, height == 0 ? 1 : height, error))
        return false;
    bool is_jpeg = plan->main == PDF_FILTER_DCT && plan->coding == CODING_NONE;
    return !is_jpeg || !inspect_jpeg_frame(data, &width, &height) || inspect_dimensions(width, height, error);
}

static uint64_t raster_of(const struct pdf_dictionary *dictionary)
{
    uint64_t bits = dictionary->bits == 0 || dictionary->bits > 16 ? 8 : dictionary->bits;
    return dictionary->height * (((uint64_t)dictionary->width * SAMPLES_MAX * bits + 7) / 8 + 1);
}

bool pdf_walk_stream(struct pdf_walk *walk, size_t at, const struct pdf_dictionary *dictionary,
                     struct ra_error *error)
{
    struct plan plan;
    struct bytes data = part_of(walk->content, at, walk->content.length - at);
    if (!pdf_work(walk, STREAM_COST, error) || !make_plan(dictionary, &plan, error) ||
        !judge_picture(dictionary, &plan, data, error))
        return false;
    if (is_image_filter(plan.main) ||
        (plan.main == PDF_FILTER_OTHER && plan.coding == CODING_NONE && !dictionary->holds_objects))
        return true;
    bool knows_its_end = plan.main == PDF_FILTER_FLATE && plan.coding == CODING_NONE;
    if (!knows_its_end) {
        data.length = find_text(data, 0, "endstream");
        if (!pdf_work(walk, data.length, error))
            return false;
    }
    struct source source = {.content = data, .coding = plan.coding};
    struct sink sink = {.walk = walk,
                        .names = pdf_names_start(dictionary->holds_objects),
                        .read_names = dictionary->holds_objects || raster_of(dictionary) == 0,
                        .raster = raster_of(dictionary)};
    bool ok = open_stream(&plan, &source, &sink, error);
    if (sink.inner == INNER_OPEN)
        inflateEnd(&sink.inflater);
    pdf_names_end(&sink.names);
    walk->pages += dictionary->holds_objects ? sink.names.pages : 0;
    return ok && pdf_names_judge(&sink.names, error);
}
