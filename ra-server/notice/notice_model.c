/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each kind of mail tells, and whether it still has something to tell. Secrets enter here, at the last
 * moment, and stay in this run's memory.
 */
#include "agenda/agenda_links.h"
#include "agenda/agenda_video.h"
#include "agenda/hours/reschedule.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "notice/notice_internal.h"
#include "orders/tokens.h"
#include "renewal/expiry_rules.h"

#include <string.h>

static void set(json_t *model, const char *name, const char *text)
{
    json_object_set_new(model, name, json_string(text));
}

static void set_link(struct job_run *run, json_t *model, const char *name, const char *format,
                     const char *part)
{
    char *path = talloc_asprintf(run->context, "%s/%s%s", run->app->config->public_url, format, part);
    set(model, name, path != NULL ? path : "");
}

static void set_office(json_t *model, const struct catalog_office *office)
{
    char *city = catalog_city_text(NULL, office->city);
    json_object_set_new(model, "office",
                        json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", office->name, "address",
                                  office->address, "district", office->district, "city",
                                  city != NULL ? city : office->city, "phone", office->phone));
    talloc_free(city);
}

/* What every mail may tell. */
static bool common_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                         json_t *model, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    const char *restriction = "";
    if (!catalog_office(run->app, run->context, &office, error) ||
        !catalog_notice(run->app, run->context, order->product_id, &restriction, error))
        return false;
    json_object_update(model, row->message);
    set(model, "order", order->code);
    set(model, "product_name", order->product_name);
    set(model, "product_notice", restriction);
    set_office(model, office);
    json_object_set_new(model, "homologation", json_boolean(!run->app->config->production));
    json_object_set_new(model, "by_video", json_boolean(orders_method(order) == IDENTIFICATION_VIDEO));
    set_link(run, model, "order_url", "pedido/", order->code);
    set_link(run, model, "login_url", "entrar", "");
    set_link(run, model, "shop_url", "#produtos", "");
    set_link(run, model, "revoke_url", "revogar?pedido=", order->code);
    set_link(run, model, "checklist_url", "checklist?product=", order->product_id);
    return true;
}

static void appointment_model(struct job_run *run, const struct notice_row *row, json_t *model)
{
    const json_t *facts = json_object_get(row->message, "appointment");
    if (facts == NULL)
        return;
    char *start = local_time_long_text(run->context, notice_number(facts, "start_us"),
                                       (int)notice_number(facts, "offset_s"));
    set(model, "start_text", start != NULL ? start : "");
}

static void set_act(struct job_run *run, json_t *model, const char *name, const char *token, const char *act)
{
    char *part = talloc_asprintf(run->context, "%s/%s", token, act);
    set_link(run, model, name, "horario/", part != NULL ? part : "");
}

/* Move and cancel by one tap, and with `presence` confirm; none for an appointment that has begun, or an
 * address that changed, while its mail waited. */
static bool acts_model(struct job_run *run, const struct notice_row *row, bool presence, json_t *model,
                       struct ra_error *error)
{
    char token[TOKEN_SIZE];
    const char *uid = http_text(row->message, "appointment.uid");
    appointment_model(run, row, model);
    if (uid == NULL)
        return true;
    const struct agenda_link_mail mail = {
        .uid = uid,
        .sequence = (int)notice_number(json_object_get(row->message, "appointment"), "sequence"),
        .asked_us = row->created_us,
        .email = row->recipient};
    if (!agenda_link_issue(run->app, run->db, run->now_us, &mail, token, error))
        return false;
    if (token[0] == '\0')
        return true;
    if (presence)
        set_act(run, model, "confirm_presence_url", token, "confirmar");
    set_act(run, model, "move_url", token, "mudar");
    set_act(run, model, "cancel_url", token, "cancelar");
    return true;
}

/* Of the time that it was written about, and of no other. */
static bool present_acts_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                               json_t *model, struct ra_error *error)
{
    const json_t *facts = json_object_get(row->message, "appointment");
    const char *uid = http_text(row->message, "appointment.uid");
    const struct order_appointment *appointment = order->appointment;
    if (uid == NULL || appointment == NULL || strcmp(appointment->uid, uid) != 0 ||
        strcmp(appointment->state, "booked") != 0 ||
        appointment->start_us != notice_number(facts, "start_us") || appointment->start_us <= run->now_us)
        return ra_fail(error, RA_NOT_FOUND, "the appointment is another one by now");
    if (notice_number(row->message, "wish_us") != 0)
        set(model, "wish_text",
            local_time_long_text(run->context, notice_number(row->message, "wish_us"),
                                 appointment->offset_s));
    return acts_model(run, row, true, model, error);
}

