/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/neglist_internal.h"
#include "identification/neglist_store.h"
#include "identification/vault.h"
#include "pki/base/clock.h"

#include <string.h>

static bool listed(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Whatever is misspelt or no text would be lost from an occurrence. */
static bool only_texts(const struct http_request *request, const char *const *names, struct ra_error *error)
{
    const char *key;
    json_t *value;
    bool ok = true;
    json_object_foreach(request->body, key, value)
    {
        if (!listed(names, key))
            ok = ra_fail_field(error, key, "unknown", "Campo desconhecido.");
        else if (!json_is_string(value))
            ok = ra_fail_field(error, key, "type", "Este campo é um texto.");
    }
    return ok;
}

/* --- search --- */

/* A parameter that is misspelt would silently search for something else; the floor refuses repeated ones. */
static bool check_parameters(const struct http_request *request, struct ra_error *error)
{
    static const char *const names[] = {"mode",        "name",         "cpf",   "email",
                                        "phone",       "company_name", "cnpj",  "uf",
                                        "description", "municipality", "faces", NULL};
    bool ok = true;
    for (size_t i = 0; i < request->query.count; i++)
        if (!listed(names, request->query.items[i].name))
            ok = ra_fail_field(error, request->query.items[i].name, "unknown", "Campo desconhecido.");
    return ok;
}

static bool read_mode(const struct http_request *request, struct neglist_query *query, struct ra_error *error)
{
    const char *mode = http_query(request, "mode"), *faces = http_query(request, "faces");
    if (mode != NULL && strcmp(mode, "all") != 0 && strcmp(mode, "any") != 0)
        return ra_fail_field(error, "mode", "unknown",
                             "O modo é all (todos os campos) ou any (qualquer campo).");
    if (faces != NULL && strcmp(faces, "0") != 0 && strcmp(faces, "1") != 0)
        return ra_fail_field(error, "faces", "unknown", "Diga 1 para ver só quem tem rosto.");
    query->every_field = mode != NULL && strcmp(mode, "all") == 0;
    query->faces_only = faces != NULL && strcmp(faces, "1") == 0;
    return true;
}

static bool read_sought(const struct http_request *request, struct neglist_typed *typed,
                        struct ra_error *error)
{
    const char *places = http_query(request, "municipality");
    char *copy = talloc_strdup(request->context, places == NULL ? "" : places), *rest = NULL;
    const char **list =
        copy != NULL ? talloc_size(request->context, (strlen(copy) / 2 + 1) * sizeof *list) : NULL;
    if (list == NULL)
        return ra_fail(error, RA_NO_MEMORY, "lista negativa");
    *typed = (struct neglist_typed){.municipalities = list, .uf = http_query(request, "uf")};
    for (char *place = strtok_r(copy, ",", &rest); place != NULL; place = strtok_r(NULL, ",", &rest))
        list[typed->municipality_count++] = place;
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        typed->fields[i] = http_query(request, neglist_field_word((enum neglist_field)i));
    return true;
}

static bool search_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct neglist_typed typed;
    struct neglist_query query = {0};
    struct neglist_found found;
    if (!check_parameters(request, error) || !read_mode(request, &query, error) ||
        !read_sought(request, &typed, error) ||
        !neglist_query_read(request->context, &typed, &query, error) ||
        !neglist_search(request, &query, &found, error))
        return false;
    const bool recorded = neglist_record_search(request, &query, &found, NULL, NULL, NULL, error);
    json_decref(found.entries);
    if (!recorded) {
        json_decref(found.answer);
        return false;
    }
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, found.answer);
    return true;
}

/* --- an occurrence --- */

static void read_told(const struct http_request *request, const char **municipality,
                      struct neglist_typed *typed)
{
    *municipality = http_text(request->body, "municipality");
    *typed = (struct neglist_typed){.uf = http_text(request->body, "uf"),
                                    .municipalities = municipality,
                                    .municipality_count = 1,
                                    .modus = http_text(request->body, "modus"),
                                    .source = http_text(request->body, "source"),
                                    .reference = http_text(request->body, "reference")};
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        typed->fields[i] = http_text(request->body, neglist_field_word((enum neglist_field)i));
}

