/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"
#include "identification/rules_cache.h"

#include <string.h>

const char *actor_name(const struct http_request *request)
{
    const struct office_caller *caller = office_caller(request);
    const char *otherwise = request->listener == HTTP_PROGRAM ? "system" : "holder";
    return caller == NULL ? otherwise : caller->name;
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
    struct judged_case judged;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "checklist", error) ||
        !judged_case_read(request, order, &judged, error))
        return false;
    http_reply(response, 200, judged_case_json(&judged));
    return reuse_offer(request, &judged, response->model, error);
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

/* --- routes --- */

static const struct http_parameter document_parameters[] = {
    {"item", true, NULL, "item da lista que o documento atende"},
    {"kind", false, NULL, "espécie do documento"},
    {"number", false, NULL, "número"},
    {"issued", false, "{\"type\":\"string\",\"format\":\"date\"}", "emissão"},
    {"expires", false, "{\"type\":\"string\",\"format\":\"date\"}", "validade"},
    {"via", false, NULL, "via da CNH"},
    {"original_seen", false, NULL, "1: o agente viu o original"},
    {"issuer", false, NULL, "órgão emissor"},
    {"sides", false, "{\"type\":\"string\",\"enum\":[\"front\",\"back\",\"both\"]}", "lados digitalizados"},
    {"photo", false, NULL, "0: o documento não tem foto"},
    {"legible", false, NULL, "0: não está legível"},
    {"person", false, NULL, "papel ou CPF da pessoa"},
    {NULL, false, NULL, NULL}};

#define DOCUMENT_SCHEMA                                                                                      \
    "{\"type\":\"object\",\"required\":[\"document\",\"sha256\",\"media_type\",\"size\"],\"properties\":{"   \
    "\"document\":{\"type\":\"string\",\"format\":\"uuid\"},\"sha256\":{\"type\":\"string\"},"               \
    "\"media_type\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"}}}"
#define CHECKLIST_SCHEMA                                                                                     \
    "{\"type\":\"object\",\"required\":[\"items\",\"complete\"],\"properties\":{\"order\":{\"type\":"        \
    "\"string\"},\"complete\":{\"type\":\"boolean\"},\"items\":{\"type\":\"array\",\"items\":{\"type\":"     \
    "\"object\",\"required\":[\"id\",\"person\",\"kind\",\"text\",\"source\",\"required\",\"state\"]}}}}"
#define CASE_SCHEMA                                                                                          \
    "{\"type\":\"object\",\"required\":[\"order\",\"people\",\"documents\",\"faces\"],\"properties\":{"      \
    "\"order\":{\"type\":\"string\"},\"complete\":{\"type\":\"boolean\"},\"people\":{\"type\":\"array\"},"   \
    "\"documents\":{\"type\":\"array\"},\"faces\":{\"type\":\"array\"}}}"
#define PUBLIC_CHECKLIST_SCHEMA                                                                              \
    "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"subject\":{\"type\":\"string\"},"       \
    "\"day\":{\"type\":\"string\",\"format\":\"date\"},\"rules\":{\"type\":\"string\"},"                     \
    "\"norm_note\":{\"type\":\"string\"},\"norm_source\":{\"type\":\"string\"},"                             \
    "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"text\",\"source\"]" \
    ","                                                                                                      \
    "\"properties\":{\"id\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"},"                         \
    "\"kind\":{\"type\":\"string\"},\"consult\":{\"type\":\"string\"},\"alternatives\":{\"type\":"           \
    "\"array\",\"items\":{\"type\":\"string\"}},\"text\":{\"type\":\"string\"},"                             \
    "\"why\":{\"type\":\"string\"},\"source\":{\"type\":\"string\"},\"source_text\":{\"type\":\"string\"},"  \
    "\"required\":{\"type\":\"boolean\"}}}}}"                                                                \
    "}"
#define REASON_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"properties\":{\"reason\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"}" \
    "}}"
#define DOSSIER_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"required\":[\"root\",\"leaves\",\"documents\"],\"properties\":{\"root\":"        \
    "{\"type\":\"string\"},\"leaves\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"                 \
    "\"documents\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}"
