/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a calendar that was read to rows: only what differs is written.
 */
#include "agenda/hours/availability.h"
#include "agenda/hours/hours.h"
#include "catalog/local_time.h"

#include <string.h>

struct importing {
    struct db *db;
    TALLOC_CTX *context;
    const struct hours_author *author;
    int64_t from;
    struct availability availability;
    struct db_rows *rows; /* present series, one weekday each */
    bool *kept;           /* of rows */
};

static int64_t monday_of(int64_t day)
{
    return day - (local_time_of_day_number(day).weekday - 1);
}

static bool same_week(int64_t one, int64_t other, int every_weeks)
{
    return (monday_of(one) - monday_of(other)) / 7 % every_weeks == 0;
}

static bool same_span(const struct db_rows *rows, size_t row, const struct plan_span *span)
{
    return row_int(rows, row, "opens") == span->opens && row_int(rows, row, "closes") == span->closes &&
           row_int(rows, row, "slot_minutes") == span->slot_minutes &&
           row_int(rows, row, "public_lanes") == span->lanes.open &&
           row_int(rows, row, "internal_lanes") == span->lanes.internal &&
           row_int(rows, row, "walk_in_lanes") == span->lanes.walk_in;
}

static bool same_series(const struct importing *importing, size_t row,
                        const struct availability_series *series, int weekday)
{
    const struct db_rows *rows = importing->rows;
    int64_t until = row_bool(rows, row, "endless") ? PLAN_NO_END : row_int(rows, row, "until_day");
    int64_t from = row_int(rows, row, "from_day");
    bool begins_alike = from <= importing->from
                            ? series->from <= importing->from + INT64_C(7) * series->every_weeks
                            : monday_of(from) == monday_of(series->from);
    return row_int(rows, row, "weekday") == weekday &&
           row_int(rows, row, "every_weeks") == series->every_weeks && same_span(rows, row, &series->span) &&
           until == series->until && begins_alike && same_week(from, series->from, series->every_weeks);
}

/* Its first day from the import's on, in a week of the same count. */
static int64_t first_day(const struct importing *importing, const struct availability_series *series)
{
    int64_t day = series->from > importing->from ? series->from : importing->from;
    while (!same_week(day, series->from, series->every_weeks))
        day = monday_of(day) + 7;
    return day;
}

static bool add_series(struct importing *importing, const struct availability_series *series, size_t at,
                       struct ra_error *error)
{
    struct hours_change change = {.kind = HOURS_SERIES,
                                  .every_weeks = series->every_weeks,
                                  .span = series->span,
                                  .from = first_day(importing, series),
                                  .until = series->until};
    struct hours_author author = *importing->author;
    author.now_us += (int64_t)at * 1000000; /* a name of its own for each */
    for (int weekday = 1; weekday <= 7; weekday++) {
        bool there = (series->weekdays >> weekday & 1) == 0;
        for (size_t i = 0; i < db_row_count(importing->rows) && !there; i++)
            if (!importing->kept[i] && same_series(importing, i, series, weekday))
                there = importing->kept[i] = true;
        change.weekdays |= there ? 0 : 1U << weekday;
    }
    return change.weekdays == 0 || change.until < change.from ||
           hours_change_write(importing->db, importing->context, &author, &change, error);
}

static bool end_the_rest(struct importing *importing, struct ra_error *error)
{
    char last[CATALOG_DAY_SIZE];
    hours_day_text(importing->from - 1, last);
    for (size_t i = 0; i < db_row_count(importing->rows); i++)
        if (!importing->kept[i] && !db_exec(importing->db, STATEMENT_HOURS_OPENING_END,
                                            DB_VALUES(db_int(row_int(importing->rows, i, "id")),
                                                      db_text(last), db_time(importing->author->now_us)),
                                            NULL, error))
            return false;
    return true;
}

static bool same_day(const struct db_rows *rows, size_t row, const struct availability_day *day)
{
    bool open = strcmp(row_text(rows, row, "kind"), "open") == 0;
    if (open != day->open || row_int(rows, row, "day_number") != day->day)
        return false;
    return open ? same_span(rows, row, &day->span)
                : row_int(rows, row, "opens") == day->span.opens &&
                      row_int(rows, row, "closes") == day->span.closes;
}

static bool add_days(struct importing *importing, struct ra_error *error)
{
    char first[CATALOG_DAY_SIZE];
    struct db_rows *rows = NULL;
    hours_day_text(importing->from, first);
    if (!db_query(importing->db, importing->context, STATEMENT_HOURS_EXCEPTIONS,
                  DB_VALUES(db_int(importing->author->office_id), db_text(first), db_text("9999-12-31")),
                  &rows, error))
        return false;
    for (size_t i = 0; i < importing->availability.day_count; i++) {
        const struct availability_day *day = &importing->availability.days[i];
        bool there = day->day < importing->from;
        for (size_t j = 0; j < db_row_count(rows) && !there; j++)
            there = same_day(rows, j, day);
        struct hours_change change = {.kind = day->open ? HOURS_OPEN_DAY : HOURS_CLOSE_DAY,
                                      .day = day->day,
                                      .whole_day = day->whole_day,
                                      .span = day->span,
                                      .reason = day->reason};
        if (!there &&
            !hours_change_write(importing->db, importing->context, importing->author, &change, error))
            return false;
    }
    return true;
}

bool availability_import(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                         const struct hours_author *author, const struct hours_change *change,
                         struct ra_error *error)
{
    struct importing importing = {.db = db, .context = context, .author = author, .from = change->from};
    struct catalog_office *office = NULL;
    char first[CATALOG_DAY_SIZE];
    if (!catalog_office(app, context, &office, error))
        return false;
    const struct availability_terms terms = {author->zone, office->offset_s, change->span};
    hours_day_text(change->from, first);
    if (!availability_read(context, change->calendar, &terms, &importing.availability, error) ||
        !db_query(db, context, STATEMENT_HOURS_SERIES,
                  DB_VALUES(db_int(author->office_id), db_text(first), db_text("9999-12-31")),
                  &importing.rows, error))
        return false;
    importing.kept = talloc_zero_array(context, bool, (unsigned)db_row_count(importing.rows));
    if (importing.kept == NULL)
        return ra_fail(error, RA_NO_MEMORY, "calendar");
    for (size_t i = 0; i < importing.availability.series_count; i++)
        if (!add_series(&importing, &importing.availability.series[i], i, error))
            return false;
    return end_the_rest(&importing, error) && add_days(&importing, error);
}
