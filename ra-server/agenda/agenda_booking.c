/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Booking, moving, cancelling, and what the counter does with an appointment. All on an order that is held.
 */
#include "agenda/agenda_internal.h"
#include "agenda/hours/duration.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "notice/notice.h"
#include "pki/base/bytes.h"

#include <stdio.h>
#include <string.h>

/* --- memory after the commit --- */

static void tell_memory(struct ra_app *app, void *argument)
{
    const struct agenda_change *change = argument;
    agenda_memory_apply(agenda_memory_of(app), change);
}

static bool tell_memory_later(struct http_request *request, struct agenda_change change,
                              struct ra_error *error)
{
    struct agenda_change *kept = talloc_memdup(request->context, &change, sizeof change);
    if (kept == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    return http_after_commit(request, tell_memory, kept, error);
}

/* --- what may be wished --- */

static bool is_live(const struct order *order)
{
    return order->appointment != NULL && order->appointment->seat_id != 0;
}

static bool check_open(const struct order *order, struct ra_error *error)
{
    return order->closed_us == 0 ||
           ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
}

static bool check_mode(struct http_request *request, const struct order *order,
                       const struct agenda_wish *wish, struct ra_error *error)
{
    return agenda_check_mode(request, wish->mode, order->media, order->sold_in_person, order->sold_by_video,
                             error);
}

/* Memory knows every seat there is, so a start outside the opening hours costs no transaction its time. Gives
 * the zone's offset on that day. */
static bool start_exists(struct http_request *request, int64_t start_us, int *offset_s)
{
    struct agenda_day *days[3];
    bool found = false;
    agenda_memory_days(agenda_memory_of(request->app), start_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        if (agenda_day_slot_at(days[i], start_us) != NULL) {
            found = true;
            *offset_s = days[i]->offset_s;
        }
        agenda_day_release(days[i]);
    }
    return found;
}

static bool check_wish(struct http_request *request, const struct agenda_wish *wish, int *offset_s,
                       struct ra_error *error)
{
    if (!desk_priority_known(wish->priority))
        return ra_fail_field(error, "priority", "unknown", "Esta não é uma das prioridades da lei.");
    if (wish->start_us <= request->now_us)
        return ra_fail_field(error, "start", "past", "Este horário já passou. Escolha outro.");
    return start_exists(request, wish->start_us, offset_s) ||
           ra_fail_field(error, "start", "no-slot", "Não há atendimento neste horário. Escolha um da lista.");
}

/* --- taking --- */

static bool skills_of(struct http_request *request, const struct order *order, const struct agenda_wish *wish,
                      uint32_t *skills, struct ra_error *error)
{
    struct duration duration;
    const struct duration_part part = duration_part_of(order);
    if (!duration_of_visit(request->app, request->context, wish->start_us, wish->mode, &part, 1, &duration,
                           error))
        return false;
    *skills = duration.skills;
    return true;
}

/* Stable for the appointment's life, and unique in the world by the site's name. */
static char *new_uid(struct http_request *request, struct ra_error *error)
{
    uint8_t raw[16];
    if (!random_bytes(raw, sizeof raw)) {
        ra_fail_crypto(error, "random bytes");
        return NULL;
    }
    const char *url = request->app->config->public_url;
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    char *hex = hex_encode(request->context, (struct bytes){raw, sizeof raw});
    char *uid = hex == NULL
                    ? NULL
                    : talloc_asprintf(request->context, "%s@%.*s", hex, (int)strcspn(host, ":/"), host);
    if (uid == NULL)
        ra_fail(error, RA_NO_MEMORY, "agenda");
    return uid;
}

static bool note_appointment(struct order *order, const struct agenda_wish *wish,
                             const struct agenda_taken *taken, const char *uid, int offset_s,
                             struct ra_error *error)
{
    struct order_appointment *appointment = talloc(order, struct order_appointment);
    if (appointment == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    *appointment = (struct order_appointment){
        .id = taken->appointment_id,
        .seat_id = taken->seat_id,
        .start_us = wish->start_us,
        .end_us = taken->end_us,
        .offset_s = offset_s,
        .mode = wish->mode,
        .priority = wish->priority,
        .state = "booked",
        .uid = uid,
        .sequence = taken->sequence,
    };
    order->appointment = appointment;
    return true;
}

/* Event and mail of an act whose rows are written. `start` is the appointment's, in UTC. */
static bool record(struct http_request *request, const struct order *order, const char *start,
                   enum audit_code code, enum notice_kind notice, struct ra_error *error)
{
    const struct order_appointment *appointment = order->appointment;
    json_t *detail =
        json_pack("{s:I, s:s, s:s, s:s, s:i}", "appointment", appointment->id, "start", start, "mode",
                  appointment->mode, "office", order->office_code, "sequence", appointment->sequence);
    json_t *personal =
        appointment->priority[0] != '\0' ? json_pack("{s:s}", "priority", appointment->priority) : NULL;
    return audit_record(request, code, order, detail, personal, error) &&
           notice_enqueue(request, order, notice, NULL, error);
}

bool agenda_book(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 bool *created, struct ra_error *error)
{
    struct agenda_taken taken;
    int offset_s = 0;
    *created = false;
    if (!check_open(order, error) || !check_mode(request, order, wish, error))
        return false;
    if (is_live(order) && order->appointment->start_us == wish->start_us)
        return true;
    if (is_live(order))
        return ra_fail_reason(error, RA_CONFLICT, "already-booked",
                              "Já há um horário marcado. Mude o horário em vez de marcar outro.");
    if (!check_wish(request, wish, &offset_s, error))
        return false;
    const char *uid = new_uid(request, error);
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(wish->start_us, start, sizeof start);
    struct agenda_taking taking = {.order = order, .wish = wish, .uid = uid, .now_us = request->now_us};
    if (uid == NULL || !skills_of(request, order, wish, &taking.skills, error) ||
        !agenda_store_take(request->db, request->context, &taking, &taken, error) ||
        !orders_advance(request, order, ORDERS_MACHINE_APPOINTMENT, "booked", "booked", start, error) ||
        !note_appointment(order, wish, &taken, uid, offset_s, error))
        return false;
    *created = true;
    return record(request, order, start, AUDIT_APPT_BOOKED, NOTICE_BOOKED, error) &&
           tell_memory_later(
               request, (struct agenda_change){taken.seat_id, wish->start_us, taken.version, AGENDA_TAKEN},
               error);
}

/* The old seat is freed first, unseen by anybody until the commit: an order never has two. */
static bool free_seat(struct http_request *request, const struct order *order, struct ra_error *error)
{
    int64_t version = 0;
    return agenda_store_free(request->db, request->context, order, &version, error) &&
           tell_memory_later(request,
                             (struct agenda_change){order->appointment->seat_id, order->appointment->start_us,
                                                    version, AGENDA_FREE},
                             error);
}

bool agenda_move(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 struct ra_error *error)
{
    struct agenda_taken taken;
    int offset_s = 0;
    if (!check_open(order, error) || !check_mode(request, order, wish, error))
        return false;
    if (!is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para mudar.");
    if (order->appointment->start_us == wish->start_us)
        return true;
    if (!check_wish(request, wish, &offset_s, error))
        return false;
    struct agenda_taking taking = {
        .order = order, .wish = wish, .appointment_id = order->appointment->id, .now_us = request->now_us};
    const char *uid = order->appointment->uid;
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(wish->start_us, start, sizeof start);
    if (!skills_of(request, order, wish, &taking.skills, error) || !free_seat(request, order, error) ||
        !agenda_store_take(request->db, request->context, &taking, &taken, error) ||
        !note_appointment(order, wish, &taken, uid, offset_s, error))
        return false;
    return orders_milestone(request, order, "moved", start, error) &&
           record(request, order, start, AUDIT_APPT_RESCHEDULED, NOTICE_MOVED, error) &&
           tell_memory_later(
               request, (struct agenda_change){taken.seat_id, wish->start_us, taken.version, AGENDA_TAKEN},
               error);
}

bool agenda_cancel(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "cancelled"))
        return true;
    if (!is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para cancelar.");
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(order->appointment->start_us, start, sizeof start);
    if (!free_seat(request, order, error) ||
        !db_one(request->db, request->context, STATEMENT_AGENDA_CANCEL,
                DB_VALUES(db_int(order->appointment->id), db_time(request->now_us)), &row, error) ||
        !orders_advance(request, order, ORDERS_MACHINE_APPOINTMENT, "cancelled", "cancelled", start, error))
        return false;
    order->appointment->seat_id = 0;
    order->appointment->state = "cancelled";
    order->appointment->sequence = (int)row_int(row, 0, "sequence");
    return record(request, order, start, AUDIT_APPT_CANCELLED, NOTICE_CANCELLED, error);
}

/* --- the counter --- */

static bool set_row_state(struct http_request *request, struct order *order, enum db_statement statement,
                          const char *state, struct ra_error *error)
{
    if (!is_live(order))
        return true;
    order->appointment->state = state;
    return db_exec(request->db, statement,
                   DB_VALUES(db_int(order->appointment->id), db_time(request->now_us)), NULL, error);
}

bool agenda_keep(struct http_request *request, struct order *order, struct ra_error *error)
{
    return set_row_state(request, order, STATEMENT_AGENDA_KEEP, "kept", error);
}

bool agenda_unkeep(struct http_request *request, struct order *order, struct ra_error *error)
{
    return set_row_state(request, order, STATEMENT_AGENDA_UNKEEP, "booked", error);
}

bool agenda_miss(struct http_request *request, struct order *order, struct ra_error *error)
{
    if (!is_live(order))
        return true;
    if (!free_seat(request, order, error) ||
        !set_row_state(request, order, STATEMENT_AGENDA_MISS, "missed", error))
        return false;
    order->appointment->seat_id = 0;
    return true;
}

bool agenda_restore(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (order->appointment == NULL || is_live(order))
        return true;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_RESTORE,
                  DB_VALUES(db_int(order->appointment->id), db_int(order->id), db_time(request->now_us)),
                  &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_SEAT_TAKEN, "O horário já foi dado a outra pessoa.");
    order->appointment->seat_id = row_int(rows, 0, "seat_id");
    order->appointment->state = "booked";
    return tell_memory_later(request,
                             (struct agenda_change){order->appointment->seat_id, order->appointment->start_us,
                                                    row_int(rows, 0, "version"), AGENDA_TAKEN},
                             error);
}

/* --- showing --- */

json_t *agenda_appointment_json(TALLOC_CTX *context, const struct order *order)
{
    const struct order_appointment *appointment = order->appointment;
    if (appointment == NULL)
        return NULL;
    const char *start = local_time_rfc3339(context, appointment->start_us, appointment->offset_s);
    const char *end = local_time_rfc3339(context, appointment->end_us, appointment->offset_s);
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "appointment", appointment->id, "start", start,
                     "end", end, "office", order->office_code, "mode", appointment->mode, "priority",
                     appointment->priority, "state", appointment->state);
}
