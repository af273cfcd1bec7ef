/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Issue 5.4: "a state (stock, desk, delivered, defective, returned), moved only by counter acts". Every cell
 * that is not here is refused. */
static const struct {
    enum media_act act;
    enum media_state from;
    bool brought;
    enum media_state to;
} legal[] = {
    {MEDIA_RECEIVE, MEDIA_NEW, false, MEDIA_STOCK},
    {MEDIA_RECEIVE, MEDIA_NEW, true, MEDIA_STOCK},
    {MEDIA_TAKE, MEDIA_STOCK, false, MEDIA_DESK},
    {MEDIA_TAKE, MEDIA_STOCK, true, MEDIA_DESK},
    {MEDIA_BRING, MEDIA_NEW, false, MEDIA_DESK},
    {MEDIA_BRING, MEDIA_NEW, true, MEDIA_DESK},
    {MEDIA_BRING, MEDIA_DELIVERED, false, MEDIA_DESK},
    {MEDIA_BRING, MEDIA_DELIVERED, true, MEDIA_DESK},
    {MEDIA_DELIVER, MEDIA_DESK, false, MEDIA_DELIVERED},
    {MEDIA_DELIVER, MEDIA_DESK, true, MEDIA_DELIVERED},
    {MEDIA_DEFECTIVE_ACT, MEDIA_STOCK, false, MEDIA_DEFECTIVE},
    {MEDIA_DEFECTIVE_ACT, MEDIA_STOCK, true, MEDIA_DEFECTIVE},
    {MEDIA_DEFECTIVE_ACT, MEDIA_DESK, false, MEDIA_DEFECTIVE},
    {MEDIA_DEFECTIVE_ACT, MEDIA_DESK, true, MEDIA_DEFECTIVE},
    {MEDIA_DEFECTIVE_ACT, MEDIA_DELIVERED, false, MEDIA_DEFECTIVE},
    {MEDIA_DEFECTIVE_ACT, MEDIA_DELIVERED, true, MEDIA_DEFECTIVE},
    {MEDIA_RETURN, MEDIA_DESK, false, MEDIA_STOCK},
    {MEDIA_RETURN, MEDIA_DESK, true, MEDIA_DELIVERED}, /* the holder's own goes home */
    {MEDIA_RETURN, MEDIA_STOCK, false, MEDIA_RETURNED},
    {MEDIA_RETURN, MEDIA_STOCK, true, MEDIA_RETURNED},
    {MEDIA_RETURN, MEDIA_DELIVERED, false, MEDIA_RETURNED},
    {MEDIA_RETURN, MEDIA_DELIVERED, true, MEDIA_RETURNED},
    {MEDIA_RETURN, MEDIA_DEFECTIVE, false, MEDIA_RETURNED},
    {MEDIA_RETURN, MEDIA_DEFECTIVE, true, MEDIA_RETURNED},
};

static enum media_state expected(enum media_act act, enum media_state from, bool brought)
{
    for (size_t at = 0; at < sizeof legal / sizeof *legal; at++)
        if (legal[at].act == act && legal[at].from == from && legal[at].brought == brought)
            return legal[at].to;
    return MEDIA_STATE_COUNT;
}

static void test_every_cell_of_acts_and_states(void **state)
{
    (void)state;
    for (unsigned act = 0; act < MEDIA_ACT_COUNT; act++)
        for (unsigned from = 0; from < MEDIA_STATE_COUNT; from++)
            for (int brought = 0; brought < 2; brought++) {
                struct ra_error error = {0};
                enum media_state next;
                enum media_state wanted = expected((enum media_act)act, (enum media_state)from, brought == 1);
                bool led =
                    media_next((enum media_act)act, (enum media_state)from, brought == 1, &next, &error);
                assert_int_equal(led, wanted != MEDIA_STATE_COUNT);
                if (led)
                    assert_int_equal(next, wanted);
                else
                    assert_string_equal(error.reason, "media-state");
            }
}

