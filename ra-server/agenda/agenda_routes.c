/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Availability and appointments, for citizens and, with the internal lanes, for the office.
 */
#include "agenda/agenda_clicks.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_invitation.h"
#include "agenda/agenda_pair.h"
#include "agenda/agenda_work.h"
#include "approval/office.h"

#include <string.h>

/* --- availability --- */

static bool availability_handler(struct http_request *request, struct http_response *response,
                                 struct ra_error *error)
{
    struct agenda_question question;
    struct bytes text;
    if (!agenda_read_question(request, &question, error) ||
        !agenda_slots_text(request, &question, agenda_side_of(request), &text, error))
        return false;
    http_reply_bytes(response, 200, "application/json", text);
    http_set_header(response, "Cache-Control", "no-store");
    return true;
}

/* --- appointment --- */

static void reply_two(struct http_request *request, struct http_response *response,
                      const struct agenda_pair *pair, int status)
{
    json_t *model = agenda_appointment_json(request->context, pair->first);
    json_t *other = agenda_appointment_json(request->context, pair->second);
    json_object_set_new(model, "order", json_string(pair->first->code));
    json_object_set_new(other, "order", json_string(pair->second->code));
    json_object_set_new(model, "with", other);
    http_reply(response, status, model);
}

static bool book_two(struct http_request *request, struct http_response *response, struct agenda_pair *pair,
                     struct ra_error *error)
{
    struct agenda_wish wish;
    bool created = false;
    if (!agenda_read_wish(request, pair->first, &wish, error) ||
        !work_check(request, response, pair->first, &wish, error))
        return false;
    if (!pair_book(request, pair, &wish, &created, error))
        return agenda_refuse(request, response, pair->first, pair->second, &wish, error);
    reply_two(request, response, pair, created ? 201 : 200);
    return true;
}

static bool book_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_pair pair;
    struct agenda_wish wish;
    bool created = false, two = false;
    if (!pair_load(request, &two, &pair, error))
        return false;
    if (two)
        return book_two(request, response, &pair, error);
    /* No visit to look for: what is booked already is no booking. */
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !agenda_read_wish(request, order, &wish, error) ||
        !work_check(request, response, order, &wish, error))
        return false;
    if (!agenda_book(request, order, &wish, &created, error))
        return agenda_refuse(request, response, order, NULL, &wish, error);
    return agenda_answer(request, response, order, created ? 201 : 200);
}

static bool move_two(struct http_request *request, struct http_response *response, struct agenda_pair *pair,
                     struct ra_error *error)
{
    struct agenda_wish wish;
    if (!agenda_read_wish(request, pair->first, &wish, error) ||
        !work_check(request, response, pair->first, &wish, error))
        return false;
    if (!pair_move(request, pair, &wish, error))
        return agenda_refuse(request, response, pair->first, pair->second, &wish, error);
    reply_two(request, response, pair, 200);
    return true;
}

/* Two orders that are one visit move together, also when only one of them is named. */
static bool move_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_pair pair;
    struct agenda_wish wish;
    bool two = false;
    if (!pair_or_case(request, &two, &pair, &order, error))
        return false;
    if (two)
        return move_two(request, response, &pair, error);
    if (!agenda_read_wish(request, order, &wish, error) ||
        !work_check(request, response, order, &wish, error))
        return false;
    if (!agenda_move(request, order, &wish, error))
        return agenda_refuse(request, response, order, NULL, &wish, error);
    return agenda_answer(request, response, order, 200);
}

static bool cancel_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct order *order = NULL;
    if (!agenda_load_case(request, &order, error) || !agenda_cancel(request, order, error))
        return false;
    return agenda_answer(request, response, order, 200);
}

/* --- calendar --- */

static bool calendar_handler(struct http_request *request, struct http_response *response,
                             struct ra_error *error)
{
    struct order *order = NULL;
    struct bytes bytes;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error))
        return false;
    const struct order_appointment *appointment = order->appointment;
    if (appointment == NULL)
        return ra_fail(error, RA_NOT_FOUND, "Este pedido não tem horário marcado.");
    const struct invitation invitation = {
        .method = "PUBLISH",
        .uid = appointment->uid,
        .sequence = appointment->sequence,
        .start_us = appointment->start_us,
        .end_us = appointment->end_us,
        .stamp_us = request->now_us,
        .cancelled = strcmp(appointment->state, "cancelled") == 0,
        .attendee = "",
    };
    if (!agenda_invitation(request->app, request->db, request->context, &invitation, &bytes, error))
        return false;
    http_reply_bytes(response, 200, "text/calendar; charset=utf-8", bytes);
    http_set_attachment(response, "atendimento.ics");
    return true;
}

/* --- table --- */

static const struct http_parameter availability_query[] = {
    {"product", true, NULL, "Certificado."},
    {"mode", false, "{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]}", "Sem ele: presencial."},
    {"from", false, "{\"type\":\"string\",\"format\":\"date\"}", "Primeiro dia; sem ele, hoje."},
    {"persons", false, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":50}",
     "Quantas pessoas assinam; sem ele, uma."},
    {"days", false, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":62}", "Quantos dias; sem ele, 7."},
    {NULL, false, NULL, NULL},
};

