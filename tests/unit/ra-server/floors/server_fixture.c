/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server_fixture.h"

#include "check.h"
#include "db/db.h"
#include "db/migrate.h"
#include "http/floor_routes.h"
#include "http/template.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

atomic_int handled;
atomic_int after_commits;
atomic_int failures_to_come;
atomic_int hold;
atomic_int forbidden;

/* --- routes --- */

static bool echo(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)error;
    json_t *names = json_array();
    for (size_t i = 0; i < request->headers.count; i++)
        json_array_append_new(names, json_string(request->headers.items[i].name));
    const char *word = http_query(request, "word");
    const char *cookie = http_cookie(request, "guiche");
    http_reply(response, 200,
               json_pack("{s:o, s:s, s:s, s:i, s:b}", "headers", names, "word", word != NULL ? word : "",
                         "cookie", cookie != NULL ? cookie : "", "certificate_bytes",
                         (int)request->client_certificate.length, "loopback", request->peer_is_loopback));
    return true;
}

static void count_commit(struct ra_app *app, void *argument)
{
    (void)app;
    (void)argument;
    atomic_fetch_add(&after_commits, 1);
}

/* Leaves a row that a test can count: the table of kept answers takes any scope. */
static bool leave_a_row(struct http_request *request, const char *scope, struct ra_error *error)
{
    uint8_t key[32];
    struct bytes bytes = {key, sizeof key};
    if (!random_bytes(key, sizeof key))
        return ra_fail(error, RA_CRYPTO, "random");
    return db_exec(request->db, STATEMENT_IDEMPOTENCY_INSERT,
                   DB_VALUES(db_text(scope), db_bytes(bytes), db_bytes(bytes), db_int(200), db_text(""),
                             db_bytes(bytes), db_time(request->now_us)),
                   NULL, error);
}

static bool create(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    atomic_fetch_add(&handled, 1);
    const char *cpf = http_text(request->body, "holder.cpf");
    http_reply(response, 200, json_pack("{s:[s]}", "alternatives", "10:00"));
    if (!leave_a_row(request, "test-create", error) || !http_after_commit(request, count_commit, NULL, error))
        return false;
    if (http_text(request->body, "keep") != NULL)
        http_keep_changes(request);
    if (cpf == NULL || strlen(cpf) != 11)
        return ra_fail_field(error, "holder.cpf", "length", "O CPF tem 11 dígitos.");
    http_reply(response, 201, json_pack("{s:s, s:i}", "order", "ABC", "run", atomic_load(&handled)));
    http_set_header(response, "Location", "/api/orders/ABC");
    http_set_cookie(response, "guiche", "token", 3600);
    http_see_other(request, response, "/pedido/ABC");
    return true;
}

static bool form_model(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)error;
    http_reply(response, 200, json_pack("{s:[{s:s}]}", "products", "name", "e-CPF A1"));
    return true;
}

static bool upload(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    atomic_fetch_add(&handled, 1);
    uint8_t first = 0;
    if (request->raw_length > 0 && read(request->raw_fd, &first, 1) != 1)
        return ra_fail_errno(error, "read");
    const char *digest = hex_encode(request->context, (struct bytes){request->raw_sha256, 32});
    http_reply(response, 200,
               json_pack("{s:I, s:s, s:i}", "length", (json_int_t)request->raw_length, "sha256", digest,
                         "first", first));
    return true;
}

static bool slow(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)error;
    atomic_fetch_add(&handled, 1);
    for (int i = 0; i < 1000 && atomic_load(&hold) == 1; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    http_reply(response, 200, json_pack("{s:b}", "slow", 1));
    return true;
}

static bool race(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    atomic_fetch_add(&handled, 1);
    if (!leave_a_row(request, "test-race", error))
        return false;
    if (atomic_fetch_sub(&failures_to_come, 1) > 0)
        return ra_fail_reason(error, RA_CONFLICT, "serialization", "%s", "");
    http_reply(response, 200, json_pack("{s:i}", "run", atomic_load(&handled)));
    return true;
}

static bool careless(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    http_reply(response, 200, json_object());
    return db_begin(request->db, error);
}

/* The handler is content, the record of its answer fails: PostgreSQL takes no such byte in a text. */
static bool unrecordable(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)error;
    http_reply(response, 201, json_pack("{s:s}", "token", "a-secret"));
    http_reply_bytes(response, 201, "text/\xFF", bytes_of_text("a-secret"));
    http_set_cookie(response, "guiche", "a-secret", 3600);
    return true;
}

/* Wants to keep its row, then a statement fails and takes the whole transaction with it. */
static bool abort_itself(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)response;
    http_keep_changes(request);
    return leave_a_row(request, "test-abort", error) && leave_a_row(request, "test-abort-\xFF", error);
}

