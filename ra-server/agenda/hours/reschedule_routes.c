/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "O seu horário mudou": what the links of the message open, and the one button that acts.
 */
#include "agenda/agenda_internal.h"
#include "agenda/hours/nearest.h"
#include "agenda/hours/reschedule.h"
#include "catalog/local_time.h"
#include "catalog/page.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS_MAX = 60, DIGITS_MAX = 18, REVISIONS_MAX = 64 };

static bool is_gone(struct ra_error *error)
{
    ra_fail(error, RA_NOT_FOUND,
            "Este endereço já não vale: o horário já foi resolvido, ou o endereço veio cortado.");
    return false;
}

static int64_t appointment_of(const struct http_request *request)
{
    const char *text = http_path_parameter(request, "appointment");
    size_t length = strlen(text);
    return length > 0 && length <= DIGITS_MAX && strspn(text, "0123456789") == length
               ? strtoll(text, NULL, 10)
               : 0;
}

/* The case that a link is about. */
struct gone {
    struct order *order;
    bool settled; /* somebody chose already, by this link or otherwise: the link shows what is, and acts no
                     more */
};

/* The token of the present revision, or of one that is past. */
static bool token_fits(struct http_request *request, const struct order *order, bool waits, bool *settled,
                       struct ra_error *error)
{
    char token[TOKEN_SIZE];
    const char *given = http_path_parameter(request, "token");
    const struct order_appointment *appointment = order->appointment;
    if (appointment == NULL || appointment->id != appointment_of(request))
        return is_gone(error);
    for (int sequence = appointment->sequence;
         sequence >= 0 && sequence > appointment->sequence - REVISIONS_MAX; sequence--) {
        if (!token_reschedule(request->app, order->ref, appointment->id, sequence, order->subject->email,
                              token, error))
            return false;
        if (!bytes_equal(bytes_of_text(token), bytes_of_text(given)))
            continue;
        *settled = !waits || sequence != appointment->sequence || strcmp(appointment->state, "booked") != 0;
        return true;
    }
    return is_gone(error);
}

static bool find_row(struct http_request *request, struct db_rows **rows, struct ra_error *error)
{
    if (!db_query(request->db, request->context, STATEMENT_HOURS_GONE_APPOINTMENT,
                  DB_VALUES(db_int(appointment_of(request)), db_time(request->now_us)), rows, error))
        return false;
    return db_row_count(*rows) > 0 || is_gone(error);
}

/* The order whose hour is gone; held when `lock`. */
static bool find_order(struct http_request *request, bool lock, struct gone *gone, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!find_row(request, &rows, error))
        return false;
    const char *code = row_text(rows, 0, "code");
    /* Nobody makes a case wait by guessing: the token is looked at before anything is held. */
    if (!orders_load(request, code, &gone->order, error) ||
        !token_fits(request, gone->order, row_bool(rows, 0, "waits"), &gone->settled, error))
        return false;
    return !lock ||
           (agenda_load_by_code(request, code, &gone->order, error) && find_row(request, &rows, error) &&
            token_fits(request, gone->order, row_bool(rows, 0, "waits"), &gone->settled, error));
}

/* --- the page --- */

static json_t *slot_json(TALLOC_CTX *context, const struct agenda_slot *slot)
{
    return json_pack("{s:s, s:s, s:s}", "start", local_time_rfc3339(context, slot->start_us, slot->offset_s),
                     "start_text", local_time_long_text(context, slot->start_us, slot->offset_s),
                     "start_short", local_time_short_text(context, slot->start_us, slot->offset_s));
}

static int by_start(const void *left, const void *right)
{
    const struct agenda_slot *one = left, *other = right;
    return one->start_us < other->start_us ? -1 : one->start_us > other->start_us ? 1 : 0;
}

/* The nearest ones; then all of them in order of time. */
static bool add_choices(struct http_request *request, const struct order *order, json_t *model,
                        struct ra_error *error)
{
    struct agenda_slot *slots = NULL;
    size_t count = 0;
    json_t *choices = json_array(), *others = json_array();
    page_set(model, "choices", choices);
    page_set(model, "others", others);
    if (!hours_nearest(request->app, request->db, request->context, order, request->now_us, OTHERS_MAX,
                       &slots, &count, error))
        return false;
    for (size_t i = 0; i < count && i < RESCHEDULE_CHOICES; i++)
        json_array_append_new(choices, slot_json(request->context, &slots[i]));
    if (count > 0)
        qsort(slots, count, sizeof *slots, by_start);
    for (size_t i = 0; i < count && count > RESCHEDULE_CHOICES; i++)
        json_array_append_new(others, slot_json(request->context, &slots[i]));
    return true;
}

/* A link of the mail names what its button is to do. */
static void add_intent(struct http_request *request, const struct order *order, json_t *model)
{
    const char *start = http_query(request, "start");
    int64_t start_us = 0;
    page_set(model, "cancelling", json_boolean(http_query(request, "cancel") != NULL));
    if (start != NULL && clock_parse(start, &start_us) && start_us > request->now_us) {
        const struct agenda_slot slot = {start_us, start_us, order->appointment->offset_s, 1};
        page_set(model, "chosen", slot_json(request->context, &slot));
    }
}

/* What there is instead of a choice. */
static bool show_settled(struct http_request *request, struct http_response *response,
                         const struct order *order)
{
    const struct order_appointment *appointment = order->appointment;
    bool cancelled = strcmp(appointment->state, "cancelled") == 0;
    json_t *model = json_pack(
        "{s:s, s:b, s:b, s:s}", "order", order->code, "settled", true, "cancelled", cancelled, "start_text",
        cancelled ? ""
                  : local_time_long_text(request->context, appointment->start_us, appointment->offset_s));
    http_reply(response, 200, page_frame(model, "O horário já foi resolvido"));
    return true;
}

