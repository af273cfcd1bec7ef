/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda.h"
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "desk/desk.h"
#include "desk/desk_store.h"
#include "http/events.h"
#include "identification/identification.h"
#include "media/media.h"
#include "orders/orders.h"
#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"

#include <string.h>

#define MINUTE_US INT64_C(60000000)

/* One act at the counter while it runs. */
struct act {
    struct http_request *request;
    struct order *order;
    struct desk_visit visit;
    const struct office_caller *caller;
};

static bool begin(struct http_request *request, const char *code, struct act *act, struct ra_error *error)
{
    *act = (struct act){.request = request, .caller = office_caller(request)};
    return orders_load_for_update(request, code, &act->order, error) &&
           desk_store_visit(request, act->order, &act->visit, error);
}

/* What undo needs to put back. */
static json_t *picture(const struct act *act)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:i,s:s,s:s,s:I,s:s}", "appointment",
                     act->order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                     act->order->states[ORDERS_MACHINE_ATTENDANCE], "visit", (json_int_t)act->visit.id,
                     "called", (json_int_t)act->visit.called_us, "calls", act->visit.calls, "agent",
                     act->visit.agent, "station", act->visit.station, "finished",
                     (json_int_t)act->visit.finished_us, "reason", act->visit.reason);
}

static json_t *states_json(const struct order *order)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "order", order->states[ORDERS_MACHINE_ORDER], "appointment",
                     order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                     order->states[ORDERS_MACHINE_ATTENDANCE], "identification",
                     order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
                     order->states[ORDERS_MACHINE_ISSUANCE]);
}

/* The visit as it is now: acts change it, and a check-in makes it. */
static bool answer(struct act *act, struct http_response *response, const char *undone,
                   struct ra_error *error)
{
    if (!desk_store_visit(act->request, act->order, &act->visit, error))
        return false;
    json_t *model = json_pack("{s:s,s:o}", "order", act->order->code, "states", states_json(act->order));
    if (model != NULL && act->visit.id != 0) {
        char *ticket = desk_ticket_text(act->request->context, act->visit.letter, act->visit.number);
        json_object_set_new(model, "ticket", ticket == NULL ? NULL : json_string(ticket));
    }
    if (model != NULL && undone != NULL)
        json_object_set_new(model, "undone", json_string(undone));
    http_reply(response, 200, model);
    return true;
}

/* Milestone, act with its picture, event: the three records of every act, in its transaction. */
static bool record(struct act *act, const char *verb, const char *milestone, enum audit_code code,
                   json_t *take_before, struct ra_error *error)
{
    return desk_store_act(act->request, act->order, verb, act->caller->name, act->caller->station,
                          take_before, 0, error) &&
           orders_milestone(act->request, act->order, milestone, "", error) &&
           audit_record(act->request, code, act->order, json_pack("{s:s}", "act", verb), NULL, error);
}

static bool attendance(struct act *act, const char *state, struct ra_error *error)
{
    return orders_set_state(act->request, act->order, ORDERS_MACHINE_ATTENDANCE, state, error);
}

/* --- check-in --- */

static bool add_ticket(struct act *act, const char *priority, bool walk_in, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    struct desk_visit visit = {.letter = walk_in ? "B" : "A", .priority = priority, .walk_in = walk_in};
    catalog_today(act->request->app, act->request->now_us, day);
    return desk_store_ticket(act->request, act->order->office_id, day, visit.letter, &visit.number, error) &&
           desk_store_add_visit(act->request, act->order, day, &visit, error);
}

static bool may_check_in(const struct act *act, bool walk_in, bool *came_by_appointment,
                         struct ra_error *error)
{
    const struct order *order = act->order;
    const bool booked = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
    const bool returning = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "kept");
    *came_by_appointment = booked;
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "refused") ||
        orders_in_state(order, ORDERS_MACHINE_ORDER, "cancelled"))
        return ra_fail_reason(error, RA_CONFLICT, "case-ended", "O caso foi encerrado; abra outro pedido.");
    if (orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
        orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered") ||
        orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revoked"))
        return ra_fail_reason(error, RA_CONFLICT, "already-issued",
                              "O certificado deste pedido já foi emitido; não há mais o que atender nele.");
    if (orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "waiting"))
        return ra_fail_reason(error, RA_CONFLICT, "already-waiting", "A chegada já foi registrada.");
    if (!booked && !returning && !walk_in)
        return ra_fail_reason(error, RA_RULE_REFUSED, "not-booked",
                              "Não há sessão marcada; para atender assim mesmo, use --walk-in.");
    return true;
}

