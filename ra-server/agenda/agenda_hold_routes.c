/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first click and the confirmation: over the API a hold may be left out; on the pages it is the way.
 */
#include "agenda/agenda_hold.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_page.h"
#include "catalog/local_time.h"
#include "catalog/page.h"

/* --- over the API --- */

static json_t *held_json(TALLOC_CTX *context, const struct order *order, const struct agenda_held *held,
                         const char *mode)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "start",
                     local_time_rfc3339(context, held->start_us, held->offset_s), "end",
                     local_time_rfc3339(context, held->end_us, held->offset_s), "office", order->office_code,
                     "mode", mode, "held_until", local_time_rfc3339(context, held->until_us, held->offset_s));
}

/* The page's first click goes on to the page of the second. */
static bool hold_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_wish wish;
    struct agenda_held held;
    if (!agenda_load_case(request, &order, error) || !agenda_read_wish(request, order, &wish, error))
        return false;
    if (!agenda_hold(request, order, &wish, &held, error))
        return agenda_refuse(request, response, wish.start_us, error);
    http_reply(response, 201, held_json(request->context, order, &held, wish.mode));
    if (page_is_wanted(request))
        http_see_other(request, response,
                       talloc_asprintf(request->context, "/pedido/%s/agenda/confirmar", order->code));
    return true;
}

static bool let_go_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct order *order = NULL;
    if (!agenda_load_case(request, &order, error) || !agenda_let_go(request, order, error))
        return false;
    http_reply(response, 200, json_pack("{s:s}", "state", "free"));
    if (page_is_wanted(request))
        http_see_other(request, response,
                       talloc_asprintf(request->context, "/pedido/%s/agenda", order->code));
    return true;
}

/* --- confirming on the page --- */

static bool confirm_model(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_held held = {0};
    bool found = false;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !agenda_own_hold(request, order, &found, &held, error))
        return false;
    json_t *model = json_object();
    if (!agenda_add_case(request, model, order, error)) {
        json_decref(model);
        return false;
    }
    if (found)
        page_set(model, "hold",
                 json_pack("{s:s, s:s, s:s}", "start",
                           local_time_rfc3339(request->context, held.start_us, held.offset_s), "start_text",
                           local_time_long_text(request->context, held.start_us, held.offset_s), "until_text",
                           local_time_hour_text(request->context, held.until_us, held.offset_s)));
    page_frame(model, "Confirmar o horário");
    http_reply(response, 200, model);
    return true;
}

/* Forms know only POST: the page books the first time and moves afterwards. The hold may have lapsed; then it
 * is a click like any other, and the seat may still be there. */
static bool confirm_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_wish wish;
    bool created = false;
    if (!agenda_load_case(request, &order, error) || !agenda_read_wish(request, order, &wish, error))
        return false;
    bool moving = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
    bool done = moving ? agenda_move(request, order, &wish, error)
                       : agenda_book(request, order, &wish, &created, error);
    return done ? agenda_answer(request, response, order, 200)
                : agenda_refuse(request, response, wish.start_us, error);
}

/* --- table --- */

#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
static const char wish_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\"],\"properties\":{\"start\":" TIME
    ",\"mode\":{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]}}}";
static const char held_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\",\"end\",\"office\",\"held_until\"],\"properties\":{"
    "\"start\":" TIME ",\"end\":" TIME ",\"office\":{\"type\":\"string\"},\"mode\":{\"type\":\"string\"},"
    "\"held_until\":" TIME "}}";
static const char free_schema[] =
    "{\"type\":\"object\",\"properties\":{\"state\":{\"type\":\"string\",\"const\":\"free\"}}}";

static const struct http_route routes[] = {
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/orders/{code}/hold",
        .authorize = orders_authorize_holder,
        .handler = hold_handler,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentHold",
        .summary = "Guarda um horário por alguns minutos, até ser marcado; o que estava guardado é solto.",
        .request_schema = wish_schema,
        .response_schema = held_schema,
        .statuses = {201, 401, 404, 409, 422, 0},
    },
    {
        .method = HTTP_DELETE,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/orders/{code}/hold",
        .authorize = orders_authorize_holder,
        .handler = let_go_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentLetGo",
        .summary = "Solta o horário guardado.",
        .response_schema = free_schema,
        .statuses = {200, 401, 404, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda",
        .page_template = "agenda",
        .authorize = orders_authorize_holder,
        .handler = agenda_page_model,
        .transaction = HTTP_OWN,
        .operation = "appointmentPage",
        .summary = "Escolher ou mudar o horário.",
        .statuses = {200, 401, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda",
        .page_template = "agenda",
        .authorize = orders_authorize_holder,
        .handler = hold_handler,
        .form_model = agenda_page_model,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentForm",
        .summary = "Guarda o horário escolhido na página, até a confirmação.",
        .statuses = {303, 404, 409, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda/confirmar",
        .page_template = "agenda-confirmar",
        .authorize = orders_authorize_holder,
        .handler = confirm_model,
        .transaction = HTTP_OWN,
        .operation = "appointmentConfirmPage",
        .summary = "O horário guardado e o botão que o marca.",
        .statuses = {200, 401, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda/confirmar",
        .page_template = "agenda",
        .authorize = orders_authorize_holder,
        .handler = confirm_handler,
        .form_model = agenda_page_model,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentConfirmForm",
        .summary = "Marca ou muda para o horário guardado.",
        .statuses = {303, 404, 409, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda/soltar",
        .authorize = orders_authorize_holder,
        .handler = let_go_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentLetGoForm",
        .summary = "Solta o horário guardado e volta à lista.",
        .statuses = {303, 404, 0},
    },
};

const struct room agenda_hold_room = {
    .name = "agenda-hold",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
