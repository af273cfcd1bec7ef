/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/connections.h"
#include "http/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A reader as the I/O thread would be: counts how often it was put to sleep and woken. */
struct reader {
    struct event_stream *stream;
    int slept;
    int woken;
    int fd;
    char text[8192];
};

static void fall_asleep(void *argument)
{
    ((struct reader *)argument)->slept++;
}

static void wake_up(void *argument)
{
    ((struct reader *)argument)->woken++;
}

static bool enter(struct events *events, struct reader *reader, const struct event_wish *wish,
                  struct ra_error *error)
{
    *reader = (struct reader){.fd = -1};
    if (!event_stream_open(NULL, events, wish, &reader->stream, error))
        return false;
    const struct event_owner owner = {fall_asleep, wake_up, reader, reader->fd};
    event_stream_bind(reader->stream, &owner);
    return true;
}

static const struct event_wish office = {HTTP_OFFICE, "office", "", NULL};

/* Everything that is due, in pieces of `piece` bytes. */
static enum event_read read_all(struct reader *reader, size_t piece)
{
    size_t at = 0;
    for (;;) {
        size_t length = 0;
        enum event_read result = event_stream_read(reader->stream, reader->text + at, piece, &length);
        at += length;
        reader->text[at] = '\0';
        if (result != EVENT_READ_SOME)
            return result;
    }
}

/* The id of the last event in the reader's text; on the heap. */
static char *last_id(const struct reader *reader)
{
    const char *found = NULL;
    for (const char *at = reader->text; (at = strstr(at, "id: ")) != NULL; at++)
        found = at + 4;
    assert_non_null(found);
    return talloc_strndup(NULL, found, strcspn(found, "\n"));
}

static struct events *hub(void)
{
    struct ra_error error = {0};
    struct events *events = NULL;
    assert_done(events_new(NULL, &events, &error));
    return events;
}

static void end(struct events *events)
{
    events_stop(events);
    talloc_free(events);
}

static void greets_then_tells_its_topic_and_sleeps_between(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    events_publish(events, "office", "queue", "{\"order\":\"BEFORE\"}");
    assert_done(enter(events, &reader, &office, &error));
    assert_int_equal(read_all(&reader, 4096), EVENT_READ_ASLEEP);
    assert_non_null(strstr(reader.text, "retry: 1000\nid: "));
    assert_non_null(strstr(reader.text, "event: hello\ndata: {}\n\n"));
    assert_null(strstr(reader.text, "BEFORE"));
    assert_int_equal(reader.slept, 1);
    events_publish(events, "display", "calls", "{}");
    assert_int_equal(reader.woken, 0); /* another topic wakes nobody */
    events_publish(events, "office", "case", "{\"order\":\"A\"}");
    events_publish(events, "office", "queue", "{\"order\":\"B\"}");
    assert_int_equal(reader.woken, 1);                         /* once, however much came */
    assert_int_equal(read_all(&reader, 7), EVENT_READ_ASLEEP); /* a small buffer cuts nothing off */
    const char *first = strstr(reader.text, "event: case\ndata: {\"order\":\"A\"}\n\n");
    assert_non_null(first);
    assert_non_null(strstr(first, "event: queue\ndata: {\"order\":\"B\"}\n\n"));
    assert_null(strstr(reader.text, "calls"));
    assert_null(strstr(reader.text, "retry:")); /* said once */
    talloc_free(reader.stream);
    end(events);
}

