/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_bare_http SOCKET BODY HEADERS
 *
 * The bound of GET /api/availability: libmicrohttpd as ra-server uses it (epoll, a pool of two threads, a
 * unix socket behind the same front), answering every request with the same bytes at once: no parsing, no
 * routing, no worker, no log. BODY is a file with the body, HEADERS one with a "Name: value" a line. Ends
 * with SIGTERM or SIGINT.
 */
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { IO_THREADS = 2, CONNECTION_MEMORY = 128 << 10, BACKLOG = 1024, BODY_MAX = 4 << 20 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_bare_http: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        die("the path is too long for a socket");
    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The front runs as another user; the folder is this benchmark's own. */
    mode_t before = umask(0111);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0)
        die(path);
    umask(before);
    return fd;
}

static size_t read_body(const char *path, char *body)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die(path);
    size_t length = fread(body, 1, BODY_MAX, file);
    fclose(file);
    return length;
}

static void add_headers(struct MHD_Response *response, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        die(path);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            continue;
        *colon = '\0';
        if (MHD_add_response_header(response, line, colon + 2) != MHD_YES)
            die(line);
    }
    fclose(file);
}

static enum MHD_Result serve(void *argument, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload, size_t *upload_size,
                             void **slot)
{
    (void)url, (void)method, (void)version, (void)upload, (void)upload_size, (void)slot;
    return MHD_queue_response(connection, MHD_HTTP_OK, argument);
}

int main(int argc, char **argv)
{
    static char body[BODY_MAX];
    if (argc != 4) {
        fprintf(stderr, "usage: bench_bare_http SOCKET BODY HEADERS\n");
        return 2;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
        die("signals");
    size_t length = read_body(argv[2], body);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        die("response");
    add_headers(response, argv[3]);
    int fd = open_socket(argv[1]);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, serve, response,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)IO_THREADS,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
    if (daemon == NULL)
        die("libmicrohttpd does not start");
    int received = 0;
    sigwait(&ends, &received);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    close(fd);
    unlink(argv[1]);
    return 0;
}
