/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/dispatch.h"

#include "db/db.h"
#include "http/idempotency.h"
#include "http/origin.h"
#include "http/parse.h"
#include "http/render.h"
#include "log.h"
#include "pki/base/bytes.h"

#include <string.h>
#include <time.h>

enum { TRIES = 3 }; /* of a transaction that lost against another one */

/* --- body --- */

static bool is_form(const struct http_request *request)
{
    return strcmp(request->content_type, "application/x-www-form-urlencoded") == 0;
}

static bool parse_body(struct http_exchange *exchange, struct ra_error *error)
{
    struct http_request *request = &exchange->request;
    const struct http_route *route = request->route;
    if (route->body == HTTP_BODY_RAW)
        return true;
    if (exchange->body.length == 0) {
        if (route->body != HTTP_BODY_JSON)
            return true;
        return ra_fail(error, RA_BAD_REQUEST, "Falta o corpo do pedido.");
    }
    if (request->face == HTTP_FACE_PAGE)
        return is_form(request) ? parse_form(request->context, exchange->body, &request->body, error)
                                : ra_fail(error, RA_UNSUPPORTED_MEDIA, "Aqui se espera um formulário.");
    if (strcmp(request->content_type, "application/json") == 0)
        return parse_json(exchange->body, &request->body, error);
    return ra_fail(error, RA_UNSUPPORTED_MEDIA, "Aqui se espera application/json.");
}

/* The key of a form travels in it; the API's in a header. */
static bool find_key(struct http_exchange *exchange, struct ra_error *error)
{
    struct http_request *request = &exchange->request;
    const char *key = http_header(request, "idempotency-key");
    const char *form_key = http_text(request->body, "_form_key");
    if (request->face == HTTP_FACE_PAGE && form_key != NULL) {
        key = talloc_strdup(request->context, form_key);
        json_object_del(request->body, "_form_key");
    }
    if (request->method == HTTP_GET || key == NULL || key[0] == '\0')
        return true;
    if (!idempotency_key_is_valid(key))
        return ra_fail(error, RA_BAD_REQUEST, "A chave de repetição tem de 1 a 255 caracteres visíveis.");
    request->idempotency_key = key;
    return true;
}

static bool read_certificate(struct http_exchange *exchange, struct ra_error *error)
{
    const char *text = exchange->client_certificate_text;
    return text == NULL || text[0] == '\0' ||
           parse_client_certificate(exchange, text, &exchange->request.client_certificate, error);
}

/* --- one try --- */

void response_reset(struct http_response *response)
{
    http_reply(response, 200, NULL);
    response->headers = (struct http_pairs){0};
    response->content_type = NULL;
    response->page_template = NULL;
}

static bool authorize(struct http_exchange *exchange, struct ra_error *error)
{
    struct http_request *request = &exchange->request;
    if (!request->route->authorize(request, error))
        return false;
    if (request->app->permit == NULL)
        return ra_fail(error, RA_INTERNAL, "there is no authorisation matrix");
    if (!request->app->permit(request, error))
        return false;
    exchange->stage = HTTP_STAGE_ALLOWED;
    return true;
}

static bool handle(struct http_exchange *exchange, struct ra_error *error)
{
    if (!exchange->request.route->handler(&exchange->request, &exchange->response, error))
        return false;
    exchange->stage = HTTP_STAGE_HANDLED;
    return true;
}

/* Authorize, then the kept answer or the handler, then the record: what a transaction encloses. */
static bool run_steps(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    bool keyed = exchange->request.idempotency_key != NULL;
    if (!authorize(exchange, error))
        return false;
    if (keyed) {
        enum idempotency_verdict verdict = idempotency_find(exchange, db, error);
        if (verdict != IDEMPOTENCY_NEW)
            return verdict == IDEMPOTENCY_REPLAYED;
    }
    if (!handle(exchange, error) || !render_response(exchange, error))
        return false;
    return !keyed || idempotency_record(exchange, db, error);
}

static bool run_wrapped(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    if (!db_begin(db, error))
        return false;
    if (run_steps(exchange, db, error))
        return db_commit(db, error);
    struct ra_error unkept = {0};
    bool refused = exchange->stage != HTTP_STAGE_HANDLED;
    bool kept =
        refused && exchange->request.keep_changes && db_can_commit(db, &unkept) && db_commit(db, &unkept);
    if (!kept && unkept.code != RA_OK)
        *error = unkept;
    db_rollback(db);
    return false;
}

static bool record_own(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    if (!db_begin(db, error))
        return false;
    if (idempotency_record(exchange, db, error))
        return db_commit(db, error);
    db_rollback(db);
    return false;
}

/* The handler of an OWN route has its transactions to itself; the floor's look-up and record have their own.
 */
static bool run_own(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    struct http_request *request = &exchange->request;
    bool keyed = request->idempotency_key != NULL;
    if (!authorize(exchange, error))
        return false;
    if (keyed) {
        if (!db_begin(db, error))
            return false;
        enum idempotency_verdict verdict = idempotency_find(exchange, db, error);
        db_rollback(db);
        if (verdict != IDEMPOTENCY_NEW)
            return verdict == IDEMPOTENCY_REPLAYED;
    }
    bool done = handle(exchange, error);
    if (db_in_transaction(db)) {
        db_rollback(db);
        return done ? ra_fail(error, RA_INTERNAL, "%s left a transaction open", request->route->operation)
                    : false;
    }
    if (!done || !db_reads_were_sound(db, error) || !render_response(exchange, error))
        return false;
    return !keyed || record_own(exchange, db, error);
}

