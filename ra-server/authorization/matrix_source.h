/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads matrix.txt (its form is told there) for the build. Only the generator and its test use it.
 */
#ifndef AUTHORIZATION_MATRIX_SOURCE_H
#define AUTHORIZATION_MATRIX_SOURCE_H

#include "authorization/matrix_table.h"
#include "pki/base/error.h"

#include <talloc.h>

/* The table of `text`, all of it on `context`; `file` is the name for messages. Refused, with file and line:
 * a line that is neither a comment nor one of the four kinds, a word that is unknown, was declared already or
 * is no word, an operation with two rows, a role on a channel where it cannot exist, a list that names
 * something twice, more roles, states or machines than fit. */
RA_MUST_CHECK bool matrix_source_read(TALLOC_CTX *context, const char *file, const char *text,
                                      struct authorization_table *table, struct ra_error *error);

#endif
