/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which seats a day has: series, holidays, exceptions, lanes and agents, and the repetition rules they are
 * written as.
 */
#include "agenda/hours/duration.h"
#include "agenda/hours/plan.h"
#include "agenda/hours/rrule.h"
#include "catalog/local_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SPAN(opens, closes, slot, ...)                                                                       \
    {                                                                                                        \
        (opens), (closes), (slot),                                                                           \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

/* "2026-11-24" as a day number. */
static int64_t day_of(const char *text)
{
    int year = 0, month = 0, day = 0;
    assert_int_equal(sscanf(text, "%4d-%2d-%2d", &year, &month, &day), 3); /* NOLINT(cert-err34-c) */
    return local_day_number(year, month, day);
}

static int64_t minute_of(const char *day, int minute)
{
    return day_of(day) * PLAN_DAY_MINUTES + minute;
}

static struct plan plan_of(const struct plan_calendar *calendar, const char *day)
{
    struct plan plan = {0};
    assert_true(plan_day(NULL, calendar, day_of(day), &plan));
    return plan;
}

static size_t seats_on(const struct plan_calendar *calendar, const char *day)
{
    struct plan plan = plan_of(calendar, day);
    talloc_free(plan.seats);
    return plan.count;
}

static const char *text_of(int64_t minute)
{
    static char text[PLAN_LOCAL_SIZE];
    plan_local_text(minute, text);
    return text;
}

/* Weekdays 8:00 to 17:00 in three lanes, as the demonstration office. */
static struct plan_series demo_series[5];
static struct plan_calendar demo(void)
{
    for (int i = 0; i < 5; i++)
        demo_series[i] = (struct plan_series){i + 1, 1, SPAN(480, 1020, 20, 2, 1, 0), 18262, PLAN_NO_END};
    return (struct plan_calendar){.series = demo_series, .series_count = 5};
}

static void a_day_of_the_demo_office_has_27_slots_in_three_lanes(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan plan = plan_of(&calendar, "2026-11-24");
    assert_int_equal(plan.count, 81);
    assert_string_equal(text_of(plan.seats[0].start), "2026-11-24 08:00:00");
    assert_string_equal(text_of(plan.seats[0].end), "2026-11-24 08:20:00");
    assert_int_equal(plan.seats[0].lane, 1);
    assert_int_equal(plan.seats[1].visibility, PLAN_PUBLIC);
    assert_int_equal(plan.seats[2].visibility, PLAN_INTERNAL);
    assert_int_equal(plan.seats[2].skills, AGENDA_EVERY_SKILL);
    assert_string_equal(text_of(plan.seats[80].end), "2026-11-24 17:00:00");
    talloc_free(plan.seats);
    assert_int_equal(seats_on(&calendar, "2026-11-28"), 0);
}

static void the_public_cap_lies_below_the_internal_cap_and_some_seats_wait_for_walk_ins(void **state)
{
    (void)state;
    struct plan_series series = {2, 1, SPAN(480, 500, 20, 2, 1, 1), 0, PLAN_NO_END};
    struct plan_calendar calendar = {.series = &series, .series_count = 1};
    struct plan plan = plan_of(&calendar, "2026-11-24");
    static const enum plan_visibility expected[] = {PLAN_PUBLIC, PLAN_PUBLIC, PLAN_INTERNAL, PLAN_WALK_IN};
    assert_int_equal(plan.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(plan.seats[i].visibility, expected[i]);
    talloc_free(plan.seats);
}

static void a_series_runs_in_its_window_every_so_many_weeks(void **state)
{
    (void)state;
    struct plan_series every_second = {1, 2, SPAN(540, 600, 30, 1, 0, 0), day_of("2026-01-01"),
                                       day_of("2026-06-30")};
    struct plan_calendar calendar = {.series = &every_second, .series_count = 1};
    static const struct {
        const char *day;
        size_t seats;
    } cases[] = {
        {"2025-12-29", 0}, /* the Monday of the first week, before the window */
        {"2026-01-05", 0}, {"2026-01-12", 2}, {"2026-01-19", 0}, {"2026-01-26", 2},
        {"2026-01-13", 0}, {"2026-06-29", 2}, {"2026-07-06", 0}, {"2026-07-13", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(seats_on(&calendar, cases[i].day), cases[i].seats);
}

static void a_rest_shorter_than_a_slot_is_no_slot(void **state)
{
    (void)state;
    struct plan_series odd = {1, 1, SPAN(480, 535, 25, 1, 0, 0), 0, PLAN_NO_END};
    struct plan_calendar calendar = {.series = &odd, .series_count = 1};
    assert_int_equal(seats_on(&calendar, "2026-11-23"), 2);
}

/* --- precedence --- */

static void a_series_over_a_holiday_gives_no_seats(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan_closure holiday = {minute_of("2026-12-25", 0), minute_of("2026-12-26", 0)};
    calendar.holidays = &holiday;
    calendar.holiday_count = 1;
    assert_int_equal(seats_on(&calendar, "2026-12-25"), 0);
    assert_int_equal(seats_on(&calendar, "2026-12-24"), 81);
    assert_int_equal(seats_on(&calendar, "2026-12-28"), 81);
}

static void a_one_day_opening_on_a_holiday_opens_and_has_its_own_hours(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan_closure holiday = {minute_of("2026-12-25", 0), minute_of("2026-12-26", 0)};
    struct plan_opening opening = {day_of("2026-12-25"), SPAN(540, 600, 20, 1, 0, 0)};
    calendar.holidays = &holiday;
    calendar.holiday_count = 1;
    calendar.openings = &opening;
    calendar.opening_count = 1;
    struct plan plan = plan_of(&calendar, "2026-12-25");
    assert_int_equal(plan.count, 3); /* its own hour, not the series' day */
    assert_string_equal(text_of(plan.seats[0].start), "2026-12-25 09:00:00");
    talloc_free(plan.seats);
}

static void a_closed_span_takes_away_what_lies_in_it_also_of_a_one_day_opening(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan_closure lunch = {minute_of("2026-11-24", 720), minute_of("2026-11-24", 780)};
    calendar.closures = &lunch;
    calendar.closure_count = 1;
    assert_int_equal(seats_on(&calendar, "2026-11-24"), 72);
    lunch = (struct plan_closure){minute_of("2026-11-24", 490), minute_of("2026-11-24", 495)};
    assert_int_equal(seats_on(&calendar, "2026-11-24"), 78); /* whoever it touches */
    struct plan_opening opening = {day_of("2026-11-24"), SPAN(480, 540, 20, 1, 0, 0)};
    calendar.openings = &opening;
    calendar.opening_count = 1;
    assert_int_equal(seats_on(&calendar, "2026-11-24"), 2);
}

static void carnaval_and_29_2_2028_close_as_the_office_chose(void **state)
{
    (void)state;
    /* Carnaval of 2028 is the 28th and 29th of February; Ash Wednesday, the 1st of March, until noon. */
    struct plan_calendar calendar = demo();
    struct plan_closure closed[] = {
        {minute_of("2028-02-28", 0), minute_of("2028-02-29", 0)},
        {minute_of("2028-02-29", 0), minute_of("2028-03-01", 0)},
        {minute_of("2028-03-01", 0), minute_of("2028-03-01", 720)},
    };
    assert_int_equal(day_of("2028-03-01") - day_of("2028-02-28"), 2);
    calendar.holidays = closed;
    calendar.holiday_count = 3;
    assert_int_equal(seats_on(&calendar, "2028-02-25"), 81);
    assert_int_equal(seats_on(&calendar, "2028-02-28"), 0);
    assert_int_equal(seats_on(&calendar, "2028-02-29"), 0);
    struct plan ashes = plan_of(&calendar, "2028-03-01");
    assert_int_equal(ashes.count, 45);
    assert_string_equal(text_of(ashes.seats[0].start), "2028-03-01 12:00:00");
    talloc_free(ashes.seats);
    assert_int_equal(seats_on(&calendar, "2028-03-02"), 81);
}

static void a_slot_that_crosses_midnight_and_the_month_ends_on_the_next_day(void **state)
{
    (void)state;
    struct plan_series night = {1, 1, SPAN(1380, 1500, 40, 1, 0, 0), 0, PLAN_NO_END}; /* 23:00 to 1:00 */
    struct plan_calendar calendar = {.series = &night, .series_count = 1};
    struct plan plan = plan_of(&calendar, "2026-11-30");
    assert_int_equal(plan.count, 3);
    assert_string_equal(text_of(plan.seats[1].start), "2026-11-30 23:40:00");
    assert_string_equal(text_of(plan.seats[1].end), "2026-12-01 00:20:00");
    assert_string_equal(text_of(plan.seats[2].start), "2026-12-01 00:20:00");
    talloc_free(plan.seats);
    struct plan_closure next_day = {minute_of("2026-12-01", 0), minute_of("2026-12-02", 0)};
    calendar.holidays = &next_day;
    calendar.holiday_count = 1;
    assert_int_equal(seats_on(&calendar, "2026-11-30"), 1); /* what reaches into the holiday is closed */
}

static void series_that_overlap_are_found(void **state)
{
    (void)state;
    struct plan_series two[] = {{1, 1, SPAN(480, 540, 20, 1, 0, 0), 0, PLAN_NO_END},
                                {1, 1, SPAN(540, 600, 30, 2, 0, 0), 0, PLAN_NO_END}};
    struct plan_calendar calendar = {.series = two, .series_count = 2};
    struct plan plan = plan_of(&calendar, "2026-11-23");
    int64_t at = 0;
    assert_int_equal(plan.count, 7);
    assert_false(plan_overlaps(&plan, &at));
    talloc_free(plan.seats);
    two[1].span.opens = 530;
    plan = plan_of(&calendar, "2026-11-23");
    assert_true(plan_overlaps(&plan, &at));
    assert_string_equal(text_of(at), "2026-11-23 08:50:00");
    talloc_free(plan.seats);
    plan = (struct plan){0};
    assert_false(plan_overlaps(&plan, &at));
}

/* --- agents --- */

static void an_absent_agent_takes_his_lane_with_its_skills(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan_duty duties[] = {{1, "Ana", 3, 0, PLAN_NO_END},
                                 {1, "Bia", 1, day_of("2026-12-01"), PLAN_NO_END},
                                 {2, "Caio", 2, 0, PLAN_NO_END}};
    struct plan_absence absence = {"Ana", minute_of("2026-11-24", 600), minute_of("2026-11-24", 660)};
    calendar.duties = duties;
    calendar.duty_count = 3;
    struct plan plan = plan_of(&calendar, "2026-11-24");
    assert_int_equal(plan.seats[0].skills, 3);
    assert_int_equal(plan.seats[1].skills, 2);
    assert_int_equal(plan.seats[2].skills, AGENDA_EVERY_SKILL);
    talloc_free(plan.seats);
    calendar.absences = &absence;
    calendar.absence_count = 1;
    plan = plan_of(&calendar, "2026-11-24");
    assert_int_equal(plan.count, 78);
    for (size_t i = 0; i < plan.count; i++)
        if (plan.seats[i].start >= absence.start && plan.seats[i].end <= absence.end)
            assert_int_not_equal(plan.seats[i].lane, 1);
    talloc_free(plan.seats);
    absence = (struct plan_absence){"Ana", minute_of("2026-12-01", 0), minute_of("2026-12-02", 0)};
    assert_int_equal(seats_on(&calendar, "2026-12-01"),
                     54); /* Bia has the lane by then: Ana was the reserve */
}

static void an_absent_agent_without_a_lane_costs_the_reserve_before_the_public(void **state)
{
    (void)state;
    struct plan_calendar calendar = demo();
    struct plan_absence absences[] = {
        {"Ana", minute_of("2026-11-24", 0), minute_of("2026-11-25", 0)},
        {"Ana", minute_of("2026-11-24", 480), minute_of("2026-11-24", 500)}, /* the same person once more */
        {"Bia", minute_of("2026-11-24", 480), minute_of("2026-11-24", 500)},
    };
    calendar.absences = absences;
    calendar.absence_count = 3;
    struct plan plan = plan_of(&calendar, "2026-11-24");
    assert_int_equal(plan.count, 53); /* one lane for the day, two at eight o'clock */
    for (size_t i = 0; i < plan.count; i++)
        assert_int_equal(plan.seats[i].visibility, PLAN_PUBLIC);
    assert_int_equal(plan.seats[0].lane, 1);
    assert_int_equal(plan.seats[1].start, minute_of("2026-11-24", 500));
    talloc_free(plan.seats);
}

/* --- rules --- */

static void the_subset_of_repetition_rules_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
        unsigned weekdays;
        int every_weeks;
        const char *until;
    } cases[] = {
        {"FREQ=DAILY", "FREQ=DAILY", 0xFE, 1, NULL},
        {"FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU", 6, 1, NULL},
        {"BYDAY=FR;FREQ=WEEKLY;INTERVAL=2;WKST=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", 32, 2, NULL},
        {"FREQ=WEEKLY;BYDAY=SU;UNTIL=20261231", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270101T025959Z", 128, 1,
         "2026-12-31"},
        {"FREQ=WEEKLY;BYDAY=SU;UNTIL=20270101T025959Z", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270101T025959Z", 128, 1,
         "2026-12-31"},
        {"FREQ=DAILY;UNTIL=20280229T120000", "FREQ=DAILY;UNTIL=20280301T025959Z", 0xFE, 1, "2028-02-29"},
        {"FREQ=WEEKLY", "FREQ=WEEKLY", 0, 1, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rrule rule;
        struct ra_error error = {0};
        char written[RRULE_SIZE];
        assert_true(rrule_read(cases[i].text, -10800, &rule, &error));
        assert_int_equal(rule.weekdays, cases[i].weekdays);
        assert_int_equal(rule.every_weeks, cases[i].every_weeks);
        assert_true(rule.until == (cases[i].until == NULL ? PLAN_NO_END : day_of(cases[i].until)));
        rrule_write(&rule, -10800, written);
        assert_string_equal(written, cases[i].written);
    }
}

static void a_foreign_rule_is_refused_and_never_expanded(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",
        "FREQ=MONTHLY",
        "FREQ=YEARLY;BYDAY=MO",
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=MO,MO",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=9",
        "FREQ=WEEKLY;INTERVAL=99999999999999999999",
        "FREQ=WEEKLY;COUNT=10",
        "FREQ=WEEKLY;BYMONTH=1",
        "FREQ=WEEKLY;BYHOUR=8",
        "FREQ=WEEKLY;BYSETPOS=1",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ",
        "FREQ=WEEKLY;UNTIL=20260230",
        "FREQ=WEEKLY;UNTIL=amanha",
        "FREQ=WEEKLY;UNTIL=20261231T25",
        "FREQ=WEEKLY;UNTIL=20261231X000000",
        "INTERVAL=2",
        "freq=weekly",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct rrule rule;
        struct ra_error error = {0};
        assert_false(rrule_read(refused[i], -10800, &rule, &error));
        assert_string_equal(error.reason, "rrule-not-supported");
    }
    char monstrous[400];
    memset(monstrous, 'A', sizeof monstrous - 1);
    monstrous[sizeof monstrous - 1] = '\0';
    struct rrule rule;
    struct ra_error error = {0};
    assert_false(rrule_read(monstrous, 0, &rule, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_the_demo_office_has_27_slots_in_three_lanes),
        cmocka_unit_test(the_public_cap_lies_below_the_internal_cap_and_some_seats_wait_for_walk_ins),
        cmocka_unit_test(a_series_runs_in_its_window_every_so_many_weeks),
        cmocka_unit_test(a_rest_shorter_than_a_slot_is_no_slot),
        cmocka_unit_test(a_series_over_a_holiday_gives_no_seats),
        cmocka_unit_test(a_one_day_opening_on_a_holiday_opens_and_has_its_own_hours),
        cmocka_unit_test(a_closed_span_takes_away_what_lies_in_it_also_of_a_one_day_opening),
        cmocka_unit_test(carnaval_and_29_2_2028_close_as_the_office_chose),
        cmocka_unit_test(a_slot_that_crosses_midnight_and_the_month_ends_on_the_next_day),
        cmocka_unit_test(series_that_overlap_are_found),
        cmocka_unit_test(an_absent_agent_takes_his_lane_with_its_skills),
        cmocka_unit_test(an_absent_agent_without_a_lane_costs_the_reserve_before_the_public),
        cmocka_unit_test(the_subset_of_repetition_rules_is_read_and_written),
        cmocka_unit_test(a_foreign_rule_is_refused_and_never_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
