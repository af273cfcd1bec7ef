/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies as staff read them, the changes under way, and the room's table of routes.
 */
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/policy.h"
#include "approval/policy_acts.h"
#include "approval/policy_store.h"
#include "approval/trust_state.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "issuance/signer_client.h"
#include "pki/certificate/calendar.h"

#include <string.h>

/* --- what is in force --- */

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *row_of(const struct db_rows *rows, size_t row)
{
    int64_t change = row_int(rows, row, "set_by");
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o}", "key", row_text(rows, row, "key"),
                     "value", row_json(rows, row, "value"), "layer", row_text(rows, row, "layer"), "source",
                     row_text(rows, row, "source"), "evidence", row_text(rows, row, "evidence"), "from",
                     row_text(rows, row, "valid_from"), "until",
                     text_or_null(row_text(rows, row, "valid_to")), "description",
                     row_text(rows, row, "description"), "accepts", row_text(rows, row, "accepts"), "change",
                     change > 0 ? json_integer(change) : json_null());
}

/* The day asked for, today without one. */
static bool day_asked(struct http_request *request, char day[CATALOG_DAY_SIZE], struct ra_error *error)
{
    struct calendar_day parsed;
    const char *text = http_query(request, "date");
    catalog_today(request->app, request->now_us, day);
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (calendar_parse(text, &parsed) != CALENDAR_DAY) {
        return ra_fail_field(error, "date", "date", "Escreva a data assim: AAAA-MM-DD.");
    }
    memcpy(day, text, CATALOG_DAY_SIZE);
    return true;
}

static bool is_asked(const struct http_request *request, const char *name)
{
    const char *text = http_query(request, name);
    return text != NULL && strcmp(text, "1") == 0;
}

static bool rules_list(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    const char *version = "";
    int64_t next = 0;
    struct db_rows *rows = NULL;
    if (!day_asked(request, day, error) ||
        !policy_store_rows(request->db, request->context, is_asked(request, "all") ? NULL : day, &rows,
                           error) ||
        !identification_rules_version_on(request->db, request->context, day, &version, error) ||
        !policy_store_next(request->db, request->context, &next, error)) {
        return false;
    }
    json_t *list = json_array();
    for (size_t at = 0; at < db_row_count(rows); at++) {
        json_array_append_new(list, row_of(rows, at));
    }
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:I, s:o}", "day", day, "version", version, "next_change",
                         (json_int_t)next, "rows", list));
    return true;
}

/* --- changes --- */

static const char *state_word(const struct db_rows *rows, size_t row, int64_t now_us)
{
    const char *outcome = row_text(rows, row, "outcome");
    if (outcome[0] != '\0') {
        return outcome;
    }
    return row_time(rows, row, "not_after") <= now_us ? "expired" : "pending";
}

static json_t *seconds_or_null(const struct db_rows *rows, size_t row, const char *column)
{
    return row_is_null(rows, row, column) ? json_null()
                                          : json_integer((json_int_t)(row_time(rows, row, column) / 1000000));
}

static json_t *change_of(const struct db_rows *rows, size_t row, int64_t now_us)
{
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "change",
                     (json_int_t)row_int(rows, row, "version"), "state", state_word(rows, row, now_us), "key",
                     row_text(rows, row, "key"), "before", row_json(rows, row, "before"), "value",
                     row_json(rows, row, "value"), "from", row_text(rows, row, "valid_from"), "layer",
                     row_text(rows, row, "layer"), "source", row_text(rows, row, "source"), "evidence",
                     row_text(rows, row, "evidence"), "reason", row_text(rows, row, "reason"), "signers",
                     row_texts(rows, row, "signers"), "not_after", seconds_or_null(rows, row, "not_after"),
                     "ended_by", text_or_null(row_text(rows, row, "ended_by")), "ended_at",
                     seconds_or_null(rows, row, "ended_at"));
}

static bool change_list(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!policy_store_changes(request->db, request->context, is_asked(request, "all"), &rows, error)) {
        return false;
    }
    json_t *list = json_array();
    for (size_t at = 0; at < db_row_count(rows); at++) {
        json_array_append_new(list, change_of(rows, at, request->now_us));
    }
    http_reply(response, 200, json_pack("{s:o}", "changes", list));
    return true;
}

/* What was signed, with the CRLs by which the next one judges it. */
static bool add_signatures(struct http_request *request, const struct policy_proposal *proposal, json_t *list,
                           json_t *crls, struct ra_error *error)
{
    for (size_t at = 0; at < proposal->count; at++) {
        struct signed_statement *signature = NULL;
        json_array_append_new(list, signer_base64(proposal->signatures[at]));
        if (!trust_verify_administrator(request->app, request->context, proposal->signatures[at],
                                        STATEMENT_RULES, (time_t)(request->now_us / 1000000), &signature,
                                        error) ||
            !trust_add_crls(request->app, signature->signer, crls, error)) {
            return false;
        }
    }
    return true;
}

