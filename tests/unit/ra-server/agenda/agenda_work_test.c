/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work for clicks under attack (issue 4, part 2: "a proof-of-work of our own, no picture puzzle"): the rate,
 * the challenge, the judgement. Pure.
 */
#include "agenda/agenda_clicks.h"
#include "agenda/agenda_work.h"

/* clang-format off: cmocka.h wants these four before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#define MAC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static const int64_t second_us = 1000000;

static void the_rate_is_of_the_last_minute(void **state)
{
    (void)state;
    static struct rush rush;
    int64_t now_us = INT64_C(1795000000) * second_us;
    for (int i = 1; i <= 100; i++)
        assert_int_equal(rush_count(&rush, now_us), i);
    assert_int_equal(rush_count(&rush, now_us + 59 * second_us), 101);
    assert_int_equal(rush_count(&rush, now_us + 60 * second_us), 2);
    assert_int_equal(rush_count(&rush, now_us + 600 * second_us), 1);
}

static void only_the_shape_of_a_challenge_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *challenge;
        bool good;
    } cases[] = {
        {"w1.1795000000000.18.0123456789AB.0123456789abcdef." MAC, true},
        {"w2.1795000000000.18.0123456789AB.0123456789abcdef." MAC, false},
        {"w1..18.0123456789AB.0123456789abcdef." MAC, false},
        {"w1.17950000000000000000.18.0123456789AB.0123456789abcdef." MAC, false},
        {"w1.1795000000000.99.0123456789AB.0123456789abcdef." MAC, false},
        {"w1.1795000000000.-1.0123456789AB.0123456789abcdef." MAC, false},
        {"w1.1795000000000.18.0123456789.0123456789abcdef." MAC, false},
        {"w1.1795000000000.18.0123456789AB.0123456789abcde." MAC, false},
        {"w1.1795000000000.18.0123456789AB.0123456789abcdef." MAC "x", false},
        {"w1.1795000000000.18.0123456789AB.0123456789abcdef", false},
        {"w1.1795000000000.18", false},
        {"w1.", false},
        {"", false},
    };
    struct work_claim claim;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(work_read(cases[i].challenge, &claim), cases[i].good);
    assert_true(work_read(cases[0].challenge, &claim));
    assert_int_equal(claim.bits, 18);
    assert_string_equal(claim.order, "0123456789AB");
    assert_true(claim.issued_us == INT64_C(1795000000) * second_us);
    assert_string_equal(cases[0].challenge + claim.signed_length, "." MAC);
}

static void zero_bits_are_counted_from_the_front(void **state)
{
    (void)state;
    uint8_t digest[32] = {0};
    assert_int_equal(work_zero_bits(digest), 256);
    digest[2] = 0x10;
    assert_int_equal(work_zero_bits(digest), 19);
    digest[0] = 0x80;
    assert_int_equal(work_zero_bits(digest), 0);
}

static void a_claim_is_judged_by_order_age_and_work(void **state)
{
    (void)state;
    static const char challenge[] = "w1.1795000000000.8.0123456789AB.0123456789abcdef." MAC;
    struct work_claim claim;
    char proof[WORK_NONCE_MAX + 1] = "", wrong[WORK_NONCE_MAX + 1] = "";
    int64_t issued_us = INT64_C(1795000000) * second_us;
    assert_true(work_read(challenge, &claim));
    for (int i = 0; proof[0] == '\0' || wrong[0] == '\0'; i++) {
        char nonce[WORK_NONCE_MAX + 1];
        snprintf(nonce, sizeof nonce, "%d", i);
        memcpy(work_is_proved(challenge, nonce, 8) ? proof : wrong, nonce, sizeof nonce);
    }
    const struct {
        const char *nonce, *order;
        int64_t age_s;
        const char *reason;
    } cases[] = {
        {proof, "0123456789AB", 1, ""},
        {proof, "0123456789AB", 15 * 60, ""},
        {proof, "0123456789AB", 15 * 60 + 1, "work-expired"},
        {proof, "0123456789AB", -5, "work-expired"},
        {proof, "ZZZZ56789ABC", 1, "work-other-order"},
        {wrong, "0123456789AB", 1, "work-wrong"},
        {"", "0123456789AB", 29, "work-early"},
        {"", "0123456789AB", 30, ""},
        {"12345678901234567890123456789012345", "0123456789AB", 1, "work-wrong"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(work_judge(&claim, challenge, cases[i].nonce, cases[i].order,
                                       issued_us + cases[i].age_s * second_us, 30),
                            cases[i].reason);
}

/* --- clicks that are in the house --- */

static void a_click_counts_from_its_arrival(void **state)
{
    (void)state;
    static struct agenda_clicks clicks;
    char padded[5000];
    snprintf(padded, sizeof padded, "%4500s{\"start\":\"2026-11-24T08:20:00-03:00\"}", "");
    const struct {
        const char *body;
        const char *start; /* NULL: none */
    } cases[] = {
        {"{\"start\":\"2026-11-24T08:20:00-03:00\",\"mode\":\"in_person\"}", "2026-11-24T11:20:00Z"},
        {"{\"mode\":\"start\", \"start\" : \"2026-11-24T11:20:00Z\"}", "2026-11-24T11:20:00Z"},
        {"mode=in_person&start=2026-11-24T08%3A20%3A00-03%3A00&with=", "2026-11-24T11:20:00Z"},
        {"start=2026-11-24T08%3A20%3A00%2B00%3A00", "2026-11-24T08:20:00Z"},
        {"{\"start\":\"amanhã\"}", NULL},
        {"{\"start\"", NULL},
        {padded, NULL}, /* far behind: a click of ours has it in the first page */
        {"start", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found_us = 0, wanted_us = 0;
        bool found = clicks_start_of(bytes_of_text(cases[i].body), &found_us);
        assert_int_equal(found, cases[i].start != NULL);
        if (!found)
            continue;
        assert_true(clock_parse(cases[i].start, &wanted_us));
        assert_int_equal(found_us, wanted_us);
        clicks_add(&clicks, found_us, 1);
        assert_int_equal(clicks_on(&clicks, found_us), 1);
        assert_int_equal(clicks_on(&clicks, found_us + INT64_C(1200000000)), 0);
        clicks_add(&clicks, found_us, -1);
        assert_int_equal(clicks_on(&clicks, found_us), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_click_counts_from_its_arrival),
        cmocka_unit_test(the_rate_is_of_the_last_minute),
        cmocka_unit_test(only_the_shape_of_a_challenge_is_read),
        cmocka_unit_test(zero_bits_are_counted_from_the_front),
        cmocka_unit_test(a_claim_is_judged_by_order_age_and_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
