/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first click and the confirmation: over the API a hold may be left out; on the pages it is the way.
 */
#include "agenda/agenda_clicks.h"
#include "agenda/agenda_hold.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_page.h"
#include "agenda/agenda_pair.h"
#include "agenda/agenda_work.h"
#include "catalog/local_time.h"
#include "catalog/page.h"

#include <string.h>

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
static void go_confirm(struct http_request *request, struct http_response *response,
                       const struct order *order, const struct order *other)
{
    if (!page_is_wanted(request))
        return;
    http_see_other(request, response,
                   talloc_asprintf(request->context, "/pedido/%s/agenda/confirmar%s%s", order->code,
                                   other != NULL ? "?com=" : "", other != NULL ? other->code : ""));
}

static bool hold_two(struct http_request *request, struct http_response *response, struct agenda_pair *pair,
                     struct ra_error *error)
{
    struct agenda_wish wish;
    struct agenda_held held[2];
    if (!agenda_read_wish(request, pair->first, &wish, error) ||
        !work_check(request, response, pair->first, &wish, error))
        return false;
    if (!pair_hold(request, pair, &wish, held, error))
        return agenda_refuse(request, response, pair->first, pair->second, &wish, error);
    json_t *model = held_json(request->context, pair->first, &held[0], wish.mode);
    json_t *other = held_json(request->context, pair->second, &held[1], wish.mode);
    json_object_set_new(other, "order", json_string(pair->second->code));
    json_object_set_new(model, "with", other);
    http_reply(response, 201, model);
    go_confirm(request, response, pair->first, pair->second);
    return true;
}

static bool hold_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_pair pair;
    struct agenda_wish wish;
    struct agenda_held held;
    bool two = false;
    if (!pair_or_case(request, &two, &pair, &order, error))
        return false;
    if (two)
        return hold_two(request, response, &pair, error);
    if (!agenda_read_wish(request, order, &wish, error) ||
        !work_check(request, response, order, &wish, error))
        return false;
    if (!agenda_hold(request, order, &wish, &held, error))
        return agenda_refuse(request, response, order, NULL, &wish, error);
    http_reply(response, 201, held_json(request->context, order, &held, wish.mode));
    go_confirm(request, response, order, NULL);
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

/* Whole minutes, the begun one too. */
static char *left_text(TALLOC_CTX *context, int64_t left_us)
{
    const int64_t minute_us = INT64_C(60000000), minutes = (left_us + minute_us - 1) / minute_us;
    return minutes == 1 ? talloc_strdup(context, "falta 1 minuto")
                        : talloc_asprintf(context, "faltam %lld minutos", (long long)minutes);
}

static json_t *hold_model(struct http_request *request, const struct agenda_held *held)
{
    TALLOC_CTX *context = request->context;
    return json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:s}", "mode", held->mode, "by_video",
                     strcmp(held->mode, "video") == 0, "start",
                     local_time_rfc3339(context, held->start_us, held->offset_s), "start_text",
                     local_time_long_text(context, held->start_us, held->offset_s), "held_until",
                     local_time_rfc3339(context, held->until_us, held->offset_s), "until_text",
                     local_time_hour_text(context, held->until_us, held->offset_s), "left_text",
                     left_text(context, held->until_us - request->now_us));
}

bool agenda_hold_json(struct http_request *request, const struct order *order, json_t **hold,
                      struct ra_error *error)
{
    struct agenda_held held = {0};
    bool found = false;
    *hold = NULL;
    if (!agenda_own_hold(request, order, &found, &held, error))
        return false;
    *hold = found ? hold_model(request, &held) : NULL;
    return !found || *hold != NULL || ra_fail(error, RA_NO_MEMORY, "hold");
}