/* Somebody else of the case arrives while its visit is going on: no second ticket. */
static bool join_visit(struct act *act, const char *who, struct http_response *response,
                       struct ra_error *error)
{
    return identification_presence(act->request, act->order, who, true, error) &&
           audit_record(act->request, AUDIT_CHECKED_IN, act->order, json_pack("{s:s}", "act", "joined"),
                        json_pack("{s:s}", "person", who), error) &&
           answer(act, response, NULL, error);
}

static bool visit_is_on(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "waiting") ||
           orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "called") ||
           orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "parked");
}

/* A legal class counts more and stays. */
static bool prefer_return(struct http_request *request, const struct order *order, const char **priority,
                          struct ra_error *error)
{
    bool preferred = false;
    if (!orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "returned") || (*priority)[0] != '\0')
        return true;
    if (!catalog_policy_flag(request->app, request->now_us, "priority_return", &preferred, error))
        return false;
    if (preferred)
        *priority = DESK_PRIORITY_RETURN;
    return true;
}

static bool check_in(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    const char *who = http_text(request->body, "person");
    const char *priority = http_text(request->body, "priority");
    const bool walk_in = json_is_true(json_object_get(request->body, "walk_in"));
    bool by_appointment = false;
    if (!begin(request, http_path_parameter(request, "code"), &act, error))
        return false;
    if (who != NULL && who[0] != '\0' && visit_is_on(act.order))
        return join_visit(&act, who, response, error);
    if (!may_check_in(&act, walk_in, &by_appointment, error))
        return false;
    if (priority == NULL || priority[0] == '\0')
        priority = act.order->appointment == NULL ? "" : act.order->appointment->priority;
    if (!desk_priority_known(priority))
        return ra_fail_field(error, "priority", "unknown", "Classe de prioridade desconhecida.");
    if (!prefer_return(request, act.order, &priority, error) ||
        !orders_check_gates(request, act.order, "checkin", error))
        return false;
    json_t *before = picture(&act);
    bool ok = (!by_appointment || agenda_keep(request, act.order, error)) &&
              orders_set_state(request, act.order, ORDERS_MACHINE_APPOINTMENT, "kept", error) &&
              attendance(&act, "waiting", error) && add_ticket(&act, priority, !by_appointment, error) &&
              identification_presence(request, act.order, who, true, error);
    if (!ok) {
        json_decref(before);
        return false;
    }
    if (!record(&act, "checkin", "checked_in", AUDIT_CHECKED_IN, before, error) ||
        !answer(&act, response, NULL, error))
        return false;
    if (!act.order->email_confirmed)
        json_object_set_new(response->model, "warning", json_string("e-mail não confirmado"));
    return true;
}

/* --- call, park, no-show, finish --- */

static bool call(struct act *act, bool by_choice, struct http_response *response, struct ra_error *error)
{
    struct http_request *request = act->request;
    char sentence[DESK_SENTENCE_SIZE];
    if (act->visit.id == 0)
        return ra_fail_reason(error, RA_CONFLICT, "not-checked-in", "Registre primeiro a chegada.");
    if (orders_in_state(act->order, ORDERS_MACHINE_ATTENDANCE, "called"))
        return ra_fail_reason(error, RA_CONFLICT, "already-called", "Já foi chamado por %s.",
                              act->visit.agent);
    json_t *before = picture(act);
    const char *ticket = desk_ticket_text(request->context, act->visit.letter, act->visit.number);
    desk_call_sentence(ticket == NULL ? "" : ticket, act->visit.priority, act->visit.walk_in, by_choice,
                       sentence, sizeof sentence);
    act->visit.called_us = request->now_us;
    act->visit.calls++;
    act->visit.agent = act->caller->name;
    act->visit.station = act->caller->station;
    act->visit.reason = talloc_strdup(request->context, sentence);
    if (act->visit.reason == NULL)
        act->visit.reason = "";
    if (!attendance(act, "called", error) || !desk_store_set_visit(request, &act->visit, error)) {
        json_decref(before);
        return false;
    }
    return record(act, "call", "called", AUDIT_CALLED, before, error) && answer(act, response, NULL, error);
}

