/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way of an order from the form to its mails: who may open it, limits, log-in by code, confirmed address.
 */
#include "audit/failures.h"
#include "orders/orders.h"
#include "rooms_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct answer *show(const char *code, const char *token)
{
    char path[64];
    snprintf(path, sizeof path, "/api/orders/%s", code);
    return ask("GET", path, token, NULL);
}

static int status_with(const char *code, const char *token)
{
    struct answer *answer = show(code, token);
    int status = answer->status;
    answer_free(answer);
    return status;
}

/* The rest of the line after `mark` in a mail, up to a character of `stops`. The caller frees. */
static char *in_mail(const char *mail, const char *mark, const char *stops)
{
    const char *at = strstr(mail, mark);
    assert_non_null(at);
    return talloc_strndup(NULL, at + strlen(mark), strcspn(at + strlen(mark), stops));
}

/* --- the order --- */

static void an_order_begins_at_the_beginning_and_says_what_comes_next(void **state)
{
    (void)state;
    struct placed order = place_order();
    struct answer *answer = show(order.code, order.token);
    json_t *states = json_object_get(answer->json, "states");
    assert_int_equal(answer->status, 200);
    assert_string_equal(json_string_value(json_object_get(states, "order")), "awaiting_payment");
    assert_string_equal(json_string_value(json_object_get(states, "appointment")), "none");
    assert_string_equal(json_string_value(json_object_get(states, "attendance")), "none");
    assert_string_equal(json_string_value(json_object_get(states, "identification")), "open");
    assert_string_equal(json_string_value(json_object_get(states, "issuance")), "none");
    assert_string_equal(answer_text(answer, "email_notice"), "e-mail não confirmado");
    json_t *next = json_object_get(answer->json, "next");
    assert_string_equal(json_string_value(json_object_get(json_array_get(next, 0), "id")), "confirm-email");
    assert_string_equal(json_string_value(json_object_get(json_array_get(next, 1), "id")), "book");
    json_t *timeline = json_object_get(answer->json, "timeline");
    assert_int_equal(json_array_size(timeline), 1);
    answer_free(answer);
}

/* As somebody else would, between a reading without lock and the lock. */
static void move_meanwhile(int64_t id, const char *change)
{
    char *sql = talloc_asprintf(NULL, "update orders set %s where id = %lld returning code as value", change,
                                (long long)id);
    talloc_free(owner_sql(sql));
    talloc_free(sql);
}

static struct order *load(struct db *db, const char *code)
{
    struct ra_error error = {0};
    struct order *order = NULL;
    char *sql = talloc_asprintf(NULL, "select id::text as value from orders where code = '%s'", code);
    char *id = owner_sql(sql);
    assert_done(orders_load_by_id(db, db, strtoll(id, NULL, 10), false, &order, &error));
    talloc_free(id);
    talloc_free(sql);
    return order;
}

static void what_moved_before_a_case_was_held_is_seen_under_the_lock(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct placed placed = place_order();
    struct order *order = load(db, placed.code);
    move_meanwhile(order->id, "attempt = 2, identification_state = 'validated', closed_at = now()");
    assert_done(db_begin(db, &error));
    assert_done(orders_hold_by_system(db, order, &error));
    assert_int_equal(order->attempt, 2);
    assert_true(orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "validated"));
    assert_true(orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "none"));
    assert_true(order->closed_us != 0);
    assert_string_equal(order->subject->email, placed.email);
    db_rollback(db);
    talloc_free(db);
}

static void a_case_moves_only_along_its_transitions(void **state)
{
    static const struct {
        const char *from, *to;
        bool legal;
    } cases[] = {{"none", "ready", true},          {"ready", "delivered", false},
                 {"ready", "requested", true},     {"requested", "none", false},
                 {"requested", "delivered", true}, {"delivered", "requested", false}};
    (void)state;
    struct db *db = rooms_db();
    struct placed placed = place_order();
    struct order *order = load(db, placed.code);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ra_error error = {0};
        char refused[64];
        bool moved = orders_set_state_by_system(db, 1, order, ORDERS_MACHINE_ISSUANCE, cases[i].to, &error);
        assert_int_equal(moved, cases[i].legal);
        snprintf(refused, sizeof refused, "issuance:%s:%s", cases[i].from, cases[i].to);
        assert_string_equal(error.reason, moved ? "" : refused);
    }
    talloc_free(db);
}

