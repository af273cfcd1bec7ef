/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the view share: one drawing of the model.
 */
#ifndef RA_CLI_SCREEN_VIEW_INTERNAL_H
#define RA_CLI_SCREEN_VIEW_INTERNAL_H

#include "ra-cli/screen/model.h"

enum paint { PAINT_PLAIN, PAINT_GOOD, PAINT_WARN, PAINT_BAD, PAINT_BAR, PAINT_DIM };

struct view {
    struct screen_model *model;
    TALLOC_CTX *context; /* as long as the drawing */
    int lines, columns;
};

/* Exactly `width` columns, padded or cut; what a terminal could take amiss is shown, not sent. */
void view_put(const struct view *view, int line, int column, int width, enum paint paint, bool selected,
              const char *text);
void view_rule(const struct view *view, int line, int column, int width, const char *title);

/* Wrapped from `line` to `last` at most; returns the line after it. */
int view_paragraph(const struct view *view, int line, int last, int column, int width, const char *text);
size_t view_columns(const char *text);

/* Wide enough for the queue beside the case, and the case is what is in hand. */
bool view_is_split(const struct view *view);
enum { VIEW_BESIDE = 44 }; /* columns of the queue then */

/* The parts, between two lines (both included). */
void view_queue(struct view *view, int first, int last, int column, int width, bool chosen);
void view_inbox(struct view *view, int first, int last, int column, int width);
void view_case(struct view *view, int first, int last, int column, int width);
void view_find(struct view *view, int first, int last);
void view_form(struct view *view);

#endif