static bool call_one(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    return begin(request, http_path_parameter(request, "code"), &act, error) &&
           call(&act, true, response, error);
}

static bool call_next(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    struct catalog_office *office = NULL;
    char day[CATALOG_DAY_SIZE];
    const char *code = NULL;
    catalog_today(request->app, request->now_us, day);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !desk_store_next(request, office->id, day, &code, error))
        return false;
    if (code == NULL)
        return ra_fail_reason(error, RA_CONFLICT, "nobody-waits", "Ninguém está esperando.");
    return begin(request, code, &act, error) && call(&act, false, response, error);
}

static bool park(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    if (!begin(request, http_path_parameter(request, "code"), &act, error))
        return false;
    json_t *before = picture(&act);
    if (!attendance(&act, "parked", error)) {
        json_decref(before);
        return false;
    }
    return record(&act, "park", "parked", AUDIT_PARKED, before, error) && answer(&act, response, NULL, error);
}

/* Without a visit the seat goes back to the agenda; with one, only the visit ends. */
static bool no_show(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    if (!begin(request, http_path_parameter(request, "code"), &act, error))
        return false;
    const bool never_came = orders_in_state(act.order, ORDERS_MACHINE_ATTENDANCE, "none");
    if (never_came && !orders_in_state(act.order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked",
                              "Não há sessão marcada nem chegada registrada.");
    json_t *before = picture(&act);
    bool ok = attendance(&act, "no_show", error);
    if (ok && never_came)
        ok = agenda_miss(request, act.order, error) &&
             orders_set_state(request, act.order, ORDERS_MACHINE_APPOINTMENT, "missed", error);
    if (!ok) {
        json_decref(before);
        return false;
    }
    return record(&act, "noshow", "no_show", AUDIT_APPT_NOSHOW, before, error) &&
           answer(&act, response, NULL, error);
}

static bool finish(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    if (!begin(request, http_path_parameter(request, "code"), &act, error) ||
        !media_check_finish(request, act.order, error))
        return false;
    json_t *before = picture(&act);
    act.visit.finished_us = request->now_us;
    if (!attendance(&act, "finished", error) || !desk_store_set_visit(request, &act.visit, error)) {
        json_decref(before);
        return false;
    }
    return record(&act, "finish", "finished", AUDIT_FINISHED, before, error) &&
           answer(&act, response, NULL, error);
}

/* --- undo --- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* The agenda's rows follow the machine back. */
static bool restore_appointment(struct act *act, const char *to, struct ra_error *error)
{
    if (orders_in_state(act->order, ORDERS_MACHINE_APPOINTMENT, to))
        return true;
    bool ok = true;
    if (orders_in_state(act->order, ORDERS_MACHINE_APPOINTMENT, "missed"))
        ok = agenda_restore(act->request, act->order, error);
    else if (strcmp(to, "booked") == 0)
        ok = agenda_unkeep(act->request, act->order, error);
    return ok && orders_set_state(act->request, act->order, ORDERS_MACHINE_APPOINTMENT, to, error);
}

static bool restore_visit(struct act *act, const json_t *before, struct ra_error *error)
{
    int64_t id = json_integer_value(json_object_get(before, "visit"));
    if (act->visit.id == 0)
        return true;
    /* An undone check-in leaves its ticket behind, finished: numbers have no gaps and no twins. */
    if (id != act->visit.id) {
        act->visit.finished_us = act->request->now_us;
        return desk_store_set_visit(act->request, &act->visit, error);
    }
    act->visit.called_us = json_integer_value(json_object_get(before, "called"));
    act->visit.calls = (int)json_integer_value(json_object_get(before, "calls"));
    act->visit.finished_us = json_integer_value(json_object_get(before, "finished"));
    act->visit.agent = text_of(before, "agent");
    act->visit.station = text_of(before, "station");
    act->visit.reason = text_of(before, "reason");
    return desk_store_set_visit(act->request, &act->visit, error);
}

static bool put_back(struct act *act, int64_t undone_id, const char *undone, const json_t *before,
                     struct ra_error *error)
{
    json_t *now = picture(act);
    bool ok = attendance(act, text_of(before, "attendance"), error) &&
              restore_appointment(act, text_of(before, "appointment"), error) &&
              restore_visit(act, before, error) &&
              (strcmp(undone, "checkin") != 0 ||
               identification_presence(act->request, act->order, "all", false, error));
    if (!ok) {
        json_decref(now);
        return false;
    }
    return desk_store_act(act->request, act->order, "undo", act->caller->name, act->caller->station, now,
                          undone_id, error) &&
           orders_milestone(act->request, act->order, "undone", undone, error) &&
           audit_record(act->request, AUDIT_UNDONE, act->order, json_pack("{s:s}", "act", undone), NULL,
                        error);
}

static bool undo(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act;
    int64_t id = 0;
    const char *undone = "";
    json_t *before = NULL;
    if (!begin(request, http_path_parameter(request, "code"), &act, error) ||
        !desk_store_last_act(request, act.order, &id, &undone, &before, error))
        return false;
    bool ok =
        id != 0 || ra_fail_reason(error, RA_CONFLICT, "nothing-to-undo", "Não há ato do balcão a desfazer.");
    ok = ok && put_back(&act, id, undone, before, error) && answer(&act, response, undone, error);
    json_decref(before);
    return ok;
}

/* --- the queue --- */

static json_t *local_time(int64_t instant_us, int offset_s)
{
    char utc[CLOCK_TEXT_SIZE], text[CLOCK_TEXT_SIZE + 8];
    clock_format_utc(instant_us + (int64_t)offset_s * 1000000, utc, sizeof utc);
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    snprintf(text, sizeof text, "%.19s%c%02d:%02d", utc, offset_s < 0 ? '-' : '+', minutes / 60,
             minutes % 60);
    return json_string(text);
}

/* What the agent reads first: where the case is. */
static const char *queue_state(const struct db_rows *rows, size_t row)
{
    const char *attendance_state = row_text(rows, row, "attendance_state");
    const char *issuance = row_text(rows, row, "issuance_state");
    if (strcmp(issuance, "issued") == 0 || strcmp(issuance, "delivered") == 0)
        return "issued";
    if (strcmp(attendance_state, "none") == 0)
        return row_text(rows, row, "appointment_state");
    return attendance_state;
}

static json_t *queue_item(const struct db_rows *rows, size_t row, int offset_s, int64_t promise_us)
{
    json_t *item = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:o}", "order", row_text(rows, row, "code"),
                             "ticket", row_text(rows, row, "ticket"), "name", row_text(rows, row, "name"),
                             "product", row_text(rows, row, "product"), "mode", row_text(rows, row, "mode"),
                             "state", queue_state(rows, row), "priority", row_text(rows, row, "priority"),
                             "email_confirmed", row_bool(rows, row, "email_confirmed") ? 1 : 0, "start",
                             local_time(row_time(rows, row, "start"), offset_s));
    if (item == NULL)
        return NULL;
    bool running = !row_is_null(rows, row, "finished_at") && strcmp(queue_state(rows, row), "issued") != 0;
    json_t *deadline =
        running ? local_time(row_time(rows, row, "finished_at") + promise_us, offset_s) : json_null();
    json_object_set_new(item, "deadline", deadline);
    return item;
}

