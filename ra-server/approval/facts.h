/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gathers from the other rooms what a statement is compared with, and what ra-cli builds a validation from.
 */
#ifndef APPROVAL_FACTS_H
#define APPROVAL_FACTS_H

#include "approval/rules.h"
#include "http/http.h"
#include "orders/orders.h"

/* On the request's context. The JSON parts are the struct's: facts_release. */
struct facts {
    struct approval_facts rules;
    const struct order *order;
    json_t *dossier;
    json_t *waivers;
    struct bytes renewal_cms; /* of a renewal: what the holder signed */
};

/* Head only: instance, order, attempt, people, lives; what refusals and revocations are compared with. */
RA_MUST_CHECK bool facts_gather_head(struct http_request *request, const struct order *order,
                                     struct facts *facts, struct ra_error *error);

/* Everything. */
RA_MUST_CHECK bool facts_gather(struct http_request *request, const struct order *order, struct facts *facts,
                                struct ra_error *error);
void facts_release(struct facts *facts);

/* Who validates or verifies is no person of the case in any role. RA_STATEMENT_REFUSED, "agent-is-subject".
 */
RA_MUST_CHECK bool facts_caller_is_nobody(struct http_request *request, const struct order *order,
                                          struct ra_error *error);

/* The document of GET …/validation; new reference, NULL when memory ran out. `checklist` is borrowed. */
json_t *facts_json(const struct facts *facts, json_t *checklist);

#endif
