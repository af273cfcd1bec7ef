/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of the agenda: which seats a day has, what lies nearest to a wish. Pure functions over local
 * times; zones, clocks and the database stay outside.
 */
#ifndef AGENDA_AGENDA_RULES_H
#define AGENDA_AGENDA_RULES_H

#include "catalog/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AGENDA_LOCAL_SIZE = 20 }; /* "2026-11-24 08:20:00" */

/* One row of opening hours: a weekday's span, cut into slots of equal length, each with so many lanes. */
struct agenda_opening {
    int weekday; /* 1 Monday … 7 Sunday */
    int opens_minute, closes_minute;
    int slot_minutes;
    int public_lanes, internal_lanes;
    const char *from;  /* YYYY-MM-DD */
    const char *until; /* "" = no end */
};

/* A seat as it ought to be, in the office's local time. */
struct agenda_plan_seat {
    int lane; /* public lanes first, from 1 */
    bool internal;
    char start[AGENDA_LOCAL_SIZE];
    char end[AGENDA_LOCAL_SIZE];
};

/* How many seats agenda_plan_day would write. */
size_t agenda_plan_size(const struct agenda_opening *openings, size_t count, const char *day, int weekday);

/* The seats of one day; a rest shorter than a slot is no slot. `seats` has room for agenda_plan_size.
 * Holidays are the caller's: a closed day is simply not planned. */
size_t agenda_plan_day(const struct agenda_opening *openings, size_t count, const char *day, int weekday,
                       struct agenda_plan_seat *seats);

struct agenda_slot {
    int64_t start_us, end_us;
    int offset_s;
    int seats; /* free ones that the asker may take */
};

/* The free slots nearest to a wished start, the nearest first, of two equally near the earlier; at most
 * `most`. Returns how many were written to `nearest` (indexes into `slots`). */
size_t agenda_nearest(const struct agenda_slot *slots, size_t count, int64_t wished_us, size_t most,
                      size_t *nearest);

/* How long a seat given back stays away from the public: from `least` to `most` minutes, by a number drawn
 * over all of its range. Where the two are the wrong way round, `least`. In microseconds. */
int64_t agenda_release_delay_us(int64_t least_minutes, int64_t most_minutes, uint32_t drawn);

/* "in_person" and "video". */
bool agenda_mode_known(const char *mode);

#endif
