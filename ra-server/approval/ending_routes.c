/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ends of a case: refusal, which kills its attempts in the signer's journal too, and revocation.
 */
#include "app.h"
#include "approval/approval.h"
#include "approval/approval_store.h"
#include "approval/handlers.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "db/db.h"
#include "issuance/ac_carrier.h"
#include "issuance/issuance.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "notice/notice.h"
#include "orders/orders.h"

#include <string.h>

bool signing_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    const char *instance = "";
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !approval_instance(request, &instance, error) || !audit_case_read(request, order, "signing", error)) {
        return false;
    }
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:i, s:s}", "instance", instance, "order", order->code, "attempt",
                         order->attempt, "serial", order->serial));
    return true;
}

/* --- refusal --- */

static const char *const refusable[] = {"open", "suspended", "validated", "verified", "returned", NULL};

static bool check_refusal(struct http_request *request, const struct incoming *incoming,
                          struct ra_error *error)
{
    struct facts facts = {0};
    if (!incoming_require_state(incoming->order, refusable, error) ||
        !facts_gather_head(request, incoming->order, &facts, error)) {
        return false;
    }
    if (!orders_in_state(incoming->order, ORDERS_MACHINE_ISSUANCE, "none") &&
        !orders_in_state(incoming->order, ORDERS_MACHINE_ISSUANCE, "ready") &&
        !orders_in_state(incoming->order, ORDERS_MACHINE_ISSUANCE, "failed")) {
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "certificate-asked-for",
                              "O certificado já foi pedido à AC; o caminho agora é a revogação.");
    }
    return rules_check_head(incoming->statement, &facts.rules, &incoming->caller,
                            facts.rules.statement_life_s, error);
}

static bool tell_signer(struct http_request *request, const struct incoming *incoming, struct ra_error *error)
{
    json_t *answer = NULL;
    json_t *crls = json_array();
    if (crls == NULL || !trust_add_crls(request->app, incoming->statement->signer, crls, error)) {
        json_decref(crls);
        return crls != NULL ? false : ra_fail(error, RA_NO_MEMORY, "CRLs");
    }
    json_t *message = json_pack("{s:s, s:o, s:o}", "type", "refusal", "statement",
                                signer_base64(incoming->cms), "crls", crls);
    if (!signer_ask(signer_client_of(request->app), message, NULL, NULL, &answer, error)) {
        return false;
    }
    bool recorded = signer_expect(answer, "refused-recorded", error);
    json_decref(answer);
    return recorded;
}

static bool end_case(struct http_request *request, const struct incoming *incoming, struct ra_error *error)
{
    struct order *order = incoming->order;
    const char *reason = incoming->statement->statement->refusal.reason;
    return incoming_store(request, incoming, error) && mail_half_destroy(request, order, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "none", error) &&
           orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, "refused", error) &&
           orders_milestone(request, order, "refused", "", error) &&
           audit_record(request, AUDIT_VERIFICATION_REFUSED, order,
                        json_pack("{s:s, s:i}", "statement", incoming_digest(request, incoming->statement),
                                  "attempt", order->attempt),
                        json_pack("{s:s}", "reason", reason), error) &&
           notice_enqueue(request, order, NOTICE_REFUSED, NULL, error);
}

bool refusal_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct incoming incoming = {0};
    if (!incoming_read(request, STATEMENT_REFUSAL, &incoming, error)) {
        return false;
    }
    if (!check_refusal(request, &incoming, error)) {
        return incoming_reject(request, incoming.order, STATEMENT_REFUSAL, error);
    }
    /* The signer last: should the commit fail, its journal is stricter than the database, and the same
     * refusal again mends it. */
    if (!end_case(request, &incoming, error) || !tell_signer(request, &incoming, error)) {
        return false;
    }
    http_reply(response, 201,
               json_pack("{s:s, s:s}", "statement", incoming_digest(request, incoming.statement), "state",
                         "refused"));
    return true;
}

/* --- revocation --- */

static bool is_issued(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
           orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered") ||
           orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revocation_requested");
}

static bool check_revocation(struct http_request *request, const struct incoming *incoming,
                             struct ra_error *error)
{
    struct facts facts = {0};
    if (!is_issued(incoming->order)) {
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "not-issued",
                              "Este pedido não tem certificado a revogar.");
    }
    if (strcmp(incoming->statement->statement->revocation.serial, incoming->order->serial) != 0) {
        return reason_fail(error, "order-mismatch", "serial");
    }
    return facts_gather_head(request, incoming->order, &facts, error) &&
           rules_check_head(incoming->statement, &facts.rules, &incoming->caller,
                            facts.rules.statement_life_s, error);
}

static void wake_revocations(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, "revocations");
}

static bool accept_revocation(struct http_request *request, const struct incoming *incoming, size_t *count,
                              struct ra_error *error)
{
    struct order *order = incoming->order;
    const struct statement_revocation *content = &incoming->statement->statement->revocation;
    struct stored_statement *all = NULL;
    return incoming_store(request, incoming, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "revocation_requested", error) &&
           orders_milestone(request, order, "revocation_requested", "", error) &&
           audit_record(request, AUDIT_REVOCATION_REQUESTED, order,
                        json_pack("{s:s, s:I, s:s}", "statement",
                                  incoming_digest(request, incoming->statement), "reason",
                                  (json_int_t)content->reason, "serial", content->serial),
                        NULL, error) &&
           approval_store_find(request->db, request->context, order->id, order->attempt, STATEMENT_REVOCATION,
                               &all, count, error) &&
           http_after_commit(request, wake_revocations, NULL, error);
}

bool revocation_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct incoming incoming = {0};
    size_t count = 0;
    if (!incoming_read(request, STATEMENT_REVOCATION, &incoming, error)) {
        return false;
    }
    if (!check_revocation(request, &incoming, error)) {
        return incoming_reject(request, incoming.order, STATEMENT_REVOCATION, error);
    }
    if (!accept_revocation(request, &incoming, &count, error)) {
        return false;
    }
    bool enough = count >= rules_revocation_floor(incoming.statement->statement->revocation.reason);
    http_reply(response, 201,
               json_pack("{s:s, s:s}", "state", enough ? "requested" : "awaiting_second", "statement",
                         incoming_digest(request, incoming.statement)));
    return true;
}
