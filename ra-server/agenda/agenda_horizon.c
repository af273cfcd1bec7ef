/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From opening hours to seats, and from seats to memory: the job of the agenda and its start.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_work.h"
#include "agenda/hours/duration.h"
#include "catalog/local_time.h"
#include "log.h"

#include <string.h>

enum {
    PUBLISH_PERIOD_S = 600, /* new hours and holidays are rows: seen within this */
    LOAD_PERIOD_MS = 15000, /* changes by other hands than this program's */
};

struct agenda_state {
    struct agenda_memory *memory;
    struct rush rush;
    struct duration_copy *durations;
    int64_t published_us; /* the job's own; start and job never run together */
};

struct agenda_memory *agenda_memory_of(struct ra_app *app)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    return state->memory;
}

struct duration_copy *agenda_durations_of(struct ra_app *app)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    return state->durations;
}

struct rush *agenda_rush_of(struct ra_app *app)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    return &state->rush;
}

/* --- reading hours --- */

struct horizon {
    const struct catalog_office *office;
    int64_t first, last; /* day numbers, both included */
    char first_text[CATALOG_DAY_SIZE], last_text[CATALOG_DAY_SIZE];
    struct agenda_opening *openings;
    size_t opening_count;
    const struct db_rows *holidays;
};

static void day_text(int64_t number, char day[CATALOG_DAY_SIZE])
{
    catalog_day_of(number * INT64_C(86400000000), 0, day);
}

static bool read_horizon(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, struct horizon *horizon,
                         struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(app, context, &office, error))
        return false;
    struct local_time today = local_time_of(now_us, office->offset_s);
    *horizon = (struct horizon){.office = office};
    horizon->first = local_day_number(today.year, today.month, today.day);
    horizon->last = horizon->first + office->horizon_days;
    day_text(horizon->first, horizon->first_text);
    day_text(horizon->last, horizon->last_text);
    return true;
}

