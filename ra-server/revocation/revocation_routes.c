/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/page.h"
#include "identification/identification.h"
#include "revocation/revocation_store.h"

#include <string.h>

/* --- the public page --- */

static const int64_t reasons[] = {1, 4, 3, 5, 9, 0};

static json_t *reasons_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:b}", "code", (json_int_t)reasons[i], "text",
                                              revocation_reason_text(reasons[i]), "first", i == 0));
    return list;
}

/* What who signs a word needs: the instance, and the time by our clock, not his. */
static bool page_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const char *instance = "";
    struct catalog_office *office = NULL;
    const char *order = http_query(request, "pedido");
    char code[ORDERS_CODE_SIZE] = "";
    if (!approval_instance(request, &instance, error) ||
        !catalog_office(request->app, request->context, &office, error))
        return false;
    if (order == NULL || !orders_code_normalise(order, code))
        code[0] = '\0';
    json_t *model = json_pack("{s:s, s:I, s:o}", "instance", instance, "now",
                              (json_int_t)(request->now_us / 1000000), "reasons", reasons_json());
    if (page_is_wanted(request)) {
        page_set_text(model, "order", code);
        page_set_text(model, "phone", office->phone);
        page_frame(model, "Revogar um certificado");
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, model);
    return true;
}

/* --- the order of an AC or of a court --- */

static bool check_certificate(const struct order *order, struct ra_error *error)
{
    static const char *const states[] = {"issued", "delivered", "revocation_requested"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (orders_in_state(order, ORDERS_MACHINE_ISSUANCE, states[i]))
            return true;
    return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "not-issued",
                          "Este pedido não tem certificado a revogar.");
}

bool revocation_order_post(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    const char *by = http_query(request, "by");
    const char *media_type = "";
    struct order *order = NULL;
    if (by == NULL || (strcmp(by, "ac") != 0 && strcmp(by, "court") != 0))
        return ra_fail_field(error, "by", "unknown", "Diga de quem é a ordem: ac ou court.");
    if (!identification_upload_inspect(request, &media_type, error) ||
        !orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !check_certificate(order, error) ||
        !identification_annex_add_upload(request, order, "revocation_order", media_type, error) ||
        !revocation_open(request, order, office_caller(request)->name, error) ||
        !db_exec(request->db, STATEMENT_REVOCATION_SET_AUTHORITY,
                 DB_VALUES(db_int(order->id), db_int(order->attempt), db_text(by)), NULL, error) ||
        !audit_record(
            request, AUDIT_REVOCATION_ORDERED, order,
            json_pack("{s:s, s:s, s:o}", "by", by, "serial", order->serial, "sha256",
                      json_string(hex_encode(request->context, (struct bytes){request->raw_sha256, 32}))),
            NULL, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:s}", "order", order->code, "by", by, "state", "ordered"));
    return true;
}

/* --- the room --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"

static const char word_schema[] =
    "{\"type\":\"object\",\"required\":[\"reason\",\"proof\"],\"properties\":{\"reason\":{\"enum\":[0,1,3,4,"
    "5,"
    "9]},\"proof\":{\"type\":\"object\",\"required\":[\"kind\",\"issued_at\",\"signature\"],\"properties\":{"
    "\"kind\":{\"enum\":[\"key\",\"password\",\"responsible\"]},\"issued_at\":{\"type\":\"integer\"},"
    "\"signature\":{\"type\":\"string\"},\"certificate\":{\"type\":\"string\"}}}}}";

static const struct http_parameter page_parameters[] = {
    {"pedido", false, NULL, "código do pedido, para o formulário já vir com ele"},
    {0},
};

static const struct http_parameter order_parameters[] = {
    {"by", true, "{\"enum\":[\"ac\",\"court\"]}", "de quem é a ordem: da AC ou da justiça"},
    {0},
};

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/revocation",
     .page_path = "/revogar",
     .page_template = "revogar",
     .authorize = http_anyone,
     .handler = page_get,
     .operation = "revocationPage",
     .summary = "O que é preciso para assinar um pedido de revogação",
     .query = page_parameters,
     .response_schema = OBJECT(TEXT("instance") ",\"now\":{\"type\":\"integer\"},\"reasons\":{\"type\":"
                                                "\"array\"}"),
     .statuses = {200}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/revocation",
     .authorize = http_anyone,
     .handler = revocation_word_post,
     .body = HTTP_BODY_JSON,
     .operation = "revocationAsk",
     .summary = "O titular pede a revogação, com a prova da chave, da senha ou do responsável",
     .request_schema = word_schema,
     .response_schema = OBJECT(TEXT("order") "," TEXT("state") "," TEXT("serial")),
     .statuses = {200, 202, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/revocation/order",
     .authorize = office_authorize_agent,
     .handler = revocation_order_post,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "officeRevocationOrder",
     .summary = "A ordem da AC ou da justiça, digitalizada, para o dossiê",
     .query = order_parameters,
     .response_schema = OBJECT(TEXT("order") "," TEXT("by") "," TEXT("state")),
     .statuses = {201, 401, 403, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/revocations",
     .authorize = office_authorize_any,
     .handler = revocation_list_get,
     .operation = "officeRevocations",
     .summary = "As revogações por concluir, a mais antiga primeiro, com o relógio de cada uma",
     .response_schema = OBJECT("\"revocations\":{\"type\":\"array\"}"),
     .statuses = {200, 401, 403}},
};

static const struct job jobs[] = {{.name = "revocations", .period_ms = 1000, .run = revocation_run}};

static const struct health_part health[] = {{.name = "revocations", .check = revocation_health}};

const struct room revocation_room = {
    .name = "revocation",
    .id = ROOM_REVOCATION,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .health = health,
    .health_count = sizeof health / sizeof health[0],
};
