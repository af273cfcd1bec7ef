/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/self_watch.h"

#include "audit/audit.h"
#include "audit/audit_state.h"
#include "audit/log_reader.h"
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HASHES_AT_ONCE = 4096 };

static const int64_t step_us = 1000000;
static const int64_t day_us = INT64_C(86400) * 1000000;

/* --- the clock --- */

int64_t clock_step_ms(struct clock_sample before, struct clock_sample now)
{
    int64_t step = (now.wall_us - before.wall_us) - (now.steady_us - before.steady_us);
    return step >= step_us || step <= -step_us ? step / 1000 : 0;
}

/* A machine that slept goes on by both clocks. */
static int64_t steady_now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_BOOTTIME, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* Both clocks within a tenth of a second; a thread that was kept waiting in between has no sample. */
static bool take_sample(const struct ra_clock *clock, struct clock_sample *sample)
{
    const int64_t before_us = steady_now_us();
    sample->wall_us = clock_now_us(clock);
    sample->steady_us = steady_now_us();
    return sample->steady_us - before_us < 100000;
}

static const struct audit_subject nobody = {0, "", ""};

static bool record(struct job_run *run, enum audit_code code, json_t *take_detail, struct ra_error *error)
{
    if (!db_begin(run->db, error)) {
        json_decref(take_detail);
        return false;
    }
    if (audit_record_system(run->app, run->db, run->now_us, code, nobody, take_detail, NULL, error) &&
        db_commit(run->db, error)) {
        return true;
    }
    db_rollback(run->db);
    return false;
}

static bool watch_clock(struct job_run *run, struct self_watch *watch, struct ra_error *error)
{
    struct clock_sample now;
    const struct clock_sample before = watch->last;
    if (!take_sample(&run->app->clock, &now)) {
        return true;
    }
    watch->last = now;
    int64_t step_ms = before.steady_us == 0 ? 0 : clock_step_ms(before, now);
    if (step_ms == 0) {
        return true;
    }
    log_event(LOG_LEVEL_WARNING, "clock-adjusted", "{s:I}", "ms", (json_int_t)step_ms);
    return record(run, AUDIT_CLOCK_ADJUSTED, json_pack("{s:I}", "ms", (json_int_t)step_ms), error);
}

/* --- the log --- */

/* The last complete subtree of each level: all that appending and the root need. */
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

static bool append(const struct merkle_reader *reader, struct edge *edge, uint64_t size,
                   const struct merkle_hash *leaf, struct ra_error *error)
{
    struct merkle_node nodes[MERKLE_LEVELS];
    size_t count = 0;
    if (!merkle_append(reader, size, leaf, nodes, &count, error)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        edge->last[nodes[at].level] = nodes[at];
    }
    return true;
}

/* The root over the leaves' own hashes, without the subtrees that the database keeps. */
static bool root_of_leaves(struct job_run *run, uint64_t size, struct merkle_hash *root,
                           struct ra_error *error)
{
    struct edge edge = {.last = {{0}}};
    const struct merkle_reader reader = {.read = read_edge, .state = &edge};
    for (uint64_t first = 0; first < size; first += HASHES_AT_ONCE) {
        TALLOC_CTX *batch = talloc_new(run->context);
        size_t count = size - first < HASHES_AT_ONCE ? (size_t)(size - first) : HASHES_AT_ONCE;
        struct bytes hashes = {NULL, 0};
        bool done = log_hashes(run->db, batch, 0, first, count, &hashes, error);
        for (size_t at = 0; done && at < count; at++) {
            done = append(&reader, &edge, first + at,
                          (const struct merkle_hash *)(const void *)hashes.data + at, error);
        }
        talloc_free(batch);
        if (!done) {
            return false;
        }
    }
    return merkle_root(&reader, size, root, error);
}

static bool is_as_signed(struct job_run *run, const struct log_checkpoint *checkpoint, int64_t *altered,
                         struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct merkle_hash root;
    if (!db_one(run->db, run->context, STATEMENT_AUDIT_LEAVES_ALTERED,
                DB_VALUES(db_int((int64_t)checkpoint->size)), &row, error)) {
        return false;
    }
    *altered = row_int(row, 0, "altered") + ((int64_t)checkpoint->size - row_int(row, 0, "leaves"));
    if (*altered > 0) {
        return true;
    }
    if (!root_of_leaves(run, checkpoint->size, &root, error)) {
        return false;
    }
    const struct bytes made = {root.bytes, sizeof root.bytes};
    const struct bytes stored = {checkpoint->root.bytes, sizeof checkpoint->root.bytes};
    *altered = bytes_equal(made, stored) ? 0 : -1;
    return true;
}

bool log_check(struct job_run *run, int64_t *leaves, int64_t *altered, struct ra_error *error)
{
    struct log_checkpoint checkpoint;
    *leaves = *altered = 0;
    if (!log_checkpoint_latest(run->db, run->context, &checkpoint, error)) {
        return false;
    }
    if (checkpoint.size == 0) {
        return true;
    }
    *leaves = (int64_t)checkpoint.size;
    if (!is_as_signed(run, &checkpoint, altered, error)) {
        return false;
    }
    if (*altered != 0) {
        log_event(LOG_LEVEL_ERROR, "log-altered", "{s:I, s:I}", "leaves", (json_int_t)*leaves, "altered",
                  (json_int_t)*altered);
    }
    return record(run, AUDIT_LOG_VERIFIED,
                  json_pack("{s:I, s:b, s:I}", "size", (json_int_t)*leaves, "intact", *altered == 0,
                            "altered", (json_int_t)*altered),
                  error);
}

static bool watch_log(struct job_run *run, struct self_watch *watch, struct ra_error *error)
{
    int64_t leaves = 0, altered = 0;
    const int64_t now_us = steady_now_us();
    if (now_us < watch->next_check_us) {
        return true;
    }
    if (!log_check(run, &leaves, &altered, error)) {
        return false;
    }
    atomic_store(&watch->checked_leaves, leaves);
    atomic_store(&watch->altered, altered);
    watch->next_check_us = now_us + day_us;
    return true;
}

bool self_watch_run(struct job_run *run, struct ra_error *error)
{
    struct self_watch *watch = &((struct audit_state *)run->app->room_state[ROOM_AUDIT])->watch;
    return watch_clock(run, watch, error) && watch_log(run, watch, error);
}

enum health_state log_content_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                     size_t detail_size)
{
    (void)db;
    const struct self_watch *watch = &((struct audit_state *)app->room_state[ROOM_AUDIT])->watch;
    const int64_t altered = atomic_load(&watch->altered);
    json_object_set_new(facts, "checked_leaves", json_integer(atomic_load(&watch->checked_leaves)));
    if (altered == 0) {
        return HEALTH_OK;
    }
    (void)snprintf(detail, detail_size,
                   altered > 0 ? "%" PRId64 " leaves are not what was signed"
                               : "the leaves do not make the root that was signed",
                   altered);
    return HEALTH_DEGRADED;
}
