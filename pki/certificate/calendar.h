/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Days of the Gregorian calendar as certificates need them: read, compare, add months. No zones, no times.
 * Pure functions, safe in any thread.
 */
#ifndef PKI_CERTIFICATE_CALENDAR_H
#define PKI_CERTIFICATE_CALENDAR_H

#include "pki/base/attributes.h"

#include <stdbool.h>
#include <time.h>

struct calendar_day {
    int year;  /* 1 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

enum calendar_verdict {
    CALENDAR_DAY,    /* a real day */
    CALENDAR_SHAPE,  /* not written YYYY-MM-DD */
    CALENDAR_NO_DAY, /* right shape, no such day */
};

/* Reads exactly "YYYY-MM-DD"; *day is set only for CALENDAR_DAY. */
RA_MUST_CHECK enum calendar_verdict calendar_parse(const char *text, struct calendar_day *day);

/* Negative, zero or positive, as left is before, equal to or after right. */
int calendar_compare(struct calendar_day left, struct calendar_day right);

/* The same day so many months later; the last day of the month where that day does not exist. */
struct calendar_day calendar_add_months(struct calendar_day day, unsigned months);

/* The same hour so many months later, in UTC; a day that does not exist runs over into the next month. */
time_t calendar_months_later(time_t instant, unsigned months);

#endif