#define CONSULTATION_SCHEMA                                                                                  \
    "{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"type\":\"string\"},"           \
    "\"result\":{\"type\":\"string\"},\"base\":{\"type\":\"string\"},\"protocol\":{\"type\":\"string\"},"    \
    "\"evidence\":{\"type\":\"string\"},\"evidence_sha256\":{\"type\":\"string\"},"                          \
    "\"registration\":{\"type\":\"string\"},\"form_number\":{\"type\":\"string\"},"                          \
    "\"via_seen\":{\"type\":\"string\"},\"consulted_at\":{\"type\":\"string\"},"                             \
    "\"person\":{\"type\":\"string\"}}}"
#define MISSING_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"required\":[\"missing\"],\"properties\":{\"order\":{\"type\":\"string\"},"       \
    "\"missing\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"item\",\"person\","      \
    "\"code\","                                                                                              \
    "\"why\",\"text\"]}}}}"
#define REASONS_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"required\":[\"reasons\"],\"properties\":{\"reasons\":{\"type\":\"array\"}}}"
#define WAIVERS_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"required\":[\"waivers\"],\"properties\":{\"waivers\":{\"type\":\"array\"}}}"
#define TASKS_SCHEMA                                                                                         \
    "{\"type\":\"object\",\"required\":[\"tasks\"],\"properties\":{\"tasks\":{\"type\":\"array\"}}}"
#define PERSON_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"required\":[\"role\",\"name\",\"cpf\",\"birth_date\"],\"properties\":{"          \
    "\"role\":{\"type\":\"string\",\"enum\":[\"representative\",\"attorney\",\"interpreter\"]},"             \
    "\"name\":{\"type\":\"string\"},\"cpf\":{\"type\":\"string\"},\"birth_date\":{\"type\":\"string\"},"     \
    "\"email\":{\"type\":\"string\"},\"phone\":{\"type\":\"string\"}}}"
#define FACT_SCHEMA                                                                                          \
    "{\"type\":\"object\",\"required\":[\"key\",\"value\"],\"properties\":{\"key\":{\"type\":\"string\"},"   \
    "\"value\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"}}}"
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

static const struct http_parameter range_query[] = {
    {"from", false, "{\"type\":\"string\",\"format\":\"date\"}", "primeiro dia"},
    {"to", false, "{\"type\":\"string\",\"format\":\"date\"}", "último dia; hoje quando falta"},
    {NULL, false, NULL, NULL}};

static const struct http_parameter checklist_query[] = {
    {"product", false, NULL, "Código do certificado; diz também se é para pessoa ou empresa."},
    {"subject", false, "{\"type\":\"string\",\"enum\":[\"pf\",\"pj\"]}", "Sem product: para quem é."},
    {"age", false, "{\"type\":\"string\",\"enum\":[\"adult\",\"assisted\",\"represented\"]}",
     "Idade do titular: adulto, 16 ou 17 anos, menos de 16."},
    {"residence", false, NULL,
     "Brasileiro, estrangeiro residente ou não residente; e assim qualquer outro fato das regras."},
    {"nature", false, NULL, "Natureza jurídica da empresa."},
    {"representation", false, NULL, "Quem representa a empresa."},
    {"signature", false, NULL, "Assinatura isolada ou em conjunto."},
    {NULL, false, NULL, NULL},
};

