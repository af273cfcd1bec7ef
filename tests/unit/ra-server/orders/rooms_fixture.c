/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rooms_fixture.h"

#include "agenda/agenda.h"
#include "agenda/agenda_inbox.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_links.h"
#include "agenda/agenda_place.h"
#include "agenda/agenda_waiting.h"
#include "agenda/hours/duration.h"
#include "audit/audit.h"
#include "authorization/authorization.h"
#include "catalog/catalog.h"
#include "db/migrate.h"
#include "http/floor_routes.h"
#include "http/server.h"
#include "http/template.h"
#include "identification/identification.h"
#include "jobs.h"
#include "notice/notice.h"
#include "orders/orders.h"
#include "pki/base/file.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const struct room *const tested[] = {
    &catalog_room,      &audit_room,        &orders_room,        &orders_public_room,  &orders_login_room,
    &agenda_room,       &notice_room,       &agenda_routes_room, &agenda_hold_room,    &agenda_waiting_room,
    &agenda_links_room, &agenda_inbox_room, &agenda_place_room,  &identification_room,
};
enum { TESTED = sizeof tested / sizeof tested[0] };

static char home[64];
static struct ra_app *app;
static struct http_server *server;
static struct jobs *jobs;
static atomic_uint people;

/* --- the instance --- */

static void make_folders(void)
{
    static const char *const names[] = {"run", "keys", "dossier", "mail"};
    char path[160];
    snprintf(home, sizeof home, "/tmp/ra-rooms.XXXXXX");
    assert_non_null(mkdtemp(home));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static void read_config(void)
{
    struct ra_error error = {0};
    const char *folder = getenv("RA_TEST_PG");
    char sources[4096]; /* ctest starts unit tests at the top of the sources */
    assert_non_null(folder);
    assert_non_null(getcwd(sources, sizeof sources));
    char *text = talloc_asprintf(
        app,
        "home = %s\ndatabase = host=%s dbname=ra user=ra_app\n"
        "database_owner = host=%s dbname=ra user=ra_owner\n"
        "migrations_dir = %s/sql/migrations\nrules_dir = %s/sql/rules\n"
        "profiles_dir = %s/pki/profiles\ntemplates_dir = %s/web/templates\npublic_url = http://ar.example\n"
        "video_url = https://video.example/\n"
        "workers_public = 8\nworkers_office = 1\nrate_per_minute = 1000000\n",
        home, folder, folder, sources, sources, sources, sources);
    assert_non_null(text);
    assert_done(config_parse(app, "test", text, &app->config, &error));
    assert_done(migrate(app->config, &error));
}

static void start_rooms(void)
{
    static const struct job *list[TESTED];
    struct ra_error error = {0};
    struct db *db = rooms_db();
    size_t count = 0;
    for (size_t i = 0; i < TESTED; i++) {
        if (tested[i]->start != NULL)
            assert_done(tested[i]->start(app, db, &error));
        if (tested[i] == &notice_room || tested[i] == &agenda_room || tested[i] == &orders_login_room)
            list[count++] = &tested[i]->jobs[0];
    }
    talloc_free(db);
    assert_done(jobs_start(app, app, list, count, &jobs, &error));
}

int rooms_start(void **state)
{
    struct ra_error error = {0};
    struct templates *templates = NULL;
    struct route_table tables[TESTED + 1] = {{floor_routes, floor_route_count}};
    (void)state;
    make_folders();
    app = talloc_zero(NULL, struct ra_app);
    assert_non_null(app);
    read_config();
    assert_done(templates_load(app, app->config->templates_dir, &templates, &error));
    app->templates = templates;
    app->permit = authorization_permit;
    start_rooms();
    for (size_t i = 0; i < TESTED; i++)
        tables[i + 1] = (struct route_table){tested[i]->routes, tested[i]->route_count};
    assert_done(http_server_start(app, app, tables, TESTED + 1, &server, &error));
    return 0;
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char below[512];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (remove(below) != 0)
            remove_folder(below);
    }
    closedir(folder);
    rmdir(path);
}

