/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_reply.h"

#include "agenda/agenda_calendar_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool no_reply(struct ra_error *error, const char *why)
{
    return ra_fail(error, RA_INVALID, "%s", why);
}

/* In lower case without "mailto:"; "" for what is too long or has other characters than an address has. */
static const char *address_of(TALLOC_CTX *context, const char *text)
{
    static const char scheme[] = "mailto:";
    if (text == NULL)
        return "";
    if (strncasecmp(text, scheme, sizeof scheme - 1) == 0)
        text += sizeof scheme - 1;
    size_t length = strnlen(text, REPLY_TEXT_MAX + 1);
    char *address = length <= REPLY_TEXT_MAX ? talloc_strndup(context, text, length) : NULL;
    for (char *at = address; at != NULL && *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return "";
        *at = (char)tolower((unsigned char)*at);
    }
    return address != NULL ? address : "";
}

/* --- the event --- */

static icalproperty *attendee_of(TALLOC_CTX *context, icalcomponent *event, const char *sender)
{
    icalproperty *first = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);
    for (icalproperty *at = first; at != NULL;
         at = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY))
        if (strcmp(address_of(context, icalproperty_get_attendee(at)), sender) == 0)
            return at;
    return first;
}

/* A proposal is one whatever PARTSTAT it carries. */
static bool read_answer(icalproperty *attendee, icalproperty_method method, enum calendar_answer *answer)
{
    icalparameter *status = icalproperty_get_first_parameter(attendee, ICAL_PARTSTAT_PARAMETER);
    icalparameter_partstat partstat =
        status != NULL ? icalparameter_get_partstat(status) : ICAL_PARTSTAT_NEEDSACTION;
    *answer = AGENDA_COUNTERED;
    if (method == ICAL_METHOD_COUNTER)
        return true;
    *answer = partstat == ICAL_PARTSTAT_ACCEPTED    ? AGENDA_ACCEPTED
              : partstat == ICAL_PARTSTAT_DECLINED  ? AGENDA_DECLINED
              : partstat == ICAL_PARTSTAT_TENTATIVE ? AGENDA_TENTATIVE
                                                    : AGENDA_ANSWER_COUNT;
    return *answer != AGENDA_ANSWER_COUNT;
}

/* In UTC, or under the name of a zone that our own data have; the mail's own zones are not looked at. */
static int64_t wish_of(icalcomponent *event)
{
    icalproperty *start = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
    icalparameter *named =
        start != NULL ? icalproperty_get_first_parameter(start, ICAL_TZID_PARAMETER) : NULL;
    if (start == NULL)
        return 0;
    struct icaltimetype time = icalproperty_get_dtstart(start);
    icaltimezone *zone = named != NULL ? icaltimezone_get_builtin_timezone(icalparameter_get_tzid(named))
                                       : icaltimezone_get_utc_timezone();
    bool known = zone != NULL && (named != NULL || icaltime_is_utc(time)) && !time.is_date;
    if (!known || icaltime_is_null_time(time) || !icaltime_is_valid_time(time) || time.year < 2000 ||
        time.year > 2100)
        return 0;
    time.zone = NULL;
    return (int64_t)icaltime_as_timet_with_zone(time, zone) * 1000000;
}

static bool read_stamp(icalcomponent *event, int64_t *stamp_us)
{
    icalproperty *stamp = icalcomponent_get_first_property(event, ICAL_DTSTAMP_PROPERTY);
    struct icaltimetype time = stamp != NULL ? icalproperty_get_dtstamp(stamp) : icaltime_null_time();
    if (icaltime_is_null_time(time) || !icaltime_is_valid_time(time) || time.is_date || time.year < 2000 ||
        time.year > 2100)
        return false;
    *stamp_us = (int64_t)icaltime_as_timet_with_zone(time, icaltimezone_get_utc_timezone()) * 1000000;
    return true;
}

static bool read_event(TALLOC_CTX *context, icalcomponent *event, icalproperty_method method,
                       struct calendar_reply *reply, struct ra_error *error)
{
    const char *uid = icalcomponent_get_uid(event);
    icalproperty *sequence = icalcomponent_get_first_property(event, ICAL_SEQUENCE_PROPERTY);
    icalproperty *attendee = attendee_of(context, event, reply->sender);
    if (uid == NULL || uid[0] == '\0' || strnlen(uid, REPLY_TEXT_MAX + 1) > REPLY_TEXT_MAX)
        return no_reply(error, "an answer without UID");
    if (attendee == NULL ||
        (method == ICAL_METHOD_REPLY && icalcomponent_count_properties(event, ICAL_ATTENDEE_PROPERTY) != 1))
        return no_reply(error, "an answer of nobody, or of several");
    if (!read_answer(attendee, method, &reply->answer))
        return no_reply(error, "an answer that is neither yes, no nor perhaps");
    if (!read_stamp(event, &reply->stamp_us))
        return no_reply(error, "an answer without DTSTAMP");
    reply->uid = talloc_strdup(context, uid);
    reply->attendee = address_of(context, icalproperty_get_attendee(attendee));
    reply->sequence = sequence != NULL ? icalproperty_get_sequence(sequence) : 0;
    reply->wish_us = method == ICAL_METHOD_COUNTER ? wish_of(event) : 0;
    return reply->uid != NULL || ra_fail(error, RA_NO_MEMORY, "reply");
}

static bool read_calendar(TALLOC_CTX *context, icalcomponent *calendar, const char *method_parameter,
                          struct calendar_reply *reply, struct ra_error *error)
{
    if (calendar == NULL || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT)
        return no_reply(error, "no calendar");
    icalproperty_method method = icalcomponent_get_method(calendar);
    if (method != ICAL_METHOD_REPLY && method != ICAL_METHOD_COUNTER)
        return no_reply(error, "a calendar that answers nothing");
    if (method_parameter[0] != '\0' &&
        strcasecmp(method_parameter, icalproperty_method_to_string(method)) != 0)
        return no_reply(error, "METHOD is not what the mail says");
    if (icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT) != 1)
        return no_reply(error, "not one event");
    return read_event(context, icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT), method,
                      reply, error);
}

bool agenda_reply_parse(TALLOC_CTX *context, const char *calendar, const char *method, const char *sender,
                        struct calendar_reply *reply, struct ra_error *error)
{
    *reply = (struct calendar_reply){.sender = address_of(context, sender)};
    if (reply->sender[0] == '\0')
        return no_reply(error, "a sender that is no address");
    calendar_library_enter();
    icalcomponent *component = icalparser_parse_string(calendar);
    bool done = read_calendar(context, component, method, reply, error);
    if (component != NULL)
        icalcomponent_free(component);
    calendar_library_leave();
    return done;
}
