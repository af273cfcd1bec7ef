/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bounded queue of requests and the threads that work on them. A place is reserved first and filled
 * afterwards, so that the caller can suspend its connection in between: whoever holds a place will be served,
 * also while the queue is stopping.
 *
 * Thread rules: every function is safe from any thread; work_queue_stop is called once.
 */
#ifndef HTTP_WORK_QUEUE_H
#define HTTP_WORK_QUEUE_H

#include "pki/base/error.h"

#include <stddef.h>
#include <talloc.h>

struct work_queue;

/* Embedded in what is queued. */
struct work_item {
    struct work_item *next;
};

/* `worker` is one of the pointers given to work_queue_new (a worker's own database connection). */
typedef void work_function(struct work_item *item, void *worker);

/* One thread for each of `workers`; at most `limit` places. */
RA_MUST_CHECK bool work_queue_new(TALLOC_CTX *context, work_function *work, void *const *workers,
                                  size_t count, size_t limit, struct work_queue **queue,
                                  struct ra_error *error);

/* false: full, or stopping. */
bool work_queue_reserve(struct work_queue *queue);
void work_queue_put(struct work_queue *queue, struct work_item *item);

/* Refuses new places, lets the reserved ones finish, ends the threads. */
void work_queue_stop(struct work_queue *queue);

#endif
