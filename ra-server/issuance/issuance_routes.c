/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Emission page's facts, the CSR, the certificate: the same on both listeners.
 */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "issuance/certificate_out.h"
#include "issuance/emission.h"
#include "issuance/issuance.h"
#include "issuance/issuance_state.h"
#include "issuance/issue.h"
#include "issuance/mail_half.h"
#include "issuance/portal.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "orders/orders.h"
#include "term/term.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 15000, POLL_SECONDS = 2 };

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

static bool check_verified(const struct order *order, struct ra_error *error)
{
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "verified")) {
        return true;
    }
    return ra_fail_reason(error, RA_CONFLICT, "not-verified",
                          "Este pedido ainda não foi conferido por dois agentes, ou voltou para correção.");
}

static bool load_pair(struct http_request *request, const struct order *order, struct approval_pair *pair,
                      struct ra_error *error)
{
    return check_verified(order, error) &&
           approval_pair_load(request->app, request->db, request->context,
                              (time_t)(request->now_us / 1000000), order->id, order->attempt, pair, error);
}

static bool emission_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct approval_pair pair = {0};
    json_t *term = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !load_pair(request, order, &pair, error) || !audit_case_read(request, order, "emission", error) ||
        !term_emission_json(request, order, &term, error)) {
        return false;
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200,
               emission_json(&pair, order->product_name, order->states[ORDERS_MACHINE_ISSUANCE], term));
    return true;
}

/* --- answers --- */

static bool reply_certificate(struct http_request *request, struct http_response *response,
                              const struct issuance_row *row, struct ra_error *error)
{
    struct bytes pem = {NULL, 0};
    if (!certificate_pem(request->context, &row->certificate, 1, &pem, error)) {
        return false;
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200,
               json_pack("{s:s%, s:s%, s:s}", "certificate", (const char *)pem.data, pem.length, "chain",
                         row->chain.length > 0 ? (const char *)row->chain.data : "", row->chain.length,
                         "serial", row->serial));
    return true;
}

static bool reply_pending(struct http_request *request, struct http_response *response,
                          const struct order *order, struct bytes spki_digest, const char *state,
                          int64_t retry_after_s, struct ra_error *error)
{
    char seconds[24];
    const char *key = hex_encode(request->context, spki_digest);
    const char *prefix = request->listener == HTTP_OFFICE ? "/api/office/orders" : "/api/orders";
    const char *poll = talloc_asprintf(request->context, "%s/%s/certificate?key=%s", prefix, order->code,
                                       key != NULL ? key : "");
    if (key == NULL || poll == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "poll");
    }
    (void)snprintf(seconds, sizeof seconds, "%" PRId64, retry_after_s);
    http_set_header(response, "Retry-After", seconds);
    http_reply(response, 202,
               json_pack("{s:s, s:I, s:s}", "state", state, "retry_after_s", (json_int_t)retry_after_s,
                         "poll", poll));
    return true;
}

/* --- delivery --- */

/* Looked at once more before it leaves: what the database holds must still be what was ordered. */
static bool check_delivery(struct http_request *request, const struct order *order,
                           const struct issuance_row *row, struct ra_error *error)
{
    struct certificate_came came = {.certificate = row->certificate, .spki_digest = row->spki_digest};
    struct bytes *chain = NULL;
    if (row->reason[0] != '\0') {
        return reason_fail(error, "certificate-mismatch", NULL);
    }
    if (!certificate_unpem(request->context, row->chain, &chain, &came.chain_count, error)) {
        return false;
    }
    came.chain = chain;
    return certificate_check(request->app, request->context, issuance_anchors(request->app), order, &came,
                             clock_now_us(&request->app->clock), error);
}

static bool record_delivery(struct http_request *request, struct order *order, const struct issuance_row *row,
                            struct ra_error *error)
{
    request->now_us =
        clock_now_us(&request->app->clock); /* the AC took its time: delivery comes after issue */
    return orders_advance(request, order, ORDERS_MACHINE_ISSUANCE, "delivered", "delivered", row->serial,
                          error) &&
           audit_record(request, AUDIT_CERT_DELIVERED, order, json_pack("{s:s}", "serial", row->serial), NULL,
                        error);
}

