/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk.h"
#include "desk/desk_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)

enum { HOUR_AHEAD = 60, OFFSET_S = -3 * 3600 };

/* As sql/rules/0026_counter.sql has them. */
static const struct desk_class eighty = {"80+", 480, "80+", "Lei 10.741, art. 3º § 2º"};
static const struct desk_class sixty = {"60+", 240, "60+", "Lei 10.741, art. 3º"};
static const struct desk_class pregnant = {"pregnant", 240, "gestante", "Lei 10.048, art. 1º"};
static const struct desk_class donor = {"donor", 120, "doador de sangue",
                                        "Lei 10.048, art. 1º, depois dos demais"};
static const struct desk_class returning = {"return", 90, "volta com a correção pedida",
                                            "decisão do atendimento"};
static const struct desk_class *const classes[] = {NULL, &eighty, &sixty, &pregnant, &donor, &returning};
enum { CLASSES = sizeof classes / sizeof *classes };

/* Eight in the morning in the office's zone. */
static const int64_t opening = INT64_C(1795604400) * 1000000;

static struct desk_waiting arrived(int64_t visit, const char *ticket, int minute,
                                   const struct desk_class *class)
{
    return (struct desk_waiting){.visit = visit,
                                 .ticket = ticket,
                                 .class = class,
                                 .due_us = opening + minute * MINUTE,
                                 .offset_s = OFFSET_S};
}

static struct desk_waiting booked(int64_t visit, const char *ticket, int minute,
                                  const struct desk_class *class)
{
    struct desk_waiting waiting = arrived(visit, ticket, minute, class);
    waiting.by_hour = true;
    return waiting;
}

static void test_ticket_text(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    assert_string_equal(desk_ticket_text(context, "A", 14), "A014");
    assert_string_equal(desk_ticket_text(context, "B", 1234), "B1234");
    talloc_free(context);
}

/* --- whose turn --- */

static void test_law_orders_the_classes(void **state)
{
    (void)state;
    struct desk_waiting line[] = {
        arrived(1, "B001", 0, NULL),       arrived(2, "B002", 5, &returning), arrived(3, "B003", 10, &donor),
        arrived(4, "B004", 15, &pregnant), arrived(5, "B005", 20, &sixty),    arrived(6, "B006", 25, &eighty),
        booked(7, "A001", 30, NULL),
    };
    static const char *const expected[] = {"B006", "B004", "B005", "B003", "B002", "A001", "B001"};
    desk_sort(line, sizeof line / sizeof *line, HOUR_AHEAD);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(line[i].ticket, expected[i]);
}

static void test_late_comers_lose_the_hour(void **state)
{
    (void)state;
    assert_true(desk_hour_counts(opening, opening - HOUR, 15));
    assert_true(desk_hour_counts(opening, opening + 15 * MINUTE, 15));
    assert_false(desk_hour_counts(opening, opening + 15 * MINUTE + 1, 15));
}

/* A generator of its own: the same line in every run. */
static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct desk_waiting anybody(uint32_t *seed, int64_t visit)
{
    struct desk_waiting one = arrived(visit, "B001", (int)(next_number(seed) % 540), NULL);
    one.class = classes[next_number(seed) % CLASSES];
    one.by_hour = next_number(seed) % 2 == 0;
    return one;
}

static void test_order_is_total(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        struct desk_waiting a = anybody(&seed, 1), b = anybody(&seed, 2), c = anybody(&seed, 3);
        int ab = desk_compare(&a, &b, HOUR_AHEAD), ba = desk_compare(&b, &a, HOUR_AHEAD);
        assert_true((ab < 0 && ba > 0) || (ab > 0 && ba < 0)); /* never equal, never both */
        assert_int_equal(desk_compare(&a, &a, HOUR_AHEAD), 0);
        if (ab < 0 && desk_compare(&b, &c, HOUR_AHEAD) < 0)
            assert_true(desk_compare(&a, &c, HOUR_AHEAD) < 0);
    }
}

