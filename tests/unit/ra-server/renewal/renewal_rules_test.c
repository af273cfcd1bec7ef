/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules REN-01 to REN-08 (identification-rules 5.2).
 */
#include "floors/check.h"
#include "renewal/renewal_rules.h"

#include <string.h>

enum { DAY_S = 86400 };

/* A valid A3 of the same person, thirty days from its end. */
static const struct renewal_question good = {.issued_here = true,
                                             .same_holder = true,
                                             .biometrics = true,
                                             .level = 3,
                                             .wanted_level = 3,
                                             .lowest_level = 3,
                                             .window_s = 60 * DAY_S,
                                             .expires_in_s = 30 * DAY_S};

static void expect(const char *name, struct renewal_question question, enum renewal_path path,
                   enum renewal_reason reason, const char *rule)
{
    const struct renewal_answer answer = renewal_path_of(&question);
    if (answer.path != path || answer.reason != reason || strcmp(answer.rule, rule) != 0)
        fail_msg("%s: %s %d %s", name, renewal_path_word(answer.path), (int)answer.reason, answer.rule);
}

static struct renewal_question with_level(int level, int wanted, int lowest)
{
    struct renewal_question question = good;
    question.level = level;
    question.wanted_level = wanted;
    question.lowest_level = lowest;
    return question;
}

static struct renewal_question with_flag(size_t offset, bool value, bool video)
{
    struct renewal_question question = good;
    memcpy((char *)&question + offset, &value, sizeof value);
    question.video_possible = video;
    return question;
}

#define FLAG(member) offsetof(struct renewal_question, member)

static void ren_01_same_or_lower_level(void **state)
{
    (void)state;
    expect("A3 to A3", with_level(3, 3, 3), RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-02");
    expect("A3 to A1", with_level(3, 1, 3), RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-02");
    expect("A4 to A3", with_level(4, 3, 3), RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-02");
    expect("A3 to A4", with_level(3, 4, 3), RENEWAL_IN_PERSON, RENEWAL_REASON_HIGHER, "REN-01");
    expect("to nobody knows what", with_level(3, 0, 3), RENEWAL_IN_PERSON, RENEWAL_REASON_HIGHER, "REN-01");
}

static void ren_06_an_a1_does_not_sign_its_renewal_unless_a_policy_says_so(void **state)
{
    (void)state;
    expect("A1", with_level(1, 1, 3), RENEWAL_IN_PERSON, RENEWAL_REASON_LEVEL, "REN-06");
    expect("A1 under another policy", with_level(1, 1, 1), RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-02");
    expect("unknown", with_level(0, 1, 1), RENEWAL_IN_PERSON, RENEWAL_REASON_LEVEL, "REN-06");
}

static void ren_02_and_ren_03_same_holder_with_biometrics(void **state)
{
    (void)state;
    expect("company", with_flag(FLAG(company), true, false), RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-03");
    expect("a selo", with_flag(FLAG(seal), true, false), RENEWAL_IN_PERSON, RENEWAL_REASON_SEAL, "REN-03");
    expect("another holder", with_flag(FLAG(same_holder), false, false), RENEWAL_IN_PERSON,
           RENEWAL_REASON_HOLDER, "REN-02");
    expect("no biometrics, video", with_flag(FLAG(biometrics), false, true), RENEWAL_VIDEO,
           RENEWAL_REASON_BIOMETRICS, "REN-02");
}

static void ren_07_expired_or_revoked_is_a_first_issue(void **state)
{
    (void)state;
    struct renewal_question expired = good;
    expired.expires_in_s = 0;
    expect("expired", expired, RENEWAL_IN_PERSON, RENEWAL_REASON_EXPIRED, "REN-07");
    expect("revoked", with_flag(FLAG(revoked), true, true), RENEWAL_VIDEO, RENEWAL_REASON_EXPIRED, "REN-07");
    expect("not ours", with_flag(FLAG(issued_here), false, false), RENEWAL_IN_PERSON,
           RENEWAL_REASON_ELSEWHERE, "REN-07");
}

static void ren_08_once_and_within_the_window(void **state)
{
    (void)state;
    struct renewal_question early = good;
    early.expires_in_s = 60 * DAY_S + 1;
    expect("early", early, RENEWAL_IN_PERSON, RENEWAL_REASON_EARLY, "REN-08");
    early.expires_in_s = 60 * DAY_S;
    expect("just in time", early, RENEWAL_ONLINE, RENEWAL_REASON_NONE, "REN-02");
    expect("again", with_flag(FLAG(renewed), true, false), RENEWAL_IN_PERSON, RENEWAL_REASON_DONE, "REN-08");
}

/* Lista negativa and Receita are consultations; REN-05: the company's documents remain due. */
static void what_is_waived_and_what_never_is(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        bool of_company, waived;
    } cases[] = {
        {"document", false, true},      {"biometric", false, true},    {"presence", false, true},
        {"consultation", false, false}, {"attestation", false, false}, {"document", true, false},
        {"consultation", true, false},  {"attestation", true, false},  {"", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(renewal_waives(cases[i].kind, cases[i].of_company), cases[i].waived);
    assert_memory_equal(renewal_waiver_text("REN-02"), "REN-02:", 7);
    assert_memory_equal(renewal_waiver_text("REN-03"), "REN-03:", 7);
    assert_string_equal(renewal_waiver_text("REN-09"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ren_01_same_or_lower_level),
        cmocka_unit_test(ren_06_an_a1_does_not_sign_its_renewal_unless_a_policy_says_so),
        cmocka_unit_test(ren_02_and_ren_03_same_holder_with_biometrics),
        cmocka_unit_test(ren_07_expired_or_revoked_is_a_first_issue),
        cmocka_unit_test(ren_08_once_and_within_the_window),
        cmocka_unit_test(what_is_waived_and_what_never_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
