/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events become leaves in their order, the tree is the one of RFC 6962, and a checkpoint is signed for
 * whatever order of crashes between database and signer (protocol 7). Against a private PostgreSQL and a
 * stand-in for the signer that checks as the real one does.
 */
#include "audit/audit.h"
#include "audit/log_reader.h"
#include "audit/sequencer.h"
#include "catalog/catalog.h"
#include "config/config.h"
#include "db/db.h"
#include "floors/check.h"
#include "issuance/fake_signer.h"
#include "issuance/signer_client.h"
#include "log_fixture.h"
#include "pki/trust/note.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct world {
    char folder[32];
    char key_path[64];
    char socket_path[64];
    const struct config *config;
    struct ra_app app;
    struct db *db;
    struct note_key *key;
    struct fake_signer *signer;
    struct signer_client *client;
    pthread_mutex_t lock;
    struct checkpoint last; /* under lock: what the signer signed last */
    bool sign_and_die;      /* under lock: signs, but the answer never arrives */
};

/* As ra-signer: only with a consistency proof from the last one signed. */
static json_t *sign(struct world *world, const json_t *message)
{
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    struct checkpoint next = {.size = (uint64_t)json_integer_value(json_object_get(message, "size"))};
    struct merkle_proof proof = {.count = json_array_size(json_object_get(message, "proof"))};
    struct bytes root = {NULL, 0};
    char *note = NULL;
    if (signer_bytes(context, message, "root", &root, &error)) {
        memcpy(next.root.bytes, root.data, sizeof next.root.bytes);
    }
    for (size_t at = 0; at < proof.count; at++) {
        struct bytes hash;
        const char *text = json_string_value(json_array_get(json_object_get(message, "proof"), at));
        assert_true(base64_decode(context, text, strlen(text), &hash));
        memcpy(proof.hashes[at].bytes, hash.data, sizeof proof.hashes[at].bytes);
    }
    json_t *answer = NULL;
    if (merkle_verify_consistency(world->last.size, &world->last.root, next.size, &next.root, &proof,
                                  &error) &&
        checkpoint_sign(context, world->key, &next, &note, &error)) {
        world->last = next;
        answer = world->sign_and_die ? NULL : json_pack("{s:s, s:s}", "type", "checkpoint", "note", note);
    } else {
        answer = json_pack("{s:s, s:s, s:s}", "type", "refused", "reason", "checkpoint-inconsistent",
                           "detail", "");
    }
    talloc_free(context);
    return answer;
}

static json_t *status(struct world *world)
{
    char *line = note_verifier_line(NULL, note_key_verifier(world->key));
    json_t *answer = json_pack("{s:s, s:s, s:I}", "type", "status", "log_key", line, "tree_size",
                               (json_int_t)world->last.size);
    talloc_free(line);
    return answer;
}

static json_t *answer(struct fake_signer *signer, const json_t *message, void *argument)
{
    struct world *world = argument;
    (void)signer;
    pthread_mutex_lock(&world->lock);
    const char *type = json_string_value(json_object_get(message, "type"));
    json_t *said = strcmp(type, "status") == 0 ? status(world) : sign(world, message);
    pthread_mutex_unlock(&world->lock);
    return said;
}