/* Wants to keep its row, and refuses; the row goes with the commit, which finds that it does not fit. */
static bool keep_in_vain(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)response;
    uint8_t key[32] = {0};
    struct bytes bytes = {key, sizeof key};
    http_keep_changes(request);
    return leave_a_row(request, "test-vain", error) &&
           db_exec_later(request->db, STATEMENT_IDEMPOTENCY_INSERT,
                         DB_VALUES(db_text("test-vain-\xFF"), db_bytes(bytes), db_bytes(bytes), db_int(200),
                                   db_text(""), db_bytes(bytes), db_time(request->now_us)),
                         error) &&
           ra_fail(error, RA_FORBIDDEN, "%s", "");
}

static bool forget_a_transaction(struct http_request *request, struct ra_error *error)
{
    return db_begin(request->db, error) && ra_fail(error, RA_FORBIDDEN, "%s", "");
}

static bool own(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)error;
    atomic_fetch_add(&handled, 1);
    http_reply(response, 200,
               json_pack("{s:i, s:b}", "run", atomic_load(&handled), "in_transaction",
                         db_in_transaction(request->db)));
    return true;
}

static bool at_once(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    if (http_query(request, "refuse") != NULL)
        return ra_fail_field(error, "refuse", "range", "Assim não.");
    http_reply(response, 200, json_pack("{s:b}", "database", request->db != NULL));
    return true;
}

static bool give_file(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    int fd = -1;
    if (!http_temporary_file(request, &fd, error))
        return false;
    if (write(fd, "0123456789", 10) != 10 || lseek(fd, 0, SEEK_SET) != 0)
        return ra_fail_errno(error, "write");
    http_reply_file(response, 200, "application/zip", fd, 10);
    http_set_attachment(response, "relatório 1.zip");
    return true;
}

static bool nobody(struct http_request *request, struct ra_error *error)
{
    (void)request;
    return ra_fail(error, RA_UNAUTHENTICATED, "%s", "");
}

#define COMMON(handler_, operation_)                                                                         \
    .listeners = HTTP_BOTH, .authorize = http_anyone, .handler = handler_, .operation = operation_,          \
    .summary = operation_

static const struct http_route test_routes[] = {
    {COMMON(echo, "echo"), .method = HTTP_GET, .api_path = "/api/echo"},
    {COMMON(create, "create"), .method = HTTP_POST, .api_path = "/api/orders", .page_path = "/pedido",
     .page_template = "pedido", .form_model = form_model, .body = HTTP_BODY_JSON, .statuses = {201}},
    {COMMON(form_model, "form"), .method = HTTP_GET, .page_path = "/pedido", .page_template = "pedido"},
    {COMMON(upload, "upload"), .method = HTTP_POST, .api_path = "/api/upload", .body = HTTP_BODY_RAW,
     .body_limit = 1 << 20},
    {COMMON(slow, "slow"), .method = HTTP_GET, .api_path = "/api/slow", .transaction = HTTP_OWN},
    {COMMON(race, "race"), .method = HTTP_POST, .api_path = "/api/race"},
    {COMMON(careless, "careless"), .method = HTTP_POST, .api_path = "/api/careless", .transaction = HTTP_OWN},
    {COMMON(own, "own"), .method = HTTP_POST, .api_path = "/api/own", .transaction = HTTP_OWN},
    {COMMON(at_once, "atOnce"), .method = HTTP_GET, .api_path = "/api/at-once", .transaction = HTTP_AT_ONCE},
    {COMMON(abort_itself, "abort"), .method = HTTP_POST, .api_path = "/api/abort"},
    {COMMON(keep_in_vain, "keepInVain"), .method = HTTP_POST, .api_path = "/api/keep-in-vain"},
    {COMMON(unrecordable, "unrecordable"), .method = HTTP_POST, .api_path = "/api/unrecordable"},
    {COMMON(unrecordable, "unrecordableOwn"), .method = HTTP_POST, .api_path = "/api/unrecordable-own",
     .transaction = HTTP_OWN},
    {.listeners = HTTP_BOTH,
     .authorize = forget_a_transaction,
     .handler = own,
     .operation = "forgetful",
     .summary = "forgetful",
     .method = HTTP_POST,
     .api_path = "/api/forgetful",
     .transaction = HTTP_OWN},
    {COMMON(give_file, "file"), .method = HTTP_GET, .api_path = "/api/file"},
    {.listeners = HTTP_BOTH,
     .authorize = nobody,
     .handler = echo,
     .operation = "closed",
     .summary = "closed",
     .method = HTTP_GET,
     .api_path = "/api/closed",
     .page_path = "/fechado",
     .page_template = "pedido"},
    {.listeners = HTTP_BOTH,
     .authorize = nobody,
     .handler = echo,
     .form_model = form_model,
     .operation = "closedPost",
     .summary = "closedPost",
     .method = HTTP_POST,
     .page_path = "/fechado",
     .page_template = "pedido"},
};

/* --- the instance --- */

static char home[64];
static struct ra_app *app;
static struct http_server *server;
static char answer[4 << 20];

