/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/sequencer.h"

#include "audit/audit_state.h"
#include "audit/log_reader.h"
#include "issuance/signer_client.h"
#include "pki/trust/note.h"

#include <inttypes.h>

enum { BATCH = 500 /* as in the statement audit_queue_next */ };

static const int64_t retry_pause_us = 2000000;

/* --- numbering --- */

/* The right edge of the tree, kept while a batch is built so that its own new nodes need not be read back. */
struct edge {
    struct merkle_reader stored;
    struct merkle_node last[MERKLE_LEVELS];
    bool known[MERKLE_LEVELS];
};

static bool read_edge(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                      struct ra_error *error)
{
    const struct edge *edge = state;
    if (level < MERKLE_LEVELS && edge->known[level] && edge->last[level].index == index) {
        *hash = edge->last[level].hash;
        return true;
    }
    return edge->stored.read(edge->stored.state, level, index, hash, error);
}

/* What a batch writes, as the arrays that the statements take. */
struct batch {
    TALLOC_CTX *context;
    const char **events, **leaf_hashes;
    size_t leaf_count;
    const char **levels, **places, **node_hashes;
    size_t node_count;
};

static const char *number_text(TALLOC_CTX *context, uint64_t number)
{
    return talloc_asprintf(context, "%" PRIu64, number);
}

static const char *hash_text(TALLOC_CTX *context, const struct merkle_hash *hash)
{
    return hex_encode(context, (struct bytes){hash->bytes, sizeof hash->bytes});
}

static bool batch_make(TALLOC_CTX *context, size_t leaves, struct batch *batch, struct ra_error *error)
{
    /* A leaf completes at most as many subtrees as the tree has levels, and all of them together fewer than
     * leaves + levels. */
    unsigned nodes = (unsigned)leaves + MERKLE_LEVELS;
    *batch = (struct batch){
        .context = context,
        .events = talloc_array(context, const char *, (unsigned)leaves),
        .leaf_hashes = talloc_array(context, const char *, (unsigned)leaves),
        .levels = talloc_array(context, const char *, nodes),
        .places = talloc_array(context, const char *, nodes),
        .node_hashes = talloc_array(context, const char *, nodes),
    };
    bool made = batch->events != NULL && batch->leaf_hashes != NULL && batch->levels != NULL &&
                batch->places != NULL && batch->node_hashes != NULL;
    return made || ra_fail(error, RA_NO_MEMORY, "sequencer");
}

static bool batch_add(struct batch *batch, struct edge *edge, uint64_t size, int64_t event_id,
                      struct bytes leaf, struct ra_error *error)
{
    const struct merkle_reader reader = {.read = read_edge, .state = edge};
    struct merkle_hash hash;
    struct merkle_node nodes[MERKLE_LEVELS];
    size_t count = 0;
    if (!merkle_hash_leaf(leaf, &hash, error) || !merkle_append(&reader, size, &hash, nodes, &count, error)) {
        return false;
    }
    batch->events[batch->leaf_count] = number_text(batch->context, (uint64_t)event_id);
    batch->leaf_hashes[batch->leaf_count] = hash_text(batch->context, &hash);
    bool made = batch->events[batch->leaf_count] != NULL && batch->leaf_hashes[batch->leaf_count] != NULL;
    batch->leaf_count++;
    for (size_t at = 0; at < count; at++) {
        edge->last[nodes[at].level] = nodes[at];
        edge->known[nodes[at].level] = true;
        if (nodes[at].level == 0) {
            continue;
        }
        size_t place = batch->node_count++;
        batch->levels[place] = number_text(batch->context, nodes[at].level);
        batch->places[place] = number_text(batch->context, nodes[at].index);
        batch->node_hashes[place] = hash_text(batch->context, &nodes[at].hash);
        made = made && batch->levels[place] != NULL && batch->places[place] != NULL &&
               batch->node_hashes[place] != NULL;
    }
    return made || ra_fail(error, RA_NO_MEMORY, "sequencer");
}

static bool batch_write(struct db *db, const struct batch *batch, uint64_t first, struct ra_error *error)
{
    struct db_value events = db_texts(batch->events, batch->leaf_count);
    return db_exec(db, STATEMENT_AUDIT_LEAVES_INSERT,
                   DB_VALUES(db_int((int64_t)first), events, db_texts(batch->leaf_hashes, batch->leaf_count)),
                   NULL, error) &&
           (batch->node_count == 0 || db_exec(db, STATEMENT_AUDIT_NODES_INSERT,
                                              DB_VALUES(db_texts(batch->levels, batch->node_count),
                                                        db_texts(batch->places, batch->node_count),
                                                        db_texts(batch->node_hashes, batch->node_count)),
                                              NULL, error)) &&
           db_exec(db, STATEMENT_AUDIT_QUEUE_DONE, DB_VALUES(events), NULL, error);
}

static bool number_batch(struct db *db, TALLOC_CTX *context, bool *more, struct ra_error *error)
{
    struct db_rows *held = NULL;
    struct db_rows *queue = NULL;
    struct batch batch;
    uint64_t size = 0;
    if (!db_one(db, context, STATEMENT_AUDIT_SEQUENCER_LOCK, DB_NO_VALUES, &held, error)) {
        return false;
    }
    if (!row_bool(held, 0, "held")) {
        return true;
    }
    if (!db_query(db, context, STATEMENT_AUDIT_QUEUE_NEXT, DB_NO_VALUES, &queue, error)) {
        return false;
    }
    size_t count = db_row_count(queue);
    *more = count == BATCH;
    if (count == 0) {
        return true;
    }
    if (!log_size(db, &size, error) || !batch_make(context, count, &batch, error)) {
        return false;
    }
    struct edge edge = {.stored = log_reader(db)};
    for (size_t at = 0; at < count; at++) {
        if (!batch_add(&batch, &edge, size + at, row_int(queue, at, "event_id"),
                       row_bytes(queue, at, "bytes"), error)) {
            return false;
        }
    }
    return batch_write(db, &batch, size, error);
}