static json_t *inbox_item(const struct db_rows *rows, size_t row, int offset_s)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:o}", "order", row_text(rows, row, "code"), "name",
                     row_text(rows, row, "name"), "product", row_text(rows, row, "product"), "validated_by",
                     row_text(rows, row, "validated_by"), "validated_at",
                     local_time(row_time(rows, row, "validated_at"), offset_s));
}

static bool queue_day(struct http_request *request, char day[CATALOG_DAY_SIZE], struct ra_error *error)
{
    const char *asked = http_query(request, "date");
    struct calendar_day parsed;
    if (asked == NULL) {
        catalog_today(request->app, request->now_us, day);
        return true;
    }
    if (calendar_parse(asked, &parsed) != CALENDAR_DAY)
        return ra_fail_field(error, "date", "date", "Use uma data que existe, como 2026-11-24.");
    memcpy(day, asked, CATALOG_DAY_SIZE);
    return true;
}

static bool queue(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL, *waiting = NULL;
    char day[CATALOG_DAY_SIZE];
    int64_t promise_minutes = 0;
    if (!queue_day(request, day, error) || !catalog_office(request->app, request->context, &office, error) ||
        !catalog_policy_number(request->app, request->now_us, "promise_minutes", &promise_minutes, error) ||
        !desk_store_queue(request, office->id, day, office->zone, &rows, error) ||
        !desk_store_inbox(request, office->id, &waiting, error) ||
        !audit_record(request, AUDIT_QUEUE_READ, NULL, json_pack("{s:s}", "date", day), NULL, error))
        return false;
    json_t *items = json_array(), *inbox = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(items, queue_item(rows, i, office->offset_s, promise_minutes * MINUTE_US));
    for (size_t i = 0; i < db_row_count(waiting); i++)
        json_array_append_new(inbox, inbox_item(waiting, i, office->offset_s));
    http_reply(response, 200, json_pack("{s:s,s:o,s:o}", "date", day, "items", items, "inbox", inbox));
    return true;
}

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

