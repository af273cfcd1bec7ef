/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * May this certificate be asked for? Every check of protocol 6, over what came in the request, the signer's
 * own files, the roster and the ledger; nothing else is believed and nothing is changed. In this order, so
 * that what is cheap and says most comes first, and so that no check runs on bytes whose signer is not yet
 * known:
 *
 *   1. roster in force                                     roster-missing roster-expired
 *   2. both statements: form, signature, path, CRLs, role  statement-* crl-* certificate-revoked roster-*
 *      of the agent now; no CRL older than one seen        crl-lower
 *   3. instance and life                                   statement-instance statement-expired
 * statement-not-yet
 *   4. the verification is of this very validation         order-mismatch validation-mismatch waiver-mismatch
 *   5. people                                              floor same-agent agent-is-subject
 *   6. profile                                             profile-unknown profile-digest profile-closed
 * profile-term profile-issuer profile-media
 *   7. data, people and place are coherent                 data-mismatch place-mismatch
 *   8. binding allowed for profile and method              binding-not-allowed binding-mismatch
 *   9. request (CSR)                                       csr-*
 *  10. the key is the one bound                            binding-mismatch proof-missing proof-counter
 * proof-mail
 *  11. ledger                                              attempt-refused attempt-superseded attempt-key
 *                                                          key-already-used
 */
#ifndef PKI_SIGNER_DECIDE_H
#define PKI_SIGNER_DECIDE_H

#include "pki/certificate/csr.h"
#include "pki/signer/approval.h"
#include "pki/signer/request.h"

/* What was decided upon. On the context given to signer_decide. */
struct decision {
    struct agent_statement validation;
    struct agent_statement verification; /* signed_by NULL where the floor is one agent */
    const char *order;
    int64_t attempt;
    const struct statement_validation *facts;
    const struct certificate_profile *profile;
    struct csr *csr;
    struct ledger_crls crls; /* to be kept with the intent */
    int64_t until;           /* the earlier not_after of the statements */
};

/* true only when every check passed. */
RA_MUST_CHECK bool signer_decide(TALLOC_CTX *context, const struct approval_context *about,
                                 struct ledger *ledger, const struct issue_request *request,
                                 struct decision *decision, struct ra_error *error);

#endif
