/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a visit: set aside, handed on, back in line, given up, over. Its place in line never moves.
 */
#include "agenda/agenda.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "desk/desk_act.h"
#include "media/media.h"

#include <string.h>
#include <strings.h>

#define MINUTE_US INT64_C(60000000)

enum { REASON_MAX = 200, PARK_MINUTES_MAX = 480 };

static bool begin(struct http_request *request, struct desk_act *act, json_t **before, struct ra_error *error)
{
    if (!desk_act_begin(request, http_path_parameter(request, "code"), act, error))
        return false;
    *before = desk_act_picture(act);
    return *before != NULL || ra_fail(error, RA_NO_MEMORY, "counter act");
}

/* --- park --- */

static bool is_plain_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    }
    return true;
}

static bool read_parking(struct desk_act *act, struct ra_error *error)
{
    const char *reason = http_text(act->request->body, "reason");
    const json_t *minutes = json_object_get(act->request->body, "minutes");
    act->visit.parked_reason = reason != NULL ? reason : "";
    act->visit.parked_until_us = 0;
    if (strlen(act->visit.parked_reason) > REASON_MAX || !is_plain_text(act->visit.parked_reason))
        return ra_fail_field(error, "reason", "format", "Diga o motivo em até 200 letras.");
    if (minutes == NULL)
        return true;
    const json_int_t count = json_integer_value(minutes);
    if (!json_is_integer(minutes) || count < 1 || count > PARK_MINUTES_MAX)
        return ra_fail_field(error, "minutes", "range", "Use de 1 a 480 minutos.");
    act->visit.parked_until_us = act->request->now_us + count * MINUTE_US;
    return true;
}

bool desk_park(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"park", "parked", AUDIT_PARKED};
    struct desk_act act;
    json_t *before = NULL;
    if (!begin(request, &act, &before, error))
        return false;
    bool done = read_parking(&act, error) && desk_act_set_state(&act, "parked", error);
    return desk_act_end(&act, done, &verb, before, response, error);
}

/* --- transfer, reactivate --- */

static void clear_call(struct desk_visit *visit)
{
    visit->called_us = 0;
    visit->calls = 0;
    visit->agent = "";
    visit->station = "";
    visit->desk = "";
    visit->finished_us = 0;
    visit->parked_reason = "";
    visit->parked_until_us = 0;
}

/* The one agent whose name begins so. */
static bool find_agent(struct http_request *request, const char *wanted, const char **name,
                       struct ra_error *error)
{
    json_t *agents = office_agents(request->app, request->now_us);
    size_t index, found = 0;
    json_t *agent;
    json_array_foreach(agents, index, agent)
    {
        if (strncasecmp(json_string_value(agent), wanted, strlen(wanted)) != 0)
            continue;
        found++;
        *name = talloc_strdup(request->context, json_string_value(agent));
    }
    json_decref(agents);
    if (found == 0)
        return ra_fail_field(error, "to", "unknown", "Nenhum agente em exercício tem este nome.");
    if (found > 1)
        return ra_fail_field(error, "to", "ambiguous", "Mais de um agente tem um nome assim.");
    return *name != NULL || ra_fail(error, RA_NO_MEMORY, "agent");
}

/* To an agent, to a desk, to an agent at a desk, or to whoever is free. */
static bool reserve(struct desk_act *act, struct ra_error *error)
{
    struct http_request *request = act->request;
    const char *to = http_text(request->body, "to");
    const char *desk = http_text(request->body, "desk");
    int64_t hold = 0;
    act->visit.reserved_for = "";
    act->visit.reserved_desk = desk != NULL ? desk : "";
    act->visit.reserved_until_us = 0;
    if (!desk_name_check(desk, error))
        return false;
    bool to_agent = to != NULL && to[0] != '\0';
    if (!to_agent && act->visit.reserved_desk[0] == '\0')
        return true;
    if (!catalog_policy_number(request->app, request->now_us, "transfer_hold_minutes", &hold, error))
        return false;
    act->visit.reserved_until_us = request->now_us + hold * MINUTE_US;
    return !to_agent || find_agent(request, to, &act->visit.reserved_for, error);
}

bool desk_transfer(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"transfer", NULL, AUDIT_TRANSFERRED};
    struct desk_act act;
    json_t *before = NULL;
    if (!begin(request, &act, &before, error))
        return false;
    clear_call(&act.visit);
    bool done = reserve(&act, error) && desk_act_set_state(&act, "waiting", error);
    return desk_act_end(&act, done, &verb, before, response, error);
}

