/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * REV-07, identification-rules 5.3: replacement without cost within 14 calendar days of the emission, the old
 * certificate revoked first.
 */
#include "floors/check.h"
#include "renewal/replacement_rules.h"

#include <string.h>

static const struct replacement_question good = {
    .issued = true, .revoked = true, .days_since = 3, .limit_days = 14};

static void expect(struct replacement_question question, enum replacement_answer answer)
{
    assert_int_equal(replacement_of(&question), answer);
}

static void within_fourteen_days_of_the_emission(void **state)
{
    (void)state;
    struct replacement_question question = good;
    for (question.days_since = 0; question.days_since <= 14; question.days_since++)
        expect(question, REPLACEMENT_FREE);
    expect(question, REPLACEMENT_LATE);
    question.days_since = 0;
    question.limit_days = 0;
    expect(question, REPLACEMENT_LATE);
}

static void the_old_one_is_revoked_first_and_replaced_once(void **state)
{
    (void)state;
    struct replacement_question question = good;
    question.revoked = false;
    expect(question, REPLACEMENT_NOT_REVOKED);
    question = good;
    question.replaced = true;
    expect(question, REPLACEMENT_DONE);
    question = good;
    question.replaces = true;
    expect(question, REPLACEMENT_OF_ONE);
    question.issued = false;
    expect(question, REPLACEMENT_NONE);
}

static void each_refusal_has_its_word_and_its_sentence(void **state)
{
    (void)state;
    for (int answer = REPLACEMENT_NONE; answer < REPLACEMENT_ANSWER_COUNT; answer++) {
        assert_int_equal(strncmp(replacement_word((enum replacement_answer)answer), "replacement-", 12), 0);
        assert_true(strlen(replacement_text((enum replacement_answer)answer)) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_fourteen_days_of_the_emission),
        cmocka_unit_test(the_old_one_is_revoked_first_and_replaced_once),
        cmocka_unit_test(each_refusal_has_its_word_and_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
