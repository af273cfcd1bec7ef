/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An AC at the other end of HTTP that answers late, garbage, too much, or somewhere else: each is a refusal
 * with its code and leaves nothing behind; the next message is carried as the first.
 */
#include "floors/check.h"
#include "issuance/ac_carrier.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 256 };

/* One connection after the other, each told the same. */
struct ac {
    int listener;
    pthread_t thread;
    char url[64];
    const char *head; /* of the answer; NULL: hangs up without one */
    size_t body;      /* so many octets after it */
    atomic_int asked;
};

static void hear(int connection)
{
    char heard[4096];
    size_t used = 0;
    while (used < sizeof heard - 1) {
        ssize_t got = read(connection, heard + used, sizeof heard - 1 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
        heard[used] = '\0';
        const char *end = strstr(heard, "\r\n\r\n");
        if (end != NULL && strstr(end, "pergunta") != NULL)
            return;
        if (end != NULL && strncmp(heard, "GET ", 4) == 0)
            return;
    }
}

static void *serve(void *argument)
{
    struct ac *ac = argument;
    static const char octets[8192];
    for (;;) {
        int connection = accept(ac->listener, NULL, NULL);
        if (connection < 0)
            return NULL;
        atomic_fetch_add(&ac->asked, 1);
        hear(connection);
        if (ac->head != NULL && write(connection, ac->head, strlen(ac->head)) > 0)
            for (size_t left = ac->body; left > 0;) {
                ssize_t put =
                    send(connection, octets, left < sizeof octets ? left : sizeof octets, MSG_NOSIGNAL);
                if (put <= 0)
                    break;
                left -= (size_t)put;
            }
        close(connection);
    }
}

static void open_ac(struct ac *ac)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    ac->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(ac->listener >= 0);
    assert_int_equal(bind(ac->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(ac->listener, 16), 0);
    assert_int_equal(getsockname(ac->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(ac->url, sizeof ac->url, "http://127.0.0.1:%d/cmp", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&ac->thread, NULL, serve, ac), 0);
}

static void close_ac(struct ac *ac)
{
    shutdown(ac->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(ac->thread, NULL), 0);
    close(ac->listener);
}

static struct ac_carrier *carrier_to(TALLOC_CTX *context, const char *url)
{
    struct ra_error error = {0};
    struct ac_carrier *carrier = NULL;
    const struct ac_address address = {url, "", "", 15};
    assert_true(ac_carrier_new(context, &address, false, &carrier, &error));
    return carrier;
}

static const struct bytes question = {(const uint8_t *)"pergunta", 8};

#define EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void issue_5_a_hostile_ac_is_an_answer_that_did_not_come(void **state)
{
    (void)state;
    static const struct {
        const char *name, *head;
        size_t body;
    } cases[] = {
        {"hangs up", NULL, 0},
        {"no HTTP", "bom dia\r\n\r\n", 0},
        {"an error of its own", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 0},
        {"not found", "HTTP/1.1 404 Não\r\nContent-Length: 2\r\n\r\n", 2},
        {"no content", "HTTP/1.1 204 No Content\r\n\r\n", 0},
        {"longer than it may be", "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n", AC_ANSWER_MAX + 1},
        {"without end", "HTTP/1.1 200 OK\r\n\r\n", 4 * AC_ANSWER_MAX},
        {"shorter than it says", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 50},
        {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n", 16},
        {"a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TALLOC_CTX *context = talloc_new(NULL);
        struct ra_error error = {0};
        struct bytes answer = {NULL, 0};
        struct ac ac = {.head = cases[i].head, .body = cases[i].body};
        open_ac(&ac);
        struct ac_carrier *carrier = carrier_to(context, ac.url);
        if (ac_carry(carrier, context, question, &answer, &error))
            fail_msg("%s was believed", cases[i].name);
        assert_int_equal(error.code, RA_UPSTREAM);
        assert_null(answer.data);
        ac.head = EMPTY; /* the next one is carried as if nothing had been */
        assert_true(ac_carry(carrier, context, question, &answer, &error));
        assert_int_equal(answer.length, 0);
        talloc_free(context);
        close_ac(&ac);
    }
}

/* An answer of the length it may have is carried whole. */
static void an_answer_of_full_length_is_carried(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes answer = {NULL, 0};
    struct ac ac = {.head = "HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n", .body = AC_ANSWER_MAX};
    open_ac(&ac);
    assert_true(ac_carry(carrier_to(context, ac.url), context, question, &answer, &error));
    assert_int_equal(answer.length, AC_ANSWER_MAX);
    talloc_free(context);
    close_ac(&ac);
}

/* Nobody else is asked: what an AC says of another place is not followed, by no verb. */
static void issue_5_an_ac_cannot_send_us_elsewhere(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes answer = {NULL, 0};
    struct ac elsewhere = {.head = EMPTY}, ac = {0};
    char head[HEAD_MAX];
    open_ac(&elsewhere);
    snprintf(head, sizeof head, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
             elsewhere.url);
    ac.head = head;
    open_ac(&ac);
    struct ac_carrier *carrier = carrier_to(context, ac.url);
    assert_false(ac_carry(carrier, context, question, &answer, &error));
    assert_int_equal(error.code, RA_UPSTREAM);
    assert_false(ac_fetch(carrier, context, ac.url, AC_ANSWER_MAX, &answer, &error));
    assert_false(ac_post(carrier, context, ac.url, "Content-Type: application/ocsp-request", question,
                         AC_ANSWER_MAX, &answer, &error));
    assert_int_equal(atomic_load(&ac.asked), 3);
    assert_int_equal(atomic_load(&elsewhere.asked), 0);
    talloc_free(context);
    close_ac(&ac);
    close_ac(&elsewhere);
}

/* Files and other protocols are no AC's address; production is https. */
static void only_addresses_of_the_web_are_asked(void **state)
{
    (void)state;
    static const char *const others[] = {"file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/a",
                                         "", "dict://127.0.0.1/a"};
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes answer = {NULL, 0};
    struct ac_carrier *carrier = carrier_to(context, "http://127.0.0.1:1/cmp");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct ac_carrier *none = NULL;
        const struct ac_address address = {others[i], "", "", 15};
        assert_false(ac_carrier_new(context, &address, false, &none, &error));
        assert_false(ac_fetch(carrier, context, others[i], AC_ANSWER_MAX, &answer, &error));
        assert_int_equal(error.code, RA_UPSTREAM);
    }
    struct ac_carrier *none = NULL;
    const struct ac_address open = {"http://127.0.0.1:1/cmp", "", "", 15};
    assert_false(ac_carrier_new(context, &open, true, &none, &error));
    assert_false(ac_carry(carrier, context, question, &answer, &error)); /* nobody there */
    assert_int_equal(error.code, RA_UPSTREAM);
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_5_a_hostile_ac_is_an_answer_that_did_not_come),
        cmocka_unit_test(an_answer_of_full_length_is_carried),
        cmocka_unit_test(issue_5_an_ac_cannot_send_us_elsewhere),
        cmocka_unit_test(only_addresses_of_the_web_are_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
