/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/page.h"
#include "fraud/fraud.h"
#include "fraud/fraud_act.h"
#include "fraud/fraud_store.h"
#include "instant.h"
#include "pki/base/clock.h"

#include <stdio.h>

/* --- reading --- */

static json_t *row_summary(const struct db_rows *rows, size_t row)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:b}", "report",
                     (json_int_t)row_int(rows, row, "id"), "order", row_text(rows, row, "code"), "kind",
                     row_text(rows, row, "kind"), "stop", row_text(rows, row, "stop"), "agent",
                     row_text(rows, row, "agent"), "at", instant_of_row(rows, row, "at"), "due",
                     instant_of_row(rows, row, "due_at"), "sent", instant_of_row(rows, row, "sent_at"),
                     "protocol", row_text(rows, row, "protocol"), "state",
                     row_is_null(rows, row, "sent_at") ? "drafted" : "sent", "late",
                     row_bool(rows, row, "late") ? 1 : 0);
}

static bool list_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!fraud_store_list(request, &rows, error) ||
        !audit_record(request, AUDIT_FRAUD_READ, NULL, json_pack("{s:s}", "what", "list"), NULL, error))
        return false;
    json_t *reports = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++)
        json_array_append_new(reports, row_summary(rows, row));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, json_pack("{s:o}", "reports", reports));
    return true;
}

static bool show_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct order *order = NULL;
    if (!fraud_store_show(request, http_path_parameter(request, "id"), &row, error) ||
        !orders_load(request, row_text(row, 0, "code"), &order, error) ||
        !audit_record(request, AUDIT_FRAUD_READ, order,
                      json_pack("{s:s, s:I}", "what", "report", "report", (json_int_t)row_int(row, 0, "id")),
                      NULL, error))
        return false;
    json_t *shown = row_summary(row, 0);
    json_object_set_new(shown, "task", json_integer(row_int(row, 0, "task_id")));
    json_object_set_new(shown, "sent_by", json_string(row_text(row, 0, "sent_by")));
    json_object_set_new(
        shown, "now",
        json_pack("{s:s, s:s, s:o}", "identification", row_text(row, 0, "identification_state"), "issuance",
                  row_text(row, 0, "issuance_state"), "revoked", instant_of_row(row, 0, "revoked_at")));
    json_object_set_new(shown, "form", row_json(row, 0, "form"));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, shown);
    return true;
}

static bool claim_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error))
        return false;
    http_reply(response, 200, page_frame(json_pack("{s:s}", "order", order->code), "Não fui eu"));
    return true;
}

/* --- health --- */

static enum health_state deadlines(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                   size_t detail_size)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct db_rows *row = NULL;
    struct ra_error error = {0};
    enum health_state state = HEALTH_DEGRADED;
    if (db_one(db, scratch, STATEMENT_FRAUD_DEADLINES, DB_VALUES(db_time(clock_now_us(&app->clock))), &row,
               &error)) {
        const int64_t open = row_int(row, 0, "open"), late = row_int(row, 0, "late");
        json_object_set_new(facts, "open", json_integer(open));
        json_object_set_new(facts, "late", json_integer(late));
        (void)snprintf(detail, detail_size, "%lld to be sent, %lld late", (long long)open, (long long)late);
        state = late > 0 ? HEALTH_DEGRADED : HEALTH_OK;
    }
    talloc_free(scratch);
    return state;
}

static const struct health_part health[] = {{"fraud_deadlines", deadlines}};

