/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Booking, moving, cancelling, and what the counter does with an appointment. All on an order that is held.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_waiting.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "notice/notice.h"
#include "pki/base/bytes.h"

#include <stdio.h>
#include <string.h>

/* --- taking --- */

/* Stable for the appointment's life, and unique in the world by the site's name. */
bool agenda_new_uid(struct http_request *request, const char **uid, struct ra_error *error)
{
    uint8_t raw[16];
    if (!random_bytes(raw, sizeof raw))
        return ra_fail_crypto(error, "random bytes");
    const char *url = request->app->config->public_url;
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    char *hex = hex_encode(request->context, (struct bytes){raw, sizeof raw});
    *uid = hex == NULL ? NULL
                       : talloc_asprintf(request->context, "%s@%.*s", hex, (int)strcspn(host, ":/"), host);
    return *uid != NULL || ra_fail(error, RA_NO_MEMORY, "agenda");
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

/* What was taken, and the holds that went with it. */
static bool tell_taken(struct http_request *request, const struct agenda_taken *taken, int64_t start_us,
                       struct ra_error *error)
{
    return agenda_tell_memory(
               request,
               (struct agenda_change){taken->seat_id, start_us, taken->version, AGENDA_TAKEN, AGENDA_FREE},
               error) &&
           agenda_tell_memory_all(request, taken->let_go, taken->let_go_count, error);
}

bool agenda_finish_booking(struct http_request *request, struct order *order,
                           const struct agenda_taking *taking, const struct agenda_taken *taken, int offset_s,
                           struct ra_error *error)
{
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(taking->wish->start_us, start, sizeof start);
    return orders_advance(request, order, ORDERS_MACHINE_APPOINTMENT, "booked", "booked", start, error) &&
           note_appointment(order, taking->wish, taken, taking->uid, offset_s, error) &&
           record(request, order, start, AUDIT_APPT_BOOKED, NOTICE_BOOKED, error) &&
           tell_taken(request, taken, taking->wish->start_us, error);
}

bool agenda_book(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 bool *created, struct ra_error *error)
{
    struct agenda_taken taken;
    int offset_s = 0;
    *created = false;
    if (!agenda_check_case(request, order, wish, error) ||
        !desk_take_needs(request, order, request->body, error))
        return false;
    if (agenda_is_live(order) && order->appointment->start_us == wish->start_us)
        return true;
    if (agenda_is_live(order))
        return ra_fail_reason(error, RA_CONFLICT, "already-booked",
                              "Já há um horário marcado. Mude o horário em vez de marcar outro.");
    if (!agenda_check_start(request, wish, &offset_s, error))
        return false;
    struct agenda_taking taking = {
        .act = AGENDA_ACT_BOOK, .order = order, .wish = wish, .now_us = request->now_us};
    if (!agenda_new_uid(request, &taking.uid, error) ||
        !agenda_skills_of(request, order, wish, &taking.skills, error) ||
        !agenda_store_take(request->db, request->context, &taking, &taken, error))
        return false;
    *created = true;
    return agenda_finish_booking(request, order, &taking, &taken, offset_s, error);
}

/* The seat is the office's at once and the public's from `public_from_us` on. A move frees the old one first,
 * unseen by anybody until the commit: an order never has two. */
static bool free_seat(struct http_request *request, const struct order *order, int64_t public_from_us,
                      struct ra_error *error)
{
    int64_t version = 0;
    return agenda_store_free(request->db, request->context, order, public_from_us, &version, error) &&
           agenda_tell_memory(request,
                              (struct agenda_change){order->appointment->seat_id,
                                                     order->appointment->start_us, version, AGENDA_FREE,
                                                     public_from_us},
                              error);
}

/* Given back: to the waiting list first, to everybody after a delay that nobody can know. */
static bool give_back(struct http_request *request, const struct order *order, struct ra_error *error)
{
    int64_t public_from_us = 0;
    return agenda_release_time(request, &public_from_us, error) &&
           free_seat(request, order, public_from_us, error) && waiting_wake(request, error);
}

bool agenda_move(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 struct ra_error *error)
{
    struct agenda_taken taken;
    int offset_s = 0;
    if (!agenda_check_case(request, order, wish, error) ||
        !desk_take_needs(request, order, request->body, error))
        return false;
    if (!agenda_is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para mudar.");
    if (order->appointment->start_us == wish->start_us)
        return true;
    if (!agenda_check_start(request, wish, &offset_s, error))
        return false;
    struct agenda_taking taking = {.act = AGENDA_ACT_MOVE,
                                   .order = order,
                                   .wish = wish,
                                   .appointment_id = order->appointment->id,
                                   .now_us = request->now_us};
    const char *uid = order->appointment->uid;
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(wish->start_us, start, sizeof start);
    if (!agenda_skills_of(request, order, wish, &taking.skills, error) || !give_back(request, order, error) ||
        !agenda_store_take(request->db, request->context, &taking, &taken, error) ||
        !note_appointment(order, wish, &taken, uid, offset_s, error))
        return false;
    return orders_milestone(request, order, "moved", start, error) &&
           record(request, order, start, AUDIT_APPT_RESCHEDULED, NOTICE_MOVED, error) &&
           tell_taken(request, &taken, wish->start_us, error);
}

bool agenda_cancel(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "cancelled"))
        return true;
    if (!agenda_is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para cancelar.");
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(order->appointment->start_us, start, sizeof start);
    if (!give_back(request, order, error) ||
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
    if (!agenda_is_live(order))
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
    if (!agenda_is_live(order))
        return true;
    if (!free_seat(request, order, AGENDA_FREE, error) ||
        !set_row_state(request, order, STATEMENT_AGENDA_MISS, "missed", error))
        return false;
    order->appointment->seat_id = 0;
    return true;
}

bool agenda_restore(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (order->appointment == NULL || agenda_is_live(order))
        return true;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_RESTORE,
                  DB_VALUES(db_int(order->appointment->id), db_int(order->id), db_time(request->now_us)),
                  &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_SEAT_TAKEN, "O horário já foi dado a outra pessoa.");
    order->appointment->seat_id = row_int(rows, 0, "seat_id");
    order->appointment->state = "booked";
    return agenda_tell_memory(request,
                              (struct agenda_change){order->appointment->seat_id,
                                                     order->appointment->start_us,
                                                     row_int(rows, 0, "version"), AGENDA_TAKEN, AGENDA_FREE},
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
