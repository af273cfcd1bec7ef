/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements (of SQL) about policies and their changes. No other room includes this. Results hang on the
 * context given.
 */
#ifndef APPROVAL_POLICY_STORE_H
#define APPROVAL_POLICY_STORE_H

#include "approval/policy.h"
#include "db/db.h"
#include "pki/trust/signed.h"

/* A proposal as it stands. */
struct policy_proposal {
    int64_t version;
    struct bytes content;
    const char *outcome; /* "", "in_force", "withdrawn" */
    struct bytes signatures[POLICY_SIGNERS_MAX];
    size_t count;
};

/* The rows of `policy` in force on `day`; NULL: all there ever were. */
RA_MUST_CHECK bool policy_store_rows(struct db *db, TALLOC_CTX *context, const char *day,
                                     struct db_rows **rows, struct ra_error *error);

/* The changes, newest first; without `ended` only those that nobody confirmed or withdrew. */
RA_MUST_CHECK bool policy_store_changes(struct db *db, TALLOC_CTX *context, bool ended, struct db_rows **rows,
                                        struct ra_error *error);

/* Until the end of the transaction nobody else proposes, signs or withdraws. */
RA_MUST_CHECK bool policy_store_lock(struct db *db, struct ra_error *error);

/* The number that the next change must have. */
RA_MUST_CHECK bool policy_store_next(struct db *db, TALLOC_CTX *context, int64_t *version,
                                     struct ra_error *error);

/* RA_NOT_FOUND when there is no such change. */
RA_MUST_CHECK bool policy_store_find(struct db *db, TALLOC_CTX *context, int64_t version,
                                     struct policy_proposal *proposal, struct ra_error *error);

/* What the database has against this change on the office's day `today`, as policy_allows tells it. */
RA_MUST_CHECK bool policy_store_check(struct db *db, TALLOC_CTX *context, const struct statement_rules *rules,
                                      const char *today, struct ra_error *error);

RA_MUST_CHECK bool policy_store_propose(struct db *db, int64_t version, struct bytes content,
                                        struct ra_error *error);
RA_MUST_CHECK bool policy_store_sign(struct db *db, int64_t version, struct bytes cms,
                                     const struct signed_statement *signature, const char *signer,
                                     int64_t now_us, struct ra_error *error);

/* "in_force" makes the new row; "withdrawn" ends the proposal. */
RA_MUST_CHECK bool policy_store_end(struct db *db, int64_t version, const char *outcome, const char *actor,
                                    int64_t now_us, struct ra_error *error);

#endif
