/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term/term_pdf.h"

#include "term/term_fonts.h"
#include "term/term_layout.h"

#include <cairo/cairo-pdf.h>
#include <stdio.h>
#include <string.h>

struct output {
    TALLOC_CTX *context;
    uint8_t *data;
    size_t length;
};

static cairo_status_t write_output(void *closure, const unsigned char *data, unsigned length)
{
    struct output *output = closure;
    uint8_t *grown =
        talloc_realloc(output->context, output->data, uint8_t, (unsigned)(output->length + length));
    if (grown == NULL)
        return CAIRO_STATUS_NO_MEMORY;
    memcpy(grown + output->length, data, length);
    output->data = grown;
    output->length += length;
    return CAIRO_STATUS_SUCCESS;
}

static void describe(cairo_surface_t *surface, const struct term_blocks *blocks,
                     const struct term_sheet *sheet)
{
    char instant[40];
    (void)snprintf(instant, sizeof instant, "%sT00:00:00Z", sheet->day);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, term_blocks_first(blocks, TERM_TITLE));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT,
                                   term_blocks_first(blocks, TERM_SUBTITLE));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, sheet->author);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Guichê");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, instant);
}

static bool draw(PangoContext *fonts, const struct term_blocks *blocks, const struct term_sheet *about,
                 struct output *output)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_output, output, TERM_PAGE_WIDTH, TERM_PAGE_HEIGHT);
    describe(surface, blocks, about);
    cairo_t *cairo = cairo_create(surface);
    term_layout_draw(cairo, fonts, blocks);
    bool drawn = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    drawn = drawn && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return drawn;
}

/* --- what this cairo cannot say --- */

static const char object_head[] = " 0 obj\n";
static const char catalog_head[] = "<< /Type /Catalog\n";
static const char catalog_more[] = "   /Lang (pt-BR)\n   /ViewerPreferences << /DisplayDocTitle true >>\n";
static const char table_head[] = "\nxref\n";
static const char table_mark[] = "\nstartxref\n";

/* Offset of the last occurrence, and where it ends; false when there is none. */
static bool find_last(const struct output *output, const char *text, size_t *from, size_t *to)
{
    size_t length = strlen(text);
    for (size_t at = output->length; at >= length; at--) {
        if (memcmp(output->data + at - length, text, length) == 0) {
            *from = at - length;
            *to = at;
            return true;
        }
    }
    return false;
}

static bool append(struct output *output, const void *data, size_t length)
{
    return write_output(output, data, (unsigned)length) == CAIRO_STATUS_SUCCESS;
}

/* Language and shown title belong into the catalogue. It is the last object, so only the table of objects
 * behind it moves. */
static bool add_language(const struct output *raw, struct output *whole)
{
    size_t object, object_end, catalog, catalog_end, table, table_end, mark, mark_end;
    char offset[40];
    if (!find_last(raw, object_head, &object, &object_end) ||
        !find_last(raw, catalog_head, &catalog, &catalog_end) ||
        !find_last(raw, table_head, &table, &table_end) || !find_last(raw, table_mark, &mark, &mark_end) ||
        object_end != catalog || table < catalog || mark < table)
        return false;
    (void)snprintf(offset, sizeof offset, "%zu\n%%%%EOF\n", table + 1 + strlen(catalog_more));
    return append(whole, raw->data, catalog_end) && append(whole, catalog_more, strlen(catalog_more)) &&
           append(whole, raw->data + catalog_end, mark_end - catalog_end) &&
           append(whole, offset, strlen(offset));
}

static bool set_sheet(const struct term_blocks *blocks, const struct term_sheet *about, struct output *whole,
                      struct ra_error *error)
{
    PangoContext *fonts = NULL;
    struct output raw = {.context = whole->context};
    if (!term_fonts_open(about->fonts, &fonts, error))
        return false;
    bool done = draw(fonts, blocks, about, &raw) && add_language(&raw, whole);
    g_object_unref(fonts);
    talloc_free(raw.data);
    return done || ra_fail(error, RA_INTERNAL, "cairo wrote no PDF of the shape that we know");
}

bool term_pdf(TALLOC_CTX *context, const struct term_blocks *blocks, const struct term_sheet *about,
              struct bytes *pdf, struct ra_error *error)
{
    struct output whole = {.context = context};
    term_fonts_lock();
    bool done = set_sheet(blocks, about, &whole, error);
    term_fonts_unlock();
    *pdf = (struct bytes){whole.data, whole.length};
    return done;
}
