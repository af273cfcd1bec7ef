/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On and off the waiting list, and the link of an offer. Mail scanners follow links: looking changes nothing;
 * the button does.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_waiting.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "orders/tokens.h"

#include <string.h>

/* --- the list --- */

static bool read_wish(struct http_request *request, const struct order *order, struct waiting_wish *wish,
                      struct ra_error *error)
{
    char *today = talloc_zero_size(request->context, CATALOG_DAY_SIZE);
    const char *mode = http_text(request->body, "mode");
    const char *first = http_text(request->body, "from");
    const char *last = http_text(request->body, "until");
    if (today == NULL)
        return ra_fail(error, RA_NO_MEMORY, "waiting list");
    catalog_today(request->app, request->now_us, today);
    *wish = (struct waiting_wish){.first_day = first != NULL && first[0] != '\0' ? first : today};
    wish->mode = mode != NULL && mode[0] != '\0' ? mode
                 : agenda_is_live(order)         ? order->appointment->mode
                                                 : "in_person";
    wish->last_day = last != NULL ? last : "";
    return wish->last_day[0] != '\0' ||
           ra_fail_field(error, "until", "required", "Até que dia um horário serve?");
}

static bool answer_place(struct http_request *request, struct http_response *response,
                         const struct order *order, int status, struct ra_error *error)
{
    json_t *json = NULL;
    if (!waiting_json(request, order, &json, error))
        return false;
    if (json == NULL && request->method == HTTP_GET)
        return ra_fail(error, RA_NOT_FOUND, "Este pedido não está na lista de espera.");
    http_reply(response, status, json != NULL ? json : json_pack("{s:s}", "state", "left"));
    if (page_is_wanted(request))
        http_see_other(request, response,
                       talloc_asprintf(request->context, "/pedido/%s/agenda", order->code));
    return true;
}

static bool join_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct waiting_wish wish;
    return agenda_load_case(request, &order, error) && read_wish(request, order, &wish, error) &&
           waiting_join(request, order, &wish, error) && answer_place(request, response, order, 201, error);
}

static bool leave_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    return agenda_load_case(request, &order, error) && waiting_leave(request, order, error) &&
           answer_place(request, response, order, 200, error);
}

static bool place_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    return orders_load(request, http_path_parameter(request, "code"), &order, error) &&
           answer_place(request, response, order, 200, error);
}

/* --- the link of an offer --- */

struct offer {
    int64_t id, start_us, until_us;
    int offset_s;
    const char *code, *mode, *outcome;
};

static bool find_offer(struct http_request *request, struct offer *offer, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    if (!token_hash(http_path_parameter(request, "token"), hash, error) ||
        !db_query(request->db, request->context, STATEMENT_OFFER_FIND,
                  DB_VALUES(db_bytes((struct bytes){hash, sizeof hash})), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_NOT_FOUND, "Não há oferta de horário neste endereço.");
    *offer = (struct offer){
        .id = row_int(rows, 0, "id"),
        .start_us = row_time(rows, 0, "starts"),
        .until_us = row_time(rows, 0, "until"),
        .offset_s = (int)row_int(rows, 0, "offset_s"),
        .code = row_text(rows, 0, "code"),
        .mode = row_text(rows, 0, "mode"),
        .outcome = row_text(rows, 0, "outcome"),
    };
    return true;
}

/* "open", "accepted", "declined" or "over". */
static const char *state_of(const struct offer *offer, int64_t now_us)
{
    if (strcmp(offer->outcome, "accepted") == 0 || strcmp(offer->outcome, "declined") == 0)
        return offer->outcome;
    return offer->outcome[0] == '\0' && offer->until_us > now_us ? "open" : "over";
}

/* The link alone opens this: nothing here that is personal. */
static void reply_offer(struct http_request *request, struct http_response *response,
                        const struct offer *offer, const char *state)
{
    TALLOC_CTX *context = request->context;
    json_t *model = json_pack("{s:s, s:s, s:s, s:s}", "order", offer->code, "start",
                              local_time_rfc3339(context, offer->start_us, offer->offset_s), "until",
                              local_time_rfc3339(context, offer->until_us, offer->offset_s), "state", state);
    if (page_is_wanted(request)) {
        page_set_text(model, "start_text", local_time_long_text(context, offer->start_us, offer->offset_s));
        page_set_text(model, "until_text", local_time_hour_text(context, offer->until_us, offer->offset_s));
        page_set_text(model, "action",
                      talloc_asprintf(context, "/vaga/%s", http_path_parameter(request, "token")));
        page_set(model, state, json_true());
        page_frame(model, "Horário oferecido");
    }
    http_reply(response, 200, model);
}

static bool offer_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct offer offer = {.code = "", .mode = "", .outcome = ""};
    if (!find_offer(request, &offer, error))
        return false;
    reply_offer(request, response, &offer, state_of(&offer, request->now_us));
    return true;
}

