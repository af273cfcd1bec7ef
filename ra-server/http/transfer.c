/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/transfer.h"

#include "http/dispatch.h"
#include "http/render.h"
#include "http/transfer_parts.h"
#include "metrics.h"

#include <string.h>
#include <unistd.h>

/* A request and its answer live in one piece, since most of what a short one cost was malloc; what does not
 * fit has pieces of its own, and so has everything where the sanitizer is to see its bounds. */
#ifdef __SANITIZE_ADDRESS__
enum { PIECES = 0, PIECES_SIZE = 0 };
#else
enum { PIECES = 64, PIECES_SIZE = 32 << 10 };
#endif

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
        transfer_account(transfer);
    connections_idle(listener->connections, transfer->record);
    talloc_free(transfer);
    *slot = NULL;
}

/* --- the steps --- */

static enum MHD_Result begin(struct transfer *transfer, const char *method, const char *version)
{
    struct ra_error error = {0};
    connections_receiving(transfer->listener->connections, transfer->record,
                          transfer->listener->site.app->config->request_seconds);
    connections_late_answer(transfer->listener->connections, transfer->record,
                            &transfer->listener->late.problem);
    if (transfer_read_head(transfer, method, version, &error)) {
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
    if (unclear || transfer_body_is_too_long_to_read(transfer) ||
        http_header(&transfer->exchange->request, "expect") != NULL)
        return transfer_refuse(transfer, &error);
    dispatch_refuse(transfer->exchange, &error);
    transfer->stage = STAGE_READY;
    return MHD_YES;
}

static enum MHD_Result hand_over(struct transfer *transfer)
{
    struct ra_error error = {0};
    if (!connections_received(transfer->listener->connections, transfer->record))
        return MHD_NO;
    if (!transfer_finish_body(transfer, &error))
        return transfer_refuse(transfer, &error);
    if (transfer->exchange->request.route->transaction == HTTP_AT_ONCE) {
        dispatch_run(transfer->exchange, NULL);
        return transfer_answer(transfer);
    }
    if (!work_queue_reserve(transfer->listener->queue)) {
        metric_add(METRIC_QUEUE_FULL, 1);
        http_set_header(&transfer->exchange->response, "Retry-After", "2");
        ra_fail(&error, RA_UNAVAILABLE, "%s", "");
        return transfer_refuse(transfer, &error);
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
        return *upload_size > 0 ? transfer_take_body(transfer, upload, upload_size) : hand_over(transfer);
    case STAGE_READY:
        return *upload_size > 0 ? transfer_swallow(transfer, upload_size) : transfer_answer(transfer);
    case STAGE_WORK:
        return transfer_answer(transfer);
    case STAGE_ANSWERED:
        return MHD_YES;
    }
    return MHD_NO;
}
