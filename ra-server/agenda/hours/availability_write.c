/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar as VAVAILABILITY.
 */
#include "agenda/agenda_calendar.h"
#include "agenda/agenda_calendar_text.h"
#include "agenda/agenda_calendar_zone.h"
#include "agenda/hours/availability.h"
#include "agenda/hours/hours.h"
#include "agenda/hours/rrule.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <string.h>

/* RFC 7953 3.2: 1 is the highest. */
enum {
    PRIORITY_CLOSED = 1,
    PRIORITY_OWN_HOURS = 2,
    PRIORITY_HOLIDAY = 5,
    PRIORITY_SERIES = 9,
    SHOWN_DAYS = 400
};

struct writing {
    TALLOC_CTX *context;
    const struct catalog_office *office;
    const char *host;
    int64_t now_us;
    icalcomponent *calendar;
    struct db_rows *series, *exceptions, *holidays;
};

static struct icaltimetype local_at(int64_t minute)
{
    return icaltime_from_timet_with_zone((time_t)(minute * 60), 0, NULL);
}

/* Stable for what it names, so that a client that reads us again replaces and does not add. */
static icalcomponent *new_availability(const struct writing *writing, const char *kind, const char *name,
                                       int priority, const char *summary)
{
    struct icaltimetype stamp = icaltime_from_timet_with_zone((time_t)(writing->now_us / 1000000), 0,
                                                              icaltimezone_get_utc_timezone());
    char uid[200];
    snprintf(uid, sizeof uid, "%s-%s-%.60s@%.60s", writing->office->code, kind, name, writing->host);
    icalcomponent *component = icalcomponent_vanew(
        ICAL_VAVAILABILITY_COMPONENT, icalproperty_new_uid(uid), icalproperty_new_dtstamp(stamp),
        icalproperty_new_busytype(ICAL_BUSYTYPE_BUSYUNAVAILABLE), icalproperty_new_priority(priority),
        icalproperty_new_summary(summary), (void *)0);
    if (component != NULL)
        icalcomponent_add_component(writing->calendar, component);
    return component;
}

static void add_bounds(const struct writing *writing, icalcomponent *component, int64_t start, int64_t end)
{
    calendar_zone_add(component, icalproperty_new_dtstart(local_at(start)), writing->office->zone);
    calendar_zone_add(component, icalproperty_new_dtend(local_at(end)), writing->office->zone);
}

static void add_number(icalcomponent *component, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    icalproperty *property = icalproperty_new_x(text);
    icalproperty_set_x_name(property, name);
    icalcomponent_add_property(component, property);
}

/* An AVAILABLE of the span of a row that opens on `day`. */
static icalcomponent *add_available(const struct writing *writing, icalcomponent *availability,
                                    const struct db_rows *rows, size_t row, const char *name, int64_t day)
{
    char uid[200];
    snprintf(uid, sizeof uid, "%s-%.80s@%.60s", writing->office->code, name, writing->host);
    icalcomponent *available =
        icalcomponent_vanew(ICAL_XAVAILABLE_COMPONENT, icalproperty_new_uid(uid),
                            icalproperty_new_dtstamp(icaltime_from_timet_with_zone(
                                (time_t)(writing->now_us / 1000000), 0, icaltimezone_get_utc_timezone())),
                            (void *)0);
    if (available == NULL)
        return NULL;
    add_bounds(writing, available, day * PLAN_DAY_MINUTES + row_int(rows, row, "opens"),
               day * PLAN_DAY_MINUTES + row_int(rows, row, "closes"));
    add_number(available, "X-GUICHE-SLOT-MINUTES", row_int(rows, row, "slot_minutes"));
    add_number(available, "X-GUICHE-PUBLIC", row_int(rows, row, "public_lanes"));
    add_number(available, "X-GUICHE-INTERNAL", row_int(rows, row, "internal_lanes"));
    add_number(available, "X-GUICHE-WALK-IN", row_int(rows, row, "walk_in_lanes"));
    icalcomponent_add_component(availability, available);
    return available;
}

/* --- series --- */

static int64_t first_day(const struct db_rows *rows, size_t row)
{
    int64_t from = row_int(rows, row, "from_day");
    int weekday = (int)row_int(rows, row, "weekday"), every = (int)row_int(rows, row, "every_weeks");
    int ahead = weekday - local_time_of_day_number(from).weekday;
    return ahead >= 0 ? from + ahead : from + ahead + 7 * (int64_t)every;
}

/* One row, one AVAILABLE: a weekday of its own has its own first day. */
static bool write_series(const struct writing *writing)
{
    const struct db_rows *rows = writing->series;
    icalcomponent *availability =
        new_availability(writing, "series", "all", PRIORITY_SERIES, "Horário de atendimento");
    bool whole = availability != NULL;
    for (size_t i = 0; whole && i < db_row_count(rows); i++) {
        char name[120], text[RRULE_SIZE];
        struct rrule rule = {.weekdays = 1U << row_int(rows, i, "weekday"),
                             .every_weeks = (int)row_int(rows, i, "every_weeks"),
                             .until =
                                 row_bool(rows, i, "endless") ? PLAN_NO_END : row_int(rows, i, "until_day")};
        snprintf(name, sizeof name, "series-%lld", (long long)row_int(rows, i, "id"));
        icalcomponent *available = add_available(writing, availability, rows, i, name, first_day(rows, i));
        whole = available != NULL;
        rrule_write(&rule, writing->office->offset_s, text);
        if (whole)
            icalcomponent_add_property(available,
                                       icalproperty_new_rrule(icalrecurrencetype_from_string(text)));
    }
    return whole;
}

