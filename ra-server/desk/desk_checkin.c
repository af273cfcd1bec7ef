/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Somebody came: found by the code on his paper, by CPF or by a name, and given a ticket. And what may be
 * said about him on arrival: priority and needs.
 */
#include "agenda/agenda.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "desk/desk_act.h"
#include "desk/desk_qr.h"
#include "identification/identification.h"
#include "orders/orders_find.h"

#include <string.h>

/* --- ticket --- */

static bool place_in_line(struct desk_act *act, struct desk_visit *visit, struct ra_error *error)
{
    const struct order_appointment *appointment = act->order->appointment;
    const int64_t now_us = act->request->now_us;
    int64_t late_minutes = 0;
    visit->due_us = now_us;
    if (visit->walk_in || appointment == NULL)
        return true;
    if (!catalog_policy_number(act->request->app, now_us, "queue_late_minutes", &late_minutes, error))
        return false;
    visit->by_hour = desk_hour_counts(appointment->start_us, now_us, (int)late_minutes);
    if (visit->by_hour)
        visit->due_us = appointment->start_us;
    return true;
}

static bool add_ticket(struct desk_act *act, const char *priority, bool walk_in, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    struct desk_visit visit = {.letter = walk_in ? "B" : "A", .priority = priority, .walk_in = walk_in};
    catalog_today(act->request->app, act->request->now_us, day);
    return place_in_line(act, &visit, error) &&
           desk_store_ticket(act->request, act->order->office_id, day, visit.letter, &visit.number, error) &&
           desk_store_add_visit(act->request, act->order, day, &visit, error);
}

static bool visit_is_on(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "waiting") ||
           orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "called") ||
           orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "parked");
}

static bool may_check_in(const struct desk_act *act, bool walk_in, bool *came_by_appointment,
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
    if (visit_is_on(order))
        return ra_fail_reason(error, RA_CONFLICT, "already-called", "O atendimento já está em curso.");
    if (!booked && !returning && !walk_in)
        return ra_fail_reason(error, RA_RULE_REFUSED, "not-booked",
                              "Não há sessão marcada; para atender assim mesmo, use --walk-in.");
    return true;
}

/* Somebody else of the case arrives while its visit is going on: no second ticket. */
static bool join_visit(struct desk_act *act, const char *who, struct http_response *response,
                       struct ra_error *error)
{
    return identification_presence(act->request, act->order, who, true, error) &&
           audit_record(act->request, AUDIT_CHECKED_IN, act->order, json_pack("{s:s}", "act", "joined"),
                        json_pack("{s:s}", "person", who), error) &&
           desk_act_answer(act, response, error);
}

/* What was declared on arrival, else at booking; a legal class counts more than coming back and stays. */
static bool choose_priority(const struct desk_act *act, const char **priority, struct ra_error *error)
{
    struct http_request *request = act->request;
    const char *said = http_text(request->body, "priority");
    bool preferred = false;
    *priority = said != NULL && said[0] != '\0'   ? said
                : act->order->appointment != NULL ? act->order->appointment->priority
                                                  : "";
    if (!desk_priority_check(request, *priority, error))
        return false;
    if (!orders_in_state(act->order, ORDERS_MACHINE_IDENTIFICATION, "returned") || (*priority)[0] != '\0')
        return true;
    if (!catalog_policy_flag(request->app, request->now_us, "priority_return", &preferred, error))
        return false;
    if (preferred)
        *priority = DESK_PRIORITY_RETURN;
    return true;
}

static bool arrive(struct desk_act *act, const char *who, const char *priority, bool by_appointment,
                   struct ra_error *error)
{
    struct http_request *request = act->request;
    return (!by_appointment || agenda_keep(request, act->order, error)) &&
           orders_set_state(request, act->order, ORDERS_MACHINE_APPOINTMENT, "kept", error) &&
           desk_act_set_state(act, "waiting", error) && add_ticket(act, priority, !by_appointment, error) &&
           desk_take_needs(request, act->order, request->body, error) &&
           identification_presence(request, act->order, who, true, error);
}

static bool check_in(struct http_request *request, const char *code, struct http_response *response,
                     struct ra_error *error)
{
    static const struct desk_verb verb = {"checkin", "checked_in", AUDIT_CHECKED_IN};
    struct desk_act act;
    const char *who = http_text(request->body, "person");
    const char *priority = "";
    const bool walk_in = json_is_true(json_object_get(request->body, "walk_in"));
    bool by_appointment = false;
    if (!desk_act_begin(request, code, &act, error))
        return false;
    if (who != NULL && who[0] != '\0' && visit_is_on(act.order))
        return join_visit(&act, who, response, error);
    if (!may_check_in(&act, walk_in, &by_appointment, error) || !choose_priority(&act, &priority, error) ||
        !orders_check_gates(request, act.order, "checkin", error))
        return false;
    json_t *before = desk_act_picture(&act);
    if (!arrive(&act, who, priority, by_appointment, error)) {
        json_decref(before);
        return false;
    }
    if (!desk_act_record(&act, &verb, before, NULL, error) || !desk_act_answer(&act, response, error))
        return false;
    if (!act.order->email_confirmed)
        json_object_set_new(response->model, "warning", json_string("e-mail não confirmado"));
    return true;
}

bool desk_check_in(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    return check_in(request, http_path_parameter(request, "code"), response, error);
}

/* --- found by what a person brings --- */

