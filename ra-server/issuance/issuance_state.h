/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the issuance room keeps while the program runs: the clients of signer and AC, the orders at work, the
 * roots that issued certificates lead to. Constant after the start but for what guards itself.
 */
#ifndef ISSUANCE_ISSUANCE_STATE_H
#define ISSUANCE_ISSUANCE_STATE_H

#include "app.h"
#include "db/db.h"
#include "issuance/inflight.h"
#include "jobs.h"
#include "pki/certificate/weak_keys.h"

#include <openssl/x509.h>

RA_MUST_CHECK bool issuance_state_start(struct ra_app *app, struct db *db, struct ra_error *error);
void issuance_state_stop(struct ra_app *app);

struct inflight *issuance_inflight(const struct ra_app *app);
X509_STORE *issuance_anchors(const struct ra_app *app); /* borrowed */

/* Borrowed; NULL where the office has no list. */
const struct weak_key_list *issuance_weak_keys(const struct ra_app *app);

/* A struct job's run: brings requests without an end to one. */
bool issuance_resume_run(struct job_run *run, struct ra_error *error);

#endif
