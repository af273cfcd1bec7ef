/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pure rules of the agenda: nearest alternatives, modes.
 */
#include "agenda/agenda_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_nearest_three_come_first_and_the_earlier_of_two_equals(void **state)
{
    (void)state;
    static const struct agenda_slot slots[] = {
        {100, 120, 0, 1}, {200, 220, 0, 0}, {300, 320, 0, 2},
        {400, 420, 0, 1}, {500, 520, 0, 0}, {700, 720, 0, 1},
    };
    static const struct {
        int64_t wished;
        size_t found;
        size_t nearest[3];
    } cases[] = {
        {200, 3, {0, 2, 3}}, /* 100 and 300 are equally near: the earlier first */
        {350, 3, {2, 3, 0}}, {1000, 3, {5, 3, 2}}, {0, 3, {0, 2, 3}}, {500, 3, {3, 2, 5}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nearest[3];
        assert_int_equal(agenda_nearest(slots, 6, cases[i].wished, 3, nearest), cases[i].found);
        assert_memory_equal(nearest, cases[i].nearest, sizeof nearest);
    }
}

static void a_full_agenda_has_no_alternatives_and_a_nearly_full_one_few(void **state)
{
    (void)state;
    static const struct agenda_slot full[] = {{100, 120, 0, 0}, {200, 220, 0, 0}};
    static const struct agenda_slot nearly[] = {{100, 120, 0, 0}, {200, 220, 0, 1}};
    size_t nearest[3];
    assert_int_equal(agenda_nearest(full, 2, 150, 3, nearest), 0);
    assert_int_equal(agenda_nearest(nearly, 2, 150, 3, nearest), 1);
    assert_int_equal(nearest[0], 1);
    assert_int_equal(agenda_nearest(full, 0, 150, 3, nearest), 0);
}

static void modes_are_two(void **state)
{
    (void)state;
    assert_true(agenda_mode_known("in_person") && agenda_mode_known("video"));
    assert_false(agenda_mode_known("telepathy") || agenda_mode_known("") || agenda_mode_known(NULL));
}

static void the_delay_of_a_seat_given_back_lies_between_its_two_policies(void **state)
{
    (void)state;
    static const struct {
        int64_t least, most;
        uint32_t drawn;
        int64_t minutes;
    } cases[] = {
        {5, 45, 0, 5},
        {5, 45, UINT32_MAX, 45},
        {5, 45, UINT32_MAX / 2, 25},
        {5, 5, 77, 5},
        {45, 5, UINT32_MAX, 45},
        {0, 0, 1, 0},
        {0, 240, UINT32_MAX, 240},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t delay_us = agenda_release_delay_us(cases[i].least, cases[i].most, cases[i].drawn);
        assert_in_range((delay_us + 30000000) / 60000000, cases[i].minutes, cases[i].minutes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_three_come_first_and_the_earlier_of_two_equals),
        cmocka_unit_test(a_full_agenda_has_no_alternatives_and_a_nearly_full_one_few),
        cmocka_unit_test(the_delay_of_a_seat_given_back_lies_between_its_two_policies),
        cmocka_unit_test(modes_are_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
