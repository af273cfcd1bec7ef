/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against a private PostgreSQL (tests/support/scratch-postgres): a scratch table and statements of the test's
 * own.
 */
#include "check.h"
#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum test_statement {
    T_INSERT,
    T_ALL,
    T_TYPES,
    T_SLEEP,
    T_ILLEGAL,
    T_KILL,
    T_SERIES,
    T_BROKEN_SERIES,
    T_BACKEND,
    T_COUNT_ROWS,
    T_PLANS,
    T_END_OF,
    T_COUNT
};

static const unsigned types_insert[] = {20, 25};
static const unsigned types_types[] = {25, 20, 16, 1184, 17, 2950, 3802, 1009, 1082};
static const unsigned types_sleep[] = {701};
static const unsigned types_series[] = {20};

static const struct statement_row rows[] = {
    [T_INSERT] = {"t_insert", "insert into thing (id, word) values ($1, $2)", types_insert, 2, "test"},
    [T_ALL] = {"t_all", "select id, word from thing order by id", NULL, 0, "test"},
    [T_TYPES] =
        {"t_types",
         "select $1 as a_text, $2 as an_int, $3 as a_bool, $4 as a_time, $5 as some_bytes, $6 as a_uuid, "
         "$7 as some_json, $8 as some_texts, $9 as a_date, null::text as nothing",
         types_types, 9, "test"},
    [T_SLEEP] = {"t_sleep", "select pg_sleep($1)", types_sleep, 1, "test"},
    [T_ILLEGAL] = {"t_illegal", "select ra.t_refuse()", NULL, 0, "test"},
    [T_KILL] = {"t_kill", "select pg_terminate_backend(pg_backend_pid())", NULL, 0, "test"},
    [T_SERIES] = {"t_series", "select n, repeat('x', 1000) as filler from generate_series(1, $1) n",
                  types_series, 1, "test"},
    [T_BROKEN_SERIES] = {"t_broken_series", "select n, 1 / ($1 - n) as m from generate_series(1, $1) n",
                         types_series, 1, "test"},
    [T_BACKEND] = {"t_backend", "select pg_backend_pid() as pid", NULL, 0, "test"},
    [T_COUNT_ROWS] = {"t_count", "select count(*) as n from thing", NULL, 0, "test"},
    [T_PLANS] = {"t_plans", "select custom_plans as n from pg_prepared_statements where name = 't_types'",
                 NULL, 0, "test"},
    [T_END_OF] = {"t_end_of", "select pg_terminate_backend($1::integer, 5000)", types_series, 1, "test"},
};
static const struct statement_table table = {rows, T_COUNT};
#define S(name) ((enum db_statement)(T_##name))

static const struct statement_row setup_rows[] = {
    {"drop", "drop table if exists thing", NULL, 0, "test"},
    {"create",
     "create table thing (id bigint primary key, word text not null, constraint word_is_short check "
     "(length(word) < 20))",
     NULL, 0, "test"},
    {"refuse",
     "create or replace function ra.t_refuse() returns void language plpgsql as "
     "'begin raise exception ''no'' using errcode = ''GU001'', constraint = ''order:a:b''; end'",
     NULL, 0, "test"},
};

static const char *conninfo(void)
{
    static char text[200];
    const char *folder = getenv("RA_TEST_PG");
    assert_non_null(folder);
    snprintf(text, sizeof text, "host=%s dbname=ra user=ra_owner", folder);
    return text;
}

/* Each on a connection of its own: a later one would not prepare before the earlier ones have run. */
static void make_schema(void)
{
    struct ra_error error = {0};
    for (size_t i = 0; i < sizeof setup_rows / sizeof setup_rows[0]; i++) {
        const struct statement_table one = {&setup_rows[i], 1};
        struct db *db = NULL;
        assert_done(db_connect(NULL, conninfo(), &one, 0, &db, &error));
        assert_done(db_exec(db, (enum db_statement)0, DB_NO_VALUES, NULL, &error));
        talloc_free(db);
    }
}

