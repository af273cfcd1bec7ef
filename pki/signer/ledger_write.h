/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the ledger changes: under its lock one record is written and applied; then, the lock given up, the
 * caller waits until it is durable. For ledger.c and ledger_attempts.c alone.
 */
#ifndef PKI_SIGNER_LEDGER_WRITE_H
#define PKI_SIGNER_LEDGER_WRITE_H

#include "pki/signer/ledger.h"
#include "pki/signer/ledger_state.h"

#include <pthread.h>

struct ledger {
    pthread_mutex_t lock;    /* guards `state`; held while a record is written, not while it is synced */
    pthread_cond_t released; /* an attempt was given back */
    struct ledger_state state;
    struct journal *journal;
};

/* With the lock held. Takes the reference. */
RA_MUST_CHECK bool ledger_write(struct ledger *ledger, json_t *take_record, uint64_t *ticket,
                                struct ra_error *error);

/* Gives up the lock, then waits until the record is durable; true when it was `written` and is. */
RA_MUST_CHECK bool ledger_finish(struct ledger *ledger, bool written, uint64_t ticket,
                                 struct ra_error *error);

/* The alarm of a journal that could not be written. */
void ledger_log_failure(const struct ra_error *error);

/* A record as it lies in the journal; new reference. RA_IO when it cannot be read back. */
RA_MUST_CHECK bool ledger_read_record(struct ledger *ledger, struct journal_place place, json_t **record,
                                      struct ra_error *error);

/* Members of records, new references: up to 32 bytes in hexadecimal, and CRL numbers by issuer's key. */
json_t *ledger_hex(const uint8_t *data, size_t size);
json_t *ledger_crls_json(const struct ledger_crls *crls);

#endif