/* Nothing to begin, nothing to record: a GET has no key. */
static bool run_at_once(struct http_exchange *exchange, struct ra_error *error)
{
    return authorize(exchange, error) && handle(exchange, error) && render_response(exchange, error);
}

static bool lost_a_race(const struct ra_error *error)
{
    return error->code == RA_CONFLICT &&
           (strcmp(error->reason, "serialization") == 0 || strcmp(error->reason, "deadlock") == 0);
}

/* Two that lost against each other must not meet again at the same moment: up to 8 ms, then up to 16. */
static void pause_before(int attempt)
{
    uint32_t drawn = 0;
    if (!random_bytes((uint8_t *)&drawn, sizeof drawn))
        return;
    struct timespec pause = {.tv_nsec = (long)(drawn % (UINT32_C(4000000) << attempt))};
    nanosleep(&pause, NULL);
}

static bool run_route(struct http_exchange *exchange, struct db *db, struct ra_error *error)
{
    struct http_request *request = &exchange->request;
    if (request->route->transaction == HTTP_AT_ONCE)
        return run_at_once(exchange, error);
    if (request->route->transaction == HTTP_OWN)
        return run_own(exchange, db, error);
    for (int attempt = 1;; attempt++) {
        if (run_wrapped(exchange, db, error))
            return true;
        if (!lost_a_race(error) || attempt == TRIES)
            return false;
        *error = (struct ra_error){0};
        response_reset(&exchange->response);
        exchange->stage = HTTP_STAGE_UNKNOWN;
        pause_before(attempt);
        request->after_commit = NULL;
        request->principal = NULL;
        request->role = NULL;
        request->keep_changes = false;
    }
}

/* --- refusals --- */

/* What the form's template needs besides the errors: the model its GET would have, read in a transaction of
 * its own. false: there is no such model, the form is not to be had in the present state. */
static bool fill_form_model(struct http_exchange *exchange, struct db *db)
{
    struct http_request *request = &exchange->request;
    struct http_response model = {.context = request->context, .status = 200, .fd = -1};
    struct ra_error error = {0};
    if (request->route->form_model == NULL)
        return true;
    if (db == NULL || !db_begin(db, &error))
        return false;
    bool filled = request->route->form_model(request, &model, &error) && model.model != NULL;
    if (filled)
        json_object_update_missing(exchange->response.model, model.model);
    db_rollback(db);
    response_reset(&model);
    return filled;
}

/* The form's page shows what its GET shows: only to whom the route's authorize let through. A body that could
 * not be read is refused before that. */
static bool wants_form_again(const struct http_exchange *exchange, const struct ra_error *error)
{
    const struct http_route *route = exchange->request.route;
    enum ra_error_category category = ra_error_info(error->code)->category;
    return exchange->request.face == HTTP_FACE_PAGE && exchange->stage != HTTP_STAGE_UNKNOWN &&
           route != NULL && route->method != HTTP_GET && route->page_template != NULL &&
           (category == RA_CATEGORY_INPUT || category == RA_CATEGORY_CONFLICT);
}

static void refuse(struct http_exchange *exchange, struct db *db, const struct ra_error *error)
{
    struct http_response *response = &exchange->response;
    if (exchange->stage == HTTP_STAGE_HANDLED)
        response_reset(response); /* what a success would have shown, a token perhaps, did not come to be */
    json_t *extra = json_incref(response->model);
    const char *retry = response_header(response, "Retry-After");
    const char *allow = response_header(response, "Allow");
    response_reset(response); /* no cookie or header of a handler that failed */
    if (retry != NULL)
        http_set_header(response, "Retry-After", retry);
    if (allow != NULL)
        http_set_header(response, "Allow", allow);
    response->model = extra != NULL ? extra : json_object();
    exchange->error = *error;
    bool form_again = wants_form_again(exchange, error) && fill_form_model(exchange, db);
    render_refusal(exchange, error, form_again);
}

void dispatch_refuse(struct http_exchange *exchange, const struct ra_error *error)
{
    refuse(exchange, NULL, error);
}

static void hint_retry(struct http_exchange *exchange)
{
    int status = exchange->response.status;
    if ((status == 503 || status == 429) && response_header(&exchange->response, "Retry-After") == NULL)
        http_set_header(&exchange->response, "Retry-After", "2");
}

void dispatch_run(struct http_exchange *exchange, struct db *db)
{
    struct http_request *request = &exchange->request;
    struct ra_error error = {0};
    request->db = db;
    request->now_us = clock_now_us(&request->app->clock);
    bool done = origin_is_ours(request, &error) && read_certificate(exchange, &error) &&
                parse_body(exchange, &error) && find_key(exchange, &error) && run_route(exchange, db, &error);
    if (db != NULL)
        db_rollback(db); /* an authorizer's that forgot it: the next request must find the connection free */
    if (done) {
        for (struct http_after_commit *after = request->after_commit; after != NULL; after = after->next)
            after->run(request->app, after->argument);
    } else {
        refuse(exchange, db, &error);
        hint_retry(exchange);
    }
    request->db = NULL;
}