static int setup(void **state)
{
    struct ra_error error = {0};
    struct db *db = NULL;
    make_schema();
    assert_done(db_connect(NULL, conninfo(), &table, 1000, &db, &error));
    *state = db;
    return 0;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static void values_come_back_as_they_went(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    const uint8_t raw[] = {0, 1, 255, '\\', '\''};
    const char *const texts[] = {"a", "b \"c\" \\ {,}", "", "NULL"};
    const int64_t at = INT64_C(1795443906123456);
    assert_done(db_one(db, db, S(TYPES),
                       DB_VALUES(db_text("João 'x' \n"), db_int(INT64_MIN), db_bool(true), db_time(at),
                                 db_bytes((struct bytes){raw, sizeof raw}),
                                 db_text("6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c"), db_text("{\"a\":[1]}"),
                                 db_texts(texts, 4), db_text("2026-02-28")),
                       &row, &error));
    assert_string_equal(row_text(row, 0, "a_text"), "João 'x' \n");
    assert_int_equal(row_int(row, 0, "an_int"), INT64_MIN);
    assert_true(row_bool(row, 0, "a_bool"));
    assert_int_equal(row_time(row, 0, "a_time"), at);
    struct bytes bytes = row_bytes(row, 0, "some_bytes");
    assert_true(bytes_equal(bytes, (struct bytes){raw, sizeof raw}));
    assert_string_equal(row_text(row, 0, "a_uuid"), "6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c");
    assert_string_equal(row_text(row, 0, "a_date"), "2026-02-28");
    json_t *json = row_json(row, 0, "some_json");
    assert_int_equal(json_array_size(json_object_get(json, "a")), 1);
    json_decref(json);
    json = row_texts(row, 0, "some_texts");
    assert_int_equal(json_array_size(json), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(json_string_value(json_array_get(json, i)), texts[i]);
    json_decref(json);
    assert_true(row_is_null(row, 0, "nothing"));
    assert_string_equal(row_text(row, 0, "nothing"), "");
    assert_true(db_reads_were_sound(db, &error));
    talloc_free(row);
}

/* docs/decisions/0081 */
static void no_statement_is_planned_anew_for_its_values(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_done(db_one(db, db, S(TYPES),
                       DB_VALUES(db_null(), db_null(), db_null(), db_null(), db_null(), db_null(), db_null(),
                                 db_null(), db_null()),
                       &row, &error));
    assert_done(db_one(db, db, S(PLANS), DB_NO_VALUES, &row, &error));
    assert_int_equal(row_int(row, 0, "n"), 0);
}

static void null_values_and_whole_seconds(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_done(
        db_one(db, db, S(TYPES),
               DB_VALUES(db_null(), db_null(), db_null(), db_time(1000000), db_bytes((struct bytes){0}),
                         db_text(NULL), db_null(), db_texts(NULL, 0), db_null()),
               &row, &error));
    assert_true(row_is_null(row, 0, "a_text"));
    assert_int_equal(row_time(row, 0, "a_time"), 1000000);
    assert_false(row_is_null(row, 0, "some_bytes"));
    assert_int_equal(row_bytes(row, 0, "some_bytes").length, 0);
    json_t *texts = row_texts(row, 0, "some_texts");
    assert_int_equal(json_array_size(texts), 0);
    json_decref(texts);
    talloc_free(row);
}

static bool insert(struct db *db, int64_t id, const char *word, struct ra_error *error)
{
    return db_exec(db, S(INSERT), DB_VALUES(db_int(id), db_text(word)), NULL, error);
}

static int64_t count(struct db *db)
{
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_done(db_one(db, db, S(COUNT_ROWS), DB_NO_VALUES, &row, &error));
    int64_t n = row_int(row, 0, "n");
    talloc_free(row);
    return n;
}

static void sqlstates_become_our_errors(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    assert_done(insert(db, 1, "one", &error));
    assert_false(insert(db, 1, "again", &error));
    assert_int_equal(error.code, RA_CONFLICT);
    assert_string_equal(error.reason, "thing_pkey");
    assert_false(insert(db, 2, "a word that is far too long", &error));
    assert_int_equal(error.code, RA_INTERNAL);
    assert_non_null(strstr(error.detail, "word_is_short"));
    assert_false(db_exec(db, S(ILLEGAL), DB_NO_VALUES, NULL, &error));
    assert_int_equal(error.code, RA_ILLEGAL_TRANSITION);
    assert_string_equal(error.reason, "order:a:b");
    assert_refused(insert(db, 3, "\xFF\xFE", &error), RA_BAD_REQUEST);
    assert_refused(db_exec(db, S(SLEEP), DB_VALUES(db_text("5")), NULL, &error), RA_TIMEOUT);
}

static void mistakes_of_ours_are_told(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_refused(db_exec(db, S(INSERT), DB_VALUES(db_int(1)), NULL, &error), RA_INTERNAL);
    assert_refused(db_exec(db, S(INSERT), DB_VALUES(db_int(1), db_bytes((struct bytes){0})), NULL, &error),
                   RA_INTERNAL);
    assert_refused(db_exec(db, (enum db_statement)T_COUNT, DB_NO_VALUES, NULL, &error), RA_INTERNAL);
    assert_refused(db_one(db, db, S(ALL), DB_NO_VALUES, &row, &error), RA_NOT_FOUND);
    assert_done(insert(db, 1, "a", &error));
    assert_done(insert(db, 2, "b", &error));
    assert_refused(db_one(db, db, S(ALL), DB_NO_VALUES, &row, &error), RA_INTERNAL);
}

static void a_misread_column_spoils_the_transaction(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *found = NULL;
    assert_done(db_begin(db, &error));
    assert_done(insert(db, 1, "one", &error));
    assert_done(db_query(db, db, S(ALL), DB_NO_VALUES, &found, &error));
    assert_int_equal(row_int(found, 0, "word"), 0);
    assert_refused(db_commit(db, &error), RA_INTERNAL);
    assert_false(db_in_transaction(db));
    assert_int_equal(count(db), 0);
    assert_string_equal(row_text(found, 0, "no_such_column"), "");
    assert_refused(db_reads_were_sound(db, &error), RA_INTERNAL);
    assert_true(db_reads_were_sound(db, &error));
    assert_string_equal(row_text(found, 9, "word"), "");
    assert_refused(db_reads_were_sound(db, &error), RA_INTERNAL);
    talloc_free(found);
}

static void a_failed_transaction_cannot_be_committed(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    assert_done(db_begin(db, &error));
    assert_refused(db_begin(db, &error), RA_INTERNAL);
    assert_done(insert(db, 1, "one", &error));
    assert_refused(insert(db, 1, "again", &error), RA_CONFLICT);
    assert_refused(db_commit(db, &error), RA_INTERNAL);
    assert_refused(db_commit(db, &error), RA_INTERNAL);
    assert_int_equal(count(db), 0);
}

static void rollback_leaves_nothing(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    assert_done(db_begin(db, &error));
    assert_done(insert(db, 1, "one", &error));
    db_rollback(db);
    db_rollback(db);
    assert_int_equal(count(db), 0);
}

static void a_lost_connection_is_made_anew(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    assert_refused(db_exec(db, S(KILL), DB_NO_VALUES, NULL, &error), RA_DATABASE);
    assert_done(insert(db, 1, "one", &error)); /* prepared statements are there again */
    assert_refused(db_exec(db, S(KILL), DB_NO_VALUES, NULL, &error), RA_DATABASE);
    assert_done(db_begin(db, &error));
    assert_done(insert(db, 2, "two", &error));
    assert_refused(db_exec(db, S(KILL), DB_NO_VALUES, NULL, &error), RA_DATABASE);
    assert_refused(insert(db, 3, "three", &error), RA_DATABASE); /* not outside the lost transaction */
    assert_refused(db_commit(db, &error), RA_DATABASE);
    assert_int_equal(count(db), 1);
}

struct reading {
    int64_t sum;
    int64_t stop_at;
};

static bool add_row(struct db_rows *row, void *argument, struct ra_error *error)
{
    struct reading *reading = argument;
    int64_t n = row_int(row, 0, "n");
    reading->sum += n;
    return n != reading->stop_at || ra_fail(error, RA_CONFLICT, "enough");
}

static void long_results_come_row_by_row(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct reading all = {0};
    assert_done(db_each(db, S(SERIES), DB_VALUES(db_int(5000)), add_row, &all, &error));
    assert_int_equal(all.sum, 5000 * 5001 / 2);
    struct reading some = {.stop_at = 10};
    assert_refused(db_each(db, S(SERIES), DB_VALUES(db_int(100000)), add_row, &some, &error), RA_CONFLICT);
    assert_int_equal(some.sum, 55);
    assert_done(insert(db, 1, "after", &error)); /* the connection is usable again */
}

static int64_t backend(struct db *db)
{
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_done(db_one(db, db, S(BACKEND), DB_NO_VALUES, &row, &error));
    int64_t pid = row_int(row, 0, "pid");
    talloc_free(row);
    return pid;
}

/* A cancel request may arrive when the next statement runs already: none is sent. */
static void a_reading_given_up_takes_the_connection_and_no_other_statement(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    int64_t before = backend(db);
    struct reading some = {.stop_at = 1};
    assert_refused(db_each(db, S(SERIES), DB_VALUES(db_int(100000)), add_row, &some, &error), RA_CONFLICT);
    assert_true(backend(db) != before);
    assert_done(db_begin(db, &error));
    assert_done(insert(db, 1, "lost", &error));
    some = (struct reading){.stop_at = 1};
    assert_refused(db_each(db, S(SERIES), DB_VALUES(db_int(100000)), add_row, &some, &error), RA_CONFLICT);
    assert_false(db_can_commit(db, &error));
    assert_refused(insert(db, 2, "outside", &error), RA_DATABASE);
    db_rollback(db);
    assert_int_equal(count(db), 0);
}

static void a_reading_the_server_ended_keeps_the_connection(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    int64_t before = backend(db);
    struct reading all = {0};
    assert_refused(db_each(db, S(BROKEN_SERIES), DB_VALUES(db_int(50)), add_row, &all, &error),
                   RA_BAD_REQUEST);
    assert_int_equal(backend(db), before);
}

static void readings_that_go_together_are_all_answered(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *things = NULL, *number = NULL, *series = NULL;
    assert_done(db_begin(db, &error));
    assert_done(insert(db, 7, "seven", &error));
    const struct db_reading readings[] = {
        {S(ALL), DB_NO_VALUES, &things},
        {S(COUNT_ROWS), DB_NO_VALUES, &number},
        {S(SERIES), DB_VALUES(db_int(3)), &series},
    };
    assert_done(db_query_all(db, db, readings, 3, &error));
    assert_string_equal(row_text(things, 0, "word"), "seven");
    assert_int_equal(row_int(number, 0, "n"), 1);
    assert_int_equal(row_int(series, 2, "n"), 3);
    assert_done(db_commit(db, &error));
    assert_int_equal(count(db), 1);
}

static void of_readings_that_go_together_the_first_failure_fails_all(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct db_rows *one = NULL, *two = NULL, *three = NULL;
    int64_t before = backend(db);
    const struct db_reading broken[] = {
        {S(COUNT_ROWS), DB_NO_VALUES, &one},
        {S(BROKEN_SERIES), DB_VALUES(db_int(5)), &two},
        {S(COUNT_ROWS), DB_NO_VALUES, &three},
    };
    assert_done(db_begin(db, &error));
    assert_refused(db_query_all(db, db, broken, 3, &error), RA_BAD_REQUEST);
    assert_false(db_can_commit(db, &error));
    db_rollback(db);
    const struct db_reading mistaken[] = {
        {S(COUNT_ROWS), DB_NO_VALUES, &one}, {S(SERIES), DB_NO_VALUES, &two}, /* takes one value */
    };
    assert_refused(db_query_all(db, db, mistaken, 2, &error), RA_INTERNAL);
    assert_int_equal(backend(db), before); /* the same connection serves on */
    const struct db_reading killed[] = {
        {S(KILL), DB_NO_VALUES, &one},
        {S(COUNT_ROWS), DB_NO_VALUES, &two},
    };
    assert_refused(db_query_all(db, db, killed, 2, &error), RA_DATABASE);
    assert_true(backend(db) != before);
}

static int64_t things(struct db *db)
{
    struct ra_error error = {0};
    struct db_rows *row = NULL;
    assert_done(db_one(db, db, S(COUNT_ROWS), DB_NO_VALUES, &row, &error));
    return row_int(row, 0, "n");
}

static bool insert_later(struct db *db, int64_t id, const char *word, struct ra_error *error)
{
    return db_exec_later(db, S(INSERT), DB_VALUES(db_int(id), db_text(word)), error);
}

static void a_later_write_is_there_for_the_next_statement_and_the_commit(void **state)
{
    enum { MANY = 100 };
    struct db *db = *state;
    struct ra_error error = {0};
    assert_done(insert_later(db, 1, "at once", &error)); /* no transaction */
    assert_int_equal(things(db), 1);
    assert_done(db_begin(db, &error));
    assert_done(insert_later(db, 2, "first", &error));
    assert_done(insert_later(db, 3, "second", &error));
    assert_int_equal(things(db), 3);
    for (int i = 0; i < MANY; i++)
        assert_done(insert_later(db, 10 + i, "many", &error));
    assert_done(db_commit(db, &error));
    assert_int_equal(things(db), 3 + MANY);
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 3 + MANY);
    assert_done(insert_later(db, 4, "taken back", &error));
    db_rollback(db);
    assert_int_equal(things(db), 3 + MANY);
}

/* The export of the log does. */
static void what_follows_a_reading_row_by_row_is_read_whole(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    struct reading all = {0};
    assert_done(db_each(db, S(SERIES), DB_VALUES(db_int(3)), add_row, &all, &error));
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 0); /* with the begin */
    assert_done(insert_later(db, 1, "before", &error));
    assert_done(db_each(db, S(SERIES), DB_VALUES(db_int(3)), add_row, &all, &error));
    assert_done(db_exec_later(db, S(COUNT_ROWS), DB_NO_VALUES, &error));
    assert_done(insert_later(db, 2, "after", &error));
    assert_int_equal(things(db), 2);
    assert_false(db_each(db, S(BROKEN_SERIES), DB_VALUES(db_int(3)), add_row, &all, &error));
    db_rollback(db);
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 0);
    assert_done(db_commit(db, &error));
}