static void a_code_is_found_however_it_is_written(void **state)
{
    (void)state;
    struct placed order = place_order();
    char spoken[32];
    snprintf(spoken, sizeof spoken, "%.4s-%.4s-%.4s", order.code, order.code + 4, order.code + 8);
    for (char *c = spoken; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    assert_int_equal(status_with(spoken, order.token), 200);
}

static void somebody_elses_order_does_not_even_exist(void **state)
{
    (void)state;
    struct placed mine = place_order(), theirs = place_order();
    assert_int_equal(status_with(mine.code, NULL), 401);
    struct answer *foreign = show(theirs.code, mine.token);
    struct answer *missing = show("000000000000", mine.token);
    struct answer *nonsense = show("x", mine.token);
    assert_int_equal(foreign->status, 404);
    assert_int_equal(missing->status, 404);
    assert_int_equal(nonsense->status, 404);
    assert_string_equal(answer_text(foreign, "detail"), answer_text(missing, "detail"));
    assert_string_equal(answer_text(foreign, "detail"), answer_text(nonsense, "detail"));
    answer_free(foreign);
    answer_free(missing);
    answer_free(nonsense);
}

static void tokens_are_kept_as_hashes_alone(void **state)
{
    (void)state;
    struct placed order = place_order();
    char sql[300];
    snprintf(sql, sizeof sql,
             "select count(*)::text as value from ra.order_access where token_hash = sha256(convert_to('%s', "
             "'UTF8'))",
             order.token);
    char *count = owner_sql(sql);
    assert_string_equal(count, "1");
    talloc_free(count);
    snprintf(sql, sizeof sql,
             "select count(*)::text as value from ra.outbox where message::text like '%%%s%%' or recipient "
             "like '%%%s%%'",
             order.token, order.token);
    count = owner_sql(sql);
    assert_string_equal(count, "0");
    talloc_free(count);
}

static void a_refused_order_leaves_nothing_behind(void **state)
{
    (void)state;
    char *before = owner_sql(
        "select (select count(*) from ra.orders) || ' ' || (select count(*) from ra.event) as value");
    static const char *const bodies[] = {
        "{\"product\":\"ecpf-a1\",\"holder\":{\"name\":\"Ana\"}}",
        "{\"product\":\"nada\",\"holder\":{}}",
        "{\"product\":\"ecpf-a1\"}",
        "{\"holder\":{\"name\":\"A\\u0000B\"}}",
        "[]",
        "{\"product\":\"ecpf-a1\",\"product\":\"ecnpj-a1\",\"holder\":{}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct answer *answer = ask("POST", "/api/orders", NULL, bodies[i]);
        assert_true(answer->status == 422 || answer->status == 400);
        answer_free(answer);
    }
    char *after = owner_sql(
        "select (select count(*) from ra.orders) || ' ' || (select count(*) from ra.event) as value");
    assert_string_equal(before, after);
    talloc_free(before);
    talloc_free(after);
}

/* --- limits --- */

static void the_sixth_open_order_of_a_cpf_is_refused_with_its_rule(void **state)
{
    (void)state;
    char cpf[12], email[64];
    char *body = order_body(77000001, cpf, email);
    for (int i = 0; i < 5; i++) {
        struct answer *answer = ask("POST", "/api/orders", NULL, body);
        assert_int_equal(answer->status, 201);
        answer_free(answer);
    }
    struct answer *sixth = ask("POST", "/api/orders", NULL, body);
    assert_int_equal(sixth->status, 422);
    assert_string_equal(answer_text(sixth, "reason"), "open-orders");
    assert_non_null(strstr(answer_text(sixth, "source"), "open_orders_per_cpf"));
    answer_free(sixth);
    talloc_free(body);
}

/* Nobody fills a stranger's mailbox by writing its address in another way each time. */
static void the_sixth_open_order_of_a_mailbox_is_refused_however_it_is_written(void **state)
{
    static const char *const written[] = {"Caixa.Cheia@cidadao.example",   "caixa.cheia@cidadao.example",
                                          "CAIXA.CHEIA@CIDADAO.EXAMPLE",   "caixa.cheia+1@cidadao.example",
                                          "Caixa.Cheia+b@cidadao.example", "caixa.Cheia+c@cidadao.example"};
    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char cpf[12], email[64];
        char *body = order_body(77100000U + (unsigned)i, cpf, email);
        const char *at = strstr(body, email);
        assert_non_null(at);
        char *other =
            talloc_asprintf(NULL, "%.*s%s%s", (int)(at - body), body, written[i], at + strlen(email));
        struct answer *answer = ask("POST", "/api/orders", NULL, other);
        assert_int_equal(answer->status, i < 5 ? 201 : 422);
        if (i == 5)
            assert_non_null(strstr(answer_text(answer, "source"), "open_orders_per_email"));
        answer_free(answer);
        talloc_free(other);
        talloc_free(body);
    }
}