static bool close_offer(struct http_request *request, const struct offer *offer, const char *outcome,
                        struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_OFFER_CLOSE,
                   DB_VALUES(db_int(offer->id), db_time(request->now_us), db_text(outcome)), NULL, error);
}

static bool take_offered(struct http_request *request, struct http_response *response, struct order *order,
                         const struct offer *offer, struct ra_error *error)
{
    bool created = false;
    bool moving = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
    const struct agenda_wish wish = {
        .start_us = offer->start_us,
        .mode = offer->mode,
        .priority = moving ? order->appointment->priority : "",
        .side = AGENDA_PUBLIC,
    };
    bool done = moving ? agenda_move(request, order, &wish, error)
                       : agenda_book(request, order, &wish, &created, error);
    return done || agenda_refuse(request, response, order, NULL, &wish, error);
}

/* The same link again says the same. The order is held first, so that two taps wait for each other; the offer
 * is read again afterwards. */
static bool accept_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct offer offer = {.code = "", .mode = "", .outcome = ""};
    struct order *order = NULL;
    if (!find_offer(request, &offer, error) || !agenda_load_by_code(request, offer.code, &order, error) ||
        !find_offer(request, &offer, error))
        return false;
    const char *state = state_of(&offer, request->now_us);
    if (strcmp(state, "open") == 0) {
        if (!take_offered(request, response, order, &offer, error))
            return false;
        state = "accepted";
        if (!close_offer(request, &offer, state, error) ||
            !db_exec(request->db, STATEMENT_WAITING_LEAVE,
                     DB_VALUES(db_int(order->id), db_time(request->now_us), db_text("served")), NULL, error))
            return false;
    }
    if (strcmp(state, "accepted") != 0)
        return ra_fail_reason(error, RA_CONFLICT, "offer-over",
                              "O tempo desta oferta acabou, e o horário foi oferecido a outra pessoa.");
    reply_offer(request, response, &offer, state);
    return true;
}

static bool give_on(struct http_request *request, const struct order *order, const struct offer *offer,
                    struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct agenda_change *changes = NULL;
    size_t count = 0;
    return db_query(request->db, request->context, STATEMENT_OFFER_LET_GO,
                    DB_VALUES(db_int(offer->id), db_int(order->id)), &rows, error) &&
           agenda_store_let_go(request->context, rows, &changes, &count, error) &&
           agenda_tell_memory_all(request, changes, count, error) && waiting_wake(request, error);
}

static bool decline_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct offer offer = {.code = "", .mode = "", .outcome = ""};
    struct order *order = NULL;
    if (!find_offer(request, &offer, error) || !orders_load_for_update(request, offer.code, &order, error) ||
        !find_offer(request, &offer, error))
        return false;
    const char *state = state_of(&offer, request->now_us);
    if (strcmp(state, "accepted") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "offer-accepted",
                              "Você já ficou com este horário. Para desistir dele, cancele no seu pedido.");
    if (strcmp(state, "open") == 0 &&
        (!close_offer(request, &offer, "declined", error) || !give_on(request, order, &offer, error) ||
         !audit_record(request, AUDIT_OFFER_DECLINED, order, json_object(), NULL, error)))
        return false;
    reply_offer(request, response, &offer, "declined");
    return true;
}

