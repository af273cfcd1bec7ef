/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/login_codes.h"

#include "notice/notice.h"
#include "orders/orders_internal.h"

enum {
    CODES_PER_HOUR = 6,
    BATCH = 50, /* asked in one run */
};

static int64_t minutes_later(const struct http_request *request, int64_t minutes)
{
    return request->now_us + minutes * INT64_C(60000000);
}

/* --- asking --- */

static void wake(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, LOGIN_CODES_JOB);
}

bool login_codes_ask(struct http_request *request, const char *cpf, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_ORDER_LOGIN_ASK, DB_VALUES(db_text(cpf), db_time(request->now_us)),
                   NULL, error) &&
           http_after_commit(request, wake, NULL, error);
}

/* --- answering --- */

static bool make_code(struct http_request *request, const char *cpf, const char *email,
                      struct ra_error *error)
{
    char code[LOGIN_CODE_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *row = NULL;
    return token_login_code(request->app, cpf, email, request->now_us, code, error) &&
           token_login_hash(request->app, cpf, code, hash, error) &&
           db_one(request->db, request->context, STATEMENT_ORDER_LOGIN_INSERT,
                  DB_VALUES(db_text(cpf), db_text(email), db_bytes((struct bytes){hash, sizeof hash}),
                            db_time(request->now_us), db_time(minutes_later(request, LOGIN_CODE_MINUTES))),
                  &row, error);
}

static bool send_code(struct http_request *request, const char *cpf, int64_t order_id, struct ra_error *error)
{
    struct order *order = NULL;
    return orders_load_by_id(request->context, request->db, order_id, false, &order, error) &&
           make_code(request, cpf, order->subject->email, error) &&
           notice_enqueue(request, order, NOTICE_LOGIN_CODE,
                          json_pack("{s:I, s:i}", "asked_us", request->now_us, "minutes", LOGIN_CODE_MINUTES),
                          error);
}

static bool send_codes(struct http_request *request, const char *cpf, struct ra_error *error)
{
    struct db_rows *recent = NULL, *addresses = NULL;
    if (!db_one(request->db, request->context, STATEMENT_ORDER_LOGIN_RECENT,
                DB_VALUES(db_text(cpf), db_time(minutes_later(request, -60))), &recent, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_LOGIN_ADDRESSES, DB_VALUES(db_text(cpf)),
                  &addresses, error))
        return false;
    if (row_int(recent, 0, "codes") >= CODES_PER_HOUR)
        return true;
    if (db_row_count(addresses) == 0)
        return make_code(request, cpf, "", error);
    for (size_t i = 0; i < db_row_count(addresses); i++)
        if (!send_code(request, cpf, row_int(addresses, i, "order_id"), error))
            return false;
    return true;
}

/* The oldest question and its codes, in one transaction. A code is made of its instant: two of a CPF never
 * have the same. */
static bool answer_one(struct job_run *run, bool *found, struct ra_error *error)
{
    const int64_t now_us = clock_now_us(&run->app->clock);
    struct http_request request = http_program_request(run->context, run->app, run->db, now_us);
    struct db_rows *rows = NULL;
    if (!db_begin(run->db, error) ||
        !db_query(run->db, run->context, STATEMENT_ORDER_LOGIN_NEXT, DB_NO_VALUES, &rows, error))
        return false;
    *found = db_row_count(rows) > 0;
    if (*found && !send_codes(&request, row_text(rows, 0, "cpf"), error))
        return false;
    if (!db_commit(run->db, error))
        return false;
    http_program_committed(&request);
    return true;
}

bool login_codes_run(struct job_run *run, struct ra_error *error)
{
    bool found = true, done = true;
    for (int count = 0; count < BATCH && found && done && !jobs_stopping(run->app->jobs); count++)
        done = answer_one(run, &found, error);
    db_rollback(run->db);
    run->again = done && found;
    return done;
}