static const struct http_parameter inline_query[] = {
    {"inline", false, NULL, "1: para ver na página (JPEG, PNG e PDF), e não para guardar"},
    {NULL, false, NULL, NULL}};

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_BOTH,
     .api_path = "/api/checklist",
     .page_path = "/checklist",
     .page_template = "checklist",
     .authorize = http_anyone,
     .handler = public_checklist,
     .transaction = HTTP_OWN,
     .operation = "checklistShow",
     .summary = "O que levar, cada item com a sua fonte.",
     .query = checklist_query,
     .response_schema = PUBLIC_CHECKLIST_SCHEMA,
     .statuses = {200, 422, 0}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/checklist",
     .authorize = office_authorize_any,
     .handler = get_checklist,
     .operation = "caseChecklistShow",
     .summary = "Itens do caso, com situação e fonte",
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/case",
     .page_path = "/caso/{code}",
     .page_template = "caso",
     .authorize = office_authorize_any,
     .handler = case_page,
     .operation = "caseShow",
     .summary = "O caso para comparar: documentos, face e a lista de cada pessoa",
     .response_schema = CASE_SCHEMA,
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
     .query = inline_query,
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
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/missing",
     .authorize = office_authorize_any,
     .handler = missing_get,
     .operation = "missingShow",
     .summary = "O que falta trazer ou corrigir, nas palavras do cidadão",
     .response_schema = MISSING_SCHEMA,
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/reuse",
     .authorize = office_authorize_agent,
     .handler = reuse_evidence,
     .body = HTTP_BODY_JSON,
     .operation = "evidenceReuse",
     .summary = "Aproveita o que as mesmas pessoas já apresentaram hoje em outro pedido",
     .request_schema = "{\"type\":\"object\",\"required\":[\"from\"],\"properties\":{\"from\":{\"type\":"
                       "\"string\"}}}",
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {200, 401, 403, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/waivers",
     .authorize = office_authorize_auditor,
     .handler = waiver_register,
     .operation = "waiverRegister",
     .summary = "Registro das dispensas: quem dispensou o quê, por quê, e quem confirmou",
     .query = range_query,
     .response_schema = WAIVERS_SCHEMA,
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/reasons",
     .authorize = office_authorize_any,
     .handler = reasons_list,
     .transaction = HTTP_OWN,
     .operation = "reasonList",
     .summary = "Motivos codificados de rejeição e devolução",
     .response_schema = REASONS_SCHEMA,
     .statuses = {200, 401, 403}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/tasks",
     .authorize = office_authorize_any,
     .handler = tasks_list,
     .operation = "taskList",
     .summary = "Tarefas abertas com prazo",
     .response_schema = TASKS_SCHEMA,
     .statuses = {200, 401, 403}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/tasks/{id}/close",
     .authorize = office_authorize_agent,
     .handler = task_close,
     .body = HTTP_BODY_JSON,
     .operation = "taskClose",
     .summary = "Encerra uma tarefa, dizendo como terminou",
     .request_schema = "{\"type\":\"object\",\"required\":[\"outcome\"],\"properties\":{\"outcome\":{"
                       "\"type\":\"string\"}}}",
     .response_schema = "{\"type\":\"object\",\"required\":[\"kind\",\"state\"],\"properties\":{\"kind\":{"
                        "\"type\":\"string\"},\"state\":{\"type\":\"string\"}}}",
     .statuses = {200, 401, 403, 404, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/people",
     .authorize = office_authorize_agent,
     .handler = person_add,
     .body = HTTP_BODY_JSON,
     .operation = "personAdd",
     .summary = "Inclui representante, procurador ou intérprete no caso",
     .request_schema = PERSON_SCHEMA,
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {201, 401, 403, 404, 409, 422}},
    {.method = HTTP_DELETE,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/people/{person}",
     .authorize = office_authorize_agent,
     .handler = person_remove,
     .operation = "personRemove",
     .summary = "Tira do caso quem não é titular nem responsável",
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {200, 401, 403, 404, 409, 422}},
    {.method = HTTP_PUT,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/facts",
     .authorize = office_authorize_agent,
     .handler = fact_set,
     .body = HTTP_BODY_JSON,
     .operation = "factSet",
     .summary = "Responde uma pergunta do caso, que decide quais regras se aplicam",
     .request_schema = FACT_SCHEMA,
     .response_schema = CHECKLIST_SCHEMA,
     .statuses = {200, 401, 403, 404, 409, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/consultations",
     .authorize = office_authorize_agent,
     .handler = consultation_add,
     .body = HTTP_BODY_JSON,
     .operation = "consultationAdd",
     .summary = "Registra uma consulta a uma base oficial; sem resultado, o sistema a faz",
     .request_schema = CONSULTATION_SCHEMA,
     .response_schema = CONSULTED_SCHEMA,
     .statuses = {201, 202, 401, 403, 404, 409, 422}},
};

static const struct job jobs[] = {{"rules", 5000, rules_cache_refresh}};

const struct room identification_room = {.name = "identification",
                                         .id = ROOM_IDENTIFICATION,
                                         .routes = routes,
                                         .route_count = sizeof routes / sizeof *routes,
                                         .jobs = jobs,
                                         .job_count = sizeof jobs / sizeof *jobs,
                                         .start = rules_cache_start,
                                         .stop = rules_cache_stop};
