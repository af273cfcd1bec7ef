/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_replay PORT CONNECTIONS REQUESTS [ANSWERS]
 *
 * Sends each request of a file exactly once, in order, over keep-alive connections to 127.0.0.1:PORT, each
 * connection one request at a time, and measures every answer. One thread and epoll: it must never be the
 * bottleneck.
 *
 * REQUESTS: for each request a line with its length in bytes, then the raw bytes of the HTTP request.
 * ANSWERS:  for each request, in the same order, a line "STATUS LENGTH", then the body.
 * Prints one JSON object: {"requests","seconds","statuses":{"201":n},"p50_us","p99_us","max_us"}.
 * Answers must carry Content-Length; anything else ends the run with a message, because a figure from half an
 * answer is worth nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, ANSWER_MAX = 256 << 10, STATUS_MAX = 600, EVENTS = 64, SILENCE_MS = 30000 };

struct request {
    const char *bytes;
    size_t length;
    int status;
    int64_t took_us;
    char *body; /* NULL unless answers are kept */
    size_t body_length;
};

struct connection {
    int fd;
    size_t current; /* index of the request that waits for its answer */
    int64_t sent_us;
    size_t received;
    size_t expected; /* header and body; 0 = header not complete yet */
    size_t header_length;
    char data[ANSWER_MAX + 1];
};

struct run {
    struct request *requests;
    size_t count;
    size_t next;
    size_t answered;
    bool keep_answers;
    int epoll;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_replay: %s%s%s\n", what, errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        die("no memory");
    return memory;
}

static int64_t now_us(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("clock");
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- files --- */

static char *read_file(const char *path, size_t *length)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0)
        die(path);
    *length = (size_t)status.st_size;
    char *data = allocate(*length + 1, 1);
    if (fread(data, 1, *length, file) != *length)
        die(path);
    fclose(file);
    return data;
}

static void read_requests(struct run *run, const char *path)
{
    size_t length = 0, capacity = 0;
    char *data = read_file(path, &length);
    for (char *at = data; at < data + length;) {
        char *end = NULL;
        unsigned long size = strtoul(at, &end, 10);
        if (end == at || *end != '\n' || size == 0 || size > (size_t)(data + length - end - 1))
            die("malformed file of requests");
        if (run->count == capacity) {
            capacity = capacity * 2 + 1024;
            run->requests = realloc(run->requests, capacity * sizeof *run->requests);
            if (run->requests == NULL)
                die("no memory");
        }
        run->requests[run->count++] = (struct request){.bytes = end + 1, .length = size};
        at = end + 1 + size;
    }
    if (run->count == 0)
        die("no requests");
}

static void write_answers(const struct run *run, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        die(path);
    for (size_t i = 0; i < run->count; i++) {
        const struct request *request = &run->requests[i];
        fprintf(file, "%d %zu\n", request->status, request->body_length);
        fwrite(request->body, 1, request->body_length, file);
    }
    if (ferror(file) != 0 || fclose(file) != 0)
        die(path);
}

/* --- one connection --- */

static void send_next(struct run *run, struct connection *connection)
{
    if (run->next == run->count)
        return;
    connection->current = run->next++;
    connection->received = connection->expected = 0;
    const struct request *request = &run->requests[connection->current];
    connection->sent_us = now_us();
    /* A request fits the empty socket buffer. */
    if (send(connection->fd, request->bytes, request->length, MSG_NOSIGNAL) != (ssize_t)request->length)
        die("send");
}

static void open_connection(struct run *run, struct connection *connection, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(connection->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        die("epoll");
}

static size_t content_length(const char *header)
{
    for (const char *line = strchr(header, '\n'); line != NULL; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, "content-length:", 15) == 0)
            return strtoul(line + 16, NULL, 10);
    errno = 0;
    die("an answer without Content-Length");
}

