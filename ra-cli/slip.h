/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's slip (protocol 3): the counter half, a QR that opens the emission page with this half in its
 * fragment, and the words of what to do next. Shown and printed once, where it was made; it is in no file,
 * queue or log.
 */
#ifndef RA_CLI_SLIP_H
#define RA_CLI_SLIP_H

#include <stdbool.h>
#include <stdio.h>

/* `page` is the emission page of the order, "" when it is not known (then no QR); `code` the half as it is
 * shown; `mailed` when the other half is on its way because no second agent signs. */
void slip_print(FILE *out, const char *page, const char *code, bool mailed);

#endif
