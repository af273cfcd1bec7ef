/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * News for screens that stay open (server-sent events, WHATWG HTML 9.2): who shows a queue or a case hears
 * that it changed, and asks again what it may see. News carries a kind and a few public words, never personal
 * data, and is told after COMMIT, so that what is asked again is already there.
 *
 * The last EVENTS_KEPT pieces of news are kept in memory. A reader who comes back with Last-Event-ID gets
 * what he missed; when that is no longer known (too long ago, another run of the program) he gets one event
 * "reload" instead. Every stream begins with "hello" or "reload", so that its reader has an id from the
 * start; a comment every EVENTS_BEAT_S shows both ends that the other is there; after EVENTS_LIFE_S the
 * stream ends and the reader, coming back by himself, is authorised anew.
 *
 * A stream occupies no worker: between two pieces of news its connection is suspended. The number of streams
 * is bounded for each listener, and on the public one for each address.
 *
 * Thread rules: all functions are safe from any thread. `sleep` and `wake` of a stream run under the hub's
 * lock and must not call back.
 */
#ifndef HTTP_EVENTS_H
#define HTTP_EVENTS_H

#include "http/http.h"

enum {
    EVENTS_KEPT = 512,
    EVENTS_BEAT_S = 15, /* shorter than what the front waits for (proxy_read_timeout) */
    EVENTS_LIFE_S = 600,
    EVENTS_PUBLIC_MAX = 64,
    EVENTS_OFFICE_MAX = 128,
    EVENTS_PEER_MAX = 8, /* of one address, on the public listener */
    EVENTS_DATA_MAX = 256,
};

struct events;
struct event_stream;

RA_MUST_CHECK bool events_new(TALLOC_CTX *context, struct events **events, struct ra_error *error);

/* Ends every stream and the thread of the heartbeat; no stream is opened afterwards. Streams still being
 * read live on until their owners free them; the hub is freed after the last of them. */
void events_stop(struct events *events);

/* News on a topic ("office", "display"). `kind` is a word; `data` one line of JSON, at most EVENTS_DATA_MAX
 * bytes: what is longer or has a line break is left out, with a line in the log. `events` NULL: nobody can be
 * listening (a unit test, a program without listeners). */
void events_publish(struct events *events, const char *topic, const char *kind, const char *data);

/* Answers a GET with the stream of `topic`. RA_UNAVAILABLE when there are too many already. */
RA_MUST_CHECK bool http_reply_events(struct http_request *request, struct http_response *response,
                                     const char *topic, struct ra_error *error);

/* --- for http/stream.c and tests --- */

struct event_wish {
    enum http_listener listener;
    const char *topic;
    const char *peer;    /* address; "" unknown */
    const char *last_id; /* Last-Event-ID; NULL: a first visit */
};

/* Freed with talloc_free, which leaves the hub. RA_UNAVAILABLE: too many, or the program is ending. */
RA_MUST_CHECK bool event_stream_open(TALLOC_CTX *context, struct events *events,
                                     const struct event_wish *wish, struct event_stream **stream,
                                     struct ra_error *error);

/* What the owner does to its connection when there is nothing to send, and when there is again. `fd` is the
 * connection's, open while the stream sleeps: the library does not watch a suspended connection, so the hub
 * looks whether the other end left. -1: nothing to look at. */
struct event_owner {
    void (*sleep)(void *argument);
    void (*wake)(void *argument);
    void *argument;
    int fd;
};
void event_stream_bind(struct event_stream *stream, const struct event_owner *owner);

enum event_read { EVENT_READ_SOME, EVENT_READ_ASLEEP, EVENT_READ_END };

/* Fills `buffer` with the next bytes, or puts the stream to sleep. Only one thread reads a stream. */
enum event_read event_stream_read(struct event_stream *stream, char *buffer, size_t size, size_t *length);

/* One round of the heartbeat's thread at that instant of the monotonic clock (connections.h). */
void events_beat(struct events *events, int64_t now_ms);

#endif
