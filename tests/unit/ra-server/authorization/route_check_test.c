/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The build's comparison: what it complains of, and that the program's own routes give it nothing to say.
 */
#include "../floors/check.h"
#include "authorization/document.h"
#include "authorization/every_route.h"
#include "pki/base/file.h"

#include <string.h>
#include <talloc.h>

static bool insider(struct http_request *request, struct ra_error *error)
{
    (void)request;
    return ra_fail(error, RA_FORBIDDEN, "%s", "");
}

static bool handle(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)response;
    (void)error;
    return true;
}

static const struct authorization_known known[] = {{http_anyone, "visitor"}, {NULL, NULL}};
static const struct authorization_role roles[] = {{"visitor", "visitante", 3}, {"agent", "agente", 2}};
static const struct http_route visit = {.method = HTTP_GET,
                                        .listeners = HTTP_PUBLIC,
                                        .api_path = "/api/visit",
                                        .authorize = http_anyone,
                                        .handler = handle,
                                        .operation = "visit"};
static const struct http_route change = {.method = HTTP_PUT,
                                         .listeners = HTTP_OFFICE,
                                         .api_path = "/api/office/orders/{code}/thing",
                                         .authorize = insider,
                                         .handler = handle,
                                         .operation = "change"};

static void complains(const struct http_route *routes, size_t count, const struct authorization_row *rows,
                      size_t row_count, const char *wanted)
{
    const struct authorization_table matrix = {roles, 2, NULL, 0, rows, row_count};
    const struct route_table table = {routes, count};
    char *complaints = authorization_check_routes(NULL, &matrix, &table, 1, known);
    assert_non_null(complaints);
    if (wanted == NULL ? complaints[0] != '\0' : strstr(complaints, wanted) == NULL)
        fail_msg("wanted %s, got %s", wanted != NULL ? wanted : "nothing", complaints);
    talloc_free(complaints);
}

static void a_row_for_each_route_and_a_route_for_each_row(void **state)
{
    (void)state;
    const struct http_route both[] = {visit, change};
    const struct authorization_row rows[] = {{"visit", 1, 1, false, {0}, "m.txt:1"},
                                             {"change", 2, 2, true, {0}, "m.txt:2"}};
    complains(both, 2, rows, 2, NULL);
    complains(both, 2, rows, 1, "allow change  office  ROLES  STATES");
    complains(both, 2, rows + 1, 1, "allow visit  public  visitor  -");
    complains(both, 2, rows + 1, 1, "visit (GET /api/visit) has no row");
    complains(both, 1, rows, 2, "change (m.txt:2) is no operation of any route");
}

static void a_row_says_what_its_route_says(void **state)
{
    (void)state;
    const struct authorization_row elsewhere = {"visit", 3, 1, false, {0}, "m.txt:1"};
    const struct authorization_row others = {"visit", 1, 3, false, {0}, "m.txt:1"};
    const struct authorization_row no_case = {"change", 2, 2, false, {0}, "m.txt:2"};
    complains(&visit, 1, &elsewhere, 1, "is allowed on public,office, its route listens on public");
    complains(&visit, 1, &others, 1, "allows visitor,agent, its route's authorizer lets through visitor");
    complains(&change, 1, &no_case, 1, "has {code} in its path");
}

static void the_program_fits(void **state)
{
    (void)state;
    struct route_table tables[EVERY_ROUTE_TABLES_MAX];
    size_t count = every_route(tables);
    char *complaints =
        authorization_check_routes(NULL, &authorization_table, tables, count, every_known_authorizer);
    assert_string_equal(complaints, "");
    talloc_free(complaints);
}

static void the_document_is_of_this_matrix(void **state)
{
    (void)state;
    struct route_table tables[EVERY_ROUTE_TABLES_MAX];
    size_t count = every_route(tables);
    struct ra_error error = {0};
    struct bytes committed = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    const char *fresh = authorization_document(context, tables, count);
    assert_non_null(fresh);
    assert_done(file_read(context, "docs/authorization.md", 1 << 20, &committed, &error));
    if (strcmp(fresh, (const char *)committed.data) != 0)
        fail_msg(
            "docs/authorization.md is stale: run ninja -C build/release authorization_document, read what "
            "changed, commit it");
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_for_each_route_and_a_route_for_each_row),
        cmocka_unit_test(a_row_says_what_its_route_says),
        cmocka_unit_test(the_program_fits),
        cmocka_unit_test(the_document_is_of_this_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
