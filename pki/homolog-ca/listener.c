/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/listener.h"

#include "pki/base/file.h"
#include "pki/homolog-ca/fault.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    BODY_LIMIT = 64 << 10,
    FILE_LIMIT = 16 << 20,
    CONNECTIONS_MAX = 64,
    CONNECTION_TIMEOUT_S = 30,
    CONNECTION_MEMORY = 128 << 10,
};

struct listener {
    struct MHD_Daemon *daemon;
    struct cmp_server *server;
    struct ocsp_responder *responder;
    const struct store *store;
    struct fault_memory *answers;
    struct listener_options options;
};

/* One request; a talloc context of its own, freed when MHD says the request is over. */
struct call {
    uint8_t *body; /* BODY_LIMIT bytes for a POST, else NULL */
    size_t length;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              struct bytes body)
{
    union {
        const uint8_t *borrowed;
        void *buffer;
    } data = {.borrowed = body.data};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.length, data.buffer, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES)
        result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return answer(connection, status, "text/plain; charset=utf-8", bytes_of_text(text));
}

static bool is_cmp_path(const char *path)
{
    return strcmp(path, "/.well-known/cmp") == 0 || strcmp(path, "/pkix/") == 0 || strcmp(path, "/pkix") == 0;
}

static bool is_ocsp_path(const char *path)
{
    return strcmp(path, "/ocsp") == 0;
}

static bool has_type(struct MHD_Connection *connection, const char *wanted)
{
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    size_t length = strlen(wanted);
    return type != NULL && strncasecmp(type, wanted, length) == 0 &&
           (type[length] == '\0' || type[length] == ';');
}

/* A declared length is the only framing accepted here: no chunks, so no two ways to read one request. */
static unsigned judge_length(struct MHD_Connection *connection)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (text == NULL ||
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL)
        return MHD_HTTP_LENGTH_REQUIRED;
    size_t digits = strspn(text, "0123456789");
    bool small = digits > 0 && digits <= 6 && text[digits] == '\0' && strtoul(text, NULL, 10) <= BODY_LIMIT;
    return small ? MHD_HTTP_OK : MHD_HTTP_CONTENT_TOO_LARGE;
}

static void hold_back(unsigned delay_ms)
{
    struct timespec span = {.tv_sec = delay_ms / 1000, .tv_nsec = (long)(delay_ms % 1000) * 1000000};
    nanosleep(&span, NULL);
}

/* The answer, or the lie that the AC is told to tell instead. */
static enum MHD_Result send_cmp(const struct listener *listener, struct MHD_Connection *connection,
                                TALLOC_CTX *memory, struct bytes response)
{
    struct disturbed disturbed;
    fault_disturb(listener->answers, listener->store, memory, response, &disturbed);
    return disturbed.cut ? MHD_NO : answer(connection, MHD_HTTP_OK, disturbed.type, disturbed.body);
}

static enum MHD_Result answer_cmp(struct listener *listener, struct MHD_Connection *connection,
                                  const struct call *call)
{
    struct ra_error error = {0};
    struct bytes response;
    if (listener->options.delay_ms > 0)
        hold_back(listener->options.delay_ms);
    TALLOC_CTX *memory = talloc_new(NULL);
    enum MHD_Result result;
    if (memory != NULL && cmp_server_handle(listener->server, memory,
                                            (struct bytes){call->body, call->length}, &response, &error))
        result = send_cmp(listener, connection, memory, response);
    else
        result = answer_text(connection, (unsigned)ra_error_info(error.code)->http_status, error.detail);
    talloc_free(memory);
    return result;
}

static enum MHD_Result answer_ocsp(const struct listener *listener, struct MHD_Connection *connection,
                                   struct bytes request)
{
    struct ra_error error = {0};
    struct bytes response;
    TALLOC_CTX *memory = talloc_new(NULL);
    enum MHD_Result result =
        memory != NULL && ocsp_respond(listener->responder, memory, request, &response, &error)
            ? answer(connection, MHD_HTTP_OK, "application/ocsp-response", response)
            : answer_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, error.detail);
    talloc_free(memory);
    return result;
}

/* The request in base64 behind the address (RFC 6960 A.1); what is none is answered as malformed. */
static enum MHD_Result answer_ocsp_get(const struct listener *listener, struct MHD_Connection *connection,
                                       const char *text)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct bytes request = {NULL, 0};
    if (!base64_decode(memory, text, strlen(text), &request))
        request = (struct bytes){NULL, 0};
    enum MHD_Result result = answer_ocsp(listener, connection, request);
    talloc_free(memory);
    return result;
}

