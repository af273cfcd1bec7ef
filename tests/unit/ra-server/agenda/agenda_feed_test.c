/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Feeds: who may, which entity tags are the same, and what a subscriber is told.
 */
#include "agenda/agenda_feed.h"
#include "agenda/agenda_feed_calendar.h"

#include <libical/ical.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void agents_have_their_own_and_administrators_change_the_offices(void **state)
{
    static const struct {
        enum office_role role;
        enum feed_of of;
        enum feed_act act;
        bool may;
    } cases[] = {
        {OFFICE_AGENT, FEED_OF_AGENT, FEED_SHOW, true},
        {OFFICE_AGENT, FEED_OF_AGENT, FEED_ROTATE, true},
        {OFFICE_AGENT, FEED_OF_OFFICE, FEED_SHOW, true},
        {OFFICE_AGENT, FEED_OF_OFFICE, FEED_ROTATE, false},
        {OFFICE_ADMIN, FEED_OF_OFFICE, FEED_SHOW, true},
        {OFFICE_ADMIN, FEED_OF_OFFICE, FEED_ROTATE, true},
        {OFFICE_ADMIN, FEED_OF_AGENT, FEED_SHOW, false},
        {OFFICE_ADMIN, FEED_OF_AGENT, FEED_ROTATE, false},
        {OFFICE_AUDITOR, FEED_OF_OFFICE, FEED_SHOW, false},
        {OFFICE_AUDITOR, FEED_OF_AGENT, FEED_SHOW, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(agenda_feed_may(cases[i].role, cases[i].of, cases[i].act), cases[i].may);
}

static void a_tag_is_found_in_a_list_by_the_weak_comparison(void **state)
{
    static const struct {
        const char *header;
        bool same;
    } cases[] = {
        {"\"abc\"", true},
        {"W/\"abc\"", true},
        {"\"x\", \"abc\"", true},
        {" \"x\" ,W/\"abc\" ", true},
        {"*", true},
        {"\"ABC\"", false},
        {"\"ab\"", false},
        {"abc", false},
        {"\"abcd\"", false},
        {"", false},
        {",", false},
        {NULL, false},
        {"W/", false},
        {"\"abc", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (agenda_feed_unchanged(cases[i].header, "\"abc\"") != cases[i].same)
            fail_msg("%s", cases[i].header != NULL ? cases[i].header : "none");
}

static struct bytes written(TALLOC_CTX *context, const struct feed_event *events, size_t count,
                            const char *zone)
{
    const struct feed_facts facts = {
        .name = "Agenda: IMA, sede, atenção",
        .host = "ar.example",
        .zone = zone,
        .location = "IMA, sede",
        .organizer = "guiche@ar.example",
        .since_us = INT64_C(1795400000000000),
        .events = events,
        .count = count,
    };
    struct ra_error error = {0};
    struct bytes bytes = {NULL, 0};
    assert_true(calendar_feed_write(context, &facts, &bytes, &error));
    return bytes;
}

static void a_feed_tells_times_and_manner_and_is_the_same_for_the_same(void **state)
{
    static const struct feed_event events[] = {
        {7, INT64_C(1795519200000000), INT64_C(1795520400000000), INT64_C(1795400000000000), 3, false},
        {9, INT64_C(1795520400000000), INT64_C(1795521600000000), INT64_C(1795400001000000), 0, true},
    };
    struct bytes first = written(*state, events, 2, "America/Cuiaba");
    struct bytes second = written(*state, events, 2, "America/Cuiaba");
    const char *text = (const char *)first.data;
    assert_true(bytes_equal(first, second));
    icalcomponent *calendar = icalparser_parse_string(text);
    assert_int_equal(icalcomponent_count_errors(calendar), 0);
    assert_int_equal(icalcomponent_get_method(calendar), ICAL_METHOD_PUBLISH);
    assert_int_equal(icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT), 2);
    icalcomponent_free(calendar);
    assert_non_null(strstr(text, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n"));
    assert_non_null(strstr(text, "\r\nNAME:Agenda: IMA\\, sede\\, atenção\r\n"));
    assert_non_null(strstr(text, "\r\nUID:atendimento-7@ar.example\r\nSEQUENCE:3\r\n"));
    assert_non_null(strstr(text, "\r\nDTSTART;TZID=America/Cuiaba:20261124T072000\r\n"));
    assert_non_null(strstr(text, "\r\nTZOFFSETTO:-0400\r\n"));
    assert_non_null(strstr(text, "\r\nSUMMARY:Atendimento por vídeo\r\n"));
    assert_non_null(strstr(text, "\r\nCLASS:CONFIDENTIAL\r\n"));
    assert_null(strstr(text, "ATTENDEE"));
    assert_null(strstr(text, "VALARM"));
}

static void a_feed_without_events_is_still_a_calendar(void **state)
{
    struct bytes bytes = written(*state, NULL, 0, "America/Sao_Paulo");
    icalcomponent *calendar = icalparser_parse_string((const char *)bytes.data);
    assert_non_null(calendar);
    assert_int_equal(icalcomponent_count_components(calendar, ICAL_VTIMEZONE_COMPONENT), 1);
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
        cmocka_unit_test(agents_have_their_own_and_administrators_change_the_offices),
        cmocka_unit_test(a_tag_is_found_in_a_list_by_the_weak_comparison),
        WITH_CONTEXT(a_feed_tells_times_and_manner_and_is_the_same_for_the_same),
        WITH_CONTEXT(a_feed_without_events_is_still_a_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
