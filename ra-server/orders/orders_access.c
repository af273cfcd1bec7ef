/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may open an order on the public side: a bearer token that was given with it, or the page's cookie. Both
 * are random, both are stored as hashes, and what they open is a list of orders, nothing else.
 */
#include "audit/audit.h"
#include "orders/orders_internal.h"

enum { BEARER_DAYS = 400, SESSION_SECONDS = 12 * 3600 };

static int64_t later(const struct http_request *request, int64_t seconds)
{
    return request->now_us + seconds * INT64_C(1000000);
}

static struct db_value hash_value(const uint8_t hash[TOKEN_HASH_SIZE])
{
    return db_bytes((struct bytes){hash, TOKEN_HASH_SIZE});
}

static bool opens(struct http_request *request, const char *token, const char *code, bool *opened,
                  struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    *opened = false;
    if (!token_hash(token, hash, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_ACCESS_CHECK,
                  DB_VALUES(hash_value(hash), db_text(code), db_time(request->now_us)), &rows, error))
        return false;
    *opened = db_row_count(rows) > 0;
    return true;
}

bool orders_authorize_holder(struct http_request *request, struct ra_error *error)
{
    char code[ORDERS_CODE_SIZE];
    bool opened = false;
    const char *token = http_bearer(request);
    if (token == NULL)
        token = http_cookie(request, ORDERS_COOKIE);
    if (token == NULL || token[0] == '\0')
        return ra_fail(error, RA_UNAUTHENTICATED,
                       "Entre com o CPF e o código do e-mail para abrir o seu pedido.");
    /* A code that cannot be takes the same way as one that is somebody else's. */
    if (!orders_code_normalise(http_path_parameter(request, "code"), code))
        code[0] = '\0';
    if (!opens(request, token, code, &opened, error))
        return false;
    if (!opened)
        return ra_fail(error, RA_NOT_FOUND, "Não há pedido seu com este código.");
    request->role = "holder";
    return true;
}

static const char *token_of(const struct http_request *request)
{
    const char *bearer = http_bearer(request);
    const char *cookie = http_cookie(request, ORDERS_COOKIE);
    return bearer != NULL ? bearer : cookie != NULL ? cookie : "";
}

_Static_assert(TOKEN_HASH_SIZE == 32, "orders.h says so");

bool orders_access_hash(struct http_request *request, uint8_t hash[32], struct ra_error *error)
{
    const char *token = token_of(request);
    return token[0] != '\0' ? token_hash(token, hash, error)
                            : ra_fail(error, RA_UNAUTHENTICATED,
                                      "Entre com o CPF e o código do e-mail para ver o que é seu.");
}

bool orders_is_opened(struct http_request *request, const char *token, const char *code, bool *opened,
                      struct ra_error *error)
{
    bool given = token != NULL && token[0] != '\0';
    return opens(request, given ? token : token_of(request), code, opened, error);
}

bool orders_companions(struct http_request *request, const struct order *order, json_t **list,
                       struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    if (!token_hash(token_of(request), hash, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_ACCESS_COMPANIONS,
                  DB_VALUES(hash_value(hash), db_time(request->now_us), db_int(order->id)), &rows, error))
        return false;
    *list = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(*list, json_pack("{s:s, s:s}", "order", row_text(rows, i, "code"),
                                               "product_name", row_text(rows, i, "product_name")));
    return *list != NULL || ra_fail(error, RA_NO_MEMORY, "orders");
}

bool orders_grant_bearer(struct http_request *request, const struct order *order, char token[TOKEN_SIZE],
                         struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    return token_random(token, error) && token_hash(token, hash, error) &&
           db_exec(request->db, STATEMENT_ORDER_ACCESS_INSERT,
                   DB_VALUES(hash_value(hash), db_int(order->id), db_text("bearer"), db_time(request->now_us),
                             db_time(later(request, BEARER_DAYS * INT64_C(86400)))),
                   NULL, error);
}

static bool inherit(struct http_request *request, const uint8_t hash[TOKEN_HASH_SIZE], struct ra_error *error)
{
    uint8_t former[TOKEN_HASH_SIZE];
    const char *cookie = http_cookie(request, ORDERS_COOKIE);
    if (cookie == NULL || cookie[0] == '\0')
        return true;
    return token_hash(cookie, former, error) &&
           db_exec(request->db, STATEMENT_ORDER_ACCESS_INHERIT,
                   DB_VALUES(hash_value(hash), hash_value(former), db_time(request->now_us),
                             db_time(later(request, SESSION_SECONDS))),
                   NULL, error);
}

static bool new_session(struct http_request *request, struct http_response *response, char token[TOKEN_SIZE],
                        uint8_t hash[TOKEN_HASH_SIZE], struct ra_error *error)
{
    if (!token_random(token, error) || !token_hash(token, hash, error) || !inherit(request, hash, error))
        return false;
    http_set_cookie(response, ORDERS_COOKIE, token, SESSION_SECONDS);
    return true;
}

bool orders_grant_session(struct http_request *request, struct http_response *response,
                          const struct order *order, struct ra_error *error)
{
    char token[TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    return new_session(request, response, token, hash, error) &&
           db_exec(request->db, STATEMENT_ORDER_ACCESS_INSERT,
                   DB_VALUES(hash_value(hash), db_int(order->id), db_text("session"),
                             db_time(request->now_us), db_time(later(request, SESSION_SECONDS))),
                   NULL, error);
}

bool orders_grant_login(struct http_request *request, struct http_response *response, const char *cpf,
                        const char *email, char token[TOKEN_SIZE], struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    return new_session(request, response, token, hash, error) &&
           db_exec(request->db, STATEMENT_ORDER_LOGIN_OPEN,
                   DB_VALUES(hash_value(hash), db_text(cpf), db_text(email), db_time(request->now_us),
                             db_time(later(request, SESSION_SECONDS))),
                   NULL, error);
}

bool orders_opened_by(struct http_request *request, const char *token, json_t **codes, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    if (!token_hash(token, hash, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_ACCESS_ORDERS,
                  DB_VALUES(hash_value(hash), db_time(request->now_us)), &rows, error))
        return false;
    *codes = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(*codes, json_string(row_text(rows, i, "code")));
    return *codes != NULL || ra_fail(error, RA_NO_MEMORY, "orders");
}

bool orders_close_session(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    const char *cookie = http_cookie(request, ORDERS_COOKIE);
    int64_t closed = 0;
    http_clear_cookie(response, ORDERS_COOKIE);
    if (cookie == NULL)
        return true;
    return token_hash(cookie, hash, error) &&
           db_exec(request->db, STATEMENT_ORDER_ACCESS_CLOSE, DB_VALUES(hash_value(hash)), &closed, error) &&
           (closed == 0 || audit_record(request, AUDIT_LOGOUT, NULL, json_object(), NULL, error));
}

bool orders_of_session(struct http_request *request, struct db_rows **rows, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    const char *cookie = http_cookie(request, ORDERS_COOKIE);
    if (cookie == NULL || cookie[0] == '\0')
        return ra_fail(error, RA_UNAUTHENTICATED,
                       "Entre com o CPF e o código do e-mail para ver os seus pedidos.");
    return token_hash(cookie, hash, error) &&
           db_query(request->db, request->context, STATEMENT_ORDER_ACCESS_ORDERS,
                    DB_VALUES(hash_value(hash), db_time(request->now_us)), rows, error);
}