static void a_later_write_that_fails_is_told_by_what_follows(void **state)
{
    struct db *db = *state;
    struct ra_error error = {0};
    int64_t before = backend(db);
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 0);
    assert_done(insert_later(db, 1, "a word that is far too long for it", &error));
    assert_done(insert_later(db, 2, "good", &error));
    struct db_rows *row = NULL;
    assert_false(db_one(db, db, S(COUNT_ROWS), DB_NO_VALUES, &row, &error));
    assert_string_equal(error.reason, "word_is_short");
    assert_false(db_can_commit(db, &error));
    db_rollback(db);
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 0);
    assert_done(insert_later(db, 1, "good", &error));
    assert_done(insert_later(db, 1, "twice", &error));
    assert_false(db_commit(db, &error));
    assert_string_equal(error.reason, "thing_pkey");
    assert_false(db_in_transaction(db));
    assert_int_equal(things(db), 0);
    assert_done(db_begin(db, &error));
    assert_int_equal(things(db), 0);
    assert_done(insert_later(db, 1, "twice", &error));
    assert_done(insert_later(db, 1, "twice", &error));
    error = (struct ra_error){0};
    assert_false(db_can_commit(db, &error));
    assert_string_equal(error.reason, "thing_pkey");
    db_rollback(db);
    assert_int_equal(things(db), 0);
    assert_int_equal(backend(db), before); /* the same connection serves on */
}

