/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What asks for somebody of the office at once: a mail to `office_mail` of the configuration, through the
 * outbox, once for each alarm (issue 5). The room that finds out raises its own; what only the health of a
 * part shows is raised by the job of this room.
 */
#ifndef NOTICE_ALARM_H
#define NOTICE_ALARM_H

#include "jobs.h"

struct db;

struct alarm {
    const char *code;   /* stable word: "certificate-mismatch" */
    const char *about;  /* which one: told once for each pair of code and about */
    const char *title;  /* Portuguese, a few words */
    const char *text;   /* Portuguese: what happened, and what to do */
    const char *order;  /* code of the order; "" without one */
    const char *detail; /* for the operator; "" without one */
};

/* One row of the outbox in the caller's transaction, unless this alarm was told before or nobody is to be
 * told. The caller wakes NOTICE_JOB after its commit. */
RA_MUST_CHECK bool alarm_raise(struct ra_app *app, struct db *db, int64_t now_us, const struct alarm *alarm,
                               struct ra_error *error);

#define ALARM_JOB "alarms"

/* A struct job's run: raises an alarm for every part that /healthz shows ill twice in a row. */
RA_MUST_CHECK bool alarm_watch_run(struct job_run *run, struct ra_error *error);

#endif
