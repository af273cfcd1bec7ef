/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which seats a day has: series of opening hours, the holidays over them, the exceptions of a day, the lanes
 * and whose presence they rest on. Pure: local minutes since 1970-01-01T00:00 of the office's wall, no zones,
 * no clock, no database.
 *
 * Precedence: exception, then holiday, then series. A day with hours of its own ("open") has neither series
 * nor holiday; a closed span takes away whatever lies in it, also of such hours. A span belongs to the day it
 * opens on and may end on the next one; what falls into a closure there is closed.
 */
#ifndef AGENDA_HOURS_PLAN_H
#define AGENDA_HOURS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum {
    PLAN_DAY_MINUTES = 1440,
    PLAN_EVERY_WEEKS_MAX = 8,
    PLAN_LANES_MAX = 100,
    PLAN_LOCAL_SIZE = 20, /* "2026-11-24 08:20:00" */
};

/* Days since 1970-01-01; both ends of a window are included. */
#define PLAN_NO_END INT64_MAX

enum plan_visibility { PLAN_PUBLIC, PLAN_INTERNAL, PLAN_WALK_IN };

/* Lanes are numbered from 1: the public ones first, then the office's own, then those kept for walk-ins. */
struct plan_lanes {
    int open, internal, walk_in;
};

/* Opens and closes in minutes of the day; `closes` is beyond 1440 where the span ends on the next day. */
struct plan_span {
    int opens, closes;
    int slot_minutes;
    struct plan_lanes lanes;
};

struct plan_series {
    int weekday; /* 1 Monday … 7 Sunday */
    int every_weeks;
    struct plan_span span;
    int64_t from, until; /* weeks are counted from the one of `from` */
};

/* A day's own hours. */
struct plan_opening {
    int64_t day;
    struct plan_span span;
};

/* [start, end): a closed exception, or what a holiday closes. */
struct plan_closure {
    int64_t start, end;
};

struct plan_absence {
    const char *agent;
    int64_t start, end;
};

/* From `from` to `until` this lane rests on this agent ("" on anybody) and allows these skills. */
struct plan_duty {
    int lane;
    const char *agent;
    uint32_t skills;
    int64_t from, until;
};

struct plan_calendar {
    struct plan_series *series;
    size_t series_count;
    struct plan_opening *openings;
    size_t opening_count;
    struct plan_closure *closures; /* exceptions */
    size_t closure_count;
    struct plan_closure *holidays;
    size_t holiday_count;
    struct plan_absence *absences;
    size_t absence_count;
    struct plan_duty *duties;
    size_t duty_count;
};

struct plan_seat {
    int lane;
    enum plan_visibility visibility;
    uint32_t skills;
    int64_t start, end;
};

/* Seats in order of time and lane as they come; on `context`. */
struct plan {
    struct plan_seat *seats;
    size_t count;
};

/* Adds the seats of spans that open on `day`; false when memory ran out. A rest shorter than a slot is no
 * slot. Of an absent agent the lanes that rest on him are gone; one who has no lane of his own takes away the
 * last lane that rests on anybody: the reserve before what is promised to the public. */
bool plan_day(TALLOC_CTX *context, const struct plan_calendar *calendar, int64_t day, struct plan *plan);

/* Two seats of one lane at the same time: series that overlap. Gives the instant of the first; memory that
 * ran out counts as one at 0. */
bool plan_overlaps(const struct plan *plan, int64_t *at);

/* "2026-11-24 08:20:00" */
void plan_local_text(int64_t minute, char text[PLAN_LOCAL_SIZE]);

/* "public", "internal", "walk_in" */
const char *plan_visibility_word(enum plan_visibility visibility);

#endif
