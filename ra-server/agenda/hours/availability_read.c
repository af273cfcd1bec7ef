/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A foreign VAVAILABILITY into our own structure, or what is wrong with it. libical parses; it expands
 * nothing.
 */
#include "agenda/agenda_calendar_text.h"
#include "agenda/hours/availability.h"
#include "agenda/hours/rrule.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES_MAX = 20, SLOT_MIN = 5, SLOT_MAX = 240 };

struct reading {
    const struct availability_terms *terms;
    struct availability *output;
    struct ra_error *error;
};

static bool refuse(const struct reading *reading, const char *sentence)
{
    return ra_fail_field(reading->error, "calendar", "not-understood", sentence);
}

/* --- times --- */

static bool is_of_the_office(const struct reading *reading, icalproperty *property, struct icaltimetype time)
{
    icalparameter *zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    const char *name = zone != NULL ? icalparameter_get_tzid(zone) : NULL;
    return !icaltime_is_utc(time) && (name == NULL || strcmp(name, reading->terms->zone) == 0);
}

/* Local minutes of DTSTART or DTEND. */
static bool read_time(const struct reading *reading, icalproperty *property, struct icaltimetype time,
                      int64_t *minute)
{
    if (icaltime_is_null_time(time) || time.year < 1970 || time.year > 9000 || !icaltime_is_valid_time(time))
        return refuse(reading, "Uma data do calendário não existe.");
    if (!is_of_the_office(reading, property, time))
        return refuse(reading, "Os horários do calendário têm de ser do fuso da unidade, com TZID.");
    if (time.month < 1 || time.month > 12 || time.day < 1 ||
        time.day > icaltime_days_in_month(time.month, time.year) || time.hour < 0 || time.hour > 23 ||
        time.minute < 0 || time.minute > 59 || time.second != 0)
        return refuse(reading, "Uma hora do calendário não é de minutos inteiros.");
    *minute = local_day_number(time.year, time.month, time.day) * PLAN_DAY_MINUTES +
              (icaltime_is_date(time) ? 0 : time.hour * 60 + time.minute);
    return true;
}

static bool read_start(const struct reading *reading, icalcomponent *component, int64_t *start)
{
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_DTSTART_PROPERTY);
    return property != NULL ? read_time(reading, property, icalproperty_get_dtstart(property), start)
                            : refuse(reading, "Falta DTSTART numa parte do calendário.");
}

/* DTEND, or DURATION from the start; *end stays 0 where there is neither. */
static bool read_end(const struct reading *reading, icalcomponent *component, int64_t start, int64_t *end)
{
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_DTEND_PROPERTY);
    *end = 0;
    if (property != NULL)
        return read_time(reading, property, icalproperty_get_dtend(property), end) &&
               (*end > start || refuse(reading, "Um horário do calendário termina antes de começar."));
    property = icalcomponent_get_first_property(component, ICAL_DURATION_PROPERTY);
    if (property == NULL)
        return true;
    struct icaldurationtype duration = icalproperty_get_duration(property);
    if (duration.is_neg || duration.days > AVAILABILITY_SPAN_DAYS_MAX || duration.weeks > 8 ||
        duration.hours > 1500 || duration.minutes > 90000 || duration.seconds != 0)
        return refuse(reading, "Uma duração do calendário não serve.");
    *end = start + ((int64_t)duration.weeks * 7 + duration.days) * PLAN_DAY_MINUTES +
           (int64_t)duration.hours * 60 + duration.minutes;
    return *end > start || refuse(reading, "Uma duração do calendário não serve.");
}

/* --- properties of ours --- */

static bool read_count(const struct reading *reading, const char *text, int least, int most, int *number)
{
    if (text == NULL || text[0] == '\0' || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text))
        return refuse(reading, "Um número de vagas do calendário não serve.");
    *number = (int)strtol(text, NULL, 10);
    return (*number >= least && *number <= most) ||
           refuse(reading, "Um número de vagas do calendário não serve.");
}

