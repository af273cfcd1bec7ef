/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/work_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct thing {
    struct work_item item;
    atomic_int *done;
};

static void work(struct work_item *item, void *worker)
{
    struct thing *thing = (struct thing *)(void *)item;
    atomic_int *count = worker;
    atomic_fetch_add(count, 1);
    atomic_fetch_add(thing->done, 1);
}

enum { LIMIT = 2 };

static void refuses_when_full_and_finishes_what_it_took(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct work_queue *queue = NULL;
    atomic_int per_worker = 0;
    atomic_int done = 0;
    void *workers[] = {&per_worker};
    struct thing things[LIMIT] = {{.done = &done}, {.done = &done}};
    assert_done(work_queue_new(NULL, work, workers, 1, LIMIT, &queue, &error));
    for (int i = 0; i < LIMIT; i++)
        assert_true(work_queue_reserve(queue));
    assert_false(work_queue_reserve(queue)); /* reserved places count before they are filled */
    for (int i = 0; i < LIMIT; i++)
        work_queue_put(queue, &things[i].item);
    work_queue_stop(queue);
    assert_int_equal(atomic_load(&done), LIMIT);
    assert_int_equal(atomic_load(&per_worker), LIMIT);
    assert_false(work_queue_reserve(queue));
    talloc_free(queue);
}

static void *stop_it(void *queue)
{
    work_queue_stop(queue);
    return NULL;
}

/* A connection that is being suspended while the program ends must still be served. */
static void serves_a_reserved_place_while_stopping(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct work_queue *queue = NULL;
    atomic_int per_worker = 0;
    atomic_int done = 0;
    void *workers[] = {&per_worker, &per_worker};
    struct thing thing = {.done = &done};
    pthread_t stopper;
    assert_done(work_queue_new(NULL, work, workers, 2, LIMIT, &queue, &error));
    assert_true(work_queue_reserve(queue));
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, queue), 0);
    struct timespec moment = {.tv_nsec = 20000000}; /* most of the time the stop has begun by then */
    nanosleep(&moment, NULL);
    work_queue_put(queue, &thing.item);
    pthread_join(stopper, NULL);
    assert_int_equal(atomic_load(&done), 1);
    talloc_free(queue);
}

static void many_threads_lose_nothing(void **state)
{
    (void)state;
    enum { MANY = 20000, THREADS = 4 };
    struct ra_error error = {0};
    struct work_queue *queue = NULL;
    atomic_int per_worker[THREADS] = {0};
    atomic_int done = 0;
    void *workers[THREADS];
    for (int i = 0; i < THREADS; i++)
        workers[i] = &per_worker[i];
    struct thing *things = calloc(MANY, sizeof *things);
    assert_non_null(things);
    assert_done(work_queue_new(NULL, work, workers, THREADS, MANY, &queue, &error));
    for (int i = 0; i < MANY; i++) {
        things[i].done = &done;
        assert_true(work_queue_reserve(queue));
        work_queue_put(queue, &things[i].item);
    }
    work_queue_stop(queue);
    assert_int_equal(atomic_load(&done), MANY);
    talloc_free(queue);
    free(things);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_when_full_and_finishes_what_it_took),
        cmocka_unit_test(serves_a_reserved_place_while_stopping),
        cmocka_unit_test(many_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
