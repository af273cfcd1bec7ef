/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Duration is product × persons × mode, as data.
 */
#include "agenda/hours/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { VIDEO = 1, COMPANY = 2 };

static const struct duration_row rows[] = {
    {"*", "in_person", 1, 20, 0, 0, "2020-01-01", ""},
    {"*", "in_person", 3, 40, 0, 0, "2020-01-01", ""},
    {"*", "video", 1, 20, 10, VIDEO, "2020-01-01", ""},
    {"ecnpj-a1", "in_person", 1, 25, 0, COMPANY, "2020-01-01", "2026-12-31"},
    {"ecnpj-a1", "in_person", 1, 30, 0, COMPANY, "2027-01-01", ""},
    {"ecnpj-a1", "video", 1, 25, 15, VIDEO | COMPANY, "2020-01-01", ""},
};

static void a_session_lasts_as_its_product_its_people_and_its_mode_say(void **state)
{
    (void)state;
    static const struct {
        const char *day, *mode, *product;
        int persons, minutes, preparation;
        uint32_t skills;
    } cases[] = {
        {"2026-11-24", "in_person", "ecpf-a1", 1, 20, 0, 0},
        {"2026-11-24", "in_person", "ecpf-a1", 2, 20, 0, 0},
        {"2026-11-24", "in_person", "ecpf-a3", 3, 40, 0, 0},
        {"2026-11-24", "in_person", "ecpf-a3", 9, 40, 0, 0},
        {"2026-11-24", "video", "ecpf-a1", 1, 20, 10, VIDEO},
        {"2026-11-24", "video", "ecnpj-a1", 1, 25, 15, VIDEO | COMPANY},
        /* the product's own row before everybody's, whatever the number of people */
        {"2026-11-24", "in_person", "ecnpj-a1", 4, 25, 0, COMPANY},
        {"2026-12-31", "in_person", "ecnpj-a1", 1, 25, 0, COMPANY},
        {"2027-01-01", "in_person", "ecnpj-a1", 1, 30, 0, COMPANY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct duration_part part = {cases[i].product, cases[i].persons};
        struct duration duration;
        assert_true(duration_add_up(rows, sizeof rows / sizeof rows[0], cases[i].day, cases[i].mode, &part, 1,
                                    &duration));
        assert_int_equal(duration.minutes, cases[i].minutes);
        assert_int_equal(duration.preparation_minutes, cases[i].preparation);
        assert_int_equal(duration.skills, cases[i].skills);
    }
}

static void one_visit_for_two_certificates_is_as_long_as_both_and_prepared_once(void **state)
{
    (void)state;
    static const struct duration_part both[] = {{"ecpf-a1", 1}, {"ecnpj-a1", 1}};
    struct duration duration;
    assert_true(duration_add_up(rows, 6, "2026-11-24", "in_person", both, 2, &duration));
    assert_int_equal(duration.minutes, 45);
    assert_int_equal(duration.skills, COMPANY);
    assert_true(duration_add_up(rows, 6, "2026-11-24", "video", both, 2, &duration));
    assert_int_equal(duration.preparation_minutes, 15);
}

static void what_no_row_speaks_of_is_not_served(void **state)
{
    (void)state;
    static const struct duration_part person = {"ecpf-a1", 1}, both[] = {{"ecpf-a1", 1}, {"ecnpj-a1", 1}};
    struct duration duration;
    assert_false(duration_add_up(rows, 6, "2019-12-31", "in_person", &person, 1, &duration));
    assert_false(duration_add_up(rows, 6, "2026-11-24", "telepathy", &person, 1, &duration));
    assert_false(duration_add_up(rows, 2, "2026-11-24", "video", both, 2, &duration));
    assert_false(duration_add_up(rows, 6, "2026-11-24", "in_person", both, 0, &duration));
}

static void a_session_needs_its_preparation_before_its_minutes(void **state)
{
    (void)state;
    const struct duration duration = {40, 10, COMPANY};
    const struct agenda_need need = duration_need(&duration);
    assert_int_equal(need.before_us, INT64_C(600000000));
    assert_int_equal(need.with_us, INT64_C(2400000000));
    assert_int_equal(need.skills, COMPANY);
}

static void the_people_of_a_session_are_those_who_must_be_there(void **state)
{
    (void)state;
    static struct order_person people[] = {
        {.role = "responsible"}, {.role = "representative"}, {.role = "attorney"}, {.role = "interpreter"}};
    const struct order company = {.product_id = "ecnpj-a1", .people = people, .people_count = 4};
    assert_int_equal(duration_part_of(&company).persons, 2);
    const struct order person = {.product_id = "ecpf-a1", .people = people, .people_count = 1};
    assert_int_equal(duration_part_of(&person).persons, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_lasts_as_its_product_its_people_and_its_mode_say),
        cmocka_unit_test(one_visit_for_two_certificates_is_as_long_as_both_and_prepared_once),
        cmocka_unit_test(what_no_row_speaks_of_is_not_served),
        cmocka_unit_test(a_session_needs_its_preparation_before_its_minutes),
        cmocka_unit_test(the_people_of_a_session_are_those_who_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