static bool confirmation_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                               json_t *model, struct ra_error *error)
{
    char token[TOKEN_SIZE];
    if (!token_confirmation(run->app, order->ref, notice_number(row->message, "asked_us"), row->recipient,
                            token, error))
        return false;
    set_link(run, model, "confirm_url", "confirmar/", token);
    json_object_set_new(model, "renewing", json_boolean(order->renewing));
    return true;
}

/* What a link in it does is not for who reads an address that was the order's once. */
static bool is_present_address(const struct notice_row *row, const struct order *order,
                               struct ra_error *error)
{
    return strcmp(row->recipient, order->subject->email) == 0 ||
           ra_fail(error, RA_NOT_FOUND, "the address is another one by now");
}

static bool offer_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                        json_t *model, struct ra_error *error)
{
    char token[TOKEN_SIZE];
    if (!is_present_address(row, order, error))
        return false;
    int offset_s = (int)notice_number(row->message, "offset_s");
    int64_t until_us = notice_number(row->message, "until_us");
    if (run->now_us > until_us)
        return ra_fail(error, RA_NOT_FOUND, "the offer is over");
    if (!token_seat_offer(run->app, order->ref, notice_number(row->message, "offered_us"),
                          notice_number(row->message, "seat"), row->recipient, token, error))
        return false;
    char *start = local_time_long_text(run->context, notice_number(row->message, "start_us"), offset_s);
    char *until = local_time_hour_text(run->context, until_us, offset_s);
    set(model, "start_text", start != NULL ? start : "");
    set(model, "until_text", until != NULL ? until : "");
    const char *mode = http_text(row->message, "mode");
    json_object_set_new(model, "by_video", json_boolean(mode != NULL && strcmp(mode, "video") == 0));
    set_link(run, model, "offer_url", "vaga/", token);
    return true;
}

static bool login_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                        json_t *model, struct ra_error *error)
{
    char code[LOGIN_CODE_SIZE];
    int64_t asked_us = notice_number(row->message, "asked_us");
    if (run->now_us > asked_us + notice_number(row->message, "minutes") * INT64_C(60000000))
        return ra_fail(error, RA_NOT_FOUND, "the code has expired");
    if (!token_login_code(run->app, order->subject->cpf, row->recipient, asked_us, code, error))
        return false;
    set(model, "code", code);
    return true;
}

static bool emission_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                           json_t *model, struct ra_error *error)
{
    const char *half = NULL;
    notice_secret_provider *provider = notice_provider();
    if (provider == NULL)
        return ra_fail(error, RA_UNAVAILABLE, "nobody opens mail halves yet");
    if (!provider(run->app, run->db, run->context, order->id, (int)notice_number(row->message, "attempt"),
                  &half, error))
        return false;
    char *fragment = talloc_asprintf(run->context, "%s#%s", order->code, half);
    set(model, "half", half);
    set_link(run, model, "emission_url", "emitir/", fragment != NULL ? fragment : "");
    return true;
}

/* One link for each choice. Somebody who chose meanwhile is told nothing any more. */
static bool hour_gone_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                            json_t *model, struct ra_error *error)
{
    const struct order_appointment *appointment = order->appointment;
    const json_t *choice;
    size_t at;
    if (appointment == NULL || appointment->id != notice_number(row->message, "appointment_id") ||
        appointment->sequence != notice_number(row->message, "sequence") ||
        strcmp(appointment->state, "booked") != 0)
        return ra_fail(error, RA_NOT_FOUND, "the hour is settled");
    if (!is_present_address(row, order, error))
        return false;
    char *path = reschedule_path(run->app, run->context, order, error);
    if (path == NULL)
        return false;
    set_link(run, model, "reschedule_url", "remarcar/", path);
    set(model, "start_text",
        local_time_long_text(run->context, appointment->start_us, appointment->offset_s));
    json_t *choices = json_array();
    json_array_foreach(json_object_get(row->message, "choices"), at, choice)
    {
        int64_t start_us = notice_number(choice, "start_us");
        char start[CLOCK_TEXT_SIZE];
        clock_format_utc(start_us, start, sizeof start);
        json_array_append_new(
            choices,
            json_pack("{s:s, s:o}", "text",
                      local_time_long_text(run->context, start_us, (int)notice_number(choice, "offset_s")),
                      "url",
                      json_sprintf("%s/remarcar/%s?start=%s", run->app->config->public_url, path, start)));
    }
    json_object_set_new(model, "choices", choices);
    return true;
}

