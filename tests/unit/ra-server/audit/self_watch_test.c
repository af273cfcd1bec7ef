/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The house reads its own log: whatever whoever owns the database changes is found, a reading that cannot be
 * finished is told too, and a clock that was set is recorded (docs/decisions/0069). Against a private
 * PostgreSQL; the checkpoints are signed here.
 */
#include "approval/office.h"
#include "audit/audit.h"
#include "audit/audit_state.h"
#include "audit/log_reader.h"
#include "audit/self_watch.h"
#include "audit/sequencer.h"
#include "catalog/catalog.h"
#include "config/config.h"
#include "db/db.h"
#include "floors/check.h"
#include "issuance/fake_signer.h"
#include "issuance/issuance_state.h"
#include "issuance/signer_client.h"
#include "log_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int64_t hour_us = INT64_C(3600) * 1000000;

struct world {
    char folder[32];
    const struct config *config;
    struct ra_app app;
    struct db *db;
    struct note_key *key, *other_key; /* of one name */
    struct log_signer signer;
    struct self_watch watch;
};

static void make_key(const struct world *world, struct note_key **key)
{
    struct ra_error error = {0};
    char path[64];
    snprintf(path, sizeof path, "%s/log.key", world->folder);
    assert_done(note_key_create(path, &error));
    assert_done(note_key_load(NULL, path, "guiche.teste/log", key, &error));
    unlink(path);
}

static void record(struct world *world, unsigned count)
{
    struct ra_error error = {0};
    const struct audit_subject nobody = {0, "", ""};
    assert_done(db_begin(world->db, &error));
    for (unsigned at = 0; at < count; at++) {
        assert_done(audit_record_system(&world->app, world->db, 1795443906000000 + at, AUDIT_QUEUE_READ,
                                        nobody, json_pack("{s:i}", "at", (int)at), NULL, &error));
    }
    assert_done(db_commit(world->db, &error));
}

/* Everything recorded so far is numbered and signed. */
static void sign_all(struct world *world)
{
    struct ra_error error = {0};
    struct checkpoint next = {.size = log_fixture_number(world->db)};
    struct merkle_reader reader = log_reader(world->db);
    char *note = NULL;
    assert_done(merkle_root(&reader, next.size, &next.root, &error));
    assert_done(checkpoint_sign(NULL, world->key, &next, &note, &error));
    assert_done(db_exec(world->db, STATEMENT_AUDIT_CHECKPOINT_INSERT,
                        DB_VALUES(db_int((int64_t)next.size),
                                  db_bytes((struct bytes){next.root.bytes, sizeof next.root.bytes}),
                                  db_text(note), db_time(1795443907000000)),
                        NULL, &error));
    talloc_free(note);
    world->signer.size = next.size;
}

