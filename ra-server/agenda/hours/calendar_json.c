/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole calendar as staff reads it: from today on, a year ahead.
 */
#include "agenda/hours/day.h"
#include "agenda/hours/rrule.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_DAYS = 400 };

struct showing {
    struct http_request *request;
    const struct catalog_office *office;
    char first[CATALOG_DAY_SIZE], last[CATALOG_DAY_SIZE];
};

static bool query(const struct showing *showing, enum db_statement statement, struct db_rows **rows,
                  struct ra_error *error)
{
    return db_query(showing->request->db, showing->request->context, statement,
                    DB_VALUES(db_int(showing->office->id), db_text(showing->first), db_text(showing->last)),
                    rows, error);
}

/* "08:00" of a minute, also of the next day's. */
static json_t *time_json(int64_t minute)
{
    int64_t of_day = minute > PLAN_DAY_MINUTES ? minute - PLAN_DAY_MINUTES : minute;
    return json_sprintf("%02d:%02d", (int)(of_day / 60), (int)(of_day % 60));
}

static void add_span(json_t *object, const struct db_rows *rows, size_t row)
{
    json_object_set_new(object, "opens", time_json(row_int(rows, row, "opens")));
    json_object_set_new(object, "closes", time_json(row_int(rows, row, "closes")));
    static const char *const numbers[] = {"slot_minutes", "public_lanes", "internal_lanes", "walk_in_lanes"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        json_object_set_new(object, numbers[i], json_integer(row_int(rows, row, numbers[i])));
}

static json_t *day_json(int64_t number)
{
    char day[CATALOG_DAY_SIZE];
    hours_day_text(number, day);
    return json_string(day);
}

/* --- series: rows of one weekday each, shown together --- */

static bool same_series(const struct db_rows *rows, size_t one, size_t other)
{
    static const char *const numbers[] = {"opens",        "closes",         "slot_minutes",
                                          "public_lanes", "internal_lanes", "walk_in_lanes",
                                          "every_weeks",  "from_day",       "until_day"};
    if (strcmp(row_text(rows, one, "series"), row_text(rows, other, "series")) != 0)
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (row_int(rows, one, numbers[i]) != row_int(rows, other, numbers[i]))
            return false;
    return true;
}

static json_t *series_json(const struct showing *showing, const struct db_rows *rows, size_t first,
                           size_t count)
{
    struct rrule rule = {.every_weeks = (int)row_int(rows, first, "every_weeks"), .until = PLAN_NO_END};
    bool endless = row_bool(rows, first, "endless");
    char text[RRULE_SIZE];
    json_t *weekdays = json_array();
    for (size_t i = first; i < first + count; i++) {
        rule.weekdays |= 1U << row_int(rows, i, "weekday");
        json_array_append_new(weekdays, json_integer(row_int(rows, i, "weekday")));
    }
    if (!endless)
        rule.until = row_int(rows, first, "until_day");
    rrule_write(&rule, showing->office->offset_s, text);
    json_t *series = json_pack(
        "{s:s, s:o, s:s, s:i, s:o, s:o, s:s, s:s}", "series", row_text(rows, first, "series"), "weekdays",
        weekdays, "rrule", text, "every_weeks", rule.every_weeks, "from",
        day_json(row_int(rows, first, "from_day")), "until", endless ? json_null() : day_json(rule.until),
        "source", row_text(rows, first, "source"), "evidence", row_text(rows, first, "evidence"));
    add_span(series, rows, first);
    return series;
}

static bool add_series(const struct showing *showing, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "series", list);
    if (!query(showing, STATEMENT_HOURS_SERIES, &rows, error))
        return false;
    for (size_t first = 0; first < db_row_count(rows);) {
        size_t count = 1;
        while (first + count < db_row_count(rows) && same_series(rows, first, first + count))
            count++;
        json_array_append_new(list, series_json(showing, rows, first, count));
        first += count;
    }
    return true;
}