static bool read_hours(struct db *db, TALLOC_CTX *context, struct horizon *horizon, struct ra_error *error)
{
    struct db_rows *rows = NULL, *holidays = NULL;
    if (!db_query(db, context, STATEMENT_AGENDA_OPENINGS, DB_VALUES(db_int(horizon->office->id)), &rows,
                  error) ||
        !db_query(
            db, context, STATEMENT_AGENDA_HOLIDAYS,
            DB_VALUES(db_int(horizon->office->id), db_text(horizon->first_text), db_text(horizon->last_text)),
            &holidays, error))
        return false;
    horizon->holidays = holidays;
    horizon->opening_count = db_row_count(rows);
    horizon->openings = talloc_zero_array(context, struct agenda_opening, (unsigned)horizon->opening_count);
    if (horizon->openings == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    for (size_t i = 0; i < horizon->opening_count; i++)
        horizon->openings[i] = (struct agenda_opening){
            .weekday = (int)row_int(rows, i, "weekday"),
            .opens_minute = (int)row_int(rows, i, "opens_minute"),
            .closes_minute = (int)row_int(rows, i, "closes_minute"),
            .slot_minutes = (int)row_int(rows, i, "slot_minutes"),
            .public_lanes = (int)row_int(rows, i, "public_lanes"),
            .internal_lanes = (int)row_int(rows, i, "internal_lanes"),
            .from = row_text(rows, i, "valid_from"),
            .until = row_text(rows, i, "valid_to"),
        };
    return true;
}

static bool is_holiday(const struct horizon *horizon, const char *day)
{
    for (size_t i = 0; i < db_row_count(horizon->holidays); i++)
        if (strcmp(row_text(horizon->holidays, i, "day"), day) == 0)
            return true;
    return false;
}

/* --- publishing --- */

/* The plan of the whole horizon, as the four arrays that the statements take. */
struct plan {
    struct agenda_plan_seat *seats;
    const char **lanes, **visibilities, **starts, **ends;
    size_t count;
};

static bool plan_horizon(TALLOC_CTX *context, const struct horizon *horizon, struct plan *plan)
{
    for (int64_t number = horizon->first; number <= horizon->last; number++) {
        char day[CATALOG_DAY_SIZE];
        int weekday = local_time_of_day_number(number).weekday;
        day_text(number, day);
        size_t size = agenda_plan_size(horizon->openings, horizon->opening_count, day, weekday);
        if (size == 0 || is_holiday(horizon, day))
            continue;
        plan->seats =
            talloc_realloc(context, plan->seats, struct agenda_plan_seat, (unsigned)(plan->count + size));
        if (plan->seats == NULL)
            return false;
        plan->count += agenda_plan_day(horizon->openings, horizon->opening_count, day, weekday,
                                       plan->seats + plan->count);
    }
    return true;
}

static bool plan_arrays(TALLOC_CTX *context, struct plan *plan)
{
    unsigned count = (unsigned)plan->count;
    plan->lanes = talloc_array(context, const char *, count);
    plan->visibilities = talloc_array(context, const char *, count);
    plan->starts = talloc_array(context, const char *, count);
    plan->ends = talloc_array(context, const char *, count);
    bool whole =
        plan->lanes != NULL && plan->visibilities != NULL && plan->starts != NULL && plan->ends != NULL;
    for (size_t i = 0; whole && i < plan->count; i++) {
        plan->lanes[i] = talloc_asprintf(context, "%d", plan->seats[i].lane);
        plan->visibilities[i] = plan->seats[i].internal ? "internal" : "public";
        plan->starts[i] = plan->seats[i].start;
        plan->ends[i] = plan->seats[i].end;
        whole = plan->lanes[i] != NULL;
    }
    return whole;
}

static bool write_plan(struct db *db, const struct horizon *horizon, const struct plan *plan, int64_t now_us,
                       struct ra_error *error)
{
    struct db_value office = db_int(horizon->office->id), zone = db_text(horizon->office->zone);
    struct db_value lanes = db_texts(plan->lanes, plan->count);
    struct db_value visibilities = db_texts(plan->visibilities, plan->count);
    struct db_value starts = db_texts(plan->starts, plan->count), ends = db_texts(plan->ends, plan->count);
    return db_exec(db, STATEMENT_AGENDA_SEATS_WITHDRAW,
                   DB_VALUES(office, zone, db_time(now_us), lanes, visibilities, starts, ends), NULL,
                   error) &&
           db_exec(db, STATEMENT_AGENDA_SEATS_PUBLISH,
                   DB_VALUES(office, zone, lanes, visibilities, starts, ends), NULL, error);
}

bool agenda_publish(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                    struct ra_error *error)
{
    struct horizon horizon;
    struct plan plan = {0};
    if (!read_horizon(app, context, now_us, &horizon, error) || !db_begin(db, error))
        return false;
    bool done = read_hours(db, context, &horizon, error);
    if (done && (!plan_horizon(context, &horizon, &plan) || !plan_arrays(context, &plan)))
        done = ra_fail(error, RA_NO_MEMORY, "agenda");
    done = done && write_plan(db, &horizon, &plan, now_us, error) && db_commit(db, error);
    if (!done)
        db_rollback(db);
    return done;
}

/* --- loading --- */

static int64_t free_from(const struct db_rows *rows, size_t row)
{
    const char *state = row_text(rows, row, "state");
    if (strcmp(state, "free") == 0)
        return AGENDA_FREE;
    return strcmp(state, "held") == 0 ? row_time(rows, row, "held_until") : AGENDA_TAKEN;
}

static void read_seat(const struct db_rows *rows, size_t row, struct agenda_seat *seat)
{
    *seat = (struct agenda_seat){
        .id = row_int(rows, row, "id"),
        .version = row_int(rows, row, "version"),
        .start_us = row_time(rows, row, "starts"),
        .end_us = row_time(rows, row, "ends"),
        .free_from_us = free_from(rows, row),
        .public_from_us =
            row_is_null(rows, row, "public_from") ? AGENDA_FREE : row_time(rows, row, "public_from"),
        .internal = strcmp(row_text(rows, row, "visibility"), "public") != 0,
        .walk_in = strcmp(row_text(rows, row, "visibility"), "walk_in") == 0,
        .skills = (uint32_t)row_int(rows, row, "skills"),
    };
}

static bool query_seats(struct db *db, TALLOC_CTX *context, const struct horizon *horizon,
                        struct db_rows **rows, struct ra_error *error)
{
    return db_query(
        db, context, STATEMENT_AGENDA_SEATS,
        DB_VALUES(db_int(horizon->office->id), db_text(horizon->first_text), db_text(horizon->last_text)),
        rows, error);
}

/* The rows of one day, from `row` on, into memory; *row moves behind them. */
static bool load_day(struct ra_app *app, TALLOC_CTX *context, const struct horizon *horizon, int64_t number,
                     const struct db_rows *rows, size_t *row, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    day_text(number, day);
    size_t first = *row;
    while (*row < db_row_count(rows) && strcmp(row_text(rows, *row, "day"), day) == 0)
        (*row)++;
    size_t count = *row - first;
    struct agenda_seat *seats = talloc_array(context, struct agenda_seat, (unsigned)count);
    for (size_t i = 0; seats != NULL && i < count; i++)
        read_seat(rows, first + i, &seats[i]);
    int offset_s = count > 0 ? (int)row_int(rows, first, "offset_s") : horizon->office->offset_s;
    struct agenda_day *made =
        seats != NULL ? agenda_day_new(number, offset_s, horizon->office->code, seats, count) : NULL;
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    agenda_memory_replace(agenda_memory_of(app), made);
    return true;
}

bool agenda_load_memory(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                        struct ra_error *error)
{
    struct horizon horizon;
    struct db_rows *rows = NULL;
    size_t row = 0;
    if (!read_horizon(app, context, now_us, &horizon, error) ||
        !query_seats(db, context, &horizon, &rows, error))
        return false;
    for (int64_t number = horizon.first; number <= horizon.last; number++)
        if (!load_day(app, context, &horizon, number, rows, &row, error))
            return false;
    agenda_memory_forget_before(agenda_memory_of(app), horizon.first);
    return true;
}

/* --- comparing --- */

static bool agrees(struct agenda_memory *memory, const struct agenda_seat *truth)
{
    struct agenda_day *days[3];
    bool same = false;
    agenda_memory_days(memory, truth->start_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; days[i] != NULL && j < days[i]->seat_count; j++)
            same =
                same ||
                (days[i]->seats[j].id == truth->id && days[i]->seats[j].free_from_us == truth->free_from_us &&
                 days[i]->seats[j].public_from_us == truth->public_from_us &&
                 days[i]->seats[j].internal == truth->internal &&
                 days[i]->seats[j].walk_in == truth->walk_in && days[i]->seats[j].skills == truth->skills);
        agenda_day_release(days[i]);
    }
    return same;
}