static bool read_capacity(const struct reading *reading, icalcomponent *available, struct plan_span *span)
{
    *span = reading->terms->usual;
    for (icalproperty *property = icalcomponent_get_first_property(available, ICAL_X_PROPERTY);
         property != NULL; property = icalcomponent_get_next_property(available, ICAL_X_PROPERTY)) {
        const char *name = icalproperty_get_x_name(property), *text = icalproperty_get_x(property);
        bool good = true;
        if (name == NULL)
            continue;
        if (strcmp(name, "X-GUICHE-SLOT-MINUTES") == 0)
            good = read_count(reading, text, SLOT_MIN, SLOT_MAX, &span->slot_minutes);
        else if (strcmp(name, "X-GUICHE-PUBLIC") == 0)
            good = read_count(reading, text, 0, LANES_MAX, &span->lanes.open);
        else if (strcmp(name, "X-GUICHE-INTERNAL") == 0)
            good = read_count(reading, text, 0, LANES_MAX, &span->lanes.internal);
        else if (strcmp(name, "X-GUICHE-WALK-IN") == 0)
            good = read_count(reading, text, 0, LANES_MAX, &span->lanes.walk_in);
        if (!good)
            return false;
    }
    return span->lanes.open + span->lanes.internal + span->lanes.walk_in > 0 ||
           refuse(reading, "Um horário do calendário não tem vaga nenhuma.");
}

static bool has_x(icalcomponent *component, const char *name)
{
    for (icalproperty *property = icalcomponent_get_first_property(component, ICAL_X_PROPERTY);
         property != NULL; property = icalcomponent_get_next_property(component, ICAL_X_PROPERTY)) {
        const char *given = icalproperty_get_x_name(property);
        if (given != NULL && strcmp(given, name) == 0)
            return true;
    }
    return false;
}

/* What would change the meaning and is not of the subset, and what libical itself could not read (it puts an
 * error in the place of a rule that it does not understand). */
static bool is_plain(const struct reading *reading, icalcomponent *component)
{
    static const icalproperty_kind strange[] = {
        ICAL_XLICERROR_PROPERTY, ICAL_RDATE_PROPERTY,        ICAL_EXDATE_PROPERTY,
        ICAL_EXRULE_PROPERTY,    ICAL_RECURRENCEID_PROPERTY,
    };
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        if (icalcomponent_get_first_property(component, strange[i]) != NULL)
            return refuse(reading,
                          "O calendário usa o que a agenda não aceita (RDATE, EXDATE, RECURRENCE-ID ou "
                          "algo malformado).");
    return true;
}

/* --- parts --- */

static bool cut_span(const struct reading *reading, int64_t start, int64_t end, struct plan_span *span,
                     int64_t *day)
{
    *day = start / PLAN_DAY_MINUTES;
    span->opens = (int)(start - *day * PLAN_DAY_MINUTES);
    if (end - start > PLAN_DAY_MINUTES || end - start < span->slot_minutes)
        return refuse(reading, "Um horário do calendário dura mais de um dia ou menos que um atendimento.");
    span->closes = span->opens + (int)(end - start);
    return true;
}

static bool add_day(const struct reading *reading, const struct availability_day *day)
{
    struct availability *output = reading->output;
    if (output->day_count >= AVAILABILITY_PARTS_MAX)
        return refuse(reading, "O calendário tem partes demais.");
    output->days[output->day_count++] = *day;
    return true;
}

static bool add_series(const struct reading *reading, icalcomponent *available, icalproperty *property,
                       const struct plan_span *span, int64_t from)
{
    struct availability *output = reading->output;
    struct icalrecurrencetype recurrence = icalproperty_get_rrule(property);
    struct rrule rule;
    char *text = icalrecurrencetype_as_string_r(&recurrence);
    bool good = text != NULL && rrule_read(text, reading->terms->offset_s, &rule, reading->error);
    bool whole = text != NULL;
    icalmemory_free_buffer(text);
    if (!whole)
        return refuse(reading, "Uma regra de repetição do calendário está malformada.");
    if (!good)
        return false;
    if (icalcomponent_get_next_property(available, ICAL_RRULE_PROPERTY) != NULL ||
        output->series_count >= AVAILABILITY_PARTS_MAX)
        return refuse(reading, "O calendário tem regras demais numa parte, ou partes demais.");
    if (rule.weekdays == 0)
        rule.weekdays = 1U << local_time_of_day_number(from).weekday;
    output->series[output->series_count++] =
        (struct availability_series){rule.weekdays, rule.every_weeks, *span, from, rule.until};
    return true;
}

static void read_reason(icalcomponent *component, char reason[AVAILABILITY_REASON_SIZE])
{
    const char *summary = icalcomponent_get_summary(component);
    size_t used = 0;
    if (summary == NULL || summary[0] == '\0')
        summary = "calendário importado";
    for (; *summary != '\0' && used + 1 < AVAILABILITY_REASON_SIZE; summary++)
        reason[used++] = (char)((unsigned char)*summary < ' ' ? ' ' : *summary);
    while (used > 0 && ((unsigned char)reason[used - 1] & 0xC0) == 0x80 && *summary != '\0')
        used--; /* not within a character */
    reason[used] = '\0';
}

