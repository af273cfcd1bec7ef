/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One leaf as a line of events.csv (RFC 4180, CRLF), for spreadsheets; pure. A cell that a spreadsheet would
 * take for a formula gets an apostrophe in front.
 */
#ifndef AUDIT_EXPORT_CSV_H
#define AUDIT_EXPORT_CSV_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

/* The heading, CRLF included. */
const char *export_csv_heading(void);

/* The line of leaf `n`, CRLF included, on `context`. A leaf that is no JSON object is RA_INTERNAL. */
RA_MUST_CHECK bool export_csv_line(TALLOC_CTX *context, uint64_t n, struct bytes leaf, char **line,
                                   struct ra_error *error);

#endif
