/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_calendar_zone.h"

#include <stdio.h>

/* No observance is shorter than the step, so that none is stepped over. */
enum { STEP_S = 14 * 86400, OFFSET_TEXT_SIZE = 8 };

struct observance {
    int offset_s;
    int daylight;
};

bool calendar_zone(const char *name, icaltimezone **zone, struct ra_error *error)
{
    *zone = icaltimezone_get_builtin_timezone(name);
    return *zone != NULL || ra_fail(error, RA_INTERNAL, "no zone data for %s", name);
}

static struct icaltimetype utc_time(int64_t instant_s)
{
    return icaltime_from_timet_with_zone((time_t)instant_s, 0, icaltimezone_get_utc_timezone());
}

static struct observance observance_at(icaltimezone *zone, int64_t instant_s)
{
    struct icaltimetype utc = utc_time(instant_s);
    struct observance observance = {0, 0};
    observance.offset_s = icaltimezone_get_utc_offset_of_utc_time(zone, &utc, &observance.daylight);
    return observance;
}

static bool same(struct observance left, struct observance right)
{
    return left.offset_s == right.offset_s && left.daylight == right.daylight;
}

struct icaltimetype calendar_zone_local(icaltimezone *zone, int64_t instant_us)
{
    int64_t instant_s = instant_us / 1000000;
    return icaltime_from_timet_with_zone((time_t)(instant_s + observance_at(zone, instant_s).offset_s), 0,
                                         NULL);
}

/* The first second of what is in force at `high`, which is not yet in force at `low`. */
static int64_t change_between(icaltimezone *zone, int64_t low, int64_t high)
{
    struct observance later = observance_at(zone, high);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (same(observance_at(zone, middle), later))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* When the observance of an instant began; the epoch for one that is older. */
static int64_t beginning_of(icaltimezone *zone, int64_t instant_s)
{
    struct observance now = observance_at(zone, instant_s);
    for (int64_t high = instant_s; high > 0; high -= STEP_S)
        if (!same(observance_at(zone, high - STEP_S), now))
            return change_between(zone, high - STEP_S, high);
    return 0;
}

/* "-03", "-0330" */
static void offset_text(int offset_s, char text[OFFSET_TEXT_SIZE])
{
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60 % 6000;
    char sign = offset_s < 0 ? '-' : '+';
    if (minutes % 60 == 0)
        snprintf(text, OFFSET_TEXT_SIZE, "%c%02d", sign, minutes / 60);
    else
        snprintf(text, OFFSET_TEXT_SIZE, "%c%02d%02d", sign, minutes / 60, minutes % 60);
}

static icalcomponent *observance_component(icaltimezone *zone, int64_t onset_s)
{
    char text[OFFSET_TEXT_SIZE];
    struct observance before = observance_at(zone, onset_s > 0 ? onset_s - 1 : 0);
    struct observance after = observance_at(zone, onset_s);
    struct icaltimetype local =
        icaltime_from_timet_with_zone((time_t)(onset_s > 0 ? onset_s + before.offset_s : 0), 0, NULL);
    offset_text(after.offset_s, text);
    return icalcomponent_vanew(
        after.daylight != 0 ? ICAL_XDAYLIGHT_COMPONENT : ICAL_XSTANDARD_COMPONENT,
        icalproperty_new_dtstart(local), icalproperty_new_tzoffsetfrom(before.offset_s),
        icalproperty_new_tzoffsetto(after.offset_s), icalproperty_new_tzname(text), (void *)0);
}

static void add_observance(icalcomponent *component, icaltimezone *zone, int64_t onset_s)
{
    icalcomponent *observance = observance_component(zone, onset_s);
    if (observance != NULL)
        icalcomponent_add_component(component, observance);
}

icalcomponent *calendar_zone_component(const char *name, icaltimezone *zone, int64_t first_us,
                                       int64_t last_us)
{
    int64_t last = last_us / 1000000;
    icalcomponent *component =
        icalcomponent_vanew(ICAL_VTIMEZONE_COMPONENT, icalproperty_new_tzid(name), (void *)0);
    if (component == NULL)
        return NULL;
    add_observance(component, zone, beginning_of(zone, first_us / 1000000));
    for (int64_t at = first_us / 1000000; at < last;) {
        int64_t next = at + STEP_S < last ? at + STEP_S : last;
        if (!same(observance_at(zone, next), observance_at(zone, at)))
            add_observance(component, zone, change_between(zone, at, next));
        at = next;
    }
    return component;
}

void calendar_zone_add(icalcomponent *component, icalproperty *take_property, const char *name)
{
    icalproperty_add_parameter(take_property, icalparameter_new_tzid(name));
    icalcomponent_add_property(component, take_property);
}
