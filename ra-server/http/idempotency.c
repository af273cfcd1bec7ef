/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/idempotency.h"

#include "db/db.h"
#include "http/router.h"
#include "metrics.h"
#include "pki/base/file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_SIZE = 32, HASH_SIZE = 32, KEY_LENGTH_MAX = 255 };

struct idempotency {
    uint8_t secret[SECRET_SIZE];
};

static int wipe(struct idempotency *idempotency)
{
    sodium_memzero(idempotency->secret, SECRET_SIZE);
    return 0;
}

static bool make_secret(const char *path, struct ra_error *error)
{
    uint8_t fresh[SECRET_SIZE];
    bool made = random_bytes(fresh, sizeof fresh) || ra_fail(error, RA_CRYPTO, "random bytes");
    made = made && file_write(path, (struct bytes){fresh, sizeof fresh}, 0600, error);
    sodium_memzero(fresh, sizeof fresh);
    return made;
}

bool idempotency_new(TALLOC_CTX *context, const char *keys_dir, struct idempotency **idempotency,
                     struct ra_error *error)
{
    struct idempotency *made = talloc_zero(context, struct idempotency);
    char *path = talloc_asprintf(made, "%s/idempotency.key", keys_dir);
    if (made == NULL || path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "idempotency");
    talloc_set_destructor(made, wipe);
    struct bytes content = {0};
    bool ready = sodium_init() >= 0 || ra_fail(error, RA_CRYPTO, "libsodium does not start");
    if (ready && access(path, F_OK) != 0)
        ready = make_secret(path, error);
    ready = ready && file_read(made, path, SECRET_SIZE, &content, error);
    if (ready && content.length != SECRET_SIZE)
        ready = ra_fail(error, RA_IO, "%s is not %d bytes long", path, SECRET_SIZE);
    if (!ready) {
        talloc_free(made);
        return false;
    }
    memcpy(made->secret, content.data, SECRET_SIZE);
    *idempotency = made;
    return true;
}

bool idempotency_key_is_valid(const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++) {
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    }
    return length >= 1 && length <= KEY_LENGTH_MAX;
}

/* Keyed BLAKE2b over a purpose and one text. */
static void keyed_hash(const struct idempotency *idempotency, const char *purpose, const char *text,
                       uint8_t output[HASH_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, idempotency->secret, SECRET_SIZE, HASH_SIZE);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, (const uint8_t *)text, strlen(text));
    crypto_generichash_final(&state, output, HASH_SIZE);
}

