/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/client.h"

#include "pki/base/clock.h"
#include "ra-cli/client_failure.h"
#include "ra-cli/moment.h"
#include "ra-cli/token.h"

#include <ctype.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10, TOTAL_SECONDS = 120 };
enum { KEY_BYTES = 16 };
enum { LARGEST_ANSWER = 64 << 20 }; /* in memory; exports go to a file */

/* One request, which may be sent more than once. */
struct sent {
    const char *method, *path, *media_type;
    struct bytes body;
    char key[2 * KEY_BYTES + 1]; /* Idempotency-Key; "" for what changes nothing */
};

struct answer {
    struct cli *cli;
    CURL *handle;
    FILE *file; /* where a good answer goes as it comes; NULL: to memory */
    uint8_t *data;
    size_t length;
    size_t capacity;
    long status;
    char media_type[80];
};

bool client_start(struct ra_error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ra_fail(error, RA_INTERNAL, "libcurl não iniciou");
    return true;
}

void client_stop(void)
{
    curl_global_cleanup();
}

static size_t collect(char *data, size_t size, size_t count, void *target)
{
    struct answer *answer = target;
    size_t length = size * count;
    long status = 0;
    if (answer->file != NULL &&
        curl_easy_getinfo(answer->handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200) {
        answer->length += length;
        return fwrite(data, 1, length, answer->file);
    }
    if (length > LARGEST_ANSWER - answer->length)
        return 0;
    if (answer->length + length + 1 > answer->capacity) {
        size_t capacity = (answer->length + length + 1) * 2;
        uint8_t *larger = talloc_realloc_size(answer->cli->context, answer->data, capacity);
        if (larger == NULL)
            return 0;
        answer->data = larger;
        answer->capacity = capacity;
    }
    memcpy(answer->data + answer->length, data, length);
    answer->length += length;
    answer->data[answer->length] = 0;
    return length;
}

const char *client_escape(struct cli *cli, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    const char *copy = escaped == NULL ? NULL : talloc_strdup(cli->context, escaped);
    curl_free(escaped);
    return copy == NULL ? "" : copy;
}

const char *client_order_code(struct cli *cli, const char *typed)
{
    char *code = talloc_strdup(cli->context, typed);
    if (code == NULL)
        return "";
    size_t length = 0;
    for (; *typed != '\0'; typed++) {
        char c = (char)toupper((unsigned char)*typed);
        if (c == '-' || c == ' ')
            continue;
        if (c == 'O')
            c = '0';
        else if (c == 'I' || c == 'L')
            c = '1';
        code[length++] = c;
    }
    code[length] = '\0';
    return code;
}

const char *client_order_path(struct cli *cli, const char *order, const char *suffix)
{
    const char *face = cli->identity_path != NULL ? "office/" : "";
    const char *path = talloc_asprintf(cli->context, "/api/%sorders/%s%s", face,
                                       client_escape(cli, client_order_code(cli, order)), suffix);
    return path == NULL ? "" : path;
}

/* The key stays in its token: OpenSSL asks it for each handshake's signature. */
static CURLcode use_token(CURL *handle, void *context, void *state)
{
    struct cli *cli = state;
    SSL_CTX *ssl = context;
    const struct identity *identity = cli->token_identity;
    (void)handle;
    bool ok = SSL_CTX_use_certificate(ssl, identity_certificate(identity)) == 1 &&
              SSL_CTX_use_PrivateKey(ssl, identity_key(identity)) == 1;
    for (int at = 0; ok && at < sk_X509_num(identity_chain(identity)); at++)
        ok = SSL_CTX_add1_chain_cert(ssl, sk_X509_value(identity_chain(identity), at)) == 1;
    /* A token that pads by itself cannot sign with PSS, which TLS 1.3 asks of every RSA key. */
    if (ok && !cli->token_signs_raw)
        ok = SSL_CTX_set_max_proto_version(ssl, TLS1_2_VERSION) == 1 &&
             SSL_CTX_set1_client_sigalgs_list(ssl, "RSA+SHA256:RSA+SHA384:RSA+SHA512") == 1;
    return ok ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static bool identity_options(struct cli *cli, CURL *handle)
{
    if (cli->identity_path == NULL)
        return true;
    if (token_uri_is(cli->identity_path))
        return curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, use_token) == CURLE_OK &&
               curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, cli) == CURLE_OK;
    size_t length = strlen(cli->identity_path);
    bool pkcs12 = length > 4 && (strcasecmp(cli->identity_path + length - 4, ".p12") == 0 ||
                                 strcasecmp(cli->identity_path + length - 4, ".pfx") == 0);
    char passphrase[CLI_PASSPHRASE_SIZE] = "";
    if (cli_identity_is_protected(cli) &&
        (!cli_identity_passphrase(cli, passphrase, sizeof passphrase) ||
         curl_easy_setopt(handle, CURLOPT_KEYPASSWD, passphrase) != CURLE_OK)) {
        OPENSSL_cleanse(passphrase, sizeof passphrase);
        return false;
    }
    OPENSSL_cleanse(passphrase, sizeof passphrase); /* libcurl keeps a copy for as long as the handle lives */
    return curl_easy_setopt(handle, CURLOPT_SSLCERT, cli->identity_path) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLCERTTYPE, pkcs12 ? "P12" : "PEM") == CURLE_OK;
}

