/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Emission page's facts, the certificate, and the room's table: the same on both listeners.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "issuance/csr_route.h"
#include "issuance/delivery.h"
#include "issuance/emission.h"
#include "issuance/issuance.h"
#include "issuance/issuance_state.h"
#include "issuance/mail_half.h"
#include "issuance/portal.h"
#include "issuance/signer_client.h"
#include "orders/orders.h"
#include "term/term.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { POLL_SECONDS = 2 };

/* --- who may --- */

/* The holder's request is authorised by its proofs; at the office an agent sends it. */
static bool authorize_emission(struct http_request *request, struct ra_error *error)
{
    return request->listener == HTTP_OFFICE ? office_authorize_any(request, error)
                                            : http_anyone(request, error);
}

static bool authorize_csr(struct http_request *request, struct ra_error *error)
{
    return request->listener == HTTP_OFFICE ? office_authorize_agent(request, error)
                                            : http_anyone(request, error);
}

/* `key`, the SHA-256 of the public key, is known to who made the key: it opens the certificate as the bearer
 * does. */
static bool authorize_certificate(struct http_request *request, struct ra_error *error)
{
    if (request->listener == HTTP_OFFICE) {
        return office_authorize_any(request, error);
    }
    return http_query(request, "key") != NULL ? http_anyone(request, error)
                                              : orders_authorize_holder(request, error);
}

/* --- emission --- */

static bool emission_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct approval_pair pair = {0};
    json_t *term = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !csr_load_pair(request, order, &pair, error) || !audit_case_read(request, order, "emission", error) ||
        !term_emission_json(request, order, &term, error)) {
        return false;
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200,
               emission_json(&pair, order->product_name, order->states[ORDERS_MACHINE_ISSUANCE], term));
    return true;
}

/* A revoked certificate is still the holder's to have. */
static bool certificate_get(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    struct issuance_row row;
    uint8_t key[32];
    const char *text = http_query(request, "key");
    bool by_key = text != NULL && request->listener != HTTP_OFFICE;
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !issuance_store_find(request->db, request->context, order->id, order->attempt, &row, error)) {
        return false;
    }
    if (by_key && (!row.found || !hex_decode(text, key, sizeof key) ||
                   !bytes_equal((struct bytes){key, sizeof key}, row.spki_digest))) {
        return ra_fail(error, RA_NOT_FOUND, "Não há certificado para esta chave.");
    }
    if (!row.found || strcmp(row.state, "refused") == 0) {
        return ra_fail_reason(error, RA_NOT_FOUND, "not-issued", "Este pedido ainda não tem certificado.");
    }
    if (row.certificate.length == 0) {
        return delivery_reply_pending(request, response, order, row.spki_digest, row.state, POLL_SECONDS,
                                      error);
    }
    return audit_case_read(request, order, "certificate", error) &&
           delivery_hand_over(request, order, &row, request->listener == HTTP_PUBLIC, error) &&
           delivery_reply(request, response, &row, error);
}

/* --- the room --- */

static const char emission_schema[] =
    "{\"type\":\"object\",\"required\":[\"instance\",\"validation_sha256\",\"binding\",\"not_after\","
    "\"preview\"],"
    "\"properties\":{\"instance\":{\"type\":\"string\"},\"order\":{\"type\":\"string\"},"
    "\"validation_sha256\":{\"type\":\"string\"},\"binding\":{\"enum\":[\"code\",\"spki\",\"renewal\"]},"
    "\"not_after\":{\"type\":\"integer\"},\"state\":{\"type\":\"string\"},\"preview\":{\"type\":\"object\"},"
    "\"term\":{\"type\":\"object\",\"properties\":{\"sha256\":{\"type\":\"string\"},"
    "\"title\":{\"type\":\"string\"}}}}}";

static const char csr_schema[] =
    "{\"type\":\"object\",\"required\":[\"csr\"],\"properties\":{\"csr\":{\"type\":\"string\"},"
    "\"proofs\":{\"type\":\"object\",\"properties\":{\"counter\":{\"type\":\"string\"},"
    "\"mail\":{\"type\":\"string\"}}},\"term_signature\":{\"type\":\"string\"},\"revocation_key\":{"
    "\"type\":\"object\",\"properties\":{\"public_key\":{\"type\":\"string\"},\"signature\":{\"type\":"
    "\"string\"}}}}}";

static const char certificate_schema[] = "{\"type\":\"object\",\"properties\":{\"certificate\":{\"type\":"
                                         "\"string\"},\"chain\":{\"type\":\"string\"},"
                                         "\"serial\":{\"type\":\"string\"},\"state\":{\"type\":\"string\"},"
                                         "\"retry_after_s\":{\"type\":\"integer\"},"
                                         "\"poll\":{\"type\":\"string\"}}}";

static const char pending_schema[] =
    "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"object\",\"required\":[\"order\",\"state\",\"since\"],\"properties\":{\"order\":{\"type\":"
    "\"string\"},"
    "\"product\":{\"type\":\"string\"},\"attempt\":{\"type\":\"integer\"},\"state\":{\"enum\":[\"sent\","
    "\"unknown\"]},"
    "\"spki\":{\"type\":\"string\"},\"since\":{\"type\":\"string\"}}}}}}";

static const char answer_schema[] =
    "{\"type\":\"object\",\"required\":[\"file\"],\"properties\":{\"file\":{\"type\":\"string\"}}}";