static void an_address_has_its_limit_by_policy_row(void **state)
{
    (void)state;
    talloc_free(owner_sql("update ra.policy set value = '1' where key = 'open_orders_per_address'"));
    rooms_refresh();
    char cpf[12], email[64];
    char *body = order_body(78000001, cpf, email);
    struct answer *answer = ask("POST", "/api/orders", NULL, body);
    talloc_free(owner_sql("update ra.policy set value = '200' where key = 'open_orders_per_address'"));
    rooms_refresh();
    assert_int_equal(answer->status, 422);
    assert_non_null(strstr(answer_text(answer, "source"), "open_orders_per_address"));
    answer_free(answer);
    talloc_free(body);
}

/* The reason of the refusal at that stage, "" when the gate is open. */
static const char *at_gate(const char *stage, const struct order *order)
{
    static struct ra_error error;
    struct http_request request = {.app = rooms_app(), .context = talloc_new(NULL)};
    request.now_us = clock_now_us(&request.app->clock);
    error = (struct ra_error){0};
    bool open = orders_check_gates(&request, order, stage, &error);
    talloc_free(request.context);
    assert_true(open || error.code == RA_RULE_REFUSED);
    return open ? "" : error.reason;
}

/* Issue 2.3: "Payment is a state of the order from the start (at the counter; a gate only by policy row)". */
static void payment_and_address_hold_a_case_only_where_a_policy_row_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *at_checkin, *at_validate;
    } cases[] = {{"payment_gate", "none", "", ""},
                 {"payment_gate", "checkin", "payment-missing", ""},
                 {"payment_gate", "validate", "", "payment-missing"},
                 {"email_gate", "none", "", ""},
                 {"email_gate", "validate", "", "email-unconfirmed"}};
    struct order open = {.email_confirmed = false}, settled = {.email_confirmed = true};
    open.states[ORDERS_MACHINE_ORDER] = "awaiting_payment";
    settled.states[ORDERS_MACHINE_ORDER] = "paid";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "update ra.policy set value = '\"%s\"' where key = '%s'", cases[i].value,
                 cases[i].key);
        talloc_free(owner_sql(sql));
        rooms_refresh();
        assert_string_equal(at_gate("checkin", &open), cases[i].at_checkin);
        assert_string_equal(at_gate("validate", &open), cases[i].at_validate);
        assert_string_equal(at_gate("checkin", &settled), "");
        assert_string_equal(at_gate("validate", &settled), "");
        snprintf(sql, sizeof sql, "update ra.policy set value = '\"none\"' where key = '%s'", cases[i].key);
        talloc_free(owner_sql(sql));
    }
    rooms_refresh();
}

/* --- the page face --- */

static char *order_form(unsigned number)
{
    return talloc_asprintf(
        NULL,
        "product=ecpf-a1&holder.name=Z%%C3%%A9+Lima&holder.cpf=%s&holder.birth_date=1985-08-15&"
        "holder.email=ze%u%%40cidadao.example&holder.phone=199%08u&holder.nis=&_form_key=form%u",
        number == 0 ? "1" : "390.533.447-05", number, 80000000U + number, number);
}

static void the_form_comes_back_with_errors_beside_the_fields_and_what_was_typed(void **state)
{
    (void)state;
    char *form = order_form(0);
    struct answer *answer = browse("/pedido/novo", NULL, form);
    assert_int_equal(answer->status, 422);
    assert_non_null(strstr(answer->body, "id=\"holder.cpf-error\""));
    assert_non_null(strstr(answer->body, "value=\"Zé Lima\""));
    assert_non_null(strstr(answer->body, "aria-invalid=\"true\""));
    assert_null(answer->cookie);
    answer_free(answer);
    talloc_free(form);
}

