/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Undo: a new act that puts back what the picture of the last one shows.
 */
#include "agenda/agenda.h"
#include "desk/desk.h"
#include "desk/desk_act.h"
#include "identification/identification.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* The agenda's rows follow the machine back. */
static bool restore_appointment(struct desk_act *act, const char *to, struct ra_error *error)
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

/* Back before the agent, unless he has somebody else there by now: then beside. */
static bool state_to_restore(struct desk_act *act, const json_t *before, const char **state,
                             struct ra_error *error)
{
    const char *in_hand = NULL;
    *state = text_of(before, "attendance");
    if (strcmp(*state, "called") != 0)
        return true;
    if (!desk_store_in_hand(act->request, act->order->office_id, text_of(before, "agent"), &in_hand, error))
        return false;
    if (in_hand != NULL && strcmp(in_hand, act->order->code) != 0)
        *state = "parked";
    return true;
}

static bool restore_visit(struct desk_act *act, const json_t *before, const char *state,
                          struct ra_error *error)
{
    struct desk_visit *visit = &act->visit;
    if (visit->id == 0 || strcmp(visit->state, "undone") == 0) /* one that never was is none to put back */
        return true;
    /* An undone check-in leaves its ticket behind: numbers have no gaps and no twins. */
    if (number_of(before, "visit") != visit->id) {
        visit->state = "undone";
        visit->finished_us = act->request->now_us;
        return desk_act_save(act, error);
    }
    visit->state = state;
    visit->called_us = number_of(before, "called");
    visit->first_called_us = number_of(before, "first_called");
    visit->calls = (int)number_of(before, "calls");
    visit->finished_us = number_of(before, "finished");
    visit->agent = text_of(before, "agent");
    visit->station = text_of(before, "station");
    visit->desk = text_of(before, "desk");
    visit->reason = text_of(before, "reason");
    visit->priority = text_of(before, "priority");
    visit->parked_reason = text_of(before, "parked_reason");
    visit->parked_until_us = number_of(before, "parked_until");
    visit->reserved_for = text_of(before, "reserved_for");
    visit->reserved_desk = text_of(before, "reserved_desk");
    visit->reserved_until_us = number_of(before, "reserved_until");
    return desk_act_save(act, error);
}

static bool restore_priority(struct desk_act *act, const json_t *before, struct ra_error *error)
{
    return db_exec(act->request->db, STATEMENT_DESK_SET_APPOINTMENT_PRIORITY,
                   DB_VALUES(db_int(act->order->id), db_text(text_of(before, "booked_priority")),
                             db_time(act->request->now_us)),
                   NULL, error);
}

static bool put_back(struct desk_act *act, const char *undone, const json_t *before, struct ra_error *error)
{
    const char *state = "";
    if (!state_to_restore(act, before, &state, error))
        return false;
    return orders_set_state(act->request, act->order, ORDERS_MACHINE_ATTENDANCE, state, error) &&
           restore_appointment(act, text_of(before, "appointment"), error) &&
           restore_visit(act, before, state, error) &&
           (strcmp(undone, "priority") != 0 || restore_priority(act, before, error)) &&
           (strcmp(undone, "checkin") != 0 ||
            identification_presence(act->request, act->order, "all", false, error));
}

static bool record(struct desk_act *act, int64_t undone_id, const char *undone, json_t *take_now,
                   struct ra_error *error)
{
    return desk_store_act(act->request, act->order, "undo", act->caller->name, act->caller->station, take_now,
                          undone_id, &act->act_id, error) &&
           orders_milestone(act->request, act->order, "undone", undone, error) &&
           audit_record(act->request, AUDIT_UNDONE, act->order, json_pack("{s:s}", "act", undone), NULL,
                        error);
}

static bool undo_act(struct desk_act *act, int64_t id, const char *undone, const json_t *before,
                     struct http_response *response, struct ra_error *error)
{
    json_t *now = desk_act_picture(act);
    if (!put_back(act, undone, before, error)) {
        json_decref(now);
        return false;
    }
    if (!record(act, id, undone, now, error) || !desk_act_answer(act, response, error))
        return false;
    json_object_set_new(response->model, "undone", json_string(undone));
    return true;
}

bool desk_undo(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct desk_act act;
    int64_t id = 0;
    const char *undone = "";
    json_t *before = NULL;
    if (!desk_act_begin(request, http_path_parameter(request, "code"), &act, error) ||
        !desk_store_last_act(request, act.order, &id, &undone, &before, error))
        return false;
    if (id == 0)
        return ra_fail_reason(error, RA_CONFLICT, "nothing-to-undo", "Não há ato do balcão a desfazer.");
    bool ok = undo_act(&act, id, undone, before, response, error);
    json_decref(before);
    return ok;
}