/* --- routes --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define SUMMARY                                                                                              \
    "\"report\":{\"type\":\"integer\"}," TEXT("order") "," TEXT("kind") "," TEXT("stop") "," TEXT(           \
        "agent") "," TEXT("at") "," TEXT("due") "," TEXT("protocol") "," TEXT("state") ",\"late\":{"         \
                                                                                       "\"type\":"           \
                                                                                       "\"boolean\"}"

static const char report_schema[] =
    "{\"type\":\"object\",\"required\":[\"kind\",\"description\"],\"properties\":{\"kind\":{\"type\":"
    "\"string\",\"enum\":[\"attempt\",\"realised\"]},\"description\":{\"type\":\"string\",\"maxLength\":2000}"
    ","
    "\"modus\":{\"type\":\"string\",\"maxLength\":2000},\"physical\":{\"type\":\"string\",\"maxLength\":2000}"
    ","
    "\"people\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"cms\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"}}}";

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/fraud",
     .authorize = office_authorize_agent,
     .handler = fraud_plan,
     .operation = "fraudPlan",
     .summary = "O que acontece ao relatar fraude neste pedido",
     .response_schema = OBJECT(TEXT("instance") "," TEXT("order") "," TEXT("stop") "," TEXT(
         "due") ",\"people\":{\"type\":\"array\"},\"renewals\":{\"type\":\"array\"}"),
     .statuses = {200, 401, 403, 404, 409}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/fraud",
     .authorize = office_authorize_agent,
     .handler = fraud_report_post,
     .body = HTTP_BODY_JSON,
     .operation = "fraudReport",
     .summary = "Relata fraude: para o caso, alimenta a lista negativa e abre o comunicado",
     .request_schema = report_schema,
     .response_schema = OBJECT("\"report\":{\"type\":\"integer\"}," TEXT("stop") "," TEXT(
         "statement") "," TEXT("due") ",\"renewals\":{\"type\":\"array\"}"),
     .statuses = {201, 401, 403, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/fraud",
     .authorize = office_authorize_any,
     .handler = list_handler,
     .operation = "fraudList",
     .summary = "Os comunicados de fraude, os mais urgentes primeiro",
     .response_schema = OBJECT("\"reports\":{\"type\":\"array\",\"items\":" OBJECT(SUMMARY) "}"),
     .statuses = {200, 401, 403}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/fraud/{id}",
     .authorize = office_authorize_any,
     .handler = show_handler,
     .operation = "fraudShow",
     .summary = "Um comunicado de fraude inteiro; a leitura fica registrada",
     .response_schema = OBJECT(SUMMARY ",\"form\":{\"type\":\"object\"}"),
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/fraud/{id}/sent",
     .authorize = office_authorize_agent,
     .handler = fraud_sent_post,
     .body = HTTP_BODY_JSON,
     .operation = "fraudSent",
     .summary = "Registra o envio do comunicado à AC, com o protocolo",
     .request_schema =
         "{\"type\":\"object\",\"required\":[\"protocol\"],\"properties\":{\"protocol\":{\"type\":"
         "\"string\",\"maxLength\":120}}}",
     .response_schema = OBJECT("\"report\":{\"type\":\"integer\"}," TEXT("state") "," TEXT("protocol")),
     .statuses = {200, 401, 403, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .page_path = "/pedido/{code}/nao-fui-eu",
     .page_template = "nao-fui-eu",
     .authorize = orders_authorize_holder,
     .handler = claim_page,
     .transaction = HTTP_OWN,
     .operation = "fraudClaimPage",
     .summary = "Dizer que não foi você quem emitiu o certificado.",
     .statuses = {200, 404, 409}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/fraud-claim",
     .page_path = "/pedido/{code}/nao-fui-eu",
     .page_template = "nao-fui-eu",
     .authorize = orders_authorize_holder,
     .handler = fraud_claim_post,
     .form_model = claim_page,
     .operation = "fraudClaim",
     .summary = "O titular diz que não foi ele: abre a apuração de fraude.",
     .response_schema = OBJECT(TEXT("order") "," TEXT("state")),
     .statuses = {200, 401, 404, 409}},
};

const struct room fraud_room = {.name = "fraud",
                                .id = ROOM_FRAUD,
                                .routes = routes,
                                .route_count = sizeof routes / sizeof *routes,
                                .health = health,
                                .health_count = sizeof health / sizeof *health};
