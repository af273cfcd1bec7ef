/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Issue 2.1, "mail through libcurl SMTP": what reaches a mail server, byte for byte, and what its refusals
 * mean.
 */
#include "notice/notice_internal.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A mail server for one connection, with one answer of its own choosing. */
struct mail_server {
    int listener;
    pthread_t thread;
    const char *on;     /* the command that gets `answer`, or NULL: everything is accepted */
    const char *answer; /* "550 …" */
    char from[200], to[200], data[2000];
};

static void answer(FILE *stream, const char *line)
{
    fprintf(stream, "%s\r\n", line);
    fflush(stream);
}

static void read_data(struct mail_server *server, FILE *in, FILE *out)
{
    char line[1000];
    answer(out, "354 go on");
    while (fgets(line, sizeof line, in) != NULL && strcmp(line, ".\r\n") != 0)
        strncat(server->data, line, sizeof server->data - strlen(server->data) - 1);
    answer(out, "250 taken");
}

static void note_address(char *address, size_t size, const char *text)
{
    snprintf(address, size, "%.*s", (int)strcspn(text, "\r "), text);
}

static void *serve(void *argument)
{
    struct mail_server *server = argument;
    int connection = accept(server->listener, NULL, NULL);
    FILE *in = fdopen(connection, "r"), *out = fdopen(dup(connection), "w");
    char line[1000];
    answer(out, "220 test");
    while (fgets(line, sizeof line, in) != NULL) {
        if (strncasecmp(line, "MAIL FROM:", 10) == 0)
            note_address(server->from, sizeof server->from, line + 10);
        if (strncasecmp(line, "RCPT TO:", 8) == 0)
            note_address(server->to, sizeof server->to, line + 8);
        if (server->on != NULL && strncasecmp(line, server->on, strlen(server->on)) == 0)
            answer(out, server->answer);
        else if (strncasecmp(line, "DATA", 4) == 0)
            read_data(server, in, out);
        else
            answer(out, "250 test");
    }
    fclose(out);
    fclose(in);
    return NULL;
}

static bool send_to(struct mail_server *server, const char *mail, struct ra_error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct config config = {0};
    struct ra_app app = {.config = &config};
    struct job_run run = {.context = talloc_new(NULL), .app = &app};
    struct notice_row row = {.id = 1, .recipient = "marina@example.org"};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 1), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    config.smtp_url = talloc_asprintf(run.context, "smtp://127.0.0.1:%u", ntohs(address.sin_port));
    config.smtp_from = "certificado@example.org";
    bool sent = notice_send(&run, &row, bytes_of_text(mail), error);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    talloc_free(run.context);
    return sent;
}

static void a_mail_arrives_as_it_was_made(void **state)
{
    (void)state;
    struct mail_server server = {0};
    struct ra_error error = {0};
    assert_true(send_to(&server, "Subject: x\r\n\r\n.um ponto\r\nfim\r\n", &error));
    assert_string_equal(server.from, "<certificado@example.org>");
    assert_string_equal(server.to, "<marina@example.org>");
    assert_string_equal(server.data, "Subject: x\r\n\r\n..um ponto\r\nfim\r\n");
}

static void refused_for_good_is_not_refused_for_now(void **state)
{
    (void)state;
    static const struct {
        const char *on, *answer;
        enum ra_error_code code;
    } cases[] = {{"RCPT", "550 nobody of that name", RA_INVALID},
                 {"RCPT", "450 come later", RA_UNAVAILABLE},
                 {"DATA", "554 no", RA_INVALID},
                 {"DATA", "451 come later", RA_UNAVAILABLE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_server server = {.on = cases[i].on, .answer = cases[i].answer};
        struct ra_error error = {0};
        assert_false(send_to(&server, "Subject: x\r\n\r\nfim\r\n", &error));
        assert_int_equal(error.code, cases[i].code);
        assert_null(strstr(error.detail, "marina"));
        assert_string_equal(server.data, "");
    }
}

static void a_server_that_is_away_is_asked_again(void **state)
{
    (void)state;
    struct config config = {.smtp_url = "smtp://127.0.0.1:1", .smtp_from = "certificado@example.org"};
    struct ra_app app = {.config = &config};
    struct job_run run = {.context = talloc_new(NULL), .app = &app};
    struct notice_row row = {.id = 1, .recipient = "marina@example.org"};
    struct ra_error error = {0};
    assert_false(notice_send(&run, &row, bytes_of_text("Subject: x\r\n\r\nfim\r\n"), &error));
    assert_int_equal(error.code, RA_UNAVAILABLE);
    talloc_free(run.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_arrives_as_it_was_made),
        cmocka_unit_test(refused_for_good_is_not_refused_for_now),
        cmocka_unit_test(a_server_that_is_away_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