/* What whoever owns the database can do to rows that only grow. */
static void by_hand(const char *text)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execlp("psql", "psql", "-qh", getenv("RA_TEST_PG"), "-U", "ra_owner", "-d", "ra", "-v",
               "ON_ERROR_STOP=1", "-c", text, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void hands_on(const char *word)
{
    char text[256];
    snprintf(text, sizeof text,
             "alter table ra.event %s trigger user; alter table ra.leaf %s trigger user; alter table "
             "ra.checkpoint %s trigger user",
             word, word, word);
    by_hand(text);
}

static int setup(void **state)
{
    struct ra_error error = {0};
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    snprintf(world->folder, sizeof world->folder, "/tmp/ra-watch.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    make_key(world, &world->key);
    make_key(world, &world->other_key);
    world->signer.verifier = *note_key_verifier(world->key);
    world->config = log_fixture_config(world->folder);
    world->app.config = world->config;
    assert_done(db_connect(NULL, world->config->database, &statement_table, 0, &world->db, &error));
    assert_done(catalog_room.start(&world->app, world->db, &error));
    record(world, 3000); /* more than one range */
    sign_all(world);
    hands_on("disable");
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    catalog_room.stop(&world->app);
    talloc_free(world->db);
    talloc_free(world->key);
    talloc_free(world->other_key);
    talloc_free((void *)(uintptr_t)world->config);
    rmdir(world->folder);
    free(world);
    return 0;
}

static bool read_at(struct world *world, int64_t now_us)
{
    struct ra_error error = {0};
    struct job_run run = {
        .context = talloc_new(NULL), .app = &world->app, .db = world->db, .now_us = 1795443908000000};
    bool done = self_watch_log(&run, &world->watch, &world->signer, now_us, &error);
    talloc_free(run.context);
    return done;
}

static int64_t altered_now(struct world *world)
{
    assert_true(read_at(world, hour_us));
    return atomic_load(&world->watch.altered);
}

static const char *health_at(struct world *world, int64_t now_us)
{
    static char detail[128];
    detail[0] = '\0';
    enum health_state health = self_watch_health(&world->watch, now_us, true, detail, sizeof detail);
    assert_int_equal(health == HEALTH_OK, detail[0] == '\0');
    return detail;
}

/* --- the log --- */

static void what_is_as_signed_is_intact_and_the_reading_an_event(void **state)
{
    struct world *world = *state;
    const uint64_t size = log_fixture_number(world->db);
    assert_int_equal(altered_now(world), 0);
    assert_int_equal(atomic_load(&world->watch.checked_leaves), 3000);
    assert_int_equal(log_fixture_number(world->db), size + 1);
    sign_all(world);
    assert_int_equal(altered_now(world), 0);
    assert_int_equal(atomic_load(&world->watch.checked_leaves), size + 1);
    assert_string_equal(health_at(world, hour_us), "");
}

static void what_was_changed_by_hand_is_found(void **state)
{
    struct world *world = *state;
#define OF_LEAF(n) " where id = (select event_id from ra.leaf where n = " #n ")"
#define HASHED_ANEW                                                                                          \
    "update ra.leaf l set hash = sha256('\\x00'::bytea || e.bytes) from ra.event e where e.id = "            \
    "l.event_id and l.n = 2900"
    static const struct {
        const char *change;
        int64_t altered;
        const char *back;
    } cases[] = {
        {"update ra.event set bytes = bytes || 'x'::bytea" OF_LEAF(2900), 1,
         "update ra.event set bytes = substring(bytes from 1 for length(bytes) - 1)" OF_LEAF(2900)},
        /* JSON still, and hashed anew: the root tells */
        {"update ra.event set bytes = bytes || ' '::bytea" OF_LEAF(2900) "; " HASHED_ANEW, -1,
         "update ra.event set bytes = substring(bytes from 1 for length(bytes) - 1)" OF_LEAF(
             2900) "; " HASHED_ANEW},
        {"update ra.leaf set hash = sha256('')"
         " where n in (0, 2047, 2048)",
         3,
         "update ra.leaf l set hash = sha256('\\x00'::bytea || e.bytes) from ra.event e where e.id = "
         "l.event_id and l.n in (0, 2047, 2048)"},
        {"create table ra.kept as select * from ra.leaf where n in (1, 2999); delete from ra.leaf where n in "
         "(1, 2999)",
         2, "insert into ra.leaf select * from ra.kept; drop table ra.kept"},
        /* what selections and reports go by, beside bytes that nobody touched */
        {"update ra.event set code = 'CASE_READ'" OF_LEAF(5), 1,
         "update ra.event set code = 'QUEUE_READ'" OF_LEAF(5)},
        {"update ra.event set at = at + interval '1 microsecond'" OF_LEAF(2999), 1,
         "update ra.event set at = at - interval '1 microsecond'" OF_LEAF(2999)},
        {"update ra.event set actor = 'holder'" OF_LEAF(5), 1,
         "update ra.event set actor = 'system'" OF_LEAF(5)},
        {"update ra.event set actor = 'BRUNO LIMA'" OF_LEAF(5), 1,
         "update ra.event set actor = 'system'" OF_LEAF(5)},
        /* the columns of the checkpoint, beside its note */
        {"update ra.checkpoint set root = sha256('')", -1, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        by_hand(cases[i].change);
        assert_int_equal(altered_now(world), cases[i].altered);
        assert_string_not_equal(health_at(world, hour_us), "");
        if (cases[i].back != NULL) {
            by_hand(cases[i].back);
            assert_int_equal(altered_now(world), 0);
        }
    }
    by_hand("delete from ra.checkpoint");
    sign_all(world);
    assert_int_equal(altered_now(world), 0);
}

static void an_event_of_one_case_is_not_of_another(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    const struct audit_subject subject = {900001, "0b0f1c5e-54b5-4e3a-8f0e-2f5f7f4a9a11", ""};
    by_hand("insert into ra.orders (id, code, ref, office_id, product_id, product_from, price_cents, "
            "rules_version, origin, created_at) overriding system value select n, n || 'ABCDEF', "
            "('0b0f1c5e-54b5-4e3a-8f0e-2f5f7f4a9a1' || n - 900000)::uuid, (select min(id) from ra.office), "
            "id, valid_from, 0, '1', 'site', now() from (select * from ra.product limit 1) p, "
            "generate_series(900001, 900002) n");
    assert_done(db_begin(world->db, &error));
    assert_done(audit_record_system(&world->app, world->db, 1795443906000000, AUDIT_CASE_READ, subject,
                                    json_object(), NULL, &error));
    assert_done(db_commit(world->db, &error));
    sign_all(world);
    assert_int_equal(altered_now(world), 0);
    by_hand("update ra.event set order_id = 900002 where order_id = 900001");
    assert_int_equal(altered_now(world), 1);
    by_hand("update ra.event set order_id = null where order_id = 900002");
    assert_int_equal(altered_now(world), 1);
    by_hand("update ra.event set order_id = 900001 where code = 'CASE_READ'; update ra.event set order_id = "
            "900002" OF_LEAF(5));
    assert_int_equal(altered_now(world), 1);
    by_hand("update ra.event set order_id = null" OF_LEAF(5));
    assert_int_equal(altered_now(world), 0);
}

/* As an agent's request records it. */
static void record_by_agent(struct world *world, const char *name, json_t *take_personal)
{
    struct ra_error error = {0};
    struct office_caller caller = {
        .name = name, .role = OFFICE_AGENT, .spki = "ab", .serial = "01", .station = ""};
    struct http_request request = {.app = &world->app,
                                   .db = world->db,
                                   .now_us = 1795443906500000,
                                   .listener = HTTP_OFFICE,
                                   .principal = &caller};
    assert_done(db_begin(world->db, &error));
    assert_done(audit_record(&request, AUDIT_NEGLIST_READ, NULL, json_object(), take_personal, &error));
    assert_done(db_commit(world->db, &error));
}

#define BY_AGENTS " where code = 'NEGLIST_READ'"
/* A name is in no leaf, but what the leaf commits to has it. */
static void a_name_changed_beside_the_leaf_is_found(void **state)
{
    struct world *world = *state;
    record_by_agent(world, "JO\xc3\x83O SOUZA", NULL);
    record_by_agent(world, "JO\xc3\x83O SOUZA", json_pack("{s:s}", "cpf", "52998224725"));
    sign_all(world);
    assert_int_equal(altered_now(world), 0);
    by_hand("update ra.event set actor = 'BRUNO LIMA'" BY_AGENTS);
    assert_int_equal(altered_now(world), 2);
    by_hand("update ra.event set actor = 'system'" BY_AGENTS);
    assert_int_equal(altered_now(world), 2);
    by_hand("update ra.event set actor = 'JO\xc3\x83O SOUZA'" BY_AGENTS);
    assert_int_equal(altered_now(world), 0);
    /* in both places, and what opens the commitment gone */
    by_hand("create table ra.kept as select p.* from ra.event_private p join ra.event e on e.id = "
            "p.event_id" BY_AGENTS "; update ra.event set actor = 'BRUNO SOUZA'" BY_AGENTS
            "; update ra.event_private set data = convert_to(replace(convert_from(data, 'UTF8'), "
            "'JO\\u00c3O', 'BRUNO'), "
            "'UTF8') where event_id in (select event_id from ra.kept)");
    assert_int_equal(altered_now(world), 2);
    by_hand("update ra.event set actor = 'JO\xc3\x83O SOUZA'" BY_AGENTS
            "; delete from ra.event_private where event_id in (select event_id from ra.kept)");
    assert_int_equal(altered_now(world), 2);
    by_hand("insert into ra.event_private select * from ra.kept; drop table ra.kept");
    assert_int_equal(altered_now(world), 0);
}

/* Events, hashes and the checkpoint's columns made to fit each other: only the signer's note does not. */
static void what_fits_in_every_column_is_found_by_the_note(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct merkle_hash root;
    struct merkle_reader reader = log_reader(world->db);
    char text[2048];
    by_hand("delete from ra.checkpoint");
    sign_all(world);
    const uint64_t size = world->signer.size;
    struct checkpoint forged = {.size = size};
    by_hand("update ra.event set bytes = bytes || ' '::bytea" OF_LEAF(2900) "; " HASHED_ANEW);
    assert_int_equal(altered_now(world), -1);
    snprintf(text, sizeof text, "%s", health_at(world, hour_us));
    assert_non_null(strstr(text, "root"));

    /* a checkpoint over them by whoever has another key of that name */
    assert_done(merkle_root(&reader, size, &root, &error));
    char *note = NULL;
    forged.root = root;
    assert_done(checkpoint_sign(NULL, world->other_key, &forged, &note, &error));
    char *hex = hex_encode(NULL, bytes_of_text(note));
    char *root_hex = hex_encode(NULL, (struct bytes){root.bytes, sizeof root.bytes});
    snprintf(
        text, sizeof text,
        "update ra.checkpoint set note = convert_from('\\x%s', 'UTF8'), root = '\\x%s' where size = %" PRIu64,
        hex, root_hex, size);
    by_hand(text);
    assert_int_equal(altered_now(world), -1);
    assert_non_null(strstr(health_at(world, hour_us), "checkpoint"));
    talloc_free(note);
    talloc_free(hex);
    talloc_free(root_hex);

    by_hand(
        "delete from ra.checkpoint; update ra.event set bytes = substring(bytes from 1 for length(bytes) - "
        "1)" OF_LEAF(2900) "; " HASHED_ANEW);
    sign_all(world);
    assert_int_equal(altered_now(world), 0);
}

static void leaves_that_the_signer_signed_and_that_are_gone_are_found(void **state)
{
    struct world *world = *state;
    sign_all(world);
    const uint64_t there = log_fixture_number(world->db);
    world->signer.size = there + 7;
    assert_int_equal(altered_now(world), 7);
    world->signer.size = there;
    assert_int_equal(altered_now(world), 0);
}

/* --- readings that fail --- */

static void a_finding_stands_though_its_event_cannot_be_written(void **state)
{
    struct world *world = *state;
    sign_all(world);
    by_hand("update ra.event set code = 'CASE_READ'" OF_LEAF(5));
    by_hand("create trigger no_more before insert on ra.event for each statement execute function "
            "ra.refuse_change()");
    assert_false(read_at(world, hour_us));
    assert_int_equal(atomic_load(&world->watch.altered), 1);
    assert_non_null(strstr(health_at(world, hour_us), "1 leaves"));
    by_hand("drop trigger no_more on ra.event; update ra.event set code = 'QUEUE_READ'" OF_LEAF(5));
    assert_int_equal(altered_now(world), 0);
}

static void a_reading_that_fails_is_tried_again_after_an_hour(void **state)
{
    struct world *world = *state;
    world->watch = (struct self_watch){.since_us = hour_us};
    by_hand("alter table ra.leaf rename to away");
    assert_false(read_at(world, hour_us));
    assert_int_equal(world->watch.next_check_us, 2 * hour_us);
    by_hand("alter table ra.away rename to leaf");
    assert_string_equal(health_at(world, hour_us), "the log could not be read since the server started");
    assert_true(read_at(world, 2 * hour_us));
    assert_int_equal(world->watch.next_check_us, 26 * hour_us);
    assert_string_equal(health_at(world, 2 * hour_us), "");
}

static void a_log_that_was_not_read_for_25_hours_is_degraded(void **state)
{
    (void)state;
    static const struct {
        int64_t since_h, read_h, now_h;
        bool failed, has_log, ok;
    } cases[] = {
        {0, 0, 100, false, true, true},   /* the job did not run yet */
        {10, 0, 34, false, true, true},   /* a signer that does not answer yet */
        {10, 0, 35, false, true, false},  /* it never did */
        {10, 0, 10, true, true, false},   /* the first reading failed */
        {10, 11, 35, true, true, true},   /* a later one, and the last good one is of today */
        {10, 11, 36, true, true, false},  /* 25 hours */
        {10, 11, 36, false, true, false}, /* a reading that hangs */
        {10, 11, 36, true, false, true},  /* there is no log to read */
        {10, 0, 10, true, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct self_watch watch = {.since_us = cases[i].since_h * hour_us,
                                         .read_us = cases[i].read_h * hour_us,
                                         .failed = cases[i].failed};
        char detail[128] = "";
        enum health_state health =
            self_watch_health(&watch, cases[i].now_h * hour_us, cases[i].has_log, detail, sizeof detail);
        assert_int_equal(health, cases[i].ok ? HEALTH_OK : HEALTH_DEGRADED);
    }
}

static atomic_bool is_running;
static struct log_reading reading_at_the_end = {.whole = true};
static const struct log_signer *signer_at_the_end;

static bool read_while_ending(struct job_run *run, struct ra_error *error)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    atomic_store(&is_running, true);
    while (!jobs_stopping(run->app->jobs)) {
        (void)nanosleep(&moment, NULL);
    }
    return log_check(run, signer_at_the_end, &reading_at_the_end, error);
}

static void a_reading_ends_with_the_program(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct jobs *jobs = NULL;
    static const struct job job = {.name = "reading", .period_ms = 10000, .run = read_while_ending};
    const struct job *const list[] = {&job};
    const struct timespec moment = {.tv_nsec = 1000000};
    signer_at_the_end = &world->signer;
    assert_done(jobs_start(NULL, &world->app, list, 1, &jobs, &error));
    while (!atomic_load(&is_running)) {
        (void)nanosleep(&moment, NULL);
    }
    jobs_stop(jobs);
    world->app.jobs = NULL;
    assert_false(reading_at_the_end.whole);
}

/* --- the clock --- */

static void a_clock_that_is_set_is_told_from_one_that_runs(void **state)
{
    (void)state;
    const struct clock_sample before = {.wall_us = 1795443906000000, .steady_us = 5000000};
    const struct {
        int64_t wall_us, steady_us, step_ms;
    } cases[] = {
        {10000000, 10000000, 0},                    /* ten seconds by both */
        {10005000, 10000000, 0},                    /* NTP's own pace */
        {10000000 + 3600000000, 10000000, 3600000}, /* an hour ahead */
        {10000000 - 90000000, 10000000, -90000},
        {10000000 - 999999, 10000000, 0},
        {11000000, 10000000, 1000},
        {8 * INT64_C(3600000000), 8 * INT64_C(3600000000), 0}, /* the machine slept */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct clock_sample now = {before.wall_us + cases[i].wall_us,
                                         before.steady_us + cases[i].steady_us};
        assert_int_equal(clock_step_ms(before, now), cases[i].step_ms);
    }
}

/* Events of that word in the log. */
static int64_t recorded(struct world *world, const char *word)
{
    struct ra_error error = {0};
    struct db_rows *rows = NULL;
    int64_t count = 0;
    const int64_t size = (int64_t)log_fixture_number(world->db);
    assert_done(db_query(world->db, NULL, STATEMENT_AUDIT_EXPORT_LEAVES, DB_VALUES(db_int(0), db_int(size)),
                         &rows, &error));
    for (size_t row = 0; row < db_row_count(rows); row++) {
        const struct bytes leaf = row_bytes(rows, row, "bytes");
        json_t *json = json_loadb((const char *)leaf.data, leaf.length, 0, NULL);
        const char *event = json_string_value(json_object_get(json, "event"));
        count += event != NULL && strcmp(event, word) == 0 ? 1 : 0;
        if (event != NULL && strcmp(event, "CLOCK_ADJUSTED") == 0) {
            json_int_t ms = json_integer_value(json_object_get(json_object_get(json, "detail"), "ms"));
            assert_true(ms > 7190000 && ms < 7210000);
        }
        json_decref(json);
    }
    talloc_free(rows);
    return count;
}

static bool look_at_the_clock(struct world *world)
{
    struct ra_error error = {0};
    struct job_run run = {
        .context = talloc_new(NULL), .app = &world->app, .db = world->db, .now_us = 1795443908000000};
    bool done = self_watch_clock(&run, &world->watch, &error);
    talloc_free(run.context);
    return done;
}

/* A step that was seen while nothing could be written is recorded once something can. */
static void a_step_of_the_clock_is_recorded_once_and_never_lost(void **state)
{
    struct world *world = *state;
    world->watch.last = (struct clock_sample){0};
    assert_true(look_at_the_clock(world)); /* the first look has nothing to compare with */
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), 0);
    world->watch.last.wall_us -= 2 * hour_us;
    by_hand("create trigger no_more before insert on ra.event for each statement execute function "
            "ra.refuse_change()");
    assert_false(look_at_the_clock(world));
    by_hand("drop trigger no_more on ra.event");
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), 0);
    assert_true(look_at_the_clock(world));
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), 1);
    assert_true(look_at_the_clock(world));
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), 1);
}

