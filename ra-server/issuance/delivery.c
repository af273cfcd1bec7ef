/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/delivery.h"

#include "audit/audit.h"
#include "issuance/certificate_out.h"
#include "issuance/issuance_state.h"
#include "issuance/reasons.h"

#include <inttypes.h>
#include <stdio.h>

bool delivery_reply(struct http_request *request, struct http_response *response,
                    const struct issuance_row *row, struct ra_error *error)
{
    struct bytes pem = {NULL, 0};
    if (!certificate_pem(request->context, &row->certificate, 1, &pem, error)) {
        return false;
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200,
               json_pack("{s:s%, s:s%, s:s}", "certificate", (const char *)pem.data, pem.length, "chain",
                         row->chain.length > 0 ? (const char *)row->chain.data : "", row->chain.length,
                         "serial", row->serial));
    return true;
}

bool delivery_reply_pending(struct http_request *request, struct http_response *response,
                            const struct order *order, struct bytes spki_digest, const char *state,
                            int64_t retry_after_s, struct ra_error *error)
{
    char seconds[24];
    const char *key = hex_encode(request->context, spki_digest);
    const char *prefix = request->listener == HTTP_OFFICE ? "/api/office/orders" : "/api/orders";
    const char *poll = talloc_asprintf(request->context, "%s/%s/certificate?key=%s", prefix, order->code,
                                       key != NULL ? key : "");
    if (key == NULL || poll == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "poll");
    }
    (void)snprintf(seconds, sizeof seconds, "%" PRId64, retry_after_s);
    http_set_header(response, "Retry-After", seconds);
    http_reply(response, 202,
               json_pack("{s:s, s:I, s:s}", "state", state, "retry_after_s", (json_int_t)retry_after_s,
                         "poll", poll));
    return true;
}

/* Looked at once more before it leaves: what the database holds must still be what was ordered. */
static bool check_delivery(struct http_request *request, const struct order *order,
                           const struct issuance_row *row, struct ra_error *error)
{
    struct certificate_came came = {.certificate = row->certificate, .spki_digest = row->spki_digest};
    struct bytes *chain = NULL;
    if (!certificate_unpem(request->context, row->chain, &chain, &came.chain_count, error)) {
        return false;
    }
    came.chain = chain;
    return certificate_check(request->app, request->context, issuance_anchors(request->app), order, &came,
                             clock_now_us(&request->app->clock), error);
}

bool delivery_record(struct http_request *request, struct order *order, const struct issuance_row *row,
                     struct ra_error *error)
{
    request->now_us =
        clock_now_us(&request->app->clock); /* the AC took its time: delivery comes after issue */
    return orders_advance(request, order, ORDERS_MACHINE_ISSUANCE, "delivered", "delivered", row->serial,
                          error) &&
           audit_record(request, AUDIT_CERT_DELIVERED, order, json_pack("{s:s}", "serial", row->serial), NULL,
                        error);
}

/* The alarm of a certificate that is not the ordered one outlives the refusal of this request. */
static bool record_alarm(struct http_request *request, const struct order *order,
                         const struct issuance_row *row, const struct ra_error *cause, struct ra_error *error)
{
    return audit_record(request, AUDIT_CERT_MISMATCH, order,
                        json_pack("{s:s, s:s}", "serial", row->serial, "reason", cause->reason), NULL, error);
}

bool delivery_hand_over(struct http_request *request, struct order *order, const struct issuance_row *row,
                        bool deliver, struct ra_error *error)
{
    struct ra_error cause = {0};
    if (row->reason[0] != '\0') { /* told when it came, and once */
        return reason_fail(error, "certificate-mismatch", NULL);
    }
    if (check_delivery(request, order, row, &cause)) {
        return !deliver || !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
               delivery_record(request, order, row, error);
    }
    if (cause.code == RA_CERTIFICATE_REFUSED) {
        if (!record_alarm(request, order, row, &cause, error)) {
            return false;
        }
        http_keep_changes(request);
    }
    *error = cause;
    return false;
}
