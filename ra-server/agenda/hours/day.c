/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One day as its opening needs it, its warnings, and who waits for another hour.
 */
#include "agenda/hours/day.h"

#include "agenda/agenda.h"
#include "approval/trust_state.h"
#include "catalog/local_time.h"

#include <string.h>

/* --- who is there --- */

static bool is_absent_at(const char *name, const struct plan_absence *absences, size_t count, int64_t minute)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(absences[i].agent, name) == 0 && absences[i].start <= minute && minute < absences[i].end)
            return true;
    return false;
}

static size_t present_at(const char *const *names, size_t count, const struct plan_absence *absences,
                         size_t absence_count, int64_t minute)
{
    size_t present = 0;
    for (size_t i = 0; i < count; i++)
        present += is_absent_at(names[i], absences, absence_count, minute) ? 0 : 1;
    return present;
}

/* Fewer come to be there only when somebody leaves. */
size_t hours_fewest_present(const char *const *names, size_t count, const struct plan_absence *absences,
                            size_t absence_count, int64_t start, int64_t end)
{
    size_t fewest = present_at(names, count, absences, absence_count, start);
    for (size_t i = 0; i < absence_count; i++) {
        if (absences[i].start <= start || absences[i].start >= end)
            continue;
        size_t present = present_at(names, count, absences, absence_count, absences[i].start);
        fewest = present < fewest ? present : fewest;
    }
    return fewest;
}

struct staff {
    const char **names;
    size_t count;
    struct plan_calendar calendar;
    struct plan plan;
    int64_t opens, closes; /* of the day, in local minutes; equal when it is closed */
    size_t fewest;
};

static bool read_names(struct http_request *request, struct staff *staff, struct ra_error *error)
{
    json_t *names = trust_agents(request->app, (time_t)(request->now_us / 1000000));
    const json_t *name;
    size_t at;
    bool whole = names != NULL;
    staff->names = talloc_array(request->context, const char *, (unsigned)json_array_size(names));
    json_array_foreach(names, at, name)
    {
        whole = whole && staff->names != NULL &&
                (staff->names[at] = talloc_strdup(request->context, json_string_value(name))) != NULL;
        staff->count = at + 1;
    }
    json_decref(names);
    return whole || ra_fail(error, RA_NO_MEMORY, "roster");
}

static bool read_staff(struct http_request *request, const struct catalog_office *office, const char *day,
                       struct staff *staff, struct ra_error *error)
{
    struct hours_horizon one_day = {.office = office};
    *staff = (struct staff){0};
    if (!hours_day_number(day, &one_day.first))
        return ra_fail(error, RA_INTERNAL, "no day");
    one_day.last = one_day.first;
    hours_day_text(one_day.first, one_day.first_text);
    hours_day_text(one_day.last, one_day.last_text);
    if (!read_names(request, staff, error) ||
        !hours_read_calendar(request->db, request->context, &one_day, &staff->calendar, error))
        return false;
    /* When the office is open is asked without the absences: nobody there is not closed. */
    struct plan_calendar everybody = staff->calendar;
    everybody.absence_count = 0;
    if (!plan_day(request->context, &everybody, one_day.first, &staff->plan))
        return ra_fail(error, RA_NO_MEMORY, "hours");
    for (size_t i = 0; i < staff->plan.count; i++) {
        const struct plan_seat *seat = &staff->plan.seats[i];
        staff->opens = i == 0 || seat->start < staff->opens ? seat->start : staff->opens;
        staff->closes = seat->end > staff->closes ? seat->end : staff->closes;
    }
    staff->fewest = hours_fewest_present(staff->names, staff->count, staff->calendar.absences,
                                         staff->calendar.absence_count, staff->opens, staff->closes);
    return true;
}

/* --- warnings --- */

static json_t *warning(const char *code, json_t *take_text)
{
    return json_pack("{s:s, s:o}", "code", code, "text", take_text);
}

static bool warn_of_staff(struct http_request *request, const struct staff *staff, json_t *warnings,
                          struct ra_error *error)
{
    int64_t needed = 0;
    if (!catalog_policy_number(request->app, request->now_us, "agents_floor", &needed, error))
        return false;
    if (staff->plan.count == 0 || (int64_t)staff->fewest >= needed)
        return true;
    json_array_append_new(
        warnings,
        warning("few-agents",
                json_sprintf(
                    staff->fewest == 1
                        ? "Só um agente pode assinar em parte do dia ou no dia todo: cada caso pede %lld."
                        : "Nenhum agente pode assinar em parte do dia ou no dia todo: cada caso pede %lld.",
                    (long long)needed)));
    return true;
}

static bool read_conflicts(struct http_request *request, const struct catalog_office *office,
                           struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_HOURS_CONFLICTS,
                    DB_VALUES(db_int(office->id), db_time(request->now_us)), rows, error);
}

static bool warn_of_conflicts(struct http_request *request, const struct catalog_office *office,
                              json_t *warnings, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!read_conflicts(request, office, &rows, error))
        return false;
    size_t count = db_row_count(rows);
    if (count > 0)
        json_array_append_new(
            warnings,
            warning("hours-gone", json_sprintf("%zu %s perdeu o horário e ainda não escolheu outro: "
                                               "ra-cli agenda conflicts.",
                                               count, count == 1 ? "pessoa" : "pessoas, cada uma")));
    return true;
}

bool agenda_warnings(struct http_request *request, const char *day, json_t **warnings, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct staff staff;
    *warnings = json_array();
    if (catalog_office(request->app, request->context, &office, error) &&
        read_staff(request, office, day, &staff, error) && warn_of_staff(request, &staff, *warnings, error) &&
        warn_of_conflicts(request, office, *warnings, error))
        return true;
    json_decref(*warnings);
    *warnings = NULL;
    return false;
}

