/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The listeners against raw bytes: framing, limits, slow clients, bodies, a full queue, the stop.
 */
#include "check.h"
#include "server_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int start_ordinary(void **state)
{
    (void)state;
    fixture_start("workers_public = 2\n");
    return 0;
}

static int start_tight(void **state)
{
    (void)state;
    fixture_start("workers_public = 1\nqueue_limit = 1\nrequest_seconds = 1\nrate_per_minute = 5\n");
    return 0;
}

static int start_for_another_front(void **state)
{
    (void)state;
    fixture_start("front_uid = 2147483646\n");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_stop();
    return 0;
}

static const char *ask(const char *request)
{
    return fixture_ask(HTTP_PUBLIC, request, strlen(request));
}

static const char *get(const char *path, const char *headers)
{
    char line[256];
    snprintf(line, sizeof line, "GET %s", path);
    return fixture_send(HTTP_PUBLIC, line, headers, NULL);
}

static void pause_ms(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000},
              NULL);
}

static void refuses_ambiguous_framing(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n",
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "POST /api/own HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0",
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n\r\n{}",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\001b\r\n\r\n",
        "GET /health\x7fz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/echo?word=a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/echo HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET /api/echo\r\nHost: a\r\n\r\n",
        "GET http://evil/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/echo?word=%00 HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n",
        "GET /api/echo?word=%zz HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        const char *got = ask(requests[i]);
        if (status_of(got) != 400)
            fail_msg("%s was answered: %s", requests[i], got != NULL ? got : "nothing");
        /* Nothing of what follows is taken for a second request. */
        if (strstr(got + 1, "HTTP/1.1") != NULL)
            fail_msg("%s was answered twice: %s", requests[i], got);
        assert_int_equal(atomic_load(&handled), 0);
    }
}

static void answers_and_hides_the_fronts_headers(void **state)
{
    (void)state;
    const char *got = get("/api/echo?word=a%20b", "X-Client-Cert: forged\r\nX-Client-Verify: SUCCESS\r\n"
                                                  "X-Real-IP: 127.0.0.1\r\nCookie: guiche=abc\r\n");
    assert_int_equal(status_of(got), 200);
    assert_null(strstr(got, "x-client"));
    assert_non_null(strstr(got, "\"word\":\"a b\""));
    assert_non_null(strstr(got, "\"cookie\":\"abc\""));
    assert_non_null(strstr(got, "\"certificate_bytes\":0"));
    assert_non_null(strstr(got, "\"loopback\":true"));
    assert_non_null(strstr(got, "Cache-Control: no-store"));
    assert_non_null(strstr(got, "X-Content-Type-Options: nosniff"));
}

static void tells_unknown_paths_and_methods(void **state)
{
    (void)state;
    assert_int_equal(status_of(get("/api/nowhere", "")), 404);
    assert_non_null(strstr(get("/nowhere", "Accept: text/html\r\n"), "<h1>"));
    const char *got = fixture_send(HTTP_PUBLIC, "DELETE /api/orders", "", "{}");
    assert_int_equal(status_of(got), 405);
    assert_non_null(strstr(got, "Allow: POST"));
    got = fixture_send(HTTP_PUBLIC, "HEAD /api/echo", "", NULL);
    assert_int_equal(status_of(got), 200);
    assert_string_equal(body_of(got), "");
}

