/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/inflight.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct inflight {
    pthread_mutex_t lock;
    pthread_cond_t released;
    int64_t orders[INFLIGHT_MAX]; /* under lock */
    unsigned count;               /* under lock */
};

static int inflight_destructor(struct inflight *inflight)
{
    (void)pthread_cond_destroy(&inflight->released);
    (void)pthread_mutex_destroy(&inflight->lock);
    return 0;
}

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return done;
}

struct inflight *inflight_new(TALLOC_CTX *context)
{
    struct inflight *inflight = talloc_zero(context, struct inflight);
    if (inflight == NULL || pthread_mutex_init(&inflight->lock, NULL) != 0) {
        talloc_free(inflight);
        return NULL;
    }
    if (!init_condition(&inflight->released)) {
        (void)pthread_mutex_destroy(&inflight->lock);
        talloc_free(inflight);
        return NULL;
    }
    talloc_set_destructor(inflight, inflight_destructor);
    return inflight;
}

static bool try_take(struct inflight *inflight, int64_t order_id)
{
    for (unsigned at = 0; at < inflight->count; at++) {
        if (inflight->orders[at] == order_id) {
            return false;
        }
    }
    if (inflight->count == INFLIGHT_MAX) {
        return false;
    }
    inflight->orders[inflight->count++] = order_id;
    return true;
}

static struct timespec after_ms(unsigned patience_ms)
{
    struct timespec until = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += patience_ms / 1000;
    until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

bool inflight_take(struct inflight *inflight, int64_t order_id, unsigned patience_ms)
{
    const struct timespec until = after_ms(patience_ms);
    (void)pthread_mutex_lock(&inflight->lock);
    bool taken = try_take(inflight, order_id);
    while (!taken && patience_ms > 0) {
        int waited = pthread_cond_timedwait(&inflight->released, &inflight->lock, &until);
        taken = try_take(inflight, order_id);
        if (waited == ETIMEDOUT) {
            break;
        }
    }
    (void)pthread_mutex_unlock(&inflight->lock);
    return taken;
}

void inflight_release(struct inflight *inflight, int64_t order_id)
{
    (void)pthread_mutex_lock(&inflight->lock);
    for (unsigned at = 0; at < inflight->count; at++) {
        if (inflight->orders[at] == order_id) {
            inflight->orders[at] = inflight->orders[--inflight->count];
            break;
        }
    }
    (void)pthread_cond_broadcast(&inflight->released);
    (void)pthread_mutex_unlock(&inflight->lock);
}
