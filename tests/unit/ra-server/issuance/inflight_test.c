/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One at a time for each order, side by side for different ones.
 */
#include "floors/check.h"
#include "issuance/inflight.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static void an_order_is_taken_once(void **state)
{
    (void)state;
    struct inflight *inflight = inflight_new(NULL);
    assert_true(inflight_take(inflight, 1, 0));
    assert_false(inflight_take(inflight, 1, 0));
    assert_true(inflight_take(inflight, 2, 0));
    inflight_release(inflight, 1);
    assert_true(inflight_take(inflight, 1, 0));
    assert_false(inflight_take(inflight, 2, 0));
    talloc_free(inflight);
}

static void patience_ends(void **state)
{
    (void)state;
    struct inflight *inflight = inflight_new(NULL);
    struct timespec before;
    struct timespec after;
    assert_true(inflight_take(inflight, 1, 0));
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_false(inflight_take(inflight, 1, 60));
    clock_gettime(CLOCK_MONOTONIC, &after);
    long waited_ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    assert_true(waited_ms >= 55);
    talloc_free(inflight);
}

static void places_are_bounded(void **state)
{
    (void)state;
    struct inflight *inflight = inflight_new(NULL);
    for (int64_t order = 0; order < INFLIGHT_MAX; order++) {
        assert_true(inflight_take(inflight, order, 0));
    }
    assert_false(inflight_take(inflight, INFLIGHT_MAX, 0));
    inflight_release(inflight, 5);
    assert_true(inflight_take(inflight, INFLIGHT_MAX, 0));
    talloc_free(inflight);
}

enum { THREADS = 8, ROUNDS = 200 };

struct race {
    struct inflight *inflight;
    atomic_int inside;
    atomic_int done;
};

static void *run(void *argument)
{
    struct race *race = argument;
    for (int round = 0; round < ROUNDS; round++) {
        if (!inflight_take(race->inflight, 7, 10000)) {
            return NULL;
        }
        if (atomic_fetch_add(&race->inside, 1) != 0) {
            return NULL; /* somebody else is here: `done` will be short */
        }
        atomic_fetch_sub(&race->inside, 1);
        atomic_fetch_add(&race->done, 1);
        inflight_release(race->inflight, 7);
    }
    return NULL;
}

static void five_equal_clicks_wait_for_each_other(void **state)
{
    (void)state;
    struct race race = {.inflight = inflight_new(NULL)};
    pthread_t threads[THREADS];
    for (int at = 0; at < THREADS; at++) {
        assert_int_equal(pthread_create(&threads[at], NULL, run, &race), 0);
    }
    for (int at = 0; at < THREADS; at++) {
        pthread_join(threads[at], NULL);
    }
    assert_int_equal(atomic_load(&race.done), THREADS * ROUNDS);
    talloc_free(race.inflight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_taken_once),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(places_are_bounded),
        cmocka_unit_test(five_equal_clicks_wait_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
