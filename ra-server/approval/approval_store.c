/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/approval_store.h"

#include <string.h>

static bool take_digest(struct bytes stored, uint8_t digest[32], struct ra_error *error)
{
    if (stored.length != 32) {
        return ra_fail(error, RA_INTERNAL, "a digest of %zu bytes", stored.length);
    }
    memcpy(digest, stored.data, 32);
    return true;
}

bool approval_store_find(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                         enum statement_type type, struct stored_statement **statements, size_t *count,
                         struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_APPROVAL_STATEMENTS,
                  DB_VALUES(db_int(order_id), db_int(attempt), db_text(statement_typ(type))), &rows, error)) {
        return false;
    }
    *count = db_row_count(rows);
    *statements = talloc_zero_array(context, struct stored_statement, (unsigned)*count + 1);
    if (*statements == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "statements");
    }
    for (size_t at = 0; at < *count; at++) {
        struct stored_statement *statement = &(*statements)[at];
        statement->cms = row_bytes(rows, at, "cms");
        statement->signer = row_text(rows, at, "signer");
        if (!take_digest(row_bytes(rows, at, "sha256"), statement->sha256, error) ||
            !take_digest(row_bytes(rows, at, "signer_spki"), statement->signer_spki, error)) {
            return false;
        }
    }
    return true;
}

bool approval_store_pair(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                         struct bytes *validation, struct bytes *verification, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *validation = *verification = (struct bytes){NULL, 0};
    if (!db_query(db, context, STATEMENT_APPROVAL_PAIR, DB_VALUES(db_int(order_id), db_int(attempt)), &rows,
                  error)) {
        return false;
    }
    for (size_t at = 0; at < db_row_count(rows); at++) {
        bool first = strcmp(row_text(rows, at, "typ"), statement_typ(STATEMENT_VALIDATION)) == 0;
        *(first ? validation : verification) = row_bytes(rows, at, "cms");
    }
    return true;
}

bool approval_store_absent(enum statement_type type, struct ra_error *error)
{
    return ra_fail_reason(error, RA_CONFLICT, "statement-absent", "Este pedido ainda não tem %s assinada.",
                          type == STATEMENT_VALIDATION ? "validação" : "verificação");
}

bool approval_store_one(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                        enum statement_type type, struct stored_statement *statement, struct ra_error *error)
{
    struct stored_statement *found = NULL;
    size_t count = 0;
    if (!approval_store_find(db, context, order_id, attempt, type, &found, &count, error)) {
        return false;
    }
    if (count != 1) {
        return approval_store_absent(type, error);
    }
    *statement = found[0];
    return true;
}

bool approval_store_insert(struct db *db, int64_t order_id, struct bytes cms,
                           const struct signed_statement *statement, const char *signer, int64_t now_us,
                           struct ra_error *error)
{
    const struct statement *content = statement->statement;
    return db_exec(db, STATEMENT_APPROVAL_STATEMENT_INSERT,
                   DB_VALUES(db_int(order_id), db_int(content->attempt),
                             db_text(statement_typ(content->type)), db_bytes(cms),
                             db_bytes((struct bytes){statement->digest, 32}),
                             db_bytes((struct bytes){statement->signer_spki, 32}), db_text(signer),
                             db_time(content->issued_at * 1000000), db_time(content->not_after * 1000000),
                             db_time(now_us)),
                   NULL, error);
}

bool approval_store_roster_insert(struct db *db, const struct statement *roster, struct bytes bundle,
                                  int64_t now_us, struct ra_error *error)
{
    return db_exec(db, STATEMENT_APPROVAL_ROSTER_INSERT,
                   DB_VALUES(db_int(roster->roster.version), db_bytes(bundle),
                             db_time(roster->not_after * 1000000), db_time(now_us)),
                   NULL, error);
}

bool approval_store_roster(struct db *db, TALLOC_CTX *context, struct bytes *bundle, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *bundle = (struct bytes){NULL, 0};
    if (!db_query(db, context, STATEMENT_APPROVAL_ROSTER_LATEST, DB_NO_VALUES, &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 1) {
        *bundle = row_bytes(rows, 0, "bundle");
    }
    return true;
}
