/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Booking, moving, cancelling, and what the counter does with an appointment. All on an order that is held.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_pair.h"
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

static bool note_appointment(struct order *order, const struct agenda_taking *taking,
                             const struct agenda_taken *taken, const char *uid, struct ra_error *error)
{
    const struct agenda_wish *wish = taking->wish;
    struct order_appointment *appointment = talloc(order, struct order_appointment);
    if (appointment == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    *appointment = (struct order_appointment){
        .id = taken->appointment_id,
        .seat_id = taken->seat_id,
        .start_us = wish->start_us,
        .end_us = taken->end_us,
        .offset_s = taking->session.offset_s,
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

bool agenda_finish_booking(struct http_request *request, struct order *order,
                           const struct agenda_taking *taking, const struct agenda_taken *taken,
                           struct ra_error *error)
{
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(taking->wish->start_us, start, sizeof start);
    return orders_advance(request, order, ORDERS_MACHINE_APPOINTMENT, "booked", "booked", start, error) &&
           note_appointment(order, taking, taken, taking->uid, error) &&
           record(request, order, start, AUDIT_APPT_BOOKED, NOTICE_BOOKED, error) &&
           agenda_tell_memory_all(request, taken->changes, taken->change_count, error);
}

bool agenda_finish_move(struct http_request *request, struct order *order, const struct agenda_taking *taking,
                        const struct agenda_taken *taken, struct ra_error *error)
{
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(taking->wish->start_us, start, sizeof start);
    return note_appointment(order, taking, taken, order->appointment->uid, error) &&
           orders_milestone(request, order, "moved", start, error) &&
           record(request, order, start, AUDIT_APPT_RESCHEDULED, NOTICE_MOVED, error) &&
           agenda_tell_memory_all(request, taken->changes, taken->change_count, error);
}

bool agenda_book(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 bool *created, struct ra_error *error)
{
    const struct agenda_seats none = {0};
    struct agenda_taken taken;
    struct agenda_taking taking = {
        .act = AGENDA_ACT_BOOK, .order = order, .wish = wish, .now_us = request->now_us};
    *created = false;
    if (!agenda_check_case(request, order, wish, error) ||
        !desk_take_needs(request, order, request->body, error))
        return false;
    if (agenda_is_as_wished(order, wish))
        return true;
    if (agenda_is_live(order))
        return ra_fail_reason(error, RA_CONFLICT, "already-booked",
                              "Já há um horário marcado. Mude o horário em vez de marcar outro.");
    if (!agenda_check_changes(request, order, error) ||
        !agenda_session_of(request, order, wish, &taking.session, error) ||
        !agenda_check_start(request, wish, &taking.session, error) ||
        !agenda_new_uid(request, &taking.uid, error) ||
        !agenda_store_take(request->db, request->context, &taking, &none, &taken, error))
        return false;
    *created = true;
    return agenda_finish_booking(request, order, &taking, &taken, error);
}

static bool move_alone(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                       struct ra_error *error)
{
    struct agenda_seats freed = {0};
    struct agenda_taken taken;
    struct agenda_taking taking = {.act = AGENDA_ACT_MOVE,
                                   .order = order,
                                   .wish = wish,
                                   .appointment_id = order->appointment->id,
                                   .now_us = request->now_us};
    return agenda_check_changes(request, order, error) &&
           agenda_session_of(request, order, wish, &taking.session, error) &&
           agenda_check_start(request, wish, &taking.session, error) &&
           agenda_give_back(request, order, &freed, error) &&
           agenda_store_take(request->db, request->context, &taking, &freed, &taken, error) &&
           agenda_finish_move(request, order, &taking, &taken, error);
}

bool agenda_move(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 struct ra_error *error)
{
    struct agenda_pair pair;
    bool two = false;
    if (!agenda_check_case(request, order, wish, error) ||
        !desk_take_needs(request, order, request->body, error))
        return false;
    if (!agenda_is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para mudar.");
    if (agenda_is_as_wished(order, wish))
        return true;
    if (!pair_of(request, order, &two, &pair, error))
        return false;
    return two ? pair_move(request, &pair, wish, error) : move_alone(request, order, wish, error);
}

bool agenda_cancel(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct agenda_seats freed = {0};
    if (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "cancelled"))
        return true;
    if (!agenda_is_live(order) || !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado para cancelar.");
    char start[CLOCK_TEXT_SIZE];
    clock_format_utc(order->appointment->start_us, start, sizeof start);
    if (!agenda_give_back(request, order, &freed, error) ||
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
    const struct agenda_freeing unclaimed = {.unclaimed = true};
    struct agenda_seats freed = {0};
    if (!agenda_is_live(order))
        return true;
    if (!agenda_free(request, order, &unclaimed, &freed, error) ||
        !set_row_state(request, order, STATEMENT_AGENDA_MISS, "missed", error))
        return false;
    order->appointment->seat_id = 0;
    return true;
}

static bool find_missed(struct http_request *request, const struct agenda_taking *taking,
                        struct agenda_seats *seats, struct ra_error *error)
{
    struct agenda_seats left = {0}, runs[RUN_HALVES];
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_UNCLAIMED,
                  DB_VALUES(db_int(taking->appointment_id)), &rows, error) ||
        !agenda_seats_add(request->context, rows, &left, error))
        return false;
    if (!agenda_store_lock_runs(request->db, request->context, taking, 1, &left, runs, error))
        return error->code == RA_SEAT_TAKEN
                   ? ra_fail(error, RA_SEAT_TAKEN, "O horário já foi dado a outra pessoa.")
                   : false;
    *seats = runs[0];
    return true;
}

bool agenda_restore(struct http_request *request, struct order *order, struct ra_error *error)
{
    const struct agenda_wish wish = {.side = AGENDA_OFFICE};
    struct agenda_taking taking = {.order = order, .wish = &wish, .now_us = request->now_us};
    struct agenda_seats seats = {0};
    struct db_rows *rows = NULL;
    if (order->appointment == NULL || agenda_is_live(order))
        return true;
    if (!db_one(request->db, request->context, STATEMENT_AGENDA_MISSED_SPAN,
                DB_VALUES(db_int(order->appointment->id)), &rows, error))
        return false;
    taking.appointment_id = order->appointment->id;
    taking.session = (struct agenda_session){.from_us = row_time(rows, 0, "seats_from"),
                                             .until_us = row_time(rows, 0, "ends")};
    if (!find_missed(request, &taking, &seats, error) ||
        !db_query(request->db, request->context, STATEMENT_AGENDA_RESTORE_RUN,
                  DB_VALUES(db_texts(seats.ids, seats.count), db_time(request->now_us), db_int(order->id),
                            db_int(order->appointment->id)),
                  &rows, error))
        return false;
    order->appointment->seat_id = row_int(rows, 0, "id");
    order->appointment->state = "booked";
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (!agenda_tell_memory(request,
                                (struct agenda_change){row_int(rows, i, "id"), row_time(rows, i, "starts"),
                                                       row_int(rows, i, "version"), AGENDA_TAKEN, AGENDA_FREE,
                                                       false},
                                error))
            return false;
    return true;
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
