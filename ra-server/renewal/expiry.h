/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The job that tells holders that their certificates end (expiry_rules.h).
 */
#ifndef RENEWAL_EXPIRY_H
#define RENEWAL_EXPIRY_H

#include "jobs.h"

#define EXPIRY_JOB "expiry"
enum { EXPIRY_PERIOD_MS = 1000 };

/* A struct job's run: notes the ends of new certificates, then tells what is due. */
RA_MUST_CHECK bool expiry_run(struct job_run *run, struct ra_error *error);

#endif