static void keeps_the_connection_after_a_refusal_without_body(void **state)
{
    (void)state;
    const char *got = ask("GET /api/nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                          "GET /api/echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(status_of(got), 404);
    assert_non_null(strstr(got, "HTTP/1.1 200"));
}

static void refuses_long_addresses_and_headers(void **state)
{
    (void)state;
    char *request = malloc(1 << 20);
    assert_non_null(request);
    int length = snprintf(request, 1 << 20,
                          "GET /api/echo?word=%09000d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0);
    assert_int_equal(status_of(fixture_ask(HTTP_PUBLIC, request, (size_t)length)), 414);
    length = snprintf(request, 1 << 20,
                      "GET /api/echo HTTP/1.1\r\nHost: a\r\nX: %070000d\r\nConnection: close\r\n\r\n", 0);
    assert_int_equal(status_of(fixture_ask(HTTP_PUBLIC, request, (size_t)length)), 431);
    length = snprintf(request, 1 << 20,
                      "GET /api/echo HTTP/1.1\r\nHost: a\r\nX: %0900000d\r\nConnection: close\r\n\r\n", 0);
    assert_int_equal(status_of(fixture_ask(HTTP_PUBLIC, request, (size_t)length)), 431);
    free(request);
}

static void a_body_of_a_gigabyte_is_refused_unread(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "1073741824\r\n\r\n",
        "POST /api/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n",
        "POST /api/orders HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        assert_int_equal(status_of(ask(requests[i])), 413);
    assert_int_equal(atomic_load(&handled), 0);
}

/* `kilobytes` in chunks of 1 KiB. */
static const char *send_chunked(int kilobytes)
{
    char chunk[1024 + 16];
    int fd = fixture_connect(HTTP_PUBLIC);
    static const char head[] =
        "POST /api/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    int length = snprintf(chunk, sizeof chunk, "400\r\n%01024d\r\n", 0);
    bool open = send(fd, head, sizeof head - 1, MSG_NOSIGNAL) > 0;
    for (int i = 0; i < kilobytes && open; i++)
        open = send(fd, chunk, (size_t)length, MSG_NOSIGNAL) == length;
    if (open)
        (void)!send(fd, "0\r\n\r\n", 5, MSG_NOSIGNAL);
    return fixture_read(fd);
}

/* A front that is still writing must find the answer, not a closed connection. */
static void a_refused_body_is_read_before_the_answer(void **state)
{
    (void)state;
    static const char *const lines[] = {"POST /api/orders", "POST /api/nowhere", "DELETE /api/orders",
                                        "POST /api/upload"};
    static const int statuses[] = {413, 404, 405, 413};
    char *body = malloc(5000001);
    assert_non_null(body);
    memset(body, ' ', 5000000);
    body[5000000] = '\0';
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(status_of(fixture_send(HTTP_PUBLIC, lines[i], "", body)), statuses[i]);
    free(body);
    assert_int_equal(status_of(send_chunked(20 * 1024)), 413);
    assert_int_equal(atomic_load(&handled), 0);
}

static void uploads_are_hashed_and_counted(void **state)
{
    (void)state;
    const char *got = fixture_send(HTTP_PUBLIC, "POST /api/upload", "Content-Type: image/png\r\n", "abc");
    assert_int_equal(status_of(got), 200);
    assert_non_null(strstr(got, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    assert_non_null(strstr(got, "\"length\":3"));
    assert_non_null(strstr(got, "\"first\":97"));
    got =
        ask("POST /api/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    assert_non_null(strstr(got, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    assert_int_equal(status_of(fixture_send(HTTP_PUBLIC, "POST /api/upload", "", "")), 200);
}

static void a_chunked_body_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(send_chunked(1024)), 200);
    assert_int_equal(status_of(send_chunked(1025)), 413);
    assert_int_equal(status_of(send_chunked(64 * 1024)),
                     0); /* so far beyond that the connection is dropped */
    assert_int_equal(atomic_load(&handled), 1);
}

static void files_leave_as_attachments(void **state)
{
    (void)state;
    const char *got = get("/api/file", "");
    assert_int_equal(status_of(got), 200);
    assert_string_equal(body_of(got), "0123456789");
    assert_non_null(strstr(got, "filename=\"relat__rio_1.zip\"; filename*=UTF-8''relat%C3%B3rio%201.zip"));
}

static void a_byte_a_second_is_cut_and_told_so(void **state)
{
    (void)state;
    int fd = fixture_connect(HTTP_PUBLIC);
    static const char head[] = "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
    assert_true(send(fd, head, sizeof head - 1, MSG_NOSIGNAL) > 0);
    bool open = true;
    int drops = 0;
    for (; drops < 30 && open; drops++) {
        pause_ms(150);
        open = send(fd, "x", 1, MSG_NOSIGNAL) == 1;
    }
    assert_false(open);
    assert_in_range(drops, 5, 20);
    const char *got = fixture_read(fd);
    assert_int_equal(status_of(got), 408);
    assert_non_null(strstr(got, "Content-Type: application/problem+json"));
    assert_non_null(strstr(body_of(got), "urn:guiche:problem:request-timeout"));
    assert_int_equal(atomic_load(&handled), 0);
}

static void a_form_that_stops_is_told_by_a_page(void **state)
{
    (void)state;
    int fd = fixture_connect(HTTP_PUBLIC);
    static const char head[] = "POST /pedido HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n"
                               "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n";
    assert_true(send(fd, head, sizeof head - 1, MSG_NOSIGNAL) > 0);
    const char *got = fixture_read(fd);
    assert_int_equal(status_of(got), 408);
    assert_non_null(strstr(got, "Content-Type: text/html"));
    assert_non_null(strstr(got, "Content-Security-Policy: default-src 'self'"));
    assert_string_equal(body_of(got), "<h1>O pedido demorou demais para chegar.</h1>");
}

static void the_sixth_request_of_a_minute_is_told_to_wait(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(status_of(get("/api/echo", "X-Real-IP: 192.0.2.9\r\n")), 200);
    const char *got = get("/api/echo", "X-Real-IP: 192.0.2.9\r\n");
    assert_int_equal(status_of(got), 429);
    assert_non_null(strstr(got, "Retry-After: "));
    assert_int_equal(status_of(get("/api/echo", "X-Real-IP: 192.0.2.10\r\n")), 200);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(status_of(get("/healthz", "X-Real-IP: 127.0.0.1\r\n")), 200);
        assert_int_equal(
            status_of(fixture_send(HTTP_OFFICE, "GET /api/echo", "X-Real-IP: 192.0.2.9\r\n", NULL)), 200);
    }
}

static int send_slow(enum http_listener listener, const char *address)
{
    char request[200];
    int fd = fixture_connect(listener);
    int length =
        snprintf(request, sizeof request,
                 "GET /api/slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Real-IP: %s\r\n\r\n", address);
    assert_int_equal(send(fd, request, (size_t)length, MSG_NOSIGNAL), length);
    return fd;
}

static void wait_until_handled(int wanted)
{
    for (int i = 0; i < 500 && atomic_load(&handled) < wanted; i++)
        pause_ms(10);
    assert_int_equal(atomic_load(&handled), wanted);
}

/* The one worker is busy and the one place in the queue is taken. */
struct crowd {
    int running, waiting;
};

static struct crowd fill_the_house(void)
{
    atomic_store(&hold, 1);
    struct crowd crowd = {.running = send_slow(HTTP_PUBLIC, "192.0.2.1")};
    wait_until_handled(1);
    crowd.waiting = send_slow(HTTP_PUBLIC, "192.0.2.2");
    pause_ms(200);
    return crowd;
}

static void let_them_out(const struct crowd *crowd)
{
    atomic_store(&hold, 0);
    assert_int_equal(status_of(fixture_read(crowd->running)), 200);
    assert_int_equal(status_of(fixture_read(crowd->waiting)), 200);
}

static void a_full_queue_says_so_at_once_and_the_counter_goes_on(void **state)
{
    (void)state;
    const struct crowd crowd = fill_the_house();
    const char *got = get("/api/slow", "X-Real-IP: 192.0.2.3\r\n");
    assert_int_equal(status_of(got), 503);
    assert_non_null(strstr(got, "Retry-After: "));
    assert_int_equal(status_of(fixture_send(HTTP_OFFICE, "GET /api/echo", "", NULL)), 200);
    let_them_out(&crowd);
}

static void what_is_answered_at_once_waits_for_no_worker(void **state)
{
    (void)state;
    const struct crowd crowd = fill_the_house();
    const char *got = get("/api/at-once", "X-Real-IP: 192.0.2.3\r\n");
    assert_int_equal(status_of(got), 200);
    assert_non_null(strstr(got, "{\"database\":false}"));
    assert_int_equal(status_of(get("/api/at-once?refuse=1", "")), 422);
    let_them_out(&crowd);
}

static void *let_go(void *unused)
{
    (void)unused;
    pause_ms(300);
    atomic_store(&hold, 0);
    return NULL;
}

static void a_stop_finishes_what_is_under_way(void **state)
{
    (void)state;
    pthread_t thread;
    fixture_start("workers_public = 1\n");
    atomic_store(&hold, 1);
    int running = send_slow(HTTP_PUBLIC, "192.0.2.1");
    int waiting = send_slow(HTTP_PUBLIC, "192.0.2.1");
    int idle = fixture_connect(HTTP_PUBLIC);
    wait_until_handled(1);
    pause_ms(100);
    assert_int_equal(pthread_create(&thread, NULL, let_go, NULL), 0);
    struct timespec before;
    struct timespec after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    fixture_stop();
    clock_gettime(CLOCK_MONOTONIC, &after);
    pthread_join(thread, NULL);
    assert_true(after.tv_sec - before.tv_sec < 4);
    assert_int_equal(status_of(fixture_read(running)), 200);
    assert_int_equal(status_of(fixture_read(waiting)), 200);
    assert_null(fixture_read(idle));
}

/* The log needs the place more: what strangers send leaves it, what an agent scans is still taken. */
static void a_full_disk_takes_no_file_from_the_public(void **state)
{
    (void)state;
    fixture_start("workers_public = 1\ndisk_reserve_mb = 1000000000\n");
    assert_int_equal(status_of(fixture_send(HTTP_PUBLIC, "POST /api/upload", "", "abc")), 503);
    assert_int_equal(atomic_load(&handled), 0);
    assert_int_equal(status_of(fixture_send(HTTP_OFFICE, "POST /api/upload", "", "abc")), 200);
    assert_int_equal(status_of(get("/healthz", "X-Real-IP: 127.0.0.1\r\n")), 200);
    fixture_stop();
}

static void a_stranger_on_the_socket_gets_nothing(void **state)
{
    (void)state;
    assert_null(get("/healthz", ""));
    assert_null(fixture_send(HTTP_OFFICE, "GET /healthz", "", NULL));
}

/* fixture_stop misses the file if the refused server removed it, and finds the socket it did open. */
static void a_start_that_fails_removes_only_its_own(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_refused(fixture_try("office_socket = templates/erro.html\n", &error), RA_IO);
    fixture_stop();
}

static void health_tells_its_parts_only_to_the_machine_itself(void **state)
{
    (void)state;
    const char *got = get("/healthz", "X-Real-IP: 127.0.0.1\r\n");
    assert_non_null(strstr(got, "\"database\":{\"status\":\"ok\"}"));
    got = get("/healthz", "X-Real-IP: 192.0.2.1\r\n");
    assert_int_equal(status_of(got), 200);
    assert_null(strstr(got, "database"));
    assert_int_equal(status_of(get("/metrics", "X-Real-IP: 192.0.2.1\r\n")), 403);
    assert_int_equal(status_of(get("/metrics", "")), 403);
    assert_non_null(strstr(get("/metrics", "X-Real-IP: ::1\r\n"), "\nguiche_http_requests_total "));
}

#define ordinary(test) cmocka_unit_test_setup_teardown(test, start_ordinary, stop)
#define tight(test)    cmocka_unit_test_setup_teardown(test, start_tight, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ordinary(refuses_ambiguous_framing),
        ordinary(answers_and_hides_the_fronts_headers),
        ordinary(tells_unknown_paths_and_methods),
        ordinary(keeps_the_connection_after_a_refusal_without_body),
        ordinary(refuses_long_addresses_and_headers),
        ordinary(a_body_of_a_gigabyte_is_refused_unread),
        ordinary(a_refused_body_is_read_before_the_answer),
        ordinary(uploads_are_hashed_and_counted),
        ordinary(a_chunked_body_beyond_the_limit_is_refused),
        ordinary(files_leave_as_attachments),
        ordinary(health_tells_its_parts_only_to_the_machine_itself),
        tight(a_byte_a_second_is_cut_and_told_so),
        tight(a_form_that_stops_is_told_by_a_page),
        tight(the_sixth_request_of_a_minute_is_told_to_wait),
        tight(a_full_queue_says_so_at_once_and_the_counter_goes_on),
        tight(what_is_answered_at_once_waits_for_no_worker),
        cmocka_unit_test(a_full_disk_takes_no_file_from_the_public),
        cmocka_unit_test(a_stop_finishes_what_is_under_way),
        cmocka_unit_test(a_start_that_fails_removes_only_its_own),
        cmocka_unit_test_setup_teardown(a_stranger_on_the_socket_gets_nothing, start_for_another_front, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
