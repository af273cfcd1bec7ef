/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of identification as pure functions: values in, verdict out. Ids are those of the rules'
 * document.
 */
#ifndef IDENTIFICATION_RULES_H
#define IDENTIFICATION_RULES_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* One document as its item is judged. Days are YYYY-MM-DD, "" unknown. */
struct rule_document {
    const char *kind;
    const char *issued_on;
    const char *expires_on;
    const char *via; /* which copy of a CNH; "" or "1" is the first */
    bool original_seen;
};

/* What an item is judged by on the day of the session (EXP-01: never the day of the booking). */
struct rule_item {
    const char *id;
    const char *source;
    const char *const *alternatives; /* kinds that serve */
    size_t alternative_count;
    const struct rule_document *documents;
    size_t document_count;
    bool cnh_consulted; /* a consultation `cnh` with result ok stands in the dossier */
    bool in_person;
    const char *day;
};

/* May this document item be accepted? One document that serves is enough. RA_RULE_REFUSED with the reason
 * "document-missing", "document-kind", "original-not-seen", "document-expired" (EXP-01), "cnh-not-consulted"
 * (EXP-02, EXP-03), a Portuguese detail, and the source. */
RA_MUST_CHECK bool rule_document_item(const struct rule_item *item, struct ra_error *error);

/* Dates and kind as typed when a document comes in: real days, expiry not before issue, issue not after
 * `day`. RA_INVALID with field errors. */
RA_MUST_CHECK bool rule_document_fields(const struct rule_document *document, const char *day,
                                        struct ra_error *error);

#endif
