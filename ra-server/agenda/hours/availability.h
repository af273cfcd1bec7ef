/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar as iCalendar VAVAILABILITY (RFC 7953), out and in, through libical.
 *
 * Out: series are AVAILABLE parts of one VAVAILABILITY of low priority; each holiday, each closed span and
 * each day of its own hours is a VAVAILABILITY of higher priority over its days, so that the RFC's precedence
 * is ours: exception, then holiday, then series. How many seats there are stands in X-GUICHE properties.
 *
 * In: foreign bytes. They are read into our own structure (availability_read, pure) or refused; nothing is
 * ever expanded by libical. Holidays of our own making are left out: they are law, not hours.
 */
#ifndef AGENDA_HOURS_AVAILABILITY_H
#define AGENDA_HOURS_AVAILABILITY_H

#include "agenda/hours/change.h"
#include "app.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <talloc.h>

enum {
    AVAILABILITY_BYTES_MAX = 256 * 1024,
    AVAILABILITY_PARTS_MAX = 400,
    AVAILABILITY_SPAN_DAYS_MAX = 62,
    AVAILABILITY_REASON_SIZE = 201,
};

/* A repeated span; one weekday of it is one row of `opening`. */
struct availability_series {
    unsigned weekdays;
    int every_weeks;
    struct plan_span span;
    int64_t from, until;
};

/* A closed span of one day, or its own hours. */
struct availability_day {
    int64_t day;
    bool open, whole_day;
    struct plan_span span;
    char reason[AVAILABILITY_REASON_SIZE];
};

struct availability {
    struct availability_series *series;
    size_t series_count;
    struct availability_day *days;
    size_t day_count;
};

/* What a part that does not say its seats has; the zone that local times must be of, and its offset. */
struct availability_terms {
    const char *zone;
    int offset_s;
    struct plan_span usual; /* slot_minutes and lanes */
};

/* On `context`. RA_INVALID with the field "calendar"; RA_RULE_REFUSED "rrule-not-supported". Pure but for
 * libical's lock. */
RA_MUST_CHECK bool availability_read(TALLOC_CTX *context, const char *text,
                                     const struct availability_terms *terms,
                                     struct availability *availability, struct ra_error *error);

/* Writes the rows that make the calendar what `change` (HOURS_IMPORT) says, from its first day on: series
 * that are not in it end, those that are new begin, days are added. The same calendar again changes nothing.
 */
RA_MUST_CHECK bool availability_import(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                                       const struct hours_author *author, const struct hours_change *change,
                                       struct ra_error *error);

RA_MUST_CHECK bool availability_export(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                                       struct bytes *text, struct ra_error *error);

#endif
