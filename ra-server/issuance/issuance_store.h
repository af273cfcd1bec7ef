/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The issuance room's own statements of SQL. No other room includes this.
 */
#ifndef ISSUANCE_ISSUANCE_STORE_H
#define ISSUANCE_ISSUANCE_STORE_H

#include "db/db.h"

/* The row of one attempt; bytes and texts on the context that read it. */
struct issuance_row {
    bool found;
    struct bytes spki_digest;
    struct bytes csr; /* DER */
    struct bytes proof_counter;
    struct bytes proof_mail;
    const char *transaction;
    const char *state; /* "intent", "sent", "unknown", "issued", "refused" */
    const char *reason;
    struct bytes certificate; /* DER */
    struct bytes chain;       /* PEM */
    const char *serial;
    int64_t requested_us;
};

RA_MUST_CHECK bool issuance_store_find(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                       struct issuance_row *row, struct ra_error *error);

/* What a request brings. Empty bytes are absent. Borrowed. */
struct issuance_wish {
    struct bytes csr; /* DER */
    struct bytes spki_digest;
    struct bytes proof_counter;
    struct bytes proof_mail;
    struct bytes term_signature;
};

/* Writes the intent; a row that was not refused stays as it is, and `*written` says so. */
RA_MUST_CHECK bool issuance_store_intend(struct db *db, int64_t order_id, int64_t attempt,
                                         const struct issuance_wish *wish, int64_t now_us, bool *written,
                                         struct ra_error *error);

/* What stands in the row then. Borrows from the wish. */
struct issuance_row issuance_row_intended(const struct issuance_wish *wish);

/* The key stands in another order's issued or open request. */
RA_MUST_CHECK bool issuance_store_key_elsewhere(struct db *db, struct bytes spki_digest, int64_t order_id,
                                                bool *elsewhere, struct ra_error *error);

RA_MUST_CHECK bool issuance_store_set_state(struct db *db, int64_t order_id, int64_t attempt,
                                            const char *state, const char *reason, const char *transaction,
                                            int64_t ask_after_us, struct ra_error *error);

struct issuance_result {
    struct bytes certificate; /* DER */
    struct bytes chain;       /* PEM */
    const char *serial;
    const char *transaction;
    const char *reason; /* "" or why it may not be delivered */
};
RA_MUST_CHECK bool issuance_store_set_issued(struct db *db, int64_t order_id, int64_t attempt,
                                             const struct issuance_result *result, int64_t now_us,
                                             struct ra_error *error);

/* Requests without an end that are older than `before_us` and due at `now_us`: columns order_id, attempt. */
RA_MUST_CHECK bool issuance_store_unresolved(struct db *db, TALLOC_CTX *context, int64_t before_us,
                                             int64_t now_us, struct db_rows **rows, struct ra_error *error);

/* Requests that the AC has: columns code, product, attempt, state, spki, requested_at. */
RA_MUST_CHECK bool issuance_store_open(struct db *db, TALLOC_CTX *context, struct db_rows **rows,
                                       struct ra_error *error);

/* The same for one key, at most one: columns order_id, attempt, code. */
RA_MUST_CHECK bool issuance_store_open_by_key(struct db *db, TALLOC_CTX *context, struct bytes spki_digest,
                                              struct db_rows **rows, struct ra_error *error);

/* A task of the office: to take a refused certificate up with the AC, within a day. */
RA_MUST_CHECK bool issuance_store_open_ticket(struct db *db, int64_t order_id, const char *text,
                                              int64_t now_us, struct ra_error *error);
/* How many of them are open. */
RA_MUST_CHECK bool issuance_store_tickets(struct db *db, TALLOC_CTX *context, int64_t *open,
                                          struct ra_error *error);

#endif
