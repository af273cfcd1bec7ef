/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_internal.h"

#include <string.h>

/* How long the second pass waits for a transaction that may give a seat back. Bookings end within
 * milliseconds. */
static const char wait_text[] = "400ms";

static bool take_pass(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking, bool waiting,
                      struct db_rows **rows, struct ra_error *error)
{
    const struct agenda_wish *wish = taking->wish;
    struct db_value office = db_int(taking->order->office_id);
    struct db_value start = db_time(wish->start_us);
    struct db_value now = db_time(taking->now_us);
    struct db_value internal = db_bool(wish->side == AGENDA_OFFICE);
    struct db_value order = db_int(taking->order->id);
    struct db_value skills = db_int(taking->skills);
    if (taking->appointment_id != 0)
        return db_query(db, context, waiting ? STATEMENT_AGENDA_MOVE_WAITING : STATEMENT_AGENDA_MOVE,
                        DB_VALUES(office, start, now, internal, order, db_int(taking->appointment_id),
                                  db_text(wish->mode), db_text(wish->priority), skills),
                        rows, error);
    return db_query(db, context, waiting ? STATEMENT_AGENDA_TAKE_WAITING : STATEMENT_AGENDA_TAKE,
                    DB_VALUES(office, start, now, internal, order, db_text(wish->mode),
                              db_text(wish->priority), db_text(taking->uid), skills),
                    rows, error);
}

static bool seat_taken(struct ra_error *error)
{
    return ra_fail(error, RA_SEAT_TAKEN, "Este horário acabou de ser ocupado. Escolha outro.");
}

/* Whoever waited in vain is told "taken" too: the seats were all in somebody's hands. */
static bool waiting_pass(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                         struct db_rows **rows, struct ra_error *error)
{
    if (!db_exec(db, STATEMENT_AGENDA_WAIT_BRIEFLY, DB_VALUES(db_text(wait_text)), NULL, error))
        return false;
    if (take_pass(db, context, taking, true, rows, error))
        return true;
    return strcmp(error->reason, "lock-timeout") == 0 ? seat_taken(error) : false;
}

bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                       struct agenda_taken *taken, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!take_pass(db, context, taking, false, &rows, error))
        return false;
    if (db_row_count(rows) == 0 && !waiting_pass(db, context, taking, &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return seat_taken(error);
    bool moved = taking->appointment_id != 0;
    *taken = (struct agenda_taken){
        .seat_id = row_int(rows, 0, "seat_id"),
        .appointment_id = moved ? taking->appointment_id : row_int(rows, 0, "appointment_id"),
        .end_us = row_time(rows, 0, "ends"),
        .version = row_int(rows, 0, "version"),
        .sequence = moved ? (int)row_int(rows, 0, "sequence") : 0,
    };
    return true;
}

bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order, int64_t *version,
                       struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_AGENDA_SEAT_FREE,
                DB_VALUES(db_int(order->appointment->seat_id), db_int(order->id)), &row, error))
        return false;
    *version = row_int(row, 0, "version");
    return true;
}
