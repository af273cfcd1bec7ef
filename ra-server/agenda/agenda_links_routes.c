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

/* Where the case stands, seen from the mail that the link was in. */
enum link_stand {
    LINK_PRESENT,   /* its time is the one that is booked: the link acts */
    LINK_CHANGED,   /* the same appointment has another time, place or way by now */
    LINK_CANCELLED, /* given up; what was booked afterwards has links of its own */
    LINK_OVER,
};

static enum link_stand stand_of(const struct order *order, const struct agenda_link *link)
{
    const struct order_appointment *appointment = order->appointment;
    if (appointment == NULL || appointment->id != link->appointment_id ||
        strcmp(appointment->state, "cancelled") == 0)
        return LINK_CANCELLED;
    if (strcmp(appointment->state, "booked") != 0)
        return LINK_OVER;
    return appointment->sequence == link->sequence ? LINK_PRESENT : LINK_CHANGED;
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
    page_set(model, "by_video", json_boolean(strcmp(appointment->mode, "video") == 0));
    page_set_text(model, "action", request->path);
    page_set_text(model, "confirm_href", way(request, "confirmar"));
    page_set_text(model, "move_href", way(request, "mudar"));
    page_set_text(model, "cancel_href", way(request, "cancelar"));
    return model;
}

static bool add_office(struct http_request *request, json_t *model, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(request->app, request->context, &office, error))
        return false;
    page_set_text(model, "office_text",
                  talloc_asprintf(request->context, "%s: %s, %s, %s", office->name, office->address,
                                  office->district, catalog_city_text(request->context, office->city)));
    return true;
}

static bool reply_with_office(struct http_request *request, struct http_response *response,
                              const struct order *order, const char *state, const char *title,
                              struct ra_error *error)
{
    json_t *model = page_frame(link_model(request, order, state), title);
    http_reply(response, 200, model);
    response->page_template = "horario";
    return add_office(request, model, error);
}

/* What a link shows that acts no more. */
static bool reply_stand(struct http_request *request, struct http_response *response,
                        const struct order *order, enum link_stand stand, struct ra_error *error)
{
    static const struct {
        const char *state, *title;
    } stands[] = {
        [LINK_PRESENT] = {"confirming", "Confirmar a presença"},
        [LINK_CHANGED] = {"changed", "O horário mudou"},
        [LINK_CANCELLED] = {"cancelled", "Horário cancelado"},
        [LINK_OVER] = {"over", "Horário encerrado"},
    };
    return reply_with_office(request, response, order, stands[stand].state, stands[stand].title, error);
}

static bool is_confirmed(struct http_request *request, const struct order *order, bool *confirmed,
                         struct ra_error *error)
{
    struct answer_case known;
    if (!agenda_answer_case(request, order, &known, error))
        return false;
    *confirmed = known.answered && known.last == AGENDA_ACCEPTED;
    return true;
}

/* What a GET shows of an act that may be done: the time, the place, the button. What was confirmed already is
 * shown as that. */
static bool confirm_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_link link;
    bool confirmed = false;
    if (!agenda_link_open(request, false, &order, &link, error))
        return false;
    if (stand_of(order, &link) != LINK_PRESENT)
        return reply_stand(request, response, order, stand_of(order, &link), error);
    if (!is_confirmed(request, order, &confirmed, error))
        return false;
    return confirmed
               ? reply_with_office(request, response, order, "confirmed", "Presença confirmada", error)
               : reply_with_office(request, response, order, "confirming", "Confirmar a presença", error);
}

static bool cancel_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_link link;
    if (!agenda_link_open(request, false, &order, &link, error))
        return false;
    if (stand_of(order, &link) != LINK_PRESENT)
        return reply_stand(request, response, order, stand_of(order, &link), error);
    return reply_with_office(request, response, order, "cancelling", "Cancelar o horário", error);
}

static bool move_page(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_link link;
    if (!agenda_link_open(request, false, &order, &link, error))
        return false;
    if (stand_of(order, &link) != LINK_PRESENT)
        return reply_stand(request, response, order, stand_of(order, &link), error);
    const struct agenda_page_way ways = {
        .action = request->path, .send = "Mudar para este horário", .back = way(request, "confirmar")};
    return agenda_page_of(request, response, order, &ways, error);
}

/* --- acts --- */

static bool say_changed(struct http_request *request, const struct order *order, struct ra_error *error)
{
    const char *now =
        local_time_long_text(request->context, order->appointment->start_us, order->appointment->offset_s);
    return ra_fail_reason(error, RA_CONFLICT, "appointment-changed",
                          "O horário mudou depois desta mensagem. Agora é %s, e nada foi feito com ele.",
                          now != NULL ? now : "");
}

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
    return sequence == order->appointment->sequence || say_changed(request, order, error);
}

static bool may_act(struct http_request *request, const struct order *order, enum link_stand stand,
                    struct ra_error *error)
{
    switch (stand) {
    case LINK_PRESENT:
        return true;
    case LINK_CHANGED:
        return say_changed(request, order, error);
    case LINK_CANCELLED:
    case LINK_OVER:
    default:
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Este horário já não está marcado.");
    }
}

static bool open_present(struct http_request *request, struct order **order, struct ra_error *error)
{
    struct agenda_link link;
    return agenda_link_open(request, true, order, &link, error) &&
           may_act(request, *order, stand_of(*order, &link), error);
}

/* Twice is no error: the same page is often opened on two devices. */
static bool confirm_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    bool confirmed = false;
    if (!open_present(request, &order, error) || !shows_present(request, order, error) ||
        !is_confirmed(request, order, &confirmed, error))
        return false;
    if (!confirmed && !agenda_record_answer(request, order, AGENDA_ACCEPTED, "link", request->now_us, error))
        return false;
    return reply_with_office(request, response, order, "confirmed", "Presença confirmada", error);
}

static bool cancel_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_link link;
    if (!agenda_link_open(request, true, &order, &link, error))
        return false;
    enum link_stand stand = stand_of(order, &link);
    if (stand == LINK_CANCELLED)
        return reply_stand(request, response, order, stand, error);
    return may_act(request, order, stand, error) && shows_present(request, order, error) &&
           agenda_cancel(request, order, error) &&
           reply_with_office(request, response, order, "cancelled", "Horário cancelado", error);
}

static bool move_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct agenda_wish wish;
    if (!open_present(request, &order, error) || !agenda_read_wish(request, order, &wish, error))
        return false;
    if (!agenda_move(request, order, &wish, error))
        return agenda_refuse(request, response, order, NULL, &wish, error);
    return reply_with_office(request, response, order, "moved", "Horário mudado", error);
}

/* --- table --- */

static const char link_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"state\",\"sequence\",\"start\",\"end\"],\"properties\":{"
    "\"order\":{\"type\":\"string\"},\"state\":{\"type\":\"string\",\"enum\":[\"confirming\",\"cancelling\","
    "\"confirmed\",\"cancelled\",\"moved\",\"changed\",\"over\"]},\"sequence\":{\"type\":\"integer\"},"
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