static void the_form_opens_the_order_in_this_browser_alone(void **state)
{
    (void)state;
    char *form = order_form(1), path[64];
    struct answer *made = browse("/pedido/novo", NULL, form);
    assert_int_equal(made->status, 303);
    assert_non_null(made->cookie);
    struct answer *again = browse("/pedido/novo", NULL, form); /* the same form sent twice */
    assert_string_equal(again->location, made->location);
    struct answer *agenda = browse(made->location, made->cookie, NULL);
    assert_int_equal(agenda->status, 200);
    assert_non_null(strstr(agenda->body, "type=\"radio\" name=\"start\""));
    struct answer *stranger = browse(made->location, NULL, NULL);
    assert_int_equal(stranger->status, 401);
    snprintf(path, sizeof path, "%.20s", made->location); /* "/pedido/" and twelve characters */
    struct answer *page = browse(path, made->cookie, NULL);
    assert_int_equal(page->status, 200);
    assert_non_null(strstr(page->body, "390.533.447-05"));
    assert_non_null(strstr(page->body, "e-mail não confirmado"));
    answer_free(made);
    answer_free(again);
    answer_free(agenda);
    answer_free(stranger);
    answer_free(page);
    talloc_free(form);
}

/* --- confirming the address --- */

static bool is_confirmed(const struct placed *order)
{
    struct answer *answer = show(order->code, order->token);
    bool confirmed = json_is_true(json_object_get(answer->json, "email_confirmed"));
    answer_free(answer);
    return confirmed;
}

