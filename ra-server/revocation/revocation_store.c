/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "revocation/revocation_store.h"

#include "app.h"
#include "catalog/catalog.h"

static const int64_t second_us = 1000000;

bool revocation_store_words(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                            struct revocation_word **words, size_t *count, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_REVOCATION_WORDS, DB_VALUES(db_int(order_id), db_int(attempt)),
                  &rows, error))
        return false;
    *count = db_row_count(rows);
    *words = talloc_zero_array(context, struct revocation_word, (unsigned)*count + 1);
    if (*words == NULL)
        return ra_fail(error, RA_NO_MEMORY, "words");
    for (size_t row = 0; row < *count; row++) {
        struct revocation_word *word = &(*words)[row];
        if (!holder_revocation_kind_parse(row_text(rows, row, "kind"), &word->kind))
            return ra_fail(error, RA_INTERNAL, "a word of an unknown kind");
        word->id = row_int(rows, row, "id");
        word->reason = row_int(rows, row, "reason");
        word->issued_at = row_time(rows, row, "issued_at") / second_us;
        word->signature = row_bytes(rows, row, "signature");
        word->responsible = row_bytes(rows, row, "responsible");
    }
    return true;
}

bool revocation_store_add_word(struct db *db, int64_t order_id, int64_t attempt,
                               const struct revocation_word *word, int64_t now_us, bool *added,
                               struct ra_error *error)
{
    int64_t rows = 0;
    const struct bytes none = {(const uint8_t *)"", 0};
    if (!db_exec(
            db, STATEMENT_REVOCATION_WORD_ADD,
            DB_VALUES(db_int(order_id), db_int(attempt), db_text(holder_revocation_kind_word(word->kind)),
                      db_int(word->reason), db_time(word->issued_at * second_us), db_bytes(word->signature),
                      db_bytes(word->responsible.length > 0 ? word->responsible : none), db_time(now_us)),
            &rows, error))
        return false;
    *added = rows == 1;
    return true;
}

bool revocation_store_key(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                          struct revocation_key *key, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *key = (struct revocation_key){.public_key = {NULL, 0}};
    if (!db_query(db, context, STATEMENT_REVOCATION_KEY_OF, DB_VALUES(db_int(order_id), db_int(attempt)),
                  &rows, error))
        return false;
    if (db_row_count(rows) == 1)
        *key = (struct revocation_key){row_bytes(rows, 0, "public_key"), row_bytes(rows, 0, "registration")};
    return true;
}

bool revocation_limits_now(struct ra_app *app, int64_t now_us, struct revocation_limits *limits,
                           struct ra_error *error)
{
    return catalog_policy_number(app, now_us, "revocation_target_hours", &limits->target_hours, error) &&
           catalog_policy_number(app, now_us, "revocation_alarm_hours", &limits->alarm_hours, error) &&
           catalog_policy_number(app, now_us, "revocation_hard_limit_hours", &limits->hard_hours, error);
}

/* --- for the other rooms --- */

static void wake(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, "revocations");
}

bool revocation_open(struct http_request *request, const struct order *order, const char *by,
                     struct ra_error *error)
{
    struct revocation_limits limits;
    return revocation_limits_now(request->app, request->now_us, &limits, error) &&
           db_exec(request->db, STATEMENT_REVOCATION_OPEN,
                   DB_VALUES(db_int(order->id), db_int(order->attempt), db_text(order->serial), db_text(by),
                             db_time(request->now_us), db_int(limits.hard_hours)),
                   NULL, error) &&
           http_after_commit(request, wake, NULL, error);
}

bool revocation_by_authority(struct db *db, TALLOC_CTX *context, const struct order *order,
                             bool *by_authority, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_REVOCATION_OF_ORDER,
                  DB_VALUES(db_int(order->id), db_int(order->attempt)), &rows, error))
        return false;
    *by_authority = db_row_count(rows) == 1 && row_text(rows, 0, "authority")[0] != '\0';
    return true;
}
