/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task that a fraud leaves: opened by who says "não fui eu", ended by the AC having the comunicado and by
 * nothing else.
 */
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/page.h"
#include "fraud/fraud.h"
#include "fraud/fraud_act.h"
#include "fraud/fraud_rules.h"
#include "fraud/fraud_store.h"
#include "instant.h"

#include <inttypes.h>

bool fraud_sent_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const struct office_caller *agent = office_caller(request);
    const char *id = http_path_parameter(request, "id"), *protocol = NULL;
    struct order *order = NULL;
    struct db_rows *row = NULL;
    bool done = false;
    if (!fraud_protocol_read(request->body, &protocol, error) ||
        !fraud_store_show(request, id, &row, error) ||
        !orders_load_for_update(request, row_text(row, 0, "code"), &order, error) ||
        !fraud_store_sent(request, id, protocol, agent->name, agent->station, &done, error))
        return false;
    if (!done)
        return ra_fail_reason(error, RA_CONFLICT, "fraud-sent",
                              "O envio deste comunicado já foi registrado.");
    const bool late = row_bool(row, 0, "late");
    if (!fraud_store_close_task(request, row_int(row, 0, "task_id"), protocol, agent->name, error) ||
        !audit_record(
            request, AUDIT_FRAUD_SENT, order,
            json_pack("{s:I, s:b}", "report", (json_int_t)row_int(row, 0, "id"), "late", late ? 1 : 0),
            json_pack("{s:s}", "protocol", protocol), error))
        return false;
    http_reply(response, 200,
               json_pack("{s:I, s:s, s:s, s:s, s:b}", "report", (json_int_t)row_int(row, 0, "id"), "order",
                         order->code, "state", "sent", "protocol", protocol, "late", late ? 1 : 0));
    return true;
}

bool fraud_check_dismissal(struct http_request *request, const char *task_id, struct ra_error *error)
{
    int64_t report = 0;
    if (!fraud_store_unsent_of_task(request, task_id, &report, error))
        return false;
    return report == 0 || ra_fail_reason(error, RA_CONFLICT, "fraud-not-sent",
                                         "Esta tarefa termina com o envio do comunicado %" PRId64
                                         ": fraud sent %" PRId64 " --protocol N.",
                                         report, report);
}

/* --- "não fui eu" --- */

static bool record_claim(struct http_request *request, const struct order *order, int64_t due_us,
                         struct ra_error *error)
{
    return audit_record(request, AUDIT_FRAUD_REPORTED, order,
                        json_pack("{s:s, s:o}", "kind", "claim", "due", instant_json(due_us)), NULL, error);
}

/* A person who says it twice started one clock, and the log says it once; once the comunicado is there, there
 * is nothing to add. */
bool fraud_claim_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    int64_t report = 0, task_id = 0, due_us = 0;
    bool opened = false;
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !fraud_store_of_order(request, order, &report, error))
        return false;
    if (report == 0 &&
        (!fraud_store_open_task(request, order, "O titular diz \"não fui eu\": apurar e relatar a fraude",
                                "holder", &task_id, &due_us, &opened, error) ||
         (opened && !record_claim(request, order, due_us, error))))
        return false;
    json_t *model = json_pack("{s:s, s:s}", "order", order->code, "state", "received");
    if (page_is_wanted(request)) {
        page_set(model, "received", json_true());
        page_frame(model, "Não fui eu");
    }
    http_reply(response, 200, model);
    return true;
}
