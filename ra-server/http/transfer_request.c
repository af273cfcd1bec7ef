/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/limits.h"
#include "http/parse.h"
#include "http/router.h"
#include "http/transfer_parts.h"
#include "metrics.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    JSON_LIMIT = 256 << 10, /* default body limits, bytes */
    NONE_LIMIT = 16 << 10,
    /* A body that was refused is still read, up to this: more than the front lets through. A front that is
     * writing when we answer and close takes the answer for a broken connection. */
    SWALLOW_LIMIT = 24 << 20,
};

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

bool transfer_read_head(struct transfer *transfer, const char *method, const char *version,
                        struct ra_error *error)
{
    return read_headers(transfer, version, error) && within_limits(transfer, error) &&
           find_route(transfer, method, error) && admit_body(transfer, error);
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

/* Nobody need say who he is before his file is here: what strangers send must not take the place that the
 * log needs, without which nothing is done. */
static bool leaves_room(const struct transfer *transfer, struct ra_error *error)
{
    const int64_t reserve_mb = transfer->listener->site.app->config->disk_reserve_mb;
    struct statvfs disk;
    if (transfer->listener->site.listener != HTTP_PUBLIC)
        return true;
    if (fstatvfs(transfer->exchange->request.raw_fd, &disk) != 0)
        return ra_fail_errno(error, "upload");
    return (uint64_t)disk.f_bavail * disk.f_frsize >> 20 >= (uint64_t)reserve_mb ||
           ra_fail(error, RA_UNAVAILABLE, "Não há espaço para arquivos agora. Traga-os no atendimento.");
}

static bool keep_in_file(struct transfer *transfer, const char *data, size_t size)
{
    if (!leaves_room(transfer, &transfer->error))
        return false;
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
enum MHD_Result transfer_take_body(struct transfer *transfer, const char *data, size_t *size)
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
enum MHD_Result transfer_swallow(struct transfer *transfer, size_t *size)
{
    transfer->length += *size;
    *size = 0;
    connections_heard(transfer->listener->connections, transfer->record);
    return transfer->length > SWALLOW_LIMIT ? MHD_NO : MHD_YES;
}

bool transfer_finish_body(struct transfer *transfer, struct ra_error *error)
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

bool transfer_body_is_too_long_to_read(const struct transfer *transfer)
{
    return transfer->framing.length > SWALLOW_LIMIT;
}
