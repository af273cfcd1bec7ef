/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fraud and attempts (DOC-ICP-05.02 3.1, rules 3.9), in one act by an agent: the case is stopped by his
 * signed statement (refused, or its revocation asked for), its people go to the lista negativa with papers
 * and faces, and the comunicado to the AC, which passes it to the ITI, is written, with its deadline (policy
 * `fraud_report_deadline_business_days`) as a task. All of it in one transaction or nothing. The holder's
 * "não fui eu" starts the same clock.
 *
 * A room of its own: it is made from the headers of identification, the lista negativa and approval, and only
 * what closes tasks asks it anything. Thread rules: everything belongs to the request.
 */
#ifndef FRAUD_FRAUD_H
#define FRAUD_FRAUD_H

#include "http/http.h"
#include "pki/base/error.h"
#include "rooms.h"

/* A task of kind fraud_report ends by hand only while no comunicado hangs on it (the holder was mistaken).
 * RA_CONFLICT, reason "fraud-not-sent". */
RA_MUST_CHECK bool fraud_check_dismissal(struct http_request *request, const char *task_id,
                                         struct ra_error *error);

extern const struct room fraud_room;

#endif
