/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/approval.h"
#include "approval/handlers.h"
#include "approval/office.h"
#include "approval/trust_state.h"

#include <inttypes.h>
#include <stdio.h>

static const char cms_schema[] =
    "{\"type\":\"object\",\"required\":[\"cms\"],\"properties\":{\"cms\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"}}}";
static const char validation_schema[] =
    "{\"type\":\"object\",\"required\":[\"cms\"],\"properties\":{\"cms\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"},\"term_countersignature\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"}}}";
static const char reason_schema[] =
    "{\"type\":\"object\",\"required\":[\"reason\"],\"properties\":{\"reason\":{\"type\":\"string\","
    "\"minLength\":1,\"maxLength\":500},\"items\":{\"type\":\"array\",\"maxItems\":32,\"items\":{"
    "\"type\":\"object\",\"required\":[\"item\",\"reason\"],\"properties\":{\"item\":{\"type\":\"string\"},"
    "\"person\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}}}}";
static const char roster_schema[] =
    "{\"type\":\"object\",\"required\":[\"roster\"],\"properties\":{\"roster\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"}}}";
static const char object_schema[] = "{\"type\":\"object\"}";
static const char stated_schema[] = "{\"type\":\"object\",\"properties\":{\"statement\":{\"type\":\"string\"}"
                                    ",\"binding\":{\"type\":\"string\"},"
                                    "\"agents\":{\"type\":\"integer\"},"
                                    "\"state\":{\"type\":\"string\"}}}";

#define READ_ROUTE(path, who, function, name, about)                                                         \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = HTTP_OFFICE, .api_path = path, .authorize = who,                    \
        .handler = function, .operation = name, .summary = about, .response_schema = object_schema,          \
        .statuses = {200, 404, 409, 422},                                                                    \
    }
#define ACT_ROUTE(path, who, function, name, about, schema, answer, status)                                  \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE, .api_path = path, .authorize = who,                   \
        .handler = function, .body = HTTP_BODY_JSON, .operation = name, .summary = about,                    \
        .request_schema = schema, .response_schema = answer, .statuses = {status, 404, 409, 422},            \
    }

static const struct http_route routes[] = {
    READ_ROUTE("/api/office/me", office_authorize_any, roster_me, "officeMe",
               "Quem sou eu e em que instalação"),
    READ_ROUTE("/api/office/crls", office_authorize_any, roster_crls, "officeCrls", "LCRs da AC dos agentes"),
    READ_ROUTE("/api/office/roster", office_authorize_any, roster_get, "officeRoster",
               "A lista de agentes em vigor"),
    ACT_ROUTE("/api/office/roster", office_authorize_admin, roster_post, "officeRosterSet",
              "Entrega uma nova lista de agentes assinada", roster_schema, object_schema, 201),
    READ_ROUTE("/api/office/orders/{code}/signing", office_authorize_agent, signing_get, "officeSigning",
               "Cabeçalho das declarações sobre este pedido"),
    READ_ROUTE("/api/office/orders/{code}/validation", office_authorize_agent, validation_get,
               "officeValidationFacts", "Fatos que o primeiro agente assina"),
    ACT_ROUTE("/api/office/orders/{code}/validation", office_authorize_agent, validation_post,
              "officeValidate", "Validação assinada pelo primeiro agente", validation_schema, stated_schema,
              201),
    READ_ROUTE("/api/office/orders/{code}/verification", office_authorize_agent, verification_get,
               "officeVerificationFacts", "O que o segundo agente confere"),
    ACT_ROUTE("/api/office/orders/{code}/verification", office_authorize_agent, verification_post,
              "officeVerify", "Verificação assinada pelo segundo agente", cms_schema, stated_schema, 201),
    ACT_ROUTE("/api/office/orders/{code}/refusal", office_authorize_agent, refusal_post, "officeRefuse",
              "Recusa assinada: encerra o caso", cms_schema, stated_schema, 201),
    ACT_ROUTE("/api/office/orders/{code}/return", office_authorize_agent, return_post, "officeReturn",
              "Devolve para correção", reason_schema, object_schema, 200),
    ACT_ROUTE("/api/office/orders/{code}/revocation", office_authorize_agent, revocation_post, "officeRevoke",
              "Revogação assinada", cms_schema, stated_schema, 201),
};

static const struct job jobs[] = {
    {.name = "crls", .period_ms = 10000, .run = trust_refresh_run},
};

/* --- health --- */

enum { HOUR_S = 3600, WEEK_S = 7 * 86400 };

static enum health_state crl_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                    size_t detail_size)
{
    (void)facts;
    (void)db;
    int64_t until = 0;
    if (!trust_crls_until(app, &until)) {
        (void)snprintf(detail, detail_size, "none needed yet");
        return HEALTH_OK;
    }
    int64_t left = until - clock_now(&app->clock);
    (void)snprintf(detail, detail_size,
                   until == 0 ? "a needed CRL is missing" : "the first ends in %" PRId64 " s", left);
    return left <= 0 ? HEALTH_DEGRADED : HEALTH_OK;
}

/* The administrators have a week's warning (protocol 5). */
static enum health_state roster_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                       size_t detail_size)
{
    (void)facts;
    (void)db;
    int64_t version = 0;
    int64_t not_after = 0;
    if (!trust_roster_facts(app, &version, &not_after)) {
        (void)snprintf(detail, detail_size, "no roster in force");
        return HEALTH_DEGRADED;
    }
    int64_t left = not_after - clock_now(&app->clock);
    (void)snprintf(detail, detail_size, "version %" PRId64 " ends in %" PRId64 " h", version, left / HOUR_S);
    return left < WEEK_S ? HEALTH_DEGRADED : HEALTH_OK;
}

static const struct health_part health[] = {
    {.name = "crls", .check = crl_health},
    {.name = "roster", .check = roster_health},
};

const struct room approval_room = {
    .name = "approval",
    .id = ROOM_APPROVAL,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .health = health,
    .health_count = sizeof health / sizeof health[0],
    .start = trust_state_start,
    .stop = trust_state_free,
};