/* Safe to send again: the server answers the same key with what it did the first time. */
static bool is_unsafe(const char *method)
{
    return strcmp(method, "GET") != 0;
}

static bool header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

/* Station and clock go with every request: each event of the log says where and by which clock (rules 3.8).
 */
static bool request_headers(struct cli *cli, const char *media_type, struct curl_slist **list)
{
    char line[256];
    if (cli->bearer != NULL) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", cli->bearer);
        if (!header(list, line))
            return false;
    }
    bool ok = header(list, "Accept: application/json, application/problem+json") && header(list, "Expect:");
    if (media_type != NULL) {
        snprintf(line, sizeof line, "Content-Type: %s", media_type);
        ok = ok && header(list, line);
    }
    if (cli->identity_path != NULL) {
        snprintf(line, sizeof line, "X-Station: %s", cli->station);
        ok = ok && header(list, line);
        snprintf(line, sizeof line, "X-Clock: %lld", (long long)(clock_now_us(&cli->clock) / 1000));
        ok = ok && header(list, line);
    }
    return ok;
}

static bool prepare(struct cli *cli, CURL *handle, const char *method, const char *url, struct bytes body,
                    struct curl_slist *headers, struct answer *answer)
{
    CURLcode failed = CURLE_OK;
#define SET(option, value)                                                                                   \
    if (failed == CURLE_OK)                                                                                  \
    failed = curl_easy_setopt(handle, option, value)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_CUSTOMREQUEST, method);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_WRITEFUNCTION, collect);
    SET(CURLOPT_WRITEDATA, answer);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    SET(CURLOPT_TIMEOUT, (long)TOTAL_SECONDS);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (cli->ca_path != NULL) {
        SET(CURLOPT_CAINFO, cli->ca_path);
    }
    if (body.data != NULL) {
        SET(CURLOPT_POSTFIELDS, (const char *)body.data);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
    }
#undef SET
    return failed == CURLE_OK && identity_options(cli, handle);
}

static bool idempotency_header(const char *key, struct curl_slist **headers)
{
    char line[64];
    snprintf(line, sizeof line, "Idempotency-Key: %s", key);
    return key[0] == '\0' || header(headers, line);
}

static bool perform(struct cli *cli, CURL *handle, const struct sent *sent, struct answer *answer,
                    struct ra_error *error)
{
    struct curl_slist *headers = NULL;
    struct identity *identity = NULL;
    if (token_uri_is(cli->identity_path) && !cli_token_identity(cli, &identity, error))
        return false;
    const char *url = talloc_asprintf(cli->context, "%s%s", cli->server, sent->path);
    bool ok = url != NULL && request_headers(cli, sent->media_type, &headers) &&
              idempotency_header(sent->key, &headers) &&
              prepare(cli, handle, sent->method, url, sent->body, headers, answer);
    if (!ok) {
        curl_slist_free_all(headers);
        return ra_fail(error, RA_INTERNAL, "não foi possível preparar o pedido a %s", cli->server);
    }
    CURLcode code = curl_easy_perform(handle);
    if (code == CURLE_OK) {
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer->status);
        const char *type = NULL;
        curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
        snprintf(answer->media_type, sizeof answer->media_type, "%s", type == NULL ? "" : type);
    }
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return client_failed(cli, (int)code, error);
    return true;
}

/* The error of our table whose stable code the problem's type ends with. */
static enum ra_error_code code_of_problem(const json_t *problem, long status)
{
    const char *type = json_string_value(json_object_get(problem, "type"));
    const char *word = type == NULL ? NULL : strrchr(type, ':');
    for (int code = 0; word != NULL && code < RA_ERROR_COUNT; code++)
        if (strcmp(ra_error_info((enum ra_error_code)code)->code, word + 1) == 0)
            return (enum ra_error_code)code;
    return status >= 500 ? RA_UPSTREAM : RA_BAD_REQUEST;
}

enum { NEAR_SIZE = 128 };

/* " Livres perto: 27/11 08:20, 27/11 09:00." of the hours that a refusal offers instead; "" where there are
 * none. */
