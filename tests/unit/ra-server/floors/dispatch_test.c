/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One handler, two faces; transactions; idempotency keys; origins. Through real sockets and a real database.
 */
#include "check.h"
#include "db/db.h"
#include "server_fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n"
#define OURS "Origin: http://ar.example\r\n"

static const char good[] = "{\"holder\":{\"cpf\":\"11144477735\"}}";
static const char bad[] = "{\"holder\":{\"cpf\":\"1\"}}";

static int stop(void **state)
{
    (void)state;
    fixture_stop();
    return 0;
}

static const char *post(const char *path, const char *headers, const char *body)
{
    char line[128];
    snprintf(line, sizeof line, "POST %s", path);
    return fixture_send(HTTP_PUBLIC, line, headers, body);
}

/* Rows that the test handlers left behind under `scope`, and forgets them. */
static int64_t rows_left(const char *scope)
{
    static const unsigned types[] = {25};
    static const struct statement_row rows[] = {
        {"t_left",
         "with gone as (delete from idempotency where scope = $1 returning 1) select count(*) as n from gone",
         types, 1, "test"}};
    static const struct statement_table table = {rows, 1};
    struct ra_error error = {0};
    struct db *db = NULL;
    struct db_rows *row = NULL;
    char conninfo[200];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=ra user=ra_app", getenv("RA_TEST_PG"));
    assert_done(db_connect(NULL, conninfo, &table, 0, &db, &error));
    assert_done(db_one(db, db, (enum db_statement)0, DB_VALUES(db_text(scope)), &row, &error));
    int64_t count = row_int(row, 0, "n");
    talloc_free(db);
    return count;
}

static int start(void **state)
{
    (void)state;
    fixture_start("workers_public = 4\n");
    rows_left("test-create");
    rows_left("test-race");
    return 0;
}

static void the_api_answers_json_and_commits(void **state)
{
    (void)state;
    const char *got = post("/api/orders", JSON, good);
    assert_int_equal(status_of(got), 201);
    assert_non_null(strstr(got, "\"order\":\"ABC\""));
    assert_non_null(strstr(got, "Location: /api/orders/ABC"));
    assert_non_null(
        strstr(got, "Set-Cookie: guiche=token; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600\r\n"));
    assert_int_equal(rows_left("test-create"), 1);
    assert_int_equal(atomic_load(&after_commits), 1);
}

static void a_refusal_is_a_problem_and_leaves_nothing(void **state)
{
    (void)state;
    const char *got = post("/api/orders", JSON, bad);
    assert_int_equal(status_of(got), 422);
    assert_non_null(strstr(got, "Content-Type: application/problem+json"));
    assert_non_null(strstr(got, "\"field\":\"holder.cpf\""));
    assert_non_null(strstr(got, "\"alternatives\":[\"10:00\"]"));
    assert_int_equal(rows_left("test-create"), 0);
    assert_int_equal(atomic_load(&after_commits), 0);
}

static void a_counter_of_wrong_attempts_survives_the_refusal(void **state)
{
    (void)state;
    assert_int_equal(status_of(post("/api/orders", JSON, "{\"keep\":\"x\"}")), 422);
    assert_int_equal(rows_left("test-create"), 1);
    assert_int_equal(atomic_load(&after_commits), 0);
}

static void an_aborted_transaction_tells_its_own_error(void **state)
{
    (void)state;
    const char *got = post("/api/abort", "", NULL);
    assert_int_equal(status_of(got), 400);
    assert_non_null(strstr(got, "\"reason\":\"22021\""));
    assert_int_equal(rows_left("test-abort"), 0);
    got = post("/api/keep-in-vain", "", NULL);
    assert_int_equal(status_of(got), 400);
    assert_non_null(strstr(got, "\"reason\":\"22021\""));
    assert_int_equal(rows_left("test-vain"), 0);
}

static void bodies_that_are_not_json_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(post("/api/orders", JSON, "")), 400);
    assert_int_equal(status_of(post("/api/orders", JSON, "[]")), 400);
    assert_int_equal(status_of(post("/api/orders", JSON, "{\"a\":1,\"a\":2}")), 400);
    assert_int_equal(status_of(post("/api/orders", "Content-Type: text/plain\r\n", good)), 415);
    assert_int_equal(status_of(post("/api/orders", "", good)), 415);
    assert_int_equal(status_of(post("/api/orders", FORM, "holder.cpf=11144477735")), 415);
    assert_int_equal(status_of(post("/pedido", JSON OURS, good)), 415);
    assert_int_equal(atomic_load(&handled), 0);
}