static void write_file(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folders(void)
{
    static const char *const names[] = {"run", "keys", "dossier", "templates"};
    char path[160];
    snprintf(home, sizeof home, "/tmp/ra-server.XXXXXX");
    assert_non_null(mkdtemp(home));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    write_file("templates/pedido.html",
               "<h1>Pedido</h1>{{#errors}}<li>{{field}}: {{message}}</li>{{/errors}}"
               "<p>{{error_by_field.holder.cpf}}</p><input value=\"{{form.holder.cpf}}\">"
               "{{#products}}<option>{{name}}</option>{{/products}}<input name=\"_form_key\" "
               "value=\"{{site.form_key}}\">");
    write_file(
        "templates/erro.html",
        "<h1>{{problem.title}}</h1>{{#is.unauthenticated}}<a href=\"/entrar\">{{/is.unauthenticated}}");
}

static bool fixture_permit(struct http_request *request, struct ra_error *error)
{
    (void)request;
    return atomic_load(&forbidden) == 0 || ra_fail_reason(error, RA_FORBIDDEN, "test-matrix", "%s", "");
}

bool fixture_try(const char *settings, struct ra_error *failure)
{
    struct ra_error error = {0};
    const char *folder = getenv("RA_TEST_PG");
    char sources[4096]; /* ctest starts unit tests at the top of the sources */
    assert_non_null(folder);
    assert_non_null(getcwd(sources, sizeof sources));
    make_folders();
    app = talloc_zero(NULL, struct ra_app);
    char *text = talloc_asprintf(app,
                                 "home = %s\ndatabase = host=%s dbname=ra user=ra_app\n"
                                 "database_owner = host=%s dbname=ra user=ra_owner\n"
                                 "migrations_dir = %s/sql/migrations\nrules_dir = %s/sql/rules\n"
                                 "profiles_dir = %s/pki/profiles\n"
                                 "templates_dir = templates\nworkers_office = 1\n%s",
                                 home, folder, folder, sources, sources, sources, settings);
    assert_non_null(text);
    assert_done(config_parse(app, "test", text, &app->config, &error));
    assert_done(migrate(app->config, &error));
    struct templates *templates = NULL;
    assert_done(templates_load(app, app->config->templates_dir, &templates, &error));
    app->templates = templates;
    app->permit = atomic_load(&forbidden) < 0 ? NULL : fixture_permit;
    const struct route_table tables[] = {{floor_routes, floor_route_count},
                                         {test_routes, sizeof test_routes / sizeof test_routes[0]}};
    atomic_store(&handled, 0);
    atomic_store(&after_commits, 0);
    atomic_store(&failures_to_come, 0);
    atomic_store(&hold, 0);
    server = NULL;
    return http_server_start(app, app, tables, 2, &server, failure);
}

void fixture_start(const char *settings)
{
    struct ra_error error = {0};
    assert_done(fixture_try(settings, &error));
}

void fixture_stop(void)
{
    static const char *const names[] = {"templates/pedido.html",
                                        "templates/erro.html",
                                        "keys/idempotency.key",
                                        "run",
                                        "keys",
                                        "dossier",
                                        "templates",
                                        ""};
    char path[160];
    if (server != NULL)
        http_server_stop(server);
    talloc_free(app);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        assert_int_equal(remove(path), 0);
    }
}

/* --- the client --- */

int fixture_connect(enum http_listener listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/%s.sock", home,
             listener == HTTP_PUBLIC ? "public" : "office");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

const char *fixture_read(int fd)
{
    size_t length = 0;
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    while (length < sizeof answer - 1 && poll(&waiting, 1, 10000) == 1) {
        ssize_t got = recv(fd, answer + length, sizeof answer - 1 - length, 0);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    answer[length] = '\0';
    close(fd);
    return length > 0 ? answer : NULL;
}

const char *fixture_ask(enum http_listener listener, const char *request, size_t length)
{
    int fd = fixture_connect(listener);
    for (size_t at = 0; at < length;) {
        ssize_t sent = send(fd, request + at, length - at, MSG_NOSIGNAL);
        if (sent <= 0)
            break; /* the server may answer and close before it has everything */
        at += (size_t)sent;
    }
    return fixture_read(fd);
}

const char *fixture_send(enum http_listener listener, const char *line, const char *headers, const char *body)
{
    char *request =
        talloc_asprintf(NULL, "%s HTTP/1.1\r\nHost: ar.example\r\nConnection: close\r\n%s", line, headers);
    if (body != NULL)
        request = talloc_asprintf_append(request, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        request = talloc_asprintf_append(request, "\r\n");
    assert_non_null(request);
    const char *got = fixture_ask(listener, request, strlen(request));
    talloc_free(request);
    return got;
}

int status_of(const char *text)
{
    return text != NULL && strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10) : 0;
}

const char *body_of(const char *text)
{
    const char *empty = text != NULL ? strstr(text, "\r\n\r\n") : NULL;
    return empty != NULL ? empty + 4 : "";
}
