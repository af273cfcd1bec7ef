/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char problem_schema[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"properties\":{"
    "\"type\":{\"type\":\"string\",\"format\":\"uri\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
    "\"reason\":{\"type\":\"string\"},\"source\":{\"type\":\"string\","
    "\"description\":\"norm and item behind a "
    "refusal\"},\"instance\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"field\",\"code\","
    "\"message\"],"
    "\"properties\":{\"field\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
    "\"message\":{\"type\":\"string\"}}}}},\"additionalProperties\":true}";

/* Statuses that the front and the floor may answer on any route; on one that takes a body, if only a small
 * one; on one that reads a query; on one of a case, whose state or a rule may not allow it; on one of the
 * office, which asks for a certificate and then for the role. */
static const short floor_statuses[] = {400, 404, 405, 414, 429, 431, 500, 502, 503, 504};
static const short unsafe_statuses[] = {403, 408, 409, 413, 415, 422};
static const short query_statuses[] = {422};
static const short case_statuses[] = {404, 409, 422};
static const short office_statuses[] = {401, 403};

static const char *status_text(int status)
{
    switch (status) {
    case 200:
        return "done";
    case 201:
        return "created";
    case 202:
        return "accepted, not finished yet";
    case 204:
        return "done, nothing to say";
    case 303:
        return "see other";
    case 400:
        return "malformed";
    case 401:
        return "who are you?";
    case 403:
        return "not allowed";
    case 404:
        return "not found";
    case 405:
        return "method not allowed";
    case 408:
        return "the body did not come whole in time";
    case 409:
        return "conflict with the present state";
    case 413:
        return "body too large";
    case 414:
        return "address too long";
    case 415:
        return "content type not accepted";
    case 422:
        return "refused by a rule";
    case 429:
        return "too many requests";
    case 431:
        return "header too large";
    case 502:
        return "a neighbour answered wrongly, or the server behind the front not at all";
    case 503:
        return "busy or recovering";
    case 504:
        return "took too long";
    default:
        return status >= 500 ? "error" : "answer";
    }
}

static json_t *schema_or(const char *schema, const char *otherwise)
{
    return json_loads(schema != NULL ? schema : otherwise, JSON_DECODE_ANY, NULL);
}

/* --- parameters --- */

static void add_path_parameters(json_t *parameters, const char *path)
{
    for (const char *open = strchr(path, '{'); open != NULL; open = strchr(open + 1, '{')) {
        size_t length = strcspn(open + 1, "}*");
        json_array_append_new(parameters, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", open + 1, length,
                                                    "in", "path", "required", 1, "schema", "type", "string"));
    }
}

static void add_declared(json_t *parameters, const char *in, const struct http_parameter *declared)
{
    for (; declared != NULL && declared->name != NULL; declared++)
        json_array_append_new(
            parameters, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", declared->name, "in", in, "required",
                                  declared->required, "description",
                                  declared->description != NULL ? declared->description : declared->name,
                                  "schema", schema_or(declared->schema, "{\"type\":\"string\"}")));
}

static void add_key_parameter(json_t *parameters)
{
    json_array_append_new(parameters,
                          json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:i, s:i}}", "name", "Idempotency-Key",
                                    "in", "header", "required", 0, "description",
                                    "the same key with the same request gets the same answer", "schema",
                                    "type", "string", "minLength", 1, "maxLength", 255));
}

/* What an agent's station says of itself; events carry it. */
static void add_station_parameters(json_t *parameters)
{
    static const struct http_parameter said[] = {
        {"X-Station", false, "{\"type\":\"string\",\"maxLength\":64}",
         "name of the station; goes into the events"},
        {"X-Clock", false, "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}",
         "the station's clock, ms since 1970; its offset goes into the events"},
        {NULL, false, NULL, NULL}};
    add_declared(parameters, "header", said);
}

static json_t *parameters_of(const struct http_route *route, enum http_listener listener)
{
    json_t *parameters = json_array();
    add_path_parameters(parameters, route->api_path);
    add_declared(parameters, "query", route->query);
    if (listener == HTTP_OFFICE && route->authorize != http_anyone)
        add_station_parameters(parameters);
    if (route->method != HTTP_GET)
        add_key_parameter(parameters);
    return parameters;
}

/* --- bodies --- */

static json_t *request_body_of(const struct http_route *route)
{
    if (route->body == HTTP_BODY_NONE && route->request_schema == NULL)
        return NULL;
    if (route->body == HTTP_BODY_RAW)
        return json_pack("{s:b, s:{s:{}}}", "required", 1, "content", "application/octet-stream");
    return json_pack("{s:b, s:{s:{s:o}}}", "required", route->body == HTTP_BODY_JSON, "content",
                     "application/json", "schema", schema_or(route->request_schema, "{\"type\":\"object\"}"));
}

static json_t *success_of(const struct http_route *route, int status)
{
    if (status == 204 || status == 303)
        return json_pack("{s:s}", "description", status_text(status));
    if (route->response_schema == NULL && route->response_type != NULL)
        return json_pack("{s:s, s:{s:{}}}", "description", status_text(status), "content",
                         route->response_type);
    return json_pack("{s:s, s:{s:{s:o}}}", "description", status_text(status), "content", "application/json",
                     "schema", schema_or(route->response_schema, "{\"type\":\"object\"}"));
}

