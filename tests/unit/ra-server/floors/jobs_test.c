/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs with real connections (tests/support/scratch-postgres): they run at the start, when woken and after
 * failures. The database is a migrated one because every statement is prepared.
 */
#include "check.h"
#include "db/db.h"
#include "db/migrate.h"
#include "jobs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct ra_app app;
static atomic_int steady_runs;
static atomic_int failing_runs;
static atomic_int eager_runs;
static atomic_int open_runs;

static bool steady(struct job_run *run, struct ra_error *error)
{
    atomic_fetch_add(&steady_runs, 1);
    return db_exec(run->db, STATEMENT_FLOOR_PING, DB_NO_VALUES, NULL, error);
}

static bool failing(struct job_run *run, struct ra_error *error)
{
    (void)run;
    atomic_fetch_add(&failing_runs, 1);
    return ra_fail(error, RA_UPSTREAM, "nobody answers");
}

static bool eager(struct job_run *run, struct ra_error *error)
{
    (void)error;
    run->again = atomic_fetch_add(&eager_runs, 1) < 4;
    return true;
}

/* Leaves a transaction open and expects none at the next run. */
static bool open_ended(struct job_run *run, struct ra_error *error)
{
    atomic_fetch_add(&open_runs, 1);
    return db_begin(run->db, error);
}

static const struct job steady_job = {"steady", 3600000, steady};
static const struct job failing_job = {"failing", 20, failing};
static const struct job eager_job = {"eager", 3600000, eager};
static const struct job open_job = {"open", 20, open_ended};
static const struct job *const all[] = {&steady_job, &failing_job, &eager_job, &open_job};

static bool reaches(atomic_int *counter, int wanted)
{
    for (int i = 0; i < 500 && atomic_load(counter) < wanted; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return atomic_load(counter) >= wanted;
}

static void jobs_run_wake_and_survive_failures(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct jobs *jobs = NULL;
    assert_done(jobs_start(NULL, &app, all, sizeof all / sizeof all[0], &jobs, &error));
    assert_ptr_equal(app.jobs, jobs);
    assert_true(reaches(&steady_runs, 1));
    assert_true(reaches(&failing_runs, 5));
    assert_true(reaches(&eager_runs, 5));
    assert_true(reaches(&open_runs, 3));
    assert_int_equal(atomic_load(&steady_runs), 1);
    jobs_wake(jobs, "nobody");
    jobs_wake(jobs, "steady");
    assert_true(reaches(&steady_runs, 2));
    assert_int_equal(atomic_load(&eager_runs), 5);
    assert_false(jobs_stopping(jobs));
    jobs_stop(jobs);
}

static int64_t now_ms(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Many mails at once: a few runs, not one each; and none is forgotten. */
static void wakes_that_follow_each_other_are_one_run(void **state)
{
    (void)state;
    enum { WAKES = 50, APART_MS = 100 };
    struct ra_error error = {0};
    struct jobs *jobs = NULL;
    static const struct job *const one[] = {&steady_job};
    atomic_store(&steady_runs, 0);
    assert_done(jobs_start(NULL, &app, one, 1, &jobs, &error));
    assert_true(reaches(&steady_runs, 1));
    const int64_t begun = now_ms();
    for (int i = 0; i < WAKES; i++) {
        jobs_wake(jobs, "steady");
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    }
    assert_true(atomic_load(&steady_runs) <= 2 + (now_ms() - begun) / APART_MS);
    int before = 0; /* once what the last of them asked for has run */
    for (int still = 0; still < 30; still++, nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL)) {
        if (atomic_load(&steady_runs) != before)
            still = 0;
        before = atomic_load(&steady_runs);
    }
    jobs_wake(jobs, "steady");
    assert_true(reaches(&steady_runs, before + 1));
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    assert_int_equal(atomic_load(&steady_runs), before + 1);
    jobs_stop(jobs);
}

static int setup(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char sources[4096];
    char text[16384];
    const char *folder = getenv("RA_TEST_PG");
    assert_non_null(folder);
    assert_non_null(getcwd(sources, sizeof sources));
    snprintf(text, sizeof text,
             "home = /nonexistent\ndatabase = host=%s dbname=ra user=ra_app\n"
             "database_owner = host=%s dbname=ra user=ra_owner\nmigrations_dir = %s/sql/migrations\n"
             "rules_dir = %s/sql/rules\nprofiles_dir = %s/pki/profiles\n",
             folder, folder, sources, sources, sources);
    assert_done(config_parse(NULL, "test", text, &app.config, &error));
    assert_done(migrate(app.config, &error));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    talloc_free((void *)(uintptr_t)app.config);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(jobs_run_wake_and_survive_failures),
                                       cmocka_unit_test(wakes_that_follow_each_other_are_one_run)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