/* Header complete? Then the length of the whole answer is known. */
static void look_at_header(struct connection *connection)
{
    connection->data[connection->received] = '\0';
    char *end = strstr(connection->data, "\r\n\r\n");
    if (end == NULL)
        return;
    *end = '\0';
    connection->header_length = (size_t)(end - connection->data) + 4;
    connection->expected = connection->header_length + content_length(connection->data);
    if (connection->expected > ANSWER_MAX)
        die("an answer is too long");
}

static void finish(struct run *run, struct connection *connection)
{
    struct request *request = &run->requests[connection->current];
    request->took_us = now_us() - connection->sent_us;
    long status = strncmp(connection->data, "HTTP/1.1 ", 9) == 0 ? strtol(connection->data + 9, NULL, 10) : 0;
    if (status < 100 || status >= STATUS_MAX)
        die("an answer without a status");
    request->status = (int)status;
    if (run->keep_answers) {
        request->body_length = connection->expected - connection->header_length;
        request->body = allocate(request->body_length, 1);
        memcpy(request->body, connection->data + connection->header_length, request->body_length);
    }
    run->answered++;
    send_next(run, connection);
}

static void receive(struct run *run, struct connection *connection)
{
    ssize_t got =
        recv(connection->fd, connection->data + connection->received, ANSWER_MAX - connection->received, 0);
    if (got <= 0)
        die("the server closed a connection");
    connection->received += (size_t)got;
    if (connection->expected == 0)
        look_at_header(connection);
    if (connection->expected == 0 || connection->received < connection->expected)
        return;
    if (connection->received > connection->expected)
        die("more than one answer");
    finish(run, connection);
}

/* --- the whole --- */

static double run_all(struct run *run, struct connection *connections, size_t count)
{
    int64_t started_us = now_us();
    for (size_t i = 0; i < count; i++)
        send_next(run, &connections[i]);
    while (run->answered < run->count) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(run->epoll, events, EVENTS, SILENCE_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            die("no answer in time");
        for (int i = 0; i < ready; i++)
            receive(run, events[i].data.ptr);
    }
    return (double)(now_us() - started_us) / 1e6;
}

static int by_time(const void *left, const void *right)
{
    int64_t a = ((const struct request *)left)->took_us, b = ((const struct request *)right)->took_us;
    return (a > b) - (a < b);
}

static void report(struct run *run, double seconds)
{
    size_t statuses[STATUS_MAX] = {0};
    const char *separator = "";
    for (size_t i = 0; i < run->count; i++)
        statuses[run->requests[i].status]++;
    qsort(run->requests, run->count, sizeof *run->requests, by_time);
    printf("{\"requests\":%zu,\"seconds\":%.6f,\"statuses\":{", run->count, seconds);
    for (size_t i = 0; i < STATUS_MAX; i++) {
        if (statuses[i] == 0)
            continue;
        printf("%s\"%zu\":%zu", separator, i, statuses[i]);
        separator = ",";
    }
    printf("},\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld}\n",
           (long long)run->requests[run->count / 2].took_us,
           (long long)run->requests[run->count * 99 / 100].took_us,
           (long long)run->requests[run->count - 1].took_us);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: bench_replay PORT CONNECTIONS REQUESTS [ANSWERS]\n");
        return 2;
    }
    unsigned long port = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    if (port == 0 || port > UINT16_MAX || count == 0 || count > CONNECTIONS_MAX)
        die("PORT or CONNECTIONS out of range");
    struct run run = {.keep_answers = argc == 5, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (run.epoll < 0)
        die("epoll");
    read_requests(&run, argv[3]);
    if (count > run.count)
        count = run.count;
    struct connection *connections = allocate(count, sizeof *connections);
    for (size_t i = 0; i < count; i++)
        open_connection(&run, &connections[i], (uint16_t)port);
    double seconds = run_all(&run, connections, count);
    if (run.keep_answers)
        write_answers(&run, argv[4]);
    report(&run, seconds);
    for (size_t i = 0; i < count; i++)
        close(connections[i].fd);
    free(connections);
    return 0;
}
