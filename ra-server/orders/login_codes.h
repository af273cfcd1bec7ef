/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One-time codes for those who ask to come in by CPF. Asking writes one row, whatever the CPF; a job looks
 * for the person's orders and mails the codes, so that nobody can measure whether there are any.
 */
#ifndef ORDERS_LOGIN_CODES_H
#define ORDERS_LOGIN_CODES_H

#include "http/http.h"
#include "jobs.h"

#define LOGIN_CODES_JOB "login-codes"

enum {
    LOGIN_CODE_MINUTES = 10,
    LOGIN_CODES_PERIOD_MS = 5000,
};

/* The job is woken after the commit. `cpf`: 11 digits. */
RA_MUST_CHECK bool login_codes_ask(struct http_request *request, const char *cpf, struct ra_error *error);

/* The job. Beyond six codes an hour for a CPF nothing more is sent. */
bool login_codes_run(struct job_run *run, struct ra_error *error);

#endif