static void the_link_shows_a_button_and_only_the_button_confirms(void **state)
{
    (void)state;
    struct placed order = place_order();
    char *mail = mail_to(order.email);
    char *path = in_mail(mail, "http://ar.example/confirmar/", "\r\n");
    char link[128];
    snprintf(link, sizeof link, "/confirmar/%s", path);
    struct answer *looked = browse(link, NULL, NULL);
    assert_int_equal(looked->status, 200);
    assert_non_null(strstr(looked->body, "<button"));
    assert_false(is_confirmed(&order));
    struct answer *pressed = browse(link, NULL, "");
    assert_int_equal(pressed->status, 200);
    assert_true(is_confirmed(&order));
    struct answer *wrong = browse("/confirmar/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, "");
    assert_int_equal(wrong->status, 404);
    answer_free(looked);
    answer_free(pressed);
    answer_free(wrong);
    talloc_free(path);
    talloc_free(mail);
}

static void the_outbox_cannot_confirm_an_address(void **state)
{
    (void)state;
    struct placed order = place_order();
    char *mail = mail_to(order.email);
    char *token = in_mail(mail, "http://ar.example/confirmar/", "\r\n");
    char sql[300];
    snprintf(sql, sizeof sql,
             "select count(*)::text as value from ra.outbox where message::text like '%%%s%%'", token);
    char *count = owner_sql(sql);
    assert_string_equal(count, "0");
    talloc_free(count);
    talloc_free(token);
    talloc_free(mail);
}

/* --- CPF and code --- */

static struct answer *ask_code(const char *cpf)
{
    char body[64];
    snprintf(body, sizeof body, "{\"cpf\":\"%s\"}", cpf);
    return ask("POST", "/api/login", NULL, body);
}

static struct answer *give_code(const char *cpf, const char *code)
{
    char body[96];
    snprintf(body, sizeof body, "{\"cpf\":\"%s\",\"code\":\"%s\"}", cpf, code);
    return ask("POST", "/api/login/code", NULL, body);
}

static int status_of_code(const char *cpf, const char *code)
{
    struct answer *answer = give_code(cpf, code);
    int status = answer->status;
    answer_free(answer);
    return status;
}

static char *code_for(const struct placed *order)
{
    struct answer *answer = ask_code(order->cpf);
    assert_int_equal(answer->status, 202);
    answer_free(answer);
    char *mail = mail_to(order->email);
    char *code = in_mail(mail, "O código é ", "\r\n");
    talloc_free(mail);
    return code;
}

static void whether_a_cpf_has_orders_is_told_to_nobody(void **state)
{
    (void)state;
    struct placed order = place_order();
    struct answer *known = ask_code(order.cpf);
    struct answer *unknown = ask_code("88641577947");
    assert_int_equal(known->status, unknown->status);
    assert_string_equal(known->body, unknown->body);
    answer_free(known);
    answer_free(unknown);
    struct answer *wrong_known = give_code(order.cpf, "000000");
    struct answer *wrong_unknown = give_code("88641577947", "000000");
    assert_int_equal(wrong_known->status, wrong_unknown->status);
    assert_string_equal(answer_text(wrong_known, "detail"), answer_text(wrong_unknown, "detail"));
    answer_free(wrong_known);
    answer_free(wrong_unknown);
}

static int64_t rows_of(const char *table, const char *cpf)
{
    char *sql =
        talloc_asprintf(NULL, "select count(*)::text as value from ra.%s where cpf = '%s'", table, cpf);
    char *count = owner_sql(sql);
    const int64_t rows = strtoll(count, NULL, 10);
    talloc_free(count);
    talloc_free(sql);
    return rows;
}

/* While the job is kept from working: the request writes one row for a CPF of orders and for one of none, and
 * nothing that takes longer for one of them. */
static void asking_is_the_same_work_for_every_cpf(void **state)
{
    (void)state;
    struct placed order = place_order();
    const char *const cpfs[] = {order.cpf, "11144477735"};
    talloc_free(mail_to(order.email));
    talloc_free(owner_sql("revoke delete on ra.login_ask from ra_app"));
    for (size_t i = 0; i < 2; i++) {
        for (int times = 0; times < 2; times++)
            answer_free(ask_code(cpfs[i]));
        assert_int_equal(rows_of("login_ask", cpfs[i]), 2);
        assert_int_equal(rows_of("login_code", cpfs[i]), 0);
    }
    talloc_free(owner_sql("grant delete on ra.login_ask to ra_app"));
    char *mail = mail_to(order.email);
    char *code = in_mail(mail, "O código é ", "\r\n");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(rows_of("login_code", cpfs[i]), 1); /* what was asked twice is answered once */
    assert_int_equal(status_of_code(order.cpf, code), 200);
    talloc_free(code);
    talloc_free(mail);
}

static void the_code_opens_the_order_once(void **state)
{
    (void)state;
    struct placed order = place_order();
    char path[64];
    char *code = code_for(&order);
    struct answer *entered = give_code(order.cpf, code);
    assert_int_equal(entered->status, 200);
    assert_non_null(entered->cookie);
    snprintf(path, sizeof path, "/pedido/%s", order.code);
    struct answer *page = browse(path, entered->cookie, NULL);
    assert_int_equal(page->status, 200);
    assert_int_equal(status_of_code(order.cpf, code), 422);
    struct answer *left = browse("/sair", entered->cookie, "");
    assert_int_equal(left->status, 303);
    struct answer *closed = browse(path, entered->cookie, NULL);
    assert_int_equal(closed->status, 404);
    answer_free(entered);
    answer_free(page);
    answer_free(left);
    answer_free(closed);
    talloc_free(code);
}

/* --- what the log tells of wrong codes --- */

static void tell_failures_at(int64_t now_us)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {.context = talloc_new(NULL), .app = rooms_app(), .db = db, .now_us = now_us};
    assert_done(audit_failures_run(&run, &error));
    talloc_free(run.context);
    talloc_free(db);
}

#define FAILURES_TOLD                                                                                        \
    "select coalesce(string_agg(concat_ws(' ', d->>'known', d->>'failures', d->>'addresses', p->>'cpf'), "   \
    "', ' order "                                                                                            \
    "by d->>'known', id), '') as value from (select e.id, convert_from(e.bytes, 'UTF8')::jsonb->'detail' "   \
    "as d, "                                                                                                 \
    "convert_from(h.data, 'UTF8')::jsonb as p from ra.event e left join ra.event_private h on h.event_id = " \
    "e.id where e.code = 'HOLDER_LOGIN_FAIL') x"

static void assert_failures_told(const char *format, const char *cpf)
{
    char *wanted = format[0] == '\0' ? talloc_strdup(NULL, "") : talloc_asprintf(NULL, "%s %s", format, cpf);
    char *told = owner_sql(FAILURES_TOLD);
    assert_string_equal(told, wanted);
    talloc_free(told);
    talloc_free(wanted);
}

