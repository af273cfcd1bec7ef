/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ends of a case: refusal, which kills its attempts in the signer's journal too, and revocation.
 */
#include "approval/approval.h"
#include "approval/ending.h"
#include "approval/handlers.h"
#include "approval/revocation_basis.h"
#include "audit/audit.h"
#include "orders/orders.h"
#include "renewal/renewal.h"

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

bool refusal_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct ending *ending = NULL;
    if (!ending_read(request, ENDING_REFUSAL, ENDING_ANY_REASON, &ending, error) ||
        !ending_write(request, ending, error) || !ending_settle(request, ending, error)) {
        return false;
    }
    http_reply(response, 201,
               json_pack("{s:s, s:s}", "statement", ending_digest(ending), "state", "refused"));
    return true;
}

bool revocation_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct ending *ending = NULL;
    struct revocation_basis basis = {.count = 0};
    json_t *renewals = NULL;
    if (!ending_read(request, ENDING_REVOCATION, ENDING_ANY_REASON, &ending, error) ||
        !ending_write(request, ending, error) || !ending_settle(request, ending, error) ||
        !revocation_basis_find(request->app, request->db, request->context,
                               (time_t)(request->now_us / 1000000), ending_order(ending), &basis, error) ||
        !renewal_dependents(request, ending_order(ending), &renewals, error)) {
        return false;
    }
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:o}", "state", basis.count > 0 ? "requested" : "awaiting_second",
                         "statement", ending_digest(ending), "renewals", renewals));
    return true;
}
