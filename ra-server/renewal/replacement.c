/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/replacement.h"

#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/page.h"
#include "db/db.h"
#include "renewal/renewal_rules.h"
#include "renewal/replacement_rules.h"

#include <string.h>

static const int64_t DAY_US = INT64_C(86400000000);

#define WAIVED_NOTHING                                                                                          \
    "Nada é dispensado: o certificado anterior foi revogado, e um revogado não assina renovação (REN-07); " \
    "a "                                                                                                        \
    "identificação é a da primeira emissão. Só o custo é dispensado (até %lld dias da emissão)."

/* --- the question --- */

static bool is_revoked(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revoked") ||
           orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revocation_requested");
}

static bool ask(struct http_request *request, const struct order *order,
                struct replacement_question *question, struct ra_error *error)
{
    struct db_rows *row = NULL;
    *question = (struct replacement_question){.revoked = is_revoked(order)};
    if (!catalog_policy_number(request->app, request->now_us, "replacement_days", &question->limit_days,
                               error) ||
        !db_query(request->db, request->context, STATEMENT_REPLACEMENT_CASE,
                  DB_VALUES(db_int(order->id), db_time(request->now_us)), &row, error))
        return false;
    question->issued = db_row_count(row) == 1;
    if (!question->issued)
        return true;
    question->replaced = row_bool(row, 0, "replaced");
    question->replaces = row_bool(row, 0, "replaces");
    question->days_since = row_int(row, 0, "days_since");
    return true;
}

/* --- the new order --- */

/* Free by the rule: the price of the order is none, and it stands as paid. */
static bool settle(struct http_request *request, struct order *order, const struct order *old,
                   struct ra_error *error)
{
    const char *actor = request->listener == HTTP_OFFICE ? office_caller(request)->name : "holder";
    struct db_rows *row = NULL;
    return db_exec(request->db, STATEMENT_REPLACEMENT_INSERT,
                   DB_VALUES(db_int(order->id), db_int(old->id), db_text(old->serial), db_text(actor),
                             db_time(request->now_us)),
                   NULL, error) &&
           db_exec(request->db, STATEMENT_REPLACEMENT_FREE, DB_VALUES(db_int(order->id)), NULL, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ORDER, "paid", error) &&
           db_one(request->db, request->context, STATEMENT_ORDER_PAYMENT_INSERT,
                  DB_VALUES(db_int(order->id), db_text("replacement"), db_int(0), db_text(actor),
                            db_time(request->now_us), db_text(old->code)),
                  &row, error) &&
           orders_milestone(request, order, "paid", "replacement", error) &&
           audit_record(request, AUDIT_REPLACEMENT_GRANTED, order,
                        json_pack("{s:s, s:s}", "old_order", old->code, "old_serial", old->serial), NULL,
                        error);
}

bool replacement_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *old = NULL, *order = NULL;
    struct replacement_question question;
    const char *token = "";
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &old, error) ||
        !ask(request, old, &question, error))
        return false;
    const enum replacement_answer answer = replacement_of(&question);
    if (answer != REPLACEMENT_FREE)
        return ra_fail_reason(error, RA_CONFLICT, replacement_word(answer), "%s", replacement_text(answer));
    if (!orders_again(request, old, old->product_id, &order, &token, error) ||
        !settle(request, order, old, error))
        return false;
    if (page_is_wanted(request)) {
        if (!orders_grant_session(request, response, order, error))
            return false;
        http_see_other(request, response, talloc_asprintf(request->context, "/pedido/%s", order->code));
        return true;
    }
    json_t *model =
        json_pack("{s:s, s:s, s:i, s:[], s:o}", "order", order->code, "replaces", old->code, "price_cents", 0,
                  "waived", "why", json_sprintf(WAIVED_NOTHING, (long long)question.limit_days));
    if (request->listener == HTTP_PUBLIC)
        json_object_set_new(model, "token", json_string(token));
    http_reply(response, 201, model);
    return true;
}

/* --- what the holder sees --- */

bool replacement_offer(struct http_request *request, const struct order *order, json_t **offer,
                       struct ra_error *error)
{
    struct replacement_question question;
    char last[CATALOG_DAY_SIZE];
    *offer = NULL;
    if (!ask(request, order, &question, error))
        return false;
    const enum replacement_answer answer = replacement_of(&question);
    if (answer != REPLACEMENT_FREE && answer != REPLACEMENT_NOT_REVOKED)
        return true;
    catalog_today(request->app, request->now_us + (question.limit_days - question.days_since) * DAY_US, last);
    *offer = json_pack("{s:b, s:s}", "may_ask", (int)(answer == REPLACEMENT_FREE), "until", last);
    if (page_is_wanted(request))
        page_set_text(*offer, "until_text",
                      talloc_asprintf(request->context, "%.2s/%.2s/%.4s", last + 8, last + 5, last));
    return *offer != NULL || ra_fail(error, RA_NO_MEMORY, "order");
}

/* --- what the agents see --- */

static json_t *renewal_waived(const char *rule)
{
    return renewal_waiver_text(rule)[0] != '\0' ? json_pack("[s, s, s]", "document", "biometric", "presence")
                                                : json_array();
}

bool replacement_origin(struct http_request *request, const struct order *order, json_t **origin,
                        struct ra_error *error)
{
    struct db_rows *row = NULL;
    int64_t days = 0;
    *origin = NULL;
    if (!db_query(request->db, request->context, STATEMENT_REPLACEMENT_ORIGIN, DB_VALUES(db_int(order->id)),
                  &row, error))
        return false;
    if (db_row_count(row) == 0)
        return true;
    const char *rule = row_text(row, 0, "rule");
    const bool renewal = strcmp(row_text(row, 0, "kind"), "renewal") == 0;
    if (!renewal && !catalog_policy_number(request->app, request->now_us, "replacement_days", &days, error))
        return false;
    *origin = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "kind", row_text(row, 0, "kind"), "order",
                        row_text(row, 0, "code"), "serial", row_text(row, 0, "old_serial"), "rule", rule,
                        "free", (int)!renewal, "waived", renewal ? renewal_waived(rule) : json_array(), "why",
                        renewal ? json_string(renewal_waiver_text(rule))
                                : json_sprintf(WAIVED_NOTHING, (long long)days));
    return *origin != NULL || ra_fail(error, RA_NO_MEMORY, "order");
}
