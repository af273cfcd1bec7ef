/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/router.h"

#include <string.h>

static bool handle(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)response;
    (void)error;
    return true;
}

static bool somebody(struct http_request *request, struct ra_error *error)
{
    return request->role != NULL || ra_fail(error, RA_UNAUTHENTICATED, "%s", "");
}

#define ROUTE(verb, where, api, page, name)                                                                  \
    {                                                                                                        \
        .method = verb, .listeners = where, .api_path = api, .page_path = page, .page_template = "x",        \
        .authorize = http_anyone, .handler = handle, .operation = name, .summary = name                      \
    }

static const struct http_route orders[] = {
    ROUTE(HTTP_GET, HTTP_PUBLIC, "/api/orders/{code}", "/pedido/{code}", "orderShow"),
    ROUTE(HTTP_POST, HTTP_PUBLIC, "/api/orders", "/pedido", "orderCreate"),
    ROUTE(HTTP_GET, HTTP_PUBLIC, NULL, "/pedido", "orderForm"),
    ROUTE(HTTP_GET, HTTP_PUBLIC, NULL, "/pedido/novo", "orderNew"),
    ROUTE(HTTP_PUT, HTTP_PUBLIC, "/api/orders/{code}/appointment", "/pedido/{code}/mudar", "appointmentMove"),
    ROUTE(HTTP_DELETE, HTTP_PUBLIC, "/api/orders/{code}/appointment", "/pedido/{code}/cancelar",
          "appointmentCancel"),
    ROUTE(HTTP_GET, HTTP_BOTH, "/log/tile/{rest*}", NULL, "tile"),
    ROUTE(HTTP_GET, HTTP_OFFICE, "/api/queue", NULL, "queue"),
    ROUTE(HTTP_GET, HTTP_PUBLIC, NULL, "/", "home"),
};
static const struct route_table tables[] = {{orders, sizeof orders / sizeof orders[0]}};

static int setup(void **state)
{
    struct ra_error error = {0};
    struct router *router = NULL;
    bool made = router_new(NULL, HTTP_PUBLIC, tables, 1, NULL, &router, &error);
    *state = router;
    return made ? 0 : -1;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static const char *found(const struct router *router, const char *method, const char *path)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct route_match match = router_match(router, context, method, path);
    const char *name = match.verdict == ROUTE_FOUND ? match.route->operation : "";
    talloc_free(context);
    return name;
}

static void finds_by_method_and_path(void **state)
{
    assert_string_equal(found(*state, "GET", "/api/orders/ABC"), "orderShow");
    assert_string_equal(found(*state, "HEAD", "/api/orders/ABC"), "orderShow");
    assert_string_equal(found(*state, "GET", "/"), "home");
    assert_string_equal(found(*state, "GET", "/pedido"), "orderForm");
    assert_string_equal(found(*state, "POST", "/pedido"), "orderCreate");
    assert_string_equal(found(*state, "POST", "/pedido/ABC/cancelar"), "appointmentCancel");
    assert_string_equal(found(*state, "DELETE", "/api/orders/ABC/appointment"), "appointmentCancel");
    assert_string_equal(found(*state, "PUT", "/api/orders/ABC/appointment"), "appointmentMove");
    assert_string_equal(found(*state, "GET", "/log/tile/0/x001/234.p/5"), "tile");
}

static void literals_win_over_parameters(void **state)
{
    assert_string_equal(found(*state, "GET", "/pedido/novo"), "orderNew");
    assert_string_equal(found(*state, "GET", "/pedido/novos"), "orderShow");
}

static void knows_its_listener_only(void **state)
{
    assert_string_equal(found(*state, "GET", "/api/queue"), "");
}

