/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/proof.h"

#include "app.h"
#include "audit/audit.h"
#include "audit/log_reader.h"
#include "db/db.h"

static json_t *hashes_json(const struct merkle_proof *proof)
{
    json_t *array = json_array();
    for (size_t at = 0; at < proof->count; at++) {
        char *text =
            hex_encode(NULL, (struct bytes){proof->hashes[at].bytes, sizeof proof->hashes[at].bytes});
        int appended = json_array_append_new(array, text != NULL ? json_string(text) : NULL);
        talloc_free(text);
        if (appended != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static bool prove_leaf(struct http_request *request, const struct db_rows *rows, size_t row, uint64_t size,
                       json_t *leaves, struct ra_error *error)
{
    struct merkle_reader reader = log_reader(request->db);
    struct merkle_proof proof;
    uint64_t n = (uint64_t)row_int(rows, row, "n");
    struct bytes leaf = row_bytes(rows, row, "bytes");
    if (!merkle_prove_inclusion(&reader, n, size, &proof, error)) {
        return false;
    }
    json_t *item = json_pack("{s:I, s:s%, s:o}", "n", (json_int_t)n, "leaf", (const char *)leaf.data,
                             leaf.length, "proof", hashes_json(&proof));
    return json_array_append_new(leaves, item) == 0 || ra_fail(error, RA_NO_MEMORY, "proof");
}

/* The acts that made the certificate and what became of it. */
static const enum audit_code proved_codes[] = {
    AUDIT_VALIDATION_APPROVED,  AUDIT_SECOND_AGENT_WAIVED, AUDIT_VERIFICATION_APPROVED,
    AUDIT_CERT_REQUESTED,       AUDIT_CERT_ISSUED,         AUDIT_CERT_DELIVERED,
    AUDIT_REVOCATION_REQUESTED, AUDIT_REVOCATION_EXECUTED, AUDIT_VERIFICATION_REFUSED,
    AUDIT_RENEWAL_SIGNED,
};

enum { CODES = sizeof proved_codes / sizeof proved_codes[0] };

static bool prove_leaves(struct http_request *request, const struct order *order, uint64_t size,
                         json_t *leaves, size_t *waiting, struct ra_error *error)
{
    const char *words[CODES];
    struct db_rows *rows = NULL;
    struct db_rows *all = NULL;
    for (size_t at = 0; at < CODES; at++) {
        words[at] = audit_code_word(proved_codes[at]);
    }
    if (!db_query(request->db, request->context, STATEMENT_AUDIT_ORDER_LEAVES,
                  DB_VALUES(db_int(order->id), db_texts(words, CODES), db_int((int64_t)size)), &rows,
                  error) ||
        !db_one(request->db, request->context, STATEMENT_AUDIT_ORDER_ACTS,
                DB_VALUES(db_int(order->id), db_texts(words, CODES)), &all, error)) {
        return false;
    }
    *waiting = (size_t)row_int(all, 0, "acts") - db_row_count(rows);
    for (size_t row = 0; row < db_row_count(rows); row++) {
        if (!prove_leaf(request, rows, row, size, leaves, error)) {
            return false;
        }
    }
    return true;
}

bool audit_proof_of(struct http_request *request, const struct order *order, struct audit_proof *proof,
                    struct ra_error *error)
{
    struct log_checkpoint checkpoint;
    if (!log_checkpoint_latest(request->db, request->context, &checkpoint, error)) {
        return false;
    }
    json_t *leaves = json_array();
    if (leaves == NULL || !prove_leaves(request, order, checkpoint.size, leaves, &proof->waiting, error)) {
        json_decref(leaves);
        return leaves != NULL ? false : ra_fail(error, RA_NO_MEMORY, "proof");
    }
    proof->size = checkpoint.size;
    proof->leaves = json_array_size(leaves);
    proof->document =
        json_pack("{s:s, s:s, s:s, s:s, s:o}", "format", "guiche-proof-v1", "order", order->code, "ref",
                  order->ref, "checkpoint", checkpoint.note, "leaves", leaves);
    return proof->document != NULL || ra_fail(error, RA_NO_MEMORY, "proof");
}