/* --- routes --- */

#define ACT_SCHEMA                                                                                           \
    "{\"type\":\"object\",\"required\":[\"order\",\"states\"],\"properties\":{\"order\":{\"type\":"          \
    "\"string\"},\"ticket\":{\"type\":\"string\"},\"undone\":{\"type\":\"string\"},\"warning\":{\"type\":"   \
    "\"string\"},\"states\":{\"type\":\"object\"}}}"
#define QUEUE_SCHEMA                                                                                         \
    "{\"type\":\"object\",\"required\":[\"items\",\"inbox\"],\"properties\":{\"date\":{\"type\":\"string\"}" \
    ","                                                                                                      \
    "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"order\",\"ticket\","       \
    "\"name\",\"product\",\"mode\",\"start\",\"state\",\"deadline\"]}},\"inbox\":{\"type\":\"array\","       \
    "\"items\":{\"type\":\"object\"}}}}"
#define CHECKIN_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"walk_in\":{\"type\":\"boolean\"},\"priority\":{\"type\":"        \
    "\"string\"},\"person\":{\"type\":\"string\"}}}"

static const struct http_parameter queue_parameters[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "dia; hoje quando falta"},
    {NULL, false, NULL, NULL}};

#define ACT_ROUTE(path, function, word, text, schema)                                                        \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE, .api_path = path,                                     \
        .authorize = office_authorize_agent, .handler = function, .body = HTTP_BODY_NONE, .operation = word, \
        .summary = text, .request_schema = schema, .response_schema = ACT_SCHEMA, .statuses = {              \
            200,                                                                                             \
            401,                                                                                             \
            403,                                                                                             \
            404,                                                                                             \
            409,                                                                                             \
            422                                                                                              \
        }                                                                                                    \
    }

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/queue",
     .authorize = office_authorize_any,
     .handler = queue,
     .operation = "queueShow",
     .summary = "A fila do dia e os casos que esperam o segundo agente",
     .query = queue_parameters,
     .response_schema = QUEUE_SCHEMA,
     .statuses = {200, 401, 403, 422}},
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
     .api_path = "/api/display/events",
     .authorize = http_anyone,
     .handler = display_events,
     .operation = "displayEvents",
     .summary = "Avisos ao painel da sala de espera (text/event-stream): calls, hello, reload",
     .response_type = "text/event-stream",
     .statuses = {200, 503}},
    ACT_ROUTE("/api/office/call", call_next, "callNext", "Chama o próximo da fila", NULL),
    ACT_ROUTE("/api/office/orders/{code}/checkin", check_in, "checkIn", "Registra a chegada", CHECKIN_SCHEMA),
    ACT_ROUTE("/api/office/orders/{code}/call", call_one, "callOne", "Chama este pedido", NULL),
    ACT_ROUTE("/api/office/orders/{code}/park", park, "park", "Deixa o atendimento à parte", NULL),
    ACT_ROUTE("/api/office/orders/{code}/noshow", no_show, "noShow", "Registra que a pessoa não veio", NULL),
    ACT_ROUTE("/api/office/orders/{code}/finish", finish, "finish", "Encerra o atendimento", NULL),
    ACT_ROUTE("/api/office/orders/{code}/undo", undo, "undo", "Desfaz o último ato do balcão", NULL),
};

const struct room desk_room = {
    .name = "desk", .id = ROOM_DESK, .routes = routes, .route_count = sizeof routes / sizeof *routes};