bool sequencer_number(struct db *db, TALLOC_CTX *context, bool *more, struct ra_error *error)
{
    *more = false;
    if (!db_begin(db, error)) {
        return false;
    }
    if (!number_batch(db, context, more, error) || !db_commit(db, error)) {
        db_rollback(db);
        return false;
    }
    return true;
}

/* --- signing --- */

static json_t *proof_json(const struct merkle_proof *proof)
{
    json_t *array = json_array();
    for (size_t at = 0; array != NULL && at < proof->count; at++) {
        struct bytes hash = {proof->hashes[at].bytes, sizeof proof->hashes[at].bytes};
        if (json_array_append_new(array, signer_base64(hash)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

bool sequencer_signer(struct signer_client *client, struct log_signer *signer, struct ra_error *error)
{
    json_t *status = NULL;
    if (!signer_status(client, &status, error)) {
        return false;
    }
    const char *line = json_string_value(json_object_get(status, "log_key"));
    json_int_t signed_size = json_integer_value(json_object_get(status, "tree_size"));
    bool known = line != NULL && signed_size >= 0 && note_verifier_parse(line, &signer->verifier, error);
    signer->size = (uint64_t)signed_size;
    json_decref(status);
    return known || ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador não disse a chave do registro");
}

static bool ask_checkpoint(struct signer_client *signer, TALLOC_CTX *context, const struct checkpoint *wanted,
                           const struct merkle_proof *proof, const char **note, struct ra_error *error)
{
    json_t *answer = NULL;
    struct bytes root = {wanted->root.bytes, sizeof wanted->root.bytes};
    json_t *request =
        json_pack("{s:s, s:I, s:o, s:o}", "type", "checkpoint", "size", (json_int_t)wanted->size, "root",
                  signer_base64(root), "proof", proof_json(proof));
    if (!signer_ask(signer, request, NULL, NULL, &answer, error)) {
        return false;
    }
    bool done = signer_expect(answer, "checkpoint", error);
    if (done) {
        *note = talloc_strdup(context, json_string_value(json_object_get(answer, "note")));
        done = *note != NULL || ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador respondeu sem a nota");
    }
    json_decref(answer);
    return done;
}

static bool store_checkpoint(struct db *db, const struct checkpoint *wanted, const char *note,
                             const struct note_verifier *verifier, int64_t now_us, struct ra_error *error)
{
    struct checkpoint got;
    if (!checkpoint_verify(bytes_of_text(note), verifier, &got, error)) {
        return false;
    }
    struct bytes root = {wanted->root.bytes, sizeof wanted->root.bytes};
    if (got.size != wanted->size ||
        !bytes_equal(root, (struct bytes){got.root.bytes, sizeof got.root.bytes})) {
        return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador assinou outra árvore");
    }
    return db_exec(db, STATEMENT_AUDIT_CHECKPOINT_INSERT,
                   DB_VALUES(db_int((int64_t)wanted->size), db_bytes(root), db_text(note), db_time(now_us)),
                   NULL, error);
}

bool sequencer_sign(struct db *db, TALLOC_CTX *context, struct signer_client *signer, int64_t now_us,
                    struct sequencer_state *state, struct ra_error *error)
{
    struct log_checkpoint latest;
    struct checkpoint wanted = {.size = 0};
    struct log_signer position;
    struct merkle_proof proof;
    struct merkle_reader reader = log_reader(db);
    const char *note = NULL;
    if (!log_checkpoint_latest(db, context, &latest, error) || !log_size(db, &wanted.size, error)) {
        return false;
    }
    if (wanted.size == latest.size) {
        return true;
    }
    if (!sequencer_signer(signer, &position, error)) {
        return false;
    }
    if (position.size > wanted.size) {
        atomic_store(&state->broken, true);
        return ra_fail_reason(error, RA_INTERNAL, "log-shorter-than-signed",
                              "the signer signed %" PRIu64 " leaves, the database holds %" PRIu64,
                              position.size, wanted.size);
    }
    atomic_store(&state->broken, false);
    return merkle_root(&reader, wanted.size, &wanted.root, error) &&
           merkle_prove_consistency(&reader, position.size, wanted.size, &proof, error) &&
           ask_checkpoint(signer, context, &wanted, &proof, &note, error) &&
           store_checkpoint(db, &wanted, note, &position.verifier, now_us, error);
}

bool sequencer_run(struct job_run *run, struct ra_error *error)
{
    struct sequencer_state *state = &((struct audit_state *)run->app->room_state[ROOM_AUDIT])->sequencer;
    if (!sequencer_number(run->db, run->context, &run->again, error)) {
        return false;
    }
    if (run->now_us < atomic_load(&state->retry_at_us)) {
        return true;
    }
    bool done = sequencer_sign(run->db, run->context, signer_client_of(run->app), run->now_us, state, error);
    if (done) {
        atomic_store(&state->unsigned_since_us, 0);
        return true;
    }
    atomic_store(&state->retry_at_us, run->now_us + retry_pause_us);
    if (atomic_load(&state->unsigned_since_us) == 0) {
        atomic_store(&state->unsigned_since_us, run->now_us);
    }
    return false;
}
