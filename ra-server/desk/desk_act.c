/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk_act.h"

#include "catalog/catalog.h"
#include "desk/desk.h"

#include <string.h>

bool desk_act_begin(struct http_request *request, const char *code, struct desk_act *act,
                    struct ra_error *error)
{
    *act = (struct desk_act){.request = request, .caller = office_caller(request)};
    return orders_load_for_update(request, code, &act->order, error) &&
           desk_store_visit(request, act->order, &act->visit, error);
}

json_t *desk_act_picture(const struct desk_act *act)
{
    const struct desk_visit *visit = &act->visit;
    json_t *picture =
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:i,s:s,s:s,s:s,s:I,s:s}", "appointment",
                  act->order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                  act->order->states[ORDERS_MACHINE_ATTENDANCE], "visit", (json_int_t)visit->id, "called",
                  (json_int_t)visit->called_us, "first_called", (json_int_t)visit->first_called_us, "calls",
                  visit->calls, "agent", visit->agent, "station", visit->station, "desk", visit->desk,
                  "finished", (json_int_t)visit->finished_us, "reason", visit->reason);
    json_t *rest =
        json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:I}", "priority", visit->priority, "booked_priority",
                  act->order->appointment != NULL ? act->order->appointment->priority : "", "parked_reason",
                  visit->parked_reason, "parked_until", (json_int_t)visit->parked_until_us, "reserved_for",
                  visit->reserved_for, "reserved_desk", visit->reserved_desk, "reserved_until",
                  (json_int_t)visit->reserved_until_us);
    bool whole = picture != NULL && rest != NULL && json_object_update(picture, rest) == 0;
    json_decref(rest);
    if (whole)
        return picture;
    json_decref(picture);
    return NULL;
}

bool desk_act_set_state(struct desk_act *act, const char *state, struct ra_error *error)
{
    act->visit.state = state;
    return orders_set_state(act->request, act->order, ORDERS_MACHINE_ATTENDANCE, state, error);
}

bool desk_act_save(struct desk_act *act, struct ra_error *error)
{
    return act->visit.id == 0 || desk_store_set_visit(act->request, &act->visit, error);
}

bool desk_act_record(struct desk_act *act, const struct desk_verb *verb, json_t *take_before,
                     json_t *take_personal, struct ra_error *error)
{
    if (!desk_store_act(act->request, act->order, verb->word, act->caller->name, act->caller->station,
                        take_before, 0, &act->act_id, error) ||
        (verb->milestone != NULL &&
         !orders_milestone(act->request, act->order, verb->milestone, "", error))) {
        json_decref(take_personal);
        return false;
    }
    return audit_record(act->request, verb->code, act->order, json_pack("{s:s}", "act", verb->word),
                        take_personal, error);
}

bool desk_act_end(struct desk_act *act, bool done, const struct desk_verb *verb, json_t *take_before,
                  struct http_response *response, struct ra_error *error)
{
    if (!done || !desk_act_save(act, error)) {
        json_decref(take_before);
        return false;
    }
    return desk_act_record(act, verb, take_before, NULL, error) && desk_act_answer(act, response, error);
}

static json_t *states_json(const struct order *order)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "order", order->states[ORDERS_MACHINE_ORDER], "appointment",
                     order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                     order->states[ORDERS_MACHINE_ATTENDANCE], "identification",
                     order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
                     order->states[ORDERS_MACHINE_ISSUANCE]);
}

bool desk_act_answer(struct desk_act *act, struct http_response *response, struct ra_error *error)
{
    json_t *needs = NULL;
    if (!desk_store_visit(act->request, act->order, &act->visit, error) ||
        !desk_needs(act->request, act->order, &needs, error))
        return false;
    json_t *model = json_pack("{s:s,s:o,s:o}", "order", act->order->code, "states", states_json(act->order),
                              "needs", needs);
    if (model != NULL && act->visit.id != 0) {
        char *ticket = desk_ticket_text(act->request->context, act->visit.letter, act->visit.number);
        json_object_set_new(model, "ticket", ticket == NULL ? NULL : json_string(ticket));
        json_object_set_new(model, "priority", json_string(act->visit.priority));
        if (act->visit.reason[0] != '\0')
            json_object_set_new(model, "sentence", json_string(act->visit.reason));
    }
    http_reply(response, 200, model);
    return true;
}

bool desk_act_free_hands(struct http_request *request, const char *for_code, const char **ticket,
                         struct ra_error *error)
{
    static const struct desk_verb verb = {"park", "parked", AUDIT_PARKED};
    struct catalog_office *office = NULL;
    struct desk_act act;
    const char *code = NULL;
    *ticket = NULL;
    if (!catalog_office(request->app, request->context, &office, error) ||
        !desk_store_in_hand(request, office->id, office_caller(request)->name, &code, error))
        return false;
    if (code == NULL || (for_code != NULL && strcmp(code, for_code) == 0))
        return true;
    if (!desk_act_begin(request, code, &act, error))
        return false;
    json_t *before = desk_act_picture(&act);
    act.visit.parked_reason = "outro atendimento";
    act.visit.parked_until_us = 0;
    if (!desk_act_set_state(&act, "parked", error) || !desk_act_save(&act, error)) {
        json_decref(before);
        return false;
    }
    *ticket = desk_ticket_text(request->context, act.visit.letter, act.visit.number);
    return desk_act_record(&act, &verb, before, NULL, error);
}
