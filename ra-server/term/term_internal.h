/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the term room share.
 */
#ifndef TERM_TERM_INTERNAL_H
#define TERM_TERM_INTERNAL_H

#include "audit/audit.h"
#include "term/term.h"

/* Names in the annex. */
#define TERM_KIND_PDF              "term"
#define TERM_KIND_TEXT             "term_text"
#define TERM_KIND_COUNTERSIGNATURE "term_countersignature"
#define TERM_KIND_SIGNATURE        "term_signature"
#define TERM_KIND_PAPER            "term_paper"

/* One file of the current attempt's term. RA_NOT_FOUND, reason "term-absent", without it. */
RA_MUST_CHECK bool term_file(struct http_request *request, const struct order *order, const char *kind,
                             const char **media_type, struct bytes *content, struct ra_error *error);

/* Is it there? */
RA_MUST_CHECK bool term_has(struct http_request *request, const struct order *order, const char *kind,
                            bool *has, struct ra_error *error);

/* An event about the term, with the digest of the file that it is about. */
RA_MUST_CHECK bool term_record(struct http_request *request, const struct order *order, enum audit_code code,
                               const uint8_t digest[32], struct ra_error *error);

#endif
