/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One request for a certificate, from the stored intent to its end: asks the signer, carries its messages,
 * and writes what came of it, row, state machine, milestone, event and notice in one transaction. Used by the
 * holder's request and by the job that resumes; both hold the order in `inflight`.
 */
#ifndef ISSUANCE_ISSUE_H
#define ISSUANCE_ISSUE_H

#include "app.h"
#include "db/db.h"
#include "issuance/issuance_store.h"
#include "pki/base/error.h"

enum issue_end {
    ISSUE_ISSUED,  /* the certificate stands in the row */
    ISSUE_PENDING, /* the AC works on it, or its answer is not known: will be asked again */
};

struct issue_outcome {
    enum issue_end end;
    const char *state; /* pending: "sent" or "unknown" */
    int64_t retry_after_s;
};

struct approval_pair;
struct order;

/* Moves the order, held, to "delivered" in the transaction that writes the certificate. `result` is borrowed.
 */
typedef bool issue_deliver(void *argument, struct order *order, const struct issuance_result *result,
                           struct ra_error *error);

struct issue_case {
    struct ra_app *app;
    struct db *db; /* no transaction open */
    TALLOC_CTX *context;
    struct order *order; /* held here to be moved; its data stay once the certificate was asked for */
    int64_t attempt;
    struct bytes portal_answer; /* what the AC's portal gave; empty without one */
    /* The attempt's statements, when the caller judged them just now and compared them with the order as it
     * stands; NULL: they are loaded and judged here. */
    const struct approval_pair *judged;
    issue_deliver *deliver; /* NULL: nobody waits for it, the order stays "issued" */
    void *deliver_argument;
};

/* Asks about the stored row and writes the end. false with the error when it was refused (then the row and
 * the order say so), or when signer or database do not answer (then all stands as before and the job goes
 * on). */
RA_MUST_CHECK bool issue_run(const struct issue_case *issue, const struct issuance_row *row,
                             struct issue_outcome *outcome, struct ra_error *error);

#endif
