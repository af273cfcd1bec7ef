/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/ac_carrier.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

enum { IDLE_MAX = 8 };

struct ac_carrier {
    struct ac_address address;
    const char *protocols; /* as curl lists them */
    pthread_mutex_t lock;
    CURL *idle[IDLE_MAX]; /* under lock: handles keep their connections alive */
    size_t idle_count;    /* under lock */
};

static int carrier_destructor(struct ac_carrier *carrier)
{
    for (size_t at = 0; at < carrier->idle_count; at++) {
        curl_easy_cleanup(carrier->idle[at]);
    }
    (void)pthread_mutex_destroy(&carrier->lock);
    return 0;
}

bool ac_carrier_new(TALLOC_CTX *context, const struct ac_address *address, bool production,
                    struct ac_carrier **carrier, struct ra_error *error)
{
    bool https = strncmp(address->url, "https://", 8) == 0;
    if (!https && (production || strncmp(address->url, "http://", 7) != 0)) {
        return ra_fail(error, RA_INVALID, "ac_url: em produção o endereço da AC deve começar com https://");
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ra_fail(error, RA_INTERNAL, "libcurl does not start");
    }
    struct ac_carrier *made = talloc_zero(context, struct ac_carrier);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        talloc_free(made);
        return ra_fail(error, RA_NO_MEMORY, "carrier");
    }
    made->address = *address;
    made->protocols = production ? "https" : "http,https";
    talloc_set_destructor(made, carrier_destructor);
    *carrier = made;
    return true;
}

static CURL *take_handle(struct ac_carrier *carrier)
{
    (void)pthread_mutex_lock(&carrier->lock);
    CURL *handle = carrier->idle_count > 0 ? carrier->idle[--carrier->idle_count] : NULL;
    (void)pthread_mutex_unlock(&carrier->lock);
    return handle != NULL ? handle : curl_easy_init();
}

static void give_back(struct ac_carrier *carrier, CURL *handle)
{
    curl_easy_reset(handle);
    (void)pthread_mutex_lock(&carrier->lock);
    bool kept = carrier->idle_count < IDLE_MAX;
    if (kept) {
        carrier->idle[carrier->idle_count++] = handle;
    }
    (void)pthread_mutex_unlock(&carrier->lock);
    if (!kept) {
        curl_easy_cleanup(handle);
    }
}

struct receiving {
    TALLOC_CTX *context;
    uint8_t *data;
    size_t length;
    size_t limit;
};

static size_t receive(char *data, size_t size, size_t count, void *argument)
{
    struct receiving *receiving = argument;
    size_t length = size * count;
    if (length > receiving->limit - receiving->length) {
        return 0;
    }
    uint8_t *grown = talloc_realloc(receiving->context, receiving->data, uint8_t,
                                    (unsigned)(receiving->length + length + 1));
    if (grown == NULL) {
        return 0;
    }
    memcpy(grown + receiving->length, data, length);
    receiving->data = grown;
    receiving->length += length;
    return length;
}

static bool set_common(const struct ac_carrier *carrier, CURL *handle, const char *url, const char *protocols,
                       struct receiving *receiving)
{
    return curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)AC_CONNECT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)carrier->address.seconds) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEDATA, receiving) == CURLE_OK;
}

/* Only towards the AC itself: a CRL proves itself wherever it came from. */
static bool set_tls(CURL *handle, const struct ac_address *address)
{
    return curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (address->tls_ca[0] == '\0' ||
            curl_easy_setopt(handle, CURLOPT_CAINFO, address->tls_ca) == CURLE_OK) &&
           (address->tls_identity[0] == '\0' ||
            (curl_easy_setopt(handle, CURLOPT_SSLCERT, address->tls_identity) == CURLE_OK &&
             curl_easy_setopt(handle, CURLOPT_SSLKEY, address->tls_identity) == CURLE_OK));
}

static bool judge(CURL *handle, CURLcode result, const struct receiving *receiving, struct bytes *answer,
                  struct ra_error *error)
{
    long status = 0;
    if (result == CURLE_OPERATION_TIMEDOUT) {
        return ra_fail(error, RA_TIMEOUT, "a AC não respondeu a tempo");
    }
    if (result != CURLE_OK) {
        return ra_fail(error, RA_UPSTREAM, "a AC não respondeu: %s", curl_easy_strerror(result));
    }
    if (curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200) {
        return ra_fail(error, RA_UPSTREAM, "a AC respondeu com o código HTTP %ld", status);
    }
    *answer = (struct bytes){receiving->data, receiving->length};
    return true;
}

static bool set_body(CURL *handle, const struct curl_slist *headers, struct bytes body)
{
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)body.length) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDS, (const char *)body.data) == CURLE_OK;
}

bool ac_carry(void *argument, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
              struct ra_error *error)
{
    struct ac_carrier *carrier = argument;
    struct receiving receiving = {.context = context, .limit = AC_ANSWER_MAX};
    CURL *handle = take_handle(carrier);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/pkixcmp");
    bool done = false;
    if (handle == NULL || headers == NULL ||
        !set_common(carrier, handle, carrier->address.url, carrier->protocols, &receiving) ||
        !set_tls(handle, &carrier->address) || !set_body(handle, headers, message)) {
        (void)ra_fail(error, RA_INTERNAL, "libcurl refuses an option");
    } else {
        done = judge(handle, curl_easy_perform(handle), &receiving, answer, error);
    }
    if (handle != NULL) {
        give_back(carrier, handle);
    }
    curl_slist_free_all(headers);
    return done;
}

bool ac_post(struct ac_carrier *carrier, TALLOC_CTX *context, const char *url, const char *header,
             struct bytes question, size_t limit, struct bytes *answer, struct ra_error *error)
{
    struct receiving receiving = {.context = context, .limit = limit};
    CURL *handle = take_handle(carrier);
    struct curl_slist *headers = curl_slist_append(NULL, header);
    bool done = false;
    if (handle == NULL || headers == NULL || !set_common(carrier, handle, url, "http,https", &receiving) ||
        !set_body(handle, headers, question)) {
        (void)ra_fail(error, RA_INTERNAL, "libcurl refuses an option");
    } else {
        done = judge(handle, curl_easy_perform(handle), &receiving, answer, error);
    }
    if (handle != NULL) {
        give_back(carrier, handle);
    }
    curl_slist_free_all(headers);
    return done;
}

bool ac_fetch(struct ac_carrier *carrier, TALLOC_CTX *context, const char *url, size_t limit,
              struct bytes *content, struct ra_error *error)
{
    struct receiving receiving = {.context = context, .limit = limit};
    CURL *handle = take_handle(carrier);
    bool done = false;
    if (handle == NULL || !set_common(carrier, handle, url, "http,https", &receiving)) {
        (void)ra_fail(error, RA_INTERNAL, "libcurl refuses an option");
    } else {
        done = judge(handle, curl_easy_perform(handle), &receiving, content, error);
    }
    if (handle != NULL) {
        give_back(carrier, handle);
    }
    return done;
}