int rooms_stop(void **state)
{
    (void)state;
    http_server_stop(server);
    jobs_stop(jobs);
    for (size_t i = TESTED; i > 0; i--)
        if (tested[i - 1]->stop != NULL)
            tested[i - 1]->stop(app);
    talloc_free(app);
    remove_folder(home);
    return 0;
}

struct ra_app *rooms_app(void)
{
    return app;
}

struct db *rooms_db(void)
{
    struct ra_error error = {0};
    struct db *db = NULL;
    assert_done(db_connect(NULL, app->config->database, &statement_table, 0, &db, &error));
    return db;
}

char *owner_sql(const char *sql)
{
    const struct statement_row row = {"test", sql, NULL, 0, "test"};
    const struct statement_table table = {&row, 1};
    struct ra_error error = {0};
    struct db *db = NULL;
    struct db_rows *rows = NULL;
    assert_done(db_connect(NULL, app->config->database_owner, &table, 0, &db, &error));
    assert_done(db_query(db, db, (enum db_statement)0, DB_NO_VALUES, &rows, &error));
    char *value = talloc_strdup(NULL, db_row_count(rows) > 0 ? row_text(rows, 0, "value") : "");
    talloc_free(db);
    assert_non_null(value);
    return value;
}

void rooms_refresh(void)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    assert_done(catalog_refresh(app, db, &error));
    assert_done(duration_load(agenda_durations_of(app), db, &error));
    assert_done(agenda_publish(app, db, db, clock_now_us(&app->clock), &error));
    assert_done(agenda_load_memory(app, db, db, clock_now_us(&app->clock), &error));
    talloc_free(db);
}

/* --- the client --- */

static char *exchange(const char *request)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/run/public.sock", home);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *answer = talloc_strdup(NULL, "");
    char piece[16384];
    size_t length = strlen(request);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) {
        close(fd);
        return answer;
    }
    for (ssize_t got; (got = recv(fd, piece, sizeof piece, 0)) > 0;)
        answer = talloc_strndup_append(answer, piece, (size_t)got);
    close(fd);
    return answer;
}

/* The value of a header up to a stop character, on `context`; NULL when it is not there. */
static char *header(TALLOC_CTX *context, const char *answer, const char *name, const char *stops)
{
    const char *at = strstr(answer, name);
    return at == NULL ? NULL : talloc_strndup(context, at + strlen(name), strcspn(at + strlen(name), stops));
}

static struct answer *request_answer(const char *request)
{
    struct answer *answer = talloc_zero(NULL, struct answer);
    char *text = exchange(request);
    const char *body = strstr(text, "\r\n\r\n");
    answer->status = strlen(text) > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
    answer->body = talloc_strdup(answer, body != NULL ? body + 4 : "");
    answer->json = json_loads(answer->body, 0, NULL);
    answer->cookie = header(answer, text, "Set-Cookie: ", ";\r");
    answer->location = header(answer, text, "Location: ", "\r");
    talloc_free(text);
    return answer;
}