static void comes_back_and_gets_what_was_missed_once(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    assert_done(enter(events, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    char *id = last_id(&reader);
    talloc_free(reader.stream);
    events_publish(events, "office", "case", "{\"order\":\"MISSED\"}");
    struct event_wish again = office;
    again.last_id = id;
    assert_done(enter(events, &reader, &again, &error));
    (void)read_all(&reader, 4096);
    assert_non_null(strstr(reader.text, "event: hello"));
    assert_non_null(strstr(reader.text, "MISSED"));
    talloc_free(id);
    id = last_id(&reader);
    talloc_free(reader.stream);
    again.last_id = id;
    assert_done(enter(events, &reader, &again, &error));
    (void)read_all(&reader, 4096);
    assert_null(strstr(reader.text, "MISSED")); /* not twice */
    talloc_free(reader.stream);
    talloc_free(id);
    end(events);
}

static void says_reload_where_the_past_is_unknown(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct events *other_run = hub();
    struct reader reader;
    assert_done(enter(other_run, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    char *foreign = last_id(&reader);
    talloc_free(reader.stream);
    end(other_run);

    char future[64];
    assert_done(enter(events, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    char *old = last_id(&reader);
    snprintf(future, sizeof future, "%s99999", old);
    for (int i = 0; i < EVENTS_KEPT + 1; i++)
        events_publish(events, "office", "queue", "{}");
    (void)read_all(&reader, 4096); /* one who slept through too much is told the same, without coming back */
    assert_non_null(strstr(reader.text, "event: reload"));
    assert_null(strstr(reader.text, "event: queue"));
    talloc_free(reader.stream);

    const char *const unknown[] = {foreign, old, future, "", "0", "abc-1"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        struct event_wish again = office;
        again.last_id = unknown[i];
        assert_done(enter(events, &reader, &again, &error));
        (void)read_all(&reader, 4096);
        assert_non_null(strstr(reader.text, "event: reload"));
        assert_null(strstr(reader.text, "event: queue"));
        talloc_free(reader.stream);
    }
    talloc_free(foreign);
    talloc_free(old);
    end(events);
}

static void beats_when_quiet_and_ends_a_long_life(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    assert_done(enter(events, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    events_beat(events, monotonic_ms() + 1000);
    assert_int_equal(reader.woken, 0);
    events_beat(events, monotonic_ms() + EVENTS_BEAT_S * 1000 + 1);
    assert_int_equal(reader.woken, 1);
    assert_int_equal(read_all(&reader, 4096), EVENT_READ_ASLEEP);
    assert_string_equal(reader.text, ":\n\n");
    events_beat(events, monotonic_ms() + EVENTS_LIFE_S * INT64_C(1000) + 1);
    assert_int_equal(reader.woken, 2);
    talloc_free(reader.stream);
    end(events);
}

static void notices_within_a_round_that_the_reader_left(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_done(enter(events, &reader, &office, &error));
    const struct event_owner owner = {fall_asleep, wake_up, &reader, ends[0]};
    event_stream_bind(reader.stream, &owner);
    (void)read_all(&reader, 4096);
    events_beat(events, monotonic_ms());
    assert_int_equal(reader.woken, 0);
    close(ends[1]);
    events_beat(events, monotonic_ms());
    assert_int_equal(reader.woken, 1);
    assert_int_equal(read_all(&reader, 4096), EVENT_READ_ASLEEP);
    assert_string_equal(reader.text, ":\n\n"); /* which breaks on the wire */
    talloc_free(reader.stream);
    close(ends[0]);
    end(events);
}

static void bounds_the_streams_of_a_listener_and_of_an_address(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader readers[EVENTS_OFFICE_MAX + 1];
    struct event_wish public = {HTTP_PUBLIC, "display", "192.0.2.1", NULL};
    for (int i = 0; i < EVENTS_PEER_MAX; i++)
        assert_done(enter(events, &readers[i], &public, &error));
    struct reader more;
    assert_refused(enter(events, &more, &public, &error), RA_UNAVAILABLE);
    public.peer = "192.0.2.2";
    assert_done(enter(events, &more, &public, &error));
    talloc_free(more.stream);
    talloc_free(readers[0].stream); /* who leaves makes room */
    public.peer = "192.0.2.1";
    assert_done(enter(events, &readers[0], &public, &error));
    for (int i = 0; i < EVENTS_PEER_MAX; i++)
        talloc_free(readers[i].stream);
    for (int i = 0; i < EVENTS_OFFICE_MAX; i++)
        assert_done(enter(events, &readers[i], &office, &error));
    assert_refused(enter(events, &more, &office, &error), RA_UNAVAILABLE);
    for (int i = 0; i < EVENTS_OFFICE_MAX; i++)
        talloc_free(readers[i].stream);
    end(events);
}

static void ends_every_stream_and_opens_none_when_it_stops(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    struct reader late;
    assert_done(enter(events, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    events_stop(events);
    assert_int_equal(reader.woken, 1);
    assert_int_equal(read_all(&reader, 4096), EVENT_READ_END);
    assert_refused(enter(events, &late, &office, &error), RA_UNAVAILABLE);
    talloc_free(reader.stream);
    events_stop(events); /* a second time does nothing */
    talloc_free(events);
}

static void leaves_out_what_would_break_the_format(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct events *events = hub();
    struct reader reader;
    char long_text[EVENTS_DATA_MAX + 2];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_done(enter(events, &reader, &office, &error));
    (void)read_all(&reader, 4096);
    events_publish(events, "office", "case", "{}\n\nevent: forged");
    events_publish(events, "office", "ca\rse", "{}");
    events_publish(events, "office", "case", long_text);
    events_publish(NULL, "office", "case", "{}");
    assert_int_equal(read_all(&reader, 4096), EVENT_READ_ASLEEP);
    assert_int_equal(reader.woken, 0);
    talloc_free(reader.stream);
    end(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greets_then_tells_its_topic_and_sleeps_between),
        cmocka_unit_test(comes_back_and_gets_what_was_missed_once),
        cmocka_unit_test(says_reload_where_the_past_is_unknown),
        cmocka_unit_test(beats_when_quiet_and_ends_a_long_life),
        cmocka_unit_test(notices_within_a_round_that_the_reader_left),
        cmocka_unit_test(bounds_the_streams_of_a_listener_and_of_an_address),
        cmocka_unit_test(ends_every_stream_and_opens_none_when_it_stops),
        cmocka_unit_test(leaves_out_what_would_break_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
