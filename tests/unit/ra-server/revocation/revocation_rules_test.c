/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules 3.10: hard limit 24 h, alarm 6 h, target one hour; reasons of certificate-profiles 2.5.
 */
#include "floors/check.h"
#include "pki/trust/holder_revocation.h"
#include "revocation/revocation_rules.h"

#include <string.h>

static void rule_3_10_a_revocation_is_late_by_the_policy_s_hours(void **state)
{
    (void)state;
    static const struct revocation_limits norm = {1, 6, 24}, tight = {1, 2, 12};
    static const struct {
        int64_t age_s;
        enum revocation_lateness by_norm, by_tight;
    } cases[] = {
        {-5, REVOCATION_IN_TIME, REVOCATION_IN_TIME},
        {0, REVOCATION_IN_TIME, REVOCATION_IN_TIME},
        {3599, REVOCATION_IN_TIME, REVOCATION_IN_TIME},
        {3600, REVOCATION_PAST_TARGET, REVOCATION_PAST_TARGET},
        {7200, REVOCATION_PAST_TARGET, REVOCATION_ALARM},
        {6 * 3600 - 1, REVOCATION_PAST_TARGET, REVOCATION_ALARM},
        {6 * 3600, REVOCATION_ALARM, REVOCATION_ALARM},
        {12 * 3600, REVOCATION_ALARM, REVOCATION_PAST_LIMIT},
        {24 * 3600 - 1, REVOCATION_ALARM, REVOCATION_PAST_LIMIT},
        {24 * 3600, REVOCATION_PAST_LIMIT, REVOCATION_PAST_LIMIT},
        {90 * 86400, REVOCATION_PAST_LIMIT, REVOCATION_PAST_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(revocation_lateness(cases[i].age_s, &norm), cases[i].by_norm);
        assert_int_equal(revocation_lateness(cases[i].age_s, &tight), cases[i].by_tight);
    }
}

static void looks_come_at_once_and_then_ever_more_seldom(void **state)
{
    (void)state;
    static const struct {
        int64_t looks, pause_s;
    } cases[] = {{0, 1}, {1, 2}, {2, 4}, {8, 256}, {9, 300}, {1000000, 300}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(revocation_pause_s(cases[i].looks), cases[i].pause_s);
}

static void every_reason_that_is_offered_has_its_words_and_no_other(void **state)
{
    (void)state;
    for (int64_t reason = -1; reason <= 11; reason++)
        assert_int_equal(revocation_reason_text(reason) != NULL, revocation_reason_is_offered(reason));
}

/* A word that waits for a CRL or for the AC is not dead. */
static void only_what_cannot_become_good_ends_a_word(void **state)
{
    (void)state;
    static const struct {
        const char *reason;
        bool dead;
    } cases[] = {{"proof-revocation", true},
                 {"proof-expired", true},
                 {"responsible-mismatch", true},
                 {"certificate-revoked", true},
                 {"crl-missing", false},
                 {"crl-expired", false},
                 {"crl-lower", false},
                 {"ac-refused", false},
                 {"internal", false},
                 {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(revocation_word_is_dead(cases[i].reason), cases[i].dead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_3_10_a_revocation_is_late_by_the_policy_s_hours),
        cmocka_unit_test(looks_come_at_once_and_then_ever_more_seldom),
        cmocka_unit_test(every_reason_that_is_offered_has_its_words_and_no_other),
        cmocka_unit_test(only_what_cannot_become_good_ends_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