/* A server that restarted between two requests costs neither of them. */
static void a_transaction_whose_connection_is_gone_begins_on_another(void **state)
{
    struct db *db = *state;
    struct db *other = NULL;
    struct ra_error error = {0};
    struct db_rows *ended = NULL, *one = NULL;
    assert_done(db_connect(NULL, conninfo(), &table, 0, &other, &error));
    for (int by_readings = 0; by_readings <= 1; by_readings++) {
        int64_t before = backend(db);
        assert_done(db_begin(db, &error));
        assert_done(db_one(other, other, S(END_OF), DB_VALUES(db_int(before)), &ended, &error));
        const struct db_reading reading = {S(COUNT_ROWS), DB_NO_VALUES, &one};
        if (by_readings == 1)
            assert_done(db_query_all(db, db, &reading, 1, &error));
        assert_done(db_exec(db, S(INSERT), DB_VALUES(db_int(by_readings), db_text("kept")), NULL, &error));
        assert_done(db_commit(db, &error));
        assert_int_equal(things(db), by_readings + 1);
        assert_true(backend(db) != before);
    }
    /* Once it has begun, what it did is lost, and so is it. */
    assert_done(db_begin(db, &error));
    int64_t before = backend(db);
    assert_done(insert_later(db, 7, "lost", &error));
    assert_done(db_one(other, other, S(END_OF), DB_VALUES(db_int(before)), &ended, &error));
    assert_refused(db_commit(db, &error), RA_DATABASE);
    assert_int_equal(things(db), 2);
    assert_done(db_begin(db, &error)); /* nothing in it */
    assert_true(db_can_commit(db, &error));
    assert_done(db_commit(db, &error));
    talloc_free(other);
}