static const char answered_schema[] =
    "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"object\",\"required\":[\"order\",\"state\"],\"properties\":{\"order\":{\"type\":\"string\"},"
    "\"state\":{\"enum\":[\"issued\",\"pending\",\"refused\"]},\"reason\":{\"type\":\"string\"}}}}}}";

static const struct http_parameter certificate_parameters[] = {
    {"key", false, NULL, "SHA-256 da chave pública, em hexadecimal: serve no lugar do token"},
    {0},
};

#define EMISSION_ROUTE(listener, path, name)                                                                 \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = listener, .api_path = path "/{code}/emission",                      \
        .authorize = authorize_emission, .handler = emission_get, .operation = name,                         \
        .summary = "O que a página de emissão precisa saber", .response_schema = emission_schema,            \
        .statuses = {200, 404, 409},                                                                         \
    }
#define CSR_ROUTE(listener, path, name)                                                                      \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = listener, .api_path = path "/{code}/csr",                          \
        .authorize = authorize_csr, .handler = csr_post, .body = HTTP_BODY_JSON, .transaction = HTTP_OWN,    \
        .operation = name, .summary = "Pede o certificado com o CSR e as provas do código de emissão",       \
        .request_schema = csr_schema, .response_schema = certificate_schema,                                 \
        .statuses = {200, 202, 404, 409, 422},                                                               \
    }
#define CERTIFICATE_ROUTE(listener, path, name)                                                              \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = listener, .api_path = path "/{code}/certificate",                   \
        .authorize = authorize_certificate, .handler = certificate_get, .operation = name,                   \
        .summary = "O certificado emitido e sua cadeia", .query = certificate_parameters,                    \
        .response_schema = certificate_schema, .statuses = {200, 202, 404},                                  \
    }

static const struct http_route routes[] = {
    EMISSION_ROUTE(HTTP_PUBLIC, "/api/orders", "emission"),
    EMISSION_ROUTE(HTTP_OFFICE, "/api/office/orders", "officeEmission"),
    CSR_ROUTE(HTTP_PUBLIC, "/api/orders", "csr"),
    CSR_ROUTE(HTTP_OFFICE, "/api/office/orders", "officeCsr"),
    CERTIFICATE_ROUTE(HTTP_PUBLIC, "/api/orders", "certificate"),
    CERTIFICATE_ROUTE(HTTP_OFFICE, "/api/office/orders", "officeCertificate"),
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/ac/pending",
     .authorize = office_authorize_any,
     .handler = portal_pending,
     .operation = "acPending",
     .summary = "O que foi pedido à AC e ainda não tem resposta",
     .response_schema = pending_schema,
     .statuses = {200}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/ac-request",
     .authorize = office_authorize_agent,
     .handler = portal_request,
     .operation = "acRequest",
     .summary = "O PKCS#10 do pedido, para levar ao portal da AC",
     .response_type = "application/x-pem-file",
     .statuses = {200, 404, 409}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/ac/answers",
     .authorize = office_authorize_agent,
     .handler = portal_answer,
     .body = HTTP_BODY_JSON,
     .body_limit = 131072,
     .transaction = HTTP_OWN,
     .operation = "acAnswer",
     .summary = "Um arquivo trazido do portal da AC; cada certificado acha seu pedido pela chave",
     .request_schema = answer_schema,
     .response_schema = answered_schema,
     .statuses = {200, 404, 422}},
};

static const struct job jobs[] = {
    {.name = "issuance", .period_ms = 3000, .run = issuance_resume_run},
    {.name = "mail-halves", .period_ms = 60000, .run = mail_half_expire_run},
};

static enum health_state signer_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                       size_t detail_size)
{
    (void)db;
    struct ra_error error = {0};
    json_t *status = NULL;
    if (!signer_status(signer_client_of(app), &status, &error)) {
        (void)snprintf(detail, detail_size, "%s", error.detail);
        return HEALTH_DEGRADED;
    }
    json_object_set_new(facts, "signer_isolated",
                        json_boolean(json_is_true(json_object_get(status, "isolated"))));
    json_object_set_new(facts, "signer_confined",
                        json_boolean(json_is_true(json_object_get(status, "confined"))));
    json_object_set(facts, "unknown", json_object_get(status, "unknown"));
    json_object_set(facts, "tree_size", json_object_get(status, "tree_size"));
    json_object_set(facts, "roster_version", json_object_get(status, "roster_version"));
    json_decref(status);
    return HEALTH_OK;
}

/* Certificates that the AC got wrong and nobody has taken up with it. */
static enum health_state certificates_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                             size_t detail_size)
{
    struct ra_error error = {0};
    TALLOC_CTX *memory = talloc_new(NULL);
    int64_t open = 0;
    bool known = memory != NULL && issuance_store_tickets(db, memory, &open, &error);
    (void)app;
    talloc_free(memory);
    json_object_set_new(facts, "refused_open", json_integer(open));
    if (known && open == 0) {
        return HEALTH_OK;
    }
    (void)snprintf(detail, detail_size, "%s",
                   known ? "a AC deu um certificado que não devia: há chamado aberto (ra-cli tasks)"
                         : error.detail);
    return HEALTH_DEGRADED;
}

static const struct health_part health[] = {{.name = "signer", .check = signer_health},
                                            {.name = "certificates", .check = certificates_health}};

const struct room issuance_room = {
    .name = "issuance",
    .id = ROOM_ISSUANCE,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .health = health,
    .health_count = sizeof health / sizeof health[0],
    .start = issuance_state_start,
    .stop = issuance_state_stop,
};