static void json_nested_100000_deep_is_refused(void **state)
{
    (void)state;
    static const size_t depth = 100000;
    char *deep = malloc(2 * depth + 16);
    assert_non_null(deep);
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', depth);
    memset(deep + 5 + depth, ']', depth);
    memcpy(deep + 5 + 2 * depth, "}", 2);
    assert_int_equal(status_of(post("/api/orders", JSON, deep)), 400);
    free(deep);
}

static void a_form_becomes_the_same_order_and_redirects(void **state)
{
    (void)state;
    const char *got = post("/pedido", FORM OURS, "holder.cpf=11144477735");
    assert_int_equal(status_of(got), 303);
    assert_non_null(strstr(got, "Location: /pedido/ABC"));
    assert_int_equal(rows_left("test-create"), 1);
}

static void a_refused_form_comes_back_filled(void **state)
{
    (void)state;
    const char *got = post("/pedido", FORM OURS, "holder.cpf=%3Cb%3E1");
    assert_int_equal(status_of(got), 422);
    assert_non_null(strstr(got, "Content-Type: text/html; charset=utf-8"));
    assert_non_null(strstr(got, "<li>holder.cpf: O CPF tem 11 dígitos.</li>"));
    assert_non_null(strstr(got, "<p>O CPF tem 11 dígitos.</p>"));
    assert_non_null(strstr(got, "value=\"&lt;b&gt;1\""));
    assert_non_null(strstr(got, "<option>e-CPF A1</option>"));
    assert_non_null(strstr(got, "Content-Security-Policy: default-src 'self'"));
}

static void other_refusals_of_a_page_are_a_page(void **state)
{
    (void)state;
    const char *got = fixture_send(HTTP_PUBLIC, "GET /fechado", "Accept: text/html\r\n", NULL);
    assert_int_equal(status_of(got), 401);
    assert_non_null(strstr(got, "<a href=\"/entrar\">"));
    assert_non_null(strstr(fixture_send(HTTP_PUBLIC, "GET /fechado", "", NULL), "application/problem+json"));
    assert_int_equal(status_of(fixture_send(HTTP_PUBLIC, "GET /api/closed", "", NULL)), 401);
}

/* Whatever is refused before authorize comes from anybody: the form's own page may hold someone's order. */
static void a_stranger_never_sees_the_forms_page(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        const char *body;
        int status;
    } samples[] = {
        {FORM OURS, "start=%zz", 400},
        {FORM OURS, "_form_key=a+b", 400},
        {"Content-Type: text/plain\r\nAccept: text/html\r\n" OURS, "start=1", 415},
        {FORM OURS, "start=1", 401},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const char *got = post("/fechado", samples[i].headers, samples[i].body);
        assert_int_equal(status_of(got), samples[i].status);
        assert_non_null(strstr(got, "<h1>"));
        assert_null(strstr(got, "e-CPF A1"));
    }
}

/* The route's authorizer said yes: the matrix is asked after it, and before anything is done or remembered.
 */
static void what_the_matrix_forbids_is_not_done(void **state)
{
    (void)state;
    atomic_store(&forbidden, 1);
    const char *got = post("/api/orders", JSON "Idempotency-Key: 7f2c9a\r\n", good);
    assert_int_equal(status_of(got), 403);
    assert_non_null(strstr(got, "test-matrix"));
    assert_int_equal(status_of(post("/api/own", "", NULL)), 403);
    got = post("/pedido", FORM OURS, "holder.cpf=1");
    assert_int_equal(status_of(got), 403);
    assert_null(strstr(got, "e-CPF A1"));
    assert_int_equal(status_of(post("/fechado", FORM OURS, "start=1")), 401);
    assert_int_equal(atomic_load(&handled), 0);
    atomic_store(&forbidden, 0);
    assert_int_equal(status_of(post("/api/orders", JSON "Idempotency-Key: 7f2c9a\r\n", good)), 201);
}

static int start_without_matrix(void **state)
{
    (void)state;
    atomic_store(&forbidden, -1);
    fixture_start("");
    return 0;
}