/* --- the day --- */

bool hours_asked_day(struct http_request *request, char day[CATALOG_DAY_SIZE], struct ra_error *error)
{
    const char *asked = http_query(request, "date");
    int64_t number = 0;
    catalog_today(request->app, request->now_us, day);
    if (asked == NULL || asked[0] == '\0')
        return true;
    if (!hours_day_number(asked, &number))
        return ra_fail_field(error, "date", "date", "Use uma data que existe, como 2026-11-24.");
    memcpy(day, asked, CATALOG_DAY_SIZE);
    return true;
}

static json_t *agents_json(struct http_request *request, const struct staff *staff, int64_t now_minute)
{
    json_t *list = json_array();
    const struct plan_calendar *calendar = &staff->calendar;
    (void)request;
    for (size_t i = 0; i < staff->count; i++) {
        bool away = false;
        for (size_t j = 0; j < calendar->absence_count; j++)
            away = away ||
                   (strcmp(calendar->absences[j].agent, staff->names[i]) == 0 &&
                    calendar->absences[j].start < staff->closes && calendar->absences[j].end > staff->opens);
        json_array_append_new(list, json_pack("{s:s, s:b, s:b}", "name", staff->names[i], "absent", away,
                                              "absent_now",
                                              is_absent_at(staff->names[i], calendar->absences,
                                                           calendar->absence_count, now_minute)));
    }
    return list;
}

static bool add_slots(struct http_request *request, const struct catalog_office *office, const char *day,
                      json_t *model, struct ra_error *error)
{
    static const char *const numbers[] = {"public", "internal", "walk_in", "free", "booked"};
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "slots", list);
    if (!db_query(
            request->db, request->context, STATEMENT_HOURS_DAY_SLOTS,
            DB_VALUES(db_int(office->id), db_text(day), db_text(office->zone), db_time(request->now_us)),
            &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        json_t *slot = json_pack(
            "{s:s, s:s}", "start",
            local_time_rfc3339(request->context, row_time(rows, i, "starts"), office->offset_s), "end",
            local_time_rfc3339(request->context, row_time(rows, i, "ends"), office->offset_s));
        for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++)
            json_object_set_new(slot, numbers[j], json_integer(row_int(rows, i, numbers[j])));
        json_array_append_new(list, slot);
    }
    return true;
}

static bool add_appointments(struct http_request *request, const struct catalog_office *office,
                             const char *day, json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "appointments", list);
    if (!db_query(request->db, request->context, STATEMENT_HOURS_DAY_APPOINTMENTS,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(office->zone)), &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "order", row_text(rows, i, "code"), "name",
                      row_text(rows, i, "name"), "product", row_text(rows, i, "product"), "start",
                      local_time_rfc3339(request->context, row_time(rows, i, "starts"), office->offset_s),
                      "mode", row_text(rows, i, "mode"), "state", row_text(rows, i, "state"), "lane",
                      (json_int_t)row_int(rows, i, "lane"), "hour_gone", row_bool(rows, i, "withdrawn")));
    return true;
}

static bool add_holidays(struct http_request *request, const struct catalog_office *office, const char *day,
                         json_t *model, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *list = json_array();
    json_object_set_new(model, "holidays", list);
    if (!db_query(request->db, request->context, STATEMENT_HOURS_HOLIDAYS,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(day)), &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "name", row_text(rows, i, "name"), "law",
                                        row_text(rows, i, "source"), "closes", row_text(rows, i, "closes")));
    return true;
}

bool hours_day_json(struct http_request *request, const char *day, json_t **model, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct staff staff;
    json_t *warnings = NULL;
    *model = NULL;
    if (!catalog_office(request->app, request->context, &office, error) ||
        !read_staff(request, office, day, &staff, error) || !agenda_warnings(request, day, &warnings, error))
        return false;
    int64_t now_minute = (request->now_us / 1000000 + office->offset_s) / 60;
    *model = json_pack("{s:s, s:b, s:I, s:o, s:o}", "date", day, "open", staff.plan.count > 0,
                       "agents_may_sign", (json_int_t)staff.fewest, "warnings", warnings, "agents",
                       agents_json(request, &staff, now_minute));
    if (add_holidays(request, office, day, *model, error) && add_slots(request, office, day, *model, error) &&
        add_appointments(request, office, day, *model, error))
        return true;
    json_decref(*model);
    *model = NULL;
    return false;
}

/* --- who waits for another hour --- */

static const char *reach_word(const struct db_rows *rows, size_t row, int64_t now_us)
{
    switch (hours_reach_of(row_text(rows, row, "email"), row_bool(rows, row, "confirmed"),
                           row_bool(rows, row, "bounced"), row_time(rows, row, "starts"), now_us)) {
    case HOURS_BY_MAIL:
        return "mail";
    case HOURS_BY_PHONE:
        return "phone";
    case HOURS_BY_BOTH:
    default:
        return "both";
    }
}

bool hours_conflicts_json(struct http_request *request, json_t **model, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    *model = NULL;
    if (!catalog_office(request->app, request->context, &office, error) ||
        !read_conflicts(request, office, &rows, error))
        return false;
    json_t *list = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *reach = reach_word(rows, i, request->now_us);
        json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:b}", "appointment",
                      (json_int_t)row_int(rows, i, "appointment"), "order", row_text(rows, i, "code"), "name",
                      row_text(rows, i, "name"), "start",
                      local_time_rfc3339(request->context, row_time(rows, i, "starts"), office->offset_s),
                      "phone", row_text(rows, i, "phone"), "reach", reach, "call",
                      strcmp(reach, "mail") != 0));
    }
    *model = json_pack("{s:o}", "items", list);
    return *model != NULL || ra_fail(error, RA_NO_MEMORY, "conflicts");
}