/* Every failure against a real account, and how large an attack was on those that do not exist; for as many
 * tries as anybody makes, an event each in a quarter of an hour. */
static void wrong_codes_are_told_by_their_number(void **state)
{
    static const int64_t quarter_us = INT64_C(900000000);
    struct placed order = place_order();
    const int64_t now_us = clock_now_us(&rooms_app()->clock);
    (void)state;
    talloc_free(owner_sql("truncate ra.failed_entry"));
    for (unsigned at = 0; at < 20; at++) {
        char cpf[12], email[64];
        talloc_free(order_body(700000000U + at, cpf, email));
        assert_int_equal(status_of_code(cpf, "000000"), 422);
    }
    assert_int_equal(status_of_code(order.cpf, "000000"), 422);
    assert_failures_told("", "");
    tell_failures_at(now_us);
    assert_failures_told("false 20 1, true 1 1", order.cpf);
    for (int at = 0; at < 3; at++) {
        assert_int_equal(status_of_code(order.cpf, "000000"), 422);
        assert_int_equal(status_of_code("88641577947", "000000"), 422);
        tell_failures_at(now_us + at * quarter_us / 4);
    }
    assert_failures_told("false 20 1, true 1 1", order.cpf);
    tell_failures_at(now_us + quarter_us);
    tell_failures_at(now_us + quarter_us + 1000);
    char *later = talloc_asprintf(NULL, "false 20 1, false 3 1, true 1 1 %s, true 3 1", order.cpf);
    assert_failures_told(later, order.cpf);
    talloc_free(later);
    tell_failures_at(now_us + 3 * quarter_us);
    char *left = owner_sql("select count(*)::text as value from ra.failed_entry");
    assert_string_equal(left, "0");
    talloc_free(left);
}

static void five_wrong_tries_end_a_code(void **state)
{
    (void)state;
    struct placed order = place_order();
    char *code = code_for(&order);
    const char *wrong = strcmp(code, "123456") == 0 ? "123457" : "123456";
    for (int i = 0; i < 5; i++)
        assert_int_equal(status_of_code(order.cpf, wrong), 422);
    assert_int_equal(status_of_code(order.cpf, code), 422);
    talloc_free(code);
}

/* Whoever orders in another's name with an address of his own gets a code for his own order alone. */
static void a_code_opens_only_orders_of_the_address_it_went_to(void **state)
{
    (void)state;
    char cpf[12], email[64], path[64];
    char *body = order_body(79000001, cpf, email);
    struct answer *victim = ask("POST", "/api/orders", NULL, body);
    char *forged =
        talloc_asprintf(NULL,
                        "{\"product\":\"ecpf-a1\",\"holder\":{\"name\":\"Outra Pessoa\",\"cpf\":\"%s\","
                        "\"birth_date\":\"1990-01-01\",\"email\":\"outra@cidadao.example\",\"phone\":"
                        "\"19912345678\"}}",
                        cpf);
    struct answer *thief = ask("POST", "/api/orders", NULL, forged);
    assert_int_equal(victim->status, 201);
    assert_int_equal(thief->status, 201);
    answer_free(ask_code(cpf));
    char *mail = mail_to("outra@cidadao.example");
    char *code = in_mail(mail, "O código é ", "\r\n");
    struct answer *entered = give_code(cpf, code);
    assert_int_equal(entered->status, 200);
    snprintf(path, sizeof path, "/pedido/%s", answer_text(thief, "order"));
    struct answer *own = browse(path, entered->cookie, NULL);
    assert_int_equal(own->status, 200);
    snprintf(path, sizeof path, "/pedido/%s", answer_text(victim, "order"));
    struct answer *other = browse(path, entered->cookie, NULL);
    assert_int_equal(other->status, 404);
    answer_free(victim);
    answer_free(thief);
    answer_free(entered);
    answer_free(own);
    answer_free(other);
    talloc_free(mail);
    talloc_free(code);
    talloc_free(body);
    talloc_free(forged);
}

/* --- catalogue --- */