/* Back in line at the old place: one set aside, one thought absent, or one whose agent is gone. */
bool desk_reactivate(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"reactivate", NULL, AUDIT_REACTIVATED};
    struct desk_act act;
    json_t *before = NULL;
    if (!begin(request, &act, &before, error))
        return false;
    bool came = act.visit.id != 0 && strcmp(act.visit.state, "undone") != 0;
    bool done = came || ra_fail_reason(error, RA_CONFLICT, "not-checked-in", "Registre primeiro a chegada.");
    clear_call(&act.visit);
    act.visit.reserved_for = "";
    act.visit.reserved_desk = "";
    act.visit.reserved_until_us = 0;
    done = done && desk_act_set_state(&act, "waiting", error);
    return desk_act_end(&act, done, &verb, before, response, error);
}

/* --- no-show --- */

/* Who came and was not there when called: only after so many calls, so far apart (policies noshow_*). */
static bool was_called_enough(struct desk_act *act, struct ra_error *error)
{
    struct http_request *request = act->request;
    int64_t calls = 0, minutes = 0;
    int64_t *made_us = NULL;
    size_t count = 0;
    if (!catalog_policy_number(request->app, request->now_us, "noshow_calls", &calls, error) ||
        !catalog_policy_number(request->app, request->now_us, "noshow_call_minutes", &minutes, error) ||
        !desk_store_calls(request, &act->visit, &made_us, &count, error))
        return false;
    const int counted = desk_calls_counted(made_us, count, (int)minutes);
    if (counted >= calls)
        return true;
    if (calls == 1)
        return ra_fail_reason(error, RA_RULE_REFUSED, "calls-missing",
                              "Chame antes de registrar a ausência.");
    return ra_fail_reason(error, RA_RULE_REFUSED, "calls-missing",
                          "São precisas %d chamadas, com %d minutos entre uma e outra; contam %d até agora.",
                          (int)calls, (int)minutes, counted);
}

/* Nobody is late before the hour agreed: of who has not come the appointment's, of who came earlier the
 * visit's. */
static bool hour_has_come(struct desk_act *act, bool never_came, struct ra_error *error)
{
    const struct order_appointment *appointment = act->order->appointment;
    const bool by_hour = never_came ? appointment != NULL : act->visit.by_hour;
    const int64_t hour_us = !by_hour ? 0 : never_came ? appointment->start_us : act->visit.due_us;
    if (hour_us <= act->request->now_us)
        return true;
    const char *hour = local_time_short_text(act->request->context, hour_us,
                                             appointment == NULL ? 0 : appointment->offset_s);
    return ra_fail_reason(error, RA_RULE_REFUSED, "hour-not-come",
                          "A hora marcada é %s; só depois dela se registra a ausência.",
                          hour == NULL ? "" : hour);
}

/* Without a visit the seat goes back to the agenda; with one, only the visit ends. */
static bool give_up(struct desk_act *act, struct ra_error *error)
{
    const bool never_came = orders_in_state(act->order, ORDERS_MACHINE_ATTENDANCE, "none");
    if (never_came && !orders_in_state(act->order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked",
                              "Não há sessão marcada nem chegada registrada.");
    if (!hour_has_come(act, never_came, error))
        return false;
    if (!never_came)
        return was_called_enough(act, error) && desk_act_set_state(act, "no_show", error);
    return orders_set_state(act->request, act->order, ORDERS_MACHINE_ATTENDANCE, "no_show", error) &&
           agenda_miss(act->request, act->order, error) &&
           orders_set_state(act->request, act->order, ORDERS_MACHINE_APPOINTMENT, "missed", error);
}

bool desk_no_show(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"noshow", "no_show", AUDIT_APPT_NOSHOW};
    struct desk_act act;
    json_t *before = NULL;
    return begin(request, &act, &before, error) &&
           desk_act_end(&act, give_up(&act, error), &verb, before, response, error);
}

bool desk_finish(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const struct desk_verb verb = {"finish", "finished", AUDIT_FINISHED};
    struct desk_act act;
    json_t *before = NULL;
    if (!begin(request, &act, &before, error))
        return false;
    act.visit.finished_us = request->now_us;
    bool done = media_check_finish(request, act.order, error) && desk_act_set_state(&act, "finished", error);
    return desk_act_end(&act, done, &verb, before, response, error);
}