static bool read_available(const struct reading *reading, icalcomponent *parent, icalcomponent *available)
{
    struct availability_day day = {.open = true};
    int64_t start = 0, end = 0;
    if (!is_plain(reading, available) || !read_start(reading, available, &start) ||
        !read_end(reading, available, start, &end) || !read_capacity(reading, available, &day.span) ||
        (end == 0 && !refuse(reading, "Falta DTEND ou DURATION num horário do calendário.")) ||
        !cut_span(reading, start, end, &day.span, &day.day))
        return false;
    icalproperty *rule = icalcomponent_get_first_property(available, ICAL_RRULE_PROPERTY);
    if (rule != NULL)
        return add_series(reading, available, rule, &day.span, day.day);
    read_reason(parent, day.reason);
    return add_day(reading, &day);
}

/* Nothing available between two instants. */
static bool read_closed(const struct reading *reading, icalcomponent *component)
{
    struct availability_day day = {.open = false};
    int64_t start = 0, end = 0;
    if (!read_start(reading, component, &start) || !read_end(reading, component, start, &end))
        return false;
    if (end == 0 || end - start > (int64_t)AVAILABILITY_SPAN_DAYS_MAX * PLAN_DAY_MINUTES)
        return refuse(reading, "Um fechamento do calendário não tem fim, ou dura demais.");
    read_reason(component, day.reason);
    for (day.day = start / PLAN_DAY_MINUTES; day.day * PLAN_DAY_MINUTES < end; day.day++) {
        int64_t midnight = day.day * PLAN_DAY_MINUTES;
        day.span.opens = start > midnight ? (int)(start - midnight) : 0;
        day.span.closes = end - midnight < PLAN_DAY_MINUTES ? (int)(end - midnight) : PLAN_DAY_MINUTES;
        day.whole_day = day.span.opens == 0 && day.span.closes == PLAN_DAY_MINUTES;
        if (!add_day(reading, &day))
            return false;
    }
    return true;
}

static bool read_component(const struct reading *reading, icalcomponent *component)
{
    size_t parts = 0;
    if (has_x(component, "X-GUICHE-LAW"))
        return true;
    if (!is_plain(reading, component))
        return false;
    if (icalcomponent_get_first_property(component, ICAL_RRULE_PROPERTY) != NULL)
        return refuse(reading, "O calendário repete uma VAVAILABILITY inteira.");
    for (icalcomponent *available = icalcomponent_get_first_component(component, ICAL_XAVAILABLE_COMPONENT);
         available != NULL;
         available = icalcomponent_get_next_component(component, ICAL_XAVAILABLE_COMPONENT)) {
        parts++;
        if (!read_available(reading, component, available))
            return false;
    }
    return parts > 0 || read_closed(reading, component);
}

static bool read_calendar(const struct reading *reading, icalcomponent *calendar)
{
    size_t parts = 0;
    if (icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT)
        return refuse(reading, "Isto não é um calendário: falta BEGIN:VCALENDAR.");
    for (icalcomponent *component = icalcomponent_get_first_component(calendar, ICAL_VAVAILABILITY_COMPONENT);
         component != NULL;
         component = icalcomponent_get_next_component(calendar, ICAL_VAVAILABILITY_COMPONENT)) {
        parts++;
        if (!read_component(reading, component))
            return false;
    }
    return parts > 0 ||
           refuse(reading, "O calendário não tem VAVAILABILITY: não diz horário de atendimento.");
}

bool availability_read(TALLOC_CTX *context, const char *text, const struct availability_terms *terms,
                       struct availability *availability, struct ra_error *error)
{
    const struct reading reading = {terms, availability, error};
    *availability = (struct availability){
        .series = talloc_array(context, struct availability_series, AVAILABILITY_PARTS_MAX),
        .days = talloc_array(context, struct availability_day, AVAILABILITY_PARTS_MAX),
    };
    if (availability->series == NULL || availability->days == NULL)
        return ra_fail(error, RA_NO_MEMORY, "calendar");
    if (strlen(text) > AVAILABILITY_BYTES_MAX)
        return refuse(&reading, "O calendário é grande demais.");
    calendar_library_enter();
    icalcomponent *calendar = icalparser_parse_string(text);
    bool done = calendar != NULL ? read_calendar(&reading, calendar)
                                 : refuse(&reading, "O calendário está malformado.");
    if (calendar != NULL)
        icalcomponent_free(calendar);
    calendar_library_leave();
    return done;
}