static void what_is_on_sale_follows_its_window(void **state)
{
    (void)state;
    struct answer *all = ask("GET", "/api/products", NULL, NULL);
    assert_int_equal(json_array_size(json_object_get(all->json, "products")), 13);
    answer_free(all);
    talloc_free(owner_sql("update ra.product set valid_to = '2020-12-31' where id = 'ecnpj-a3'"));
    rooms_refresh();
    struct answer *fewer = ask("GET", "/api/products", NULL, NULL);
    assert_int_equal(json_array_size(json_object_get(fewer->json, "products")), 12);
    answer_free(fewer);
    talloc_free(owner_sql("update ra.product set valid_to = '2029-03-02' where id = 'ecnpj-a3'"));
    rooms_refresh();
}

static void every_item_to_bring_names_its_source(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t documents;
    } cases[] = {
        {"/api/checklist?product=ecpf-a1", 1},
        {"/api/checklist?product=ecnpj-a1", 4},
        {"/api/checklist?subject=pj", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer *answer = ask("GET", cases[i].path, NULL, NULL);
        json_t *items = json_object_get(answer->json, "items"), *item;
        size_t index, documents = 0;
        json_array_foreach(items, index, item)
        {
            assert_true(json_string_length(json_object_get(item, "source")) > 0);
            documents += strcmp(json_string_value(json_object_get(item, "kind")), "document") == 0;
        }
        assert_int_equal(documents, cases[i].documents);
        answer_free(answer);
    }
    struct answer *mixed = ask("GET", "/api/checklist?product=ecpf-a1&subject=pj", NULL, NULL);
    assert_int_equal(mixed->status, 422);
    answer_free(mixed);
}

static void the_public_pages_stand(void **state)
{
    (void)state;
    static const char *const pages[] = {"/",
                                        "/checklist",
                                        "/privacidade",
                                        "/acessibilidade",
                                        "/entrar",
                                        "/pedido/novo?product=ecpf-a1",
                                        "/pedido/novo?product=ecnpj-a3"};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct answer *answer = browse(pages[i], NULL, NULL);
        assert_int_equal(answer->status, 200);
        assert_non_null(strstr(answer->body, "</html>"));
        answer_free(answer);
    }
    struct answer *missing = browse("/pedido/novo", NULL, NULL);
    assert_int_equal(missing->status, 404);
    assert_non_null(strstr(missing->body, "href=\"/\""));
    answer_free(missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_begins_at_the_beginning_and_says_what_comes_next),
        cmocka_unit_test(what_moved_before_a_case_was_held_is_seen_under_the_lock),
        cmocka_unit_test(a_case_moves_only_along_its_transitions),
        cmocka_unit_test(a_code_is_found_however_it_is_written),
        cmocka_unit_test(somebody_elses_order_does_not_even_exist),
        cmocka_unit_test(tokens_are_kept_as_hashes_alone),
        cmocka_unit_test(a_refused_order_leaves_nothing_behind),
        cmocka_unit_test(the_sixth_open_order_of_a_cpf_is_refused_with_its_rule),
        cmocka_unit_test(the_sixth_open_order_of_a_mailbox_is_refused_however_it_is_written),
        cmocka_unit_test(an_address_has_its_limit_by_policy_row),
        cmocka_unit_test(payment_and_address_hold_a_case_only_where_a_policy_row_says_so),
        cmocka_unit_test(the_form_comes_back_with_errors_beside_the_fields_and_what_was_typed),
        cmocka_unit_test(the_form_opens_the_order_in_this_browser_alone),
        cmocka_unit_test(the_link_shows_a_button_and_only_the_button_confirms),
        cmocka_unit_test(the_outbox_cannot_confirm_an_address),
        cmocka_unit_test(whether_a_cpf_has_orders_is_told_to_nobody),
        cmocka_unit_test(asking_is_the_same_work_for_every_cpf),
        cmocka_unit_test(the_code_opens_the_order_once),
        cmocka_unit_test(wrong_codes_are_told_by_their_number),
        cmocka_unit_test(five_wrong_tries_end_a_code),
        cmocka_unit_test(a_code_opens_only_orders_of_the_address_it_went_to),
        cmocka_unit_test(what_is_on_sale_follows_its_window),
        cmocka_unit_test(every_item_to_bring_names_its_source),
        cmocka_unit_test(the_public_pages_stand),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
