/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/policy_store.h"

#include <string.h>

bool policy_store_rows(struct db *db, TALLOC_CTX *context, const char *day, struct db_rows **rows,
                       struct ra_error *error)
{
    if (day == NULL) {
        return db_query(db, context, STATEMENT_POLICY_ROWS_ALL, DB_NO_VALUES, rows, error);
    }
    return db_query(db, context, STATEMENT_POLICY_ROWS_ON, DB_VALUES(db_text(day)), rows, error);
}

bool policy_store_changes(struct db *db, TALLOC_CTX *context, bool ended, struct db_rows **rows,
                          struct ra_error *error)
{
    return db_query(db, context, STATEMENT_POLICY_CHANGES, DB_VALUES(db_bool(ended)), rows, error);
}

bool policy_store_lock(struct db *db, struct ra_error *error)
{
    return db_exec(db, STATEMENT_POLICY_LOCK, DB_NO_VALUES, NULL, error);
}

bool policy_store_next(struct db *db, TALLOC_CTX *context, int64_t *version, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_POLICY_NEXT_VERSION, DB_NO_VALUES, &row, error)) {
        return false;
    }
    *version = row_int(row, 0, "version");
    return true;
}

bool policy_store_find(struct db *db, TALLOC_CTX *context, int64_t version, struct policy_proposal *proposal,
                       struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct db_rows *signatures = NULL;
    if (!db_one(db, context, STATEMENT_POLICY_CHANGE_FIND, DB_VALUES(db_int(version)), &row, error) ||
        !db_query(db, context, STATEMENT_POLICY_SIGNATURES, DB_VALUES(db_int(version)), &signatures, error)) {
        return false;
    }
    *proposal = (struct policy_proposal){.version = version,
                                         .content = row_bytes(row, 0, "content"),
                                         .outcome = row_text(row, 0, "outcome"),
                                         .count = db_row_count(signatures)};
    if (proposal->count > POLICY_SIGNERS_MAX) {
        return ra_fail(error, RA_INTERNAL, "%zu signatures on a policy change", proposal->count);
    }
    for (size_t at = 0; at < proposal->count; at++) {
        proposal->signatures[at] = row_bytes(signatures, at, "cms");
    }
    return true;
}

/* The refusal of a value says what the key takes. */
static bool refuse_value(struct db *db, TALLOC_CTX *context, const char *key, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_POLICY_ACCEPTS, DB_VALUES(db_text(key)), &row, error)) {
        return false;
    }
    return ra_fail_reason(error, RA_RULE_REFUSED, "rules-value", "A política %s aceita %s.", key,
                          row_text(row, 0, "accepts"));
}

bool policy_store_check(struct db *db, TALLOC_CTX *context, const struct statement_rules *rules,
                        const char *today, struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct db_value before = rules->before[0] != '\0' ? db_text(rules->before) : db_null();
    if (!db_one(db, context, STATEMENT_POLICY_PROBLEM,
                DB_VALUES(db_text(rules->key), before, db_text(rules->value), db_text(rules->valid_from),
                          db_text(today)),
                &row, error)) {
        return false;
    }
    const char *problem = row_text(row, 0, "problem");
    if (strcmp(problem, "rules-value") == 0) {
        return refuse_value(db, context, rules->key, error);
    }
    return policy_allows(problem, error);
}

bool policy_store_propose(struct db *db, int64_t version, struct bytes content, struct ra_error *error)
{
    return db_exec(db, STATEMENT_POLICY_CHANGE_INSERT, DB_VALUES(db_int(version), db_bytes(content)), NULL,
                   error);
}

bool policy_store_sign(struct db *db, int64_t version, struct bytes cms,
                       const struct signed_statement *signature, const char *signer, int64_t now_us,
                       struct ra_error *error)
{
    return db_exec(db, STATEMENT_POLICY_SIGNATURE_INSERT,
                   DB_VALUES(db_int(version),
                             db_bytes((struct bytes){signature->signer_spki, sizeof signature->signer_spki}),
                             db_text(signer), db_bytes(cms), db_time(now_us)),
                   NULL, error);
}

bool policy_store_end(struct db *db, int64_t version, const char *outcome, const char *actor, int64_t now_us,
                      struct ra_error *error)
{
    return db_exec(db, STATEMENT_POLICY_OUTCOME_INSERT,
                   DB_VALUES(db_int(version), db_text(outcome), db_text(actor), db_time(now_us)), NULL,
                   error);
}
