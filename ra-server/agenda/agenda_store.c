/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_internal.h"

#include <string.h>

/* How long the second pass waits for a transaction that may give a seat back. Bookings end within
 * milliseconds. */
static const char wait_text[] = "400ms";

/* First pass and second of each act. */
static const enum db_statement passes[][2] = {
    [AGENDA_ACT_BOOK] = {STATEMENT_AGENDA_TAKE, STATEMENT_AGENDA_TAKE_WAITING},
    [AGENDA_ACT_MOVE] = {STATEMENT_AGENDA_MOVE, STATEMENT_AGENDA_MOVE_WAITING},
    [AGENDA_ACT_HOLD] = {STATEMENT_AGENDA_HOLD, STATEMENT_AGENDA_HOLD_WAITING},
};

static bool take_pass(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking, bool waiting,
                      struct db_rows **rows, struct ra_error *error)
{
    const struct agenda_wish *wish = taking->wish;
    enum db_statement statement = passes[taking->act][waiting ? 1 : 0];
    struct db_value office = db_int(taking->order->office_id);
    struct db_value start = db_time(wish->start_us);
    struct db_value now = db_time(taking->now_us);
    struct db_value internal = db_bool(wish->side == AGENDA_OFFICE);
    struct db_value order = db_int(taking->order->id);
    switch (taking->act) {
    case AGENDA_ACT_MOVE:
        return db_query(db, context, statement,
                        DB_VALUES(office, start, now, internal, order, db_int(taking->appointment_id),
                                  db_text(wish->mode), db_text(wish->priority), db_int(taking->skills)),
                        rows, error);
    case AGENDA_ACT_HOLD:
        return db_query(
            db, context, statement,
            DB_VALUES(office, start, now, internal, order, db_time(taking->until_us), db_int(taking->skills)),
            rows, error);
    case AGENDA_ACT_BOOK:
    default:
        return db_query(db, context, statement,
                        DB_VALUES(office, start, now, internal, order, db_text(wish->mode),
                                  db_text(wish->priority), db_text(taking->uid), db_int(taking->skills)),
                        rows, error);
    }
}

static bool seat_taken(struct ra_error *error)
{
    return ra_fail(error, RA_SEAT_TAKEN, "Este horário acabou de ser ocupado. Escolha outro.");
}

/* Whoever waited in vain is told "taken" too: the seats were all in somebody's hands. */
static bool waiting_pass(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                         struct db_rows **rows, struct ra_error *error)
{
    if (!agenda_store_wait_briefly(db, error))
        return false;
    if (take_pass(db, context, taking, true, rows, error))
        return true;
    return strcmp(error->reason, "lock-timeout") == 0 ? seat_taken(error) : false;
}

/* A constraint of the seats in the way means that somebody was faster, a check of a row's shape too. What
 * lost against another transaction stays what it is: the floor tries it again. */
static bool somebody_was_faster(const struct ra_error *error)
{
    bool again = strcmp(error->reason, "serialization") == 0 || strcmp(error->reason, "deadlock") == 0;
    bool shape = strncmp(error->reason, "seat_", 5) == 0 || strncmp(error->reason, "appointment_", 12) == 0;
    return (error->code == RA_CONFLICT && !again) || (error->code == RA_INTERNAL && shape);
}

static bool pass_failed(struct ra_error *error)
{
    return somebody_was_faster(error) ? seat_taken(error) : false;
}

bool agenda_store_let_go(TALLOC_CTX *context, const struct db_rows *rows, struct agenda_change **changes,
                         size_t *count, struct ra_error *error)
{
    *count = 0;
    *changes = talloc_zero_array(context, struct agenda_change, (unsigned)db_row_count(rows) + 1);
    if (*changes == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (!row_is_null(rows, i, "released_id"))
            (*changes)[(*count)++] = (struct agenda_change){
                .seat_id = row_int(rows, i, "released_id"),
                .start_us = row_time(rows, i, "released_starts"),
                .version = row_int(rows, i, "released_version"),
                .free_from_us = AGENDA_FREE,
                .public_from_us = row_time(rows, i, "released_public_from"),
            };
    return true;
}

static bool read_taken(TALLOC_CTX *context, const struct agenda_taking *taking, const struct db_rows *rows,
                       struct agenda_taken *taken, struct ra_error *error)
{
    bool hold = taking->act == AGENDA_ACT_HOLD;
    *taken = (struct agenda_taken){
        .seat_id = row_int(rows, 0, "seat_id"),
        .appointment_id =
            taking->act == AGENDA_ACT_BOOK ? row_int(rows, 0, "appointment_id") : taking->appointment_id,
        .end_us = row_time(rows, 0, "ends"),
        .version = row_int(rows, 0, "version"),
        .held_until_us = hold ? row_time(rows, 0, "held_until") : 0,
        .public_from_us = hold ? row_time(rows, 0, "public_from") : AGENDA_FREE,
        .sequence = taking->act == AGENDA_ACT_MOVE ? (int)row_int(rows, 0, "sequence") : 0,
    };
    return agenda_store_let_go(context, rows, &taken->let_go, &taken->let_go_count, error);
}

bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                       struct agenda_taken *taken, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!take_pass(db, context, taking, false, &rows, error))
        return pass_failed(error);
    if (db_row_count(rows) == 0 && !waiting_pass(db, context, taking, &rows, error))
        return pass_failed(error);
    if (db_row_count(rows) == 0)
        return seat_taken(error);
    return read_taken(context, taking, rows, taken, error);
}

bool agenda_store_take_locked(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                              int64_t seat_id, struct agenda_taken *taken, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct db_value seat = db_int(seat_id), now = db_time(taking->now_us), order = db_int(taking->order->id);
    bool done = taking->act == AGENDA_ACT_HOLD
                    ? db_query(db, context, STATEMENT_AGENDA_HOLD_LOCKED,
                               DB_VALUES(seat, now, order, db_time(taking->until_us)), &rows, error)
                    : db_query(db, context, STATEMENT_AGENDA_TAKE_LOCKED,
                               DB_VALUES(seat, now, order, db_text(taking->wish->mode),
                                         db_text(taking->wish->priority), db_text(taking->uid)),
                               &rows, error);
    return done ? read_taken(context, taking, rows, taken, error) : pass_failed(error);
}

bool agenda_store_wait_briefly(struct db *db, struct ra_error *error)
{
    return db_exec(db, STATEMENT_AGENDA_WAIT_BRIEFLY, DB_VALUES(db_text(wait_text)), NULL, error);
}

bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order, int64_t public_from_us,
                       int64_t *version, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_AGENDA_SEAT_FREE,
                DB_VALUES(db_int(order->appointment->seat_id), db_int(order->id),
                          public_from_us != AGENDA_FREE ? db_time(public_from_us) : db_null()),
                &row, error))
        return false;
    *version = row_int(row, 0, "version");
    return true;
}
