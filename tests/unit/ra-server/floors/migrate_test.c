/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against a private PostgreSQL (tests/support/scratch-postgres) with migrations of the test's own.
 */
#include "check.h"
#include "db/db.h"
#include "db/migrate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static const struct config *config;

static void write_script(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_script(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static const struct statement_row reset_rows[] = {
    {"reset", "drop table if exists ra.schema_migration, ra.fruit, ra.basket", NULL, 0, "test"}};
static const struct statement_row log_rows[] = {
    {"log", "select string_agg(name, ',' order by kind, name) as names from ra.schema_migration", NULL, 0,
     "test"},
    {"fruit", "select string_agg(name, ',' order by name) as names from ra.fruit", NULL, 0, "test"}};

/* The one text of a statement of `rows`; NULL where it does not fit the schema. */
static const char *ask(const struct statement_row *rows, size_t index)
{
    struct ra_error error = {0};
    const struct statement_table table = {rows + index, 1};
    struct db *db = NULL;
    struct db_rows *row = NULL;
    static char answer[256];
    if (!db_connect(NULL, config->database_owner, &table, 0, &db, &error))
        return NULL;
    assert_done(db_query(db, db, (enum db_statement)0, DB_NO_VALUES, &row, &error));
    snprintf(answer, sizeof answer, "%s", db_row_count(row) == 1 ? row_text(row, 0, "names") : "");
    talloc_free(db);
    return answer;
}

static int setup(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char text[512];
    char rules[80];
    snprintf(folder, sizeof folder, "/tmp/ra-migrate.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(rules, sizeof rules, "%s/rules", folder);
    assert_int_equal(mkdir(rules, 0700), 0);
    snprintf(text, sizeof text,
             "home = %s\ndatabase = x\ndatabase_owner = host=%s dbname=ra user=ra_owner\n"
             "migrations_dir = %s\nrules_dir = %s\n",
             folder, getenv("RA_TEST_PG"), folder, rules);
    assert_done(config_parse(NULL, "test", text, &config, &error));
    const struct statement_table reset = {reset_rows, 1};
    struct db *db = NULL;
    assert_done(db_connect(NULL, config->database_owner, &reset, 0, &db, &error));
    assert_done(db_exec(db, (enum db_statement)0, DB_NO_VALUES, NULL, &error));
    talloc_free(db);
    write_script("0001_fruit.sql",
                 "create table fruit (name text primary key);\ninsert into fruit values ('banana');\n");
    write_script("0010_more.sql", "insert into fruit values ('caju');\n");
    write_script("rules/0001_season.sql", "insert into fruit values ('pitanga') on conflict do nothing;\n");
    write_script("README", "not a script");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {"0001_fruit.sql", "0010_more.sql",         "0010_other.sql",
                                        "0011_bad.sql",   "rules/0001_season.sql", "README"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove_script(names[i]);
    char rules[80];
    snprintf(rules, sizeof rules, "%s/rules", folder);
    rmdir(rules);
    rmdir(folder);
    talloc_free((void *)(uintptr_t)config);
    return 0;
}

static void applies_once_and_in_order(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_done(migrate(config, &error));
    assert_string_equal(ask(log_rows, 0), "0001_fruit.sql,0010_more.sql,0001_season.sql");
    assert_string_equal(ask(log_rows, 1), "banana,caju,pitanga");
    assert_done(migrate(config, &error));
    assert_string_equal(ask(log_rows, 1), "banana,caju,pitanga");
}

static void a_changed_migration_is_refused_and_a_changed_rule_applied(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_done(migrate(config, &error));
    write_script("rules/0001_season.sql", "insert into fruit values ('uva') on conflict do nothing;\n");
    assert_done(migrate(config, &error));
    assert_string_equal(ask(log_rows, 1), "banana,caju,pitanga,uva");
    write_script("0001_fruit.sql", "create table fruit (name text);\n");
    assert_false(migrate(config, &error));
    assert_non_null(strstr(error.detail, "0001_fruit.sql was changed"));
}

static void a_missing_migration_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_done(migrate(config, &error));
    remove_script("0010_more.sql");
    assert_false(migrate(config, &error));
    assert_non_null(strstr(error.detail, "0010_more.sql was applied"));
}

static void two_of_one_number_are_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    write_script("0010_other.sql", "select 1;\n");
    assert_false(migrate(config, &error));
    assert_non_null(strstr(error.detail, "same number"));
    assert_null(ask(log_rows, 0));
}

static void a_failure_leaves_nothing_half_made(void **state)
{
    (void)state;
    struct ra_error error = {0};
    write_script("0011_bad.sql", "create table basket (id int);\ninsert into nowhere values (1);\n");
    assert_false(migrate(config, &error));
    assert_non_null(strstr(error.detail, "0011_bad.sql"));
    assert_null(ask(log_rows, 0));
    error = (struct ra_error){0};
    write_script("0011_bad.sql", "create table basket (id int);\ncommit;\n");
    assert_false(migrate(config, &error));
    assert_non_null(strstr(error.detail, "must not end the transaction"));
}

static void *migrate_in_thread(void *argument)
{
    struct ra_error *error = argument;
    return migrate(config, error) ? argument : NULL;
}

static void two_starts_together_apply_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct ra_error errors[4] = {0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate_in_thread, &errors[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        void *done = NULL;
        pthread_join(threads[i], &done);
        if (done == NULL)
            fail_msg("%s", errors[i].detail);
    }
    assert_string_equal(ask(log_rows, 1), "banana,caju,pitanga");
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(applies_once_and_in_order),
        in_folder(a_changed_migration_is_refused_and_a_changed_rule_applied),
        in_folder(a_missing_migration_is_refused),
        in_folder(two_of_one_number_are_refused),
        in_folder(a_failure_leaves_nothing_half_made),
        in_folder(two_starts_together_apply_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
