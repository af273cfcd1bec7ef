/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/transfer.h"

#include "http/dispatch.h"
#include "http/framing.h"
#include "http/limits.h"
#include "http/parse.h"
#include "http/render.h"
#include "http/router.h"
#include "http/stream.h"
#include "log.h"
#include "metrics.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    JSON_LIMIT = 256 << 10, /* default body limits, bytes */
    NONE_LIMIT = 16 << 10,
    /* A body that was refused is still read, up to this: more than the front lets through. A front that is
     * writing when we answer and close takes the answer for a broken connection. */
    SWALLOW_LIMIT = 24 << 20,
    ANSWER_S = 120,              /* to take an answer */
    BYTES_PER_SECOND = 64 << 10, /* slowest reader of a long answer that is waited for */
};

/* A request and its answer live in one piece, since most of what a short one cost was malloc; what does not
 * fit has pieces of its own, and so has everything where the sanitizer is to see its bounds. */
#ifdef __SANITIZE_ADDRESS__
enum { PIECES = 0, PIECES_SIZE = 0 };
#else
enum { PIECES = 64, PIECES_SIZE = 32 << 10 };
#endif

enum stage {
    STAGE_HEADERS,  /* nothing looked at yet */
    STAGE_BODY,     /* accepted; the body comes */
    STAGE_WORK,     /* suspended, in the queue or with a worker; when it runs again the answer is there */
    STAGE_READY,    /* refused; the answer is there, a body may still come */
    STAGE_ANSWERED, /* the answer is queued */
};

struct transfer {
    struct work_item item; /* first: the queue hands this back */
    struct http_exchange *exchange;
    struct listener *listener;
    struct MHD_Connection *connection;
    struct connection *record;
    const char *uri; /* as sent, with the query */
    enum stage stage;
    int64_t started_us;
    struct framing framing;
    uint8_t *body; /* JSON and forms */
    uint64_t length;
    size_t capacity;
    uint64_t limit;
    bool overflow;
    EVP_MD_CTX *digest;    /* RAW */
    struct ra_error error; /* why the body could not be taken */
};

/* --- birth and death --- */

static int release_exchange(struct http_exchange *exchange)
{
    json_decref(exchange->request.body);
    json_decref(exchange->response.model);
    if (exchange->request.raw_fd >= 0)
        close(exchange->request.raw_fd);
    if (exchange->response.fd >= 0)
        close(exchange->response.fd);
    return 0;
}

static int release_transfer(struct transfer *transfer)
{
    EVP_MD_CTX_free(transfer->digest);
    return 0;
}

static bool make_id(struct http_request *request)
{
    uint8_t random[16];
    if (!random_bytes(random, sizeof random))
        return false;
    const char *text = hex_encode(request->context, (struct bytes){random, sizeof random});
    if (text == NULL)
        return false;
    memcpy(request->id, text, sizeof request->id);
    return true;
}

static struct http_exchange *new_exchange(TALLOC_CTX *context, const struct listener *listener)
{
    struct http_exchange *exchange = talloc_zero(context, struct http_exchange);
    if (exchange == NULL)
        return NULL;
    exchange->site = &listener->site;
    exchange->request = (struct http_request){.context = exchange,
                                              .app = listener->site.app,
                                              .listener = listener->site.listener,
                                              .raw_fd = -1,
                                              .peer = "",
                                              .content_type = ""};
    exchange->response = (struct http_response){
        .context = exchange, .status = 200, .fd = -1, .secure_cookies = listener->site.secure_cookies};
    talloc_set_destructor(exchange, release_exchange);
    return make_id(&exchange->request) ? exchange : NULL;
}

static struct connection *record_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static struct transfer *new_transfer(void)
{
    struct transfer *transfer = talloc_pooled_object(NULL, struct transfer, PIECES, PIECES_SIZE);
    if (transfer == NULL)
        return NULL;
    memset(transfer, 0, sizeof *transfer);
    talloc_set_destructor(transfer, release_transfer);
    return transfer;
}

void *transfer_begin(void *argument, const char *uri, struct MHD_Connection *connection)
{
    struct listener *listener = argument;
    struct connection *record = record_of(connection);
    struct transfer *transfer = record != NULL ? new_transfer() : NULL;
    if (transfer == NULL)
        return NULL;
    transfer->listener = listener;
    transfer->connection = connection;
    transfer->record = record;
    transfer->started_us = monotonic_us();
    transfer->uri = talloc_strdup(transfer, uri);
    transfer->exchange = new_exchange(transfer, listener);
    if (transfer->uri == NULL || transfer->exchange == NULL) {
        talloc_free(transfer);
        return NULL;
    }
    connections_busy(listener->connections, record, listener->site.app->config->request_seconds);
    return transfer;
}

