/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notices of a certificate's end, 60, 30, 15, 7 and 1 days before (issue 5 part 8).
 */
#include "renewal/expiry_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY INT64_C(86400000000)

/* A year's certificate that ends on day 365, seen on `day`; `made`: bits of what was told, the first is 60.
 */
static struct expiry_case seen_on(double day, unsigned made)
{
    struct expiry_case known = {
        .now_us = (int64_t)(day * (double)DAY), .until_us = 365 * DAY, .days = {60, 30, 15, 7, 1}};
    for (unsigned at = 0; at < EXPIRY_THRESHOLDS; at++)
        known.made[at] = (made >> at & 1) != 0;
    return known;
}

static void each_threshold_is_told_once_when_it_is_passed(void **state)
{
    (void)state;
    static const struct {
        double day;
        unsigned made;
        int64_t due;
    } cases[] = {
        {100, 0, 0}, {304.9, 0, 0},  {305, 0, 60}, {310, 1, 0},    {335, 1, 30}, {349.9, 3, 0}, {350, 3, 15},
        {358, 7, 7}, {363.9, 15, 0}, {364, 15, 1}, {364.5, 31, 0}, {365, 15, 0}, {400, 0, 0},
    };
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct expiry_case known = seen_on(cases[at].day, cases[at].made);
        assert_int_equal(expiry_due(&known), cases[at].due);
    }
}

static void after_an_outage_only_the_nearest_is_told(void **state)
{
    (void)state;
    struct expiry_case known = seen_on(353, 1); /* 30 and 15 passed while the server was off */
    assert_int_equal(expiry_due(&known), 15);
    known = seen_on(353, 1 + 4);
    assert_int_equal(expiry_due(&known), 0); /* 30 is never told after 15 */
}

static void a_threshold_before_the_first_day_and_one_of_zero_are_none(void **state)
{
    (void)state;
    struct expiry_case known = seen_on(346, 0);
    known.from_us = 345 * DAY; /* lives 20 days */
    assert_int_equal(expiry_due(&known), 0);
    known.now_us = 350 * DAY;
    assert_int_equal(expiry_due(&known), 15);
    known.days[2] = 0;
    assert_int_equal(expiry_due(&known), 0);
}

static void the_next_look_is_at_the_next_threshold_and_in_the_end_at_the_end(void **state)
{
    (void)state;
    static const struct {
        double day;
        int64_t next;
    } cases[] = {{0, 305}, {305, 335}, {340, 350}, {351, 358}, {360, 364}, {364.5, 365}};
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct expiry_case known = seen_on(cases[at].day, 0);
        assert_true(expiry_next_us(&known) == cases[at].next * DAY);
    }
    struct expiry_case over = seen_on(366, 0);
    assert_true(expiry_next_us(&over) == 366 * DAY);
}

static void a_begun_day_counts(void **state)
{
    (void)state;
    assert_int_equal(expiry_days_left(0, 60 * DAY), 60);
    assert_int_equal(expiry_days_left(DAY / 2, 60 * DAY), 60);
    assert_int_equal(expiry_days_left(0, DAY / 2), 1);
    assert_int_equal(expiry_days_left(DAY, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_threshold_is_told_once_when_it_is_passed),
        cmocka_unit_test(after_an_outage_only_the_nearest_is_told),
        cmocka_unit_test(a_threshold_before_the_first_day_and_one_of_zero_are_none),
        cmocka_unit_test(the_next_look_is_at_the_next_threshold_and_in_the_end_at_the_end),
        cmocka_unit_test(a_begun_day_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
