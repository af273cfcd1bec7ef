/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/rules.h"

#include <string.h>

enum { REASON_MAX = 500, TEXT_MAX = 120 };

const char *actor_name(const struct http_request *request)
{
    const struct office_caller *caller = office_caller(request);
    return caller == NULL ? "holder" : caller->name;
}

const char *actor_station(const struct http_request *request)
{
    const struct office_caller *caller = office_caller(request);
    return caller == NULL ? "" : caller->station;
}

bool open_for_change(struct http_request *request, const char *why, struct order **order,
                     struct ra_error *error)
{
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), order, error))
        return false;
    if (orders_in_state(*order, ORDERS_MACHINE_IDENTIFICATION, "refused"))
        return ra_fail_reason(error, RA_CONFLICT, "case-ended", "O caso foi encerrado; abra outro pedido.");
    return approval_void_attempt(request, *order, why, error);
}

static bool get_checklist(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    json_t *checklist = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "checklist", error) ||
        !identification_checklist(request, order, &checklist, error))
        return false;
    http_reply(response, 200, checklist);
    return true;
}

static bool get_dossier(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    json_t *dossier = NULL;
    uint8_t root[32];
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "dossier", error) ||
        !identification_dossier(request, order, &dossier, root, error))
        return false;
    http_reply(response, 200, dossier);
    return true;
}

/* --- judging one item --- */

struct found_item {
    struct db_rows *rows;
    size_t row;
    char day[CATALOG_DAY_SIZE];
};

static bool find_item(struct http_request *request, const struct order *order, struct found_item *found,
                      struct ra_error *error)
{
    const char *id = http_path_parameter(request, "item");
    catalog_today(request->app, request->now_us, found->day);
    if (!store_items(request, order, found->day, &found->rows, error))
        return false;
    for (found->row = 0; found->row < db_row_count(found->rows); found->row++)
        if (strcmp(row_text(found->rows, found->row, "id"), id) == 0)
            return true;
    return ra_fail(error, RA_NOT_FOUND, "Este item não faz parte do caso.");
}