/* --- the job --- */

static json_t *answer(struct fake_signer *signer, const json_t *message, void *argument)
{
    const struct world *world = argument;
    (void)signer;
    (void)message;
    char *line = note_verifier_line(NULL, note_key_verifier(world->key));
    json_t *status = json_pack("{s:s, s:s, s:I}", "type", "status", "log_key", line, "tree_size",
                               (json_int_t)world->signer.size);
    talloc_free(line);
    return status;
}

static bool job_runs(struct world *world)
{
    struct ra_error error = {0};
    struct job_run run = {
        .context = talloc_new(NULL), .app = &world->app, .db = world->db, .now_us = 1795443908000000};
    bool done = self_watch_run(&run, &error);
    talloc_free(run.context);
    return done;
}

static void the_job_reads_once_a_day_and_looks_at_the_clock_each_time(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct audit_state room = {.watch = {.next_check_us = 0}};
    world->app.room_state[ROOM_AUDIT] = &room;
    /* What only emissions need is not here; the signer's client is. */
    assert_false(issuance_state_start(&world->app, world->db, &error));
    assert_non_null(signer_client_of(&world->app));
    sign_all(world);
    const int64_t readings = recorded(world, "LOG_VERIFIED");
    const int64_t steps = recorded(world, "CLOCK_ADJUSTED");

    assert_false(job_runs(world)); /* no signer: asked again at the next look, and no alarm for that */
    assert_int_equal(room.watch.next_check_us, 0);
    assert_false(atomic_load(&room.watch.failed));
    struct fake_signer *signer = fake_signer_start(world->config->signer_socket, answer, world);
    assert_true(job_runs(world));
    assert_true(job_runs(world));
    assert_int_equal(recorded(world, "LOG_VERIFIED"), readings + 1);
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), steps);
    room.watch.last.wall_us -= 2 * hour_us;
    assert_true(job_runs(world));
    assert_int_equal(recorded(world, "CLOCK_ADJUSTED"), steps + 1);
    assert_int_equal(recorded(world, "LOG_VERIFIED"), readings + 1);

    fake_signer_stop(signer);
    issuance_state_stop(&world->app);
    world->app.room_state[ROOM_AUDIT] = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_as_signed_is_intact_and_the_reading_an_event),
        cmocka_unit_test(what_was_changed_by_hand_is_found),
        cmocka_unit_test(an_event_of_one_case_is_not_of_another),
        cmocka_unit_test(a_name_changed_beside_the_leaf_is_found),
        cmocka_unit_test(what_fits_in_every_column_is_found_by_the_note),
        cmocka_unit_test(leaves_that_the_signer_signed_and_that_are_gone_are_found),
        cmocka_unit_test(a_finding_stands_though_its_event_cannot_be_written),
        cmocka_unit_test(a_reading_that_fails_is_tried_again_after_an_hour),
        cmocka_unit_test(a_log_that_was_not_read_for_25_hours_is_degraded),
        cmocka_unit_test(a_reading_ends_with_the_program),
        cmocka_unit_test(a_clock_that_is_set_is_told_from_one_that_runs),
        cmocka_unit_test(a_step_of_the_clock_is_recorded_once_and_never_lost),
        cmocka_unit_test(the_job_reads_once_a_day_and_looks_at_the_clock_each_time),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
