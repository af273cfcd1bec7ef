/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The handlers of the approval room's routes, and what they share.
 */
#ifndef APPROVAL_HANDLERS_H
#define APPROVAL_HANDLERS_H

#include "approval/facts.h"
#include "approval/office.h"
#include "http/http.h"
#include "jobs.h"
#include "pki/trust/signed.h"

/* roster_routes.c */
http_handler roster_me;
http_handler roster_crls;
http_handler roster_get;
http_handler roster_post;

/* validation_routes.c */
http_handler validation_get;
http_handler validation_post;
http_handler return_post;

/* verification_routes.c */
http_handler verification_get;
http_handler verification_post;

/* ending_routes.c */
http_handler signing_get;
http_handler refusal_post;
http_handler revocation_post;

/* --- shared (incoming.c) --- */

/* A statement as it came in: the order held for update, the CMS, and who hands it in. */
struct incoming {
    struct order *order;
    struct bytes cms;
    struct signed_statement *statement;
    struct approval_signer caller;
};

/* Loads the order of the path for update, decodes body.cms and judges it as a statement of that type. When it
 * does not hold, the rejection is recorded and kept. */
RA_MUST_CHECK bool incoming_read(struct http_request *request, enum statement_type type,
                                 struct incoming *incoming, struct ra_error *error);

/* Leaves a trace of a statement that was turned away for `*error`; returns false. Only before anything was
 * written. */
bool incoming_reject(struct http_request *request, const struct order *order, enum statement_type type,
                     struct ra_error *error);

/* Stores the statement. A second of its kind is RA_CONFLICT in plain words. */
RA_MUST_CHECK bool incoming_store(struct http_request *request, const struct incoming *incoming,
                                  struct ra_error *error);

/* SHA-256 of the CMS in hexadecimal, on the request's context; NULL when memory ran out. */
const char *incoming_digest(struct http_request *request, const struct signed_statement *statement);

/* One of the identification states, else RA_ILLEGAL_TRANSITION in plain words. `states` ends with NULL. */
RA_MUST_CHECK bool incoming_require_state(const struct order *order, const char *const *states,
                                          struct ra_error *error);

#endif
