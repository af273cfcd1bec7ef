/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the links of a mail open: a small page with one button each. Mail scanners follow every link, so
 * looking changes nothing and says nothing that is not in the mail.
 */
#include "agenda/agenda_answers.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_links.h"
#include "agenda/agenda_page.h"
#include "catalog/local_time.h"
#include "catalog/page.h"

#include <stdlib.h>
#include <string.h>

/* The link's appointment is the case's present one, and still to come. */
static bool is_present(const struct order *order, int64_t appointment_id)
{
    return order->appointment != NULL && order->appointment->id == appointment_id &&
           strcmp(order->appointment->state, "booked") == 0;
}

static bool is_cancelled(const struct order *order, int64_t appointment_id)
{
    return order->appointment == NULL || order->appointment->id != appointment_id ||
           strcmp(order->appointment->state, "cancelled") == 0;
}

static const char *way(struct http_request *request, const char *act)
{
    return talloc_asprintf(request->context, "/horario/%s/%s", http_path_parameter(request, "token"), act);
}

/* --- models --- */

/* {"state","sequence","start","end","answer"?}; with what the page shows besides. */
static json_t *link_model(struct http_request *request, const struct order *order, const char *state)
{
    const struct order_appointment *appointment = order->appointment;
    TALLOC_CTX *context = request->context;
    json_t *model = json_pack("{s:s, s:s, s:i, s:s, s:s}", "order", order->code, "state", state, "sequence",
                              appointment->sequence, "start",
                              local_time_rfc3339(context, appointment->start_us, appointment->offset_s),
                              "end", local_time_rfc3339(context, appointment->end_us, appointment->offset_s));
    if (!page_is_wanted(request))
        return model;
    page_set(model, state, json_true());
    page_set_text(model, "start_text",
                  local_time_long_text(context, appointment->start_us, appointment->offset_s));
    page_set_text(model, "action", request->path);
    page_set_text(model, "confirm_href", way(request, "confirmar"));
    page_set_text(model, "move_href", way(request, "mudar"));
    page_set_text(model, "cancel_href", way(request, "cancelar"));
    return model;
}

static bool reply_over(struct http_request *request, struct http_response *response,
                       const struct order *order, int64_t appointment_id)
{
    bool cancelled = is_cancelled(order, appointment_id);
    http_reply(response, 200,
               page_frame(link_model(request, order, cancelled ? "cancelled" : "over"),
                          cancelled ? "Horário cancelado" : "Horário encerrado"));
    response->page_template = "horario";
    return true;
}

static bool add_office(struct http_request *request, json_t *model, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(request->app, request->context, &office, error))
        return false;
    page_set_text(model, "office_text",
                  talloc_asprintf(request->context, "%s: %s, %s, %s", office->name, office->address,
                                  office->district, office->city));
    return true;
}

/* What a GET shows of an act that may be done: the time, the place, the button. */
static bool ask_about(struct http_request *request, struct http_response *response, const char *state,
                      const char *title, struct ra_error *error)
{
    struct order *order = NULL;
    int64_t appointment_id = 0;
    if (!agenda_link_open(request, false, &order, &appointment_id, error))
        return false;
    if (!is_present(order, appointment_id))
        return reply_over(request, response, order, appointment_id);
    json_t *model = page_frame(link_model(request, order, state), title);
    http_reply(response, 200, model);
    return add_office(request, model, error);
}

static bool confirm_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    return ask_about(request, response, "confirming", "Confirmar a presença", error);
}

static bool cancel_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    return ask_about(request, response, "cancelling", "Cancelar o horário", error);
}

static bool move_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    int64_t appointment_id = 0;
    if (!agenda_link_open(request, false, &order, &appointment_id, error))
        return false;
    if (!is_present(order, appointment_id))
        return reply_over(request, response, order, appointment_id);
    const struct agenda_page_way ways = {
        .action = request->path, .send = "Mudar para este horário", .back = way(request, "confirmar")};
    return agenda_page_of(request, response, order, &ways, error);
}

/* --- acts --- */

/* A page that was opened before a move shows a time that is no more: nothing is done to another one. */
static bool shows_present(struct http_request *request, const struct order *order, struct ra_error *error)
{
    const json_t *given = json_object_get(request->body, "sequence");
    const char *text = json_string_value(given);
    char *end = NULL;
    long long sequence = json_integer_value(given);
    if (text != NULL)
        sequence = strtoll(text, &end, 10);
    if (!json_is_integer(given) && (text == NULL || text[0] == '\0' || *end != '\0'))
        return ra_fail_field(error, "sequence", "required", "Abra de novo o link do e-mail.");
    return sequence == order->appointment->sequence ||
           ra_fail_reason(error, RA_CONFLICT, "appointment-changed",
                          "O horário mudou depois que esta página foi aberta. Confira o novo horário.");
}

