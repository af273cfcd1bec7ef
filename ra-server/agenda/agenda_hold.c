/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_hold.h"

#include "agenda/agenda_internal.h"
#include "audit/audit.h"

static bool check_holdable(const struct order *order, const struct agenda_wish *wish, struct ra_error *error)
{
    if (!agenda_is_live(order))
        return true;
    if (!orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "O atendimento já começou.");
    return !agenda_is_as_wished(order, wish) ||
           ra_fail_reason(error, RA_CONFLICT, "already-booked", "Este já é o seu horário.");
}

bool agenda_hold_end(struct http_request *request, int64_t *until_us, struct ra_error *error)
{
    int64_t minutes = 0;
    if (!catalog_policy_number(request->app, request->now_us, "hold_minutes", &minutes, error))
        return false;
    *until_us = request->now_us + minutes * INT64_C(60000000);
    return true;
}

static bool record_hold(struct http_request *request, const struct order *order,
                        const struct agenda_wish *wish, const struct agenda_taken *taken,
                        struct ra_error *error)
{
    char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE];
    clock_format_utc(wish->start_us, start, sizeof start);
    clock_format_utc(taken->held_until_us, end, sizeof end);
    return audit_record(request, AUDIT_SEAT_HELD, order,
                        json_pack("{s:s, s:s, s:s, s:s}", "start", start, "until", end, "mode", wish->mode,
                                  "office", order->office_code),
                        NULL, error);
}

bool agenda_finish_hold(struct http_request *request, const struct agenda_taking *taking,
                        const struct agenda_taken *taken, struct agenda_held *held, struct ra_error *error)
{
    *held = (struct agenda_held){.start_us = taking->wish->start_us,
                                 .from_us = taking->session.from_us,
                                 .end_us = taken->end_us,
                                 .until_us = taken->held_until_us,
                                 .offset_s = taking->session.offset_s,
                                 .mode = taking->wish->mode};
    return record_hold(request, taking->order, taking->wish, taken, error) &&
           agenda_tell_memory_all(request, taken->changes, taken->change_count, error);
}

bool agenda_hold(struct http_request *request, struct order *order, const struct agenda_wish *wish,
                 struct agenda_held *held, struct ra_error *error)
{
    const struct agenda_seats none = {0};
    struct agenda_taken taken;
    struct agenda_taking taking = {
        .act = AGENDA_ACT_HOLD, .order = order, .wish = wish, .now_us = request->now_us};
    return agenda_check_case(request, order, wish, error) && check_holdable(order, wish, error) &&
           agenda_check_clicks(request, order, error) &&
           agenda_session_of(request, order, wish, &taking.session, error) &&
           agenda_check_start(request, wish, &taking.session, error) &&
           agenda_hold_end(request, &taking.until_us, error) &&
           agenda_store_take(request->db, request->context, &taking, &none, &taken, error) &&
           agenda_finish_hold(request, &taking, &taken, held, error);
}

bool agenda_let_go(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct agenda_change *changes = NULL;
    size_t count = 0;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_LET_GO, DB_VALUES(db_int(order->id)), &rows,
                  error) ||
        !agenda_store_let_go(request->context, rows, &changes, &count, error))
        return false;
    if (count == 0)
        return true;
    return audit_record(request, AUDIT_SEAT_LET_GO, order, json_object(), NULL, error) &&
           agenda_tell_memory_all(request, changes, count, error);
}

static struct agenda_held held_row(const struct db_rows *rows, size_t row)
{
    return (struct agenda_held){.from_us = row_time(rows, row, "starts"),
                                .end_us = row_time(rows, row, "ends"),
                                .until_us = row_time(rows, row, "held_until"),
                                .offset_s = (int)row_int(rows, row, "offset_s"),
                                .mode = row_text(rows, row, "mode")};
}

/* What is prepared comes before the person (docs/decisions/0039). */
static void find_start(struct http_request *request, const struct order *order, struct agenda_held *held)
{
    struct agenda_need needs[RUN_HALVES];
    const struct order *const orders[RUN_HALVES] = {order, NULL};
    agenda_needs_of(request, orders, held->mode, held->from_us, needs);
    held->start_us = held->from_us + needs[0].before_us;
}

bool agenda_own_hold(struct http_request *request, const struct order *order, bool *found,
                     struct agenda_held *held, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_OWN_HOLD,
                  DB_VALUES(db_int(order->id), db_time(request->now_us)), &rows, error))
        return false;
    *found = db_row_count(rows) > 0;
    if (!*found)
        return true;
    *held = held_row(rows, 0);
    for (size_t i = 1; i < db_row_count(rows) && row_time(rows, i, "starts") == held->end_us; i++) {
        const struct agenda_held seat = held_row(rows, i);
        held->end_us = seat.end_us;
        held->until_us = held->until_us < seat.until_us ? held->until_us : seat.until_us;
    }
    find_start(request, order, held);
    return true;
}
