/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room where two agents answer for a case with their signatures (protocol 2): facts for the validation,
 * the statements as they come in, their checks (the same that ra-signer makes and decides; here so that
 * people learn at once), the roster, and the new attempt when something that was signed changes.
 */
#ifndef APPROVAL_APPROVAL_H
#define APPROVAL_APPROVAL_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/trust/signed.h"
#include "rooms.h"

/* Something that the statements bind has changed or is about to (data of the order, a document, a
 * consultation, an item of the checklist): if the current attempt carries statements they are void from here
 * on. attempt grows by one, identification goes back to open (from validated, verified or returned), issuance
 * from ready to none, the mail half is destroyed, milestone new_attempt and event ATTEMPT_VOIDED are written,
 * the timeline shows it. Without a statement, or with identification already refused, it does nothing.
 *
 * `order` must be loaded for update and is brought up to date. `why` is a stable word for the log
 * ("document", "item", "consultation", "data", "contact"). Fails with RA_ILLEGAL_TRANSITION once a
 * certificate has been asked for: then nothing may change any more. */
RA_MUST_CHECK bool approval_void_attempt(struct http_request *request, struct order *order, const char *why,
                                         struct ra_error *error);

/* The AC was asked for a certificate of this attempt: nothing that was signed may change any more. */
bool approval_certificate_asked_for(const struct order *order);

/* The instance as the signer names it: asked once, then remembered. On the request's context.
 * RA_SIGNER_UNAVAILABLE before that. */
RA_MUST_CHECK bool approval_instance(struct http_request *request, const char **instance,
                                     struct ra_error *error);

/* The statements that an issue rests on, judged at `now` (signature, path, CRLs, roster, role). On the
 * context given. Where one agent is enough there is no verification: NULL and no bytes. */
struct approval_pair {
    struct bytes validation_cms;
    struct bytes verification_cms;
    struct signed_statement *validation;
    struct signed_statement *verification;
};

/* Those of one attempt. RA_CONFLICT, reason "statement-absent", while one is missing; RA_STATEMENT_REFUSED
 * when one does not hold (any more), with the reason "floor" when one agent signed and policy or signer now
 * ask for two. RA_SIGNER_UNAVAILABLE: one signed, and the signer cannot be asked. For requests and jobs. */
RA_MUST_CHECK bool approval_pair_load(struct ra_app *app, struct db *db, TALLOC_CTX *context, time_t now,
                                      int64_t order_id, int64_t attempt, struct approval_pair *pair,
                                      struct ra_error *error);

/* The order still says what was signed: a row edited by hand meanwhile is RA_STATEMENT_REFUSED, reason
 * "data-mismatch", and nothing is asked of anybody. */
RA_MUST_CHECK bool approval_pair_matches(const struct approval_pair *pair, const struct order *order,
                                         struct ra_error *error);

/* What the AC says now (OCSP) about the certificate that a renewal was signed with, as the signer takes it:
 * base64 texts, new reference; empty for any other binding. Waits for the AC. */
RA_MUST_CHECK bool approval_pair_ocsp(struct ra_app *app, const struct approval_pair *pair, json_t **answers,
                                      struct ra_error *error);

/* The CRLs that both agents' paths ask for, as the signer takes them: base64 texts, new reference. */
RA_MUST_CHECK bool approval_pair_crls(struct ra_app *app, const struct approval_pair *pair, json_t **crls,
                                      struct ra_error *error);

/* The row file of a profile (config profiles_dir), on `context`. RA_RULE_REFUSED, reason "profile-unknown".
 */
RA_MUST_CHECK bool approval_profile(struct ra_app *app, TALLOC_CTX *context, const char *id,
                                    struct certificate_profile **profile, struct ra_error *error);

extern const struct room approval_room;

#endif
