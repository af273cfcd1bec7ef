/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/mail_half.h"

#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "db/db.h"
#include "issuance/half_seal.h"
#include "notice/notice.h"
#include "pki/trust/emission_code.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static bool gone(struct ra_error *error)
{
    return ra_fail_reason(error, RA_CONFLICT, "mail-half-gone",
                          "O código do e-mail deste pedido não existe mais; é preciso uma nova tentativa.");
}

static bool find(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt, struct db_rows **rows,
                 struct ra_error *error)
{
    return db_query(db, context, STATEMENT_MAIL_HALF_FIND, DB_VALUES(db_int(order_id), db_int(attempt)), rows,
                    error);
}

static bool read_key(const struct db_rows *rows, char public_key[65], struct ra_error *error)
{
    struct bytes key = row_bytes(rows, 0, "public_key");
    char *text = key.length == EMISSION_KEY_SIZE ? hex_encode(NULL, key) : NULL;
    (void)snprintf(public_key, 65, "%s", text != NULL ? text : "");
    talloc_free(text);
    return public_key[0] != '\0' || ra_fail(error, RA_INTERNAL, "a mail half without key");
}

bool mail_half_public_key(struct http_request *request, const struct order *order, char public_key[65],
                          struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!find(request->db, request->context, order->id, order->attempt, &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 0 || row_is_null(rows, 0, "sealed")) {
        return gone(error);
    }
    return read_key(rows, public_key, error);
}

/* --- making --- */

static bool store(struct http_request *request, const struct order *order, const char *email,
                  int64_t not_after_us, const uint8_t half[EMISSION_HALF_SIZE],
                  const uint8_t key[EMISSION_KEY_SIZE], struct ra_error *error)
{
    struct bytes sealed = {NULL, 0};
    return half_seal(request->context, request->app->config->keys_dir, half, order->id, order->attempt,
                     &sealed, error) &&
           db_exec(request->db, STATEMENT_MAIL_HALF_INSERT,
                   DB_VALUES(db_int(order->id), db_int(order->attempt), db_bytes(sealed),
                             db_bytes((struct bytes){key, EMISSION_KEY_SIZE}), db_text(email),
                             db_time(not_after_us)),
                   NULL, error) &&
           audit_record(request, AUDIT_MAIL_HALF_MADE, order, json_pack("{s:i}", "attempt", order->attempt),
                        NULL, error);
}

static bool make(struct http_request *request, const struct order *order, const char *email,
                 int64_t not_after_us, struct ra_error *error)
{
    uint8_t half[EMISSION_HALF_SIZE];
    uint8_t key[EMISSION_KEY_SIZE];
    const char *instance = "";
    bool done = approval_instance(request, &instance, error) && emission_half_make(half, error) &&
                emission_public_key(half, EMISSION_MAIL, instance, order->code, key, error) &&
                store(request, order, email, not_after_us, half, key, error);
    OPENSSL_cleanse(half, sizeof half);
    return done;
}

static bool readdress(struct http_request *request, const struct order *order, const char *email,
                      int64_t not_after_us, struct ra_error *error)
{
    return db_exec(
        request->db, STATEMENT_MAIL_HALF_ADDRESS,
        DB_VALUES(db_int(order->id), db_int(order->attempt), db_text(email), db_time(not_after_us)), NULL,
        error);
}

bool mail_half_make(struct http_request *request, const struct order *order, const char *email,
                    int64_t not_after_us, char public_key[65], struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!find(request->db, request->context, order->id, order->attempt, &rows, error)) {
        return false;
    }
    bool none = db_row_count(rows) == 0 || (row_is_null(rows, 0, "sealed") && row_int(rows, 0, "sent") == 0);
    bool done = none ? make(request, order, email, not_after_us, error)
                     : readdress(request, order, email, not_after_us, error);
    return done && mail_half_public_key(request, order, public_key, error);
}

/* --- sending --- */

