/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/events.h"

#include "http/connections.h"
#include "http/internal.h"
#include "log.h"
#include "metrics.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_EVERY_MS = 1000,
    RUN_SIZE = 17, /* eight bytes in hexadecimal */
    WORD_SIZE = 32,
    PEER_SIZE = 64,
    MESSAGE_SIZE = EVENTS_DATA_MAX + 128,
};

struct news {
    char topic[WORD_SIZE];
    char kind[WORD_SIZE];
    char data[EVENTS_DATA_MAX + 1];
};

struct event_stream {
    struct events *events;
    enum http_listener listener;
    char topic[WORD_SIZE];
    char peer[PEER_SIZE];
    uint64_t next; /* number of the first piece of news not looked at yet */
    bool reload;   /* what lies between the last id and `next` is unknown */
    bool greeted;
    bool beat_due;
    bool asleep;
    int64_t born_ms;
    int64_t spoke_ms;
    char message[MESSAGE_SIZE]; /* being sent */
    size_t message_at;
    size_t message_size;
    struct event_owner owner;
    struct event_stream *following;
    struct event_stream *previous;
};

struct events {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    bool running; /* the thread */
    bool stopping;
    char run[RUN_SIZE]; /* tells this run's ids from those of another */
    uint64_t count;     /* news numbered 1 … count; the last EVENTS_KEPT are there */
    struct news *kept;
    struct event_stream *first;
};

/* --- the hub --- */

static void *keep_beating(void *argument)
{
    struct events *events = argument;
    pthread_mutex_lock(&events->mutex);
    while (!events->stopping) {
        int64_t until = monotonic_ms() + LOOK_EVERY_MS;
        struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
        pthread_cond_timedwait(&events->changed, &events->mutex, &at);
        pthread_mutex_unlock(&events->mutex);
        events_beat(events, monotonic_ms());
        pthread_mutex_lock(&events->mutex);
    }
    pthread_mutex_unlock(&events->mutex);
    return NULL;
}

static bool init_locks(struct events *events)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&events->changed, &attributes) == 0 &&
                pthread_mutex_init(&events->mutex, NULL) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

static bool name_run(struct events *events)
{
    uint8_t random[(RUN_SIZE - 1) / 2];
    if (!random_bytes(random, sizeof random))
        return false;
    const char *text = hex_encode(events, (struct bytes){random, sizeof random});
    if (text != NULL)
        memcpy(events->run, text, sizeof events->run);
    return text != NULL;
}

static int destroy(struct events *events)
{
    pthread_cond_destroy(&events->changed);
    pthread_mutex_destroy(&events->mutex);
    return 0;
}

bool events_new(TALLOC_CTX *context, struct events **events, struct ra_error *error)
{
    struct events *made = talloc_zero(context, struct events);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "events");
    made->kept = talloc_zero_array(made, struct news, EVENTS_KEPT);
    bool done = made->kept != NULL && name_run(made) && init_locks(made);
    done = done && pthread_create(&made->thread, NULL, keep_beating, made) == 0;
    if (!done) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "the hub of events does not start");
    }
    made->running = true;
    talloc_set_destructor(made, destroy);
    *events = made;
    return true;
}

static void wake(struct event_stream *stream)
{
    if (!stream->asleep)
        return;
    stream->asleep = false;
    stream->owner.wake(stream->owner.argument);
}

void events_stop(struct events *events)
{
    pthread_mutex_lock(&events->mutex);
    events->stopping = true;
    for (struct event_stream *stream = events->first; stream != NULL; stream = stream->following)
        wake(stream);
    pthread_cond_broadcast(&events->changed);
    bool running = events->running;
    events->running = false;
    pthread_mutex_unlock(&events->mutex);
    if (running)
        pthread_join(events->thread, NULL);
}

