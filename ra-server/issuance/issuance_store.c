/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/issuance_store.h"

#include "issuance/issuance.h"
#include "pki/trust/signed.h"

static struct db_value bytes_or_null(struct bytes bytes)
{
    return bytes.length > 0 ? db_bytes(bytes) : db_null();
}

bool issuance_store_find(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                         struct issuance_row *row, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *row = (struct issuance_row){.state = "", .reason = "", .serial = "", .transaction = ""};
    if (!db_query(db, context, STATEMENT_ISSUANCE_FIND, DB_VALUES(db_int(order_id), db_int(attempt)), &rows,
                  error)) {
        return false;
    }
    if (db_row_count(rows) == 0) {
        return true;
    }
    *row = (struct issuance_row){
        .found = true,
        .spki_digest = row_bytes(rows, 0, "spki_sha256"),
        .csr = row_bytes(rows, 0, "csr"),
        .proof_counter = row_bytes(rows, 0, "proof_counter"),
        .proof_mail = row_bytes(rows, 0, "proof_mail"),
        .transaction = row_text(rows, 0, "transaction"),
        .state = row_text(rows, 0, "state"),
        .reason = row_text(rows, 0, "reason"),
        .certificate = row_bytes(rows, 0, "certificate"),
        .chain = row_bytes(rows, 0, "chain"),
        .serial = row_text(rows, 0, "serial"),
        .requested_us = row_time(rows, 0, "requested_at"),
    };
    return true;
}

bool issuance_store_intend(struct db *db, int64_t order_id, int64_t attempt, const struct issuance_wish *wish,
                           int64_t now_us, bool *written, struct ra_error *error)
{
    int64_t affected = 0;
    bool done =
        db_exec(db, STATEMENT_ISSUANCE_INTEND,
                DB_VALUES(db_int(order_id), db_int(attempt), db_bytes(wish->spki_digest), db_bytes(wish->csr),
                          bytes_or_null(wish->proof_counter), bytes_or_null(wish->proof_mail),
                          bytes_or_null(wish->term_signature), db_time(now_us)),
                &affected, error);
    *written = affected > 0;
    return done;
}

struct issuance_row issuance_row_intended(const struct issuance_wish *wish)
{
    return (struct issuance_row){.found = true,
                                 .spki_digest = wish->spki_digest,
                                 .csr = wish->csr,
                                 .proof_counter = wish->proof_counter,
                                 .proof_mail = wish->proof_mail,
                                 .transaction = "",
                                 .state = "intent",
                                 .reason = "",
                                 .serial = ""};
}

bool issuance_store_key_elsewhere(struct db *db, struct bytes spki_digest, int64_t order_id, bool *elsewhere,
                                  struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct db_rows *row = NULL;
    bool done = db_one(db, context, STATEMENT_ISSUANCE_KEY_ELSEWHERE,
                       DB_VALUES(db_bytes(spki_digest), db_int(order_id)), &row, error);
    *elsewhere = done && row_bool(row, 0, "held");
    talloc_free(context);
    return done;
}

bool issuance_store_set_state(struct db *db, int64_t order_id, int64_t attempt, const char *state,
                              const char *reason, const char *transaction, int64_t ask_after_us,
                              struct ra_error *error)
{
    return db_exec(db, STATEMENT_ISSUANCE_SET_STATE,
                   DB_VALUES(db_int(order_id), db_int(attempt), db_text(state), db_text(reason),
                             db_text(transaction), db_time(ask_after_us)),
                   NULL, error);
}

bool issuance_store_set_issued(struct db *db, int64_t order_id, int64_t attempt,
                               const struct issuance_result *result, int64_t now_us, struct ra_error *error)
{
    return db_exec_later(db, STATEMENT_ISSUANCE_SET_ISSUED,
                         DB_VALUES(db_int(order_id), db_int(attempt), db_bytes(result->certificate),
                                   db_bytes(result->chain), db_text(result->serial),
                                   db_text(result->transaction), db_text(result->reason), db_time(now_us)),
                         error);
}

bool issuance_store_unresolved(struct db *db, TALLOC_CTX *context, int64_t before_us, int64_t now_us,
                               struct db_rows **rows, struct ra_error *error)
{
    return db_query(db, context, STATEMENT_ISSUANCE_UNRESOLVED,
                    DB_VALUES(db_time(before_us), db_time(now_us)), rows, error);
}

bool issuance_store_open(struct db *db, TALLOC_CTX *context, struct db_rows **rows, struct ra_error *error)
{
    return db_query(db, context, STATEMENT_ISSUANCE_OPEN_LIST, DB_NO_VALUES, rows, error);
}

bool issuance_store_open_by_key(struct db *db, TALLOC_CTX *context, struct bytes spki_digest,
                                struct db_rows **rows, struct ra_error *error)
{
    return db_query(db, context, STATEMENT_ISSUANCE_OPEN_BY_KEY, DB_VALUES(db_bytes(spki_digest)), rows,
                    error);
}

bool issuance_certificate(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                          struct bytes *certificate, struct ra_error *error)
{
    struct issuance_row row;
    if (!issuance_store_find(db, context, order_id, attempt, &row, error)) {
        return false;
    }
    *certificate = row.certificate;
    return row.certificate.length > 0 || ra_fail(error, RA_NOT_FOUND, "Este pedido não tem certificado.");
}

bool issuance_store_open_ticket(struct db *db, int64_t order_id, const char *text, int64_t now_us,
                                struct ra_error *error)
{
    static const int64_t day_us = INT64_C(86400) * 1000000;
    return db_exec(db, STATEMENT_ISSUANCE_OPEN_AC_TICKET,
                   DB_VALUES(db_int(order_id), db_text(text), db_time(now_us + day_us), db_time(now_us)),
                   NULL, error);
}

bool issuance_store_tickets(struct db *db, TALLOC_CTX *context, int64_t *open, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_ISSUANCE_AC_TICKETS, DB_NO_VALUES, &rows, error)) {
        return false;
    }
    *open = row_int(rows, 0, "open");
    return true;
}

bool issuance_issuer(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt, X509 **issuer,
                     struct ra_error *error)
{
    struct issuance_row row;
    STACK_OF(X509) *chain = NULL;
    *issuer = NULL;
    if (!issuance_store_find(db, context, order_id, attempt, &row, error)) {
        return false;
    }
    if (row.chain.length == 0 || !signed_read_certificates(row.chain, &chain, error)) {
        return ra_fail(error, RA_NOT_FOUND, "Este certificado veio sem cadeia.");
    }
    *issuer = sk_X509_shift(chain);
    sk_X509_pop_free(chain, X509_free);
    return true;
}

bool issuance_chain_of(struct db *db, TALLOC_CTX *context, struct bytes certificate, STACK_OF(X509) **chain,
                       struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *chain = NULL;
    if (!db_query(db, context, STATEMENT_ISSUANCE_CHAIN_OF, DB_VALUES(db_bytes(certificate)), &rows, error)) {
        return false;
    }
    return db_row_count(rows) == 0 || signed_read_certificates(row_bytes(rows, 0, "chain"), chain, error);
}