static void hash_bytes(crypto_generichash_state *state, const void *data, size_t length)
{
    uint64_t size = length; /* length first, so that no two splits collide */
    crypto_generichash_update(state, (const uint8_t *)&size, sizeof size);
    crypto_generichash_update(state, data, length);
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
    hash_bytes(state, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

/* Who asks what: the key means something only there. */
static char *make_scope(const struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    uint8_t credentials[16];
    crypto_generichash_state state;
    crypto_generichash_init(&state, exchange->site->idempotency->secret, SECRET_SIZE, sizeof credentials);
    hash_text(&state, http_header(request, "authorization"));
    /* A form's key is ours and cannot be guessed; the answer to it may have changed the cookies meanwhile. */
    for (size_t i = 0; i < request->cookies.count && request->face == HTTP_FACE_API; i++) {
        hash_text(&state, request->cookies.items[i].name);
        hash_text(&state, request->cookies.items[i].value);
    }
    hash_bytes(&state, request->client_certificate.data, request->client_certificate.length);
    crypto_generichash_final(&state, credentials, sizeof credentials);
    const char *who = hex_encode(request->context, (struct bytes){credentials, sizeof credentials});
    return who == NULL ? NULL
                       : talloc_asprintf(request->context, "%d %s %s %s", (int)request->listener,
                                         http_method_name(request->method), request->path, who);
}

static void hash_request(const struct http_exchange *exchange, uint8_t output[HASH_SIZE])
{
    const struct http_request *request = &exchange->request;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
    for (size_t i = 0; i < request->query.count; i++) {
        hash_text(&state, request->query.items[i].name);
        hash_text(&state, request->query.items[i].value);
    }
    hash_text(&state, request->content_type);
    hash_bytes(&state, exchange->body.data, exchange->body.length);
    hash_bytes(&state, request->raw_sha256, sizeof request->raw_sha256);
    crypto_generichash_final(&state, output, HASH_SIZE);
}

struct keys {
    char *scope;
    uint8_t key_hash[HASH_SIZE];
    uint8_t request_hash[HASH_SIZE];
    uint8_t seal[crypto_secretbox_KEYBYTES];
};

static bool make_keys(const struct http_exchange *exchange, struct keys *keys, struct ra_error *error)
{
    const struct idempotency *idempotency = exchange->site->idempotency;
    keys->scope = make_scope(exchange);
    if (keys->scope == NULL)
        return ra_fail(error, RA_NO_MEMORY, "idempotency");
    keyed_hash(idempotency, "key", exchange->request.idempotency_key, keys->key_hash);
    keyed_hash(idempotency, "seal", exchange->request.idempotency_key, keys->seal);
    hash_request(exchange, keys->request_hash);
    return true;
}

/* --- the sealed record: {"headers":[[name,value]…]} NUL body --- */

static json_t *headers_json(const struct http_response *response)
{
    json_t *list = json_array();
    for (size_t i = 0; i < response->headers.count; i++)
        json_array_append_new(
            list, json_pack("[s,s]", response->headers.items[i].name, response->headers.items[i].value));
    return list;
}

static struct bytes seal(TALLOC_CTX *context, const struct keys *keys, const struct http_response *response)
{
    json_t *headers = headers_json(response);
    char *text = headers != NULL ? json_dumps(headers, JSON_COMPACT) : NULL;
    size_t head = text != NULL ? strlen(text) + 1 : 0;
    size_t size = head + response->bytes.length;
    uint8_t *plain = text != NULL ? talloc_size(context, size) : NULL;
    size_t whole = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size;
    uint8_t *sealed = plain != NULL ? talloc_size(context, whole) : NULL;
    struct bytes result = {0};
    if (sealed != NULL) {
        memcpy(plain, text, head);
        if (response->bytes.length > 0)
            memcpy(plain + head, response->bytes.data, response->bytes.length);
        randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
        crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, plain, size, sealed, keys->seal);
        sodium_memzero(plain, size);
        result = (struct bytes){sealed, whole};
    }
    free(text);
    json_decref(headers);
    return result;
}

static void restore_headers(struct http_response *response, const char *text)
{
    json_t *headers = json_loads(text, 0, NULL);
    size_t index = 0;
    json_t *pair = NULL;
    json_array_foreach(headers, index, pair) http_set_header(
        response, json_string_value(json_array_get(pair, 0)), json_string_value(json_array_get(pair, 1)));
    json_decref(headers);
}

static bool unseal(struct http_exchange *exchange, const struct keys *keys, struct bytes sealed,
                   struct bytes *body, struct ra_error *error)
{
    size_t frame = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    size_t size = sealed.length > frame ? sealed.length - frame : 0;
    uint8_t *plain = talloc_size(exchange->request.context, size + 1);
    if (plain == NULL)
        return ra_fail(error, RA_NO_MEMORY, "idempotency");
    if (size == 0 ||
        crypto_secretbox_open_easy(plain, sealed.data + crypto_secretbox_NONCEBYTES,
                                   sealed.length - crypto_secretbox_NONCEBYTES, sealed.data, keys->seal) != 0)
        return ra_fail(error, RA_INTERNAL, "a kept answer cannot be opened");
    plain[size] = '\0';
    size_t head = strlen((const char *)plain) + 1;
    restore_headers(&exchange->response, (const char *)plain);
    *body = head <= size ? (struct bytes){plain + head, size - head} : (struct bytes){0};
    return true;
}

/* --- finding and recording --- */

static bool replay(struct http_exchange *exchange, const struct keys *keys, const struct db_rows *row,
                   struct ra_error *error)
{
    struct bytes body = {0};
    if (!unseal(exchange, keys, row_bytes(row, 0, "body"), &body, error))
        return false;
    const char *type = talloc_strdup(exchange->request.context, row_text(row, 0, "content_type"));
    if (type == NULL)
        return ra_fail(error, RA_NO_MEMORY, "idempotency");
    http_reply_bytes(&exchange->response, (int)row_int(row, 0, "status"), type, body);
    if (type[0] == '\0')
        exchange->response.content = HTTP_CONTENT_NONE;
    metric_add(METRIC_REPLAYED, 1);
    return true;
}

enum idempotency_verdict idempotency_find(struct http_exchange *exchange, struct db *db,
                                          struct ra_error *error)
{
    TALLOC_CTX *context = exchange->request.context;
    struct keys keys = {0};
    struct db_rows *rows = NULL;
    if (!make_keys(exchange, &keys, error))
        return IDEMPOTENCY_FAILED;
    const char *hash = hex_encode(context, (struct bytes){keys.key_hash, HASH_SIZE});
    if (!db_exec(db, STATEMENT_IDEMPOTENCY_LOCK, DB_VALUES(db_text(keys.scope), db_text(hash)), NULL,
                 error) ||
        !db_query(db, context, STATEMENT_IDEMPOTENCY_FIND,
                  DB_VALUES(db_text(keys.scope), db_bytes((struct bytes){keys.key_hash, HASH_SIZE})), &rows,
                  error))
        return IDEMPOTENCY_FAILED;
    if (db_row_count(rows) == 0)
        return IDEMPOTENCY_NEW;
    if (!bytes_equal(row_bytes(rows, 0, "request_hash"), (struct bytes){keys.request_hash, HASH_SIZE})) {
        ra_fail(error, RA_IDEMPOTENCY_MISMATCH, "%s", "");
        return IDEMPOTENCY_FAILED;
    }
    return replay(exchange, &keys, rows, error) ? IDEMPOTENCY_REPLAYED : IDEMPOTENCY_FAILED;
}

bool idempotency_record(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    const struct http_response *response = &exchange->response;
    if (response->content == HTTP_CONTENT_FILE)
        return true;
    struct keys keys = {0};
    if (!make_keys(exchange, &keys, error))
        return false;
    struct bytes sealed = seal(exchange->request.context, &keys, response);
    if (sealed.data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "idempotency");
    const char *type = response->content == HTTP_CONTENT_NONE ? "" : response->content_type;
    return db_exec(db, STATEMENT_IDEMPOTENCY_INSERT,
                   DB_VALUES(db_text(keys.scope), db_bytes((struct bytes){keys.key_hash, HASH_SIZE}),
                             db_bytes((struct bytes){keys.request_hash, HASH_SIZE}), db_int(response->status),
                             db_text(type), db_bytes(sealed), db_time(exchange->request.now_us)),
                   NULL, error);
}