bool neglist_keep(struct http_request *request, const struct order *order, const struct neglist_entry *entry,
                  const char **id, struct ra_error *error)
{
    struct vault_key key;
    uint8_t wrapped[VAULT_WRAPPED_SIZE];
    if (!vault_make_key(request->app->config, &key, wrapped, error))
        return false;
    vault_wipe(&key);
    if (!neglist_store_add(request, order, entry, wrapped, id, error))
        return false;
    json_t *personal = json_object();
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        json_object_set_new(personal, neglist_field_word((enum neglist_field)i),
                            json_string(entry->data.texts[i]));
    json_object_set_new(personal, "modus", json_string(entry->modus));
    json_object_set_new(personal, "reference", json_string(entry->reference));
    return audit_record(request, AUDIT_NEGLIST_ADDED, order,
                        json_pack("{s:s, s:s, s:s, s:s}", "entry", *id, "source", entry->source, "uf",
                                  entry->uf, "municipality", entry->municipality),
                        personal, error);
}

static bool add_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    static const char *const names[] = {"name",   "cpf",       "email",        "phone",       "company_name",
                                        "cnpj",   "uf",        "municipality", "description", "modus",
                                        "source", "reference", "order",        NULL};
    struct neglist_typed typed;
    struct neglist_entry entry;
    struct order *order = NULL;
    const char *id = NULL;
    const char *code = http_text(request->body, "order");
    const char *municipality = NULL;
    read_told(request, &municipality, &typed);
    if (!only_texts(request, names, error) || !neglist_entry_read(request->context, &typed, &entry, error) ||
        (code != NULL && !orders_load(request, code, &order, error)) ||
        !neglist_keep(request, order, &entry, &id, error))
        return false;
    http_reply(response, 201, json_pack("{s:s}", "entry", id));
    return true;
}

static json_t *images_json(const struct db_rows *rows)
{
    json_t *images = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        char at[CLOCK_TEXT_SIZE];
        clock_format_utc(row_time(rows, i, "at"), at, sizeof at);
        json_array_append_new(images, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "image",
                                                row_text(rows, i, "id"), "kind", row_text(rows, i, "kind"),
                                                "sha256", row_text(rows, i, "sha256"), "media_type",
                                                row_text(rows, i, "media_type"), "size",
                                                (json_int_t)row_int(rows, i, "size_bytes"), "agent",
                                                row_text(rows, i, "agent"), "at", at));
    }
    return images;
}

static json_t *withdrawal_json(const struct db_rows *row)
{
    char at[CLOCK_TEXT_SIZE];
    if (!row_bool(row, 0, "withdrawn"))
        return NULL;
    clock_format_utc(row_time(row, 0, "withdrawal_at"), at, sizeof at);
    return json_pack("{s:s, s:s, s:s, s:s}", "kind", row_text(row, 0, "withdrawal_kind"), "reason",
                     row_text(row, 0, "withdrawal_reason"), "agent", row_text(row, 0, "withdrawal_agent"),
                     "at", at);
}

static bool show_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *row = NULL, *images = NULL;
    const char *id = http_path_parameter(request, "id");
    if (!neglist_store_entry(request, id, &row, error) ||
        !neglist_store_images(request, id, &images, error) ||
        !audit_record(request, AUDIT_NEGLIST_READ, NULL,
                      json_pack("{s:s, s:s}", "what", "entry", "entry", id), NULL, error))
        return false;
    json_t *shown = neglist_row_json(row, 0);
    json_t *withdrawal = withdrawal_json(row);
    json_object_set_new(shown, "order", json_string(row_text(row, 0, "code")));
    json_object_set_new(shown, "agent", json_string(row_text(row, 0, "agent")));
    json_object_set_new(shown, "station", json_string(row_text(row, 0, "station")));
    json_object_set_new(shown, "images", images_json(images));
    if (withdrawal != NULL)
        json_object_set_new(shown, "withdrawal", withdrawal);
    http_reply(response, 200, shown);
    return true;
}

static bool withdraw_handler(struct http_request *request, struct http_response *response,
                             struct ra_error *error)
{
    static const char *const names[] = {"reason", "kind", NULL};
    struct db_rows *row = NULL;
    bool done = false;
    const char *id = http_path_parameter(request, "id");
    const char *reason = http_text(request->body, "reason");
    const char *kind = http_text(request->body, "kind");
    if (!only_texts(request, names, error))
        return false;
    if (kind == NULL)
        kind = "withdrawn";
    if (strcmp(kind, "withdrawn") != 0 && strcmp(kind, "expired") != 0)
        return ra_fail_field(error, "kind", "unknown", "Use withdrawn ou expired.");
    if (!neglist_reason_check(reason, error) || !neglist_store_entry(request, id, &row, error) ||
        !neglist_store_withdraw(request, id, kind, reason, &done, error))
        return false;
    if (!done)
        return ra_fail_reason(error, RA_CONFLICT, "neglist-withdrawn",
                              "Esta ocorrência já foi retirada da lista.");
    if (!audit_record(request, AUDIT_NEGLIST_WITHDRAWN, NULL,
                      json_pack("{s:s, s:s}", "entry", id, "kind", kind),
                      json_pack("{s:s}", "reason", reason), error))
        return false;
    http_reply(response, 200, json_pack("{s:s, s:s}", "entry", id, "state", kind));
    return true;
}