static void finds_nothing_that_is_not_there(void **state)
{
    static const char *const paths[] = {"/api/orders/", "/api/orders/A/B/C",
                                        "/pedido/",     "//pedido",
                                        "/PEDIDO",      "/api",
                                        "/log/tile/",   "/log/tile",
                                        "/pedido/ABC/", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_string_equal(found(*state, "GET", paths[i]), "");
    assert_string_equal(found(*state, "PATCH", "/pedido"), "");
    assert_string_equal(found(*state, "get", "/pedido"), "");
}

static void decodes_parameters_and_refuses_odd_ones(void **state)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct route_match match = router_match(*state, context, "GET", "/api/orders/a%20%C3%A7");
    assert_int_equal(match.verdict, ROUTE_FOUND);
    assert_string_equal(match.parameters.items[0].value, "a ç");
    assert_string_equal(match.parameters.items[0].name, "code");
    static const char *const odd[] = {"/api/orders/a%2Fb", "/api/orders/a%00", "/api/orders/%",
                                      "/api/orders/%FF",   "/api/orders/%1b",  "/log/tile/a/%00"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_int_equal(router_match(*state, context, "GET", odd[i]).verdict, ROUTE_BAD_PATH);
    match = router_match(*state, context, "GET", "/log/tile/0/x001/234");
    assert_string_equal(match.parameters.items[0].value, "0/x001/234");
    talloc_free(context);
}

static void names_the_methods_that_would_do(void **state)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct route_match match = router_match(*state, context, "POST", "/api/orders/ABC/appointment");
    assert_int_equal(match.verdict, ROUTE_OTHER_METHODS);
    assert_string_equal(match.allow, "PUT, DELETE");
    match = router_match(*state, context, "DELETE", "/pedido");
    assert_int_equal(match.verdict, ROUTE_OTHER_METHODS);
    assert_string_equal(match.allow, "GET, HEAD, POST");
    assert_int_equal(match.face, HTTP_FACE_PAGE);
    talloc_free(context);
}

static void refuses(const struct http_route *routes, size_t count, const char *told)
{
    struct ra_error error = {0};
    struct router *router = NULL;
    const struct route_table table = {routes, count};
    assert_false(router_new(NULL, HTTP_PUBLIC, &table, 1, NULL, &router, &error));
    assert_non_null(strstr(error.detail, told));
}

static void refuses_tables_that_contradict_themselves(void **state)
{
    (void)state;
    const struct http_route twice[] = {ROUTE(HTTP_GET, HTTP_PUBLIC, "/a/{x}", NULL, "one"),
                                       ROUTE(HTTP_GET, HTTP_PUBLIC, "/a/{y}", NULL, "two")};
    refuses(twice, 2, "both serve");
    const struct http_route named[] = {ROUTE(HTTP_GET, HTTP_PUBLIC, "/a", NULL, "one"),
                                       ROUTE(HTTP_GET, HTTP_PUBLIC, "/b", NULL, "one")};
    refuses(named, 2, "are called one");
    struct http_route route = ROUTE(HTTP_GET, HTTP_PUBLIC, "/a", NULL, "one");
    route.authorize = NULL;
    refuses(&route, 1, "authorize");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, NULL, NULL, "one");
    refuses(&route, 1, "no path");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "a", NULL, "one");
    refuses(&route, 1, "begins with /");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "/{}", NULL, "one");
    refuses(&route, 1, "bad path");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "/{a*}/b", NULL, "one");
    refuses(&route, 1, "bad path");
    route = (struct http_route)ROUTE(HTTP_POST, HTTP_PUBLIC, "/a", NULL, "one");
    route.body = HTTP_BODY_RAW;
    refuses(&route, 1, "needs a limit");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, NULL, "/a", "one");
    route.page_template = NULL;
    refuses(&route, 1, "needs a template");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "/a", NULL, "one");
    route.response_schema = "{\"type\":";
    refuses(&route, 1, "bad JSON schema");
    route = (struct http_route)ROUTE(HTTP_POST, HTTP_PUBLIC, "/a", NULL, "one");
    route.transaction = HTTP_AT_ONCE;
    refuses(&route, 1, "answered at once");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "/a", "/b", "one");
    route.transaction = HTTP_AT_ONCE;
    refuses(&route, 1, "answered at once");
    route = (struct http_route)ROUTE(HTTP_GET, HTTP_PUBLIC, "/a", NULL, "one");
    route.transaction = HTTP_AT_ONCE;
    route.authorize = somebody;
    refuses(&route, 1, "answered at once");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_method_and_path),
        cmocka_unit_test(literals_win_over_parameters),
        cmocka_unit_test(knows_its_listener_only),
        cmocka_unit_test(finds_nothing_that_is_not_there),
        cmocka_unit_test(decodes_parameters_and_refuses_odd_ones),
        cmocka_unit_test(names_the_methods_that_would_do),
        cmocka_unit_test(refuses_tables_that_contradict_themselves),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
