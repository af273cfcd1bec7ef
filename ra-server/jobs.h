/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Periodic background work (outbox, sequencer, sweeping): one thread and one database connection for each
 * job. A failing run is logged and tried again at the next period; it never ends the program.
 */
#ifndef RA_SERVER_JOBS_H
#define RA_SERVER_JOBS_H

#include "app.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct db;
struct jobs;

struct job_run {
    TALLOC_CTX *context; /* freed after the run */
    struct ra_app *app;
    struct db *db;  /* the job's own; begin and commit yourself */
    int64_t now_us; /* instance clock */
    bool again;     /* set it to be run again at once (there is more to do) */
};

struct job {
    const char *name;
    unsigned period_ms; /* longest pause between two runs; a wake-up shortens it */
    bool (*run)(struct job_run *run, struct ra_error *error);
};

/* From any thread: the job of that name runs as soon as its thread is free and a tenth of a second has gone
 * by since its last run began. Unknown names do nothing. */
void jobs_wake(struct jobs *jobs, const char *name);

/* main only. All threads start, each with its connection; a connection that cannot be made fails the start.
 */
RA_MUST_CHECK bool jobs_start(TALLOC_CTX *context, struct ra_app *app, const struct job *const *jobs,
                              size_t count, struct jobs **started, struct ra_error *error);

/* main only. Ends every thread after the run it is in, and frees. */
void jobs_stop(struct jobs *jobs);

/* For long runs (a network call in a loop): true when the program is ending. */
bool jobs_stopping(struct jobs *jobs);

#endif
