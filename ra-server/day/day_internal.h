/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Handlers of the day room that stand in files of their own.
 */
#ifndef DAY_DAY_INTERNAL_H
#define DAY_DAY_INTERNAL_H

#include "http/http.h"

http_handler outage_start, outage_end; /* outage.c */

/* A text member of the body: there, of at most `longest` bytes, without control characters but line breaks.
 */
RA_MUST_CHECK bool day_text(struct http_request *request, const char *member, size_t longest,
                            const char **text, struct ra_error *error);

#endif