#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
static const char slots_schema[] =
    "{\"type\":\"object\",\"required\":[\"slots\"],\"properties\":{\"slots\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\",\"required\":[\"start\",\"end\",\"office\",\"seats\"],\"properties\":{"
    "\"start\":" TIME ",\"end\":" TIME
    ",\"office\":{\"type\":\"string\"},\"seats\":{\"type\":\"integer\"}}}}}}";
static const char wish_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\"],\"properties\":{\"start\":" TIME
    ",\"mode\":{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]},\"priority\":{\"type\":\"string\"},"
    "\"with\":{\"type\":\"string\"},\"with_token\":{\"type\":\"string\"},\"work\":{\"type\":\"string\"},"
    "\"nonce\":{\"type\":\"string\"},"
    "\"needs\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"string\",\"enum\":[\"ramp\",\"libras\",\"interpreter\"]}}}}";
static const char appointment_schema[] =
    "{\"type\":\"object\",\"required\":[\"appointment\",\"start\",\"end\",\"office\"],\"properties\":{"
    "\"appointment\":{\"type\":\"integer\"},\"start\":" TIME ",\"end\":" TIME
    ",\"office\":{\"type\":\"string\"},\"mode\":{\"type\":\"string\"},\"priority\":{\"type\":\"string\"},"
    "\"state\":{\"type\":\"string\"},\"with\":{\"type\":\"object\"}}}";

#define CLICK(verb, side, hook) ((verb) != HTTP_DELETE && (side) == HTTP_PUBLIC ? (hook) : NULL)
#define APPOINTMENT_ROUTE(verb, side, prefix, who, run, name, text)                                          \
    {                                                                                                        \
        .method = verb, .listeners = side, .api_path = prefix "/{code}/appointment", .authorize = who,       \
        .handler = run, .body = (verb) == HTTP_DELETE ? HTTP_BODY_NONE : HTTP_BODY_JSON,                     \
        .transaction = HTTP_WRAPPED, .arrived = CLICK(verb, side, agenda_click_arrived),                     \
        .left = CLICK(verb, side, agenda_click_left), .operation = name, .summary = text,                    \
        .request_schema = (verb) == HTTP_DELETE ? NULL : wish_schema, .response_schema = appointment_schema, \
        .statuses = {200, 201, 401, 404, 409, 422, 0},                                                       \
    }

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/availability",
        .authorize = http_anyone,
        .handler = availability_handler,
        .transaction = HTTP_AT_ONCE,
        .operation = "availabilityList",
        .summary = "Horários livres.",
        .query = availability_query,
        .response_schema = slots_schema,
        .statuses = {200, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/availability",
        .authorize = office_authorize_any,
        .handler = availability_handler,
        .transaction = HTTP_OWN,
        .operation = "officeAvailabilityList",
        .summary = "Horários livres, com as faixas internas.",
        .query = availability_query,
        .response_schema = slots_schema,
        .statuses = {200, 422, 0},
    },
    APPOINTMENT_ROUTE(HTTP_POST, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, book_handler,
                      "appointmentBook", "Marca o atendimento; o mesmo horário de novo não muda nada."),
    APPOINTMENT_ROUTE(HTTP_PUT, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, move_handler,
                      "appointmentMove",
                      "Muda o horário: o novo é garantido antes de o antigo ser liberado."),
    APPOINTMENT_ROUTE(HTTP_DELETE, HTTP_PUBLIC, "/api/orders", orders_authorize_holder, cancel_handler,
                      "appointmentCancel", "Cancela o horário."),
    APPOINTMENT_ROUTE(HTTP_POST, HTTP_OFFICE, "/api/office/orders", office_authorize_agent, book_handler,
                      "officeAppointmentBook", "Marca o atendimento, também nas faixas internas."),
    APPOINTMENT_ROUTE(HTTP_PUT, HTTP_OFFICE, "/api/office/orders", office_authorize_agent, move_handler,
                      "officeAppointmentMove", "Muda o horário."),
    APPOINTMENT_ROUTE(HTTP_DELETE, HTTP_OFFICE, "/api/office/orders", office_authorize_agent, cancel_handler,
                      "officeAppointmentCancel", "Cancela o horário."),
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/orders/{code}/appointment.ics",
        .authorize = orders_authorize_holder,
        .handler = calendar_handler,
        .transaction = HTTP_OWN,
        .operation = "appointmentCalendar",
        .summary = "O convite como está (iCalendar).",
        .response_type = "text/calendar",
        .statuses = {200, 401, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/{code}/agenda/cancelar",
        .authorize = orders_authorize_holder,
        .handler = cancel_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "appointmentCancelForm",
        .summary = "Cancela o horário pela página.",
        .statuses = {303, 404, 409, 0},
    },
};

const struct room agenda_routes_room = {
    .name = "agenda-routes",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
