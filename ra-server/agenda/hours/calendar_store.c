/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of the calendar as the plan wants them.
 */
#include "agenda/hours/hours.h"
#include "catalog/local_time.h"
#include "pki/certificate/calendar.h"

#include <string.h>

void hours_day_text(int64_t number, char day[CATALOG_DAY_SIZE])
{
    catalog_day_of(number * INT64_C(86400000000), 0, day);
}

bool hours_day_number(const char *text, int64_t *number)
{
    struct calendar_day day;
    if (text == NULL || calendar_parse(text, &day) != CALENDAR_DAY)
        return false;
    *number = local_day_number(day.year, day.month, day.day);
    return true;
}

bool hours_horizon(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, struct hours_horizon *horizon,
                   struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(app, context, &office, error))
        return false;
    struct local_time today = local_time_of(now_us, office->offset_s);
    *horizon = (struct hours_horizon){.office = office};
    horizon->first = local_day_number(today.year, today.month, today.day);
    horizon->last = horizon->first + office->horizon_days;
    hours_day_text(horizon->first, horizon->first_text);
    hours_day_text(horizon->last, horizon->last_text);
    return true;
}

/* --- rows --- */

static struct plan_span span_of(const struct db_rows *rows, size_t row)
{
    return (struct plan_span){
        .opens = (int)row_int(rows, row, "opens"),
        .closes = (int)row_int(rows, row, "closes"),
        .slot_minutes = (int)row_int(rows, row, "slot_minutes"),
        .lanes = {(int)row_int(rows, row, "public_lanes"), (int)row_int(rows, row, "internal_lanes"),
                  (int)row_int(rows, row, "walk_in_lanes")},
    };
}

struct reading {
    struct db *db;
    TALLOC_CTX *context;
    int64_t office_id;
    const char *zone, *first, *last;
    struct plan_calendar *calendar;
};

static bool query(const struct reading *reading, enum db_statement statement, struct db_rows **rows,
                  struct ra_error *error)
{
    return db_query(reading->db, reading->context, statement,
                    DB_VALUES(db_int(reading->office_id), db_text(reading->first), db_text(reading->last)),
                    rows, error);
}

static bool read_series(const struct reading *reading, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct plan_calendar *calendar = reading->calendar;
    if (!query(reading, STATEMENT_HOURS_SERIES, &rows, error))
        return false;
    calendar->series_count = db_row_count(rows);
    calendar->series = talloc_array(reading->context, struct plan_series, (unsigned)calendar->series_count);
    for (size_t i = 0; calendar->series != NULL && i < calendar->series_count; i++)
        calendar->series[i] = (struct plan_series){
            .weekday = (int)row_int(rows, i, "weekday"),
            .every_weeks = (int)row_int(rows, i, "every_weeks"),
            .span = span_of(rows, i),
            .from = row_int(rows, i, "from_day"),
            .until = row_int(rows, i, "until_day"),
        };
    return calendar->series != NULL || ra_fail(error, RA_NO_MEMORY, "hours");
}

static bool read_exceptions(const struct reading *reading, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct plan_calendar *calendar = reading->calendar;
    if (!query(reading, STATEMENT_HOURS_EXCEPTIONS, &rows, error))
        return false;
    size_t count = db_row_count(rows);
    calendar->openings = talloc_array(reading->context, struct plan_opening, (unsigned)count);
    calendar->closures = talloc_array(reading->context, struct plan_closure, (unsigned)count);
    if (calendar->openings == NULL || calendar->closures == NULL)
        return ra_fail(error, RA_NO_MEMORY, "hours");
    for (size_t i = 0; i < count; i++) {
        int64_t day = row_int(rows, i, "day_number");
        struct plan_span span = span_of(rows, i);
        if (strcmp(row_text(rows, i, "kind"), "open") == 0)
            calendar->openings[calendar->opening_count++] = (struct plan_opening){day, span};
        else
            calendar->closures[calendar->closure_count++] = (struct plan_closure){
                day * PLAN_DAY_MINUTES + span.opens, day * PLAN_DAY_MINUTES + span.closes};
    }
    return true;
}

static bool read_holidays(const struct reading *reading, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct plan_calendar *calendar = reading->calendar;
    if (!query(reading, STATEMENT_HOURS_HOLIDAYS, &rows, error))
        return false;
    size_t count = db_row_count(rows);
    calendar->holidays = talloc_array(reading->context, struct plan_closure, (unsigned)count);
    for (size_t i = 0; calendar->holidays != NULL && i < count; i++) {
        const char *closes = row_text(rows, i, "closes");
        int64_t start = row_int(rows, i, "day_number") * PLAN_DAY_MINUTES;
        int64_t length = strcmp(closes, "day") == 0       ? PLAN_DAY_MINUTES
                         : strcmp(closes, "morning") == 0 ? PLAN_DAY_MINUTES / 2
                                                          : 0;
        if (length > 0)
            calendar->holidays[calendar->holiday_count++] = (struct plan_closure){start, start + length};
    }
    return calendar->holidays != NULL || ra_fail(error, RA_NO_MEMORY, "hours");
}

static bool read_absences(const struct reading *reading, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct plan_calendar *calendar = reading->calendar;
    if (!db_query(reading->db, reading->context, STATEMENT_HOURS_ABSENCES,
                  DB_VALUES(db_int(reading->office_id), db_text(reading->first), db_text(reading->last),
                            db_text(reading->zone)),
                  &rows, error))
        return false;
    calendar->absence_count = db_row_count(rows);
    calendar->absences =
        talloc_array(reading->context, struct plan_absence, (unsigned)calendar->absence_count);
    for (size_t i = 0; calendar->absences != NULL && i < calendar->absence_count; i++)
        calendar->absences[i] = (struct plan_absence){
            row_text(rows, i, "agent"), row_int(rows, i, "start_minute"), row_int(rows, i, "end_minute")};
    return calendar->absences != NULL || ra_fail(error, RA_NO_MEMORY, "hours");
}

static bool read_duties(const struct reading *reading, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct plan_calendar *calendar = reading->calendar;
    if (!query(reading, STATEMENT_HOURS_DUTIES, &rows, error))
        return false;
    calendar->duty_count = db_row_count(rows);
    calendar->duties = talloc_array(reading->context, struct plan_duty, (unsigned)calendar->duty_count);
    for (size_t i = 0; calendar->duties != NULL && i < calendar->duty_count; i++)
        calendar->duties[i] = (struct plan_duty){
            .lane = (int)row_int(rows, i, "lane"),
            .agent = row_text(rows, i, "agent"),
            .skills = (uint32_t)row_int(rows, i, "mask"),
            .from = row_int(rows, i, "from_day"),
            .until = row_int(rows, i, "until_day"),
        };
    return calendar->duties != NULL || ra_fail(error, RA_NO_MEMORY, "hours");
}

bool hours_read_calendar(struct db *db, TALLOC_CTX *context, const struct hours_horizon *horizon,
                         struct plan_calendar *calendar, struct ra_error *error)
{
    char first[CATALOG_DAY_SIZE];
    hours_day_text(horizon->first - 1, first);
    *calendar = (struct plan_calendar){0};
    const struct reading reading = {
        db, context, horizon->office->id, horizon->office->zone, first, horizon->last_text, calendar};
    return read_series(&reading, error) && read_exceptions(&reading, error) &&
           read_holidays(&reading, error) && read_absences(&reading, error) && read_duties(&reading, error);
}
