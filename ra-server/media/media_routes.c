/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The routes of the stock, and what is read of it: the models and where each token is.
 */
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "media/media.h"
#include "media/media_internal.h"
#include "pki/base/clock.h"

/* --- reading --- */

static json_t *day_or_null(const struct db_rows *rows, size_t row)
{
    return row_is_null(rows, row, "valid_to") ? json_null() : json_string(row_text(rows, row, "valid_to"));
}

static json_t *listed(const struct db_rows *rows, size_t row)
{
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(rows, row, "at"), at, sizeof at);
    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:s, s:b, s:s, s:s, s:s, s:s}", "serial",
                     row_text(rows, row, "serial"), "model", row_text(rows, row, "model"), "homologation",
                     row_text(rows, row, "homologation"), "valid_to", day_or_null(rows, row), "valid",
                     row_bool(rows, row, "valid") ? 1 : 0, "state", row_text(rows, row, "state"), "brought",
                     row_bool(rows, row, "brought") ? 1 : 0, "order", row_text(rows, row, "code"), "agent",
                     row_text(rows, row, "agent"), "at", at, "note", row_text(rows, row, "note"));
}

static bool list_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    struct db_rows *rows = NULL;
    enum media_state known;
    const char *state = http_query(request, "state");
    if (state != NULL && !media_state_parse(state, &known))
        return ra_fail_field(error, "state", "unknown",
                             "Situações: stock, desk, delivered, defective, returned.");
    if (!media_scene_read(request, &scene, error) ||
        !media_store_list(request, scene.office->id, state == NULL ? "" : state, scene.day, &rows, error) ||
        !audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "what", "media"), NULL, error))
        return false;
    json_t *tokens = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++)
        json_array_append_new(tokens, listed(rows, row));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, json_pack("{s:o}", "tokens", tokens));
    return true;
}

static bool models_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    struct db_rows *rows = NULL;
    if (!media_scene_read(request, &scene, error) || !media_store_models(request, scene.day, &rows, error))
        return false;
    json_t *models = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++)
        json_array_append_new(
            models,
            json_pack("{s:s, s:s, s:s, s:s, s:o, s:b}", "id", row_text(rows, row, "id"), "name",
                      row_text(rows, row, "name"), "manufacturer", row_text(rows, row, "manufacturer"),
                      "homologation", row_text(rows, row, "homologation"), "valid_to", day_or_null(rows, row),
                      "valid", row_bool(rows, row, "valid") ? 1 : 0));
    http_reply(response, 200, json_pack("{s:o}", "models", models));
    return true;
}