static bool cnh_was_consulted(struct http_request *request, const struct order *order, bool *consulted,
                              struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *consulted = false;
    if (!store_consultations(request, order, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (strcmp(row_text(rows, i, "kind"), "cnh") == 0)
            *consulted = strcmp(row_text(rows, i, "result"), "ok") == 0; /* the last one counts */
    return true;
}

static size_t item_documents(struct http_request *request, const struct db_rows *rows, const char *item,
                             struct rule_document **documents)
{
    size_t count = 0;
    *documents = talloc_zero_array(request->context, struct rule_document, (unsigned)db_row_count(rows) + 1);
    for (size_t i = 0; *documents != NULL && i < db_row_count(rows); i++) {
        if (strcmp(row_text(rows, i, "item"), item) != 0)
            continue;
        (*documents)[count++] = (struct rule_document){.kind = row_text(rows, i, "kind"),
                                                       .issued_on = row_text(rows, i, "issued_on"),
                                                       .expires_on = row_text(rows, i, "expires_on"),
                                                       .via = row_text(rows, i, "via"),
                                                       .original_seen = row_bool(rows, i, "original_seen")};
    }
    return count;
}

static bool judge_documents(struct http_request *request, const struct order *order,
                            const struct found_item *found, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct rule_document *documents = NULL;
    struct rule_item item = {.id = row_text(found->rows, found->row, "id"),
                             .source = row_text(found->rows, found->row, "source"),
                             .in_person =
                                 order->appointment == NULL || strcmp(order->appointment->mode, "video") != 0,
                             .day = found->day};
    json_t *kinds = row_texts(found->rows, found->row, "alternatives");
    size_t count = json_array_size(kinds);
    const char **alternatives = talloc_zero_array(request->context, const char *, (unsigned)count + 1);
    for (size_t i = 0; alternatives != NULL && i < count; i++)
        alternatives[i] = talloc_strdup(request->context, json_string_value(json_array_get(kinds, i)));
    json_decref(kinds);
    if (alternatives == NULL)
        return ra_fail(error, RA_NO_MEMORY, "item");
    item.alternatives = alternatives;
    item.alternative_count = count;
    if (!store_documents(request, order, "sealed", &rows, error) ||
        !cnh_was_consulted(request, order, &item.cnh_consulted, error))
        return false;
    item.document_count = item_documents(request, rows, item.id, &documents);
    item.documents = documents;
    return rule_document_item(&item, error);
}

/* A consultation item is satisfied by a record whose last result is ok, never by an agent's word alone. */
static bool judge_consultation(struct http_request *request, const struct order *order,
                               const struct found_item *found, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    bool good = false;
    const char *kind = row_text(found->rows, found->row, "consult");
    if (!store_consultations(request, order, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (strcmp(row_text(rows, i, "kind"), kind) == 0)
            good = strcmp(row_text(rows, i, "result"), "ok") == 0;
    return good || ra_fail_reason(error, RA_RULE_REFUSED, "consultation-missing",
                                  "Registre primeiro a consulta com resultado ok.");
}

static bool set_state(struct http_request *request, struct http_response *response, const struct order *order,
                      const struct found_item *found, const char *state, enum audit_code code,
                      struct ra_error *error)
{
    const char *reason = http_text(request->body, "reason");
    const char *id = row_text(found->rows, found->row, "id");
    reason = reason == NULL ? "" : reason;
    if (strlen(reason) > REASON_MAX)
        return ra_fail_field(error, "reason", "length", "O motivo tem no máximo 500 caracteres.");
    json_t *personal = reason[0] == '\0' ? NULL : json_pack("{s:s}", "reason", reason);
    if (!store_set_item(request, order, row_text(found->rows, found->row, "person_id"), id, state, reason,
                        actor_name(request), error))
        return json_decref(personal), false;
    if (!audit_record(request, code, order, json_pack("{s:s,s:s}", "item", id, "state", state), personal,
                      error))
        return false;
    json_t *checklist = NULL;
    if (!identification_checklist(request, order, &checklist, error))
        return false;
    http_reply(response, 200, checklist);
    return true;
}

static bool item_accept(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct found_item found;
    if (!open_for_change(request, "item", &order, error) || !find_item(request, order, &found, error))
        return false;
    const char *kind = row_text(found.rows, found.row, "kind");
    if (strcmp(kind, "document") == 0 && !judge_documents(request, order, &found, error))
        return false;
    if (strcmp(kind, "consultation") == 0 && !judge_consultation(request, order, &found, error))
        return false;
    return set_state(request, response, order, &found, "accepted", AUDIT_ITEM_ACCEPTED, error);
}

static bool item_reject(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct found_item found;
    return open_for_change(request, "item", &order, error) && find_item(request, order, &found, error) &&
           set_state(request, response, order, &found, "rejected", AUDIT_ITEM_REJECTED, error);
}

static bool item_reopen(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct found_item found;
    return open_for_change(request, "item", &order, error) && find_item(request, order, &found, error) &&
           set_state(request, response, order, &found, "pending", AUDIT_ITEM_REOPENED, error);
}

static bool item_waive(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct found_item found;
    const char *reason = http_text(request->body, "reason");
    if (!open_for_change(request, "item", &order, error) || !find_item(request, order, &found, error))
        return false;
    if (!row_bool(found.rows, found.row, "waivable")) {
        ra_fail_reason(error, RA_RULE_REFUSED, "not-waivable", "Nenhuma regra permite dispensar este item.");
        snprintf(error->source, sizeof error->source, "%s", row_text(found.rows, found.row, "source"));
        return false;
    }
    if (reason == NULL || reason[0] == '\0')
        return ra_fail_field(error, "reason", "missing", "Diga por que o item é dispensado.");
    return set_state(request, response, order, &found, "waived", AUDIT_ITEM_WAIVED, error);
}

/* --- consultations --- */

static const struct {
    const char *kind;
    enum audit_code code;
} consultation_kinds[] = {{"cnh", AUDIT_CNH_CONSULTED},         {"cpf", AUDIT_RECEITA_CPF_QUERIED},
                          {"cnpj", AUDIT_RECEITA_CNPJ_QUERIED}, {"neglist", AUDIT_NEGLIST_QUERIED},
                          {"psbio", AUDIT_BIO_RESULT},          {"icn", AUDIT_CONSULTED},
                          {"datavalid", AUDIT_CONSULTED}};

static bool consultation_of(const struct http_request *request, struct store_consultation *consultation,
                            enum audit_code *code, struct ra_error *error)
{
    static const char *const results[] = {"ok", "alert", "not_found", "conflict", "unavailable"};
    bool kind_known = false, result_known = false;
    for (size_t i = 0; i < sizeof consultation_kinds / sizeof *consultation_kinds; i++) {
        if (consultation->kind != NULL && strcmp(consultation->kind, consultation_kinds[i].kind) == 0) {
            kind_known = true;
            *code = consultation_kinds[i].code;
        }
    }
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        result_known |= consultation->result != NULL && strcmp(consultation->result, results[i]) == 0;
    (void)request;
    if (!kind_known)
        ra_fail_field(error, "kind", "unknown",
                      "Consulta desconhecida: use cnh, cpf, cnpj, neglist ou psbio.");
    if (!result_known)
        ra_fail_field(error, "result", "unknown",
                      "Resultado desconhecido: use ok, alert, not_found, conflict ou unavailable.");
    if (strlen(consultation->base) > TEXT_MAX)
        ra_fail_field(error, "base", "length", "A base tem no máximo 120 caracteres.");
    if (strlen(consultation->protocol) > TEXT_MAX)
        ra_fail_field(error, "protocol", "length", "O protocolo tem no máximo 120 caracteres.");
    return error->code == RA_OK;
}

static const char *body_or_empty(const struct http_request *request, const char *name)
{
    const char *value = http_text(request->body, name);
    return value == NULL ? "" : value;
}

static bool consultation_add(struct http_request *request, struct http_response *response,
                             struct ra_error *error)
{
    struct order *order = NULL;
    enum audit_code code = AUDIT_CONSULTED;
    struct store_consultation consultation = {.kind = http_text(request->body, "kind"),
                                              .result = http_text(request->body, "result"),
                                              .base = body_or_empty(request, "base"),
                                              .protocol = body_or_empty(request, "protocol"),
                                              .evidence_id = body_or_empty(request, "evidence"),
                                              .agent = actor_name(request),
                                              .station = actor_station(request)};
    if (!consultation_of(request, &consultation, &code, error) ||
        !open_for_change(request, "consultation", &order, error))
        return false;
    consultation.person_id = strcmp(consultation.kind, "cnpj") == 0 ? "" : order->subject->id;
    if (consultation.evidence_id[0] != '\0' &&
        !store_document_of(request, order, consultation.evidence_id, error))
        return false;
    json_t *personal = json_pack("{s:s,s:s}", "base", consultation.base, "protocol", consultation.protocol);
    json_t *detail = json_pack("{s:s,s:s}", "kind", consultation.kind, "result", consultation.result);
    if (!store_add_consultation(request, order, &consultation, error)) {
        json_decref(personal);
        json_decref(detail);
        return false;
    }
    if (!audit_record(request, code, order, detail, personal, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s,s:s,s:s}", "order", order->code, "kind", consultation.kind, "result",
                         consultation.result));
    return true;
}

/* --- routes --- */

static const struct http_parameter document_parameters[] = {
    {"item", true, NULL, "item da lista que o documento atende"},
    {"kind", false, NULL, "espécie do documento"},
    {"number", false, NULL, "número"},
    {"issued", false, "{\"type\":\"string\",\"format\":\"date\"}", "emissão"},
    {"expires", false, "{\"type\":\"string\",\"format\":\"date\"}", "validade"},
    {"via", false, NULL, "via da CNH"},
    {"original_seen", false, NULL, "1: o agente viu o original"},
    {"person", false, NULL, "papel da pessoa"},
    {NULL, false, NULL, NULL}};

#define DOCUMENT_SCHEMA                                                                                      \
    "{\"type\":\"object\",\"required\":[\"document\",\"sha256\",\"media_type\",\"size\"],\"properties\":{"   \
    "\"document\":{\"type\":\"string\",\"format\":\"uuid\"},\"sha256\":{\"type\":\"string\"},"               \
    "\"media_type\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"}}}"
