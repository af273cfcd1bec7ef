/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/log_reader.h"

#include <string.h>

static bool take_hash(struct bytes stored, struct merkle_hash *hash, struct ra_error *error)
{
    if (stored.length != MERKLE_HASH_SIZE) {
        return ra_fail(error, RA_INTERNAL, "a hash of %zu bytes in the log", stored.length);
    }
    memcpy(hash->bytes, stored.data, MERKLE_HASH_SIZE);
    return true;
}

static bool read_node(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                      struct ra_error *error)
{
    struct db *db = state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct db_rows *row = NULL;
    bool done = level == 0 ? db_one(db, context, STATEMENT_AUDIT_LEAF_HASH, DB_VALUES(db_int((int64_t)index)),
                                    &row, error)
                           : db_one(db, context, STATEMENT_AUDIT_NODE_HASH,
                                    DB_VALUES(db_int(level), db_int((int64_t)index)), &row, error);
    done = done && take_hash(row_bytes(row, 0, "hash"), hash, error);
    talloc_free(context);
    return done;
}

struct merkle_reader log_reader(struct db *db)
{
    return (struct merkle_reader){.read = read_node, .state = db};
}

bool log_size(struct db *db, uint64_t *size, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct db_rows *row = NULL;
    bool done = db_one(db, context, STATEMENT_AUDIT_TREE_SIZE, DB_NO_VALUES, &row, error);
    if (done) {
        *size = (uint64_t)row_int(row, 0, "size");
    }
    talloc_free(context);
    return done;
}

bool log_checkpoint_latest(struct db *db, TALLOC_CTX *context, struct log_checkpoint *checkpoint,
                           struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *checkpoint = (struct log_checkpoint){.note = ""};
    if (!db_query(db, context, STATEMENT_AUDIT_CHECKPOINT_LATEST, DB_NO_VALUES, &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 0) {
        return true;
    }
    checkpoint->size = (uint64_t)row_int(rows, 0, "size");
    checkpoint->note = row_text(rows, 0, "note");
    return take_hash(row_bytes(rows, 0, "root"), &checkpoint->root, error);
}

bool log_hashes(struct db *db, TALLOC_CTX *context, unsigned level, uint64_t first, size_t count,
                struct bytes *hashes, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct db_value from = db_int((int64_t)first);
    struct db_value until = db_int((int64_t)(first + count));
    bool done = level == 0
                    ? db_query(db, context, STATEMENT_AUDIT_LEAF_HASHES, DB_VALUES(from, until), &rows, error)
                    : db_query(db, context, STATEMENT_AUDIT_NODE_HASHES,
                               DB_VALUES(db_int(level), from, until), &rows, error);
    if (!done) {
        return false;
    }
    if (db_row_count(rows) != count) {
        return ra_fail(error, RA_NOT_FOUND, "o registro ainda não tem esta parte");
    }
    struct merkle_hash *copies = talloc_array(context, struct merkle_hash, (unsigned)count);
    if (copies == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "hashes of the log");
    }
    for (size_t at = 0; at < count; at++) {
        if (!take_hash(row_bytes(rows, at, "hash"), &copies[at], error)) {
            return false;
        }
    }
    *hashes = (struct bytes){(const uint8_t *)copies, count * sizeof *copies};
    return true;
}