static bool say_settled(struct http_request *request, const struct order *order, struct ra_error *error)
{
    const struct order_appointment *appointment = order->appointment;
    if (strcmp(appointment->state, "cancelled") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "appointment-changed",
                              "O horário deste endereço já foi cancelado, e nada mais foi feito.");
    const char *now = local_time_long_text(request->context, appointment->start_us, appointment->offset_s);
    return ra_fail_reason(error, RA_CONFLICT, "appointment-changed",
                          "O horário deste endereço já foi resolvido. Agora é %s, e nada foi feito com ele.",
                          now != NULL ? now : "");
}

static bool show(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct gone gone = {0};
    if (!find_order(request, false, &gone, error))
        return false;
    const struct order *order = gone.order;
    if (gone.settled)
        return show_settled(request, response, order);
    json_t *model = json_pack(
        "{s:s, s:s, s:s, s:s}", "order", order->code, "action", request->path, "product", order->product_name,
        "start_text",
        local_time_long_text(request->context, order->appointment->start_us, order->appointment->offset_s));
    if (!add_choices(request, order, model, error)) {
        json_decref(model);
        return false;
    }
    add_intent(request, order, model);
    page_set(model, "has_others", json_boolean(json_array_size(json_object_get(model, "others")) > 0));
    page_set(model, "alone",
             json_boolean(json_object_get(model, "chosen") != NULL ||
                          json_is_true(json_object_get(model, "cancelling"))));
    http_reply(response, 200, page_frame(model, "O seu horário mudou"));
    return true;
}

/* --- the act --- */

static bool read_wish(struct http_request *request, const struct order *order, struct agenda_wish *wish,
                      struct ra_error *error)
{
    const char *start = http_text(request->body, "start");
    *wish = (struct agenda_wish){
        .mode = order->appointment->mode, .priority = order->appointment->priority, .side = AGENDA_PUBLIC};
    return (start != NULL && clock_parse(start, &wish->start_us)) ||
           ra_fail_field(error, "start", "required", "Escolha um dos horários da lista.");
}

static bool act(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct gone gone = {0};
    struct agenda_wish wish;
    if (!find_order(request, true, &gone, error))
        return false;
    struct order *order = gone.order;
    if (gone.settled)
        return say_settled(request, order, error);
    bool cancelling = http_text(request->body, "cancel") != NULL;
    bool done = cancelling
                    ? agenda_cancel(request, order, error)
                    : read_wish(request, order, &wish, error) && agenda_move(request, order, &wish, error);
    if (!done)
        return false;
    json_t *model = json_pack(
        "{s:s, s:b, s:b, s:s}", "order", order->code, "done", true, "cancelled", cancelling, "start_text",
        cancelling ? ""
                   : local_time_long_text(request->context, order->appointment->start_us,
                                          order->appointment->offset_s));
    http_reply(response, 200, page_frame(model, cancelling ? "Horário cancelado" : "Horário mudado"));
    return true;
}

#define TEXT(name) "\"" name "\":{\"type\":\"string\"}"
#define FLAG(name) "\"" name "\":{\"type\":\"boolean\"}"
#define SLOTS(name)                                                                                          \
    "\"" name "\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"start\"]}}"
#define SHOWN_SCHEMA                                                                                         \
    "{\"type\":\"object\",\"required\":[\"order\",\"start_text\"],\"properties\":{" TEXT("order") "," TEXT(  \
        "start_text") "," FLAG("settled") "," FLAG("cancelled") "," TEXT("product") "," SLOTS("choices") "," SLOTS("others") "}}"
#define DONE_SCHEMA                                                                                          \
    "{\"type\":\"object\",\"required\":[\"order\",\"done\",\"cancelled\",\"start_text\"],\"properties\":"    \
    "{" TEXT("order") "," FLAG("done") "," FLAG("cancelled") "," TEXT("start_text") "}}"

static const struct http_parameter query[] = {
    {"start", false, NULL, "O horário que o botão vai escolher."},
    {"cancel", false, NULL, "O botão vai cancelar."},
    {NULL, false, NULL, NULL},
};

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/reschedule/{appointment}/{token}",
        .page_path = "/remarcar/{appointment}/{token}",
        .page_template = "remarcar",
        .authorize = http_anyone,
        .handler = show,
        .transaction = HTTP_OWN,
        .operation = "reschedulePage",
        .summary = "O horário que deixou de existir e as escolhas que há; nada muda ao abrir.",
        .query = query,
        .response_schema = SHOWN_SCHEMA,
        .statuses = {200, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/reschedule/{appointment}/{token}",
        .page_path = "/remarcar/{appointment}/{token}",
        .page_template = "remarcar",
        .authorize = http_anyone,
        .handler = act,
        .form_model = show,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "reschedule",
        .summary = "Escolhe outro horário ({\"start\"}) ou cancela ({\"cancel\":\"1\"}).",
        .request_schema = "{\"type\":\"object\",\"properties\":{\"start\":{\"type\":\"string\"},\"cancel\":{"
                          "\"type\":\"string\"}}}",
        .response_schema = DONE_SCHEMA,
        .statuses = {200, 404, 409, 422, 0},
    },
};

const struct room agenda_reschedule_room = {
    .name = "agenda-reschedule",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