#define CHECKLIST_SCHEMA                                                                                     \
    "{\"type\":\"object\",\"required\":[\"items\",\"complete\"],\"properties\":{\"order\":{\"type\":"        \
    "\"string\"},\"complete\":{\"type\":\"boolean\"},\"items\":{\"type\":\"array\",\"items\":{\"type\":"     \
    "\"object\",\"required\":[\"id\",\"person\",\"kind\",\"text\",\"source\",\"required\",\"state\"]}}}}"
#define REASON_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"properties\":{\"reason\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"}" \
    "}}"
#define DOSSIER_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"required\":[\"root\",\"leaves\",\"documents\"],\"properties\":{\"root\":"        \
    "{\"type\":\"string\"},\"leaves\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"                 \
    "\"documents\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}"
#define CONSULTATION_SCHEMA                                                                                  \
    "{\"type\":\"object\",\"required\":[\"kind\",\"result\"],\"properties\":{\"kind\":{\"type\":\"string\"}" \
    ","                                                                                                      \
    "\"result\":{\"type\":\"string\"},\"base\":{\"type\":\"string\"},\"protocol\":{\"type\":\"string\"},"    \
    "\"evidence\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"}}}"
#define CONSULTED_SCHEMA                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\"},"   \
    "\"result\":{\"type\":\"string\"}}}"

