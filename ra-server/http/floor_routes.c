/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/floor_routes.h"

#include "db/db.h"
#include "metrics.h"

#include <string.h>

enum { KEEP_KEYS_S = 24 * 3600, DETAIL_SIZE = 160 };

/* Set once before the server starts, constant while it runs. */
static const struct health_part *const *health_parts;
static size_t health_part_count;
static json_t *openapi_public;
static json_t *openapi_office;

void floor_set_health_parts(const struct health_part *const *parts, size_t count)
{
    health_parts = parts;
    health_part_count = count;
}

void floor_set_openapi(json_t *take_public, json_t *take_office)
{
    json_decref(openapi_public);
    json_decref(openapi_office);
    openapi_public = take_public;
    openapi_office = take_office;
}

/* --- health --- */

static const char *const state_names[] = {
    [HEALTH_OK] = "ok", [HEALTH_DEGRADED] = "degraded", [HEALTH_FAILING] = "failing"};

static enum health_state check_database(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                        size_t detail_size)
{
    (void)facts;
    (void)app;
    struct ra_error error = {0};
    if (db_exec(db, STATEMENT_FLOOR_PING, DB_NO_VALUES, NULL, &error))
        return HEALTH_OK;
    snprintf(detail, detail_size, "%s", ra_error_info(error.code)->code);
    return HEALTH_FAILING;
}

static const struct health_part database_part = {"database", check_database};

static enum health_state ask(const struct health_part *part, struct http_request *request, json_t *parts)
{
    char detail[DETAIL_SIZE] = "";
    json_t *answer = json_object();
    enum health_state state = part->check(request->app, request->db, answer, detail, sizeof detail);
    json_object_set_new(answer, "status", json_string(state_names[state]));
    if (detail[0] != '\0')
        json_object_set_new(answer, "detail", json_string(detail));
    json_object_set_new(parts, part->name, answer);
    return state;
}

static bool show_health(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    json_t *parts = json_object();
    enum health_state worst = ask(&database_part, request, parts);
    for (size_t i = 0; i < health_part_count; i++) {
        enum health_state state = ask(health_parts[i], request, parts);
        worst = state > worst ? state : worst;
    }
    json_t *model = json_pack("{s:s, s:s}", "status", state_names[worst], "environment",
                              request->app->config->production ? "production" : "homologation");
    if (request->peer_is_loopback)
        json_object_set(model, "parts", parts);
    json_decref(parts);
    http_reply(response, worst == HEALTH_FAILING ? 503 : 200, model);
    (void)error;
    return true;
}

/* --- metrics, OpenAPI --- */

static bool loopback_only(struct http_request *request, struct ra_error *error)
{
    return request->peer_is_loopback || ra_fail(error, RA_FORBIDDEN, "%s", "");
}

static bool show_metrics(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const char *text = metrics_text(request->context);
    if (text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "metrics");
    http_reply_bytes(response, 200, "text/plain; version=0.0.4; charset=utf-8", bytes_of_text(text));
    return true;
}

static bool show_openapi(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)error;
    /* A copy: reference counts of a shared document would be touched by several threads. */
    http_reply(response, 200,
               json_deep_copy(request->listener == HTTP_PUBLIC ? openapi_public : openapi_office));
    http_set_header(response, "Cache-Control", "public, max-age=300");
    return true;
}

const struct http_route floor_routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_BOTH,
     .api_path = "/healthz",
     .authorize = http_anyone,
     .handler = show_health,
     .transaction = HTTP_OWN,
     .operation = "health",
     .summary = "Estado do serviço; de dentro da máquina, com as partes",
     .response_schema = "{\"type\":\"object\",\"required\":[\"status\",\"environment\"],\"properties\":{"
                        "\"status\":{\"enum\":[\"ok\",\"degraded\",\"failing\"]},"
                        "\"environment\":{\"enum\":[\"production\",\"homologation\"]},"
                        "\"parts\":{\"type\":\"object\"}}}"},
    {.method = HTTP_GET,
     .listeners = HTTP_BOTH,
     .api_path = "/metrics",
     .authorize = loopback_only,
     .handler = show_metrics,
     .transaction = HTTP_OWN,
     .operation = "metrics",
     .summary = "Contadores no formato de texto do Prometheus, só de dentro da máquina",
     .response_type = "text/plain"},
    {.method = HTTP_GET,
     .listeners = HTTP_BOTH,
     .api_path = "/openapi.json",
     .authorize = http_anyone,
     .handler = show_openapi,
     .transaction = HTTP_OWN,
     .operation = "openapi",
     .summary = "Este documento",
     .response_schema = "{\"type\":\"object\",\"required\":[\"openapi\",\"paths\"]}"},
};
const size_t floor_route_count = sizeof floor_routes / sizeof floor_routes[0];

/* --- the sweep --- */

static bool sweep(struct job_run *run, struct ra_error *error)
{
    return db_exec(run->db, STATEMENT_IDEMPOTENCY_SWEEP,
                   DB_VALUES(db_time(run->now_us - KEEP_KEYS_S * INT64_C(1000000))), NULL, error);
}

const struct job floor_sweep_job = {.name = "idempotency-sweep", .period_ms = 600000, .run = sweep};
