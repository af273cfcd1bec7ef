/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/connections.h"

#include "metrics.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_EVERY_MS = 250 };

struct connection {
    int fd;
    bool idle;
    bool cut;
    bool receiving;           /* a body: nothing of an answer was written */
    const struct bytes *late; /* what to say then */
    int64_t heard_ms;         /* when its last piece came */
    int64_t deadline_ms;      /* monotonic; 0: none */
    struct connection *next;
    struct connection *previous;
};

struct connections {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    struct connection *first;
    size_t count;
    bool draining;
    bool stopping;
};

int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t monotonic_ms(void)
{
    return monotonic_us() / 1000;
}

static void wait_a_little(struct connections *connections, int64_t milliseconds)
{
    int64_t until = monotonic_ms() + milliseconds;
    struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    pthread_cond_timedwait(&connections->changed, &connections->mutex, &at);
}

static bool is_late(const struct connection *connection, int64_t now)
{
    return (connection->deadline_ms != 0 && now > connection->deadline_ms) ||
           (connection->receiving && now > connection->heard_ms + CONNECTION_STALL_S * INT64_C(1000));
}

/* Written past the library, which has said nothing yet: one piece, into a buffer that is empty. */
static void tell_timeout(const struct connection *connection)
{
    if (connection->late != NULL)
        (void)!send(connection->fd, connection->late->data, connection->late->length,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Only shuts the socket down: its owner notices and closes it, so a descriptor is never reused under us. */
static void cut_late(struct connections *connections)
{
    int64_t now = monotonic_ms();
    for (struct connection *one = connections->first; one != NULL; one = one->next) {
        if (one->cut || !(is_late(one, now) || (connections->draining && one->idle)))
            continue;
        one->cut = true;
        if (one->receiving)
            tell_timeout(one);
        shutdown(one->fd, SHUT_RDWR);
        if (!one->idle)
            metric_add(METRIC_REAPED, 1);
    }
}

static void *look_around(void *argument)
{
    struct connections *connections = argument;
    pthread_mutex_lock(&connections->mutex);
    while (!connections->stopping) {
        cut_late(connections);
        wait_a_little(connections, LOOK_EVERY_MS);
    }
    pthread_mutex_unlock(&connections->mutex);
    return NULL;
}

static bool init_locks(struct connections *connections)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&connections->changed, &attributes) == 0 &&
                pthread_mutex_init(&connections->mutex, NULL) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

bool connections_new(TALLOC_CTX *context, struct connections **connections, struct ra_error *error)
{
    struct connections *made = talloc_zero(context, struct connections);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "connections");
    if (!init_locks(made) || pthread_create(&made->thread, NULL, look_around, made) != 0) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "the thread that watches connections does not start");
    }
    *connections = made;
    return true;
}

struct connection *connections_add(struct connections *connections, int fd)
{
    struct connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    *made = (struct connection){
        .fd = fd, .idle = true, .deadline_ms = monotonic_ms() + CONNECTION_IDLE_S * INT64_C(1000)};
    pthread_mutex_lock(&connections->mutex);
    made->next = connections->first;
    if (made->next != NULL)
        made->next->previous = made;
    connections->first = made;
    connections->count++;
    pthread_mutex_unlock(&connections->mutex);
    metric_add(METRIC_CONNECTIONS, 1);
    return made;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    connections->count--;
    pthread_cond_broadcast(&connections->changed);
    pthread_mutex_unlock(&connections->mutex);
    metric_add(METRIC_CONNECTIONS, -1);
    free(connection);
}

static void set(struct connections *connections, struct connection *connection, bool idle, int64_t seconds)
{
    pthread_mutex_lock(&connections->mutex);
    connection->idle = idle;
    connection->receiving = false;
    connection->deadline_ms = seconds > 0 ? monotonic_ms() + seconds * 1000 : 0;
    pthread_mutex_unlock(&connections->mutex);
}

void connections_busy(struct connections *connections, struct connection *connection, int64_t seconds)
{
    set(connections, connection, false, seconds);
}

void connections_receiving(struct connections *connections, struct connection *connection, int64_t seconds)
{
    set(connections, connection, false, seconds);
    pthread_mutex_lock(&connections->mutex);
    connection->receiving = true;
    connection->heard_ms = monotonic_ms();
    pthread_mutex_unlock(&connections->mutex);
}

void connections_late_answer(struct connections *connections, struct connection *connection,
                             const struct bytes *answer)
{
    pthread_mutex_lock(&connections->mutex);
    connection->late = answer;
    pthread_mutex_unlock(&connections->mutex);
}

void connections_heard(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    connection->heard_ms = monotonic_ms();
    pthread_mutex_unlock(&connections->mutex);
}

bool connections_received(struct connections *connections, struct connection *connection)
{
    set(connections, connection, false, 0);
    pthread_mutex_lock(&connections->mutex);
    bool told = connection->cut;
    pthread_mutex_unlock(&connections->mutex);
    return !told;
}

void connections_idle(struct connections *connections, struct connection *connection)
{
    set(connections, connection, true, CONNECTION_IDLE_S);
}

void connections_drain(struct connections *connections, int64_t seconds)
{
    int64_t until = monotonic_ms() + seconds * 1000;
    pthread_mutex_lock(&connections->mutex);
    connections->draining = true;
    while (connections->count > 0 && monotonic_ms() < until) {
        cut_late(connections);
        wait_a_little(connections, LOOK_EVERY_MS / 5);
    }
    pthread_mutex_unlock(&connections->mutex);
}

void connections_stop(struct connections *connections)
{
    pthread_mutex_lock(&connections->mutex);
    connections->stopping = true;
    pthread_cond_broadcast(&connections->changed);
    pthread_mutex_unlock(&connections->mutex);
    pthread_join(connections->thread, NULL);
    pthread_cond_destroy(&connections->changed);
    pthread_mutex_destroy(&connections->mutex);
}