/* Waiting only helps: the earlier one came, the nearer the turn, all else equal; and no clock takes part, so
 * the order of two people cannot turn round while they wait. */
static void test_ageing_is_monotone(void **state)
{
    (void)state;
    uint32_t seed = 11;
    for (int i = 0; i < 20000; i++) {
        struct desk_waiting later = anybody(&seed, 1), other = anybody(&seed, 2);
        struct desk_waiting earlier = later;
        earlier.due_us -= (int64_t)(next_number(&seed) % 120 + 1) * MINUTE;
        assert_true(desk_moment(&earlier, HOUR_AHEAD) < desk_moment(&later, HOUR_AHEAD));
        if (desk_compare(&later, &other, HOUR_AHEAD) < 0)
            assert_true(desk_compare(&earlier, &other, HOUR_AHEAD) < 0);
    }
}

/* The bound that docs/decisions/0027 states: who came more than the highest advance later passes nobody. */
static void test_starvation_bound(void **state)
{
    (void)state;
    uint32_t seed = 13;
    const int64_t bound = (eighty.ahead_minutes + HOUR_AHEAD) * MINUTE;
    for (int i = 0; i < 20000; i++) {
        struct desk_waiting one = anybody(&seed, 1), other = anybody(&seed, 2);
        if (other.due_us > one.due_us + bound)
            assert_true(desk_compare(&one, &other, HOUR_AHEAD) < 0);
    }
    /* A day full of people with priority, one every minute for one place of ten minutes: the first ordinary
     * person is served as soon as those are who came within four hours. */
    struct desk_waiting line[541];
    size_t count = 0;
    line[count++] = arrived(1, "B001", 0, NULL);
    for (int minute = 1; minute < 540; minute++)
        line[count++] = arrived(minute + 1, "B002", minute, &pregnant);
    desk_sort(line, count, HOUR_AHEAD);
    size_t at = 0;
    while (line[at].visit != 1)
        at++;
    assert_int_equal(at, pregnant.ahead_minutes - 1);
    assert_true(line[at - 1].due_us < opening + pregnant.ahead_minutes * MINUTE);
}

static void test_sort_agrees_with_compare(void **state)
{
    (void)state;
    uint32_t seed = 17;
    struct desk_waiting line[64];
    for (size_t i = 0; i < 64; i++)
        line[i] = anybody(&seed, (int64_t)i + 1);
    desk_sort(line, 64, HOUR_AHEAD);
    for (size_t i = 1; i < 64; i++)
        assert_true(desk_compare(&line[i - 1], &line[i], HOUR_AHEAD) < 0);
}

/* --- the sentence --- */

static void assert_sentence(const struct desk_waiting *called, const struct desk_waiting *others,
                            size_t count, bool by_choice, const char *expected)
{
    TALLOC_CTX *context = talloc_new(NULL);
    char *sentence = desk_call_sentence(context, called, others, count, by_choice, HOUR_AHEAD);
    assert_string_equal(sentence, expected);
    talloc_free(context);
}

static void test_sentence_says_who_was_passed_and_why(void **state)
{
    (void)state;
    const struct desk_waiting old = booked(14, "A014", 80, &eighty);
    const struct desk_waiting plain[] = {
        arrived(7, "B007", 0, NULL),  arrived(8, "B008", 5, NULL),  arrived(9, "B009", 6, NULL),
        arrived(10, "B010", 7, NULL), arrived(11, "B011", 8, NULL), arrived(12, "B012", 90, NULL),
    };
    assert_sentence(&old, plain, 1, false, "A014 antes de B007: 80+, Lei 10.741, art. 3º § 2º");
    assert_sentence(&old, plain, 2, false, "A014 antes de B007, B008: 80+, Lei 10.741, art. 3º § 2º");
    assert_sentence(&old, plain, 6, false,
                    "A014 antes de B007, B008, B009 e mais 2: 80+, Lei 10.741, art. 3º § 2º");
    assert_sentence(&old, plain, 0, false, "A014 na sua vez: 80+, Lei 10.741, art. 3º § 2º");
    const struct desk_waiting blood = arrived(15, "B015", 30, &donor);
    assert_sentence(&blood, plain, 1, false,
                    "B015 antes de B007: doador de sangue, Lei 10.048, art. 1º, depois dos demais");
}

