/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-server: the table of contents. Configuration, clock, templates, rooms, jobs, listeners; then it waits
 * for the signal that ends it.
 */
#include "app.h"
#include "authorization/authorization.h"
#include "config/config.h"
#include "db/db.h"
#include "db/migrate.h"
#include "http/events.h"
#include "http/floor_routes.h"
#include "http/openapi.h"
#include "http/server.h"
#include "http/template.h"
#include "inbox.h"
#include "instance_lock.h"
#include "jobs.h"
#include "log.h"
#include "rooms.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* rooms.c may name several entries for one room, each with its table. */
enum { TABLES_MAX = 2 * ROOM_COUNT + 1, LIST_MAX = 64 };

static struct route_table tables[TABLES_MAX];
static size_t table_count;
static const struct job *job_list[LIST_MAX];
static size_t job_count;
static const struct health_part *health_list[LIST_MAX];
static size_t health_count;

/* The floor's own entries, then those of every room. */
static bool collect(struct ra_error *error)
{
    tables[table_count++] = (struct route_table){floor_routes, floor_route_count};
    job_list[job_count++] = &floor_sweep_job;
    for (size_t r = 0; rooms[r] != NULL; r++) {
        const struct room *room = rooms[r];
        if (table_count == TABLES_MAX || job_count + room->job_count > LIST_MAX ||
            health_count + room->health_count > LIST_MAX)
            return ra_fail(error, RA_INTERNAL, "room %s: the lists of main.c are full", room->name);
        tables[table_count++] = (struct route_table){room->routes, room->route_count};
        for (size_t i = 0; i < room->job_count; i++)
            job_list[job_count++] = &room->jobs[i];
        for (size_t i = 0; i < room->health_count; i++)
            health_list[health_count++] = &room->health[i];
    }
    return true;
}

/* --- serving --- */

static bool load_clock(struct ra_app *app, struct ra_error *error)
{
    if (!clock_load(&app->clock, app->config->clock_file, error))
        return false;
    if (app->config->production && app->clock.offset_s != 0)
        return ra_fail(error, RA_INVALID, "in production the clock has no offset (%s)",
                       app->config->clock_file);
    return true;
}

static bool make_openapi(TALLOC_CTX *context, enum http_listener listener, const char *url, json_t **document,
                         struct ra_error *error)
{
    struct router *router = NULL;
    if (!router_new(context, listener, tables, table_count, NULL, &router, error))
        return false;
    *document = openapi_document(router, listener, url);
    talloc_free(router);
    return *document != NULL || ra_fail(error, RA_NO_MEMORY, "OpenAPI");
}

static bool publish_openapi(const struct ra_app *app, TALLOC_CTX *context, struct ra_error *error)
{
    json_t *public = NULL;
    json_t *office = NULL;
    if (!make_openapi(context, HTTP_PUBLIC, app->config->public_url, &public, error) ||
        !make_openapi(context, HTTP_OFFICE, app->config->office_url, &office, error)) {
        json_decref(public);
        return false;
    }
    floor_set_openapi(public, office);
    return true;
}

static bool start_rooms(struct ra_app *app, TALLOC_CTX *context, size_t *started, struct ra_error *error)
{
    struct db *db = NULL;
    if (!db_connect(context, app->config->database, &statement_table,
                    (unsigned)app->config->statement_timeout_ms, &db, error))
        return false;
    bool done = true;
    for (*started = 0; done && rooms[*started] != NULL; ++*started) {
        const struct room *room = rooms[*started];
        done = room->start == NULL || room->start(app, db, error);
        db_rollback(db);
        if (!done)
            break;
    }
    talloc_free(db);
    return done;
}

static void stop_rooms(struct ra_app *app, size_t started)
{
    for (size_t i = started; i > 0; i--) {
        if (rooms[i - 1]->stop != NULL)
            rooms[i - 1]->stop(app);
    }
}

/* Signals are blocked in every thread and taken here. */
static void wait_for_end(const sigset_t *signals)
{
    int caught = 0;
    while (sigwait(signals, &caught) != 0)
        continue;
    log_event(LOG_LEVEL_INFO, "stopping", "{s:i}", "signal", caught);
}