static size_t seats_in_memory(struct agenda_memory *memory, const struct horizon *horizon)
{
    size_t seats = 0;
    for (int64_t number = horizon->first; number <= horizon->last; number++) {
        struct agenda_day *day = NULL;
        agenda_memory_days(memory, number, 1, &day);
        seats += day != NULL ? day->seat_count : 0;
        agenda_day_release(day);
    }
    return seats;
}

bool agenda_check_memory(struct ra_app *app, struct db *db, size_t *differences, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct horizon horizon;
    struct db_rows *rows = NULL;
    bool done = read_horizon(app, scratch, clock_now_us(&app->clock), &horizon, error) &&
                query_seats(db, scratch, &horizon, &rows, error);
    if (done) {
        size_t count = db_row_count(rows);
        size_t known = seats_in_memory(agenda_memory_of(app), &horizon);
        *differences = known > count ? known - count : 0;
        for (size_t i = 0; i < count; i++) {
            struct agenda_seat truth;
            read_seat(rows, i, &truth);
            *differences += agrees(agenda_memory_of(app), &truth) ? 0 : 1;
        }
    }
    talloc_free(scratch);
    return done;
}

/* --- job and start --- */

static bool keep_up(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                    struct ra_error *error)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    if (now_us - state->published_us >= PUBLISH_PERIOD_S * INT64_C(1000000)) {
        if (!agenda_publish(app, db, context, now_us, error))
            return false;
        state->published_us = now_us;
    }
    return duration_load(state->durations, db, error) && agenda_load_memory(app, db, context, now_us, error);
}

static bool run(struct job_run *run, struct ra_error *error)
{
    return keep_up(run->app, run->db, run->context, run->now_us, error);
}

static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct agenda_state *state = talloc_zero(NULL, struct agenda_state);
    if (state != NULL) {
        state->memory = agenda_memory_new();
        state->durations = duration_copy_new(state);
    }
    app->room_state[ROOM_AGENDA] = state;
    bool done = state != NULL && state->memory != NULL && state->durations != NULL && scratch != NULL
                    ? keep_up(app, db, scratch, clock_now_us(&app->clock), error)
                    : ra_fail(error, RA_NO_MEMORY, "agenda");
    talloc_free(scratch);
    return done;
}

static void stop(struct ra_app *app)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    if (state != NULL)
        agenda_memory_free(state->memory);
    talloc_free(state);
    app->room_state[ROOM_AGENDA] = NULL;
}

static const struct job jobs[] = {{"agenda", LOAD_PERIOD_MS, run}};

const struct room agenda_room = {
    .name = "agenda",
    .id = ROOM_AGENDA,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .start = start,
    .stop = stop,
};
