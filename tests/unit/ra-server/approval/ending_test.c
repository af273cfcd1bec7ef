/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stops a case in each of its states (protocol 2, 6; rules 3.9), and what a revocation rests on.
 */
#include "approval/ending.h"
#include "approval/revocation_basis.h"
#include "floors/check.h"

static void every_state_has_its_end(void **state)
{
    (void)state;
    static const struct {
        const char *identification, *issuance;
        enum ending_kind kind;
    } cases[] = {
        {"open", "none", ENDING_REFUSAL},
        {"suspended", "none", ENDING_REFUSAL},
        {"returned", "none", ENDING_REFUSAL},
        {"validated", "none", ENDING_REFUSAL},
        {"verified", "ready", ENDING_REFUSAL},
        {"verified", "failed", ENDING_REFUSAL},
        {"verified", "requested", ENDING_LATER},
        {"verified", "unknown", ENDING_LATER},
        {"verified", "issued", ENDING_REVOCATION},
        {"verified", "delivered", ENDING_REVOCATION},
        {"verified", "revocation_requested", ENDING_REVOCATION},
        {"verified", "revoked", ENDING_NONE},
        {"refused", "none", ENDING_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ending_of(cases[i].identification, cases[i].issuance) != cases[i].kind)
            fail_msg("%s %s", cases[i].identification, cases[i].issuance);
}

static void one_statement_for_a_stolen_key_two_for_the_same_other_reason(void **state)
{
    (void)state;
    static const struct {
        int64_t reasons[4];
        size_t count;
        bool by_authority;
        bool enough;
        size_t first, second;
    } cases[] = {
        {{0}, 0, false, false, 0, 0},         {{4}, 1, false, false, 0, 0},
        {{1}, 1, false, true, 0, 0},          {{4, 4}, 2, false, true, 0, 1},
        {{4, 5}, 2, false, false, 0, 0},      {{4, 1}, 2, false, true, 1, 1},
        {{1, 4}, 2, false, true, 0, 0},       {{4, 5, 5}, 3, false, true, 1, 2},
        {{4, 5, 0, 4}, 4, false, true, 0, 3}, {{4, 4, 1}, 3, false, true, 2, 2},
        {{1}, 1, true, false, 0, 0},          {{1, 1}, 2, true, true, 0, 1},
        {{9, 9}, 2, true, true, 0, 1},        {{1, 9}, 2, true, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t first = 0, second = 0;
        const bool enough =
            revocation_basis_choose(cases[i].reasons, cases[i].count, cases[i].by_authority, &first, &second);
        if (enough != cases[i].enough || (enough && (first != cases[i].first || second != cases[i].second)))
            fail_msg("case %zu: %d %zu %zu", i, enough, first, second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_end),
        cmocka_unit_test(one_statement_for_a_stolen_key_two_for_the_same_other_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