static int setup(void **state)
{
    struct ra_error error = {0};
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    pthread_mutex_init(&world->lock, NULL);
    snprintf(world->folder, sizeof world->folder, "/tmp/ra-seq.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->key_path, sizeof world->key_path, "%s/log.key", world->folder);
    snprintf(world->socket_path, sizeof world->socket_path, "%s/sock", world->folder);
    world->config = log_fixture_config(world->folder);
    world->app.config = world->config;
    assert_done(db_connect(NULL, world->config->database, &statement_table, 0, &world->db, &error));
    assert_done(catalog_room.start(&world->app, world->db, &error));
    assert_done(note_key_create(world->key_path, &error));
    assert_done(note_key_load(NULL, world->key_path, "guiche.teste/log", &world->key, &error));
    assert_done(merkle_root_of(NULL, 0, &world->last.root, &error));
    world->signer = fake_signer_start(world->socket_path, answer, world);
    world->client = signer_client_new(NULL, world->socket_path);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    talloc_free(world->client);
    fake_signer_stop(world->signer);
    catalog_room.stop(&world->app);
    talloc_free(world->db);
    talloc_free(world->key);
    talloc_free((void *)(uintptr_t)world->config);
    unlink(world->key_path);
    rmdir(world->folder);
    free(world);
    return 0;
}

static void record(struct world *world, unsigned count)
{
    struct ra_error error = {0};
    const struct audit_subject nobody = {0, "", ""};
    assert_done(db_begin(world->db, &error));
    for (unsigned at = 0; at < count; at++) {
        assert_done(audit_record_system(&world->app, world->db, 1795443906000000 + at, AUDIT_QUEUE_READ,
                                        nobody, json_pack("{s:i, s:s}", "at", (int)at, "who", "ANA SOUZA"),
                                        NULL, &error));
    }
    assert_done(db_commit(world->db, &error));
}

static bool sign_now(struct world *world, struct sequencer_state *state, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    bool done = sequencer_sign(world->db, context, world->client, 1795443907000000, state, error);
    talloc_free(context);
    return done;
}

static struct checkpoint latest(struct world *world)
{
    struct ra_error error = {0};
    struct log_checkpoint stored;
    struct checkpoint read = {.size = 0};
    TALLOC_CTX *context = talloc_new(NULL);
    assert_done(log_checkpoint_latest(world->db, context, &stored, &error));
    if (stored.size > 0) {
        assert_done(
            checkpoint_verify(bytes_of_text(stored.note), note_key_verifier(world->key), &read, &error));
        assert_int_equal(read.size, stored.size);
    }
    talloc_free(context);
    return read;
}

/* The root made from the events themselves, without the stored nodes. */
static struct merkle_hash root_of_leaves(struct world *world, uint64_t size)
{
    struct ra_error error = {0};
    struct db_rows *rows = NULL;
    struct merkle_hash root;
    assert_done(db_query(world->db, NULL, STATEMENT_AUDIT_EXPORT_LEAVES,
                         DB_VALUES(db_int(0), db_int((int64_t)size)), &rows, &error));
    assert_int_equal(db_row_count(rows), size);
    struct bytes *leaves = talloc_array(rows, struct bytes, (unsigned)size + 1);
    for (size_t row = 0; row < size; row++) {
        leaves[row] = row_bytes(rows, row, "bytes");
        assert_int_equal(row_int(rows, row, "n"), row);
    }
    assert_done(merkle_root_of(leaves, size, &root, &error));
    talloc_free(rows);
    return root;
}

static void events_become_the_tree_they_should(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct sequencer_state sequencer = {0};
    static const unsigned batches[] = {1, 1, 2, 3, 600, 7};
    uint64_t size = 0;
    for (size_t at = 0; at < sizeof batches / sizeof batches[0]; at++) {
        record(world, batches[at]);
        size += batches[at];
        assert_int_equal(log_fixture_number(world->db), size);
        assert_done(sign_now(world, &sequencer, &error));
        struct checkpoint signed_now = latest(world);
        struct merkle_hash root = root_of_leaves(world, size);
        assert_int_equal(signed_now.size, size);
        assert_memory_equal(signed_now.root.bytes, root.bytes, sizeof root.bytes);
    }
}

static void no_event_means_no_new_checkpoint(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct sequencer_state sequencer = {0};
    struct checkpoint before = latest(world);
    assert_done(sign_now(world, &sequencer, &error));
    assert_int_equal(latest(world).size, before.size);
}

static void a_rolled_back_act_leaves_no_event(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    const struct audit_subject nobody = {0, "", ""};
    uint64_t before = log_fixture_number(world->db);
    assert_done(db_begin(world->db, &error));
    assert_done(audit_record_system(&world->app, world->db, 1, AUDIT_QUEUE_READ, nobody, json_object(), NULL,
                                    &error));
    db_rollback(world->db);
    assert_int_equal(log_fixture_number(world->db), before);
}

static void an_event_without_detail_fails_the_act(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    const struct audit_subject nobody = {0, "", ""};
    assert_done(db_begin(world->db, &error));
    assert_refused(
        audit_record_system(&world->app, world->db, 1, AUDIT_QUEUE_READ, nobody, NULL, NULL, &error),
        RA_NO_MEMORY);
    db_rollback(world->db);
}

/* The signer signed, its answer was lost, and the server starts anew. */
static void a_checkpoint_signed_unheard_is_asked_for_again(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct sequencer_state sequencer = {0};
    record(world, 3);
    uint64_t size = log_fixture_number(world->db);
    world->sign_and_die = true;
    assert_false(sign_now(world, &sequencer, &error));
    error = (struct ra_error){0};
    world->sign_and_die = false;
    assert_int_equal(world->last.size, size);
    assert_true(latest(world).size < size);
    assert_done(sign_now(world, &sequencer, &error));
    assert_int_equal(latest(world).size, size);

    record(world, 2);
    world->sign_and_die = true;
    size = log_fixture_number(world->db);
    assert_false(sign_now(world, &sequencer, &error));
    error = (struct ra_error){0};
    world->sign_and_die = false;
    record(world, 4);
    size = log_fixture_number(world->db);
    assert_done(sign_now(world, &sequencer, &error));
    assert_int_equal(latest(world).size, size);
}

/* A database that was put back from a copy has fewer leaves than were signed: never sign over it. */
static void a_log_shorter_than_what_was_signed_stops(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct sequencer_state sequencer = {0};
    const struct checkpoint truth = world->last;
    record(world, 1);
    uint64_t size = log_fixture_number(world->db);
    world->last.size = size + 5;
    assert_false(sign_now(world, &sequencer, &error));
    assert_string_equal(error.reason, "log-shorter-than-signed");
    assert_true(atomic_load(&sequencer.broken));
    world->last = truth;
    error = (struct ra_error){0};
    assert_done(sign_now(world, &sequencer, &error));
    assert_false(atomic_load(&sequencer.broken));
}

static void a_signer_that_knows_another_tree_refuses(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct sequencer_state sequencer = {0};
    const struct checkpoint truth = world->last;
    record(world, 1);
    (void)log_fixture_number(world->db);
    world->last.root.bytes[0] ^= 1;
    assert_false(sign_now(world, &sequencer, &error));
    assert_string_equal(error.reason, "checkpoint-inconsistent");
    world->last = truth;
    error = (struct ra_error){0};
    assert_done(sign_now(world, &sequencer, &error));
}

static void personal_data_stays_out_of_the_leaf(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct db_rows *rows = NULL;
    uint64_t size = log_fixture_number(world->db);
    assert_done(db_query(world->db, NULL, STATEMENT_AUDIT_EXPORT_LEAVES,
                         DB_VALUES(db_int(0), db_int((int64_t)size)), &rows, &error));
    for (size_t row = 0; row < db_row_count(rows); row++) {
        struct bytes leaf = row_bytes(rows, row, "bytes");
        assert_null(memmem(leaf.data, leaf.length, "ANA", 3));
        assert_null(memchr(leaf.data, '\n', leaf.length));
    }
    talloc_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_become_the_tree_they_should),
        cmocka_unit_test(no_event_means_no_new_checkpoint),
        cmocka_unit_test(a_rolled_back_act_leaves_no_event),
        cmocka_unit_test(an_event_without_detail_fails_the_act),
        cmocka_unit_test(a_checkpoint_signed_unheard_is_asked_for_again),
        cmocka_unit_test(a_log_shorter_than_what_was_signed_stops),
        cmocka_unit_test(a_signer_that_knows_another_tree_refuses),
        cmocka_unit_test(personal_data_stays_out_of_the_leaf),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
