/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the house finds out about itself unasked (identification-rules 3.8): that the clock of its machine was
 * set, and whether the log still says what the signer signed. An auditor with an export proves the same
 * without us; this is so that nobody has to come before it is known.
 *
 * Thread rules: the run belongs to the job's thread; the findings are read by /healthz.
 */
#ifndef AUDIT_SELF_WATCH_H
#define AUDIT_SELF_WATCH_H

#include "health.h"
#include "jobs.h"

#include <stdatomic.h>

/* The same moment by two clocks: the one that people set, and one that nobody can. */
struct clock_sample {
    int64_t wall_us, steady_us;
};

/* By how much the clock was set between two samples, in ms. 0 below a second: what NTP corrects at its own
 * pace, and the moment between two readings. */
int64_t clock_step_ms(struct clock_sample before, struct clock_sample now);

struct self_watch {
    struct clock_sample last;       /* of the job's thread */
    int64_t next_check_us;          /* of the job's thread, by the steady clock */
    _Atomic int64_t checked_leaves; /* by the last check of the log */
    _Atomic int64_t altered;        /* leaves that are not what was numbered; -1: the root alone differs */
};

/* Reads every leaf up to the newest checkpoint again. `*altered` as in struct self_watch; writes LOG_VERIFIED
 * in a transaction of its own. An empty log is not worth an event. */
RA_MUST_CHECK bool log_check(struct job_run *run, int64_t *leaves, int64_t *altered, struct ra_error *error);

/* A struct job's run: the clock at each, the log at the start and once a day. */
bool self_watch_run(struct job_run *run, struct ra_error *error);

enum health_state log_content_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                     size_t detail_size);

#endif