static void account(const struct transfer *transfer)
{
    const struct http_exchange *exchange = transfer->exchange;
    const struct http_route *route = exchange->request.route;
    int status = exchange->response.status;
    int64_t took_us = monotonic_us() - transfer->started_us;
    metric_add(METRIC_REQUESTS, 1);
    if (exchange->response.content != HTTP_CONTENT_EVENTS) /* that time was not work */
        metric_add(METRIC_REQUEST_MICROSECONDS, took_us);
    if (status >= 400)
        metric_add(status >= 500 ? METRIC_FAILED : METRIC_REFUSED, 1);
    log_event(LOG_LEVEL_INFO, "request", "{s:s, s:s, s:s, s:i, s:I, s:s, s:s}", "listener",
              exchange->site->listener == HTTP_PUBLIC ? "public" : "office", "route",
              route != NULL ? route->operation : "-", "face",
              exchange->request.face == HTTP_FACE_API ? "api" : "page", "status", status, "us",
              (json_int_t)took_us, "code", ra_error_info(exchange->error.code)->code, "id",
              exchange->request.id);
    if (status >= 500)
        log_error("request-failed", exchange->request.id, &exchange->error);
}

void transfer_end(void *argument, struct MHD_Connection *connection, void **slot,
                  enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct listener *listener = argument;
    struct transfer *transfer = *slot;
    if (transfer == NULL)
        return;
    if (transfer->stage == STAGE_ANSWERED)
        account(transfer);
    connections_idle(listener->connections, transfer->record);
    talloc_free(transfer);
    *slot = NULL;
}

/* --- answer --- */

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_page_headers(struct MHD_Response *answer, const struct http_response *response)
{
    if (response->content_type == NULL || strncmp(response->content_type, "text/html", 9) != 0)
        return true;
    return (response_header(response, "Content-Security-Policy") != NULL ||
            add_header(answer, "Content-Security-Policy", HTTP_PAGE_POLICY)) &&
           add_header(answer, "X-Frame-Options", "DENY") &&
           add_header(answer, "Referrer-Policy", "same-origin");
}

static bool add_headers(struct MHD_Response *answer, const struct transfer *transfer)
{
    const struct http_response *response = &transfer->exchange->response;
    bool done = true;
    for (size_t i = 0; i < response->headers.count && done; i++)
        done = add_header(answer, response->headers.items[i].name, response->headers.items[i].value);
    if (response->content != HTTP_CONTENT_NONE)
        done = done && add_header(answer, "Content-Type", response->content_type);
    if (response_header(response, "Cache-Control") == NULL)
        done = done && add_header(answer, "Cache-Control", "no-store");
    if (atomic_load(&transfer->listener->stopping))
        done = done && add_header(answer, "Connection", "close");
    return done && add_header(answer, "X-Content-Type-Options", "nosniff") &&
           add_header(answer, "X-Request-Id", transfer->exchange->request.id) &&
           add_page_headers(answer, response);
}

static struct MHD_Response *make_answer(struct transfer *transfer)
{
    struct http_response *response = &transfer->exchange->response;
    if (response->content == HTTP_CONTENT_EVENTS)
        return stream_answer(response->events, transfer->connection);
    if (response->content == HTTP_CONTENT_FILE) {
        struct MHD_Response *answer = MHD_create_response_from_fd64(response->length, response->fd);
        if (answer != NULL)
            response->fd = -1; /* the library closes it */
        return answer;
    }
    /* The bytes live until transfer_end; the library takes a pointer it does not write through. */
    static char nothing[1];
    bool empty = response->content == HTTP_CONTENT_NONE || response->bytes.length == 0;
    union {
        const uint8_t *read_only;
        void *any;
    } bytes = {.read_only = response->bytes.data};
    return MHD_create_response_from_buffer(empty ? 0 : response->bytes.length, empty ? nothing : bytes.any,
                                           MHD_RESPMEM_PERSISTENT);
}

/* 0: no limit. A stream ends by itself (EVENTS_LIFE_S), and a reader who is gone is noticed at its heartbeat.
 */
static int64_t seconds_to_send(const struct http_response *response)
{
    if (response->content == HTTP_CONTENT_EVENTS)
        return 0;
    uint64_t size = response->content == HTTP_CONTENT_FILE ? response->length : response->bytes.length;
    return ANSWER_S + (int64_t)(size / BYTES_PER_SECOND);
}