static void without_a_matrix_nothing_is_served(void **state)
{
    (void)state;
    assert_int_equal(status_of(fixture_send(HTTP_PUBLIC, "GET /api/echo", "", NULL)), 500);
    assert_int_equal(status_of(post("/api/orders", JSON, good)), 500);
    assert_int_equal(atomic_load(&handled), 0);
    atomic_store(&forbidden, 0);
}

static void foreign_pages_cannot_post(void **state)
{
    (void)state;
    assert_int_equal(
        status_of(post("/pedido", FORM "Cookie: guiche_pedido=segredo\r\n", "holder.cpf=11144477735")), 403);
    assert_int_equal(
        status_of(post("/pedido", FORM "Origin: http://evil.example\r\n", "holder.cpf=11144477735")), 403);
    assert_int_equal(status_of(post("/api/orders", JSON "Sec-Fetch-Site: cross-site\r\n", good)), 403);
    assert_int_equal(atomic_load(&handled), 0);
}

/* --- idempotency --- */

#define KEY "Idempotency-Key: 7f2c9a\r\n"

static void the_same_key_gets_the_same_answer(void **state)
{
    (void)state;
    char first[4096];
    snprintf(first, sizeof first, "%s", body_of(post("/api/orders", JSON KEY, good)));
    const char *again = post("/api/orders", JSON KEY, good);
    assert_int_equal(status_of(again), 201);
    assert_string_equal(body_of(again), first);
    assert_non_null(strstr(again, "Set-Cookie: guiche=token"));
    assert_int_equal(atomic_load(&handled), 1);
    assert_int_equal(rows_left("test-create"), 1);
}

static void the_same_key_with_another_request_is_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(post("/api/race", KEY, NULL)), 200);
    const char *got = post("/api/race", JSON KEY, "{\"other\":1}");
    assert_int_equal(status_of(got), 409);
    assert_non_null(strstr(got, "urn:guiche:problem:idempotency-mismatch"));
    assert_int_equal(status_of(post("/api/race", KEY "Authorization: Bearer other\r\n", NULL)), 200);
    assert_int_equal(atomic_load(&handled), 2);
}

static void a_refusal_is_not_kept(void **state)
{
    (void)state;
    static const char key[] = JSON "Idempotency-Key: refused-once\r\n";
    assert_int_equal(status_of(post("/api/orders", key, bad)), 422);
    assert_int_equal(status_of(post("/api/orders", key, good)), 201);
}

static void malformed_keys_are_refused(void **state)
{
    (void)state;
    char header[400];
    snprintf(header, sizeof header, JSON "Idempotency-Key: %0256d\r\n", 0);
    assert_int_equal(status_of(post("/api/orders", header, good)), 400);
    assert_int_equal(status_of(post("/api/orders", JSON "Idempotency-Key: a b\r\n", good)), 400);
}

static void five_clicks_on_a_form_make_one_order(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        const char *got = post("/pedido", FORM OURS, "_form_key=0123456789abcdef&holder.cpf=11144477735");
        assert_int_equal(status_of(got), 303);
        assert_non_null(strstr(got, "Location: /pedido/ABC"));
    }
    assert_int_equal(atomic_load(&handled), 1);
}

static void five_clicks_at_once_run_once(void **state)
{
    (void)state;
    char request[512];
    int fds[5];
    int length = snprintf(request, sizeof request,
                          "POST /api/orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" JSON
                          "Idempotency-Key: at-once\r\nContent-Length: %zu\r\n\r\n%s",
                          sizeof good - 1, good);
    for (int i = 0; i < 5; i++)
        fds[i] = fixture_connect(HTTP_PUBLIC);
    for (int i = 0; i < 5; i++)
        assert_int_equal(send(fds[i], request, (size_t)length, 0), length);
    for (int i = 0; i < 5; i++)
        assert_int_equal(status_of(fixture_read(fds[i])), 201);
    assert_int_equal(atomic_load(&handled), 1);
    assert_int_equal(rows_left("test-create"), 1);
}