static bool change_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct policy_proposal proposal = {0};
    const char *instance = "";
    int64_t version = 0;
    if (!policy_version_of(request, &version, error) ||
        !policy_store_find(request->db, request->context, version, &proposal, error) ||
        !approval_instance(request, &instance, error)) {
        return false;
    }
    if (proposal.outcome[0] != '\0') {
        return policy_allows("rules-ended", error);
    }
    json_t *list = json_array();
    json_t *crls = json_array();
    bool done = add_signatures(request, &proposal, list, crls, error);
    if (done) {
        http_reply(response, 200,
                   json_pack("{s:I, s:s, s:O, s:O}", "change", (json_int_t)version, "instance", instance,
                             "signatures", list, "crls", crls));
    }
    json_decref(list);
    json_decref(crls);
    return done;
}

/* --- the table --- */

static const char cms_schema[] =
    "{\"type\":\"object\",\"required\":[\"cms\"],\"properties\":{\"cms\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"}}}";
static const char state_schema[] =
    "{\"type\":\"object\",\"required\":[\"change\",\"state\"],\"properties\":{\"change\":{\"type\":"
    "\"integer\"},\"state\":{\"type\":\"string\",\"enum\":[\"pending\",\"in_force\",\"withdrawn\"]},"
    "\"signatures\":{\"type\":\"integer\"}}}";
static const char rows_schema[] =
    "{\"type\":\"object\",\"required\":[\"day\",\"version\",\"next_change\",\"rows\"],\"properties\":{"
    "\"day\":{\"type\":\"string\",\"format\":\"date\"},\"version\":{\"type\":\"string\"},"
    "\"next_change\":{\"type\":\"integer\"},\"rows\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"required\":[\"key\",\"value\",\"layer\",\"source\",\"evidence\",\"from\",\"until\",\"description\"],"
    "\"properties\":{\"key\":{\"type\":\"string\"},\"value\":true,\"layer\":{\"type\":\"string\"},"
    "\"source\":{\"type\":\"string\"},\"evidence\":{\"type\":\"string\"},\"from\":{\"type\":\"string\","
    "\"format\":\"date\"},\"until\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},"
    "\"description\":{\"type\":\"string\"},\"accepts\":{\"type\":\"string\"},"
    "\"change\":{\"type\":[\"integer\",\"null\"]}}}}}}";
static const char changes_schema[] =
    "{\"type\":\"object\",\"required\":[\"changes\"],\"properties\":{\"changes\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}}}";
static const char change_schema[] =
    "{\"type\":\"object\",\"required\":[\"change\",\"signatures\",\"crls\"],\"properties\":{\"change\":{"
    "\"type\":\"integer\"},\"instance\":{\"type\":\"string\"},\"signatures\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"string\"}},\"crls\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}";

static const struct http_parameter rows_query[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "Dia em que vale; sem ele, hoje."},
    {"all", false, "{\"type\":\"string\",\"enum\":[\"1\"]}", "1: também o que já não vale ou ainda não."},
    {NULL, false, NULL, NULL},
};
static const struct http_parameter changes_query[] = {
    {"all", false, "{\"type\":\"string\",\"enum\":[\"1\"]}", "1: também as que entraram ou foram retiradas."},
    {NULL, false, NULL, NULL},
};

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules",
        .authorize = office_authorize_any,
        .handler = rules_list,
        .operation = "officeRules",
        .summary = "As políticas em vigor, com camada, fonte e marca de evidência",
        .query = rows_query,
        .response_schema = rows_schema,
        .statuses = {200, 422},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules/changes",
        .authorize = office_authorize_any,
        .handler = change_list,
        .operation = "officeRulesChanges",
        .summary = "Mudanças de política à espera de assinatura",
        .query = changes_query,
        .response_schema = changes_schema,
        .statuses = {200},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules/changes",
        .authorize = office_authorize_admin,
        .handler = policy_propose,
        .body = HTTP_BODY_JSON,
        .operation = "officeRulesPropose",
        .summary = "Mudança de política assinada pelo primeiro administrador",
        .request_schema = cms_schema,
        .response_schema = state_schema,
        .statuses = {201, 422},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules/changes/{change}",
        .authorize = office_authorize_any,
        .handler = change_get,
        .operation = "officeRulesChange",
        .summary = "O que foi assinado, para o próximo administrador conferir e assinar",
        .response_schema = change_schema,
        .statuses = {200, 404, 409, 422},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules/changes/{change}/signatures",
        .authorize = office_authorize_admin,
        .handler = policy_sign,
        .body = HTTP_BODY_JSON,
        .operation = "officeRulesSign",
        .summary = "A mesma mudança assinada por outro administrador: com a última assinatura ela vale",
        .request_schema = cms_schema,
        .response_schema = state_schema,
        .statuses = {201, 404, 409, 422},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/rules/changes/{change}/withdrawal",
        .authorize = office_authorize_admin,
        .handler = policy_withdraw,
        .operation = "officeRulesWithdraw",
        .summary = "Retira uma mudança que ainda não vale",
        .response_schema = state_schema,
        .statuses = {200, 404, 409},
    },
};

const struct room policy_room = {
    .name = "policy",
    .id = ROOM_APPROVAL,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