/* --- routes --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define WHOLE(name)     "\"" name "\":{\"type\":\"integer\"}"
#define TRUTH(name)     "\"" name "\":{\"type\":\"boolean\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define LIST(name, of)  "\"" name "\":{\"type\":\"array\",\"items\":" of "}"
#define SERIALS         LIST("serials", "{\"type\":\"string\"}")
#define STEP_SCHEMA                                                                                          \
    OBJECT(TEXT("serial") "," TEXT("model") "," TEXT("homologation") "," TEXT("state") "," TEXT(             \
        "order") "," TRUTH("brought") "," TEXT("next"))
#define BALANCE_SCHEMA                                                                                       \
    OBJECT(                                                                                                  \
        TEXT("day") ",\"opening\":{\"type\":\"object\"},\"acts\":{\"type\":\"object\"},"                     \
                    "\"closing\":{\"type\":\"object\"},\"count\":{\"type\":[\"object\",\"null\"]}," TRUTH(   \
                        "ledger") "," TRUTH("balanced") "," TEXT("obstacle"))

#define STEP_ROUTE(word, function, name, text, schema)                                                       \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE, .api_path = "/api/office/media/{serial}/" word,       \
        .authorize = office_authorize_agent, .handler = function, .body = HTTP_BODY_JSON, .operation = name, \
        .summary = text, .request_schema = schema, .response_schema = STEP_SCHEMA, .statuses = {             \
            200,                                                                                             \
            401,                                                                                             \
            403,                                                                                             \
            404,                                                                                             \
            409,                                                                                             \
            422                                                                                              \
        }                                                                                                    \
    }

static const struct http_parameter list_parameters[] = {
    {"state", false, "{\"enum\":[\"stock\",\"desk\",\"delivered\",\"defective\",\"returned\"]}",
     "só os que estão assim"},
    {0}};
static const struct http_parameter balance_parameters[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "dia; hoje quando falta"}, {0}};

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/media",
     .authorize = office_authorize_any,
     .handler = list_get,
     .operation = "mediaList",
     .summary = "Os tokens da casa e onde está cada um",
     .query = list_parameters,
     .response_schema = OBJECT(LIST("tokens", "{\"type\":\"object\"}")),
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/media/models",
     .authorize = office_authorize_any,
     .handler = models_get,
     .operation = "mediaModels",
     .summary = "Os modelos de token, com a homologação e sua validade",
     .response_schema = OBJECT(LIST("models", "{\"type\":\"object\"}")),
     .statuses = {200, 401, 403}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/media/balance",
     .authorize = office_authorize_any,
     .handler = media_balance_get,
     .operation = "mediaBalance",
     .summary = "O fechamento do dia: o livro, a contagem e a diferença",
     .query = balance_parameters,
     .response_schema = BALANCE_SCHEMA,
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/media",
     .authorize = office_authorize_agent,
     .handler = media_receive_post,
     .body = HTTP_BODY_JSON,
     .operation = "mediaReceive",
     .summary = "Recebe tokens do fornecedor no estoque",
     .request_schema = OBJECT(TEXT("model") "," SERIALS "," TEXT("reason")),
     .response_schema = OBJECT(TEXT("model") "," WHOLE("received") "," TEXT("state")),
     .statuses = {201, 401, 403, 409, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/media/count",
     .authorize = office_authorize_agent,
     .handler = media_count_post,
     .body = HTTP_BODY_JSON,
     .operation = "mediaCount",
     .summary = "Registra a contagem dos tokens que estão na casa e a compara com o livro",
     .request_schema = OBJECT(SERIALS),
     .response_schema = BALANCE_SCHEMA,
     .statuses = {201, 401, 403, 422}},
    STEP_ROUTE("take", media_take_post, "mediaTake", "Põe um token na mesa para um pedido",
               OBJECT(TEXT("order") "," TEXT("own"))),
    STEP_ROUTE("deliver", media_deliver_post, "mediaDeliver", "Entrega o token ao titular, com recibo",
               OBJECT(TEXT("order") "," TEXT("receipt_signature"))),
    STEP_ROUTE("defective", media_defective_post, "mediaDefective", "Registra o defeito de um token",
               OBJECT(TEXT("reason"))),
    STEP_ROUTE("return", media_return_post, "mediaReturn",
               "Devolve o token: da mesa ao estoque, ou do estoque para fora da casa",
               OBJECT(TEXT("reason"))),
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/media/receipt",
     .authorize = office_authorize_agent,
     .handler = media_receipt_get,
     .operation = "mediaReceipt",
     .summary = "O recibo do token a assinar pelo titular",
     .response_type = "application/pdf",
     .statuses = {200, 401, 403, 404, 409}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/media/receipt",
     .authorize = office_authorize_agent,
     .handler = media_receipt_paper_post,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "mediaReceiptPaper",
     .summary = "O recibo assinado à mão, digitalizado",
     .response_schema = OBJECT(TEXT("order") "," TEXT("serial") "," TEXT("receipt")),
     .statuses = {201, 401, 403, 404, 409, 415}},
};

const struct room media_room = {
    .name = "media", .id = ROOM_MEDIA, .routes = routes, .route_count = sizeof routes / sizeof *routes};