static void a_statement_that_does_not_fit_stops_the_start(void **state)
{
    (void)state;
    static const struct statement_row bad[] = {
        {"t_bad", "select nothing from nowhere", NULL, 0, "orders.sql:3"}};
    static const struct statement_table bad_table = {bad, 1};
    struct ra_error error = {0};
    struct db *db = NULL;
    assert_false(db_connect(NULL, conninfo(), &bad_table, 0, &db, &error));
    assert_non_null(strstr(error.detail, "t_bad (orders.sql:3)"));
    assert_null(db);
}

static void no_server_is_an_error_not_a_crash(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct db *db = NULL;
    assert_refused(db_connect(NULL, "host=/nonexistent dbname=x", &table, 0, &db, &error), RA_DATABASE);
}

#define with_db(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_db(values_come_back_as_they_went),
        with_db(no_statement_is_planned_anew_for_its_values),
        with_db(null_values_and_whole_seconds),
        with_db(sqlstates_become_our_errors),
        with_db(mistakes_of_ours_are_told),
        with_db(a_misread_column_spoils_the_transaction),
        with_db(a_failed_transaction_cannot_be_committed),
        with_db(rollback_leaves_nothing),
        with_db(a_lost_connection_is_made_anew),
        with_db(long_results_come_row_by_row),
        with_db(a_reading_given_up_takes_the_connection_and_no_other_statement),
        with_db(a_reading_the_server_ended_keeps_the_connection),
        with_db(readings_that_go_together_are_all_answered),
        with_db(of_readings_that_go_together_the_first_failure_fails_all),
        with_db(a_later_write_is_there_for_the_next_statement_and_the_commit),
        with_db(what_follows_a_reading_row_by_row_is_read_whole),
        with_db(a_later_write_that_fails_is_told_by_what_follows),
        with_db(a_transaction_whose_connection_is_gone_begins_on_another),
        cmocka_unit_test(a_statement_that_does_not_fit_stops_the_start),
        cmocka_unit_test(no_server_is_an_error_not_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
