/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/server.h"

#include "db/db.h"
#include "http/events.h"
#include "http/idempotency.h"
#include "http/limits.h"
#include "http/transfer.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    IO_THREADS = 2,
    CONNECTION_MEMORY = 128 << 10, /* bytes; also the size of the pieces in which bodies come */
    BACKLOG = 1024,
    DRAIN_S = 5,
    LISTENERS = 2,
};

struct http_server {
    struct ra_app *app;
    struct idempotency *idempotency;
    struct listener listeners[LISTENERS];
    size_t listener_count;
};

/* --- sockets --- */

/* A socket file of an earlier run is removed; anything else in its place is not ours to remove. */
static bool clear_place(const char *path, struct ra_error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || ra_fail_errno(error, path);
    if (!S_ISSOCK(status.st_mode))
        return ra_fail(error, RA_IO, "%s exists and is no socket", path);
    return unlink(path) == 0 || ra_fail_errno(error, path);
}

static bool open_socket(const char *path, int *result, struct ra_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ra_fail(error, RA_IO, "%s is too long for a socket", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (!clear_place(path, error))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ra_fail_errno(error, "socket");
    /* The process's umask may be tighter or looser: the mode is what the front's group needs, no more. */
    mode_t before = umask(0117);
    int bound = bind(fd, (const struct sockaddr *)&address, sizeof address);
    umask(before);
    if (bound != 0 || listen(fd, BACKLOG) != 0) {
        ra_fail_errno(error, path);
        close(fd);
        return false;
    }
    *result = fd;
    return true;
}

/* --- callbacks of the library --- */

static bool is_front(const struct listener *listener, int fd)
{
    int64_t wanted = listener->site.app->config->front_uid;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (wanted < 0)
        return true;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (int64_t)peer.uid == wanted;
}

/* A connection without a record is never served (transfer_begin). */
static void note_connection(void *argument, struct MHD_Connection *connection, void **slot,
                            enum MHD_ConnectionNotificationCode what)
{
    struct listener *listener = argument;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*slot != NULL)
            connections_remove(listener->connections, *slot);
        *slot = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == NULL)
        return;
    if (is_front(listener, info->connect_fd))
        *slot = connections_add(listener->connections, info->connect_fd);
    else
        log_event(LOG_LEVEL_WARNING, "stranger-on-socket", NULL);
}

/* The raw path and query are parsed by us: the library must not touch them. */
static size_t leave_escaped(void *argument, struct MHD_Connection *connection, char *text)
{
    (void)argument;
    (void)connection;
    return strlen(text);
}

RA_PRINTF(2, 0) static void note_library(void *argument, const char *format, va_list arguments)
{
    (void)argument;
    char text[256];
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_event(LOG_LEVEL_WARNING, "http-library", "{s:s%}", "text", text, strlen(text));
}

/* --- start --- */

static bool is_loopback_http(const char *url)
{
    static const char *const prefixes[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (strncmp(url, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return false;
}

/* What a listener needs before its first connection; the router was checked already. */
static bool equip(struct http_server *server, struct listener *listener, struct ra_error *error)
{
    const struct config *config = server->app->config;
    bool public = listener->site.listener == HTTP_PUBLIC;
    size_t count = (size_t)(public ? config->workers_public : config->workers_office);
    void **workers = talloc_zero_array(server, void *, (unsigned)count);
    if (workers == NULL)
        return ra_fail(error, RA_NO_MEMORY, "workers");
    for (size_t i = 0; i < count; i++) {
        struct db *db = NULL;
        if (!db_connect(server, config->database, &statement_table, (unsigned)config->statement_timeout_ms,
                        &db, error))
            return false;
        workers[i] = db;
    }
    if (public && !limits_new(server, config->rate_per_minute, &listener->site.limits, error))
        return false;
    listener->site.secure_cookies = !(public && is_loopback_http(config->public_url));
    return late_answers_new(server, &listener->site, &listener->late, error) &&
           connections_new(server, &listener->connections, error) &&
           work_queue_new(server, transfer_work, workers, count, (size_t)config->queue_limit,
                          &listener->queue, error);
}

static const char *socket_path(const struct listener *listener)
{
    const struct config *config = listener->site.app->config;
    return listener->site.listener == HTTP_PUBLIC ? config->public_socket : config->office_socket;
}

static bool listen_now(struct listener *listener, struct ra_error *error)
{
    const struct config *config = listener->site.app->config;
    if (!open_socket(socket_path(listener), &listener->socket, error))
        return false;
    /* Not strict: its own refusals carry their header block twice. framing.h is stricter, and answers well.
     */
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        transfer_step, listener, MHD_OPTION_EXTERNAL_LOGGER, note_library, NULL, MHD_OPTION_LISTEN_SOCKET,
        listener->socket, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)IO_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)config->connection_limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_IDLE_S, MHD_OPTION_URI_LOG_CALLBACK,
        transfer_begin, listener, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, note_connection, listener, MHD_OPTION_NOTIFY_COMPLETED, transfer_end,
        listener, MHD_OPTION_END);
    return listener->daemon != NULL || ra_fail(error, RA_IO, "the HTTP library does not start");
}

static bool prepare_listener(struct http_server *server, enum http_listener which,
                             const struct route_table *tables, size_t table_count, struct ra_error *error)
{
    struct listener *listener = &server->listeners[server->listener_count];
    *listener = (struct listener){.site = {.listener = which, .app = server->app}, .socket = -1};
    listener->site.idempotency = server->idempotency;
    struct router *router = NULL;
    if (!router_new(server, which, tables, table_count, server->app->templates, &router, error))
        return false;
    listener->site.router = router;
    server->listener_count++;
    return equip(server, listener, error);
}

bool http_server_start(TALLOC_CTX *context, struct ra_app *app, const struct route_table *tables,
                       size_t table_count, struct http_server **server, struct ra_error *error)
{
    struct http_server *made = talloc_zero(context, struct http_server);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "server");
    made->app = app;
    bool done = idempotency_new(made, app->config->keys_dir, &made->idempotency, error) &&
                prepare_listener(made, HTTP_PUBLIC, tables, table_count, error) &&
                prepare_listener(made, HTTP_OFFICE, tables, table_count, error);
    for (size_t i = 0; i < made->listener_count && done; i++)
        done = listen_now(&made->listeners[i], error);
    if (!done) {
        http_server_stop(made);
        return false;
    }
    *server = made;
    return true;
}

/* --- stop --- */

/* The order matters: no new connections; workers finish, which resumes every suspended connection; the
 * answers leave; only then the library is stopped. */
static void stop_listener(struct listener *listener)
{
    atomic_store(&listener->stopping, true);
    if (listener->daemon != NULL)
        MHD_quiesce_daemon(listener->daemon);
    if (listener->queue != NULL)
        work_queue_stop(listener->queue);
    if (listener->daemon != NULL) {
        connections_drain(listener->connections, DRAIN_S);
        MHD_stop_daemon(listener->daemon);
    }
    if (listener->socket >= 0) { /* otherwise what lies there is not ours */
        close(listener->socket);
        unlink(socket_path(listener));
    }
    if (listener->connections != NULL)
        connections_stop(listener->connections);
}

void http_server_stop(struct http_server *server)
{
    if (server->app->events != NULL)
        events_stop(server->app->events); /* a stream has no end of its own that a drain could wait for */
    for (size_t i = 0; i < server->listener_count; i++)
        stop_listener(&server->listeners[i]);
    talloc_free(server);
}
