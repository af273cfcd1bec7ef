/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_calendar.h"

#include "agenda/agenda_calendar_text.h"
#include "agenda/agenda_calendar_zone.h"

#include <string.h>

enum { DAY_BEFORE_MINUTES = 24 * 60, HOUR_BEFORE_MINUTES = 60 };

static icalproperty_method method_of(const char *method)
{
    if (strcmp(method, "REQUEST") == 0)
        return ICAL_METHOD_REQUEST;
    return strcmp(method, "CANCEL") == 0 ? ICAL_METHOD_CANCEL : ICAL_METHOD_PUBLISH;
}

static struct icaltimetype utc_time(int64_t instant_us)
{
    return icaltime_from_timet_with_zone((time_t)(instant_us / 1000000), 0, icaltimezone_get_utc_timezone());
}

static icalcomponent *alarm_component(int minutes_before, const char *text)
{
    struct icaltriggertype trigger = {.time = icaltime_null_time(),
                                      .duration = icaldurationtype_from_int(-60 * minutes_before)};
    return icalcomponent_vanew(ICAL_VALARM_COMPONENT, icalproperty_new_action(ICAL_ACTION_DISPLAY),
                               icalproperty_new_trigger(trigger), icalproperty_new_description(text),
                               (void *)0);
}

static void add_people(icalcomponent *event, TALLOC_CTX *context, const struct calendar_facts *facts)
{
    icalproperty *organizer =
        icalproperty_new_organizer(talloc_asprintf(context, "mailto:%s", facts->organizer));
    icalproperty_add_parameter(organizer, icalparameter_new_cn(facts->organizer_name));
    icalcomponent_add_property(event, organizer);
    if (facts->attendee[0] == '\0')
        return;
    icalproperty *attendee =
        icalproperty_new_attendee(talloc_asprintf(context, "mailto:%s", facts->attendee));
    icalproperty_add_parameter(attendee, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
    icalproperty_add_parameter(attendee, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
    icalproperty_add_parameter(attendee,
                               icalparameter_new_rsvp(facts->cancelled ? ICAL_RSVP_FALSE : ICAL_RSVP_TRUE));
    icalcomponent_add_property(event, attendee);
}

/* RFC 7986 5.11 */
static void add_conference(icalcomponent *event, const char *url)
{
    if (url[0] == '\0')
        return;
    icalproperty *conference = icalproperty_new_conference(url);
    icalproperty_add_parameter(conference, icalparameter_new_value(ICAL_VALUE_URI));
    icalproperty_add_parameter(conference, icalparameter_new_feature(ICAL_FEATURE_VIDEO));
    icalcomponent_add_property(event, conference);
}

static icalcomponent *event_component(TALLOC_CTX *context, const struct calendar_facts *facts,
                                      icaltimezone *zone)
{
    icalcomponent *event = icalcomponent_vanew(
        ICAL_VEVENT_COMPONENT, icalproperty_new_uid(facts->uid), icalproperty_new_sequence(facts->sequence),
        icalproperty_new_dtstamp(utc_time(facts->stamp_us)), icalproperty_new_summary(facts->summary),
        icalproperty_new_description(facts->description), icalproperty_new_location(facts->location),
        icalproperty_new_url(facts->url), icalproperty_new_class(ICAL_CLASS_PRIVATE),
        icalproperty_new_status(facts->cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED), (void *)0);
    if (event == NULL)
        return NULL;
    calendar_zone_add(event, icalproperty_new_dtstart(calendar_zone_local(zone, facts->start_us)),
                      facts->zone);
    calendar_zone_add(event, icalproperty_new_dtend(calendar_zone_local(zone, facts->end_us)), facts->zone);
    add_people(event, context, facts);
    add_conference(event, facts->conference);
    if (!facts->cancelled) {
        icalcomponent_add_component(event, alarm_component(DAY_BEFORE_MINUTES, facts->summary));
        icalcomponent_add_component(event, alarm_component(HOUR_BEFORE_MINUTES, facts->summary));
    }
    return event;
}

static bool write_locked(TALLOC_CTX *context, const struct calendar_facts *facts, struct bytes *output,
                         struct ra_error *error)
{
    icaltimezone *zone = NULL;
    if (!calendar_zone(facts->zone, &zone, error))
        return false;
    icalcomponent *calendar = icalcomponent_vanew(
        ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"), icalproperty_new_prodid(CALENDAR_PRODID),
        icalproperty_new_calscale("GREGORIAN"), icalproperty_new_method(method_of(facts->method)),
        calendar_zone_component(facts->zone, zone, facts->start_us, facts->end_us), (void *)0);
    icalcomponent *event = calendar != NULL ? event_component(context, facts, zone) : NULL;
    if (event != NULL)
        icalcomponent_add_component(calendar, event);
    bool done = event != NULL ? calendar_text(context, calendar, output, error)
                              : ra_fail(error, RA_NO_MEMORY, "calendar");
    if (calendar != NULL)
        icalcomponent_free(calendar);
    return done;
}

bool calendar_write(TALLOC_CTX *context, const struct calendar_facts *facts, struct bytes *output,
                    struct ra_error *error)
{
    calendar_library_enter();
    bool done = write_locked(context, facts, output, error);
    calendar_library_leave();
    return done;
}
