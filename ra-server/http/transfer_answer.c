/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/dispatch.h"
#include "http/stream.h"
#include "http/transfer_parts.h"
#include "log.h"
#include "metrics.h"

#include <string.h>

enum {
    ANSWER_S = 120,              /* to take an answer */
    BYTES_PER_SECOND = 64 << 10, /* slowest reader of a long answer that is waited for */
};

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

enum MHD_Result transfer_answer(struct transfer *transfer)
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

enum MHD_Result transfer_refuse(struct transfer *transfer, const struct ra_error *error)
{
    dispatch_refuse(transfer->exchange, error);
    return transfer_answer(transfer);
}

void transfer_account(const struct transfer *transfer)
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
