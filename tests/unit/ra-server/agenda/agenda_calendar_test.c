/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invitations against the defects that peers of ours had: UID, SEQUENCE, METHOD and STATUS that agree,
 * DTSTAMP in UTC, folding in octets, nothing personal. libical reads what was written.
 */
#include "agenda/agenda_calendar.h"
#include "agenda/agenda_calendar_zone.h"

#include <libical/ical.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct calendar_facts facts(const char *method)
{
    return (struct calendar_facts){
        .method = method,
        .uid = "0123456789abcdef@ar.example",
        .sequence = 3,
        .start_us = INT64_C(1795519200000000),
        .end_us = INT64_C(1795520400000000),
        .stamp_us = INT64_C(1795400000123456),
        .zone = "America/Sao_Paulo",
        .summary = "Atendimento do certificado digital",
        .description =
            "Leve os documentos originais: não valem cópias; a lista, com as exceções, está na página "
            "do serviço.\nAção, emoção, coração, informação, constituição, nomeação e atenção.",
        .location = "Rua Benedito de Campos, 853; Jardim do Trevo",
        .organizer = "guiche@ar.example",
        .organizer_name = "IMA Certificado Digital",
        .attendee = "",
        .url = "https://ar.example/entrar",
        .conference = "",
    };
}

static const char *written(TALLOC_CTX *context, const struct calendar_facts *calendar)
{
    struct bytes bytes;
    struct ra_error error = {0};
    assert_true(calendar_write(context, calendar, &bytes, &error));
    assert_int_equal(strlen((const char *)bytes.data), bytes.length);
    return (const char *)bytes.data;
}

static icalcomponent *parsed(const char *text)
{
    icalcomponent *calendar = icalparser_parse_string(text);
    assert_non_null(calendar);
    assert_int_equal(icalcomponent_count_errors(calendar), 0);
    return calendar;
}

static void an_invitation_says_what_the_appointment_is(void **state)
{
    const struct calendar_facts given = facts("REQUEST");
    icalcomponent *calendar = parsed(written(*state, &given));
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    assert_int_equal(icalcomponent_get_method(calendar), ICAL_METHOD_REQUEST);
    assert_string_equal(icalcomponent_get_uid(event), given.uid);
    assert_int_equal(icalcomponent_get_sequence(event), 3);
    assert_string_equal(icalcomponent_get_summary(event), given.summary);
    assert_string_equal(icalcomponent_get_description(event), given.description);
    assert_string_equal(icalcomponent_get_location(event), given.location);
    assert_int_equal(icalcomponent_get_status(event), ICAL_STATUS_CONFIRMED);
    assert_true(icaltime_is_utc(icalcomponent_get_dtstamp(event)));
    icalcomponent_free(calendar);
}

/* --- zones --- */

/* What a client makes of a written event by the calendar's own VTIMEZONE alone, and how long that is. */
static void read_back(const char *text, int64_t *start_s, size_t *observances)
{
    icalcomponent *calendar = parsed(text);
    icalcomponent *component = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    icaltimezone *zone = icaltimezone_new();
    assert_int_equal(icalcomponent_count_components(calendar, ICAL_VTIMEZONE_COMPONENT), 1);
    *observances = (size_t)icalcomponent_count_components(component, ICAL_ANY_COMPONENT);
    assert_int_equal(icaltimezone_set_component(zone, icalcomponent_new_clone(component)), 1);
    struct icaltimetype start = icalcomponent_get_dtstart(event);
    *start_s = (int64_t)icaltime_as_timet_with_zone(start, zone);
    icaltimezone_free(zone, 1);
    icalcomponent_free(calendar);
}

