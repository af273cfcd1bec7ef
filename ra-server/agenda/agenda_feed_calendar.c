/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_feed_calendar.h"

#include "agenda/agenda_calendar.h"
#include "agenda/agenda_calendar_text.h"
#include "agenda/agenda_calendar_zone.h"

#include <stdio.h>

enum { UID_SIZE = 320, DURATION_SIZE = 16 };

static struct icaltimetype utc_time(int64_t instant_us)
{
    return icaltime_from_timet_with_zone((time_t)(instant_us / 1000000), 0, icaltimezone_get_utc_timezone());
}

static void add_named(icalcomponent *component, const char *name, const char *value)
{
    icalproperty *property = icalproperty_new_x(value);
    icalproperty_set_x_name(property, name);
    icalcomponent_add_property(component, property);
}

static void add_event(icalcomponent *calendar, const struct feed_facts *facts, const struct feed_event *event,
                      icaltimezone *zone)
{
    char uid[UID_SIZE], organizer[UID_SIZE];
    snprintf(uid, sizeof uid, "atendimento-%lld@%.200s", (long long)event->id, facts->host);
    snprintf(organizer, sizeof organizer, "mailto:%.254s", facts->organizer);
    icalcomponent *component = icalcomponent_vanew(
        ICAL_VEVENT_COMPONENT, icalproperty_new_uid(uid), icalproperty_new_sequence(event->sequence),
        icalproperty_new_dtstamp(utc_time(event->changed_us)),
        icalproperty_new_lastmodified(utc_time(event->changed_us)),
        icalproperty_new_summary(event->video ? "Atendimento por vídeo" : "Atendimento presencial"),
        icalproperty_new_location(facts->location), icalproperty_new_organizer(organizer),
        icalproperty_new_class(ICAL_CLASS_CONFIDENTIAL), icalproperty_new_status(ICAL_STATUS_CONFIRMED),
        icalproperty_new_transp(ICAL_TRANSP_OPAQUE), (void *)0);
    if (component == NULL)
        return;
    calendar_zone_add(component, icalproperty_new_dtstart(calendar_zone_local(zone, event->start_us)),
                      facts->zone);
    calendar_zone_add(component, icalproperty_new_dtend(calendar_zone_local(zone, event->end_us)),
                      facts->zone);
    icalcomponent_add_component(calendar, component);
}

static icalcomponent *feed_component(const struct feed_facts *facts, icaltimezone *zone)
{
    char duration[DURATION_SIZE];
    bool empty = facts->count == 0;
    int64_t first_us = empty ? facts->since_us : facts->events[0].start_us;
    int64_t last_us = empty ? facts->since_us : facts->events[facts->count - 1].end_us;
    icalcomponent *calendar = icalcomponent_vanew(
        ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"), icalproperty_new_prodid(CALENDAR_PRODID),
        icalproperty_new_calscale("GREGORIAN"), icalproperty_new_method(ICAL_METHOD_PUBLISH),
        icalproperty_new_name(facts->name),
        icalproperty_new_refreshinterval(icaldurationtype_from_int(FEED_REFRESH_MINUTES * 60)),
        calendar_zone_component(facts->zone, zone, first_us, last_us), (void *)0);
    if (calendar == NULL)
        return NULL;
    snprintf(duration, sizeof duration, "PT%dM", FEED_REFRESH_MINUTES);
    add_named(calendar, "X-WR-CALNAME",
              facts->name); /* what older clients know of NAME and REFRESH-INTERVAL */
    add_named(calendar, "X-PUBLISHED-TTL", duration);
    for (size_t i = 0; i < facts->count; i++)
        add_event(calendar, facts, &facts->events[i], zone);
    return calendar;
}

static bool write_locked(TALLOC_CTX *context, const struct feed_facts *facts, struct bytes *output,
                         struct ra_error *error)
{
    icaltimezone *zone = NULL;
    if (!calendar_zone(facts->zone, &zone, error))
        return false;
    icalcomponent *calendar = feed_component(facts, zone);
    bool done = calendar_text(context, calendar, output, error);
    if (calendar != NULL)
        icalcomponent_free(calendar);
    return done;
}

bool calendar_feed_write(TALLOC_CTX *context, const struct feed_facts *facts, struct bytes *output,
                         struct ra_error *error)
{
    calendar_library_enter();
    bool done = write_locked(context, facts, output, error);
    calendar_library_leave();
    return done;
}