/* NAME of an authority between prefix and suffix: the only files that are ever served. */
static enum authority_id match_file(const char *path, const char *prefix, const char *suffix)
{
    size_t length = strlen(path), before = strlen(prefix), after = strlen(suffix);
    char name[16];
    if (length <= before + after || length - before - after >= sizeof name ||
        strncmp(path, prefix, before) != 0 || strcmp(path + length - after, suffix) != 0)
        return AUTHORITY_COUNT;
    memcpy(name, path + before, length - before - after);
    name[length - before - after] = '\0';
    return authority_by_name(name);
}

static enum MHD_Result answer_file(const struct listener *listener, struct MHD_Connection *connection,
                                   enum authority_id id, const char *suffix, const char *type)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes content;
    char *path = store_path(memory, listener->store, "public/%s%s", AUTHORITIES[id].name, suffix);
    enum MHD_Result result = path != NULL && file_read(memory, path, FILE_LIMIT, &content, &error)
                                 ? answer(connection, MHD_HTTP_OK, type, content)
                                 : answer_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
    talloc_free(memory);
    return result;
}

#define OCSP_GET "/ocsp/"

static enum MHD_Result answer_get(const struct listener *listener, struct MHD_Connection *connection,
                                  const char *path)
{
    static const struct {
        const char *prefix, *suffix, *type;
    } FILES[] = {{"/crl/", ".crl", "application/pkix-crl"},
                 {"/lcr/", ".crl", "application/pkix-crl"},
                 {"/p7b/", ".p7b", "application/pkcs7-mime"}};
    if (strcmp(path, "/healthz") == 0)
        return answer(connection, MHD_HTTP_OK, "application/json", bytes_of_text("{\"status\":\"ok\"}\n"));
    if (strncmp(path, OCSP_GET, sizeof OCSP_GET - 1) == 0)
        return answer_ocsp_get(listener, connection, path + sizeof OCSP_GET - 1);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        enum authority_id id = match_file(path, FILES[i].prefix, FILES[i].suffix);
        if (id != AUTHORITY_COUNT)
            return answer_file(listener, connection, id, FILES[i].suffix, FILES[i].type);
    }
    return answer_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
}

/* First sight of a request: refuses what will not be read. */
static enum MHD_Result begin_call(struct MHD_Connection *connection, const char *path, const char *method,
                                  void **state)
{
    bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST\n");
    if (post && !is_cmp_path(path) && !is_ocsp_path(path))
        return answer_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
    const char *type = is_ocsp_path(path) ? "application/ocsp-request" : "application/pkixcmp";
    if (post && !has_type(connection, type))
        return answer_text(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, type);
    unsigned verdict = post ? judge_length(connection) : MHD_HTTP_OK;
    if (verdict != MHD_HTTP_OK)
        return answer_text(connection, verdict, "a declared length of at most 64 KiB is required\n");
    struct call *call = talloc_zero(NULL, struct call);
    if (call != NULL && post)
        call->body = talloc_size(call, BODY_LIMIT);
    if (call == NULL || (post && call->body == NULL)) {
        talloc_free(call);
        return MHD_NO;
    }
    *state = call;
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **state)
{
    (void)version;
    struct listener *listener = context;
    struct call *call = *state;
    if (call == NULL)
        return begin_call(connection, path, method, state);
    if (*data_size > 0) {
        if (call->body == NULL || *data_size > BODY_LIMIT - call->length)
            return MHD_NO; /* MHD takes no answer in the middle of a body: the connection is cut */
        memcpy(call->body + call->length, data, *data_size);
        call->length += *data_size;
        *data_size = 0;
        return MHD_YES;
    }
    if (call->body == NULL)
        return answer_get(listener, connection, path);
    return is_ocsp_path(path) ? answer_ocsp(listener, connection, (struct bytes){call->body, call->length})
                              : answer_cmp(listener, connection, call);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    talloc_free(*state);
    *state = NULL;
}

static int stop_listener(struct listener *listener)
{
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
    return 0;
}

struct listener *listener_start(TALLOC_CTX *context, struct cmp_server *server,
                                struct ocsp_responder *responder, const struct store *store,
                                const struct listener_options *options, struct ra_error *error)
{
    struct listener *listener = talloc_zero(context, struct listener);
    if (listener == NULL || (listener->answers = fault_memory_new(listener)) == NULL) {
        talloc_free(listener);
        ra_fail(error, RA_NO_MEMORY, "listener");
        return NULL;
    }
    listener->server = server;
    listener->responder = responder;
    listener->store = store;
    listener->options = *options;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(options->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC,
        options->port, NULL, NULL, on_request, listener, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)CONNECTION_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    talloc_set_destructor(listener, stop_listener);
    if (listener->daemon != NULL)
        return listener;
    ra_fail_errno(error, "listen on the loopback address");
    talloc_free(listener);
    return NULL;
}

uint16_t listener_port(const struct listener *listener)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}