/* --- routes --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define DATA                                                                                                 \
    TEXT("name")                                                                                             \
    "," TEXT("cpf") "," TEXT("email") "," TEXT("phone") "," TEXT("company_name") "," TEXT("cnpj") "," TEXT(  \
        "uf") "," TEXT("description")

static const struct http_parameter search_parameters[] = {
    {"mode", false, "{\"type\":\"string\",\"enum\":[\"all\",\"any\"]}",
     "todos os campos ou qualquer um (o usual)"},
    {"name", false, NULL, "partes do nome"},
    {"cpf", false, NULL, "CPF"},
    {"email", false, NULL, "e-mail"},
    {"phone", false, NULL, "telefone"},
    {"company_name", false, NULL, "partes da razão social"},
    {"cnpj", false, NULL, "CNPJ"},
    {"description", false, NULL, "características visíveis"},
    {"uf", false, NULL, "só desta UF"},
    {"municipality", false, NULL, "só destes municípios (códigos do IBGE, com vírgulas)"},
    {"faces", false, "{\"type\":\"string\",\"enum\":[\"0\",\"1\"]}", "1: só quem tem rosto na lista"},
    {NULL, false, NULL, NULL}};

static const struct http_parameter image_parameters[] = {
    {"kind", true, "{\"type\":\"string\",\"enum\":[\"face\",\"document\"]}",
     "rosto ou documento de identidade"},
    {NULL, false, NULL, NULL}};

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist",
     .authorize = office_authorize_agent_or_auditor,
     .handler = search_handler,
     .operation = "neglistSearch",
     .summary = "Procura na lista negativa; a procura fica registrada",
     .query = search_parameters,
     .response_schema = OBJECT("\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
                               "\"total\":{\"type\":\"integer\"},\"left_off\":{\"type\":\"integer\"}"),
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist",
     .authorize = office_authorize_agent,
     .handler = add_handler,
     .body = HTTP_BODY_JSON,
     .operation = "neglistAdd",
     .summary = "Inclui uma ocorrência na lista negativa",
     .request_schema = OBJECT(DATA "," TEXT("municipality") "," TEXT("modus") "," TEXT("source") "," TEXT(
         "reference") "," TEXT("order")),
     .response_schema = OBJECT(TEXT("entry")),
     .statuses = {201, 401, 403, 404, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist/{id}",
     .authorize = office_authorize_any,
     .handler = show_handler,
     .operation = "neglistShow",
     .summary = "Uma ocorrência da lista negativa; a leitura fica registrada",
     .response_schema = OBJECT(DATA "," TEXT("entry") ",\"images\":{\"type\":\"array\",\"items\":{\"type\":"
                                                      "\"object\"}},\"withdrawal\":{\"type\":\"object\"}"),
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist/{id}/images",
     .authorize = office_authorize_agent,
     .handler = neglist_image_add,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "neglistImageAdd",
     .summary = "Acrescenta um rosto ou documento a uma ocorrência",
     .query = image_parameters,
     .response_schema = OBJECT(TEXT("image") "," TEXT("sha256")),
     .statuses = {201, 401, 403, 404, 409, 415, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist/images/{id}",
     .authorize = office_authorize_any,
     .handler = neglist_image_get,
     .operation = "neglistImageGet",
     .summary = "Uma imagem da lista negativa; a leitura fica registrada",
     .response_type = "application/octet-stream",
     .statuses = {200, 401, 403, 404}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/neglist/{id}/withdraw",
     .authorize = office_authorize_admin,
     .handler = withdraw_handler,
     .body = HTTP_BODY_JSON,
     .operation = "neglistWithdraw",
     .summary = "Retira uma ocorrência das procuras, com o motivo; ela continua guardada",
     .request_schema =
         OBJECT(TEXT("reason") ",\"kind\":{\"type\":\"string\",\"enum\":[\"withdrawn\",\"expired\"]}"),
     .response_schema = OBJECT(TEXT("entry") "," TEXT("state")),
     .statuses = {200, 401, 403, 404, 409, 422}},
};

const struct room neglist_room = {.name = "neglist",
                                  .id = ROOM_IDENTIFICATION,
                                  .routes = routes,
                                  .route_count = sizeof routes / sizeof *routes};
