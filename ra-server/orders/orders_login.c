/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Back into one's orders without the token: CPF and a one-time code by mail; and the button that confirms an
 * address. Nothing here says whether a CPF has orders: the answers are the same, and so is the work, since a
 * job looks for the orders (login_codes.h).
 */
#include "audit/audit.h"
#include "audit/failures.h"
#include "catalog/page.h"
#include "orders/login_codes.h"
#include "orders/orders_internal.h"
#include "pki/certificate/identifiers.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>

enum {
    CODE_TRIES = 5,
    CONFIRMATION_DAYS = 30,
};

static int64_t minutes_later(const struct http_request *request, int64_t minutes)
{
    return request->now_us + minutes * INT64_C(60000000);
}

static bool read_cpf(struct http_request *request, char cpf[CPF_SIZE], struct ra_error *error)
{
    struct field_problem problem;
    const char *typed = http_text(request->body, "cpf");
    return cpf_normalise(typed != NULL ? typed : "", cpf, &problem) || field_fail(error, "cpf", &problem);
}

/* --- asking for a code --- */

static bool ask_form(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    (void)request;
    (void)error;
    http_reply(response, 200, page_frame(json_object(), "Meu pedido"));
    return true;
}

/* Where the page goes after the code: the orders, or what was asked for. */
static bool wants_certificates(const struct http_request *request)
{
    const char *goal = http_text(request->body, "goal");
    return goal != NULL && strcmp(goal, "certificates") == 0;
}

static json_t *code_step_model(const struct http_request *request, const char *cpf)
{
    json_t *model = json_pack("{s:b, s:i, s:s, s:s}", "code_step", true, "code_minutes", LOGIN_CODE_MINUTES,
                              "cpf", cpf, "goal", wants_certificates(request) ? "certificates" : "");
    return page_frame(model, "Meu pedido");
}

static bool ask_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char cpf[CPF_SIZE];
    if (!read_cpf(request, cpf, error) || !login_codes_ask(request, cpf, error))
        return false;
    http_reply(response, page_is_wanted(request) ? 200 : 202,
               page_is_wanted(request)
                   ? code_step_model(request, cpf)
                   : json_pack("{s:s, s:i}", "state", "sent", "minutes", LOGIN_CODE_MINUTES));
    return true;
}

/* --- giving the code --- */

/* "123 456" and "123456" are the same code. */
static bool read_code(struct http_request *request, char code[LOGIN_CODE_SIZE], struct ra_error *error)
{
    const char *typed = http_text(request->body, "code");
    size_t used = 0;
    for (; typed != NULL && *typed != '\0'; typed++) {
        if (*typed == ' ')
            continue;
        if (!isdigit((unsigned char)*typed) || used == LOGIN_CODE_SIZE - 1)
            return ra_fail_field(error, "code", "format", "O código tem seis números.");
        code[used++] = *typed;
    }
    code[used] = '\0';
    return used == LOGIN_CODE_SIZE - 1 ||
           ra_fail_field(error, "code", "format", "O código tem seis números.");
}

static bool refuse_code(struct http_request *request, const char *cpf, struct ra_error *error)
{
    if (!db_exec(request->db, STATEMENT_ORDER_LOGIN_COUNT_TRY,
                 DB_VALUES(db_text(cpf), db_time(request->now_us)), NULL, error) ||
        !audit_failure_note(request, FAILED_LOGIN, cpf, "code", error))
        return false;
    http_keep_changes(request);
    return ra_fail_field(error, "code", "wrong",
                         "Este código não confere ou já venceu. Confira, ou peça outro.");
}

/* The candidate whose code it is, or its count for none. */
static size_t matching(const struct db_rows *rows, const uint8_t hash[TOKEN_HASH_SIZE])
{
    size_t found = db_row_count(rows);
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct bytes stored = row_bytes(rows, i, "code_hash");
        if (stored.length == TOKEN_HASH_SIZE && CRYPTO_memcmp(stored.data, hash, TOKEN_HASH_SIZE) == 0 &&
            row_text(rows, i, "email")[0] != '\0')
            found = i;
    }
    return found;
}

static bool enter(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char cpf[CPF_SIZE], code[LOGIN_CODE_SIZE], token[TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    json_t *orders = NULL;
    if (!read_cpf(request, cpf, error) || !read_code(request, code, error) ||
        !token_login_hash(request->app, cpf, code, hash, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_LOGIN_CANDIDATES,
                  DB_VALUES(db_text(cpf), db_time(request->now_us), db_int(CODE_TRIES)), &rows, error))
        return false;
    size_t match = matching(rows, hash);
    if (match == db_row_count(rows))
        return refuse_code(request, cpf, error);
    if (!db_exec(request->db, STATEMENT_ORDER_LOGIN_USE,
                 DB_VALUES(db_int(row_int(rows, match, "id")), db_time(request->now_us)), NULL, error) ||
        !orders_grant_login(request, response, cpf, row_text(rows, match, "email"), token, error) ||
        !orders_opened_by(request, token, &orders, error))
        return false;
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:o}", "state", "open", "token", token, "orders", orders));
    if (!audit_record(request, AUDIT_HOLDER_LOGIN_OK, NULL, json_object(), json_pack("{s:s}", "cpf", cpf),
                      error))
        return false;
    if (page_is_wanted(request))
        http_see_other(request, response, wants_certificates(request) ? "/certificados" : "/pedidos");
    return true;
}

