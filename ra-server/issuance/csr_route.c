/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/csr_route.h"

#include "audit/audit.h"
#include "issuance/delivery.h"
#include "issuance/emission.h"
#include "issuance/issuance.h"
#include "issuance/issuance_state.h"
#include "issuance/issue.h"
#include "issuance/reasons.h"
#include "orders/orders.h"
#include "term/term.h"

#include <string.h>

enum { WAIT_MS = 15000 };

static bool check_verified(const struct order *order, struct ra_error *error)
{
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "verified")) {
        return true;
    }
    return ra_fail_reason(error, RA_CONFLICT, "not-verified",
                          "Este pedido ainda não foi conferido por dois agentes, ou voltou para correção.");
}

bool csr_load_pair(struct http_request *request, const struct order *order, struct approval_pair *pair,
                   struct ra_error *error)
{
    return check_verified(order, error) &&
           approval_pair_load(request->app, request->db, request->context,
                              (time_t)(request->now_us / 1000000), order->id, order->attempt, pair, error);
}

struct csr_work {
    struct http_request *request;
    struct http_response *response;
    struct emission_request emission;
    const char *code;
    struct order *order;
    struct approval_pair pair; /* the statements that key and proofs were judged by */
    int64_t judged_attempt;    /* their attempt; 0: none were judged */
    bool intended;             /* this request stored the intent, by these statements */
    bool delivered; /* the certificate in `row` came just now, judged, and its delivery is written */
    struct issuance_row row;
};

static bool same_key(const struct csr_work *work)
{
    return bytes_equal(work->row.spki_digest, work->emission.wish.spki_digest);
}

static bool is_state(const struct csr_work *work, const char *state)
{
    return work->row.found && strcmp(work->row.state, state) == 0;
}

/* Before anything is written or anybody waits: key and proofs against the statements. A key that already has
 * its certificate has proved itself by its own signature. */
static bool judge(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    struct certificate_profile *profile = NULL;
    if (!orders_load(request, work->code, &work->order, error) ||
        !issuance_store_find(request->db, request->context, work->order->id, work->order->attempt, &work->row,
                             error) ||
        !approval_profile(request->app, request->context, work->order->profile_id, &profile, error) ||
        !emission_check_key(&work->emission, profile, issuance_weak_keys(request->app), error)) {
        return false;
    }
    if (is_state(work, "issued")) {
        return true;
    }
    work->judged_attempt = work->order->attempt;
    return csr_load_pair(request, work->order, &work->pair, error) &&
           emission_check(&work->emission, &work->pair, error) &&
           term_check_signature(request, work->order, X509_REQ_get0_pubkey(work->emission.csr->request),
                                work->emission.wish.term_signature, error);
}

bool issuance_key_is_free(struct http_request *request, int64_t order_id, const uint8_t spki_digest[32],
                          struct ra_error *error)
{
    bool elsewhere = false;
    return issuance_store_key_elsewhere(request->db, (struct bytes){spki_digest, 32}, order_id, &elsewhere,
                                        error) &&
           (!elsewhere || reason_fail(error, "key-already-used", NULL));
}

/* Intent before effect (design 2.10). */
static bool intend(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    struct order *order = work->order;
    bool written = false;
    if (order->attempt != work->judged_attempt) {
        return ra_fail_reason(error, RA_CONFLICT, "attempt-superseded",
                              "O pedido mudou enquanto era conferido.");
    }
    if (!check_verified(order, error) || !approval_pair_matches(&work->pair, order, error) ||
        !issuance_key_is_free(request, order->id, work->emission.wish.spki_digest.data, error)) {
        return false;
    }
    const char *spki = hex_encode(request->context, work->emission.wish.spki_digest);
    return issuance_store_intend(request->db, order->id, order->attempt, &work->emission.wish,
                                 request->now_us, &written, error) &&
           (written || ra_fail(error, RA_CONFLICT, "O pedido mudou enquanto era conferido.")) &&
           orders_advance(request, order, ORDERS_MACHINE_ISSUANCE, "requested", "csr_received", "", error) &&
           audit_record(request, AUDIT_CERT_REQUESTED, order,
                        json_pack("{s:i, s:s}", "attempt", order->attempt, "spki", spki), NULL, error) &&
           term_keep_signature(request, order, work->emission.wish.term_signature, error) &&
           revocation_key_keep(request, order, X509_REQ_get0_pubkey(work->emission.csr->request),
                               &work->emission.revocation, error);
}