/* Being written to is how a connection learns that it is broken. */
static bool has_left(const struct event_stream *stream)
{
    struct pollfd look = {.fd = stream->owner.fd, .events = POLLRDHUP};
    return stream->asleep && look.fd >= 0 && poll(&look, 1, 0) == 1 &&
           (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void events_beat(struct events *events, int64_t now_ms)
{
    pthread_mutex_lock(&events->mutex);
    for (struct event_stream *stream = events->first; stream != NULL; stream = stream->following) {
        bool quiet = now_ms - stream->spoke_ms >= EVENTS_BEAT_S * INT64_C(1000) || has_left(stream);
        stream->beat_due = stream->beat_due || quiet;
        if (quiet || now_ms - stream->born_ms >= EVENTS_LIFE_S * INT64_C(1000))
            wake(stream);
    }
    pthread_mutex_unlock(&events->mutex);
}

void events_publish(struct events *events, const char *topic, const char *kind, const char *data)
{
    if (events == NULL)
        return;
    if (strlen(topic) >= WORD_SIZE || strlen(kind) >= WORD_SIZE || strlen(data) > EVENTS_DATA_MAX ||
        strpbrk(data, "\r\n") != NULL || strpbrk(kind, "\r\n") != NULL) {
        log_event(LOG_LEVEL_ERROR, "news-left-out", "{s:s}", "topic", topic);
        return;
    }
    pthread_mutex_lock(&events->mutex);
    struct news *news = &events->kept[events->count++ % EVENTS_KEPT];
    memcpy(news->topic, topic, strlen(topic) + 1);
    memcpy(news->kind, kind, strlen(kind) + 1);
    memcpy(news->data, data, strlen(data) + 1);
    for (struct event_stream *stream = events->first; stream != NULL; stream = stream->following) {
        if (strcmp(stream->topic, topic) == 0)
            wake(stream);
    }
    pthread_mutex_unlock(&events->mutex);
}

/* --- a stream's life --- */

static int close_stream(struct event_stream *stream)
{
    struct events *events = stream->events;
    pthread_mutex_lock(&events->mutex);
    if (stream->following != NULL)
        stream->following->previous = stream->previous;
    if (stream->previous != NULL)
        stream->previous->following = stream->following;
    else
        events->first = stream->following;
    pthread_mutex_unlock(&events->mutex);
    metric_add(METRIC_EVENT_STREAMS, -1);
    return 0;
}

static bool has_room(const struct events *events, const struct event_wish *wish)
{
    const bool public = wish->listener == HTTP_PUBLIC;
    unsigned all = 0;
    unsigned of_peer = 0;
    for (const struct event_stream *stream = events->first; stream != NULL; stream = stream->following) {
        if (stream->listener != wish->listener)
            continue;
        all++;
        of_peer += strncmp(stream->peer, wish->peer, PEER_SIZE - 1) == 0 ? 1 : 0;
    }
    return all < (public ? EVENTS_PUBLIC_MAX : EVENTS_OFFICE_MAX) && (!public || of_peer < EVENTS_PEER_MAX);
}

/* The number after "run-"; false: of another run, or no id of ours. */
static bool known_id(const struct events *events, const char *id, uint64_t *number)
{
    const size_t prefix = RUN_SIZE - 1;
    if (strncmp(id, events->run, prefix) != 0 || id[prefix] != '-' || id[prefix + 1] < '0' ||
        id[prefix + 1] > '9')
        return false;
    char *end = NULL;
    unsigned long long parsed = strtoull(id + prefix + 1, &end, 10);
    *number = parsed;
    return *end == '\0' && parsed <= events->count;
}

static void begin_after(struct event_stream *stream, const char *last_id)
{
    uint64_t last = stream->events->count;
    stream->reload = last_id != NULL && !known_id(stream->events, last_id, &last);
    stream->next = (stream->reload ? stream->events->count : last) + 1;
}

bool event_stream_open(TALLOC_CTX *context, struct events *events, const struct event_wish *wish,
                       struct event_stream **stream, struct ra_error *error)
{
    struct event_stream *made = talloc_zero(context, struct event_stream);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "event stream");
    made->events = events;
    made->listener = wish->listener;
    snprintf(made->topic, sizeof made->topic, "%s", wish->topic);
    snprintf(made->peer, sizeof made->peer, "%s", wish->peer);
    made->born_ms = made->spoke_ms = monotonic_ms();
    pthread_mutex_lock(&events->mutex);
    bool admitted = !events->stopping && has_room(events, wish);
    if (admitted) {
        begin_after(made, wish->last_id);
        made->following = events->first;
        if (made->following != NULL)
            made->following->previous = made;
        events->first = made;
    }
    pthread_mutex_unlock(&events->mutex);
    if (!admitted) {
        talloc_free(made);
        return ra_fail(error, RA_UNAVAILABLE, "%s", "");
    }
    metric_add(METRIC_EVENT_STREAMS, 1);
    talloc_set_destructor(made, close_stream);
    *stream = made;
    return true;
}

void event_stream_bind(struct event_stream *stream, const struct event_owner *owner)
{
    pthread_mutex_lock(&stream->events->mutex);
    stream->owner = *owner;
    pthread_mutex_unlock(&stream->events->mutex);
}

/* --- reading --- */

static void say(struct event_stream *stream, uint64_t number, const char *kind, const char *data)
{
    const char *retry = stream->greeted ? "" : "retry: 1000\n";
    stream->greeted = true;
    int size =
        snprintf(stream->message, sizeof stream->message, "%sid: %s-%" PRIu64 "\nevent: %s\ndata: %s\n\n",
                 retry, stream->events->run, number, kind, data);
    stream->message_size = size > 0 && (size_t)size < sizeof stream->message ? (size_t)size : 0;
}

static bool say_news(struct event_stream *stream)
{
    const struct events *events = stream->events;
    for (; stream->next <= events->count; stream->next++) {
        const struct news *news = &events->kept[(stream->next - 1) % EVENTS_KEPT];
        if (strcmp(news->topic, stream->topic) != 0)
            continue;
        say(stream, stream->next, news->kind, news->data);
        stream->next++;
        return true;
    }
    return false;
}

/* Composes the next message; false: there is nothing to say. */
static bool compose(struct event_stream *stream)
{
    const struct events *events = stream->events;
    if (events->count >= stream->next && events->count - stream->next >= EVENTS_KEPT) {
        stream->reload = true;
        stream->next = events->count + 1;
    }
    if (stream->reload) {
        stream->reload = false;
        say(stream, stream->next - 1, "reload", "{}");
        return true;
    }
    if (!stream->greeted) {
        say(stream, stream->next - 1, "hello", "{}");
        return true;
    }
    if (say_news(stream))
        return true;
    if (!stream->beat_due)
        return false;
    stream->message[0] = ':';
    stream->message[1] = stream->message[2] = '\n';
    stream->message_size = 3;
    return true;
}

enum event_read event_stream_read(struct event_stream *stream, char *buffer, size_t size, size_t *length)
{
    struct events *events = stream->events;
    enum event_read result = EVENT_READ_SOME;
    *length = 0;
    pthread_mutex_lock(&events->mutex);
    if (stream->message_at == stream->message_size) {
        stream->message_at = stream->message_size = 0;
        int64_t now_ms = monotonic_ms();
        if (events->stopping || now_ms - stream->born_ms >= EVENTS_LIFE_S * INT64_C(1000)) {
            result = EVENT_READ_END;
        } else if (compose(stream)) {
            stream->spoke_ms = now_ms;
            stream->beat_due = false;
        } else {
            result = EVENT_READ_ASLEEP;
            stream->asleep = true;
            stream->owner.sleep(stream->owner.argument);
        }
    }
    size_t left = stream->message_size - stream->message_at;
    *length = left < size ? left : size;
    memcpy(buffer, stream->message + stream->message_at, *length);
    stream->message_at += *length;
    pthread_mutex_unlock(&events->mutex);
    return result;
}

bool http_reply_events(struct http_request *request, struct http_response *response, const char *topic,
                       struct ra_error *error)
{
    const struct event_wish wish = {.listener = request->listener,
                                    .topic = topic,
                                    .peer = request->peer,
                                    .last_id = http_header(request, "last-event-id")};
    struct event_stream *stream = NULL;
    if (request->app->events == NULL)
        return ra_fail(error, RA_UNAVAILABLE, "%s", "");
    if (!event_stream_open(request->context, request->app->events, &wish, &stream, error))
        return false;
    http_reply_stream(response, stream);
    return true;
}
