/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/failures.h"

#include "db/db.h"
#include "orders/tokens.h"
#include "pki/base/clock.h"

#include <string.h>

static const int64_t pause_us = INT64_C(900000000);

/* --- as it happens --- */

bool audit_failure_note(struct http_request *request, enum failed_door door, const char *account,
                        const char *manner, struct ra_error *error)
{
    uint8_t address[TOKEN_HASH_SIZE];
    if (!token_address_hash(request->app, request->peer, address, error)) {
        return false;
    }
    const struct db_value hash = db_bytes((struct bytes){address, sizeof address});
    switch (door) {
    case FAILED_LOGIN:
        return db_exec(request->db, STATEMENT_AUDIT_FAILURE_OF_CPF,
                       DB_VALUES(db_text(audit_code_word(AUDIT_HOLDER_LOGIN_FAIL)), db_text(account),
                                 db_text(manner), hash, db_time(request->now_us)),
                       NULL, error);
    case FAILED_REVOCATION:
        return db_exec(request->db, STATEMENT_AUDIT_FAILURE_OF_ORDER,
                       DB_VALUES(db_text(audit_code_word(AUDIT_REVOCATION_REFUSED)), db_text(account),
                                 db_text(manner), hash, db_time(request->now_us)),
                       NULL, error);
    default:
        return ra_fail(error, RA_INTERNAL, "a door of no name");
    }
}

/* --- telling --- */

struct due {
    const char *event;
    const char *account;
    const char *manner;
};

static enum audit_code code_of(const struct due *due)
{
    return strcmp(due->event, audit_code_word(AUDIT_HOLDER_LOGIN_FAIL)) == 0 ? AUDIT_HOLDER_LOGIN_FAIL
                                                                             : AUDIT_REVOCATION_REFUSED;
}

static json_t *detail_of(const struct due *due, const struct db_rows *told)
{
    char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(told, 0, "first_at"), first, sizeof first);
    clock_format_utc(row_time(told, 0, "last_at"), last, sizeof last);
    return json_pack("{s:s, s:b, s:I, s:I, s:s, s:s}", "manner", due->manner, "known",
                     due->account[0] != '\0', "failures", (json_int_t)row_int(told, 0, "failures"),
                     "addresses", (json_int_t)row_int(told, 0, "addresses"), "since", first, "until", last);
}

static json_t *personal_of(const struct due *due)
{
    if (due->account[0] == '\0') {
        return NULL;
    }
    return json_pack("{s:s}", code_of(due) == AUDIT_HOLDER_LOGIN_FAIL ? "cpf" : "order", due->account);
}

static bool write_one(struct job_run *run, const struct due *due, struct ra_error *error)
{
    static const struct audit_subject nobody = {0, "", ""};
    struct db_rows *told = NULL;
    return db_one(run->db, run->context, STATEMENT_AUDIT_FAILURES_TAKE,
                  DB_VALUES(db_text(due->event), db_text(due->account), db_text(due->manner),
                            db_time(run->now_us)),
                  &told, error) &&
           audit_record_system(run->app, run->db, run->now_us, code_of(due), nobody, detail_of(due, told),
                               personal_of(due), error);
}

static bool tell_one(struct job_run *run, const struct due *due, struct ra_error *error)
{
    if (!db_begin(run->db, error)) {
        return false;
    }
    if (write_one(run, due, error) && db_commit(run->db, error)) {
        return true;
    }
    db_rollback(run->db);
    return false;
}

bool audit_failures_run(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    const struct db_value since = db_time(run->now_us - pause_us);
    if (!db_exec(run->db, STATEMENT_AUDIT_FAILURES_SWEEP, DB_VALUES(since), NULL, error) ||
        !db_query(run->db, run->context, STATEMENT_AUDIT_FAILURES_DUE, DB_VALUES(since), &rows, error)) {
        return false;
    }
    for (size_t row = 0;
         row < db_row_count(rows) && !(run->app->jobs != NULL && jobs_stopping(run->app->jobs)); row++) {
        const struct due due = {row_text(rows, row, "event"), row_text(rows, row, "account"),
                                row_text(rows, row, "manner")};
        if (!tell_one(run, &due, error)) {
            return false;
        }
    }
    return true;
}