/* In a transaction over the order, held: what is there decides what happens. */
static bool prepare(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    if (!orders_hold(request, work->order, error) ||
        !issuance_store_find(request->db, request->context, work->order->id, work->order->attempt, &work->row,
                             error)) {
        return false;
    }
    bool mismatch = is_state(work, "refused") && strcmp(work->row.reason, "certificate-mismatch") == 0;
    if (work->row.found && (mismatch || !is_state(work, "refused"))) {
        return (same_key(work) || reason_fail(error, "attempt-key", NULL)) &&
               (!mismatch || reason_fail(error, "certificate-mismatch", NULL));
    }
    work->intended = intend(work, error);
    work->row = issuance_row_intended(&work->emission.wish);
    return work->intended;
}

static bool in_transaction(struct csr_work *work, bool (*run)(struct csr_work *, struct ra_error *),
                           struct ra_error *error)
{
    struct db *db = work->request->db;
    if (!db_begin(db, error)) {
        return false;
    }
    if (run(work, error) && db_commit(db, error)) {
        return true;
    }
    struct ra_error unkept = {0};
    bool kept = work->request->keep_changes && db_can_commit(db, &unkept) && db_commit(db, &unkept);
    if (!kept && unkept.code != RA_OK) {
        *error = unkept;
    }
    db_rollback(db);
    return false;
}

static bool deliver(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    return orders_load_for_update(request, work->code, &work->order, error) &&
           issuance_store_find(request->db, request->context, work->order->id, work->order->attempt,
                               &work->row, error) &&
           delivery_hand_over(request, work->order, &work->row, true, error) &&
           delivery_reply(request, work->response, &work->row, error);
}

/* The certificate was compared with the order a moment ago, in this very transaction. */
static bool deliver_at_once(void *argument, struct order *order, const struct issuance_result *result,
                            struct ra_error *error)
{
    struct csr_work *work = argument;
    work->row.certificate = result->certificate;
    work->row.chain = result->chain;
    work->row.serial = talloc_strdup(work->request->context, result->serial);
    work->delivered = true;
    return (work->row.serial != NULL || ra_fail(error, RA_NO_MEMORY, "certificate")) &&
           delivery_record(work->request, order, &work->row, error);
}

static bool ask_and_deliver(struct csr_work *work, struct ra_error *error)
{
    struct issue_outcome outcome = {.end = ISSUE_ISSUED};
    const struct issue_case issue = {
        .app = work->request->app,
        .db = work->request->db,
        .context = work->request->context,
        .order = work->order,
        .attempt = work->order->attempt,
        .judged = work->intended ? &work->pair : NULL,
        .deliver = deliver_at_once,
        .deliver_argument = work,
    };
    if (!is_state(work, "issued") && !issue_run(&issue, &work->row, &outcome, error)) {
        return false;
    }
    switch (outcome.end) {
    case ISSUE_ISSUED:
        return work->delivered ? delivery_reply(work->request, work->response, &work->row, error)
                               : in_transaction(work, deliver, error);
    case ISSUE_PENDING:
    default:
        return delivery_reply_pending(work->request, work->response, work->order,
                                      work->emission.wish.spki_digest, outcome.state, outcome.retry_after_s,
                                      error);
    }
}

bool csr_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct csr_work work = {
        .request = request, .response = response, .code = http_path_parameter(request, "code")};
    struct inflight *inflight = issuance_inflight(request->app);
    if (!emission_read(request->context, request->body, &work.emission, error) || !judge(&work, error)) {
        return false;
    }
    int64_t order_id = work.order->id;
    if (!inflight_take(inflight, order_id, WAIT_MS)) {
        return ra_fail_reason(error, RA_UNAVAILABLE, "busy",
                              "Este pedido já está sendo emitido. Tente em instantes.");
    }
    bool done = in_transaction(&work, prepare, error) && ask_and_deliver(&work, error);
    inflight_release(inflight, order_id);
    return done;
}
