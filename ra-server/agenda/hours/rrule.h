/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recurrence rules that opening hours are written as outside (RFC 5545 3.3.10), and no more than those:
 * FREQ=DAILY, or FREQ=WEEKLY with BYDAY and INTERVAL up to PLAN_EVERY_WEEKS_MAX, with UNTIL or without an
 * end. A foreign rule is read into this structure or refused; it is never expanded. Pure.
 */
#ifndef AGENDA_HOURS_RRULE_H
#define AGENDA_HOURS_RRULE_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { RRULE_SIZE = 120, RRULE_TEXT_MAX = 200 };

struct rrule {
    unsigned weekdays; /* bit 1 << weekday, Monday 1 … Sunday 7; 0: the weekday of the first day */
    int every_weeks;
    int64_t until; /* the last day, since 1970-01-01; PLAN_NO_END */
};

/* `offset_s` is the office's from UTC, for an UNTIL that is an instant. RA_RULE_REFUSED, reason
 * "rrule-not-supported", naming the part that is beyond the subset. */
RA_MUST_CHECK bool rrule_read(const char *text, int offset_s, struct rrule *rule, struct ra_error *error);

/* UNTIL is the last second of its day, in UTC as RFC 5545 wants it beside a TZID. */
void rrule_write(const struct rrule *rule, int offset_s, char text[RRULE_SIZE]);

#endif