static const char *nearest_hours(const json_t *problem, char text[NEAR_SIZE])
{
    size_t at, length = 0;
    json_t *one;
    text[0] = '\0';
    json_array_foreach(json_object_get(problem, "alternatives"), at, one)
    {
        const char *start = json_string_value(json_object_get(one, "start"));
        if (start == NULL || strlen(start) < strlen("2026-11-27T08:20") || NEAR_SIZE - length < 32)
            break;
        length += (size_t)snprintf(text + length, NEAR_SIZE - length, "%s%.2s/%.2s %.5s",
                                   at == 0 ? " Livres perto: " : ", ", start + 8, start + 5, start + 11);
    }
    if (length > 0)
        snprintf(text + length, NEAR_SIZE - length, ".");
    return text;
}

static bool keep_problem(struct cli *cli, const struct answer *answer, struct ra_error *error)
{
    json_error_t where;
    json_t *problem = json_loadb((const char *)answer->data, answer->length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(problem)) {
        json_decref(problem);
        return ra_fail(error, answer->status >= 500 ? RA_UPSTREAM : RA_BAD_REQUEST,
                       "o servidor respondeu %ld", answer->status);
    }
    json_decref(cli->problem);
    cli->problem = problem;
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *reason = json_string_value(json_object_get(problem, "reason"));
    enum ra_error_code code = code_of_problem(problem, answer->status);
    char near[NEAR_SIZE];
    ra_fail_reason(error, code, reason == NULL ? "" : reason, "%s%s",
                   detail != NULL  ? detail
                   : title != NULL ? title
                                   : "recusado",
                   nearest_hours(problem, near));
    size_t index;
    json_t *field;
    json_array_foreach(json_object_get(problem, "errors"), index, field)
    {
        const char *name = json_string_value(json_object_get(field, "field"));
        const char *word = json_string_value(json_object_get(field, "code"));
        const char *message = json_string_value(json_object_get(field, "message"));
        ra_fail_field(error, name == NULL ? "" : name, word == NULL ? "" : word,
                      message == NULL ? "" : message);
    }
    return false;
}

/* The server is there but what stands behind the front is not, or not yet. */
static bool is_passing(long status)
{
    return status >= 502 && status <= 504;
}

static void forget(struct answer *answer)
{
    answer->length = 0;
    answer->status = 0;
}

/* Without a host one try; with one, the same request again for as long as it has patience. */
static bool send_until_answered(struct cli *cli, CURL *handle, const struct sent *sent, struct answer *answer,
                                struct ra_error *error)
{
    for (unsigned attempt = 0;; attempt++) {
        bool ok = perform(cli, handle, sent, answer, error);
        bool silent = !ok ? error->code == RA_UNAVAILABLE : is_passing(answer->status);
        if (!silent || cli->host == NULL || answer->file != NULL ||
            !cli->host->patience(cli->host->state, attempt))
            return ok;
        *error = (struct ra_error){0};
        forget(answer);
        curl_easy_reset(handle);
    }
}

static bool make_key(struct sent *sent, struct ra_error *error)
{
    uint8_t fresh[KEY_BYTES];
    if (!is_unsafe(sent->method))
        return true;
    if (RAND_bytes(fresh, sizeof fresh) != 1)
        return ra_fail_crypto(error, "Idempotency-Key");
    for (size_t i = 0; i < sizeof fresh; i++)
        snprintf(sent->key + 2 * i, 3, "%02x", fresh[i]);
    return true;
}

void client_disconnect(struct cli *cli)
{
    if (cli->connection != NULL)
        curl_easy_cleanup(cli->connection);
    cli->connection = NULL;
}

static bool exchange(struct cli *cli, const char *method, const char *path, const char *media_type,
                     struct bytes body, struct answer *answer, struct ra_error *error)
{
    struct sent sent = {.method = method, .path = path, .media_type = media_type, .body = body};
    if (!make_key(&sent, error))
        return false;
    if (cli->connection == NULL)
        cli->connection = curl_easy_init();
    if (cli->connection == NULL)
        return ra_fail(error, RA_NO_MEMORY, "libcurl");
    answer->cli = cli;
    answer->handle = cli->connection;
    bool ok = send_until_answered(cli, cli->connection, &sent, answer, error);
    curl_easy_reset(cli->connection); /* what pointed into this request's memory goes */
    if (!ok)
        return false;
    if (answer->status < 200 || answer->status > 299)
        return keep_problem(cli, answer, error);
    return true;
}

static bool parse_answer(const struct answer *answer, json_t **document, struct ra_error *error)
{
    if (answer->length == 0) {
        *document = json_object();
        return *document != NULL || ra_fail(error, RA_NO_MEMORY, "json");
    }
    json_error_t where;
    *document = json_loadb((const char *)answer->data, answer->length, JSON_REJECT_DUPLICATES, &where);
    if (*document == NULL)
        return ra_fail(error, RA_UPSTREAM, "a resposta do servidor não é JSON: %s", where.text);
    return true;
}