static void add_response(json_t *responses, const struct http_route *route, int status)
{
    char key[8];
    snprintf(key, sizeof key, "%d", status);
    if (json_object_get(responses, key) != NULL)
        return;
    json_t *response = status < 400 ? success_of(route, status)
                                    : json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", status_text(status),
                                                "content", "application/problem+json", "schema", "$ref",
                                                "#/components/schemas/Problem");
    json_object_set_new(responses, key, response);
}

static void add_statuses(json_t *responses, const struct http_route *route, const short *statuses,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_response(responses, route, statuses[i]);
}

static json_t *responses_of(const struct http_route *route, enum http_listener listener)
{
    json_t *responses = json_object();
    if (route->statuses[0] == 0 || route->statuses[0] >= 400)
        add_response(responses, route, 200);
    for (size_t i = 0; i < HTTP_STATUSES_MAX && route->statuses[i] != 0; i++)
        add_response(responses, route, route->statuses[i]);
    add_statuses(responses, route, floor_statuses, sizeof floor_statuses / sizeof floor_statuses[0]);
    if (route->query != NULL)
        add_statuses(responses, route, query_statuses, sizeof query_statuses / sizeof query_statuses[0]);
    if (strstr(route->api_path, "{code}") != NULL)
        add_statuses(responses, route, case_statuses, sizeof case_statuses / sizeof case_statuses[0]);
    if (listener == HTTP_OFFICE && route->authorize != http_anyone)
        add_statuses(responses, route, office_statuses, sizeof office_statuses / sizeof office_statuses[0]);
    if (route->method != HTTP_GET)
        add_statuses(responses, route, unsafe_statuses, sizeof unsafe_statuses / sizeof unsafe_statuses[0]);
    if (route->authorize != http_anyone)
        add_response(responses, route, 401);
    return responses;
}

/* --- the document --- */

/* Open routes say so; the others take any one of the listener's ways. */
static json_t *security_of(const struct http_route *route, enum http_listener listener)
{
    if (listener == HTTP_OFFICE)
        return json_pack("[{s:[]}]", "clientCertificate");
    if (route->authorize == http_anyone)
        return json_array();
    return json_pack("[{s:[]},{s:[]}]", "bearer", "cookie");
}

static json_t *operation_of(const struct http_route *route, enum http_listener listener)
{
    json_t *operation = json_pack("{s:s, s:s, s:o, s:o, s:o}", "operationId", route->operation, "summary",
                                  route->summary, "parameters", parameters_of(route, listener), "responses",
                                  responses_of(route, listener), "security", security_of(route, listener));
    json_t *body = request_body_of(route);
    if (body != NULL)
        json_object_set_new(operation, "requestBody", body);
    return operation;
}

/* OpenAPI's templates know no "{rest*}". */
static void plain_path(const char *path, char *output, size_t size)
{
    size_t written = 0;
    for (; *path != '\0' && written + 1 < size; path++) {
        if (*path != '*')
            output[written++] = *path;
    }
    output[written] = '\0';
}

static void add_route(json_t *paths, const struct http_route *route, enum http_listener listener)
{
    if (route->api_path == NULL)
        return;
    char path[256];
    char method[8];
    plain_path(route->api_path, path, sizeof path);
    snprintf(method, sizeof method, "%s", http_method_name(route->method));
    for (char *at = method; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    json_t *item = json_object_get(paths, path);
    if (item == NULL) {
        item = json_object();
        json_object_set_new(paths, path, item);
    }
    json_object_set_new(item, method, operation_of(route, listener));
}

static json_t *security_schemes(enum http_listener listener)
{
    if (listener == HTTP_OFFICE)
        return json_pack("{s:{s:s}}", "clientCertificate", "type", "mutualTLS");
    return json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s}}", "bearer", "type", "http", "scheme", "bearer",
                     "cookie", "type", "apiKey", "in", "cookie", "name", "guiche_pedido");
}

json_t *openapi_document(const struct router *router, enum http_listener listener, const char *server_url)
{
    json_t *paths = json_object();
    const struct http_route *route = NULL;
    for (size_t i = 0; (route = router_route(router, i)) != NULL; i++)
        add_route(paths, route, listener);
    return json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:o, s:{s:{s:o}, s:o}}", "openapi",
                     "3.1.0", "info", "title",
                     listener == HTTP_PUBLIC ? "Guichê: API pública" : "Guichê: API do balcão", "version",
                     "1", "description",
                     "Erros são application/problem+json (RFC 9457). Instantes são RFC 3339, salvo os que "
                     "uma declaração assinada traz, em segundos desde 1970; valores em centavos.",
                     "license", "name", "GPL-3.0-or-later", "identifier", "GPL-3.0-or-later", "servers",
                     "url", server_url, "paths", paths, "components", "schemas", "Problem",
                     json_loads(problem_schema, 0, NULL), "securitySchemes", security_schemes(listener));
}
