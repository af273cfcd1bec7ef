/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/hours/plan.h"

#include "agenda/hours/duration.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *plan_visibility_word(enum plan_visibility visibility)
{
    switch (visibility) {
    case PLAN_PUBLIC:
        return "public";
    case PLAN_INTERNAL:
        return "internal";
    case PLAN_WALK_IN:
    default:
        return "walk_in";
    }
}

void plan_local_text(int64_t minute, char text[PLAN_LOCAL_SIZE])
{
    char long_text[64];
    int64_t day = minute / PLAN_DAY_MINUTES;
    struct local_time date = local_time_of_day_number(day);
    int of_day = (int)(minute - day * PLAN_DAY_MINUTES);
    snprintf(long_text, sizeof long_text, "%04d-%02d-%02d %02d:%02d:00", date.year, date.month, date.day,
             of_day / 60, of_day % 60);
    snprintf(text, PLAN_LOCAL_SIZE, "%.19s", long_text);
}

static int64_t monday_of(int64_t day)
{
    return day - (local_time_of_day_number(day).weekday - 1);
}

static bool is_in_force(const struct plan_series *series, int64_t day)
{
    if (series->weekday != local_time_of_day_number(day).weekday || day < series->from || day > series->until)
        return false;
    return (monday_of(day) - monday_of(series->from)) / 7 % series->every_weeks == 0;
}

static bool overlap(int64_t start, int64_t end, int64_t other_start, int64_t other_end)
{
    return start < other_end && other_start < end;
}

static bool is_closed(const struct plan_closure *closures, size_t count, int64_t start, int64_t end)
{
    for (size_t i = 0; i < count; i++)
        if (overlap(start, end, closures[i].start, closures[i].end))
            return true;
    return false;
}

/* --- lanes and agents --- */

static const struct plan_duty *duty_of(const struct plan_calendar *calendar, int lane, int64_t day)
{
    const struct plan_duty *newest = NULL;
    for (size_t i = 0; i < calendar->duty_count; i++) {
        const struct plan_duty *duty = &calendar->duties[i];
        if (duty->lane == lane && duty->from <= day && day <= duty->until &&
            (newest == NULL || duty->from > newest->from))
            newest = duty;
    }
    return newest;
}

static bool rests_on_anybody(const struct plan_calendar *calendar, int lane, int64_t day)
{
    const struct plan_duty *duty = duty_of(calendar, lane, day);
    return duty == NULL || duty->agent[0] == '\0';
}

static bool is_absent(const struct plan_calendar *calendar, const char *agent, int64_t start, int64_t end)
{
    for (size_t i = 0; i < calendar->absence_count; i++)
        if (strcmp(calendar->absences[i].agent, agent) == 0 &&
            overlap(start, end, calendar->absences[i].start, calendar->absences[i].end))
            return true;
    return false;
}

static bool has_a_lane(const struct plan_calendar *calendar, const char *agent, int lanes, int64_t day)
{
    for (int lane = 1; lane <= lanes; lane++) {
        const struct plan_duty *duty = duty_of(calendar, lane, day);
        if (duty != NULL && strcmp(duty->agent, agent) == 0)
            return true;
    }
    return false;
}

/* Absent agents without a lane of their own, each once. */
static int absent_without_lane(const struct plan_calendar *calendar, int lanes, int64_t day, int64_t start,
                               int64_t end)
{
    int absent = 0;
    for (size_t i = 0; i < calendar->absence_count; i++) {
        const struct plan_absence *absence = &calendar->absences[i];
        bool counted = !overlap(start, end, absence->start, absence->end) ||
                       has_a_lane(calendar, absence->agent, lanes, day);
        for (size_t j = 0; j < i && !counted; j++)
            counted = strcmp(calendar->absences[j].agent, absence->agent) == 0 &&
                      overlap(start, end, calendar->absences[j].start, calendar->absences[j].end);
        absent += counted ? 0 : 1;
    }
    return absent;
}

