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
    struct db_value skills = db_int(taking->session.need.skills);
    struct db_value until = db_time(taking->session.until_us);
    switch (taking->act) {
    case AGENDA_ACT_MOVE:
        return db_query(db, context, statement,
                        DB_VALUES(office, start, now, internal, order, db_int(taking->appointment_id),
                                  db_text(wish->mode), db_text(wish->priority), skills, until),
                        rows, error);
    case AGENDA_ACT_HOLD:
        return db_query(db, context, statement,
                        DB_VALUES(office, start, now, internal, order, db_time(taking->until_us), skills,
                                  until, db_text(wish->mode)),
                        rows, error);
    case AGENDA_ACT_BOOK:
    default:
        return db_query(db, context, statement,
                        DB_VALUES(office, start, now, internal, order, db_text(wish->mode),
                                  db_text(wish->priority), db_text(taking->uid), skills, until),
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
    /* One place more, for what was taken. */
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

/* --- one seat --- */

static bool read_one(TALLOC_CTX *context, const struct agenda_taking *taking, const struct db_rows *rows,
                     struct agenda_taken *taken, struct ra_error *error)
{
    bool hold = taking->act == AGENDA_ACT_HOLD;
    *taken = (struct agenda_taken){
        .seat_id = row_int(rows, 0, "seat_id"),
        .appointment_id =
            taking->act == AGENDA_ACT_BOOK ? row_int(rows, 0, "appointment_id") : taking->appointment_id,
        .end_us = row_time(rows, 0, "ends"),
        .held_until_us = hold ? row_time(rows, 0, "held_until") : 0,
        .sequence = taking->act == AGENDA_ACT_MOVE ? (int)row_int(rows, 0, "sequence") : 0,
    };
    if (!agenda_store_let_go(context, rows, &taken->changes, &taken->change_count, error))
        return false;
    taken->changes[taken->change_count++] =
        (struct agenda_change){taken->seat_id,
                               taking->wish->start_us,
                               row_int(rows, 0, "version"),
                               hold ? taken->held_until_us : AGENDA_TAKEN,
                               hold ? row_time(rows, 0, "public_from") : AGENDA_FREE,
                               false};
    return true;
}

static bool take_one(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                     struct agenda_taken *taken, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!take_pass(db, context, taking, false, &rows, error))
        return pass_failed(error);
    if (db_row_count(rows) == 0 && !waiting_pass(db, context, taking, &rows, error))
        return pass_failed(error);
    if (db_row_count(rows) == 0)
        return seat_taken(error);
    return read_one(context, taking, rows, taken, error);
}

/* --- freeing --- */

bool agenda_store_wait_briefly(struct db *db, struct ra_error *error)
{
    return db_exec(db, STATEMENT_AGENDA_WAIT_BRIEFLY, DB_VALUES(db_text(wait_text)), NULL, error);
}

bool agenda_seats_add(TALLOC_CTX *context, const struct db_rows *rows, struct agenda_seats *freed,
                      struct ra_error *error)
{
    size_t count = db_row_count(rows);
    const char **ids =
        talloc_realloc(context, freed->ids, const char *, (unsigned)(freed->count + count + 1));
    for (size_t i = 0; ids != NULL && i < count; i++)
        ids[freed->count + i] = row_text(rows, i, "id");
    if (ids == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    freed->ids = ids;
    freed->count += count;
    return true;
}

static bool query_free(struct db *db, TALLOC_CTX *context, const struct order *order,
                       const struct agenda_freeing *how, struct db_rows **rows, struct ra_error *error)
{
    struct db_value from = how->public_from_us != AGENDA_FREE ? db_time(how->public_from_us) : db_null();
    return how->unclaimed
               ? db_query(db, context, STATEMENT_AGENDA_SEAT_LEAVE, DB_VALUES(db_int(order->id)), rows, error)
               : db_query(db, context, STATEMENT_AGENDA_SEAT_FREE, DB_VALUES(db_int(order->id), from), rows,
                          error);
}

bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order,
                       const struct agenda_freeing *how, struct agenda_seats *freed,
                       struct agenda_change **changes, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    size_t before = freed->count;
    if (!query_free(db, context, order, how, &rows, error) || !agenda_seats_add(context, rows, freed, error))
        return false;
    if (freed->count == before)
        return ra_fail(error, RA_INTERNAL, "an appointment without its seats");
    *changes = talloc_array(context, struct agenda_change, (unsigned)db_row_count(rows));
    for (size_t i = 0; *changes != NULL && i < db_row_count(rows); i++)
        (*changes)[i] = (struct agenda_change){
            .seat_id = row_int(rows, i, "id"),
            .start_us = row_time(rows, i, "starts"),
            .version = row_int(rows, i, "version"),
            .free_from_us = strcmp(row_text(rows, i, "state"), "free") == 0 ? AGENDA_FREE : AGENDA_TAKEN,
            .public_from_us = how->public_from_us,
            .unclaimed = how->unclaimed,
        };
    return *changes != NULL || ra_fail(error, RA_NO_MEMORY, "agenda");
}

/* --- several seats --- */

static bool read_seats(TALLOC_CTX *context, const struct db_rows *rows, struct run_seat **seats,
                       struct ra_error *error)
{
    size_t count = db_row_count(rows);
    *seats = talloc_zero_array(context, struct run_seat, (unsigned)count + 1);
    if (*seats == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    for (size_t i = 0; i < count; i++)
        (*seats)[i] = (struct run_seat){
            .id = row_int(rows, i, "id"),
            .lane = (int)row_int(rows, i, "lane"),
            .start_us = row_time(rows, i, "starts"),
            .end_us = row_time(rows, i, "ends"),
            .half = (int)row_int(rows, i, "half"),
            .own = row_bool(rows, i, "own"),
            .is_public = row_bool(rows, i, "is_public"),
        };
    return true;
}

/* One column of the halves' array parameters. */
struct halves {
    const char *numbers[RUN_HALVES], *froms[RUN_HALVES], *untils[RUN_HALVES], *orders[RUN_HALVES],
        *skills[RUN_HALVES];
};

static const char *instant_text(TALLOC_CTX *context, int64_t instant_us)
{
    char *text = talloc_size(context, CLOCK_TEXT_SIZE);
    if (text != NULL)
        clock_format_utc(instant_us, text, CLOCK_TEXT_SIZE);
    return text;
}

static bool write_half(TALLOC_CTX *context, const struct agenda_taking *taking, size_t half,
                       struct halves *halves)
{
    static const char *const numbers[RUN_HALVES] = {"0", "1"};
    halves->numbers[half] = numbers[half];
    halves->froms[half] = instant_text(context, taking->session.from_us);
    halves->untils[half] = instant_text(context, taking->session.until_us);
    halves->orders[half] = talloc_asprintf(context, "%lld", (long long)taking->order->id);
    halves->skills[half] = talloc_asprintf(context, "%u", taking->session.need.skills);
    return halves->froms[half] != NULL && halves->untils[half] != NULL && halves->orders[half] != NULL &&
           halves->skills[half] != NULL;
}

static bool lock_all(struct db *db, TALLOC_CTX *context, const struct agenda_taking *takings, size_t count,
                     const struct agenda_seats *freed, struct db_rows **rows, struct ra_error *error)
{
    struct halves halves;
    for (size_t i = 0; i < count; i++)
        if (!write_half(context, &takings[i], i, &halves))
            return ra_fail(error, RA_NO_MEMORY, "agenda");
    if (!agenda_store_wait_briefly(db, error))
        return false;
    if (db_query(db, context, STATEMENT_AGENDA_LOCK_RUNS,
                 DB_VALUES(db_int(takings[0].order->office_id), db_time(takings[0].now_us),
                           db_bool(takings[0].wish->side == AGENDA_OFFICE), db_texts(halves.numbers, count),
                           db_texts(halves.froms, count), db_texts(halves.untils, count),
                           db_texts(halves.orders, count), db_texts(halves.skills, count),
                           db_texts(freed->ids, freed->count)),
                 rows, error))
        return true;
    return strcmp(error->reason, "lock-timeout") == 0 ? seat_taken(error) : false;
}

static bool run_ids(TALLOC_CTX *context, const struct run_seat *all, const struct run *run,
                    struct agenda_seats *seats, struct ra_error *error)
{
    *seats = (struct agenda_seats){talloc_array(context, const char *, (unsigned)run->count), run->count};
    for (size_t i = 0; seats->ids != NULL && i < run->count; i++) {
        seats->ids[i] = talloc_asprintf(seats->ids, "%lld", (long long)all[run->seats[i]].id);
        if (seats->ids[i] == NULL)
            return ra_fail(error, RA_NO_MEMORY, "agenda");
    }
    return seats->ids != NULL || ra_fail(error, RA_NO_MEMORY, "agenda");
}

bool agenda_store_lock_runs(struct db *db, TALLOC_CTX *context, const struct agenda_taking *takings,
                            size_t count, const struct agenda_seats *freed,
                            struct agenda_seats seats[RUN_HALVES], struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct run_seat *all = NULL;
    struct run_span spans[RUN_HALVES] = {0};
    struct run runs[RUN_HALVES];
    for (size_t i = 0; i < count; i++)
        spans[i] = (struct run_span){takings[i].session.from_us, takings[i].session.until_us};
    if (!lock_all(db, context, takings, count, freed, &rows, error) ||
        !read_seats(context, rows, &all, error))
        return false;
    if (!run_choose(all, db_row_count(rows), spans, count, takings[0].wish->side == AGENDA_OFFICE, runs))
        return seat_taken(error);
    for (size_t i = 0; i < count; i++)
        if (!run_ids(context, all, &runs[i], &seats[i], error))
            return false;
    return true;
}

static bool query_locked(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                         const struct agenda_seats *seats, struct db_rows **rows, struct ra_error *error)
{
    struct db_value ids = db_texts(seats->ids, seats->count), start = db_time(taking->wish->start_us);
    struct db_value now = db_time(taking->now_us), order = db_int(taking->order->id);
    struct db_value mode = db_text(taking->wish->mode), priority = db_text(taking->wish->priority);
    switch (taking->act) {
    case AGENDA_ACT_MOVE:
        return db_query(db, context, STATEMENT_AGENDA_MOVE_RUN,
                        DB_VALUES(ids, start, now, order, mode, priority, db_int(taking->appointment_id)),
                        rows, error);
    case AGENDA_ACT_HOLD:
        return db_query(db, context, STATEMENT_AGENDA_HOLD_RUN,
                        DB_VALUES(ids, now, order, db_time(taking->until_us), mode), rows, error);
    case AGENDA_ACT_BOOK:
    default:
        return db_query(db, context, STATEMENT_AGENDA_TAKE_RUN,
                        DB_VALUES(ids, start, now, order, mode, priority, db_text(taking->uid)), rows, error);
    }
}

static void read_run_seat(const struct agenda_taking *taking, const struct db_rows *rows, size_t row,
                          struct agenda_taken *taken)
{
    bool released = row_bool(rows, row, "released"), hold = taking->act == AGENDA_ACT_HOLD;
    int64_t held_until_us = hold && !released ? row_time(rows, row, "held_until") : 0;
    taken->changes[row] = (struct agenda_change){
        .seat_id = row_int(rows, row, "id"),
        .start_us = row_time(rows, row, "starts"),
        .version = row_int(rows, row, "version"),
        .free_from_us = released ? AGENDA_FREE
                        : hold   ? held_until_us
                                 : AGENDA_TAKEN,
        .public_from_us = released || hold ? row_time(rows, row, "public_from") : AGENDA_FREE,
    };
    if (released)
        return;
    taken->end_us = row_time(rows, row, "ends");
    if (taken->held_until_us == 0 || held_until_us < taken->held_until_us)
        taken->held_until_us = held_until_us;
}

bool agenda_store_take_locked(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                              const struct agenda_seats *seats, struct agenda_taken *taken,
                              struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!query_locked(db, context, taking, seats, &rows, error))
        return pass_failed(error);
    if (db_row_count(rows) == 0)
        return seat_taken(error);
    *taken = (struct agenda_taken){
        .seat_id = row_int(rows, 0, "id"),
        .appointment_id = row_int(rows, 0, "appointment_id"),
        .sequence = (int)row_int(rows, 0, "sequence"),
        .changes = talloc_array(context, struct agenda_change, (unsigned)db_row_count(rows)),
        .change_count = db_row_count(rows),
    };
    for (size_t i = 0; taken->changes != NULL && i < taken->change_count; i++)
        read_run_seat(taking, rows, i, taken);
    return taken->changes != NULL || ra_fail(error, RA_NO_MEMORY, "agenda");
}

bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                       const struct agenda_seats *freed, struct agenda_taken *taken, struct ra_error *error)
{
    struct agenda_seats seats[RUN_HALVES];
    /* Another way at the same hour may take the very seat that was given back. */
    const bool same_hour = freed->count > 0 && taking->order->appointment->start_us == taking->wish->start_us;
    if (taking->session.one_seat && freed->count <= 1 && !same_hour)
        return take_one(db, context, taking, taken, error);
    return agenda_store_lock_runs(db, context, taking, 1, freed, seats, error) &&
           agenda_store_take_locked(db, context, taking, &seats[0], taken, error);
}
