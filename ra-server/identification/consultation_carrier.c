/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/consultation_carrier.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 16384, CONNECTION_SECONDS = 300 };

/* One exchange. Hangs on the carrier; its destructor lets go of curl's part. */
struct exchange {
    struct consultation_carrier *carrier;
    CURL *handle;
    struct curl_slist *headers;
    void *owner;
    uint8_t *data;
    size_t length;
    size_t header_length;
    bool too_large;
};

struct consultation_carrier {
    CURLM *multi;
    size_t under_way;
};

static int exchange_destructor(struct exchange *exchange)
{
    if (exchange->handle != NULL) {
        curl_multi_remove_handle(exchange->carrier->multi, exchange->handle);
        curl_easy_cleanup(exchange->handle);
    }
    curl_slist_free_all(exchange->headers);
    exchange->carrier->under_way--;
    return 0;
}

/* The exchanges are its children: they are let go one by one before the multi handle they stand in. */
static int carrier_destructor(struct consultation_carrier *carrier)
{
    talloc_free_children(carrier);
    curl_multi_cleanup(carrier->multi);
    return 0;
}

bool consultation_carrier_new(TALLOC_CTX *context, struct consultation_carrier **carrier,
                              struct ra_error *error)
{
    struct consultation_carrier *made = talloc_zero(context, struct consultation_carrier);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "carrier");
    made->multi = curl_multi_init();
    if (made->multi == NULL) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "libcurl does not start");
    }
    talloc_set_destructor(made, carrier_destructor);
    *carrier = made;
    return true;
}

static size_t receive(char *data, size_t size, size_t count, void *argument)
{
    struct exchange *exchange = argument;
    size_t length = size * count;
    if (length > CONSULTATION_ANSWER_MAX - exchange->length) {
        exchange->too_large = true;
        return 0;
    }
    uint8_t *grown =
        talloc_realloc(exchange, exchange->data, uint8_t, (unsigned)(exchange->length + length + 1));
    if (grown == NULL)
        return 0;
    memcpy(grown + exchange->length, data, length);
    exchange->data = grown;
    exchange->length += length;
    return length;
}

static size_t receive_header(char *data, size_t size, size_t count, void *argument)
{
    (void)data;
    struct exchange *exchange = argument;
    exchange->header_length += size * count;
    exchange->too_large = exchange->too_large || exchange->header_length > HEADERS_MAX;
    return exchange->too_large ? 0 : size * count;
}

static bool set_tls(CURL *handle, const struct consultation_base *base)
{
    if (base->certificate[0] == '\0')
        return true;
    return curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CAINFO, base->ca) == CURLE_OK &&
           /* Debian's libcurl also trusts the system's folder unless told otherwise. */
           curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           /* A file that was replaced counts from the next connection on, and no connection is for ever. */
           curl_easy_setopt(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_SECONDS) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLCERT, base->certificate) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLCERTTYPE, "PEM") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLKEY, base->key) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLKEYTYPE, "PEM") == CURLE_OK;
}

static bool set_options(struct exchange *exchange, const struct consultation_base *base, const char *body)
{
    CURL *handle = exchange->handle;
    /* The address was checked: http is loopback. */
    const char *protocol = strncasecmp(base->url, "https:", 6) == 0 ? "https" : "http";
    return curl_easy_setopt(handle, CURLOPT_URL, base->url) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocol) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)base->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)base->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PRIVATE, exchange) == CURLE_OK && set_tls(handle, base);
}

static bool make_headers(struct exchange *exchange)
{
    static const char *const lines[] = {"Content-Type: application/json", "Accept: application/json",
                                        "Expect:"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct curl_slist *longer = curl_slist_append(exchange->headers, lines[i]);
        if (longer == NULL)
            return false;
        exchange->headers = longer;
    }
    return true;
}

bool consultation_carrier_send(struct consultation_carrier *carrier, const struct consultation_base *base,
                               const char *body, void *take_owner, struct ra_error *error)
{
    struct exchange *exchange = talloc_zero(carrier, struct exchange);
    if (exchange == NULL)
        return ra_fail(error, RA_NO_MEMORY, "exchange");
    exchange->carrier = carrier;
    exchange->handle = curl_easy_init();
    carrier->under_way++;
    talloc_set_destructor(exchange, exchange_destructor);
    if (exchange->handle != NULL && make_headers(exchange) && set_options(exchange, base, body) &&
        curl_multi_add_handle(carrier->multi, exchange->handle) == CURLM_OK) {
        exchange->owner = talloc_reparent(talloc_parent(take_owner), exchange, take_owner);
        return true;
    }
    talloc_free(exchange);
    return ra_fail(error, RA_INTERNAL, "libcurl refuses an option");
}

void consultation_carrier_wait(struct consultation_carrier *carrier, int milliseconds)
{
    int running = 0;
    (void)curl_multi_perform(carrier->multi, &running);
    if (running > 0 || carrier->under_way == 0)
        (void)curl_multi_poll(carrier->multi, NULL, 0, milliseconds, NULL);
    (void)curl_multi_perform(carrier->multi, &running);
}

/* --- arriving --- */

static bool is_json(const char *content_type)
{
    static const char wanted[] = "application/json";
    size_t length = sizeof wanted - 1;
    return content_type != NULL && strncasecmp(content_type, wanted, length) == 0 &&
           (content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ');
}

static enum consultation_reason judge_transport(const struct exchange *exchange, CURLcode result)
{
    if (exchange->too_large)
        return CONSULTATION_REASON_TOO_LARGE;
    switch ((int)result) { /* of curl's hundred codes those that say more than "no" */
    case CURLE_OK:
        return CONSULTATION_REASON_NONE;
    case CURLE_OPERATION_TIMEDOUT:
        return CONSULTATION_REASON_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return CONSULTATION_REASON_TLS;
    default:
        return CONSULTATION_REASON_UNREACHABLE;
    }
}

static enum consultation_reason judge_http(CURL *handle)
{
    long status = 0;
    const char *content_type = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
        return CONSULTATION_REASON_HTTP_STATUS;
    if (curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &content_type) != CURLE_OK || !is_json(content_type))
        return CONSULTATION_REASON_MALFORMED;
    return CONSULTATION_REASON_NONE;
}

bool consultation_carrier_next(struct consultation_carrier *carrier, TALLOC_CTX *context,
                               struct consultation_arrival *arrival)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(carrier->multi, &left);
    char *private = NULL;
    if (message == NULL || message->msg != CURLMSG_DONE ||
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
        return false;
    struct exchange *exchange = (struct exchange *)(void *)private;
    *arrival = (struct consultation_arrival){.owner = talloc_reparent(exchange, context, exchange->owner),
                                             .failure = judge_transport(exchange, message->data.result)};
    if (arrival->failure == CONSULTATION_REASON_NONE)
        arrival->failure = judge_http(exchange->handle);
    if (!exchange->too_large)
        arrival->answer =
            (struct bytes){talloc_reparent(exchange, context, exchange->data), exchange->length};
    talloc_free(exchange);
    return true;
}

void consultation_carrier_abandon(struct consultation_carrier *carrier)
{
    talloc_free_children(carrier);
}

size_t consultation_carrier_under_way(const struct consultation_carrier *carrier)
{
    return carrier->under_way;
}