bool mail_half_send(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct db_rows *counted = NULL;
    if (!find(request->db, request->context, order->id, order->attempt, &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 0 || row_is_null(rows, 0, "sealed") ||
        row_time(rows, 0, "not_after") <= request->now_us) {
        return gone(error);
    }
    if (!db_query(request->db, request->context, STATEMENT_MAIL_HALF_COUNT,
                  DB_VALUES(db_int(order->id), db_int(order->attempt), db_time(request->now_us)), &counted,
                  error)) {
        return false;
    }
    if (db_row_count(counted) == 0) {
        return ra_fail_reason(
            error, RA_CONFLICT, "mail-half-sent",
            "O código do e-mail já foi enviado quatro vezes; é preciso uma nova tentativa.");
    }
    return notice_enqueue(request, order, NOTICE_EMISSION_LINK, json_pack("{s:i}", "attempt", order->attempt),
                          error) &&
           audit_record(request, AUDIT_MAIL_HALF_SENT, order,
                        json_pack("{s:i, s:I}", "attempt", order->attempt, "times",
                                  (json_int_t)row_int(counted, 0, "sent")),
                        NULL, error);
}

bool mail_half_open(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t order_id, int attempt,
                    const char **secret, struct ra_error *error)
{
    uint8_t half[EMISSION_HALF_SIZE];
    struct db_rows *rows = NULL;
    if (!find(db, context, order_id, attempt, &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 0 || row_is_null(rows, 0, "sealed") ||
        row_time(rows, 0, "not_after") <= clock_now_us(&app->clock) ||
        strcmp(row_text(rows, 0, "email"), row_text(rows, 0, "address")) != 0) {
        return ra_fail_reason(error, RA_NOT_FOUND, "mail-half-gone", "O código do e-mail não existe mais.");
    }
    if (!half_open(app->config->keys_dir, row_bytes(rows, 0, "sealed"), order_id, attempt, half, error)) {
        return false;
    }
    char *text = talloc_array(context, char, EMISSION_TEXT_SIZE);
    if (text != NULL) {
        emission_half_format(half, text);
    }
    OPENSSL_cleanse(half, sizeof half);
    *secret = text;
    return text != NULL || ra_fail(error, RA_NO_MEMORY, "mail half");
}

/* --- the end of a half --- */

static bool erase(struct db *db, const struct order *order, bool *erased, struct ra_error *error)
{
    int64_t affected = 0;
    bool done = db_exec(db, STATEMENT_MAIL_HALF_ERASE, DB_VALUES(db_int(order->id), db_int(order->attempt)),
                        &affected, error);
    *erased = affected > 0;
    return done;
}

bool mail_half_destroy(struct http_request *request, const struct order *order, struct ra_error *error)
{
    bool erased = false;
    return erase(request->db, order, &erased, error) &&
           (!erased || audit_record(request, AUDIT_MAIL_HALF_DESTROYED, order,
                                    json_pack("{s:i}", "attempt", order->attempt), NULL, error));
}

static bool record_destroyed(struct ra_app *app, struct db *db, int64_t now_us, struct audit_subject subject,
                             int64_t attempt, const char *why, struct ra_error *error)
{
    return audit_record_system(app, db, now_us, AUDIT_MAIL_HALF_DESTROYED, subject,
                               json_pack("{s:I, s:s}", "attempt", (json_int_t)attempt, "why", why), NULL,
                               error);
}

bool mail_half_destroy_by_system(struct ra_app *app, struct db *db, int64_t now_us, const struct order *order,
                                 struct ra_error *error)
{
    bool erased = false;
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return erase(db, order, &erased, error) &&
           (!erased || record_destroyed(app, db, now_us, subject, order->attempt, "issued", error));
}

static bool expire(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_MAIL_HALF_EXPIRED, DB_VALUES(db_time(run->now_us)), &rows,
                  error)) {
        return false;
    }
    for (size_t row = 0; row < db_row_count(rows); row++) {
        const struct audit_subject subject = {row_int(rows, row, "order_id"), row_text(rows, row, "ref"), ""};
        if (!record_destroyed(run->app, run->db, run->now_us, subject, row_int(rows, row, "attempt"),
                              "expired", error)) {
            return false;
        }
    }
    return true;
}

bool mail_half_expire_run(struct job_run *run, struct ra_error *error)
{
    if (!db_begin(run->db, error)) {
        return false;
    }
    if (!expire(run, error) || !db_commit(run->db, error)) {
        db_rollback(run->db);
        return false;
    }
    return true;
}
