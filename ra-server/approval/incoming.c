/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/approval_store.h"
#include "approval/handlers.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "issuance/reasons.h"
#include "orders/orders.h"

#include <string.h>

static bool is_a_refusal(enum ra_error_code code)
{
    enum ra_error_category category = ra_error_info(code)->category;
    return category == RA_CATEGORY_INPUT || category == RA_CATEGORY_CONFLICT || category == RA_CATEGORY_AUTH;
}

bool incoming_reject(struct http_request *request, const struct order *order, enum statement_type type,
                     struct ra_error *error)
{
    struct ra_error unrecorded = {0};
    if (!is_a_refusal(error->code)) {
        return false;
    }
    json_t *detail = json_pack("{s:s, s:s, s:i}", "typ", statement_typ(type), "reason",
                               error->reason[0] != '\0' ? error->reason : ra_error_info(error->code)->code,
                               "attempt", order->attempt);
    if (audit_record(request, AUDIT_STATEMENT_REJECTED, order, detail, NULL, &unrecorded)) {
        http_keep_changes(request);
    } else {
        *error = unrecorded;
    }
    return false;
}

static bool read_caller(struct http_request *request, struct approval_signer *caller, struct ra_error *error)
{
    const struct office_caller *office = office_caller(request);
    uint8_t *spki = talloc_array(request->context, uint8_t, 32);
    if (spki == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "caller");
    }
    *caller = (struct approval_signer){.spki = spki, .cpf = office->cpf};
    return hex_decode(office->spki, spki, 32) || ra_fail(error, RA_INTERNAL, "caller without key");
}

bool incoming_read(struct http_request *request, enum statement_type type, struct incoming *incoming,
                   struct ra_error *error)
{
    const char *text = http_text(request->body, "cms");
    if (text == NULL || !base64_decode(request->context, text, strlen(text), &incoming->cms)) {
        return ra_fail_field(error, "cms", "base64", "Envie a declaração assinada em base64.");
    }
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &incoming->order, error)) {
        return incoming->order != NULL && incoming_reject(request, incoming->order, type, error);
    }
    if (!read_caller(request, &incoming->caller, error)) {
        return false;
    }
    struct ra_error cause = {0};
    if (trust_verify_statement(request->app, request->context, incoming->cms, type,
                               (time_t)(request->now_us / 1000000), &incoming->statement, &cause)) {
        return true;
    }
    *error = cause;
    return incoming_reject(request, incoming->order, type, error);
}

bool incoming_store(struct http_request *request, const struct incoming *incoming, struct ra_error *error)
{
    struct ra_error cause = {0};
    if (approval_store_insert(request->db, incoming->order->id, incoming->cms, incoming->statement,
                              office_caller(request)->name, request->now_us, &cause)) {
        return true;
    }
    if (cause.code == RA_CONFLICT) {
        return ra_fail_reason(error, RA_CONFLICT, "statement-once", "Esta declaração já foi recebida.");
    }
    *error = cause;
    return false;
}

const char *incoming_digest(struct http_request *request, const struct signed_statement *statement)
{
    return hex_encode(request->context, (struct bytes){statement->digest, sizeof statement->digest});
}

bool incoming_require_state(const struct order *order, const char *const *states, struct ra_error *error)
{
    for (const char *const *state = states; *state != NULL; state++) {
        if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, *state)) {
            return true;
        }
    }
    return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "identification-state",
                          "A identificação deste pedido está em outro passo (%s).",
                          order->states[ORDERS_MACHINE_IDENTIFICATION]);
}
