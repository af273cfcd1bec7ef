/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws the model on the terminal with ncurses, in any size from 80 × 24 up. Colour never says anything
 * alone: each state has a mark and a word as well.
 */
#ifndef RA_CLI_SCREEN_VIEW_H
#define RA_CLI_SCREEN_VIEW_H

#include "ra-cli/screen/model.h"

/* Takes the terminal; false where there is none that can be painted. */
bool view_open(void);
void view_close(void);

/* Also tells the model how many lines of text there is room for. */
void view_draw(struct screen_model *model);

/* The next key as the model knows it, waiting at most `milliseconds`, or less when `descriptor` becomes
 * readable; 0: none. */
int view_key(int descriptor, int milliseconds);

#endif
