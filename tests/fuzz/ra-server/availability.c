/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Foreign calendars (RFC 7953). Whatever comes is refused or becomes series and days that the plan can take:
 * within their bounds, with seats, never longer than a day.
 */
#include "agenda/hours/availability.h"

#include "agenda/hours/rrule.h"

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_sound(const struct plan_span *span, bool with_seats)
{
    int lanes = span->lanes.open + span->lanes.internal + span->lanes.walk_in;
    return span->opens >= 0 && span->opens < PLAN_DAY_MINUTES && span->closes > span->opens &&
           span->closes - span->opens <= PLAN_DAY_MINUTES &&
           (!with_seats || (lanes > 0 && lanes <= PLAN_LANES_MAX && span->slot_minutes >= 5));
}

static void check(const struct availability *availability)
{
    for (size_t i = 0; i < availability->series_count; i++) {
        const struct availability_series *series = &availability->series[i];
        if (!is_sound(&series->span, true) || series->weekdays == 0 || (series->weekdays & ~0xFEU) != 0 ||
            series->every_weeks < 1 || series->every_weeks > PLAN_EVERY_WEEKS_MAX)
            abort();
    }
    for (size_t i = 0; i < availability->day_count; i++) {
        const struct availability_day *day = &availability->days[i];
        if (!is_sound(&day->span, day->open) || day->reason[0] == '\0')
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct availability_terms terms = {"America/Sao_Paulo", -10800, {0, 0, 20, {2, 1, 0}}};
    struct availability availability;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, (const char *)data, size);
    if (text != NULL && availability_read(context, text, &terms, &availability, &error))
        check(&availability);
    talloc_free(context);
    return 0;
}
