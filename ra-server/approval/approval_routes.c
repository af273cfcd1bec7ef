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
static const char me_schema[] =
    "{\"type\":\"object\",\"required\":[\"name\",\"cpf\",\"role\",\"spki\",\"instance\",\"office\","
    "\"roster_version\",\"roster_not_after\",\"now\",\"statement_hours\",\"code_days\"],"
    "\"properties\":{\"name\":{\"type\":\"string\"},\"cpf\":{\"type\":\"string\"},"
    "\"role\":{\"type\":\"string\",\"enum\":[\"agent\",\"auditor\",\"admin\"]},"
    "\"spki\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\"},"
    "\"office\":{\"type\":\"object\"},\"roster_version\":{\"type\":\"integer\"},"
    "\"roster_not_after\":{\"type\":\"integer\"},\"now\":{\"type\":\"integer\"},"
    "\"statement_hours\":{\"type\":\"integer\"},\"code_days\":{\"type\":\"integer\"}}}";
static const char crls_schema[] =
    "{\"type\":\"object\",\"required\":[\"crls\"],\"properties\":{\"crls\":{\"type\":\"array\","
    "\"items\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}}}}";
static const char roster_now_schema[] =
    "{\"type\":\"object\",\"required\":[\"roster\",\"version\",\"not_after\"],"
    "\"properties\":{\"roster\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},"
    "\"version\":{\"type\":\"integer\"},\"not_after\":{\"type\":\"integer\"}}}";
static const char roster_set_schema[] =
    "{\"type\":\"object\",\"required\":[\"version\",\"not_after\"],"
    "\"properties\":{\"version\":{\"type\":\"integer\"},\"not_after\":{\"type\":\"integer\"}}}";
static const char signing_schema[] =
    "{\"type\":\"object\",\"required\":[\"instance\",\"order\",\"attempt\",\"serial\"],"
    "\"properties\":{\"instance\":{\"type\":\"string\"},\"order\":{\"type\":\"string\"},"
    "\"attempt\":{\"type\":\"integer\"},\"serial\":{\"type\":\"string\"}}}";
static const char validation_facts_schema[] =
    "{\"type\":\"object\",\"required\":[\"instance\",\"order\",\"attempt\",\"profile\",\"data\","
    "\"people\",\"method\",\"place\",\"rules\",\"waived\",\"media\",\"bindings\",\"agents\","
    "\"dossier\",\"checklist\",\"product_name\"],\"properties\":{\"instance\":{\"type\":\"string\"},"
    "\"order\":{\"type\":\"string\"},\"attempt\":{\"type\":\"integer\"},"
    "\"profile\":{\"type\":\"object\"},\"data\":{\"type\":\"object\"},\"people\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}},\"method\":{\"type\":\"string\"},\"place\":{\"type\":\"object\"},"
    "\"rules\":{\"type\":\"string\"},\"waived\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
    "\"media\":{\"type\":\"object\"},\"bindings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"agents\":{\"type\":\"integer\"},\"dossier\":{\"type\":\"object\",\"required\":[\"root\","
    "\"leaves\",\"documents\"],\"properties\":{\"root\":{\"type\":\"string\"},"
    "\"leaves\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"documents\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}}},\"checklist\":{\"type\":\"object\"},"
    "\"product_name\":{\"type\":\"string\"}}}";
static const char verification_facts_schema[] =
    "{\"type\":\"object\",\"required\":[\"validation\",\"roster\",\"agents_anchors\",\"crls\","
    "\"dossier\",\"mail_public_key\"],\"properties\":{\"validation\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"},\"roster\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},"
    "\"agents_anchors\":{\"type\":\"string\"},\"crls\":{\"type\":\"array\","
    "\"items\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}},\"dossier\":{\"type\":\"object\","
    "\"required\":[\"root\",\"leaves\",\"documents\"],\"properties\":{\"root\":{\"type\":\"string\"},"
    "\"leaves\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"documents\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}}},\"mail_public_key\":{\"type\":\"string\"}}}";
static const char returned_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"state\",\"attempt\",\"missing\"],"
    "\"properties\":{\"order\":{\"type\":\"string\"},\"state\":{\"type\":\"string\"},"
    "\"attempt\":{\"type\":\"integer\"},\"missing\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}}}";
static const char stated_schema[] = "{\"type\":\"object\",\"properties\":{\"statement\":{\"type\":\"string\"}"
                                    ",\"binding\":{\"type\":\"string\"},"
                                    "\"agents\":{\"type\":\"integer\"},"
                                    "\"state\":{\"type\":\"string\"}}}";

#define READ_ROUTE(path, who, function, name, about, answer)                                                 \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = HTTP_OFFICE, .api_path = path, .authorize = who,                    \
        .handler = function, .operation = name, .summary = about, .response_schema = answer,                 \
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
               "Quem sou eu e em que instalação", me_schema),
    READ_ROUTE("/api/office/crls", office_authorize_any, roster_crls, "officeCrls", "LCRs da AC dos agentes",
               crls_schema),
    READ_ROUTE("/api/office/roster", office_authorize_any, roster_get, "officeRoster",
               "A lista de agentes em vigor", roster_now_schema),
    ACT_ROUTE("/api/office/roster", office_authorize_admin, roster_post, "officeRosterSet",
              "Entrega uma nova lista de agentes assinada", roster_schema, roster_set_schema, 201),
    READ_ROUTE("/api/office/orders/{code}/signing", office_authorize_agent, signing_get, "officeSigning",
               "Cabeçalho das declarações sobre este pedido", signing_schema),
    READ_ROUTE("/api/office/orders/{code}/validation", office_authorize_agent, validation_get,
               "officeValidationFacts", "Fatos que o primeiro agente assina", validation_facts_schema),
    ACT_ROUTE("/api/office/orders/{code}/validation", office_authorize_agent, validation_post,
              "officeValidate", "Validação assinada pelo primeiro agente", validation_schema, stated_schema,
              201),
    READ_ROUTE("/api/office/orders/{code}/verification", office_authorize_agent, verification_get,
               "officeVerificationFacts", "O que o segundo agente confere", verification_facts_schema),
    ACT_ROUTE("/api/office/orders/{code}/verification", office_authorize_agent, verification_post,
              "officeVerify", "Verificação assinada pelo segundo agente", cms_schema, stated_schema, 201),
    ACT_ROUTE("/api/office/orders/{code}/refusal", office_authorize_agent, refusal_post, "officeRefuse",
              "Recusa assinada: encerra o caso", cms_schema, stated_schema, 201),
    ACT_ROUTE("/api/office/orders/{code}/return", office_authorize_agent, return_post, "officeReturn",
              "Devolve para correção", reason_schema, returned_schema, 200),
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
