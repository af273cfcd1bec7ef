/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One agent or two (rules 3.6): asks policy, signer and case, and leaves the answer to
 * approval_agents_needed. What cannot be known asks for two. The signer decides again by its own files; a
 * server that lied to itself gains nothing.
 */
#ifndef APPROVAL_AGENTS_H
#define APPROVAL_AGENTS_H

#include "approval/facts.h"

/* The policy that lets one agent do, and where it comes from: for the log, the timeline and the agent. */
#define AGENTS_RULE   "second_agent_with_psbio"
#define AGENTS_SOURCE "DOC-ICP-05.02; IN 08/2015 2.2.5.5; regra 3.6"

/* The same, or the renewal, which rests on the holder's own signature and one agent's (protocol 2). */
const char *agents_rule(enum identification_method method);
const char *agents_source(enum identification_method method);

/* Fills facts->rules.agents of a case that facts_gather has filled. */
RA_MUST_CHECK bool agents_gather(struct http_request *request, struct facts *facts, struct ra_error *error);

/* Where one agent signs and the profile takes the emission code: facts->rules.mail_key, of a half made now if
 * there is none. Otherwise does nothing. */
RA_MUST_CHECK bool agents_make_mail_half(struct http_request *request, struct facts *facts,
                                         struct ra_error *error);

/* The same, of the half that was made; none is no error and leaves NULL. */
RA_MUST_CHECK bool agents_find_mail_half(struct http_request *request, struct facts *facts,
                                         struct ra_error *error);

/* Policy and signer still let one agent do for a validation that stands alone. RA_STATEMENT_REFUSED, reason
 * "floor"; RA_SIGNER_UNAVAILABLE when the signer cannot be asked. For requests and jobs. */
RA_MUST_CHECK bool agents_require_one(struct ra_app *app, TALLOC_CTX *context, time_t now,
                                      const struct statement_validation *validation, struct ra_error *error);

#endif
