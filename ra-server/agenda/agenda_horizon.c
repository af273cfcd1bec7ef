/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From opening hours to seats, and from seats to memory: the job of the agenda and its start.
 */
#include "agenda/agenda_clicks.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_work.h"
#include "agenda/hours/duration.h"
#include "agenda/hours/hours.h"
#include "catalog/local_time.h"
#include "log.h"
#include "notice/notice.h"

#include <string.h>

enum {
    PUBLISH_PERIOD_S = 600, /* new hours and holidays are rows: seen within this */
    LOAD_PERIOD_MS = 15000, /* changes by other hands than this program's */
};

struct agenda_state {
    struct agenda_memory *memory;
    struct rush rush;
    struct duration_copy *durations;
    struct agenda_clicks clicks;
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

struct agenda_clicks *agenda_clicks_of(struct ra_app *app)
{
    struct agenda_state *state = app->room_state[ROOM_AGENDA];
    return &state->clicks;
}

/* --- publishing --- */

static void wake_outbox(struct ra_app *app, const struct hours_effect *effect)
{
    if (app->jobs != NULL && json_array_size(effect->hits) > 0)
        jobs_wake(app->jobs, NOTICE_JOB);
}

bool agenda_publish(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                    struct ra_error *error)
{
    struct hours_effect effect = {0};
    if (!db_begin(db, error))
        return false;
    bool done = hours_publish(app, db, context, now_us, 0, &effect, error) && db_commit(db, error);
    if (done)
        wake_outbox(app, &effect);
    else
        db_rollback(db);
    json_decref(effect.hits);
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
        .lane = (int)row_int(rows, row, "lane"),
        .version = row_int(rows, row, "version"),
        .start_us = row_time(rows, row, "starts"),
        .end_us = row_time(rows, row, "ends"),
        .free_from_us = free_from(rows, row),
        .public_from_us =
            row_is_null(rows, row, "public_from") ? AGENDA_FREE : row_time(rows, row, "public_from"),
        .internal = strcmp(row_text(rows, row, "visibility"), "public") != 0,
        .walk_in = strcmp(row_text(rows, row, "visibility"), "walk_in") == 0,
        .unclaimed = row_bool(rows, row, "unclaimed"),
        .skills = (uint32_t)row_int(rows, row, "skills"),
    };
}

static bool query_seats(struct db *db, TALLOC_CTX *context, const struct hours_horizon *horizon,
                        struct db_rows **rows, struct ra_error *error)
{
    return db_query(
        db, context, STATEMENT_AGENDA_SEATS,
        DB_VALUES(db_int(horizon->office->id), db_text(horizon->first_text), db_text(horizon->last_text)),
        rows, error);
}

/* The rows of one day, from `row` on, into memory; *row moves behind them. */
static bool load_day(struct ra_app *app, TALLOC_CTX *context, const struct hours_horizon *horizon,
                     int64_t number, const struct db_rows *rows, size_t *row, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    hours_day_text(number, day);
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
    struct hours_horizon horizon;
    struct db_rows *rows = NULL;
    size_t row = 0;
    if (!hours_horizon(app, context, now_us, &horizon, error) ||
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
            same = same || (days[i]->seats[j].id == truth->id &&
                            days[i]->seats[j].free_from_us == truth->free_from_us &&
                            days[i]->seats[j].public_from_us == truth->public_from_us &&
                            days[i]->seats[j].internal == truth->internal &&
                            days[i]->seats[j].walk_in == truth->walk_in &&
                            days[i]->seats[j].unclaimed == truth->unclaimed &&
                            days[i]->seats[j].skills == truth->skills);
        agenda_day_release(days[i]);
    }
    return same;
}

static size_t seats_in_memory(struct agenda_memory *memory, const struct hours_horizon *horizon)
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
    struct hours_horizon horizon;
    struct db_rows *rows = NULL;
    bool done = hours_horizon(app, scratch, clock_now_us(&app->clock), &horizon, error) &&
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
