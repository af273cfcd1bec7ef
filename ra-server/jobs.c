/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs.h"

#include "db/db.h"
#include "log.h"
#include "metrics.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* Wakes that come one after the other are one run: a batch costs its commits once. */
enum { WAKE_APART_MS = 100 };

struct runner {
    const struct job *job;
    struct jobs *jobs;
    struct db *db;
    pthread_t thread;
    struct timespec rested; /* when it may be woken again */
    pthread_cond_t called;  /* one for each: whoever wakes one leaves the others asleep */
    bool started;
    bool woken;
};

struct jobs {
    struct ra_app *app;
    pthread_mutex_t mutex;
    bool stopping;
    struct runner *runners;
    size_t count;
};

static int destroy(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++)
        pthread_cond_destroy(&jobs->runners[i].called);
    pthread_mutex_destroy(&jobs->mutex);
    return 0;
}

static struct timespec later(unsigned milliseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(milliseconds / 1000);
    at.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Until the period is over or somebody wakes it; false when the program ends. */
static bool wait_for_turn(struct runner *runner, bool at_once)
{
    struct jobs *jobs = runner->jobs;
    struct timespec until = later(at_once ? 0 : runner->job->period_ms);
    pthread_mutex_lock(&jobs->mutex);
    int waited = 0;
    while (!jobs->stopping && !runner->woken && waited == 0)
        waited = pthread_cond_timedwait(&runner->called, &jobs->mutex, &until);
    while (!jobs->stopping && !at_once && waited == 0)
        waited = pthread_cond_timedwait(&runner->called, &jobs->mutex, &runner->rested);
    runner->woken = false;
    runner->rested = later(WAKE_APART_MS);
    bool go_on = !jobs->stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return go_on;
}

/* One run; true when there is more to do at once. */
static bool run_once(struct runner *runner)
{
    struct ra_error error = {0};
    struct job_run run = {.context = talloc_new(NULL),
                          .app = runner->jobs->app,
                          .db = runner->db,
                          .now_us = clock_now_us(&runner->jobs->app->clock)};
    bool done = run.context != NULL && runner->job->run(&run, &error);
    if (db_in_transaction(runner->db)) {
        db_rollback(runner->db);
        done = done && ra_fail(&error, RA_INTERNAL, "the job left a transaction open");
    }
    done = done && db_reads_were_sound(runner->db, &error);
    if (!done) {
        metric_add(METRIC_JOB_FAILURES, 1);
        log_error("job-failed", runner->job->name, &error);
    }
    talloc_free(run.context);
    return done && run.again;
}

static void *run_job(void *argument)
{
    struct runner *runner = argument;
    bool again = true; /* the first run is at the start */
    while (wait_for_turn(runner, again))
        again = run_once(runner);
    return NULL;
}

/* A runner counts once its condition stands. */
static bool init_runners(struct jobs *jobs, const struct job *const *list, size_t count)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0;
    for (size_t i = 0; done && i < count; i++) {
        jobs->runners[i].job = list[i];
        jobs->runners[i].jobs = jobs;
        done = pthread_cond_init(&jobs->runners[i].called, &attributes) == 0;
        jobs->count += done ? 1 : 0;
    }
    pthread_condattr_destroy(&attributes);
    return done;
}

static bool start_runner(struct jobs *jobs, struct runner *runner, struct ra_error *error)
{
    const struct config *config = jobs->app->config;
    if (!db_connect(jobs, config->database, &statement_table, (unsigned)config->statement_timeout_ms,
                    &runner->db, error))
        return false;
    runner->started = pthread_create(&runner->thread, NULL, run_job, runner) == 0;
    return runner->started || ra_fail(error, RA_INTERNAL, "job %s does not start", runner->job->name);
}

bool jobs_start(TALLOC_CTX *context, struct ra_app *app, const struct job *const *jobs, size_t count,
                struct jobs **started, struct ra_error *error)
{
    struct jobs *made = talloc_zero(context, struct jobs);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "jobs");
    made->app = app;
    made->runners = talloc_zero_array(made, struct runner, (unsigned)count);
    if (made->runners == NULL || pthread_mutex_init(&made->mutex, NULL) != 0) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "jobs");
    }
    talloc_set_destructor(made, destroy);
    if (!init_runners(made, jobs, count)) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "jobs");
    }
    /* Before the first thread runs: a job may wake another one through the app. */
    app->jobs = made;
    for (size_t i = 0; i < count; i++) {
        if (!start_runner(made, &made->runners[i], error)) {
            app->jobs = NULL;
            jobs_stop(made);
            return false;
        }
    }
    *started = made;
    return true;
}

void jobs_wake(struct jobs *jobs, const char *name)
{
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < jobs->count; i++) {
        if (strcmp(jobs->runners[i].job->name, name) != 0)
            continue;
        jobs->runners[i].woken = true;
        pthread_cond_signal(&jobs->runners[i].called);
    }
    pthread_mutex_unlock(&jobs->mutex);
}

bool jobs_stopping(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    bool stopping = jobs->stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return stopping;
}

void jobs_stop(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    for (size_t i = 0; i < jobs->count; i++)
        pthread_cond_signal(&jobs->runners[i].called);
    pthread_mutex_unlock(&jobs->mutex);
    for (size_t i = 0; i < jobs->count; i++) {
        if (jobs->runners[i].started)
            pthread_join(jobs->runners[i].thread, NULL);
    }
    talloc_free(jobs);
}
