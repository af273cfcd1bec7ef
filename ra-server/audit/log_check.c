/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/log_check.h"

#include "audit/leaf.h"
#include "audit/log_reader.h"

#include <jansson.h>
#include <string.h>

/* Of 16 KiB at most (AUDIT_LEAF_MAX), of a few hundred bytes as they are. */
enum { LEAVES_AT_ONCE = 2048 };

const char *log_finding_word(enum log_finding finding)
{
    switch (finding) {
    case LOG_INTACT:
        return "none";
    case LOG_LEAVES_ALTERED:
        return "leaves";
    case LOG_ROOT_DIFFERS:
        return "root";
    case LOG_NOTE_UNVERIFIED:
        return "note";
    default:
        return "unknown";
    }
}

/* --- one leaf --- */

static bool is_text(const json_t *leaf, const char *key, const char *wanted)
{
    const char *text = json_string_value(json_object_get(leaf, key));
    return text != NULL && strcmp(text, wanted) == 0;
}

/* What the leaf commits to, opened: a new reference, null where it commits to nothing; NULL when what is
 * there does not open it. Nothing here erases what opens a commitment. */
static json_t *opened(const struct db_rows *rows, size_t row, const json_t *leaf)
{
    char commit[65] = "";
    struct ra_error ignored = {0};
    const struct bytes salt = row_bytes(rows, row, "salt"), data = row_bytes(rows, row, "data");
    if (salt.length > 0 && !audit_commitment(salt, data, commit, &ignored)) {
        return NULL;
    }
    if (!is_text(leaf, "commit", commit)) {
        return NULL;
    }
    return salt.length > 0 ? json_loadb((const char *)data.data, data.length, JSON_REJECT_DUPLICATES, NULL)
                           : json_null();
}

/* Who has no certificate is named by the word of his kind, who has one by what the leaf commits to; in leaves
 * from before it did, by nothing. */
static bool is_actor(const json_t *leaf, const json_t *personal, const char *name)
{
    static const char *const kinds[] = {"system", "holder", "unknown"};
    const json_t *actor = json_object_get(leaf, "actor");
    for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
        if (is_text(actor, "kind", kinds[at]) || strcmp(name, kinds[at]) == 0) {
            return is_text(actor, "kind", name);
        }
    }
    const char *committed = json_string_value(json_object_get(personal, AUDIT_ACTOR_NAME));
    return json_is_object(actor) && (committed == NULL || strcmp(committed, name) == 0);
}