/* --- the rest --- */

static bool add_exceptions(const struct showing *showing, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "exceptions", list);
    if (!query(showing, STATEMENT_HOURS_EXCEPTIONS, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        json_t *exception =
            json_pack("{s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)row_int(rows, i, "id"), "day",
                      row_text(rows, i, "day"), "kind", row_text(rows, i, "kind"), "reason",
                      row_text(rows, i, "reason"), "made_by", row_text(rows, i, "made_by"));
        add_span(exception, rows, i);
        json_array_append_new(list, exception);
    }
    return true;
}

static bool add_holidays(const struct showing *showing, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "holidays", list);
    if (!query(showing, STATEMENT_HOURS_HOLIDAYS, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        int64_t id = row_int(rows, i, "single_id");
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "day", row_text(rows, i, "day"), "name",
                            row_text(rows, i, "name"), "kind", row_text(rows, i, "kind"), "closes",
                            row_text(rows, i, "closes"), "law", row_text(rows, i, "source"), "rule",
                            row_text(rows, i, "rule_id"), "id", id > 0 ? json_integer(id) : json_null()));
    }
    return true;
}

static bool add_absences(const struct showing *showing, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct http_request *request = showing->request;
    json_t *list = json_array();
    json_object_set_new(model, "absences", list);
    if (!db_query(request->db, request->context, STATEMENT_HOURS_ABSENCES,
                  DB_VALUES(db_int(showing->office->id), db_text(showing->first), db_text(showing->last),
                            db_text(showing->office->zone)),
                  &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(
            list,
            json_pack(
                "{s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)row_int(rows, i, "id"), "agent",
                row_text(rows, i, "agent"), "starts",
                local_time_rfc3339(request->context, row_time(rows, i, "starts"), showing->office->offset_s),
                "ends",
                local_time_rfc3339(request->context, row_time(rows, i, "ends"), showing->office->offset_s),
                "reason", row_text(rows, i, "reason")));
    return true;
}

static bool add_lanes(const struct showing *showing, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL, *words = NULL;
    json_t *list = json_array(), *skills = json_array();
    json_object_set_new(model, "lanes", list);
    json_object_set_new(model, "skills", skills);
    if (!query(showing, STATEMENT_HOURS_DUTIES, &rows, error) ||
        !db_query(showing->request->db, showing->request->context, STATEMENT_HOURS_SKILLS, DB_NO_VALUES,
                  &words, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:s, s:o, s:s, s:s}", "id", (json_int_t)row_int(rows, i, "id"),
                            "lane", (json_int_t)row_int(rows, i, "lane"), "agent", row_text(rows, i, "agent"),
                            "skills", row_texts(rows, i, "skills"), "from", row_text(rows, i, "valid_from"),
                            "until", row_text(rows, i, "valid_to")));
    for (size_t i = 0; i < db_row_count(words); i++)
        json_array_append_new(skills, json_pack("{s:s, s:s}", "skill", row_text(words, i, "word"), "name",
                                                row_text(words, i, "name")));
    return true;
}

bool hours_calendar_json(struct http_request *request, json_t **model, struct ra_error *error)
{
    struct hours_horizon horizon;
    struct showing showing = {.request = request};
    if (!hours_horizon(request->app, request->context, request->now_us, &horizon, error))
        return false;
    showing.office = horizon.office;
    hours_day_text(horizon.first, showing.first);
    hours_day_text(horizon.first + SHOWN_DAYS, showing.last);
    *model = json_pack("{s:s, s:s, s:s}", "office", horizon.office->code, "zone", horizon.office->zone,
                       "horizon_last", horizon.last_text);
    if (add_series(&showing, *model, error) && add_exceptions(&showing, *model, error) &&
        add_holidays(&showing, *model, error) && add_absences(&showing, *model, error) &&
        add_lanes(&showing, *model, error))
        return true;
    json_decref(*model);
    *model = NULL;
    return false;
}
