/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct breaker_settings settings = {.threshold = 3, .cooldown_us = 100};

/* A story told step by step: what happens at an instant, and how the breaker stands afterwards. */
enum event { ADMIT, TURNED_AWAY, SUCCESS, FAILURE, ABANDON };

struct step {
    enum event event;
    int64_t at_us;
    enum breaker_state after;
};

static void play(const char *what, const struct step *steps, size_t count)
{
    struct breaker breaker = {0};
    unsigned era = 0, ignored = 0;
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        bool right = true;
        switch (step->event) {
        case ADMIT:
            right = breaker_admit(&breaker, step->at_us, &era);
            break;
        case TURNED_AWAY:
            right = !breaker_admit(&breaker, step->at_us, &ignored);
            break;
        case SUCCESS:
            breaker_success(&breaker, era);
            break;
        case FAILURE:
            breaker_failure(&breaker, &settings, step->at_us, era);
            break;
        case ABANDON:
            breaker_abandon(&breaker, era);
            break;
        }
        if (!right || breaker.state != step->after)
            fail_msg("%s, step %zu: %s", what, i, breaker_state_word(breaker.state));
    }
}

#define PLAY(what, ...)                                                                                      \
    play(what, (const struct step[]){__VA_ARGS__},                                                           \
         sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))
#define OPENED_AT_3                                                                                          \
    {ADMIT, 1, BREAKER_CLOSED}, {FAILURE, 1, BREAKER_CLOSED}, {ADMIT, 2, BREAKER_CLOSED},                    \
        {FAILURE, 2, BREAKER_CLOSED}, {ADMIT, 3, BREAKER_CLOSED},                                            \
    {                                                                                                        \
        FAILURE, 3, BREAKER_OPEN                                                                             \
    }

static void test_stories(void **state)
{
    (void)state;
    PLAY("failures in a row open it", OPENED_AT_3);
    PLAY("a success in between starts the count anew", {ADMIT, 1, BREAKER_CLOSED},
         {FAILURE, 1, BREAKER_CLOSED}, {FAILURE, 1, BREAKER_CLOSED}, {SUCCESS, 1, BREAKER_CLOSED},
         {FAILURE, 2, BREAKER_CLOSED}, {FAILURE, 2, BREAKER_CLOSED}, {FAILURE, 2, BREAKER_OPEN});
    PLAY("nothing passes until the last microsecond of the pause", OPENED_AT_3,
         {TURNED_AWAY, 3, BREAKER_OPEN}, {TURNED_AWAY, 102, BREAKER_OPEN}, {ADMIT, 103, BREAKER_HALF_OPEN});
    PLAY("one trial at a time", OPENED_AT_3, {ADMIT, 103, BREAKER_HALF_OPEN},
         {TURNED_AWAY, 103, BREAKER_HALF_OPEN}, {TURNED_AWAY, 9000, BREAKER_HALF_OPEN});
    PLAY("a good trial closes it", OPENED_AT_3, {ADMIT, 103, BREAKER_HALF_OPEN},
         {SUCCESS, 104, BREAKER_CLOSED}, {ADMIT, 104, BREAKER_CLOSED}, {FAILURE, 104, BREAKER_CLOSED});
    PLAY("a bad trial opens it for twice as long", OPENED_AT_3, {ADMIT, 103, BREAKER_HALF_OPEN},
         {FAILURE, 110, BREAKER_OPEN}, {TURNED_AWAY, 309, BREAKER_OPEN}, {ADMIT, 310, BREAKER_HALF_OPEN},
         {FAILURE, 310, BREAKER_OPEN}, {TURNED_AWAY, 709, BREAKER_OPEN}, {ADMIT, 710, BREAKER_HALF_OPEN});
    PLAY("after a success the pause is the first one again", OPENED_AT_3, {ADMIT, 103, BREAKER_HALF_OPEN},
         {FAILURE, 103, BREAKER_OPEN}, {ADMIT, 303, BREAKER_HALF_OPEN}, {SUCCESS, 303, BREAKER_CLOSED},
         {ADMIT, 400, BREAKER_CLOSED}, {FAILURE, 400, BREAKER_CLOSED}, {FAILURE, 400, BREAKER_CLOSED},
         {FAILURE, 400, BREAKER_OPEN}, {TURNED_AWAY, 499, BREAKER_OPEN}, {ADMIT, 500, BREAKER_HALF_OPEN});
    PLAY("a trial given up lets the next one try at once", OPENED_AT_3, {ADMIT, 103, BREAKER_HALF_OPEN},
         {ABANDON, 103, BREAKER_OPEN}, {ADMIT, 103, BREAKER_HALF_OPEN});
    PLAY("failures of questions sent before it opened are counted once", OPENED_AT_3,
         {FAILURE, 50, BREAKER_OPEN}, {FAILURE, 60, BREAKER_OPEN}, {ADMIT, 103, BREAKER_HALF_OPEN});
}

static void test_an_old_answer_decides_nothing(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    unsigned old = 0, trial = 0;
    assert_true(breaker_admit(&breaker, 0, &old));
    for (int i = 0; i < 3; i++)
        breaker_failure(&breaker, &settings, 0, old);
    breaker_success(&breaker, old);
    assert_int_equal(breaker.state, BREAKER_OPEN);
    assert_true(breaker_admit(&breaker, 100, &trial));
    breaker_success(&breaker, old);
    breaker_failure(&breaker, &settings, 100, old);
    breaker_abandon(&breaker, old);
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    breaker_success(&breaker, trial);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

static void test_the_pause_stops_doubling(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    unsigned era = 0;
    int64_t now = 0;
    for (int trial = 0; trial < 3 + 20; trial++) {
        now = breaker.open_until_us;
        assert_true(breaker_admit(&breaker, now, &era));
        breaker_failure(&breaker, &settings, now, era);
    }
    assert_int_equal(breaker.open_until_us - now, settings.cooldown_us << BREAKER_DOUBLINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_an_old_answer_decides_nothing),
        cmocka_unit_test(test_the_pause_stops_doubling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