static bool open_present(struct http_request *request, struct order **order, struct ra_error *error)
{
    int64_t appointment_id = 0;
    return agenda_link_open(request, true, order, &appointment_id, error) &&
           (is_present(*order, appointment_id) ||
            ra_fail_reason(error, RA_CONFLICT, "not-booked", "Este horário já não está marcado."));
}

static bool reply_done(struct http_request *request, struct http_response *response,
                       const struct order *order, const char *state, const char *title,
                       struct ra_error *error)
{
    json_t *model = page_frame(link_model(request, order, state), title);
    http_reply(response, 200, model);
    response->page_template = "horario";
    return add_office(request, model, error);
}

/* Twice is no error: the same page is often opened on two devices. */
static bool confirm_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    struct answer_case known;
    if (!open_present(request, &order, error) || !shows_present(request, order, error) ||
        !agenda_answer_case(request, order, &known, error))
        return false;
    if (!(known.answered && known.last == AGENDA_ACCEPTED) &&
        !agenda_record_answer(request, order, AGENDA_ACCEPTED, "link", request->now_us, error))
        return false;
    return reply_done(request, response, order, "confirmed", "Presença confirmada", error);
}

static bool cancel_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct order *order = NULL;
    int64_t appointment_id = 0;
    if (!agenda_link_open(request, true, &order, &appointment_id, error))
        return false;
    if (is_cancelled(order, appointment_id))
        return reply_over(request, response, order, appointment_id);
    if (!is_present(order, appointment_id))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Este horário já não está marcado.");
    return shows_present(request, order, error) && agenda_cancel(request, order, error) &&
           reply_done(request, response, order, "cancelled", "Horário cancelado", error);
}

static bool move_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_wish wish;
    if (!open_present(request, &order, error) || !agenda_read_wish(request, order, &wish, error))
        return false;
    if (!agenda_move(request, order, &wish, error))
        return agenda_refuse(request, response, order, NULL, &wish, error);
    return reply_done(request, response, order, "moved", "Horário mudado", error);
}

/* --- table --- */

static const char link_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"state\",\"sequence\",\"start\",\"end\"],\"properties\":{"
    "\"order\":{\"type\":\"string\"},\"state\":{\"type\":\"string\",\"enum\":[\"confirming\",\"cancelling\","
    "\"confirmed\",\"cancelled\",\"moved\",\"over\"]},\"sequence\":{\"type\":\"integer\"},"
    "\"start\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"end\":{\"type\":\"string\",\"format\":\"date-time\"}}}";
static const char seen_schema[] =
    "{\"type\":\"object\",\"required\":[\"sequence\"],\"properties\":{\"sequence\":{\"type\":[\"integer\","
    "\"string\"]}}}";
static const char start_schema[] =
    "{\"type\":\"object\",\"required\":[\"start\"],\"properties\":{\"start\":{\"type\":\"string\","
    "\"format\":\"date-time\"}}}";

#define LOOK(api, page, template_name, run, name, text)                                                      \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = HTTP_PUBLIC, .api_path = api, .page_path = page,                    \
        .page_template = template_name, .authorize = http_anyone, .handler = run, .transaction = HTTP_OWN,   \
        .operation = name, .summary = text, .response_schema = link_schema, .statuses = {200, 404, 0},       \
    }
#define ACT(api, page, template_name, run, again, body_schema, name, text)                                   \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_PUBLIC, .api_path = api, .page_path = page,                   \
        .page_template = template_name, .authorize = http_anyone, .handler = run, .form_model = again,       \
        .body = HTTP_BODY_JSON, .transaction = HTTP_WRAPPED, .operation = name, .summary = text,             \
        .request_schema = body_schema, .response_schema = link_schema, .statuses = {200, 404, 409, 422, 0},  \
    }

static const struct http_route routes[] = {
    LOOK("/api/appointment-links/{token}/confirm", "/horario/{token}/confirmar", "horario", confirm_page,
         "appointmentLinkConfirmPage", "O horário do link e o botão que confirma a presença."),
    ACT("/api/appointment-links/{token}/confirm", "/horario/{token}/confirmar", "horario", confirm_handler,
        confirm_page, seen_schema, "appointmentLinkConfirm", "Confirma a presença no horário do link."),
    LOOK("/api/appointment-links/{token}/cancel", "/horario/{token}/cancelar", "horario", cancel_page,
         "appointmentLinkCancelPage", "O horário do link e o botão que o cancela."),
    ACT("/api/appointment-links/{token}/cancel", "/horario/{token}/cancelar", "horario", cancel_handler,
        cancel_page, seen_schema, "appointmentLinkCancel", "Cancela o horário do link."),
    LOOK(NULL, "/horario/{token}/mudar", "agenda", move_page, "appointmentLinkMovePage",
         "Escolher outro horário pelo link."),
    ACT("/api/appointment-links/{token}/move", "/horario/{token}/mudar", "agenda", move_handler, move_page,
        start_schema, "appointmentLinkMove", "Muda o horário do link."),
};

const struct room agenda_links_room = {
    .name = "agenda-links",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