static void test_words_go_both_ways(void **state)
{
    (void)state;
    for (unsigned at = 0; at < MEDIA_STATE_COUNT; at++) {
        enum media_state read;
        assert_true(media_state_parse(media_state_word((enum media_state)at), &read));
        assert_int_equal(read, at);
    }
    for (unsigned at = 0; at < MEDIA_ACT_COUNT; at++) {
        enum media_act read;
        assert_true(media_act_parse(media_act_word((enum media_act)at), &read));
        assert_int_equal(read, at);
    }
    enum media_state none;
    assert_false(media_state_parse("lost", &none));
    assert_false(media_state_parse(NULL, &none));
}

static void test_serials(void **state)
{
    (void)state;
    assert_true(media_serial_valid("A"));
    assert_true(media_serial_valid("5f2a-0001.B_9"));
    assert_true(media_serial_valid("0123456789012345678901234567890123456789"));
    assert_false(media_serial_valid("01234567890123456789012345678901234567890"));
    static const char *const wrong[] = {"", "-1", ".x", "_1", "A B", "A/B", "A\n", "série", "A;B"};
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++)
        assert_false(media_serial_valid(wrong[at]));
}

/* "the daily count balances" */
static void test_opening_and_acts_give_the_closing(void **state)
{
    (void)state;
    struct media_figures figures = {{0}};
    struct media_moves moves = {0};
    moves.between[MEDIA_NEW][MEDIA_STOCK] = 10;
    moves.between[MEDIA_STOCK][MEDIA_DESK] = 4;
    moves.between[MEDIA_DESK][MEDIA_DELIVERED] = 2;
    moves.between[MEDIA_DESK][MEDIA_DEFECTIVE] = 1;
    media_apply(&figures, &moves);
    const struct media_figures closing = {
        {[MEDIA_STOCK] = 6, [MEDIA_DESK] = 1, [MEDIA_DELIVERED] = 2, [MEDIA_DEFECTIVE] = 1}};
    assert_true(media_same_figures(&figures, &closing));
    figures.of[MEDIA_STOCK]--;
    assert_false(media_same_figures(&figures, &closing));
}

static void check_compare(const char *counted, const char *expected_text, const char *missing_text,
                          const char *unexpected_text)
{
    struct ra_error error = {0};
    json_t *found = json_loads(counted, 0, NULL), *ledger = json_loads(expected_text, 0, NULL);
    json_t *missing = NULL, *unexpected = NULL;
    assert_true(media_compare(found, ledger, &missing, &unexpected, &error));
    char *left = json_dumps(missing, JSON_COMPACT), *right = json_dumps(unexpected, JSON_COMPACT);
    assert_string_equal(left, missing_text);
    assert_string_equal(right, unexpected_text);
    free(left);
    free(right);
    json_decref(found);
    json_decref(ledger);
    json_decref(missing);
    json_decref(unexpected);
}

static void test_a_count_against_the_ledger(void **state)
{
    (void)state;
    check_compare("[\"A\",\"B\"]", "[\"A\",\"B\"]", "[]", "[]");
    check_compare("[\"B\",\"A\",\"A\"]", "[\"A\",\"B\"]", "[]", "[]");
    check_compare("[\"A\"]", "[\"A\",\"B\"]", "[\"B\"]", "[]");
    check_compare("[\"A\",\"C\",\"C\"]", "[\"A\",\"B\"]", "[\"B\"]", "[\"C\"]");
    check_compare("[]", "[]", "[]", "[]");
    check_compare("[\"a\"]", "[\"A\"]", "[\"A\"]", "[\"a\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell_of_acts_and_states),
        cmocka_unit_test(test_words_go_both_ways),
        cmocka_unit_test(test_serials),
        cmocka_unit_test(test_opening_and_acts_give_the_closing),
        cmocka_unit_test(test_a_count_against_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
