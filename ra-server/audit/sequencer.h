/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The job that turns events into the log (protocol 7): takes the queue in the order of event ids, writes
 * leaves and the subtrees they complete, and asks the signer, who holds the key, for a checkpoint over the
 * whole with the proof that it continues what it signed last. A crash between any two steps is mended by the
 * next run: what is not signed is signed then, what the signer signed without this database hearing of it is
 * asked for again.
 */
#ifndef AUDIT_SEQUENCER_H
#define AUDIT_SEQUENCER_H

#include "audit/log_check.h"
#include "jobs.h"

#include <stdatomic.h>

/* How the log stands, for /healthz. */
struct sequencer_state {
    _Atomic int64_t unsigned_since_us; /* 0: everything that is numbered is signed */
    _Atomic int64_t retry_at_us;       /* a signer that does not answer is asked again from here on */
    atomic_bool broken;                /* the signer has signed a tree that this database does not hold */
};

/* A struct job's run. */
bool sequencer_run(struct job_run *run, struct ra_error *error);

/* Its two halves, for tests. Numbers what waits, in one transaction of its own; `*more` when the batch was
 * full. */
RA_MUST_CHECK bool sequencer_number(struct db *db, TALLOC_CTX *context, bool *more, struct ra_error *error);

/* Where the signer stands. RA_SIGNER_UNAVAILABLE when it does not say so. */
struct signer_client;
RA_MUST_CHECK bool sequencer_signer(struct signer_client *client, struct log_signer *signer,
                                    struct ra_error *error);

/* One leaf more than is signed: asks for a checkpoint and stores it. */
RA_MUST_CHECK bool sequencer_sign(struct db *db, TALLOC_CTX *context, struct signer_client *signer,
                                  int64_t now_us, struct sequencer_state *state, struct ra_error *error);

#endif
