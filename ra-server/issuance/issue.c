/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/issue.h"

#include "approval/approval.h"
#include "issuance/ac_carrier.h"
#include "issuance/issue_end.h"
#include "issuance/signer_client.h"
#include "orders/orders.h"

#include <string.h>

static bool ask_resume(const struct issue_case *issue, json_t **answer, struct ra_error *error)
{
    json_t *request = json_pack("{s:s, s:s, s:I}", "type", "resume", "order", issue->order->code, "attempt",
                                (json_int_t)issue->attempt);
    if (issue->portal_answer.length > 0 &&
        json_object_set_new(request, "answer", signer_base64(issue->portal_answer)) != 0) {
        json_decref(request);
        return ra_fail(error, RA_NO_MEMORY, "resume");
    }
    return signer_ask(signer_client_of(issue->app), request, ac_carry, ac_carrier_of(issue->app), answer,
                      error);
}

static bool load_pair(const struct issue_case *issue, struct approval_pair *pair, struct ra_error *error)
{
    if (issue->judged != NULL) {
        *pair = *issue->judged;
        return true;
    }
    return approval_pair_load(issue->app, issue->db, issue->context, clock_now(&issue->app->clock),
                              issue->order->id, issue->attempt, pair, error) &&
           approval_pair_matches(pair, issue->order, error);
}

static bool ask_issue(const struct issue_case *issue, const struct issuance_row *row, json_t **answer,
                      struct ra_error *error)
{
    struct approval_pair pair = {0};
    json_t *crls = NULL;
    json_t *ocsp = NULL;
    if (!load_pair(issue, &pair, error) || !approval_pair_ocsp(issue->app, &pair, &ocsp, error)) {
        return false;
    }
    if (!approval_pair_crls(issue->app, &pair, &crls, error)) {
        json_decref(ocsp);
        return false;
    }
    json_t *request =
        json_pack("{s:s, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o}", "type", "issue", "validation",
                  signer_base64(pair.validation_cms), "verification", signer_base64(pair.verification_cms),
                  "csr", signer_base64(row->csr), "proofs", "counter", signer_base64(row->proof_counter),
                  "mail", signer_base64(row->proof_mail), "crls", crls, "ocsp", ocsp);
    return signer_ask(signer_client_of(issue->app), request, ac_carry, ac_carrier_of(issue->app), answer,
                      error);
}

static bool answer_is(const json_t *answer, const char *type)
{
    const char *got = json_string_value(json_object_get(answer, "type"));
    return got != NULL && strcmp(got, type) == 0;
}

static const char *reason_of(const json_t *answer)
{
    const char *reason = json_string_value(json_object_get(answer, "reason"));
    return reason != NULL ? reason : "internal";
}

/* A row that is open may be known to the signer or not: it may have died, or we, before it heard. */
static bool ask(const struct issue_case *issue, const struct issuance_row *row, json_t **answer,
                struct ra_error *error)
{
    if (strcmp(row->state, "intent") == 0) {
        return ask_issue(issue, row, answer, error);
    }
    if (!ask_resume(issue, answer, error)) {
        return false;
    }
    if (!answer_is(*answer, "refused") || strcmp(reason_of(*answer), "order-mismatch") != 0) {
        return true;
    }
    json_decref(*answer);
    *answer = NULL;
    return ask_issue(issue, row, answer, error);
}

bool issue_run(const struct issue_case *issue, const struct issuance_row *row, struct issue_outcome *outcome,
               struct ra_error *error)
{
    json_t *answer = NULL;
    bool done = false;
    *outcome = (struct issue_outcome){
        .state = "requested", .retry_after_s = ISSUE_RETRY_SECONDS, .end = ISSUE_PENDING};
    if (!ask(issue, row, &answer, error)) {
        /* Our own look at the statements may refuse before the signer is asked. */
        return error->code == RA_STATEMENT_REFUSED ? issue_end_refused(issue, row, error->reason, error)
                                                   : false;
    }
    if (answer_is(answer, "issued")) {
        done = issue_end_issued(issue, row, answer, outcome, error);
    } else if (answer_is(answer, "pending")) {
        done = issue_end_pending(issue, row, answer, outcome, error);
    } else if (!signer_expect(answer, "issued", error) && answer_is(answer, "refused")) {
        done = issue_end_refused(issue, row, reason_of(answer), error);
    }
    json_decref(answer);
    return done;
}
