/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of the counter's routes.
 */
#include "approval/office.h"
#include "desk/desk.h"
#include "desk/desk_act.h"
#include "http/events.h"
#include "orders/orders.h"

/* --- news for open screens --- */

static bool office_events(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    return http_reply_events(request, response, "office", error);
}

static bool display_events(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    return http_reply_events(request, response, "display", error);
}

/* --- table --- */

#define TEXT            "{\"type\":\"string\"}"
#define TEXTS           "{\"type\":\"array\",\"items\":" TEXT "}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"

static const char act_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"states\"],\"properties\":{\"order\":" TEXT
    ",\"ticket\":" TEXT ",\"priority\":" TEXT ",\"needs\":" TEXTS ",\"sentence\":" TEXT ",\"set_aside\":" TEXT
    ",\"undone\":" TEXT ",\"warning\":" TEXT ",\"states\":{\"type\":\"object\"}}}";
static const char queue_schema[] =
    "{\"type\":\"object\",\"required\":[\"items\",\"inbox\",\"agents\"],\"properties\":{\"date\":" TEXT
    ",\"agent\":" TEXT ",\"now\":" TEXT
    ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"order\","
    "\"ticket\",\"name\",\"product\",\"mode\",\"start\",\"state\",\"deadline\",\"priority\",\"needs\"]}},"
    "\"inbox\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"agents\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"object\",\"required\":[\"name\",\"free\"]}}}}";
static const char choices_schema[] =
    "{\"type\":\"object\",\"required\":[\"date\",\"products\",\"priorities\"],\"properties\":{\"date\":" TEXT
    ",\"products\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\"]}},"
    "\"priorities\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"text\"]}}}}";
static const char checkin_schema[] =
    OBJECT("\"walk_in\":{\"type\":\"boolean\"},\"priority\":" TEXT ",\"person\":" TEXT ",\"needs\":" TEXTS);
static const char checkin_by_text_schema[] =
    "{\"type\":\"object\",\"required\":[\"who\"],\"properties\":{\"who\":" TEXT
    ",\"walk_in\":{\"type\":\"boolean\"},\"priority\":" TEXT ",\"person\":" TEXT ",\"needs\":" TEXTS "}}";
static const char call_schema[] = OBJECT("\"desk\":" TEXT);
static const char park_schema[] =
    OBJECT("\"reason\":" TEXT ",\"minutes\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":480}");
static const char transfer_schema[] = OBJECT("\"to\":" TEXT ",\"desk\":" TEXT);
static const char priority_schema[] =
    "{\"type\":\"object\",\"required\":[\"priority\"],\"properties\":{\"priority\":" TEXT "}}";
static const char needs_schema[] =
    "{\"type\":\"object\",\"required\":[\"needs\"],\"properties\":{\"needs\":" TEXTS "}}";
static const char panel_schema[] =
    "{\"type\":\"object\",\"required\":[\"office\",\"now\",\"calls\"],\"properties\":{\"office\":" TEXT
    ",\"now\":" TEXT ",\"calls\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\","
    "\"ticket\",\"desk\",\"at\"]}}}}";

static const struct http_parameter queue_parameters[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "dia; hoje quando falta"},
    {NULL, false, NULL, NULL}};

#define ACT_ROUTE(path, function, word, text, schema)                                                        \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE, .api_path = path,                                     \
        .authorize = office_authorize_agent, .handler = function, .body = HTTP_BODY_NONE, .operation = word, \
        .summary = text, .request_schema = schema, .response_schema = act_schema, .statuses = {              \
            200,                                                                                             \
            401,                                                                                             \
            403,                                                                                             \
            404,                                                                                             \
            409,                                                                                             \
            422                                                                                              \
        }                                                                                                    \
    }
#define ORDER_ROUTE(verb, function, word, text, schema)                                                      \
    ACT_ROUTE("/api/office/orders/{code}/" verb, function, word, text, schema)

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/queue",
     .authorize = office_authorize_any,
     .handler = desk_queue,
     .operation = "queueShow",
     .summary = "A fila do dia, os casos que esperam o segundo agente e quem está livre",
     .query = queue_parameters,
     .response_schema = queue_schema,
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/choices",
     .authorize = office_authorize_any,
     .handler = desk_choices,
     .operation = "choicesShow",
     .summary = "Os produtos à venda hoje e as classes de prioridade da lei",
     .response_schema = choices_schema,
     .statuses = {200, 401, 403}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/events",
     .authorize = office_authorize_any,
     .handler = office_events,
     .operation = "officeEvents",
     .summary = "Avisos às telas abertas (text/event-stream): queue, case, inbox e agenda, cada um com "
                "{\"order\":\"código\"}; hello no começo; reload quando o que se perdeu não é mais conhecido",
     .response_type = "text/event-stream",
     .statuses = {200, 401, 403, 503}},
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/qr.svg",
     .authorize = orders_authorize_holder,
     .handler = desk_qr,
     .operation = "orderQr",
     .summary = "O quadro que o balcão lê na chegada",
     .response_type = "image/svg+xml",
     .statuses = {200, 401, 404}},
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/display",
     .page_path = "/painel",
     .page_template = "painel",
     .authorize = http_anyone,
     .handler = desk_panel,
     .operation = "displayShow",
     .summary = "O painel de chamadas: senha e guichê, sem nomes",
     .response_schema = panel_schema,
     .statuses = {200}},
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/display/events",
     .authorize = http_anyone,
     .handler = display_events,
     .operation = "displayEvents",
     .summary = "Avisos ao painel da sala de espera (text/event-stream): calls, hello, reload",
     .response_type = "text/event-stream",
     .statuses = {200, 503}},
    ACT_ROUTE("/api/office/checkin", desk_check_in_by_text, "checkInByText",
              "Registra a chegada de quem traz o código, o QR, o CPF ou um nome que só uma pessoa tem hoje",
              checkin_by_text_schema),
    ACT_ROUTE("/api/office/call", desk_call_next, "callNext", "Chama o próximo da fila", call_schema),
    ORDER_ROUTE("checkin", desk_check_in, "checkIn", "Registra a chegada", checkin_schema),
    ORDER_ROUTE("priority", desk_set_priority, "prioritySet", "Declara ou muda a prioridade",
                priority_schema),
    ORDER_ROUTE("needs", desk_set_needs, "needsSet", "Rampa, Libras, intérprete", needs_schema),
    ORDER_ROUTE("call", desk_call_one, "callOne", "Chama este pedido; de novo, anuncia outra vez",
                call_schema),
    ORDER_ROUTE("park", desk_park, "park", "Deixa o atendimento à parte", park_schema),
    ORDER_ROUTE(
        "transfer", desk_transfer, "transfer",
        "Devolve à fila, no mesmo lugar, para outro agente, para um guichê ou para quem estiver livre",
        transfer_schema),
    ORDER_ROUTE("reactivate", desk_reactivate, "reactivate", "Põe de volta na fila, no mesmo lugar", NULL),
    ORDER_ROUTE("noshow", desk_no_show, "noShow", "Registra que a pessoa não veio", NULL),
    ORDER_ROUTE("finish", desk_finish, "finish", "Encerra o atendimento", NULL),
    ORDER_ROUTE("undo", desk_undo, "undo", "Desfaz o último ato do balcão", NULL),
};

const struct room desk_room = {
    .name = "desk", .id = ROOM_DESK, .routes = routes, .route_count = sizeof routes / sizeof *routes};