/* Tokens are never stored readable: not even in a kept answer. */
static void kept_answers_are_sealed(void **state)
{
    (void)state;
    static const struct statement_row rows[] = {
        {"t_kept",
         "select count(*) as n, count(*) filter (where position('ABC'::bytea in body) > 0 or "
         "position('token'::bytea "
         "in body) > 0 or position('sealed-key'::bytea in key_hash) > 0 or headers <> '{}') as readable "
         "from idempotency",
         NULL, 0, "test"}};
    static const struct statement_table table = {rows, 1};
    assert_int_equal(status_of(post("/api/orders", JSON "Idempotency-Key: sealed-key\r\n", good)), 201);
    struct ra_error error = {0};
    struct db *db = NULL;
    struct db_rows *row = NULL;
    char conninfo[200];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=ra user=ra_app", getenv("RA_TEST_PG"));
    assert_done(db_connect(NULL, conninfo, &table, 0, &db, &error));
    assert_done(db_one(db, db, (enum db_statement)0, DB_NO_VALUES, &row, &error));
    assert_true(row_int(row, 0, "n") > 0);
    assert_int_equal(row_int(row, 0, "readable"), 0);
    talloc_free(db);
}

/* --- transactions --- */

static void a_lost_race_is_run_again(void **state)
{
    (void)state;
    atomic_store(&failures_to_come, 2);
    assert_int_equal(status_of(post("/api/race", "", NULL)), 200);
    assert_int_equal(atomic_load(&handled), 3);
    assert_int_equal(rows_left("test-race"), 1);
    atomic_store(&failures_to_come, 3);
    assert_int_equal(status_of(post("/api/race", "", NULL)), 409);
    assert_int_equal(rows_left("test-race"), 0);
}

static void an_open_transaction_is_a_mistake_of_ours(void **state)
{
    (void)state;
    assert_int_equal(status_of(post("/api/careless", "", NULL)), 500);
    for (int i = 0; i < 8; i++) /* every worker is usable again */
        assert_int_equal(status_of(post("/api/race", "", NULL)), 200);
}

static void a_failed_record_costs_no_worker(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(post("/api/unrecordable-own", KEY, NULL)), 400);
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(post("/api/race", "", NULL)), 200);
}

/* The handler made a token; what failed afterwards undid it, so nobody may get it. */
static void a_success_that_could_not_be_kept_shows_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/unrecordable", "/api/unrecordable-own"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *got = post(paths[i], KEY, NULL);
        assert_int_equal(status_of(got), 400);
        assert_null(strstr(got, "a-secret"));
    }
}

static void a_transaction_an_authorizer_forgot_costs_no_worker(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(post("/api/forgetful", "", NULL)), 403);
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(post("/api/race", "", NULL)), 200);
}

static void own_transactions_keep_their_key_too(void **state)
{
    (void)state;
    const char *got = post("/api/own", KEY, NULL);
    assert_non_null(strstr(got, "\"in_transaction\":false"));
    assert_non_null(strstr(got, "\"run\":1"));
    assert_non_null(strstr(post("/api/own", KEY, NULL), "\"run\":1"));
    assert_int_equal(atomic_load(&handled), 1);
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_server(the_api_answers_json_and_commits),
        with_server(a_refusal_is_a_problem_and_leaves_nothing),
        with_server(a_counter_of_wrong_attempts_survives_the_refusal),
        with_server(an_aborted_transaction_tells_its_own_error),
        with_server(bodies_that_are_not_json_are_refused),
        with_server(json_nested_100000_deep_is_refused),
        with_server(a_form_becomes_the_same_order_and_redirects),
        with_server(a_refused_form_comes_back_filled),
        with_server(other_refusals_of_a_page_are_a_page),
        with_server(a_stranger_never_sees_the_forms_page),
        with_server(what_the_matrix_forbids_is_not_done),
        cmocka_unit_test_setup_teardown(without_a_matrix_nothing_is_served, start_without_matrix, stop),
        with_server(foreign_pages_cannot_post),
        with_server(the_same_key_gets_the_same_answer),
        with_server(the_same_key_with_another_request_is_refused),
        with_server(a_refusal_is_not_kept),
        with_server(malformed_keys_are_refused),
        with_server(five_clicks_on_a_form_make_one_order),
        with_server(five_clicks_at_once_run_once),
        with_server(kept_answers_are_sealed),
        with_server(a_lost_race_is_run_again),
        with_server(an_open_transaction_is_a_mistake_of_ours),
        with_server(a_failed_record_costs_no_worker),
        with_server(a_success_that_could_not_be_kept_shows_nothing),
        with_server(a_transaction_an_authorizer_forgot_costs_no_worker),
        with_server(own_transactions_keep_their_key_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