static bool code_form(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char cpf[CPF_SIZE];
    struct ra_error ignored = {0};
    (void)error;
    bool known = read_cpf(request, cpf, &ignored);
    http_reply(response, 200,
               known ? code_step_model(request, cpf) : page_frame(json_object(), "Meu pedido"));
    return true;
}

/* --- confirming an address --- */

static bool find_confirmation(struct http_request *request, uint8_t hash[TOKEN_HASH_SIZE],
                              struct db_rows **row, struct ra_error *error)
{
    int64_t since = minutes_later(request, -CONFIRMATION_DAYS * INT64_C(1440));
    if (!token_hash(http_path_parameter(request, "token"), hash, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_CONFIRMATION_FIND,
                  DB_VALUES(db_bytes((struct bytes){hash, TOKEN_HASH_SIZE}), db_time(since)), row, error))
        return false;
    return db_row_count(*row) == 1 ||
           ra_fail(error, RA_NOT_FOUND,
                   "Este endereço de confirmação já não vale. Peça outro no atendimento.");
}

/* Mail scanners follow links: looking changes nothing. */
static bool confirm_form(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *row = NULL;
    if (!find_confirmation(request, hash, &row, error))
        return false;
    json_t *model = json_pack("{s:s, s:s, s:b}", "order", row_text(row, 0, "code"), "action", request->path,
                              "confirmed", row_bool(row, 0, "confirmed"));
    http_reply(response, 200, page_frame(model, "Confirmar o e-mail"));
    return true;
}

static bool confirm_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *row = NULL;
    struct order *order = NULL;
    if (!find_confirmation(request, hash, &row, error) ||
        !orders_load_for_update(request, row_text(row, 0, "code"), &order, error))
        return false;
    if (!order->email_confirmed &&
        (!db_exec(request->db, STATEMENT_ORDER_CONFIRMATION_CONFIRM,
                  DB_VALUES(db_bytes((struct bytes){hash, sizeof hash}), db_time(request->now_us)), NULL,
                  error) ||
         !orders_milestone(request, order, "email_confirmed", "", error) ||
         !audit_record(request, AUDIT_EMAIL_CONFIRMED, order, json_object(),
                       json_pack("{s:s}", "email", order->subject->email), error)))
        return false;
    json_t *model = json_pack("{s:s, s:b, s:b}", "order", order->code, "confirmed", true, "done", true);
    http_reply(response, 200, page_frame(model, "E-mail confirmado"));
    return true;
}

/* --- table --- */

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/entrar",
        .page_template = "entrar",
        .authorize = http_anyone,
        .handler = ask_form,
        .transaction = HTTP_OWN,
        .operation = "loginForm",
        .summary = "Entrar com CPF e código por e-mail.",
        .statuses = {200, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/login",
        .page_path = "/entrar",
        .page_template = "entrar",
        .authorize = http_anyone,
        .handler = ask_handler,
        .form_model = ask_form,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "loginAsk",
        .summary = "Manda um código de uso único ao e-mail dos pedidos deste CPF, se houver.",
        .request_schema = "{\"type\":\"object\",\"required\":[\"cpf\"],\"properties\":{\"cpf\":{\"type\":"
                          "\"string\"}}}",
        .response_schema =
            "{\"type\":\"object\",\"properties\":{\"state\":{\"type\":\"string\"},\"minutes\":{"
            "\"type\":\"integer\"}}}",
        .statuses = {202, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/login/code",
        .page_path = "/entrar/codigo",
        .page_template = "entrar",
        .authorize = http_anyone,
        .handler = enter,
        .form_model = code_form,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "loginEnter",
        .summary = "Troca o código de uso único por uma sessão (cookie).",
        .request_schema = "{\"type\":\"object\",\"required\":[\"cpf\",\"code\"],\"properties\":{\"cpf\":{"
                          "\"type\":\"string\"},\"code\":{\"type\":\"string\"}}}",
        .response_schema = "{\"type\":\"object\",\"properties\":{\"state\":{\"type\":\"string\"}}}",
        .statuses = {200, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/confirmar/{token}",
        .page_template = "confirmar",
        .authorize = http_anyone,
        .handler = confirm_form,
        .transaction = HTTP_OWN,
        .operation = "emailConfirmForm",
        .summary = "O botão que confirma o endereço.",
        .statuses = {200, 404, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/confirmar/{token}",
        .page_template = "confirmar",
        .authorize = http_anyone,
        .handler = confirm_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_WRAPPED,
        .operation = "emailConfirm",
        .summary = "Confirma o endereço do pedido.",
        .statuses = {200, 404, 0},
    },
};

static const struct job jobs[] = {{LOGIN_CODES_JOB, LOGIN_CODES_PERIOD_MS, login_codes_run}};

const struct room orders_login_room = {
    .name = "orders-login",
    .id = ROOM_ORDERS,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
};