/* The other order of the visit, while the seat right after is held for it. */
static bool add_companion(struct http_request *request, const struct order *order,
                          const struct agenda_held *held, json_t *model, struct ra_error *error)
{
    char code[ORDERS_CODE_SIZE];
    const char *with = http_query(request, "com");
    struct order *other = NULL;
    struct agenda_held after = {0};
    bool opened = false, found = false;
    if (!pair_other(request, order, &other, error))
        return false;
    if (other == NULL && (with == NULL || !orders_code_normalise(with, code)))
        return true;
    if (other == NULL && !orders_is_opened(request, NULL, code, &opened, error))
        return false;
    if (other == NULL && !opened)
        return true;
    if (other == NULL && !orders_load(request, code, &other, error))
        return false;
    if (!agenda_own_hold(request, other, &found, &after, error))
        return false;
    if (found && after.from_us == held->end_us)
        page_set(model, "companion",
                 json_pack("{s:s, s:s, s:s}", "order", other->code, "product_name", other->product_name,
                           "time_text",
                           local_time_hour_text(request->context, after.start_us, after.offset_s)));
    return true;
}

static bool fill_confirm(struct http_request *request, const struct order *order, json_t *model,
                         struct ra_error *error)
{
    struct agenda_held held = {0};
    bool found = false;
    if (!agenda_own_hold(request, order, &found, &held, error) ||
        !agenda_add_case(request, model, order, found ? held.mode : "in_person", error))
        return false;
    page_frame(model, "Confirmar o horário");
    if (!found)
        return true;
    page_set(model, "hold", hold_model(request, &held));
    return add_companion(request, order, &held, model, error);
}

static bool confirm_model(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error))
        return false;
    json_t *model = json_object();
    if (!fill_confirm(request, order, model, error)) {
        json_decref(model);
        return false;
    }
    http_reply(response, 200, model);
    return true;
}

static bool confirm_two(struct http_request *request, struct http_response *response,
                        struct agenda_pair *pair, struct ra_error *error)
{
    struct agenda_wish wish;
    bool created = false;
    if (!agenda_read_wish(request, pair->first, &wish, error) ||
        !work_check(request, response, pair->first, &wish, error))
        return false;
    bool done = pair_is_booked(pair) ? pair_move(request, pair, &wish, error)
                                     : pair_book(request, pair, &wish, &created, error);
    return done ? agenda_answer(request, response, pair->first, 200)
                : agenda_refuse(request, response, pair->first, pair->second, &wish, error);
}

/* Forms know only POST: the page books the first time and moves afterwards. The hold may have lapsed; then it
 * is a click like any other, and the seat may still be there. */
static bool confirm_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_pair pair;
    struct agenda_wish wish;
    bool created = false, two = false;
    if (!pair_or_case(request, &two, &pair, &order, error))
        return false;
    if (two)
        return confirm_two(request, response, &pair, error);
    if (!agenda_read_wish(request, order, &wish, error) ||
        !work_check(request, response, order, &wish, error))
        return false;
    bool moving = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
    bool done = moving ? agenda_move(request, order, &wish, error)
                       : agenda_book(request, order, &wish, &created, error);
    return done ? agenda_answer(request, response, order, 200)
                : agenda_refuse(request, response, order, NULL, &wish, error);
}

/* --- table --- */

#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
static const char wish_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\"],\"properties\":{\"start\":" TIME
    ",\"mode\":{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]},"
    "\"with\":{\"type\":\"string\"},\"with_token\":{\"type\":\"string\"},"
    "\"work\":{\"type\":\"string\"},\"nonce\":{\"type\":\"string\"}}}";
static const char held_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\",\"end\",\"office\",\"held_until\"],\"properties\":{"
    "\"start\":" TIME ",\"end\":" TIME ",\"office\":{\"type\":\"string\"},\"mode\":{\"type\":\"string\"},"
    "\"held_until\":" TIME ",\"with\":{\"type\":\"object\"}}}";
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
        .arrived = agenda_click_arrived,
        .left = agenda_click_left,
        .operation = "appointmentHold",
        .summary = "Guarda um horário por alguns minutos, até ser marcado; o que estava guardado é solto.",
        .request_schema = wish_schema,
        .response_schema = held_schema,
        .statuses = {201, 401, 404, 409, 422, 429, 0},
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
        .arrived = agenda_click_arrived,
        .left = agenda_click_left,
        .operation = "appointmentForm",
        .summary = "Guarda o horário escolhido na página, até a confirmação.",
        .statuses = {303, 404, 409, 422, 429, 0},
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
        .arrived = agenda_click_arrived,
        .left = agenda_click_left,
        .operation = "appointmentConfirmForm",
        .summary = "Marca ou muda para o horário guardado.",
        .statuses = {303, 404, 409, 422, 429, 0},
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
