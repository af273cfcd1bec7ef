/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of the agenda: what lies nearest to a wish. Pure functions; which seats a day has is
 * hours/plan.h.
 */
#ifndef AGENDA_AGENDA_RULES_H
#define AGENDA_AGENDA_RULES_H

#include "catalog/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agenda_slot {
    int64_t start_us, end_us;
    int offset_s;
    int seats; /* free ones that the asker may take */
};

/* What a session takes of a lane: first what is prepared without the person, then the time with the person.
 */
struct agenda_need {
    int64_t before_us, with_us;
    uint32_t skills; /* that each of its seats must allow: hours/duration.h */
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
