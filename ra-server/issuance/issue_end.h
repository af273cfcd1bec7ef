/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What came of asking the signer, written: row, state machine, milestone, event, notice and alarm in one
 * transaction over the order, held. Each returns what issue_run returns. `answer` is the signer's, borrowed.
 *
 * Thread rules: one thread a case; whoever calls holds the order in `inflight`.
 */
#ifndef ISSUANCE_ISSUE_END_H
#define ISSUANCE_ISSUE_END_H

#include "issuance/issue.h"

#include <jansson.h>

enum { ISSUE_RETRY_SECONDS = 5 }; /* until asking again, when nobody says */

/* The certificate is compared with the order once more: one that differs is written as refused, is not handed
 * out, and the office hears of it. */
RA_MUST_CHECK bool issue_end_issued(const struct issue_case *issue, const struct issuance_row *row,
                                    const json_t *answer, struct issue_outcome *outcome,
                                    struct ra_error *error);

RA_MUST_CHECK bool issue_end_pending(const struct issue_case *issue, const struct issuance_row *row,
                                     const json_t *answer, struct issue_outcome *outcome,
                                     struct ra_error *error);

/* Always false: `error` says the refusal when called, and stays it unless writing failed. */
bool issue_end_refused(const struct issue_case *issue, const struct issuance_row *row, const char *reason,
                       struct ra_error *error);

#endif
