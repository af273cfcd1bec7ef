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

#include "audit/log_check.h"
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

enum { SELF_WATCH_STALE_HOURS = 25 }; /* a day, and an hour for what failed once to be tried again */

/* Instants by the steady clock, 0: never. */
struct self_watch {
    struct clock_sample last;       /* of the job's thread: up to here every step is recorded */
    int64_t next_check_us;          /* of the job's thread */
    _Atomic int64_t since_us;       /* the job's first run */
    _Atomic int64_t read_us;        /* the last reading that came to the end of the log */
    atomic_bool failed;             /* the last try did not */
    _Atomic int64_t checked_leaves; /* by that reading, as the next two */
    _Atomic int finding;            /* enum log_finding */
    _Atomic int64_t altered;        /* as in struct log_reading */
};

/* A struct job's run: the clock at each, the log at the start and once a day, an hour after a failure. */
bool self_watch_run(struct job_run *run, struct ra_error *error);

/* Its two halves, for tests. Writes CLOCK_ADJUSTED in a transaction of its own; what could not be written is
 * seen again at the next call. */
RA_MUST_CHECK bool self_watch_clock(struct job_run *run, struct self_watch *watch, struct ra_error *error);

/* Reads the log whatever next_check_us says, keeps what was found and then writes LOG_VERIFIED in a
 * transaction of its own. An empty log is not worth an event. */
RA_MUST_CHECK bool self_watch_log(struct job_run *run, struct self_watch *watch,
                                  const struct log_signer *signer, int64_t now_us, struct ra_error *error);

/* What is known at `now_us`; a log that nobody could read is degraded too. Pure. */
enum health_state self_watch_health(const struct self_watch *watch, int64_t now_us, bool has_log,
                                    char *detail, size_t detail_size);

enum health_state log_content_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                     size_t detail_size);

#endif
