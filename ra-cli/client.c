/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/client.h"

#include "pki/base/clock.h"
#include "ra-cli/client_failure.h"
#include "ra-cli/client_refusal.h"
#include "ra-cli/client_request.h"
#include "ra-cli/moment.h"
#include "ra-cli/token.h"

#include <ctype.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_BYTES = (CLIENT_KEY_SIZE - 1) / 2 };
enum { LARGEST_ANSWER = 64 << 20 }; /* in memory; exports go to a file */

struct answer {
    struct cli *cli;
    CURL *handle;
    FILE *file; /* where a good answer goes as it comes; NULL: to memory */
    uint8_t *data;
    size_t length;
    size_t capacity;
    long status;
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

/* Safe to send again: the server answers the same key with what it did the first time. */
static bool is_unsafe(const char *method)
{
    return strcmp(method, "GET") != 0;
}

static bool perform(struct cli *cli, CURL *handle, const struct client_request *request,
                    struct answer *answer, struct ra_error *error)
{
    struct curl_slist *headers = NULL;
    struct identity *identity = NULL;
    if (token_uri_is(cli->identity_path) && !cli_token_identity(cli, &identity, error))
        return false;
    bool ok = client_request_set(cli, handle, request, &headers) &&
              curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, collect) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer) == CURLE_OK;
    if (!ok) {
        curl_slist_free_all(headers);
        return ra_fail(error, RA_INTERNAL, "não foi possível preparar o pedido a %s", cli->server);
    }
    CURLcode code = curl_easy_perform(handle);
    if (code == CURLE_OK)
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return client_failed(cli, (int)code, error);
    return true;
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
static bool send_until_answered(struct cli *cli, CURL *handle, const struct client_request *request,
                                struct answer *answer, struct ra_error *error)
{
    for (unsigned attempt = 0;; attempt++) {
        bool ok = perform(cli, handle, request, answer, error);
        bool silent = !ok ? error->code == RA_UNAVAILABLE : is_passing(answer->status);
        if (!silent || cli->host == NULL || answer->file != NULL ||
            !cli->host->patience(cli->host->state, attempt))
            return ok;
        *error = (struct ra_error){0};
        forget(answer);
        curl_easy_reset(handle);
    }
}

static bool make_key(struct client_request *request, struct ra_error *error)
{
    uint8_t fresh[KEY_BYTES];
    if (!is_unsafe(request->method))
        return true;
    if (RAND_bytes(fresh, sizeof fresh) != 1)
        return ra_fail_crypto(error, "Idempotency-Key");
    for (size_t i = 0; i < sizeof fresh; i++)
        snprintf(request->key + 2 * i, 3, "%02x", fresh[i]);
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
    struct client_request request = {.method = method, .path = path, .media_type = media_type, .body = body};
    if (!make_key(&request, error))
        return false;
    if (cli->connection == NULL)
        cli->connection = curl_easy_init();
    if (cli->connection == NULL)
        return ra_fail(error, RA_NO_MEMORY, "libcurl");
    answer->cli = cli;
    answer->handle = cli->connection;
    bool ok = send_until_answered(cli, cli->connection, &request, answer, error);
    curl_easy_reset(cli->connection); /* what pointed into this request's memory goes */
    if (!ok)
        return false;
    if (answer->status < 200 || answer->status > 299)
        return client_refused(cli, answer->status, (struct bytes){answer->data, answer->length}, error);
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

bool client_save(struct cli *cli, const char *path, const char *output, json_t **result,
                 struct ra_error *error)
{
    size_t size = 0;
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "path");
    if (!client_download_file(cli, path, output, &size, error))
        return false;
    *result = json_pack("{s:s,s:I}", "file", output, "size", (json_int_t)size);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
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