/* The alarm of a certificate that is not the ordered one outlives the refusal of this request. */
static bool record_alarm(struct http_request *request, const struct order *order,
                         const struct issuance_row *row, const struct ra_error *cause, struct ra_error *error)
{
    return audit_record(request, AUDIT_CERT_MISMATCH, order,
                        json_pack("{s:s, s:s}", "serial", row->serial, "reason", cause->reason), NULL, error);
}

/* In the open transaction: the row of the order's attempt, judged, and delivery recorded when `deliver`. */
static bool hand_over(struct http_request *request, struct order *order, const struct issuance_row *row,
                      bool deliver, struct ra_error *error)
{
    struct ra_error cause = {0};
    if (check_delivery(request, order, row, &cause)) {
        return !deliver || !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
               record_delivery(request, order, row, error);
    }
    if (cause.code == RA_CERTIFICATE_REFUSED) {
        if (!record_alarm(request, order, row, &cause, error)) {
            return false;
        }
        http_keep_changes(request);
    }
    *error = cause;
    return false;
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
        return reply_pending(request, response, order, row.spki_digest, row.state, POLL_SECONDS, error);
    }
    return audit_case_read(request, order, "certificate", error) &&
           hand_over(request, order, &row, request->listener == HTTP_PUBLIC, error) &&
           reply_certificate(request, response, &row, error);
}

/* --- CSR --- */

struct csr_work {
    struct http_request *request;
    struct http_response *response;
    struct emission_request emission;
    const char *code;
    struct order *order;
    struct approval_pair pair; /* the statements that key and proofs were judged by */
    int64_t judged_attempt;    /* their attempt; 0: none were judged */
    bool intended;             /* this request stored the intent, by these statements */
    bool delivered; /* the certificate in `row` came just now, judged, and its delivery is written */
    struct issuance_row row;
};

static bool same_key(const struct csr_work *work)
{
    return bytes_equal(work->row.spki_digest, work->emission.wish.spki_digest);
}

static bool is_state(const struct csr_work *work, const char *state)
{
    return work->row.found && strcmp(work->row.state, state) == 0;
}

/* Before anything is written or anybody waits: key and proofs against the statements. A key that already has
 * its certificate has proved itself by its own signature. */
static bool judge(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    struct certificate_profile *profile = NULL;
    if (!orders_load(request, work->code, &work->order, error) ||
        !issuance_store_find(request->db, request->context, work->order->id, work->order->attempt, &work->row,
                             error) ||
        !approval_profile(request->app, request->context, work->order->profile_id, &profile, error) ||
        !emission_check_key(&work->emission, profile, issuance_weak_keys(request->app), error)) {
        return false;
    }
    if (is_state(work, "issued")) {
        return true;
    }
    work->judged_attempt = work->order->attempt;
    return load_pair(request, work->order, &work->pair, error) &&
           emission_check(&work->emission, &work->pair, error) &&
           term_check_signature(request, work->order, X509_REQ_get0_pubkey(work->emission.csr->request),
                                work->emission.wish.term_signature, error);
}

bool issuance_key_is_free(struct http_request *request, int64_t order_id, const uint8_t spki_digest[32],
                          struct ra_error *error)
{
    bool elsewhere = false;
    return issuance_store_key_elsewhere(request->db, (struct bytes){spki_digest, 32}, order_id, &elsewhere,
                                        error) &&
           (!elsewhere || reason_fail(error, "key-already-used", NULL));
}

/* Intent before effect (design 2.10). */
static bool intend(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    struct order *order = work->order;
    bool written = false;
    if (order->attempt != work->judged_attempt) {
        return ra_fail_reason(error, RA_CONFLICT, "attempt-superseded",
                              "O pedido mudou enquanto era conferido.");
    }
    if (!check_verified(order, error) || !approval_pair_matches(&work->pair, order, error) ||
        !issuance_key_is_free(request, order->id, work->emission.wish.spki_digest.data, error)) {
        return false;
    }
    const char *spki = hex_encode(request->context, work->emission.wish.spki_digest);
    return issuance_store_intend(request->db, order->id, order->attempt, &work->emission.wish,
                                 request->now_us, &written, error) &&
           (written || ra_fail(error, RA_CONFLICT, "O pedido mudou enquanto era conferido.")) &&
           orders_advance(request, order, ORDERS_MACHINE_ISSUANCE, "requested", "csr_received", "", error) &&
           audit_record(request, AUDIT_CERT_REQUESTED, order,
                        json_pack("{s:i, s:s}", "attempt", order->attempt, "spki", spki), NULL, error) &&
           term_keep_signature(request, order, work->emission.wish.term_signature, error) &&
           revocation_key_keep(request, order, X509_REQ_get0_pubkey(work->emission.csr->request),
                               &work->emission.revocation, error);
}