static void test_sentence_without_a_class(void **state)
{
    (void)state;
    const struct desk_waiting hour = booked(1, "A015", 80, NULL);
    const struct desk_waiting walk_in = arrived(2, "B002", 65, NULL);
    assert_sentence(&hour, NULL, 0, false, "A015 na sua vez: hora marcada, 9h20");
    assert_sentence(&hour, &walk_in, 1, false, "A015 antes de B002: hora marcada, 9h20");
    assert_sentence(&walk_in, NULL, 0, false, "B002 na sua vez: chegada às 9h05");
}

static void test_sentence_where_waiting_outlasts_a_class(void **state)
{
    (void)state;
    const struct desk_waiting patient = arrived(1, "B001", 0, NULL);
    const struct desk_waiting later = arrived(2, "B020", 241, &sixty);
    assert_sentence(&patient, &later, 1, false,
                    "B001 antes de B020 (60+): espera maior que a preferência, de 4 h");
}

static void test_sentence_of_a_choice_names_all_who_were_before(void **state)
{
    (void)state;
    const struct desk_waiting chosen = arrived(9, "B009", 30, NULL);
    const struct desk_waiting others[] = {arrived(7, "B007", 0, NULL), arrived(10, "B010", 40, NULL),
                                          arrived(11, "B011", 60, &eighty)};
    assert_sentence(&chosen, others, 3, true, "B009 chamado pelo agente, antes de B007, B011");
    assert_sentence(&chosen, NULL, 0, true, "B009 chamado pelo agente");
}

/* --- absence and clocks --- */

static void test_no_show_counts_calls_that_are_apart(void **state)
{
    (void)state;
    const int64_t hasty[] = {opening, opening + MINUTE, opening + 2 * MINUTE, opening + 3 * MINUTE};
    assert_int_equal(desk_calls_counted(hasty, 4, 3), 2); /* at 0 and at 3 */
    assert_int_equal(desk_calls_counted(hasty, 4, 0), 4);
    assert_int_equal(desk_calls_counted(hasty, 3, 3), 1);
    const int64_t patient[] = {opening, opening + 3 * MINUTE, opening + 7 * MINUTE};
    assert_int_equal(desk_calls_counted(patient, 3, 3), 3);
    const int64_t back[] = {opening, opening - HOUR, opening + 3 * MINUTE};
    assert_int_equal(desk_calls_counted(back, 3, 3), 2);
    assert_int_equal(desk_calls_counted(NULL, 0, 3), 0);
}

static void test_clock_stepping_back_gives_no_negative_wait(void **state)
{
    (void)state;
    assert_int_equal(desk_waited_s(opening, opening + 90 * INT64_C(1000000)), 90);
    assert_int_equal(desk_waited_s(opening, opening), 0);
    assert_int_equal(desk_waited_s(opening, opening - HOUR), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticket_text),
        cmocka_unit_test(test_law_orders_the_classes),
        cmocka_unit_test(test_late_comers_lose_the_hour),
        cmocka_unit_test(test_order_is_total),
        cmocka_unit_test(test_ageing_is_monotone),
        cmocka_unit_test(test_starvation_bound),
        cmocka_unit_test(test_sort_agrees_with_compare),
        cmocka_unit_test(test_sentence_says_who_was_passed_and_why),
        cmocka_unit_test(test_sentence_without_a_class),
        cmocka_unit_test(test_sentence_where_waiting_outlasts_a_class),
        cmocka_unit_test(test_sentence_of_a_choice_names_all_who_were_before),
        cmocka_unit_test(test_no_show_counts_calls_that_are_apart),
        cmocka_unit_test(test_clock_stepping_back_gives_no_negative_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