static void local_times_carry_their_zone_and_the_zone_its_offset(void **state)
{
    const struct calendar_facts given = facts("REQUEST");
    const char *text = written(*state, &given);
    assert_non_null(strstr(text, "\r\nDTSTART;TZID=America/Sao_Paulo:20261124T082000\r\n"));
    assert_non_null(strstr(text, "\r\nDTEND;TZID=America/Sao_Paulo:20261124T084000\r\n"));
    assert_non_null(strstr(text, "\r\nTZID:America/Sao_Paulo\r\nBEGIN:STANDARD\r\n"
                                 "DTSTART:20190217T000000\r\nTZOFFSETFROM:-0200\r\nTZOFFSETTO:-0300\r\n"
                                 "TZNAME:-03\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"));
    assert_non_null(strstr(text, "\r\nDTSTAMP:20261123T021320Z\r\n"));
    assert_null(strstr(text, "freeassociation"));
}

/* Summer time of Brazil's history included: the last one ended on 17 February 2019, an hour apart in two
 * zones, and Manaus has had none since 1994. */
static void the_zone_alone_gives_back_the_instant(void **state)
{
    static const struct {
        const char *zone;
        const char *local, *name;
        int64_t start_s;
    } cases[] = {
        {"America/Sao_Paulo", "20181201T100000", "-02", 1543665600},
        {"America/Sao_Paulo", "20190216T225959", "-02", 1550365199},
        {"America/Sao_Paulo", "20190217T000000", "-03", 1550372400},
        {"America/Sao_Paulo", "20261124T082000", "-03", 1795519200},
        {"America/Sao_Paulo", "20180614T080000", "-03", 1528974000},
        {"America/Cuiaba", "20181201T090000", "-03", 1543665600},
        {"America/Cuiaba", "20190217T000000", "-04", 1550376000},
        {"America/Cuiaba", "20261124T072000", "-04", 1795519200},
        {"America/Manaus", "20261124T072000", "-04", 1795519200},
        {"America/Rio_Branco", "20261124T062000", "-05", 1795519200},
        {"America/Noronha", "20261124T092000", "-02", 1795519200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct calendar_facts given = facts("REQUEST");
        char line[80], name[24];
        int64_t start_s = 0;
        size_t observances = 0;
        given.zone = cases[i].zone;
        given.start_us = cases[i].start_s * 1000000;
        given.end_us = given.start_us + INT64_C(1200000000);
        const char *text = written(*state, &given);
        snprintf(line, sizeof line, "\r\nDTSTART;TZID=%s:%s\r\n", cases[i].zone, cases[i].local);
        snprintf(name, sizeof name, "\r\nTZNAME:%s\r\n", cases[i].name);
        assert_non_null(strstr(text, line));
        assert_non_null(strstr(text, name));
        read_back(text, &start_s, &observances);
        assert_int_equal(start_s, cases[i].start_s);
        assert_int_equal(observances, 1);
    }
}

static void a_zone_holds_every_observance_of_its_span(void **state)
{
    static const struct {
        int64_t first_s, last_s;
        int standard, daylight;
    } cases[] = {
        {1543665600, 1795519200, 1, 1}, /* summer 2018 and what came after */
        {1520000000, 1795519200, 2, 1}, /* winter 2018, summer, winter 2019 */
        {1795519200, 1826000000, 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        icaltimezone *zone = NULL;
        struct ra_error error = {0};
        assert_true(calendar_zone("America/Sao_Paulo", &zone, &error));
        icalcomponent *component = calendar_zone_component(
            "America/Sao_Paulo", zone, cases[i].first_s * 1000000, cases[i].last_s * 1000000);
        assert_int_equal(icalcomponent_count_components(component, ICAL_XSTANDARD_COMPONENT),
                         cases[i].standard);
        assert_int_equal(icalcomponent_count_components(component, ICAL_XDAYLIGHT_COMPONENT),
                         cases[i].daylight);
        icalcomponent_free(component);
    }
}

static void a_zone_that_there_is_not_is_refused(void **state)
{
    struct calendar_facts given = facts("REQUEST");
    struct ra_error error = {0};
    struct bytes bytes;
    given.zone = "America/Guiche";
    assert_false(calendar_write(*state, &given, &bytes, &error));
    assert_int_equal(error.code, RA_INTERNAL);
}

/* --- alarms, conference, cancellation --- */

static void a_video_session_says_where_to_join_and_a_visit_does_not(void **state)
{
    struct calendar_facts given = facts("REQUEST");
    assert_null(strstr(written(*state, &given), "CONFERENCE"));
    given.conference = "https://ar.example/sala/0123";
    assert_non_null(strstr(written(*state, &given),
                           "\r\nCONFERENCE;VALUE=URI;FEATURE=VIDEO:https://ar.example/sala/0123\r\n"));
}

static void two_alarms_ring_a_day_and_an_hour_before(void **state)
{
    const struct calendar_facts given = facts("REQUEST");
    icalcomponent *calendar = parsed(written(*state, &given));
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    assert_int_equal(icalcomponent_count_components(event, ICAL_VALARM_COMPONENT), 2);
    icalcomponent *alarm = icalcomponent_get_first_component(event, ICAL_VALARM_COMPONENT);
    static const int before_s[] = {-86400, -3600};
    for (size_t i = 0; i < 2; i++) {
        icalproperty *trigger = icalcomponent_get_first_property(alarm, ICAL_TRIGGER_PROPERTY);
        assert_int_equal(icaldurationtype_as_int(icalproperty_get_trigger(trigger).duration), before_s[i]);
        alarm = icalcomponent_get_next_component(event, ICAL_VALARM_COMPONENT);
    }
    icalcomponent_free(calendar);
}

static void a_cancellation_is_one_in_method_and_status(void **state)
{
    struct calendar_facts given = facts("CANCEL");
    given.cancelled = true;
    given.sequence = 4;
    icalcomponent *calendar = parsed(written(*state, &given));
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    assert_int_equal(icalcomponent_get_method(calendar), ICAL_METHOD_CANCEL);
    assert_int_equal(icalcomponent_get_status(event), ICAL_STATUS_CANCELLED);
    assert_string_equal(icalcomponent_get_uid(event), given.uid);
    assert_int_equal(icalcomponent_get_sequence(event), 4);
    assert_int_equal(icalcomponent_count_components(event, ICAL_VALARM_COMPONENT), 0);
    icalcomponent_free(calendar);
}

static void lines_end_in_crlf_and_fold_at_75_octets_between_characters(void **state)
{
    const struct calendar_facts given = facts("PUBLISH");
    const char *text = written(*state, &given);
    size_t folds = 0;
    for (const char *line = text; *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 75);
        assert_null(memchr(line, '\n', (size_t)(end - line)));
        if (line[0] == ' ')
            folds++;
        /* The first octet after the fold's blank begins a character. */
        assert_false(line[0] == ' ' && ((unsigned char)line[1] & 0xC0) == 0x80);
        line = end + 2;
    }
    assert_true(folds >= 2);
}

static void the_download_names_nobody_and_the_mail_its_addressee(void **state)
{
    struct calendar_facts given = facts("PUBLISH");
    assert_null(strstr(written(*state, &given), "ATTENDEE"));
    given = facts("REQUEST");
    given.attendee = "p@cidadao.example";
    icalcomponent *calendar = parsed(written(*state, &given));
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    icalproperty *attendee = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);
    assert_string_equal(icalproperty_get_attendee(attendee), "mailto:p@cidadao.example");
    icalcomponent_free(calendar);
}

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return *state == NULL;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(an_invitation_says_what_the_appointment_is),
        WITH_CONTEXT(local_times_carry_their_zone_and_the_zone_its_offset),
        WITH_CONTEXT(the_zone_alone_gives_back_the_instant),
        WITH_CONTEXT(a_zone_holds_every_observance_of_its_span),
        WITH_CONTEXT(a_zone_that_there_is_not_is_refused),
        WITH_CONTEXT(a_video_session_says_where_to_join_and_a_visit_does_not),
        WITH_CONTEXT(two_alarms_ring_a_day_and_an_hour_before),
        WITH_CONTEXT(a_cancellation_is_one_in_method_and_status),
        WITH_CONTEXT(lines_end_in_crlf_and_fold_at_75_octets_between_characters),
        WITH_CONTEXT(the_download_names_nobody_and_the_mail_its_addressee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