struct answer *ask(const char *method, const char *path, const char *token, const char *body)
{
    char *request =
        talloc_asprintf(NULL, "%s %s HTTP/1.1\r\nHost: ar.example\r\nConnection: close\r\n", method, path);
    if (token != NULL)
        request = talloc_asprintf_append(request, "Authorization: Bearer %s\r\n", token);
    if (body != NULL)
        request = talloc_asprintf_append(
            request, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        request = talloc_asprintf_append(request, "%s\r\n",
                                         strcmp(method, "GET") == 0 ? "" : "Content-Length: 0\r\n");
    struct answer *answer = request_answer(request);
    talloc_free(request);
    return answer;
}

struct answer *browse(const char *path, const char *cookie, const char *form)
{
    char *request =
        talloc_asprintf(NULL,
                        "%s %s HTTP/1.1\r\nHost: ar.example\r\nConnection: close\r\nAccept: text/html\r\n"
                        "Sec-Fetch-Site: same-origin\r\n",
                        form != NULL ? "POST" : "GET", path);
    if (cookie != NULL)
        request = talloc_asprintf_append(request, "Cookie: %s\r\n", cookie);
    if (form != NULL)
        request = talloc_asprintf_append(
            request, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
            strlen(form));
    request = talloc_asprintf_append(request, "\r\n%s", form != NULL ? form : "");
    struct answer *answer = request_answer(request);
    talloc_free(request);
    return answer;
}

void answer_free(struct answer *answer)
{
    json_decref(answer->json);
    talloc_free(answer);
}

const char *answer_text(const struct answer *answer, const char *name)
{
    return json_string_value(json_object_get(answer->json, name));
}

/* --- orders --- */

static char check_digit(const char *digits, int weight)
{
    int sum = 0;
    for (; *digits != '\0'; digits++)
        sum += (*digits - '0') * weight--;
    return (char)('0' + (sum % 11 < 2 ? 0 : 11 - sum % 11));
}

static void make_cpf(unsigned number, char cpf[12])
{
    snprintf(cpf, 12, "%09u", number % 1000000000U);
    cpf[9] = check_digit(cpf, 10);
    cpf[10] = '\0';
    cpf[10] = check_digit(cpf, 11);
    cpf[11] = '\0';
}

char *order_body(unsigned number, char cpf[12], char email[64])
{
    make_cpf(number, cpf);
    snprintf(email, 64, "pessoa%u@cidadao.example", number);
    return talloc_asprintf(NULL,
                           "{\"product\":\"ecpf-a1\",\"holder\":{\"name\":\"Marina Prado\",\"cpf\":\"%s\","
                           "\"birth_date\":\"1985-08-15\",\"email\":\"%s\",\"phone\":\"199%08u\"}}",
                           cpf, email, number % 100000000U);
}

struct placed place_order(void)
{
    struct placed placed = {.code = ""};
    char *body = order_body(10000000U + atomic_fetch_add(&people, 1) * 7U, placed.cpf, placed.email);
    struct answer *answer = ask("POST", "/api/orders", NULL, body);
    if (answer->status != 201)
        fail_msg("order refused: %d %s", answer->status, answer->body);
    snprintf(placed.code, sizeof placed.code, "%s", answer_text(answer, "order"));
    snprintf(placed.token, sizeof placed.token, "%s", answer_text(answer, "token"));
    answer_free(answer);
    talloc_free(body);
    return placed;
}

/* --- mail --- */

static void unquote(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        char pair[3] = {at[0] == '=' ? at[1] : '\0', at[0] == '=' ? at[2] : '\0', '\0'};
        uint8_t octet;
        if (at[0] == '=' && at[1] == '\r')
            at += 3;
        else if (at[0] == '=' && hex_decode(pair, &octet, 1)) {
            *to++ = (char)octet;
            at += 3;
        } else
            *to++ = *at++;
    }
    *to = '\0';
}

static char *newest_mail(const char *address)
{
    char folder[160], wanted[160], best[300] = "";
    char *found = NULL;
    snprintf(folder, sizeof folder, "%s/mail", home);
    snprintf(wanted, sizeof wanted, "To: <%s>", address);
    DIR *files = opendir(folder);
    assert_non_null(files);
    for (struct dirent *entry; (entry = readdir(files)) != NULL;) {
        char path[512];
        struct bytes content;
        struct ra_error error = {0};
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".eml") == NULL || strcmp(entry->d_name, best) < 0 ||
            !file_read(app, path, 1 << 20, &content, &error) ||
            strstr((const char *)content.data, wanted) == NULL)
            continue;
        snprintf(best, sizeof best, "%s", entry->d_name);
        talloc_free(found);
        found = talloc_strdup(NULL, (const char *)content.data);
    }
    closedir(files);
    return found;
}

char *mail_to(const char *address)
{
    for (int i = 0; i < 200; i++) {
        char *waiting =
            owner_sql("select ((select count(*) from ra.login_ask) + (select count(*) from ra.outbox where "
                      "state = 'pending'))::text as value");
        bool empty = strcmp(waiting, "0") == 0;
        talloc_free(waiting);
        char *mail = empty ? newest_mail(address) : NULL;
        if (mail != NULL) {
            unquote(mail);
            return mail;
        }
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    fail_msg("no mail to %s", address);
    return NULL;
}
