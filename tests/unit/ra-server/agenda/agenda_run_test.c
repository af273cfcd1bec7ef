/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which seats a session and a visit of two take (issue 4, parts 1 and 2). Times in minutes.
 */
#include "agenda/agenda_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void two_sessions_are_on_one_lane_if_they_can_be(void **state)
{
    (void)state;
    const struct run_span spans[] = {{0, 20}, {20, 40}};
    struct run runs[RUN_HALVES];
    const struct run_seat public_two[] = {{1, 1, 0, 20, 0, false, true},
                                          {2, 2, 0, 20, 0, false, true},
                                          {3, 2, 20, 40, 1, false, true},
                                          {4, 3, 20, 40, 1, false, false}};
    assert_true(run_choose(public_two, 4, spans, 2, false, runs));
    assert_int_equal(runs[0].seats[0], 1); /* lane 2 twice, though lane 1 is lower */
    assert_int_equal(runs[1].seats[0], 2);
    const struct run_seat own[] = {{1, 1, 0, 20, 0, true, true},
                                   {2, 2, 0, 20, 0, false, true},
                                   {3, 2, 20, 40, 1, false, true},
                                   {4, 3, 20, 40, 1, true, true}};
    assert_true(run_choose(own, 4, spans, 2, false, runs));
    assert_int_equal(runs[0].seats[0], 0); /* what is held already, whatever the lanes */
    assert_int_equal(runs[1].seats[0], 3);
    const struct run_seat office[] = {{1, 1, 0, 20, 0, false, true},
                                      {2, 3, 0, 20, 0, false, false},
                                      {3, 1, 20, 40, 1, false, true},
                                      {4, 3, 20, 40, 1, false, false}};
    assert_true(run_choose(office, 4, spans, 2, true, runs));
    assert_int_equal(runs[0].seats[0], 1); /* the office leaves public seats to the public */
    assert_int_equal(runs[1].seats[0], 3);
    assert_false(run_choose(office, 2, spans, 2, true, runs)); /* no second half */
    assert_false(run_choose(office, 0, spans, 2, true, runs));
}

static void a_session_takes_seats_that_follow_each_other_on_one_lane(void **state)
{
    (void)state;
    struct run runs[RUN_HALVES];
    const struct run_seat seats[] = {{1, 1, 0, 20, 0, false, true},  {2, 2, 0, 20, 0, false, true},
                                     {3, 3, 0, 30, 0, false, true},  {4, 2, 20, 40, 0, false, true},
                                     {5, 1, 25, 45, 0, false, true}, {6, 3, 30, 60, 0, false, false},
                                     {7, 2, 40, 60, 0, false, true}};
    const struct run_span one = {0, 20}, two = {0, 40}, three = {0, 50}, late = {20, 40}, longest = {0, 61};
    assert_true(run_choose(seats, 7, &one, 1, false, runs));
    assert_int_equal(runs[0].count, 1);
    assert_int_equal(runs[0].seats[0], 0); /* the lowest lane */
    assert_true(run_choose(seats, 7, &two, 1, false, runs));
    assert_int_equal(runs[0].count, 2); /* lane 1 has a gap after its first */
    assert_int_equal(runs[0].seats[0], 1);
    assert_int_equal(runs[0].seats[1], 3);
    assert_true(run_choose(seats, 7, &three, 1, false, runs));
    assert_int_equal(runs[0].count, 3);
    assert_true(run_choose(seats, 7, &late, 1, false, runs));
    assert_int_equal(runs[0].seats[0], 3);
    assert_false(run_choose(seats, 7, &longest, 1, false, runs));
}

static void a_run_held_in_part_is_not_held(void **state)
{
    (void)state;
    struct run runs[RUN_HALVES];
    const struct run_span two = {0, 40};
    const struct run_seat seats[] = {{1, 1, 0, 20, 0, false, true},
                                     {2, 2, 0, 20, 0, true, true},
                                     {3, 1, 20, 40, 0, false, true},
                                     {4, 2, 20, 40, 0, false, true}};
    assert_true(run_choose(seats, 4, &two, 1, false, runs));
    assert_int_equal(runs[0].seats[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_sessions_are_on_one_lane_if_they_can_be),
        cmocka_unit_test(a_session_takes_seats_that_follow_each_other_on_one_lane),
        cmocka_unit_test(a_run_held_in_part_is_not_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
