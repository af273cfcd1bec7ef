/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/limits.h"

#include <stdio.h>

static int setup(void **state)
{
    struct ra_error error = {0};
    struct limits *limits = NULL;
    bool made = limits_new(NULL, 60, &limits, &error);
    *state = limits;
    return made ? 0 : -1;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static void gives_a_minute_at_once_and_then_one_a_second(void **state)
{
    for (int i = 0; i < 60; i++)
        assert_int_equal(limits_take(*state, "192.0.2.1", 1000), 0);
    assert_int_equal(limits_take(*state, "192.0.2.1", 1000), 2);
    assert_int_not_equal(limits_take(*state, "192.0.2.1", 1900), 0);
    assert_int_equal(limits_take(*state, "192.0.2.1", 2000), 0);
    assert_int_not_equal(limits_take(*state, "192.0.2.1", 2000), 0);
    assert_int_equal(limits_take(*state, "192.0.2.1", INT64_C(1) << 50), 0);
}

static void counts_every_address_apart(void **state)
{
    for (int i = 0; i < 60; i++)
        assert_int_equal(limits_take(*state, "192.0.2.7", 1), 0);
    assert_int_not_equal(limits_take(*state, "192.0.2.7", 1), 0);
    assert_int_equal(limits_take(*state, "192.0.2.8", 1), 0);
}

static void counts_an_ipv6_network_as_one(void **state)
{
    for (int i = 0; i < 60; i++)
        assert_int_equal(limits_take(*state, "2001:db8::1", 1), 0);
    assert_int_not_equal(limits_take(*state, "2001:db8::ffff", 1), 0);
    assert_int_equal(limits_take(*state, "2001:db8:0:1::1", 1), 0);
}

static void unreadable_addresses_share_one_bucket(void **state)
{
    for (int i = 0; i < 60; i++)
        assert_int_equal(limits_take(*state, i % 2 == 0 ? "" : "nobody", 1), 0);
    assert_int_not_equal(limits_take(*state, "somebody", 1), 0);
}

static void survives_more_addresses_than_it_holds(void **state)
{
    char address[32];
    for (unsigned i = 0; i < 100000; i++) {
        snprintf(address, sizeof address, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
        assert_int_equal(limits_take(*state, address, (int64_t)i), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_a_minute_at_once_and_then_one_a_second, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_every_address_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_an_ipv6_network_as_one, setup, teardown),
        cmocka_unit_test_setup_teardown(unreadable_addresses_share_one_bucket, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_more_addresses_than_it_holds, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
