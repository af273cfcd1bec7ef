/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The blocks of a term on pages: styles, what each block looks like, where a page ends, and the tags by which
 * readers find headings, lists and tables (ISO 32000-1 14.8). Not the file around them (term_pdf.h).
 *
 * Thread rules: none of its own; cairo and the fonts are the caller's.
 */
#ifndef TERM_TERM_LAYOUT_H
#define TERM_TERM_LAYOUT_H

#include "term/term_text.h"

#include <cairo/cairo.h>
#include <pango/pango.h>

/* A4, in points. */
#define TERM_PAGE_WIDTH  595.276
#define TERM_PAGE_HEIGHT 841.89

/* Measures, to know the number of pages, and draws every one. What goes wrong is cairo's status. */
void term_layout_draw(cairo_t *cairo, PangoContext *fonts, const struct term_blocks *blocks);

#endif