/* --- exceptions --- */

static bool write_closed(const struct writing *writing, size_t row)
{
    const struct db_rows *rows = writing->exceptions;
    char name[24];
    int64_t start = row_int(rows, row, "day_number") * PLAN_DAY_MINUTES;
    snprintf(name, sizeof name, "%lld", (long long)row_int(rows, row, "id"));
    icalcomponent *closed =
        new_availability(writing, "closed", name, PRIORITY_CLOSED, row_text(rows, row, "reason"));
    if (closed != NULL)
        add_bounds(writing, closed, start + row_int(rows, row, "opens"),
                   start + row_int(rows, row, "closes"));
    return closed != NULL;
}

/* All rows of one day are one VAVAILABILITY over it. */
static bool write_own_hours(const struct writing *writing, size_t row)
{
    const struct db_rows *rows = writing->exceptions;
    const char *day = row_text(rows, row, "day");
    int64_t number = row_int(rows, row, "day_number");
    icalcomponent *availability =
        new_availability(writing, "day", day, PRIORITY_OWN_HOURS, row_text(rows, row, "reason"));
    bool whole = availability != NULL;
    if (whole)
        add_bounds(writing, availability, number * PLAN_DAY_MINUTES, (number + 1) * PLAN_DAY_MINUTES);
    for (size_t i = row; whole && i < db_row_count(rows); i++) {
        char name[40];
        if (strcmp(row_text(rows, i, "day"), day) != 0 || strcmp(row_text(rows, i, "kind"), "open") != 0)
            continue;
        snprintf(name, sizeof name, "day-%lld", (long long)row_int(rows, i, "id"));
        whole = add_available(writing, availability, rows, i, name, number) != NULL;
    }
    return whole;
}

static bool is_first_of_day(const struct db_rows *rows, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(row_text(rows, i, "day"), row_text(rows, row, "day")) == 0 &&
            strcmp(row_text(rows, i, "kind"), "open") == 0)
            return false;
    return true;
}

static bool write_exceptions(const struct writing *writing)
{
    const struct db_rows *rows = writing->exceptions;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        bool open = strcmp(row_text(rows, i, "kind"), "open") == 0;
        if (open && is_first_of_day(rows, i) && !write_own_hours(writing, i))
            return false;
        if (!open && !write_closed(writing, i))
            return false;
    }
    return true;
}

static bool write_holidays(const struct writing *writing)
{
    const struct db_rows *rows = writing->holidays;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *closes = row_text(rows, i, "closes");
        int64_t start = row_int(rows, i, "day_number") * PLAN_DAY_MINUTES;
        if (strcmp(closes, "none") == 0)
            continue;
        icalcomponent *holiday = new_availability(writing, "holiday", row_text(rows, i, "day"),
                                                  PRIORITY_HOLIDAY, row_text(rows, i, "name"));
        if (holiday == NULL)
            return false;
        add_bounds(writing, holiday, start,
                   start + (strcmp(closes, "day") == 0 ? PLAN_DAY_MINUTES : PLAN_DAY_MINUTES / 2));
        icalproperty *law = icalproperty_new_x(row_text(rows, i, "source"));
        icalproperty_set_x_name(law, "X-GUICHE-LAW");
        icalcomponent_add_property(holiday, law);
    }
    return true;
}

static bool write_locked(struct writing *writing, struct bytes *text, struct ra_error *error)
{
    icaltimezone *zone = NULL;
    if (!calendar_zone(writing->office->zone, &zone, error))
        return false;
    writing->calendar = icalcomponent_vanew(
        ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"), icalproperty_new_prodid(CALENDAR_PRODID),
        calendar_zone_component(writing->office->zone, zone, writing->now_us,
                                writing->now_us + SHOWN_DAYS * INT64_C(86400000000)),
        (void *)0);
    bool whole = writing->calendar != NULL && write_series(writing) && write_holidays(writing) &&
                 write_exceptions(writing);
    bool done = whole ? calendar_text(writing->context, writing->calendar, text, error)
                      : ra_fail(error, RA_NO_MEMORY, "calendar");
    if (writing->calendar != NULL)
        icalcomponent_free(writing->calendar);
    return done;
}

static bool query(struct db *db, const struct writing *writing, enum db_statement statement,
                  const char *first, const char *last, struct db_rows **rows, struct ra_error *error)
{
    return db_query(db, writing->context, statement,
                    DB_VALUES(db_int(writing->office->id), db_text(first), db_text(last)), rows, error);
}

bool availability_export(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                         struct bytes *text, struct ra_error *error)
{
    struct hours_horizon horizon;
    char last[CATALOG_DAY_SIZE], host[61];
    if (!hours_horizon(app, context, now_us, &horizon, error))
        return false;
    const char *url = strstr(app->config->public_url, "://");
    url = url != NULL ? url + 3 : app->config->public_url;
    snprintf(host, sizeof host, "%.*s", (int)strcspn(url, ":/"), url);
    hours_day_text(horizon.first + SHOWN_DAYS, last);
    struct writing writing = {.context = context, .office = horizon.office, .host = host, .now_us = now_us};
    if (!query(db, &writing, STATEMENT_HOURS_SERIES, horizon.first_text, last, &writing.series, error) ||
        !query(db, &writing, STATEMENT_HOURS_EXCEPTIONS, horizon.first_text, last, &writing.exceptions,
               error) ||
        !query(db, &writing, STATEMENT_HOURS_HOLIDAYS, horizon.first_text, last, &writing.holidays, error))
        return false;
    calendar_library_enter();
    bool done = write_locked(&writing, text, error);
    calendar_library_leave();
    return done;
}
