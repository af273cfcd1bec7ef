/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/ending.h"

#include "app.h"
#include "approval/handlers.h"
#include "approval/revocation_basis.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "notice/notice.h"
#include "revocation/revocation.h"

#include <string.h>

struct ending {
    enum ending_kind kind;
    struct incoming incoming;
    const char *digest;
};

/* --- what there is to stop --- */

static bool is_one_of(const char *state, const char *const *states)
{
    for (; *states != NULL; states++)
        if (strcmp(state, *states) == 0)
            return true;
    return false;
}

enum ending_kind ending_of(const char *identification, const char *issuance)
{
    static const char *const certified[] = {"issued", "delivered", "revocation_requested", NULL};
    static const char *const asking[] = {"requested", "unknown", NULL};
    if (is_one_of(issuance, certified))
        return ENDING_REVOCATION;
    if (is_one_of(issuance, asking))
        return ENDING_LATER;
    if (strcmp(issuance, "revoked") == 0 || strcmp(identification, "refused") == 0)
        return ENDING_NONE;
    return ENDING_REFUSAL;
}

bool ending_now(struct http_request *request, const struct order *order, enum ending_kind *kind,
                struct ra_error *error)
{
    struct revocation_basis basis;
    *kind = ending_of(order->states[ORDERS_MACHINE_IDENTIFICATION], order->states[ORDERS_MACHINE_ISSUANCE]);
    if (!orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revocation_requested"))
        return true;
    if (!revocation_basis_find(request->app, request->db, request->context,
                               (time_t)(request->now_us / 1000000), order, &basis, error))
        return false;
    if (basis.count > 0)
        *kind = ENDING_NONE;
    return true;
}

/* --- a statement that ends a case --- */

static bool check_refusal(struct http_request *request, const struct incoming *incoming,
                          struct ra_error *error)
{
    static const char *const refusable[] = {"open", "suspended", "validated", "verified", "returned", NULL};
    static const char *const unasked[] = {"none", "ready", "failed", NULL};
    struct facts facts = {0};
    if (!incoming_require_state(incoming->order, refusable, error) ||
        !facts_gather_head(request, incoming->order, &facts, error))
        return false;
    if (!is_one_of(incoming->order->states[ORDERS_MACHINE_ISSUANCE], unasked))
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "certificate-asked-for",
                              "O certificado já foi pedido à AC; o caminho agora é a revogação.");
    return rules_check_head(incoming->statement, &facts.rules, &incoming->caller,
                            facts.rules.statement_life_s, error);
}

static bool check_revocation(struct http_request *request, const struct incoming *incoming, int64_t reason,
                             struct ra_error *error)
{
    const struct order *order = incoming->order;
    const struct statement_revocation *content = &incoming->statement->statement->revocation;
    struct facts facts = {0};
    if (ending_of(order->states[ORDERS_MACHINE_IDENTIFICATION], order->states[ORDERS_MACHINE_ISSUANCE]) !=
        ENDING_REVOCATION)
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "not-issued",
                              "Este pedido não tem certificado a revogar.");
    if (strcmp(content->serial, order->serial) != 0)
        return reason_fail(error, "order-mismatch", "serial");
    if (reason != ENDING_ANY_REASON && content->reason != reason)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "revocation-reason",
                              "A revogação por fraude leva o motivo 1 (chave comprometida).");
    return facts_gather_head(request, order, &facts, error) &&
           rules_check_head(incoming->statement, &facts.rules, &incoming->caller,
                            facts.rules.statement_life_s, error);
}

static enum statement_type type_of(enum ending_kind kind)
{
    return kind == ENDING_REFUSAL ? STATEMENT_REFUSAL : STATEMENT_REVOCATION;
}

bool ending_read(struct http_request *request, enum ending_kind kind, int64_t reason, struct ending **ending,
                 struct ra_error *error)
{
    struct ending *read = talloc_zero(request->context, struct ending);
    if (read == NULL)
        return ra_fail(error, RA_NO_MEMORY, "ending");
    read->kind = kind;
    if (!incoming_read(request, type_of(kind), &read->incoming, error))
        return false;
    const bool holds = kind == ENDING_REFUSAL ? check_refusal(request, &read->incoming, error)
                                              : check_revocation(request, &read->incoming, reason, error);
    if (!holds)
        return incoming_reject(request, read->incoming.order, type_of(kind), error);
    read->digest = incoming_digest(request, read->incoming.statement);
    *ending = read;
    return read->digest != NULL || ra_fail(error, RA_NO_MEMORY, "ending");
}

struct order *ending_order(const struct ending *ending)
{
    return ending->incoming.order;
}

const char *ending_digest(const struct ending *ending)
{
    return ending->digest;
}

/* --- its effects --- */

static bool write_refusal(struct http_request *request, const struct ending *ending, struct ra_error *error)
{
    struct order *order = ending->incoming.order;
    const char *reason = ending->incoming.statement->statement->refusal.reason;
    return incoming_store(request, &ending->incoming, error) && mail_half_destroy(request, order, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "none", error) &&
           orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, "refused", error) &&
           orders_milestone(request, order, "refused", "", error) &&
           audit_record(request, AUDIT_VERIFICATION_REFUSED, order,
                        json_pack("{s:s, s:i}", "statement", ending->digest, "attempt", order->attempt),
                        json_pack("{s:s}", "reason", reason), error) &&
           notice_enqueue(request, order, NOTICE_REFUSED, NULL, error);
}

static bool write_revocation(struct http_request *request, const struct ending *ending,
                             struct ra_error *error)
{
    struct order *order = ending->incoming.order;
    const struct statement_revocation *content = &ending->incoming.statement->statement->revocation;
    return incoming_store(request, &ending->incoming, error) &&
           revocation_open(request, order, office_caller(request)->name, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "revocation_requested", error) &&
           orders_milestone(request, order, "revocation_requested", "", error) &&
           audit_record(request, AUDIT_REVOCATION_REQUESTED, order,
                        json_pack("{s:s, s:I, s:s}", "statement", ending->digest, "reason",
                                  (json_int_t)content->reason, "serial", content->serial),
                        NULL, error);
}

bool ending_write(struct http_request *request, const struct ending *ending, struct ra_error *error)
{
    return ending->kind == ENDING_REFUSAL ? write_refusal(request, ending, error)
                                          : write_revocation(request, ending, error);
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
    if (!signer_ask(signer_client_of(request->app), message, NULL, NULL, &answer, error))
        return false;
    bool recorded = signer_expect(answer, "refused-recorded", error);
    json_decref(answer);
    return recorded;
}

bool ending_settle(struct http_request *request, const struct ending *ending, struct ra_error *error)
{
    return ending->kind != ENDING_REFUSAL || tell_signer(request, &ending->incoming, error);
}
