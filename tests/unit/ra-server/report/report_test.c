/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_nearest_rank(void **state)
{
    (void)state;
    static const int64_t one[] = {42};
    static const int64_t ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assert_int_equal(report_percentile(one, 1, 50), 42);
    assert_int_equal(report_percentile(one, 1, 99), 42);
    assert_int_equal(report_percentile(ten, 10, 50), 5);
    assert_int_equal(report_percentile(ten, 10, 95), 10);
    assert_int_equal(report_percentile(ten, 10, 10), 1);
    assert_int_equal(report_percentile(ten, 10, 100), 10);
}

static void test_the_promised_minute_itself_is_kept(void **state)
{
    (void)state;
    static const int64_t values[] = {3599, 3600, 3601};
    assert_int_equal(report_breaches(values, 3, 3600), 1);
    assert_int_equal(report_breaches(values, 0, 3600), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_rank),
        cmocka_unit_test(test_the_promised_minute_itself_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