static enum MHD_Result answer(struct transfer *transfer)
{
    struct http_response *response = &transfer->exchange->response;
    connections_busy(transfer->listener->connections, transfer->record, seconds_to_send(response));
    struct MHD_Response *made = make_answer(transfer);
    if (made == NULL)
        return MHD_NO;
    transfer->stage = STAGE_ANSWERED;
    enum MHD_Result queued = MHD_NO;
    if (add_headers(made, transfer))
        queued = MHD_queue_response(transfer->connection, (unsigned)response->status, made);
    MHD_destroy_response(made);
    return queued;
}

static enum MHD_Result refuse(struct transfer *transfer, const struct ra_error *error)
{
    dispatch_refuse(transfer->exchange, error);
    return answer(transfer);
}

/* --- headers --- */

static bool is_front_header(const char *name)
{
    return strncmp(name, "x-client-", 9) == 0 || strcmp(name, "x-real-ip") == 0;
}

static bool keep_header(struct transfer *transfer, const char *name, size_t name_size, const char *value,
                        size_t value_size)
{
    struct http_request *request = &transfer->exchange->request;
    char *own_name = talloc_strndup(request->context, name, name_size);
    char *own_value = talloc_strndup(request->context, value, value_size);
    if (own_name == NULL || own_value == NULL)
        return false;
    for (char *at = own_name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (strcmp(own_name, "x-real-ip") == 0)
        request->peer = own_value;
    if (strcmp(own_name, "x-client-cert") == 0 && request->listener == HTTP_OFFICE)
        transfer->exchange->client_certificate_text = own_value;
    struct ra_error error = {0};
    return is_front_header(own_name) ||
           pairs_add(request->context, &request->headers, own_name, own_value, &error);
}

static enum MHD_Result take_header(void *argument, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct transfer *transfer = argument;
    framing_header(&transfer->framing, name, name_size, value != NULL ? value : "", value_size);
    /* Beyond the limits the request is refused anyway: nothing more is copied. */
    if (transfer->framing.headers > FRAMING_HEADERS_MAX || transfer->framing.bytes > FRAMING_HEADER_MAX)
        return MHD_NO;
    return keep_header(transfer, name, name_size, value != NULL ? value : "", value_size) ? MHD_YES : MHD_NO;
}

static bool split_uri(struct transfer *transfer, struct ra_error *error)
{
    struct http_request *request = &transfer->exchange->request;
    size_t length = strcspn(transfer->uri, "?");
    request->path = talloc_strndup(request->context, transfer->uri, length);
    if (request->path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "path");
    request->face = router_face_of(request->path);
    return transfer->uri[length] == '\0' ||
           parse_query(request->context, transfer->uri + length + 1, &request->query, error);
}

static bool read_headers(struct transfer *transfer, const char *version, struct ra_error *error)
{
    struct http_request *request = &transfer->exchange->request;
    MHD_get_connection_values_n(transfer->connection, MHD_HEADER_KIND, take_header, transfer);
    request->path = "";
    if (!framing_check(&transfer->framing, version, transfer->uri, error)) {
        metric_add(METRIC_FRAMING_REFUSED, 1);
        return false;
    }
    const char *type = http_header(request, "content-type");
    if (type != NULL) {
        request->content_type = parse_media_type(request->context, type);
        if (request->content_type == NULL)
            return ra_fail(error, RA_NO_MEMORY, "content type");
    }
    request->peer_is_loopback = strcmp(request->peer, "127.0.0.1") == 0 || strcmp(request->peer, "::1") == 0;
    const char *cookies = http_header(request, "cookie");
    return split_uri(transfer, error) &&
           (cookies == NULL || parse_cookies(request->context, cookies, &request->cookies, error));
}

/* The health check and the metrics of the machine itself are not counted. */
static bool within_limits(struct transfer *transfer, struct ra_error *error)
{
    const struct http_request *request = &transfer->exchange->request;
    struct limits *limits = transfer->listener->site.limits;
    bool watched = strcmp(request->path, "/healthz") == 0 || strcmp(request->path, "/metrics") == 0;
    if (limits == NULL || (watched && request->peer_is_loopback))
        return true;
    unsigned wait_s = limits_take(limits, request->peer, monotonic_ms());
    if (wait_s == 0)
        return true;
    metric_add(METRIC_RATE_LIMITED, 1);
    char text[16];
    snprintf(text, sizeof text, "%u", wait_s);
    http_set_header(&transfer->exchange->response, "Retry-After", text);
    return ra_fail(error, RA_RATE_LIMITED, "%s", "");
}

static bool find_route(struct transfer *transfer, const char *method, struct ra_error *error)
{
    struct http_request *request = &transfer->exchange->request;
    struct route_match match =
        router_match(transfer->listener->site.router, request->context, method, request->path);
    request->face = match.face;
    switch (match.verdict) {
    case ROUTE_FOUND:
        request->route = match.route;
        request->method = match.route->method;
        request->path_parameters = match.parameters;
        return true;
    case ROUTE_UNKNOWN:
        return ra_fail(error, RA_NOT_FOUND, "%s", "");
    case ROUTE_OTHER_METHODS:
        http_set_header(&transfer->exchange->response, "Allow", match.allow != NULL ? match.allow : "");
        return ra_fail(error, RA_METHOD_NOT_ALLOWED, "%s", "");
    case ROUTE_BAD_PATH:
        return ra_fail(error, RA_BAD_REQUEST, "O endereço está malformado.");
    case ROUTE_NO_MEMORY:
        return ra_fail(error, RA_NO_MEMORY, "route");
    }
    return ra_fail(error, RA_INTERNAL, "route verdict");
}

static uint64_t body_limit(const struct http_route *route)
{
    if (route->body_limit > 0)
        return route->body_limit;
    return route->body == HTTP_BODY_NONE ? NONE_LIMIT : JSON_LIMIT;
}

static bool open_raw(struct transfer *transfer, struct ra_error *error)
{
    struct http_request *request = &transfer->exchange->request;
    transfer->digest = EVP_MD_CTX_new();
    if (transfer->digest == NULL || EVP_DigestInit_ex(transfer->digest, EVP_sha256(), NULL) != 1)
        return ra_fail_crypto(error, "digest");
    return http_temporary_file(request, &request->raw_fd, error);
}

static bool admit_body(struct transfer *transfer, struct ra_error *error)
{
    const struct http_route *route = transfer->exchange->request.route;
    const struct config *config = transfer->listener->site.app->config;
    bool raw = route->body == HTTP_BODY_RAW;
    transfer->limit = body_limit(route);
    if (framing_has_body(&transfer->framing) && route->method == HTTP_GET)
        return ra_fail(error, RA_BAD_REQUEST, "Uma consulta não leva corpo.");
    if (transfer->framing.length > transfer->limit)
        return ra_fail(error, RA_TOO_LARGE, "O limite aqui é de %llu bytes.",
                       (unsigned long long)transfer->limit);
    if (raw)
        connections_receiving(transfer->listener->connections, transfer->record, config->upload_seconds);
    return !raw || open_raw(transfer, error);
}

/* --- body --- */

static bool keep_in_memory(struct transfer *transfer, const char *data, size_t size)
{
    size_t wanted = (size_t)transfer->length + size + 1;
    if (wanted > transfer->capacity) {
        size_t capacity = transfer->capacity > 0 ? transfer->capacity : 1024;
        while (capacity < wanted)
            capacity *= 2;
        uint8_t *grown = talloc_realloc_size(transfer->exchange, transfer->body, capacity);
        if (grown == NULL)
            return ra_fail(&transfer->error, RA_NO_MEMORY, "body");
        transfer->body = grown;
        transfer->capacity = capacity;
    }
    memcpy(transfer->body + transfer->length, data, size);
    return true;
}

static bool keep_in_file(struct transfer *transfer, const char *data, size_t size)
{
    if (EVP_DigestUpdate(transfer->digest, data, size) != 1)
        return ra_fail_crypto(&transfer->error, "digest");
    for (size_t at = 0; at < size;) {
        ssize_t written = write(transfer->exchange->request.raw_fd, data + at, size - at);
        if (written <= 0)
            return ra_fail_errno(&transfer->error, "upload");
        at += (size_t)written;
    }
    return true;
}

/* In the middle of a body no answer can be given: what is beyond the limit is read without being kept, so
 * that its end can be answered; beyond the last limit the connection is dropped. */
static enum MHD_Result take_body(struct transfer *transfer, const char *data, size_t *size)
{
    if (transfer->length + *size > transfer->limit)
        transfer->overflow = true;
    if (!transfer->overflow && transfer->error.code == RA_OK)
        (void)(transfer->digest != NULL ? keep_in_file(transfer, data, *size)
                                        : keep_in_memory(transfer, data, *size));
    transfer->length += *size;
    *size = 0;
    connections_heard(transfer->listener->connections, transfer->record);
    return transfer->overflow && transfer->length > SWALLOW_LIMIT ? MHD_NO : MHD_YES;
}

/* The body of a request that is refused already. */
static enum MHD_Result swallow(struct transfer *transfer, size_t *size)
{
    transfer->length += *size;
    *size = 0;
    connections_heard(transfer->listener->connections, transfer->record);
    return transfer->length > SWALLOW_LIMIT ? MHD_NO : MHD_YES;
}

static bool finish_body(struct transfer *transfer, struct ra_error *error)
{
    struct http_request *request = &transfer->exchange->request;
    if (transfer->overflow)
        return ra_fail(error, RA_TOO_LARGE, "O limite aqui é de %llu bytes.",
                       (unsigned long long)transfer->limit);
    if (transfer->error.code != RA_OK) {
        *error = transfer->error;
        return false;
    }
    if (transfer->digest == NULL) {
        transfer->exchange->body = (struct bytes){transfer->body, (size_t)transfer->length};
        return true;
    }
    request->raw_length = transfer->length;
    if (EVP_DigestFinal_ex(transfer->digest, request->raw_sha256, NULL) != 1)
        return ra_fail_crypto(error, "digest");
    return lseek(request->raw_fd, 0, SEEK_SET) == 0 || ra_fail_errno(error, "upload");
}

/* --- the steps --- */

static enum MHD_Result begin(struct transfer *transfer, const char *method, const char *version)
{
    struct ra_error error = {0};
    connections_receiving(transfer->listener->connections, transfer->record,
                          transfer->listener->site.app->config->request_seconds);
    connections_late_answer(transfer->listener->connections, transfer->record,
                            &transfer->listener->late.problem);
    bool admitted = read_headers(transfer, version, &error) && within_limits(transfer, &error) &&
                    find_route(transfer, method, &error) && admit_body(transfer, &error);
    if (admitted) {
        if (render_wants_page(transfer->exchange))
            connections_late_answer(transfer->listener->connections, transfer->record,
                                    &transfer->listener->late.page);
        transfer->stage = STAGE_BODY;
        return MHD_YES;
    }
    /* An answer in this first call closes the connection: right where nobody can say where the request ends,
     * or where the client waits to hear whether its body is wanted at all. Otherwise the body is read first.
     */
    bool unclear = transfer->exchange->request.path[0] == '\0';
    if (unclear || transfer->framing.length > SWALLOW_LIMIT ||
        http_header(&transfer->exchange->request, "expect") != NULL)
        return refuse(transfer, &error);
    dispatch_refuse(transfer->exchange, &error);
    transfer->stage = STAGE_READY;
    return MHD_YES;
}

static enum MHD_Result hand_over(struct transfer *transfer)
{
    struct ra_error error = {0};
    if (!connections_received(transfer->listener->connections, transfer->record))
        return MHD_NO;
    if (!finish_body(transfer, &error))
        return refuse(transfer, &error);
    if (transfer->exchange->request.route->transaction == HTTP_AT_ONCE) {
        dispatch_run(transfer->exchange, NULL);
        return answer(transfer);
    }
    if (!work_queue_reserve(transfer->listener->queue)) {
        metric_add(METRIC_QUEUE_FULL, 1);
        http_set_header(&transfer->exchange->response, "Retry-After", "2");
        ra_fail(&error, RA_UNAVAILABLE, "%s", "");
        return refuse(transfer, &error);
    }
    const struct http_route *route = transfer->exchange->request.route;
    if (route->arrived != NULL)
        transfer->exchange->arrived = route->arrived(transfer->listener->site.app, transfer->exchange->body);
    transfer->stage = STAGE_WORK;
    /* Suspended before it is published: the worker may be done before this function returns. */
    MHD_suspend_connection(transfer->connection);
    work_queue_put(transfer->listener->queue, &transfer->item);
    return MHD_YES;
}

void transfer_work(struct work_item *item, void *worker)
{
    struct transfer *transfer = (struct transfer *)(void *)item;
    const struct http_route *route = transfer->exchange->request.route;
    dispatch_run(transfer->exchange, worker);
    if (route->left != NULL)
        route->left(transfer->listener->site.app, transfer->exchange->arrived);
    MHD_resume_connection(transfer->connection);
}

enum MHD_Result transfer_step(void *argument, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **slot)
{
    (void)argument;
    (void)connection;
    (void)url; /* decoded already; the raw one came with transfer_begin */
    struct transfer *transfer = *slot;
    if (transfer == NULL)
        return MHD_NO;
    switch (transfer->stage) {
    case STAGE_HEADERS:
        return begin(transfer, method, version);
    case STAGE_BODY:
        return *upload_size > 0 ? take_body(transfer, upload, upload_size) : hand_over(transfer);
    case STAGE_READY:
        return *upload_size > 0 ? swallow(transfer, upload_size) : answer(transfer);
    case STAGE_WORK:
        return answer(transfer);
    case STAGE_ANSWERED:
        return MHD_YES;
    }
    return MHD_NO;
}
