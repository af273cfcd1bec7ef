/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's slip (protocol 3): the counter half, a QR that opens the emission page with this half in its
 * fragment, and the words of what to do next. Shown and printed once, where it was made; it is in no file,
 * queue or log.
 */
#ifndef RA_CLI_SLIP_H
#define RA_CLI_SLIP_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* `page` is the emission page of the order, "" when it is not known (then no QR); `code` the half as it is
 * shown; `mailed` when the other half is on its way because no second agent signs. */
void slip_print(FILE *out, const char *page, const char *code, bool mailed);

/* The printer's own device, --slip-device or RA_SLIP_DEVICE: bytes go to the paper and nowhere else. What is
 * no character device (a file, a spooler's pipe) is refused, for it would keep the half. *out is NULL where
 * none was named, else unbuffered and the caller's to close. */
RA_MUST_CHECK bool slip_open(const char *device, FILE **out, struct ra_error *error);

#endif