/* In a transaction over the order, held: what is there decides what happens. */
static bool prepare(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    if (!orders_hold(request, work->order, error) ||
        !issuance_store_find(request->db, request->context, work->order->id, work->order->attempt, &work->row,
                             error)) {
        return false;
    }
    bool mismatch = is_state(work, "refused") && strcmp(work->row.reason, "certificate-mismatch") == 0;
    if (work->row.found && (mismatch || !is_state(work, "refused"))) {
        return (same_key(work) || reason_fail(error, "attempt-key", NULL)) &&
               (!mismatch || reason_fail(error, "certificate-mismatch", NULL));
    }
    work->intended = intend(work, error);
    work->row = issuance_row_intended(&work->emission.wish);
    return work->intended;
}

static bool in_transaction(struct csr_work *work, bool (*run)(struct csr_work *, struct ra_error *),
                           struct ra_error *error)
{
    struct db *db = work->request->db;
    if (!db_begin(db, error)) {
        return false;
    }
    if (run(work, error) && db_commit(db, error)) {
        return true;
    }
    struct ra_error unkept = {0};
    bool kept = work->request->keep_changes && db_can_commit(db, &unkept) && db_commit(db, &unkept);
    if (!kept && unkept.code != RA_OK) {
        *error = unkept;
    }
    db_rollback(db);
    return false;
}

static bool deliver(struct csr_work *work, struct ra_error *error)
{
    struct http_request *request = work->request;
    return orders_load_for_update(request, work->code, &work->order, error) &&
           issuance_store_find(request->db, request->context, work->order->id, work->order->attempt,
                               &work->row, error) &&
           hand_over(request, work->order, &work->row, true, error) &&
           reply_certificate(request, work->response, &work->row, error);
}

/* The certificate was compared with the order a moment ago, in this very transaction. */
static bool deliver_at_once(void *argument, struct order *order, const struct issuance_result *result,
                            struct ra_error *error)
{
    struct csr_work *work = argument;
    work->row.certificate = result->certificate;
    work->row.chain = result->chain;
    work->row.serial = talloc_strdup(work->request->context, result->serial);
    work->delivered = true;
    return (work->row.serial != NULL || ra_fail(error, RA_NO_MEMORY, "certificate")) &&
           record_delivery(work->request, order, &work->row, error);
}

static bool ask_and_deliver(struct csr_work *work, struct ra_error *error)
{
    struct issue_outcome outcome = {.end = ISSUE_ISSUED};
    const struct issue_case issue = {
        .app = work->request->app,
        .db = work->request->db,
        .context = work->request->context,
        .order = work->order,
        .attempt = work->order->attempt,
        .judged = work->intended ? &work->pair : NULL,
        .deliver = deliver_at_once,
        .deliver_argument = work,
    };
    if (!is_state(work, "issued") && !issue_run(&issue, &work->row, &outcome, error)) {
        return false;
    }
    switch (outcome.end) {
    case ISSUE_ISSUED:
        return work->delivered ? reply_certificate(work->request, work->response, &work->row, error)
                               : in_transaction(work, deliver, error);
    case ISSUE_PENDING:
    default:
        return reply_pending(work->request, work->response, work->order, work->emission.wish.spki_digest,
                             outcome.state, outcome.retry_after_s, error);
    }
}

static bool csr_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct csr_work work = {
        .request = request, .response = response, .code = http_path_parameter(request, "code")};
    struct inflight *inflight = issuance_inflight(request->app);
    if (!emission_read(request->context, request->body, &work.emission, error) || !judge(&work, error)) {
        return false;
    }
    int64_t order_id = work.order->id;
    if (!inflight_take(inflight, order_id, WAIT_MS)) {
        return ra_fail_reason(error, RA_UNAVAILABLE, "busy",
                              "Este pedido já está sendo emitido. Tente em instantes.");
    }
    bool done = in_transaction(&work, prepare, error) && ask_and_deliver(&work, error);
    inflight_release(inflight, order_id);
    return done;
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