static bool serve_with(struct ra_app *app, TALLOC_CTX *context, const sigset_t *signals,
                       struct ra_error *error)
{
    struct jobs *jobs = NULL;
    struct http_server *server = NULL;
    if (!jobs_start(context, app, job_list, job_count, &jobs, error))
        return false;
    bool served = http_server_start(context, app, tables, table_count, &server, error);
    if (served) {
        log_event(LOG_LEVEL_INFO, "started", "{s:i}", "statements", (int)statement_table.count);
        wait_for_end(signals);
        http_server_stop(server);
    }
    jobs_stop(jobs);
    return served;
}

static bool serve_locked(const struct config *config, TALLOC_CTX *context, struct ra_error *error)
{
    struct ra_app *app = talloc_zero(context, struct ra_app);
    struct templates *templates = NULL;
    size_t rooms_started = 0;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (app == NULL || pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return ra_fail(error, RA_INTERNAL, "signals");
    app->config = config;
    app->permit = authorization_permit;
    floor_set_health_parts(health_list, health_count);
    bool served = load_clock(app, error) && templates_load(context, config->templates_dir, &templates, error);
    app->templates = templates;
    served = served && events_new(context, &app->events, error) && publish_openapi(app, context, error) &&
             start_rooms(app, context, &rooms_started, error) && serve_with(app, context, &signals, error);
    stop_rooms(app, rooms_started);
    if (app->events != NULL)
        events_stop(app->events);
    floor_set_openapi(NULL, NULL);
    return served;
}

static bool serve(const struct config *config, TALLOC_CTX *context, struct ra_error *error)
{
    int lock = -1;
    if (!instance_lock_take(config, &lock, error))
        return false;
    bool served = serve_locked(config, context, error);
    close(lock);
    return served;
}

/* --- command line --- */

static bool print_openapi(const char *which, TALLOC_CTX *context, struct ra_error *error)
{
    bool public = strcmp(which, "public") == 0;
    if (!public && strcmp(which, "office") != 0)
        return ra_fail(error, RA_INVALID, "--openapi takes public or office");
    json_t *document = NULL;
    if (!make_openapi(context, public ? HTTP_PUBLIC : HTTP_OFFICE, "/", &document, error))
        return false;
    bool printed = json_dumpf(document, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(document);
    return printed || ra_fail(error, RA_IO, "standard output");
}

static void print_usage(FILE *output)
{
    fputs("ra-server --config FILE            serves until SIGTERM\n"
          "ra-server --config FILE --migrate  brings the database to this version\n"
          "ra-server --config FILE --receive-mail  files the mail on standard input; 75 when it cannot\n"
          "ra-server --openapi public|office  prints the OpenAPI document\n\n"
          "FILE holds key = value lines:\n\n",
          output);
    config_print_sample(output);
}

struct arguments {
    const char *config;
    const char *openapi;
    bool migrate;
    bool receive_mail;
    bool help;
};

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},  {"migrate", no_argument, NULL, 'm'},
        {"openapi", required_argument, NULL, 'o'}, {"receive-mail", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c')
            arguments->config = optarg;
        else if (option == 'm')
            arguments->migrate = true;
        else if (option == 'o')
            arguments->openapi = optarg;
        else if (option == 'r')
            arguments->receive_mail = true;
        else if (option == 'h')
            arguments->help = true;
        else
            return false;
    }
    return optind == argc && (arguments->help || arguments->openapi != NULL || arguments->config != NULL);
}

static bool run(const struct arguments *arguments, TALLOC_CTX *context, struct ra_error *error)
{
    const struct config *config = NULL;
    if (!collect(error))
        return false;
    if (arguments->openapi != NULL)
        return print_openapi(arguments->openapi, context, error);
    if (!config_load(context, arguments->config, &config, error))
        return false;
    if (arguments->receive_mail)
        return inbox_receive(config, STDIN_FILENO, error);
    return arguments->migrate ? migrate(config, error) : serve(config, context, error);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    if (!read_arguments(argc, argv, &arguments)) {
        print_usage(stderr);
        return 2;
    }
    if (arguments.help) {
        print_usage(stdout);
        return EXIT_SUCCESS;
    }
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    bool done = context != NULL && run(&arguments, context, &error);
    if (!done)
        log_error("cannot-go-on", argv[0], &error);
    talloc_free(context);
    if (!done && arguments.receive_mail) /* the mail server keeps the mail, or tells its sender */
        return error.code == RA_TOO_LARGE ? EX_DATAERR : EX_TEMPFAIL;
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
