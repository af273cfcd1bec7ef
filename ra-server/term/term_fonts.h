/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two fonts of a term, the same ones in every process: what else a machine has must not change a byte.
 *
 * Thread rules: one thread at a time, between lock and unlock; what was opened ends before the unlock.
 */
#ifndef TERM_TERM_FONTS_H
#define TERM_TERM_FONTS_H

#include "pki/base/error.h"

#include <pango/pango.h>

void term_fonts_lock(void);
void term_fonts_unlock(void);

/* Lato-Regular.ttf and Lato-Bold.ttf of `folder`, which is the same in the whole life of the process.
 * g_object_unref. RA_IO when one is missing. */
RA_MUST_CHECK bool term_fonts_open(const char *folder, PangoContext **fonts, struct ra_error *error);

#endif
