/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The approval room's own statements (of SQL) about statements (of agents). No other room includes this.
 */
#ifndef APPROVAL_APPROVAL_STORE_H
#define APPROVAL_APPROVAL_STORE_H

#include "db/db.h"
#include "pki/trust/signed.h"

/* One signed statement as it came; bytes on the context that read them. */
struct stored_statement {
    struct bytes cms;
    uint8_t sha256[32];
    uint8_t signer_spki[32];
    const char *signer; /* name in the roster */
};

/* Those of one type of one attempt, oldest first; `*count` 0 when there are none. */
RA_MUST_CHECK bool approval_store_find(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                       enum statement_type type, struct stored_statement **statements,
                                       size_t *count, struct ra_error *error);

/* The only one of its type; none is RA_CONFLICT, reason "statement-absent". */
RA_MUST_CHECK bool approval_store_one(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                      enum statement_type type, struct stored_statement *statement,
                                      struct ra_error *error);

/* Validation and verification of an attempt; empty where there is none. */
RA_MUST_CHECK bool approval_store_pair(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                       struct bytes *validation, struct bytes *verification,
                                       struct ra_error *error);

/* What is told where one of this type must be and is not. Always false. */
bool approval_store_absent(enum statement_type type, struct ra_error *error);

/* A second one where only one may be is RA_CONFLICT with the constraint's name. */
RA_MUST_CHECK bool approval_store_insert(struct db *db, int64_t order_id, struct bytes cms,
                                         const struct signed_statement *statement, const char *signer,
                                         int64_t now_us, struct ra_error *error);

RA_MUST_CHECK bool approval_store_roster_insert(struct db *db, const struct statement *roster,
                                                struct bytes bundle, int64_t now_us, struct ra_error *error);

/* The newest bundle on `context`; empty when there is none. */
RA_MUST_CHECK bool approval_store_roster(struct db *db, TALLOC_CTX *context, struct bytes *bundle,
                                         struct ra_error *error);

#endif
