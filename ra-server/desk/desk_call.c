/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calling: the next of the line, or a ticket of the agent's choice, or the same one again.
 */
#include "catalog/catalog.h"
#include "desk/desk.h"
#include "desk/desk_act.h"

#include <string.h>

enum { DESK_NAME_MAX = 20 };

/* The line as this agent sees it, in the order of calling, and what the order rests on. */
struct calling {
    struct desk_line line;
    const char *desk;
    int hour_ahead_minutes;
};

bool desk_name_check(const char *name, struct ra_error *error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .-";
    return name == NULL || (strlen(name) <= DESK_NAME_MAX && name[strspn(name, allowed)] == '\0') ||
           ra_fail_field(error, "desk", "format", "Use até 20 letras e algarismos, como 3 ou Sala 2.");
}

/* What the panel sends people to: said with the call, or where the agent's last call of the day was. */
static bool desk_name(struct http_request *request, const char **name, struct ra_error *error)
{
    const char *said = http_text(request->body, "desk");
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    char day[CATALOG_DAY_SIZE];
    if (!desk_name_check(said, error))
        return false;
    if (said != NULL && said[0] != '\0') {
        *name = said;
        return true;
    }
    catalog_today(request->app, request->now_us, day);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !db_query(request->db, request->context, STATEMENT_DESK_OF_AGENT,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(office_caller(request)->name)), &rows,
                  error))
        return false;
    *name = db_row_count(rows) > 0 ? row_text(rows, 0, "desk") : "";
    return true;
}

static bool load_line(struct http_request *request, struct calling *calling, struct ra_error *error)
{
    struct desk_seat seat = {.agent = office_caller(request)->name};
    struct catalog_office *office = NULL;
    struct desk_classes classes;
    int64_t hour_ahead = 0;
    char day[CATALOG_DAY_SIZE];
    catalog_today(request->app, request->now_us, day);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !catalog_policy_number(request->app, request->now_us, "queue_hour_ahead_minutes", &hour_ahead,
                               error) ||
        !desk_store_classes(request, day, &classes, error) || !desk_name(request, &seat.desk, error) ||
        !desk_store_waiting(request, office, day, &seat, &classes, &calling->line, error))
        return false;
    calling->desk = seat.desk;
    calling->hour_ahead_minutes = (int)hour_ahead;
    desk_sort(calling->line.waiting, calling->line.count, calling->hour_ahead_minutes);
    return true;
}

/* The sentence of this call: the one called is taken out of the line first. */
static bool explain(struct desk_act *act, struct calling *calling, bool by_choice, struct ra_error *error)
{
    struct desk_line *line = &calling->line;
    struct desk_waiting called = {.ticket = NULL};
    size_t kept = 0;
    for (size_t i = 0; i < line->count; i++) {
        if (line->waiting[i].visit == act->visit.id)
            called = line->waiting[i];
        else
            line->waiting[kept++] = line->waiting[i];
    }
    if (called.ticket == NULL) { /* set aside, or another agent's: not in this line */
        called.ticket = desk_ticket_text(act->request->context, act->visit.letter, act->visit.number);
        kept = 0;
    }
    act->visit.reason = called.ticket == NULL
                            ? NULL
                            : desk_call_sentence(act->request->context, &called, line->waiting, kept,
                                                 by_choice, calling->hour_ahead_minutes);
    return act->visit.reason != NULL || ra_fail(error, RA_NO_MEMORY, "sentence");
}

static bool may_call(const struct desk_act *act, struct ra_error *error)
{
    if (act->visit.id == 0 || strcmp(act->visit.state, "undone") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "not-checked-in", "Registre primeiro a chegada.");
    if (orders_in_state(act->order, ORDERS_MACHINE_ATTENDANCE, "called") &&
        strcmp(act->visit.agent, act->caller->name) != 0)
        return ra_fail_reason(error, RA_CONFLICT, "already-called", "Já foi chamado por %s.",
                              act->visit.agent);
    return true;
}

static bool announce(struct desk_act *act, struct ra_error *error)
{
    const char *ticket = desk_ticket_text(act->request->context, act->visit.letter, act->visit.number);
    return ticket != NULL ? desk_store_add_call(act->request, &act->visit, act->act_id, ticket, error)
                          : ra_fail(error, RA_NO_MEMORY, "ticket");
}

/* Called again while in hand: announced anew, everything else stays. */
static bool call(struct desk_act *act, struct calling *calling, bool by_choice,
                 struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"call", "called", AUDIT_CALLED};
    const bool again = orders_in_state(act->order, ORDERS_MACHINE_ATTENDANCE, "called");
    struct desk_visit *visit = &act->visit;
    json_t *before = desk_act_picture(act);
    bool done =
        (again || explain(act, calling, by_choice, error)) && desk_act_set_state(act, "called", error);
    visit->desk = calling->desk;
    visit->called_us = act->request->now_us;
    if (visit->first_called_us == 0)
        visit->first_called_us = visit->called_us;
    visit->calls++;
    visit->agent = act->caller->name;
    visit->station = act->caller->station;
    visit->finished_us = 0;
    visit->parked_reason = "";
    visit->parked_until_us = 0;
    visit->reserved_for = "";
    visit->reserved_desk = "";
    visit->reserved_until_us = 0;
    if (desk_act_end(act, done, &verb, before, response, error))
        return announce(act, error);
    if (strcmp(error->reason, "visit_one_in_hand") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "already-calling", "Você acabou de chamar outra pessoa.");
    return false;
}

static void tell_set_aside(struct http_response *response, const char *ticket)
{
    if (ticket != NULL)
        json_object_set_new(response->model, "set_aside", json_string(ticket));
}

bool desk_call_one(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct desk_act act;
    struct calling calling;
    char code[ORDERS_CODE_SIZE];
    const char *set_aside = NULL;
    const bool readable = orders_code_normalise(http_path_parameter(request, "code"), code);
    if (!desk_act_free_hands(request, readable ? code : NULL, &set_aside, error) ||
        !desk_act_begin(request, http_path_parameter(request, "code"), &act, error) ||
        !may_call(&act, error) || !load_line(request, &calling, error) ||
        !call(&act, &calling, true, response, error))
        return false;
    tell_set_aside(response, set_aside);
    return true;
}

bool desk_call_next(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct desk_act act;
    struct calling calling;
    int64_t visit_id = 0;
    const char *code = NULL;
    const char *set_aside = NULL;
    if (!desk_act_free_hands(request, NULL, &set_aside, error) || !load_line(request, &calling, error) ||
        !desk_store_claim(request, &calling.line, &visit_id, &code, error))
        return false;
    if (visit_id == 0)
        return ra_fail_reason(error, RA_CONFLICT, "nobody-waits", "Ninguém está esperando.");
    if (!desk_act_begin(request, code, &act, error) || !call(&act, &calling, false, response, error))
        return false;
    tell_set_aside(response, set_aside);
    return true;
}