/* A name of twelve letters could be a code as well: it is one when there is such an order. */
static bool is_order(struct http_request *request, const char *text, char code[ORDERS_CODE_SIZE])
{
    struct order *order = NULL;
    struct ra_error error = {0};
    return desk_qr_read(text, code) &&
           (orders_load(request, code, &order, &error) || error.code != RA_NOT_FOUND);
}

static json_t *candidates_json(TALLOC_CTX *context, const struct db_rows *rows, int offset_s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        json_t *one = json_pack("{s:s,s:s,s:s}", "order", row_text(rows, i, "code"), "name",
                                row_text(rows, i, "name"), "product", row_text(rows, i, "product"));
        if (one != NULL && !row_is_null(rows, i, "starts"))
            json_object_set_new(
                one, "start",
                json_string(local_time_rfc3339(context, row_time(rows, i, "starts"), offset_s)));
        json_array_append_new(list, one);
    }
    return list;
}

/* Who has an hour today; a walk-in by CPF may also be an order without one. */
static bool find_rows(struct http_request *request, const struct catalog_office *office,
                      const struct orders_search *terms, struct db_rows **rows, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    const char *cpf = terms->terms[ORDERS_SEARCH_CPF];
    const char *name = cpf[0] != '\0' ? "" : terms->terms[ORDERS_SEARCH_NAME];
    catalog_today(request->app, request->now_us, day);
    if (!db_query(
            request->db, request->context, STATEMENT_DESK_EXPECTED,
            DB_VALUES(db_int(office->id), db_text(day), db_text(office->zone), db_text(cpf), db_text(name)),
            rows, error))
        return false;
    const bool walk_in = json_is_true(json_object_get(request->body, "walk_in"));
    return db_row_count(*rows) > 0 || !walk_in || cpf[0] == '\0' ||
           db_query(request->db, request->context, STATEMENT_DESK_OPEN_OF_CPF,
                    DB_VALUES(db_int(office->id), db_text(cpf)), rows, error);
}

static bool find_person(struct http_request *request, const char *text, struct http_response *response,
                        const char **code, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    struct orders_search terms;
    if (!orders_search_read(text, &terms) ||
        (terms.terms[ORDERS_SEARCH_CPF][0] == '\0' && terms.terms[ORDERS_SEARCH_NAME][0] == '\0'))
        return ra_fail_field(error, "who", "format",
                             "Use o código do pedido, o QR, o CPF ou três letras do nome.");
    if (!catalog_office(request->app, request->context, &office, error) ||
        !find_rows(request, office, &terms, &rows, error) ||
        !audit_record(request, AUDIT_CASES_SEARCHED, NULL,
                      json_pack("{s:i}", "found", (int)db_row_count(rows)), json_pack("{s:s}", "text", text),
                      error))
        return false;
    http_keep_changes(request); /* the search was made, also when it found nobody */
    if (db_row_count(rows) == 1) {
        *code = row_text(rows, 0, "code");
        return true;
    }
    if (db_row_count(rows) == 0)
        return ra_fail_reason(error, RA_NOT_FOUND, "nobody-expected",
                              "Ninguém com este nome ou CPF tem hora marcada para hoje.");
    http_reply(response, 409,
               json_pack("{s:o}", "candidates", candidates_json(request->context, rows, office->offset_s)));
    return ra_fail_reason(error, RA_CONFLICT, "ambiguous",
                          "Mais de uma pessoa serve; diga o código do pedido.");
}

bool desk_check_in_by_text(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    char code[ORDERS_CODE_SIZE];
    const char *text = http_text(request->body, "who");
    const char *found = code;
    if (text == NULL || text[0] == '\0')
        return ra_fail_field(error, "who", "required", "Diga quem chegou.");
    if (!is_order(request, text, code) && !find_person(request, text, response, &found, error))
        return false;
    return check_in(request, found, response, error);
}

/* --- said on arrival --- */

/* The class stands where it orders: in the visit while it waits, in the appointment for one to come. */
static bool write_priority(struct desk_act *act, const char *priority, struct ra_error *error)
{
    act->visit.priority = priority;
    return db_exec(act->request->db, STATEMENT_DESK_SET_APPOINTMENT_PRIORITY,
                   DB_VALUES(db_int(act->order->id), db_text(priority), db_time(act->request->now_us)), NULL,
                   error);
}

bool desk_set_priority(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"priority", NULL, AUDIT_PRIORITY_CHANGED};
    struct desk_act act;
    const char *priority = http_text(request->body, "priority");
    if (priority == NULL)
        return ra_fail_field(error, "priority", "required", "Diga a classe, ou nenhuma com \"\".");
    if (!desk_act_begin(request, http_path_parameter(request, "code"), &act, error) ||
        !desk_priority_check(request, priority, error))
        return false;
    if (act.visit.id == 0 && act.order->appointment == NULL)
        return ra_fail_reason(error, RA_CONFLICT, "not-booked",
                              "Não há sessão marcada nem chegada registrada.");
    json_t *before = desk_act_picture(&act);
    return desk_act_end(&act, write_priority(&act, priority, error), &verb, before, response, error);
}

bool desk_set_needs(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct desk_act act;
    if (json_object_get(request->body, "needs") == NULL)
        return ra_fail_field(error, "needs", "required", "Diga o que é preciso, ou nada com [].");
    return desk_act_begin(request, http_path_parameter(request, "code"), &act, error) &&
           desk_take_needs(request, act.order, request->body, error) &&
           desk_act_answer(&act, response, error);
}