/* How many days are left counts from the sending. A certificate that was revoked meanwhile ends no more. */
static bool expiry_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                         json_t *model, struct ra_error *error)
{
    int64_t until_us = notice_number(row->message, "until_us");
    if (run->now_us >= until_us || !(orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
                                     orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered")))
        return ra_fail(error, RA_NOT_FOUND, "the certificate has ended");
    int64_t left = expiry_days_left(run->now_us, until_us);
    char day[CATALOG_DAY_SIZE];
    catalog_today(run->app, until_us, day);
    set(model, "left_text",
        left == 1 ? "em até um dia" : talloc_asprintf(run->context, "em %lld dias", (long long)left));
    set(model, "until_text", talloc_asprintf(run->context, "%.2s/%.2s/%.4s", day + 8, day + 5, day));
    set_link(run, model, "renew_url", "renovar", "");
    return true;
}

/* Emitted meanwhile, sent back or past its time: there is nothing left to tell. */
static bool renewal_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                          json_t *model, struct ra_error *error)
{
    int64_t until_us = notice_number(row->message, "until_us");
    struct catalog_office *office = NULL;
    if (run->now_us >= until_us || order->renewal_ended ||
        !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "ready"))
        return ra_fail(error, RA_NOT_FOUND, "the renewal is settled");
    if (!catalog_office(run->app, run->context, &office, error))
        return false;
    set(model, "until_text", local_time_long_text(run->context, until_us, office->offset_s));
    set_link(run, model, "renew_url", "renovar", "");
    return true;
}

static bool kind_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                       json_t *model, struct ra_error *error)
{
    switch (row->kind) {
    case NOTICE_ORDER_CREATED:
        return confirmation_model(run, row, order, model, error);
    case NOTICE_SEAT_OFFER:
        return offer_model(run, row, order, model, error);
    case NOTICE_HOUR_GONE:
        return hour_gone_model(run, row, order, model, error);
    case NOTICE_LOGIN_CODE:
        return login_model(run, row, order, model, error);
    case NOTICE_EMISSION_LINK:
        return emission_model(run, row, order, model, error);
    case NOTICE_BOOKED:
    case NOTICE_MOVED:
    case NOTICE_PLACE:
        return acts_model(run, row, false, model, error);
    case NOTICE_REMINDER:
    case NOTICE_DECLINED:
    case NOTICE_COUNTERED:
        return present_acts_model(run, row, order, model, error);
    case NOTICE_CANCELLED:
        appointment_model(run, row, model);
        return true;
    case NOTICE_OUTAGE:
        appointment_model(run, row, model);
        return true;
    case NOTICE_RENEWAL_READY:
        return renewal_model(run, row, order, model, error);
    case NOTICE_EXPIRY:
        return expiry_model(run, row, order, model, error);
    case NOTICE_OFFICE_ALARM:
    case NOTICE_RETURNED:
    case NOTICE_REFUSED:
    case NOTICE_CERTIFICATE_ISSUED:
    case NOTICE_CERTIFICATE_REVOKED:
        return true;
    case NOTICE_KIND_COUNT:
    default:
        return ra_fail(error, RA_INTERNAL, "a notice of no kind");
    }
}

/* What concerns the office alone is of no order, or of one whose holder is not written to. */
static bool office_model(struct job_run *run, const struct notice_row *row, json_t *model,
                         struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(run->app, run->context, &office, error))
        return false;
    json_object_update(model, row->message);
    set_office(model, office);
    json_object_set_new(model, "homologation", json_boolean(!run->app->config->production));
    return true;
}

/* Where the session is joined, if the mail is about one by video. */
static bool room_model(struct job_run *run, const struct notice_row *row, const struct order *order,
                       json_t *model, struct ra_error *error)
{
    const char *uid = http_text(row->message, "appointment.uid"), *room = "";
    if (uid == NULL || order->appointment == NULL || strcmp(order->appointment->uid, uid) != 0)
        return true;
    if (!agenda_video_room(run->app, run->context, order->appointment->mode, uid, &room, error))
        return false;
    if (room[0] != '\0')
        set(model, "join_url", room);
    return true;
}

static bool order_model(struct job_run *run, const struct notice_row *row, json_t *model,
                        struct ra_error *error)
{
    struct order *order = NULL;
    return orders_load_by_id(run->context, run->db, row->order_id, false, &order, error) &&
           common_model(run, row, order, model, error) && room_model(run, row, order, model, error) &&
           kind_model(run, row, order, model, error);
}

bool notice_model(struct job_run *run, const struct notice_row *row, json_t *model, struct ra_error *error)
{
    return row->kind == NOTICE_OFFICE_ALARM ? office_model(run, row, model, error)
                                            : order_model(run, row, model, error);
}
