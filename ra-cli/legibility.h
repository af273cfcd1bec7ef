/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures behind a verdict of legibility, from grey pixels alone. Pure; no decoder, no file.
 */
#ifndef RA_CLI_LEGIBILITY_H
#define RA_CLI_LEGIBILITY_H

#include "ra-cli/imaging.h"

#include <stdint.h>

/* Row after row, one byte a pixel, 0 black. */
struct legibility_grey {
    const uint8_t *pixels;
    int width, height;
};

enum { LEGIBILITY_SIDE = 1600 /* pixels of the longer side that images are brought down to before */ };

/* Fills figures and verdict; `width` and `height` are those of the image before it was brought down. */
void legibility_measure(struct legibility_grey grey, int width, int height,
                        struct imaging_legibility *legibility);

#endif
