/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zones as calendars carry them: local times, and a VTIMEZONE of our own that holds only the observances
 * which the calendar's times fall in. libical's own component carries kilobytes of history under a foreign
 * TZID. Offsets come from the system's zone data, so that a summer time that is decreed anew needs no
 * release.
 *
 * Everything here runs inside the library's lock (agenda_calendar_text.h).
 */
#ifndef AGENDA_AGENDA_CALENDAR_ZONE_H
#define AGENDA_AGENDA_CALENDAR_ZONE_H

#include "pki/base/error.h"

#include <libical/ical.h>
#include <stdint.h>

/* By IANA name; the library's own. RA_INTERNAL where the system's zone data has none of that name. */
RA_MUST_CHECK bool calendar_zone(const char *name, icaltimezone **zone, struct ra_error *error);

/* The wall clock of an instant, without a zone: the property gets a TZID (calendar_zone_mark). */
struct icaltimetype calendar_zone_local(icaltimezone *zone, int64_t instant_us);

/* VTIMEZONE with the observances of [first, last]: the one in force at `first`, beginning where it began, and
 * each that begins until `last`. The caller's; NULL when memory ran out. */
icalcomponent *calendar_zone_component(const char *name, icaltimezone *zone, int64_t first_us,
                                       int64_t last_us);

/* DTSTART or DTEND at a local time under its TZID, added to `component`. */
void calendar_zone_add(icalcomponent *component, icalproperty *take_property, const char *name);

#endif
