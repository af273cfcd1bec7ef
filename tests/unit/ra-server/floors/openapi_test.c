/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/floor_routes.h"
#include "http/openapi.h"
#include "rooms.h"

#include <stdio.h>
#include <string.h>

/* The document of everything the program serves on a listener. */
static json_t *document(enum http_listener listener)
{
    struct ra_error error = {0};
    struct route_table tables[64] = {{floor_routes, floor_route_count}};
    size_t count = 1;
    for (size_t i = 0; rooms[i] != NULL; i++)
        tables[count++] = (struct route_table){rooms[i]->routes, rooms[i]->route_count};
    struct router *router = NULL;
    assert_done(router_new(NULL, listener, tables, count, NULL, &router, &error));
    json_t *made = openapi_document(router, listener, "http://localhost:8080");
    talloc_free(router);
    assert_non_null(made);
    return made;
}

static json_t *member(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (value == NULL)
        fail_msg("no member %s", name);
    return value;
}

/* Every {parameter} of the path is declared, and nothing else is. */
static void check_path_parameters(const char *path, json_t *parameters)
{
    size_t in_path = 0;
    for (const char *at = path; (at = strchr(at, '{')) != NULL; at++)
        in_path++;
    size_t declared = 0;
    size_t index = 0;
    json_t *parameter = NULL;
    json_array_foreach(parameters, index, parameter)
    {
        member(parameter, "schema");
        if (strcmp(json_string_value(member(parameter, "in")), "path") != 0)
            continue;
        declared++;
        char wanted[80];
        snprintf(wanted, sizeof wanted, "{%s}", json_string_value(member(parameter, "name")));
        assert_non_null(strstr(path, wanted));
        assert_true(json_is_true(member(parameter, "required")));
    }
    assert_int_equal(in_path, declared);
}

static void check_responses(json_t *responses)
{
    size_t successes = 0;
    const char *status = NULL;
    json_t *response = NULL;
    json_object_foreach(responses, status, response)
    {
        assert_int_equal(strlen(status), 3);
        member(response, "description");
        if (status[0] < '4')
            successes++;
        else
            member(member(response, "content"), "application/problem+json");
    }
    assert_true(successes > 0);
    member(responses, "400");
    member(responses, "500");
}

static void every_operation_is_complete(void **state)
{
    (void)state;
    static const enum http_listener listeners[] = {HTTP_PUBLIC, HTTP_OFFICE};
    for (size_t l = 0; l < 2; l++) {
        json_t *whole = document(listeners[l]);
        assert_string_equal(json_string_value(member(whole, "openapi")), "3.1.0");
        member(member(member(whole, "components"), "schemas"), "Problem");
        const char *path = NULL;
        json_t *item = NULL;
        json_object_foreach(member(whole, "paths"), path, item)
        {
            assert_null(strchr(path, '*'));
            const char *method = NULL;
            json_t *operation = NULL;
            json_object_foreach(item, method, operation)
            {
                member(operation, "operationId");
                member(operation, "summary");
                member(operation, "security");
                check_path_parameters(path, member(operation, "parameters"));
                check_responses(member(operation, "responses"));
            }
        }
        json_decref(whole);
    }
}

/* What a row says of its bodies reaches the document: an answer in JSON has its members named, and what may
 * be sent has its schema, required only where the route cannot do without. */
static void bodies_are_described(void **state)
{
    (void)state;
    json_t *whole[] = {document(HTTP_PUBLIC), document(HTTP_OFFICE)};
    for (size_t i = 0; rooms[i] != NULL; i++) {
        for (size_t r = 0; r < rooms[i]->route_count; r++) {
            const struct http_route *route = &rooms[i]->routes[r];
            const char *path = route->api_path;
            if (path == NULL || strchr(path, '*') != NULL)
                continue;
            char method[8] = "";
            for (size_t c = 0; http_method_name(route->method)[c] != '\0'; c++)
                method[c] = (char)(http_method_name(route->method)[c] | 0x20);
            json_t *document_of = whole[(route->listeners & HTTP_OFFICE) != 0];
            json_t *operation = member(member(member(document_of, "paths"), path), method);
            if (route->request_schema != NULL) {
                json_t *body = member(operation, "requestBody");
                assert_int_equal(json_is_true(member(body, "required")), route->body == HTTP_BODY_JSON);
                member(member(member(body, "content"), "application/json"), "schema");
            }
            if (route->response_schema != NULL) {
                json_t *schema = json_loads(route->response_schema, 0, NULL);
                if (json_object_get(schema, "properties") == NULL && json_object_get(schema, "$ref") == NULL)
                    fail_msg("%s %s: an answer without members", method, path);
                json_decref(schema);
            }
        }
    }
    json_decref(whole[0]);
    json_decref(whole[1]);
}

/* The front answers 502 and reads every body; the office asks who is there and whether he may. */
static void answers_of_the_floor_are_described(void **state)
{
    (void)state;
    json_t *whole = document(HTTP_OFFICE);
    json_t *paths = member(whole, "paths");
    json_t *responses = member(member(member(paths, "/api/office/audit/export"), "get"), "responses");
    member(responses, "401");
    member(responses, "403");
    member(responses, "422");
    member(responses, "502");
    member(member(member(member(paths, "/api/office/orders/{code}/term/draft"), "get"), "responses"), "409");
    responses =
        member(member(member(paths, "/api/office/orders/{code}/items/{item}/accept"), "post"), "responses");
    member(responses, "408");
    member(responses, "413");
    member(responses, "415");
    json_decref(whole);
}

static void the_floor_is_in_it(void **state)
{
    (void)state;
    json_t *whole = document(HTTP_OFFICE);
    member(member(member(whole, "paths"), "/healthz"), "get");
    member(member(member(whole, "components"), "securitySchemes"), "clientCertificate");
    json_decref(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_complete),
        cmocka_unit_test(bodies_are_described),
        cmocka_unit_test(answers_of_the_floor_are_described),
        cmocka_unit_test(the_floor_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
