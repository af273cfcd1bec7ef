/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term room: the termo de titularidade (DOC-ICP-05 4.1 c). Made from the case at the validation,
 * countersigned by the agent who validates, signed by the holder with the new key before the AC is asked, or
 * on paper at the counter. What was made is kept in the annex of the dossier, with its attempt: a new attempt
 * has a new term. Not the statements (approval) and not the request for the certificate (issuance).
 *
 * Kinds in the annex: "term" (PDF), "term_text", "term_countersignature" (CMS), "term_signature" (by the new
 * key), "term_paper" (what was signed by hand, digitised).
 *
 * Thread rules: everything belongs to the request.
 */
#ifndef TERM_TERM_H
#define TERM_TERM_H

#include "http/http.h"
#include "orders/orders.h"
#include "rooms.h"

#include <jansson.h>
#include <openssl/evp.h>

/* On the request's context. */
struct term {
    struct bytes text; /* lines with marks, as the template gives them */
    struct bytes pdf;
    uint8_t digest[32]; /* SHA-256 of the PDF */
};

/* The term as it stands now for a validation by the caller, today: the same case, agent and day give the same
 * bytes. */
RA_MUST_CHECK bool term_draft(struct http_request *request, const struct order *order, struct term *term,
                              struct ra_error *error);

struct catalog_office;

/* Another paper of a case, from lines with the same marks (web/templates/media/recibo.txt), set as the term
 * is: the same text and day give the same bytes. On the request's context. */
RA_MUST_CHECK bool term_sheet_of(struct http_request *request, const struct catalog_office *office,
                                 const char *day, struct bytes text, struct bytes *pdf,
                                 struct ra_error *error);

/* --- at the validation --- */

/* A term with its agent's signature, judged; `given` is false where none came and the policy lets it be. */
struct term_countersigned {
    bool given;
    struct term term;
    struct bytes cms;
};

/* Reads body.term_countersignature and judges it against the draft and the caller. RA_RULE_REFUSED, reason
 * "term-countersignature-missing", when the policy asks for one; RA_STATEMENT_REFUSED with the words of a
 * statement, "statement-signature" also when the case or the day changed since the draft was read. */
RA_MUST_CHECK bool term_read_countersigned(struct http_request *request, const struct order *order,
                                           struct term_countersigned *countersigned, struct ra_error *error);

/* Into the annex, with its event. */
RA_MUST_CHECK bool term_keep_countersigned(struct http_request *request, const struct order *order,
                                           const struct term_countersigned *countersigned,
                                           struct ra_error *error);

/* --- at the emission --- */

/* The holder's signature by the key of the request, over the term of the current attempt. An empty one is the
 * way `csr` of the policy `term_signature`. RA_RULE_REFUSED: "term-signature-missing",
 * "term-signature-invalid", "term-absent". Nothing is written. */
RA_MUST_CHECK bool term_check_signature(struct http_request *request, const struct order *order,
                                        EVP_PKEY *key, struct bytes signature, struct ra_error *error);

/* Into the annex, with its event; an empty one leaves nothing. */
RA_MUST_CHECK bool term_keep_signature(struct http_request *request, const struct order *order,
                                       struct bytes signature, struct ra_error *error);

/* --- showing --- */

/* {"sha256","title"} of the current attempt's term for the emission page; NULL where there is none. New
 * reference. */
RA_MUST_CHECK bool term_emission_json(struct http_request *request, const struct order *order, json_t **json,
                                      struct ra_error *error);

/* {"state","text","sha256"} for who works on the case; NULL where there is no term. States:
 * "awaiting_holder", "signed", "paper_pending", "paper". New reference. */
RA_MUST_CHECK bool term_state_json(struct http_request *request, const struct order *order, json_t **json,
                                   struct ra_error *error);

extern const struct room term_room;

#endif