#define ITEM_ROUTE(verb, function, word, text)                                                               \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE,                                                       \
        .api_path = "/api/office/orders/{code}/items/{item}/" verb, .authorize = office_authorize_agent,     \
        .handler = function, .body = HTTP_BODY_NONE, .operation = word, .summary = text,                     \
        .request_schema = REASON_SCHEMA, .response_schema = CHECKLIST_SCHEMA, .statuses = {                  \
            200,                                                                                             \
            401,                                                                                             \
            403,                                                                                             \
            404,                                                                                             \
            409,                                                                                             \
            422                                                                                              \
        }                                                                                                    \
    }

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/checklist",
     .authorize = office_authorize_any,
     .handler = get_checklist,
     .operation = "caseChecklistShow",
     .summary = "Itens do caso, com situação e fonte",
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {200, 401, 403, 404}},
    ITEM_ROUTE("accept", item_accept, "itemAccept", "Aceita um item"),
    ITEM_ROUTE("reject", item_reject, "itemReject", "Rejeita um item"),
    ITEM_ROUTE("reopen", item_reopen, "itemReopen", "Reabre um item"),
    ITEM_ROUTE("waive", item_waive, "itemWaive", "Dispensa um item, onde uma regra permite"),
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/documents",
     .authorize = office_authorize_agent,
     .handler = document_add,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "documentAdd",
     .summary = "Digitaliza um documento para o dossiê",
     .query = document_parameters,
     .response_schema = DOCUMENT_SCHEMA,
     .statuses = {201, 401, 403, 404, 409, 415, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/documents",
     .authorize = orders_authorize_holder,
     .handler = document_add_by_holder,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "documentSend",
     .summary = "Envia um documento antes da sessão",
     .query = document_parameters,
     .response_schema = DOCUMENT_SCHEMA,
     .statuses = {201, 401, 404, 409, 415, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/documents/{id}",
     .authorize = office_authorize_any,
     .handler = document_get,
     .operation = "documentGet",
     .summary = "Um documento do dossiê",
     .response_type = "application/octet-stream",
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/dossier",
     .authorize = office_authorize_any,
     .handler = get_dossier,
     .operation = "dossierShow",
     .summary = "A parte selada do dossiê e sua raiz",
     .response_schema = DOSSIER_SCHEMA,
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/consultations",
     .authorize = office_authorize_agent,
     .handler = consultation_add,
     .body = HTTP_BODY_JSON,
     .operation = "consultationAdd",
     .summary = "Registra uma consulta a uma base oficial",
     .request_schema = CONSULTATION_SCHEMA,
     .response_schema = CONSULTED_SCHEMA,
     .statuses = {201, 401, 403, 404, 409, 422}},
};

const struct room identification_room = {.name = "identification",
                                         .id = ROOM_IDENTIFICATION,
                                         .routes = routes,
                                         .route_count = sizeof routes / sizeof *routes};