/* The columns that selections and reports go by say what the bytes say, and so does what opens them. */
static bool columns_agree(const struct db_rows *rows, size_t row, struct bytes bytes)
{
    char at[CLOCK_TEXT_SIZE];
    json_t *leaf = json_loadb((const char *)bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
    json_t *personal = opened(rows, row, leaf);
    clock_format_utc(row_time(rows, row, "at"), at, sizeof at);
    bool agree = personal != NULL && is_text(leaf, "event", row_text(rows, row, "code")) &&
                 is_text(leaf, "ts_utc", at) && is_text(leaf, "order", row_text(rows, row, "order_ref")) &&
                 is_actor(leaf, personal, row_text(rows, row, "actor"));
    json_decref(personal);
    json_decref(leaf);
    return agree;
}

static bool leaf_is_intact(const struct db_rows *rows, size_t row, bool *intact, struct ra_error *error)
{
    struct merkle_hash hash;
    const struct bytes stored = row_bytes(rows, row, "hash");
    const struct bytes bytes = row_bytes(rows, row, "bytes");
    if (!merkle_hash_leaf(bytes, &hash, error)) {
        return false;
    }
    *intact = bytes.length > 0 && bytes_equal(stored, (struct bytes){hash.bytes, sizeof hash.bytes}) &&
              columns_agree(rows, row, bytes);
    return true;
}

/* --- the tree over them --- */

/* The last complete subtree of each level: all that appending and the root need, without the subtrees that
 * the database keeps. */
struct edge {
    struct merkle_node last[MERKLE_LEVELS];
};

static bool read_edge(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                      struct ra_error *error)
{
    const struct edge *edge = state;
    if (level >= MERKLE_LEVELS || edge->last[level].index != index) {
        return ra_fail(error, RA_INTERNAL, "the edge of the tree lacks level %u", level);
    }
    *hash = edge->last[level].hash;
    return true;
}

static bool append(struct edge *edge, uint64_t size, struct bytes stored, struct ra_error *error)
{
    const struct merkle_reader reader = {.read = read_edge, .state = edge};
    struct merkle_node nodes[MERKLE_LEVELS];
    struct merkle_hash leaf;
    size_t count = 0;
    memcpy(leaf.bytes, stored.data, sizeof leaf.bytes);
    if (!merkle_append(&reader, size, &leaf, nodes, &count, error)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        edge->last[nodes[at].level] = nodes[at];
    }
    return true;
}

/* --- all of them --- */

struct pass {
    struct edge edge; /* only while nothing was found altered: afterwards the root says no more */
    int64_t altered;
};

static bool read_leaf(struct pass *pass, const struct db_rows *rows, size_t row, struct ra_error *error)
{
    bool intact = false;
    if (!leaf_is_intact(rows, row, &intact, error)) {
        return false;
    }
    pass->altered += intact ? 0 : 1;
    return pass->altered > 0 ||
           append(&pass->edge, (uint64_t)row_int(rows, row, "n"), row_bytes(rows, row, "hash"), error);
}

static bool read_range(struct job_run *run, struct pass *pass, uint64_t first, uint64_t after,
                       struct ra_error *error)
{
    struct db_rows *rows = NULL;
    TALLOC_CTX *context = talloc_new(run->context);
    bool done = db_query(run->db, context, STATEMENT_AUDIT_LEAVES_READ,
                         DB_VALUES(db_int((int64_t)first), db_int((int64_t)after)), &rows, error);
    if (done) {
        pass->altered += (int64_t)(after - first) - (int64_t)db_row_count(rows);
    }
    for (size_t row = 0; done && row < db_row_count(rows); row++) {
        done = read_leaf(pass, rows, row, error);
    }
    talloc_free(context);
    return done;
}

static bool read_leaves(struct job_run *run, uint64_t size, struct pass *pass, bool *whole,
                        struct ra_error *error)
{
    for (uint64_t first = 0; first < size; first += LEAVES_AT_ONCE) {
        const uint64_t after = size - first < LEAVES_AT_ONCE ? size : first + LEAVES_AT_ONCE;
        if (run->app->jobs != NULL && jobs_stopping(run->app->jobs)) {
            *whole = false;
            return true;
        }
        if (!read_range(run, pass, first, after, error)) {
            return false;
        }
    }
    return true;
}

/* Leaves that the signer signed and that are numbered no more. */
static bool count_missing(struct job_run *run, const struct log_signer *signer, int64_t *missing,
                          struct ra_error *error)
{
    uint64_t size = 0;
    if (!log_size(run->db, &size, error)) {
        return false;
    }
    *missing = signer->size > size ? (int64_t)(signer->size - size) : 0;
    return true;
}

static bool same_hash(const struct merkle_hash *left, const struct merkle_hash *right)
{
    return memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

static bool judge(const struct pass *pass, const struct checkpoint *told, const struct log_checkpoint *stored,
                  struct log_reading *reading, struct ra_error *error)
{
    struct merkle_hash root;
    struct edge edge = pass->edge;
    const struct merkle_reader reader = {.read = read_edge, .state = &edge};
    reading->altered = pass->altered;
    if (pass->altered > 0) {
        reading->finding = LOG_LEAVES_ALTERED;
        return true;
    }
    if (stored->note[0] == '\0') {
        return true;
    }
    if (!merkle_root(&reader, told->size, &root, error)) {
        return false;
    }
    if (stored->size != told->size || !same_hash(&stored->root, &told->root) ||
        !same_hash(&root, &told->root)) {
        reading->finding = LOG_ROOT_DIFFERS;
        reading->altered = -1;
    }
    return true;
}

/* What was signed, by the note alone; a note of another key is a finding and no failure. */
static bool open_note(const struct log_checkpoint *stored, const struct log_signer *signer,
                      struct checkpoint *told, struct log_reading *reading, struct ra_error *error)
{
    struct ra_error cause = {0};
    *told = (struct checkpoint){.size = 0};
    if (stored->size == 0 && stored->note[0] == '\0') {
        return true; /* nothing signed yet */
    }
    if (checkpoint_verify(bytes_of_text(stored->note), &signer->verifier, told, &cause)) {
        return true;
    }
    if (cause.code != RA_VERIFICATION_FAILED) {
        *error = cause;
        return false;
    }
    reading->finding = LOG_NOTE_UNVERIFIED;
    reading->altered = -1;
    return true;
}

bool log_check(struct job_run *run, const struct log_signer *signer, struct log_reading *reading,
               struct ra_error *error)
{
    struct pass pass = {.altered = 0};
    struct log_checkpoint stored;
    struct checkpoint told;
    *reading = (struct log_reading){.whole = true, .finding = LOG_INTACT};
    if (!log_checkpoint_latest(run->db, run->context, &stored, error) ||
        !open_note(&stored, signer, &told, reading, error)) {
        return false;
    }
    if (reading->finding != LOG_INTACT) {
        return true;
    }
    int64_t missing = 0;
    reading->leaves = (int64_t)told.size;
    if (!count_missing(run, signer, &missing, error) ||
        !read_leaves(run, told.size, &pass, &reading->whole, error)) {
        return false;
    }
    /* Those of the note itself that are gone were counted where they should have been read. */
    pass.altered = missing > pass.altered ? missing : pass.altered;
    return !reading->whole || judge(&pass, &told, &stored, reading, error);
}