static bool lane_is_staffed(const struct plan_calendar *calendar, int lane, int lanes, int64_t day,
                            int64_t start, int64_t end)
{
    const struct plan_duty *duty = duty_of(calendar, lane, day);
    if (duty != NULL && duty->agent[0] != '\0')
        return !is_absent(calendar, duty->agent, start, end);
    int behind = 0;
    for (int other = lane + 1; other <= lanes; other++)
        behind += rests_on_anybody(calendar, other, day) ? 1 : 0;
    return behind >= absent_without_lane(calendar, lanes, day, start, end);
}

/* --- seats --- */

static enum plan_visibility visibility_of(const struct plan_lanes *lanes, int lane)
{
    if (lane <= lanes->open)
        return PLAN_PUBLIC;
    return lane <= lanes->open + lanes->internal ? PLAN_INTERNAL : PLAN_WALK_IN;
}

static bool add_slot(TALLOC_CTX *context, const struct plan_calendar *calendar, const struct plan_span *span,
                     int64_t day, int64_t start, struct plan *plan)
{
    int lanes = span->lanes.open + span->lanes.internal + span->lanes.walk_in;
    int64_t end = start + span->slot_minutes;
    struct plan_seat *grown =
        talloc_realloc(context, plan->seats, struct plan_seat, (unsigned)(plan->count + (size_t)lanes));
    if (grown == NULL)
        return false;
    plan->seats = grown;
    for (int lane = 1; lane <= lanes; lane++) {
        const struct plan_duty *duty = duty_of(calendar, lane, day);
        if (lane_is_staffed(calendar, lane, lanes, day, start, end))
            plan->seats[plan->count++] = (struct plan_seat){
                .lane = lane,
                .visibility = visibility_of(&span->lanes, lane),
                .skills = duty != NULL ? duty->skills : AGENDA_EVERY_SKILL,
                .start = start,
                .end = end,
            };
    }
    return true;
}

static bool add_span(TALLOC_CTX *context, const struct plan_calendar *calendar, const struct plan_span *span,
                     int64_t day, bool holidays_count, struct plan *plan)
{
    int64_t opens = day * PLAN_DAY_MINUTES + span->opens, closes = day * PLAN_DAY_MINUTES + span->closes;
    for (int64_t start = opens; start + span->slot_minutes <= closes; start += span->slot_minutes) {
        int64_t end = start + span->slot_minutes;
        if (is_closed(calendar->closures, calendar->closure_count, start, end) ||
            (holidays_count && is_closed(calendar->holidays, calendar->holiday_count, start, end)))
            continue;
        if (!add_slot(context, calendar, span, day, start, plan))
            return false;
    }
    return true;
}

bool plan_day(TALLOC_CTX *context, const struct plan_calendar *calendar, int64_t day, struct plan *plan)
{
    bool own_hours = false, whole = true;
    for (size_t i = 0; i < calendar->opening_count && whole; i++)
        if (calendar->openings[i].day == day) {
            own_hours = true;
            whole = add_span(context, calendar, &calendar->openings[i].span, day, false, plan);
        }
    for (size_t i = 0; i < calendar->series_count && whole && !own_hours; i++)
        if (is_in_force(&calendar->series[i], day))
            whole = add_span(context, calendar, &calendar->series[i].span, day, true, plan);
    return whole;
}

static int by_lane_and_start(const void *left, const void *right)
{
    const struct plan_seat *one = left, *other = right;
    if (one->lane != other->lane)
        return one->lane < other->lane ? -1 : 1;
    return one->start < other->start ? -1 : one->start > other->start ? 1 : 0;
}

bool plan_overlaps(const struct plan *plan, int64_t *at)
{
    struct plan_seat *sorted =
        plan->count > 0 ? talloc_memdup(NULL, plan->seats, plan->count * sizeof *sorted) : NULL;
    bool found = plan->count > 0 && sorted == NULL;
    *at = 0;
    if (sorted != NULL)
        qsort(sorted, plan->count, sizeof *sorted, by_lane_and_start);
    for (size_t i = 1; sorted != NULL && i < plan->count && !found; i++)
        if (sorted[i - 1].lane == sorted[i].lane && sorted[i - 1].end > sorted[i].start) {
            found = true;
            *at = sorted[i].start;
        }
    talloc_free(sorted);
    return found;
}
