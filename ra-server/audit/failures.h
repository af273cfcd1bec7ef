/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What strangers get wrong at a door of the public: counted when it happens, told by the log at most once in
 * a quarter of an hour for each account, and once for all the accounts that do not exist together
 * (docs/decisions/0092). The log tells of every failure and how many addresses they came from, but grows no
 * faster than accounts are attacked.
 */
#ifndef AUDIT_FAILURES_H
#define AUDIT_FAILURES_H

#include "audit/audit.h"
#include "jobs.h"

enum failed_door {
    FAILED_LOGIN,      /* `account` is a CPF: known when it has an order */
    FAILED_REVOCATION, /* `account` is the code of an order */
};

/* In the request's open transaction, whatever the account: the work is the same for one that exists and one
 * that does not. `manner` is a word of ours: what was tried, and why it was refused. */
RA_MUST_CHECK bool audit_failure_note(struct http_request *request, enum failed_door door,
                                      const char *account, const char *manner, struct ra_error *error);

/* A struct job's run. */
RA_MUST_CHECK bool audit_failures_run(struct job_run *run, struct ra_error *error);

#endif
