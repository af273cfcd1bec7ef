/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The catalogue's pure rules: days, windows, prices, local times.
 */
#include "catalog/catalog.h"
#include "catalog/local_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SAO_PAULO = -10800 };

static const int64_t day_us = INT64_C(86400000000);

static void the_day_is_that_of_the_zone(void **state)
{
    (void)state;
    static const struct {
        int64_t instant_us;
        int offset_s;
        const char *day;
    } cases[] = {
        {INT64_C(1795492800000000), 0, "2026-11-24"},         /* 04:00 UTC */
        {INT64_C(1795485600000000), SAO_PAULO, "2026-11-23"}, /* 02:00 UTC is 23:00 the day before */
        {INT64_C(1795489200000000), SAO_PAULO, "2026-11-24"}, /* 03:00 UTC is midnight */
        {0, SAO_PAULO, "1969-12-31"},
        {INT64_C(951782400000000), 0, "2000-02-29"},
        {INT64_C(4107542400000000), 0, "2100-03-01"}, /* 2100 has no 29 February */
        {INT64_C(4107542399999999), 0, "2100-02-28"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char day[CATALOG_DAY_SIZE];
        catalog_day_of(cases[i].instant_us, cases[i].offset_s, day);
        assert_string_equal(day, cases[i].day);
    }
}

static void day_numbers_and_days_agree_for_four_centuries(void **state)
{
    (void)state;
    int weekday = 4; /* 1970-01-01 was a Thursday */
    for (int64_t number = 0; number < 146097; number++) {
        struct local_time day = local_time_of_day_number(number);
        assert_int_equal(local_day_number(day.year, day.month, day.day), number);
        assert_int_equal(day.weekday, weekday);
        weekday = weekday == 7 ? 1 : weekday + 1;
    }
    assert_int_equal(local_day_number(1969, 12, 31), -1);
    assert_int_equal(local_time_of_day_number(-1).weekday, 3);
}

static void a_window_includes_both_its_days(void **state)
{
    (void)state;
    assert_true(catalog_day_within("2026-11-24", "2026-11-24", "2026-11-24"));
    assert_true(catalog_day_within("2026-11-24", "2020-01-01", ""));
    assert_false(catalog_day_within("2019-12-31", "2020-01-01", ""));
    assert_false(catalog_day_within("2029-03-03", "2020-01-01", "2029-03-02"));
}

static void prices_and_terms_are_written_as_people_write_them(void **state)
{
    TALLOC_CTX *context = *state;
    assert_string_equal(catalog_price_text(context, 14900), "R$ 149,00");
    assert_string_equal(catalog_price_text(context, 5), "R$ 0,05");
    assert_string_equal(catalog_price_text(context, 123456), "R$ 1.234,56");
    assert_string_equal(catalog_validity_text(context, 12), "1 ano");
    assert_string_equal(catalog_validity_text(context, 24), "2 anos");
    assert_string_equal(catalog_validity_text(context, 1), "1 mês");
    assert_string_equal(catalog_validity_text(context, 18), "18 meses");
}

static void a_city_is_written_as_people_write_it(void **state)
{
    static const char *const cities[][2] = {{"CAMPINAS", "Campinas"},
                                            {"SÃO JOSÉ DOS CAMPOS", "São José dos Campos"},
                                            {"ÁGUAS DE LINDÓIA", "Águas de Lindóia"},
                                            {"EMBU-GUAÇU", "Embu-Guaçu"},
                                            {"SANTA BÁRBARA D'OESTE", "Santa Bárbara D'Oeste"},
                                            {"Cuiabá", "Cuiabá"},
                                            {"", ""}};
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
        assert_string_equal(catalog_city_text(*state, cities[i][0]), cities[i][1]);
}

static void times_are_written_for_machines_and_for_people(void **state)
{
    TALLOC_CTX *context = *state;
    int64_t start_us = INT64_C(1795519200000000); /* 11:20 UTC */
    assert_string_equal(local_time_rfc3339(context, start_us, SAO_PAULO), "2026-11-24T08:20:00-03:00");
    assert_string_equal(local_time_rfc3339(context, start_us, 19800), "2026-11-24T16:50:00+05:30");
    assert_string_equal(local_time_rfc3339(context, INT64_C(-62135596800) * 1000000, 0),
                        "0001-01-01T00:00:00+00:00");
    assert_string_equal(local_time_rfc3339(context, INT64_C(253402300799) * 1000000, -43200),
                        "9999-12-31T11:59:59-12:00");
    assert_string_equal(local_time_long_text(context, start_us, SAO_PAULO),
                        "terça-feira, 24 de novembro de 2026, às 8h20");
    assert_string_equal(local_time_hour_text(context, start_us - INT64_C(1200000000), SAO_PAULO), "8h");
    assert_string_equal(local_time_short_text(context, start_us + 4 * day_us, SAO_PAULO), "28/11/2026, 8h20");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_day_is_that_of_the_zone),
        cmocka_unit_test(day_numbers_and_days_agree_for_four_centuries),
        cmocka_unit_test(a_window_includes_both_its_days),
        cmocka_unit_test_setup_teardown(prices_and_terms_are_written_as_people_write_them, setup, teardown),
        cmocka_unit_test_setup_teardown(a_city_is_written_as_people_write_it, setup, teardown),
        cmocka_unit_test_setup_teardown(times_are_written_for_machines_and_for_people, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
