/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/work_queue.h"

#include <pthread.h>

struct worker {
    pthread_t thread;
    struct work_queue *queue;
    void *argument;
};

struct work_queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    work_function *work;
    struct work_item *first;
    struct work_item **end;
    size_t limit;
    size_t reserved; /* places given out whose item was not taken by a worker yet */
    bool stopping;
    struct worker *workers;
    size_t worker_count; /* threads that run */
};

static int destroy(struct work_queue *queue)
{
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->mutex);
    return 0;
}

/* The next item; NULL when the queue stops and every reserved place was served. */
static struct work_item *take(struct work_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->first == NULL && !(queue->stopping && queue->reserved == 0))
        pthread_cond_wait(&queue->changed, &queue->mutex);
    struct work_item *item = queue->first;
    if (item != NULL) {
        queue->first = item->next;
        if (queue->first == NULL)
            queue->end = &queue->first;
        queue->reserved--;
        if (queue->stopping)
            pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

static void *run(void *argument)
{
    struct worker *worker = argument;
    for (struct work_item *item; (item = take(worker->queue)) != NULL;)
        worker->queue->work(item, worker->argument);
    return NULL;
}

static bool start_workers(struct work_queue *queue, void *const *workers, size_t count,
                          struct ra_error *error)
{
    queue->workers = talloc_zero_array(queue, struct worker, (unsigned)count);
    if (queue->workers == NULL)
        return ra_fail(error, RA_NO_MEMORY, "work queue");
    for (size_t i = 0; i < count; i++) {
        queue->workers[i] = (struct worker){.queue = queue, .argument = workers[i]};
        if (pthread_create(&queue->workers[i].thread, NULL, run, &queue->workers[i]) != 0)
            return ra_fail(error, RA_INTERNAL, "a worker thread does not start");
        queue->worker_count++;
    }
    return true;
}

bool work_queue_new(TALLOC_CTX *context, work_function *work, void *const *workers, size_t count,
                    size_t limit, struct work_queue **queue, struct ra_error *error)
{
    struct work_queue *made = talloc_zero(context, struct work_queue);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "work queue");
    made->work = work;
    made->limit = limit;
    made->end = &made->first;
    if (pthread_mutex_init(&made->mutex, NULL) != 0 || pthread_cond_init(&made->changed, NULL) != 0) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "work queue");
    }
    talloc_set_destructor(made, destroy);
    if (!start_workers(made, workers, count, error)) {
        work_queue_stop(made);
        talloc_free(made);
        return false;
    }
    *queue = made;
    return true;
}

bool work_queue_reserve(struct work_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool given = !queue->stopping && queue->reserved < queue->limit;
    if (given)
        queue->reserved++;
    pthread_mutex_unlock(&queue->mutex);
    return given;
}

void work_queue_put(struct work_queue *queue, struct work_item *item)
{
    item->next = NULL;
    pthread_mutex_lock(&queue->mutex);
    *queue->end = item;
    queue->end = &item->next;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

void work_queue_stop(struct work_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->stopping = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
    for (size_t i = 0; i < queue->worker_count; i++)
        pthread_join(queue->workers[i].thread, NULL);
    queue->worker_count = 0;
}
