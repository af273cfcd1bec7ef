/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changes of a policy (identification-rules 0.2, 2.7): the form of a value, who may sign together, and the
 * database's words for what cannot be.
 */
#include "approval/policy.h"
#include "floors/check.h"

#include <stdlib.h>
#include <string.h>

static void a_value_is_json_in_its_one_compact_form(void **state)
{
    (void)state;
    static const char *const good[] = {"true",
                                       "false",
                                       "null",
                                       "0",
                                       "90",
                                       "-1",
                                       "\"required\"",
                                       "[]",
                                       "{\"page\":\"optional\",\"csr\":\"at_counter\"}",
                                       "\"não\""};
    for (size_t at = 0; at < sizeof good / sizeof good[0]; at++) {
        struct ra_error error = {0};
        json_t *value = NULL;
        assert_done(policy_value_read(good[at], &value, &error));
        assert_non_null(value);
        json_decref(value);
    }
    static const char *const bad[] = {"",
                                      " ",
                                      "90 ",
                                      " 90",
                                      "090",
                                      "9e1",
                                      "+90",
                                      "required",
                                      "true false",
                                      "{\"page\": \"optional\"}",
                                      "{\"page\":\"optional\",\"page\":\"required\"}",
                                      "\"n\\u00e3o\"",
                                      "\"a\\u0000b\"",
                                      "{\"page\":\"optional\"",
                                      "99999999999999999999999"};
    for (size_t at = 0; at < sizeof bad / sizeof bad[0]; at++) {
        struct ra_error error = {0};
        json_t *value = NULL;
        assert_refused(policy_value_read(bad[at], &value, &error), RA_STATEMENT_REFUSED);
        assert_null(value);
    }
}

static void everybody_who_signs_is_another_person_with_another_key(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct policy_signer signers[3] = {{{1}, "82746019396"}, {{2}, "46092738104"}, {{3}, "50813697484"}};
    assert_done(policy_signers_differ(signers, 0, &error));
    assert_done(policy_signers_differ(signers, 1, &error));
    assert_done(policy_signers_differ(signers, 3, &error));
    signers[2].spki[0] = 1;
    assert_done(policy_signers_differ(signers, 2, &error));
    assert_refused(policy_signers_differ(signers, 3, &error), RA_STATEMENT_REFUSED);
    signers[2].spki[0] = 3;
    memcpy(signers[2].cpf, signers[0].cpf,
           sizeof signers[2].cpf); /* a second certificate of the same person */
    assert_false(policy_signers_differ(signers, 3, &error));
    assert_string_equal(error.reason, "same-administrator");
}

static void every_word_of_the_database_has_its_refusal(void **state)
{
    (void)state;
    static const char *const words[] = {"rules-key",       "rules-value",    "rules-day",
                                        "rules-backwards", "rules-same-day", "rules-before",
                                        "rules-version",   "rules-content",  "rules-ended"};
    struct ra_error error = {0};
    assert_true(policy_allows("", &error));
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
        error = (struct ra_error){0};
        assert_false(policy_allows(words[at], &error));
        assert_string_equal(error.reason, words[at]);
        assert_true(strlen(error.detail) > 20);
        assert_true(ra_error_info(error.code)->http_status == 422 ||
                    ra_error_info(error.code)->http_status == 409);
    }
    assert_refused(policy_allows("another", &error), RA_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_json_in_its_one_compact_form),
        cmocka_unit_test(everybody_who_signs_is_another_person_with_another_key),
        cmocka_unit_test(every_word_of_the_database_has_its_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