/* --- table --- */

#define DAY "{\"type\":\"string\",\"format\":\"date\"}"
static const char wish_schema[] =
    "{\"type\":\"object\",\"required\":[\"until\"],\"properties\":{\"from\":" DAY ",\"until\":" DAY
    ",\"mode\":{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]}}}";
static const char place_schema[] =
    "{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"integer\"},\"from\":" DAY ",\"until\":" DAY
    ",\"state\":{\"type\":\"string\"}}}";
static const char offer_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"start\",\"until\",\"state\"],\"properties\":{"
    "\"order\":{\"type\":\"string\"},\"start\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"until\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"state\":{\"enum\":[\"open\",\"accepted\",\"declined\",\"over\"]}}}";

#define LIST_ROUTE(verb, side, prefix, who, run, name, text)                                                 \
    {                                                                                                        \
        .method = verb, .listeners = side, .api_path = prefix "/{code}/waiting", .authorize = who,           \
        .handler = run, .body = (verb) == HTTP_POST ? HTTP_BODY_JSON : HTTP_BODY_NONE,                       \
        .transaction = (verb) == HTTP_GET ? HTTP_OWN : HTTP_WRAPPED, .operation = name, .summary = text,     \
        .request_schema = (verb) == HTTP_POST ? wish_schema : NULL, .response_schema = place_schema,         \
        .statuses = {(verb) == HTTP_POST ? 201 : 200, 401, 404, 409, 422, 0},                                \
    }

static const struct http_route routes[] = {
    LIST_ROUTE(
        HTTP_POST, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, join_handler, "waitingJoin",
        "Entra na lista de espera por um horário que alguém devolva, ou muda os dias sem perder o lugar."),
    LIST_ROUTE(HTTP_DELETE, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, leave_handler,
               "waitingLeave", "Sai da lista de espera."),
    LIST_ROUTE(HTTP_GET, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, place_handler, "waitingPlace",
               "O lugar na lista de espera."),
    LIST_ROUTE(HTTP_POST, HTTP_OFFICE, "/api/office/orders", office_authorize_agent, join_handler,
               "officeWaitingJoin", "Põe o pedido na lista de espera."),
    LIST_ROUTE(HTTP_DELETE, HTTP_OFFICE, "/api/office/orders", office_authorize_agent, leave_handler,
               "officeWaitingLeave", "Tira o pedido da lista de espera."),
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/espera",
        .authorize = orders_authorize_holder,
        .handler = join_handler,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "waitingJoinForm",
        .summary = "Entra na lista de espera pela página.",
        .statuses = {303, 404, 409, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/espera/sair",
        .authorize = orders_authorize_holder,
        .handler = leave_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "waitingLeaveForm",
        .summary = "Sai da lista de espera pela página.",
        .statuses = {303, 404, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/offers/{token}",
        .page_path = "/vaga/{token}",
        .page_template = "vaga",
        .authorize = http_anyone,
        .handler = offer_handler,
        .transaction = HTTP_OWN,
        .operation = "offerShow",
        .summary = "O horário oferecido por um link da lista de espera; olhar não muda nada.",
        .response_schema = offer_schema,
        .statuses = {200, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/offers/{token}",
        .page_path = "/vaga/{token}",
        .page_template = "vaga",
        .authorize = http_anyone,
        .handler = accept_handler,
        .form_model = offer_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "offerAccept",
        .summary = "Fica com o horário oferecido; de novo, diz o mesmo.",
        .response_schema = offer_schema,
        .statuses = {200, 404, 409, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/offers/{token}/decline",
        .page_path = "/vaga/{token}/recusar",
        .page_template = "vaga",
        .authorize = http_anyone,
        .handler = decline_handler,
        .form_model = offer_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "offerDecline",
        .summary = "Dispensa o horário oferecido e continua na lista.",
        .response_schema = offer_schema,
        .statuses = {200, 404, 409, 0},
    },
};

static const struct job jobs[] = {{AGENDA_WAITING_JOB, 15000, waiting_run}};

const struct room agenda_waiting_room = {
    .name = "agenda-waiting",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
};
