/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_calendar.h"

#include <libical/ical.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* libical's counters are not locked, and what it does here is short. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

enum { DAY_BEFORE_MINUTES = 24 * 60, HOUR_BEFORE_MINUTES = 60, FOLD_OCTETS = 75 };

static icalproperty_method method_of(const char *method)
{
    if (strcmp(method, "REQUEST") == 0)
        return ICAL_METHOD_REQUEST;
    return strcmp(method, "CANCEL") == 0 ? ICAL_METHOD_CANCEL : ICAL_METHOD_PUBLISH;
}

static struct icaltimetype local_time(int64_t instant_us, int offset_s)
{
    return icaltime_from_timet_with_zone((time_t)(instant_us / 1000000 + offset_s), 0, NULL);
}

static struct icaltimetype utc_time(int64_t instant_us)
{
    return icaltime_from_timet_with_zone((time_t)(instant_us / 1000000), 0, icaltimezone_get_utc_timezone());
}

static void add_local(icalcomponent *event, icalproperty *property, const char *zone)
{
    icalproperty_add_parameter(property, icalparameter_new_tzid(zone));
    icalcomponent_add_property(event, property);
}

/* "-03" */
static void zone_name(int offset_s, char name[8])
{
    int hours = (offset_s < 0 ? -offset_s : offset_s) / 3600;
    name[0] = offset_s < 0 ? '-' : '+';
    name[1] = (char)('0' + hours / 10 % 10);
    name[2] = (char)('0' + hours % 10);
    name[3] = '\0';
}

/* One standard period without end: Brazil's zones have had no summer time since 2019, and libical's own
 * component carries 5 kB of history under a foreign TZID. */
static icalcomponent *zone_component(const char *zone, int offset_s)
{
    char name[8];
    zone_name(offset_s, name);
    return icalcomponent_vanew(
        ICAL_VTIMEZONE_COMPONENT, icalproperty_new_tzid(zone),
        icalcomponent_vanew(ICAL_XSTANDARD_COMPONENT,
                            icalproperty_new_dtstart(icaltime_from_string("20190217T000000")),
                            icalproperty_new_tzoffsetfrom(offset_s), icalproperty_new_tzoffsetto(offset_s),
                            icalproperty_new_tzname(name), (void *)0),
        (void *)0);
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
    icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
    icalcomponent_add_property(event, attendee);
}

static icalcomponent *event_component(TALLOC_CTX *context, const struct calendar_facts *facts)
{
    icalcomponent *event = icalcomponent_vanew(
        ICAL_VEVENT_COMPONENT, icalproperty_new_uid(facts->uid), icalproperty_new_sequence(facts->sequence),
        icalproperty_new_dtstamp(utc_time(facts->stamp_us)), icalproperty_new_summary(facts->summary),
        icalproperty_new_description(facts->description), icalproperty_new_location(facts->location),
        icalproperty_new_url(facts->url), icalproperty_new_class(ICAL_CLASS_PRIVATE),
        icalproperty_new_status(facts->cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED), (void *)0);
    if (event == NULL)
        return NULL;
    add_local(event, icalproperty_new_dtstart(local_time(facts->start_us, facts->offset_s)), facts->zone);
    add_local(event, icalproperty_new_dtend(local_time(facts->end_us, facts->offset_s)), facts->zone);
    add_people(event, context, facts);
    if (!facts->cancelled) {
        icalcomponent_add_component(event, alarm_component(DAY_BEFORE_MINUTES, facts->summary));
        icalcomponent_add_component(event, alarm_component(HOUR_BEFORE_MINUTES, facts->summary));
    }
    return event;
}

static char *write_unfolded(TALLOC_CTX *context, const struct calendar_facts *facts)
{
    icalcomponent *calendar = icalcomponent_vanew(ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"),
                                                  icalproperty_new_prodid("-//Guiche//Agenda//PT"),
                                                  icalproperty_new_calscale("GREGORIAN"),
                                                  icalproperty_new_method(method_of(facts->method)),
                                                  zone_component(facts->zone, facts->offset_s), (void *)0);
    icalcomponent *event = calendar != NULL ? event_component(context, facts) : NULL;
    char *text = NULL;
    if (event != NULL) {
        icalcomponent_add_component(calendar, event);
        char *made = icalcomponent_as_ical_string_r(calendar);
        text = made != NULL ? talloc_strdup(context, made) : NULL;
        icalmemory_free_buffer(made);
    }
    if (calendar != NULL)
        icalcomponent_free(calendar);
    return text;
}

/* --- folding --- */

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* libical counts folds in octets but not always at characters' borders: its folds are taken out and made
 * anew. `output` has room for twice the input. */
static size_t fold(const char *input, char *output)
{
    size_t used = 0, line = 0;
    for (size_t i = 0; input[i] != '\0';) {
        if (strncmp(&input[i], "\r\n ", 3) == 0 || strncmp(&input[i], "\r\n\t", 3) == 0) {
            i += 3;
            continue;
        }
        if (strncmp(&input[i], "\r\n", 2) == 0) {
            memcpy(output + used, "\r\n", 2);
            used += 2;
            i += 2;
            line = 0;
            continue;
        }
        size_t length = 1;
        while (continues_character(input[i + length]))
            length++;
        if (line + length > FOLD_OCTETS) {
            memcpy(output + used, "\r\n ", 3);
            used += 3;
            line = 1;
        }
        memcpy(output + used, &input[i], length);
        used += length;
        line += length;
        i += length;
    }
    return used;
}

bool calendar_write(TALLOC_CTX *context, const struct calendar_facts *facts, struct bytes *output,
                    struct ra_error *error)
{
    pthread_mutex_lock(&library_lock);
    char *text = write_unfolded(context, facts);
    pthread_mutex_unlock(&library_lock);
    char *folded = text != NULL ? talloc_size(context, strlen(text) * 2 + 1) : NULL;
    if (folded == NULL)
        return ra_fail(error, RA_NO_MEMORY, "calendar");
    *output = (struct bytes){(const uint8_t *)folded, fold(text, folded)};
    folded[output->length] = '\0';
    return true;
}
