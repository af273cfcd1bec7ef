/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the routes about seats read and answer alike.
 */
#include "agenda/agenda_internal.h"
#include "catalog/page.h"

#include <string.h>

enum agenda_side agenda_side_of(const struct http_request *request)
{
    return request->listener == HTTP_OFFICE ? AGENDA_OFFICE : AGENDA_PUBLIC;
}

bool agenda_read_wish(struct http_request *request, const struct order *order, struct agenda_wish *wish,
                      struct ra_error *error)
{
    const char *start = http_text(request->body, "start");
    const char *mode = http_text(request->body, "mode");
    const char *priority = http_text(request->body, "priority");
    bool moving = agenda_is_live(order);
    *wish = (struct agenda_wish){.side = agenda_side_of(request)};
    wish->mode = mode != NULL && mode[0] != '\0' ? mode : moving ? order->appointment->mode : "in_person";
    wish->priority = priority != NULL ? priority : moving ? order->appointment->priority : "";
    if (start == NULL || start[0] == '\0')
        return ra_fail_field(error, "start", "required", "Escolha um horário da lista.");
    return clock_parse(start, &wish->start_us) ||
           ra_fail_field(error, "start", "format",
                         "O horário tem data, hora e fuso, como 2026-11-24T08:20:00-03:00.");
}

bool agenda_load_case(struct http_request *request, struct order **order, struct ra_error *error)
{
    return agenda_load_by_code(request, http_path_parameter(request, "code"), order, error);
}

static bool wants_alternatives(const struct ra_error *error)
{
    return error->code == RA_SEAT_TAKEN ||
           (error->code == RA_CONFLICT &&
            (strcmp(error->reason, "serialization") == 0 || strcmp(error->reason, "deadlock") == 0));
}

/* Pages want to know that there are some. */
bool agenda_refuse(struct http_request *request, struct http_response *response, const struct order *order,
                   const struct order *other, const struct agenda_wish *wish, const struct ra_error *error)
{
    const struct order *orders[2] = {order, other};
    struct agenda_search search = {.side = wish->side};
    if (!wants_alternatives(error))
        return false;
    search.halves = agenda_needs_of(request, orders, wish->mode, wish->start_us, search.needs);
    json_t *list = agenda_alternatives_json(request, wish->start_us, &search);
    json_t *model = json_pack("{s:O}", "alternatives", list);
    if (page_is_wanted(request))
        page_set(model, "has_alternatives", json_boolean(json_array_size(list) > 0));
    json_decref(list);
    http_reply(response, 409, model);
    return false;
}

bool agenda_answer(struct http_request *request, struct http_response *response, const struct order *order,
                   int status)
{
    http_reply(response, status, agenda_appointment_json(request->context, order));
    if (page_is_wanted(request))
        http_see_other(request, response, talloc_asprintf(request->context, "/pedido/%s", order->code));
    return true;
}