bool client_json(struct cli *cli, const char *method, const char *path, const json_t *body, json_t **answer,
                 struct ra_error *error)
{
    *answer = NULL;
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    if (body != NULL && text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    struct bytes content = text == NULL ? (struct bytes){NULL, 0} : bytes_of_text(text);
    struct answer raw = {0};
    bool ok = exchange(cli, method, path, text == NULL ? NULL : "application/json", content, &raw, error) &&
              parse_answer(&raw, answer, error);
    free(text);
    return ok;
}

bool client_upload(struct cli *cli, const char *path, const char *media_type, struct bytes content,
                   json_t **answer, struct ra_error *error)
{
    *answer = NULL;
    struct answer raw = {0};
    return exchange(cli, "POST", path, media_type, content, &raw, error) && parse_answer(&raw, answer, error);
}

bool client_download(struct cli *cli, const char *path, struct bytes *content, struct ra_error *error)
{
    struct answer raw = {0};
    if (!exchange(cli, "GET", path, NULL, (struct bytes){NULL, 0}, &raw, error))
        return false;
    *content = (struct bytes){raw.data, raw.length};
    return true;
}

bool client_download_file(struct cli *cli, const char *path, const char *output, size_t *size,
                          struct ra_error *error)
{
    const char *partial = talloc_asprintf(cli->context, "%s.partial", output);
    int descriptor = partial == NULL ? -1 : open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct answer raw = {.file = descriptor < 0 ? NULL : fdopen(descriptor, "wb")};
    if (raw.file == NULL) {
        ra_fail_file(error, RA_FILE_WRITE, output);
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }
    bool ok = exchange(cli, "GET", path, NULL, (struct bytes){NULL, 0}, &raw, error);
    bool whole = fflush(raw.file) == 0 && fsync(descriptor) == 0;
    whole = fclose(raw.file) == 0 && whole;
    *size = raw.length;
    if (ok && (!whole || rename(partial, output) != 0))
        ok = ra_fail_file(error, RA_FILE_WRITE, output);
    if (!ok)
        unlink(partial);
    return ok;
}

/* --- server-sent events --- */

struct listening {
    const struct client_stream *stream;
    CURL *handle;
    bool begun;
    bool told;         /* the event has a line that is no comment: a heartbeat has none */
    bool at_beginning; /* of a line */
};

/* An empty line ends an event. */
static void hear_byte(struct listening *listening, char byte)
{
    if (byte == '\r')
        return;
    if (byte == '\n' && listening->at_beginning) {
        if (listening->told)
            listening->stream->heard(listening->stream->state);
        listening->told = false;
    } else if (listening->at_beginning && byte != ':') {
        listening->told = true;
    }
    listening->at_beginning = byte == '\n';
}

static size_t hear(char *data, size_t size, size_t count, void *target)
{
    struct listening *listening = target;
    long status = 0;
    if (curl_easy_getinfo(listening->handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
        return 0;
    if (!listening->begun)
        listening->stream->heard(listening->stream->state);
    listening->begun = true;
    for (size_t i = 0; i < size * count; i++)
        hear_byte(listening, data[i]);
    return size * count;
}

static int still_wanted(void *target, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                        curl_off_t up)
{
    const struct listening *listening = target;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return listening->stream->must_end(listening->stream->state) ? 1 : 0;
}

bool client_listen(struct cli *cli, const char *path, const struct client_stream *stream,
                   struct ra_error *error)
{
    CURL *handle = curl_easy_init();
    struct curl_slist *headers = NULL;
    struct listening listening = {.stream = stream, .handle = handle, .at_beginning = true};
    struct answer unused = {.cli = cli, .handle = handle};
    const char *url = talloc_asprintf(cli->context, "%s%s", cli->server, path);
    bool ok = handle != NULL && url != NULL && header(&headers, "Accept: text/event-stream") &&
              request_headers(cli, NULL, &headers) &&
              prepare(cli, handle, "GET", url, (struct bytes){NULL, 0}, headers, &unused) &&
              curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, hear) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_WRITEDATA, &listening) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_TIMEOUT, 0L) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, still_wanted) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &listening) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
    CURLcode code = ok ? curl_easy_perform(handle) : CURLE_FAILED_INIT;
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
    if (code == CURLE_OK || code == CURLE_ABORTED_BY_CALLBACK)
        return true;
    return client_failed(cli, (int)code, error);
}

void client_office_hour(struct cli *cli)
{
    static bool asked;
    struct ra_error ignored = {0};
    json_t *me = NULL;
    if (asked || cli->json || cli->identity_path == NULL ||
        !client_json(cli, "GET", "/api/office/me", NULL, &me, &ignored))
        return;
    asked = true;
    moment_zone(json_string_value(json_object_get(json_object_get(me, "office"), "zone")));
    json_decref(me);
}
