/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's memory on disk: an append-only file of hash-chained records, and beside it a head file that
 * holds the number of records that are known to be durable and the chain's value there (protocol 6).
 *
 *   folder/journal  "guiche-journal-1" and then records: payload length (4 bytes, big endian), chain value
 *                   (32 bytes: SHA-256 over the previous value, the length and the payload), payload
 *   folder/head     two slots of JOURNAL_SLOT bytes, written in turns, each with its own check sum
 *
 * What a start makes of what it finds:
 *   - fewer sound records than the head says, or another chain value there: altered or shortened; refused
 *   - bytes after the head's records that are no sound record: the torn tail of a write that was never
 *     acknowledged (power cut, kill -9); cut off
 *   - sound records after the head's: written, their head was not; kept
 *
 * Thread rules: append, wait and read may be called from any thread. Records of several threads share one
 * fsync.
 */
#ifndef PKI_SIGNER_JOURNAL_H
#define PKI_SIGNER_JOURNAL_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum {
    JOURNAL_RECORD_MAX = 1 << 20, /* bytes of a payload */
    JOURNAL_SLOT = 512,           /* bytes; a slot never shares a sector with its twin */
};

/* Where a record's payload lies. */
struct journal_place {
    uint64_t offset;
    uint32_t length;
};

struct journal;

/* Called once for each record, oldest first. false (error set) stops the opening. */
typedef bool (*journal_replay_function)(void *context, struct bytes payload, struct journal_place place,
                                        struct ra_error *error);

/* Makes journal and head with one first record. Refused while `folder` holds a sound journal with more than
 * that first record, one in use, or one that cannot be looked at just now; a journal that cannot be used is
 * set aside (renamed with `stamp`), never deleted. A sound journal that never went past its first record is
 * left as it is. */
RA_MUST_CHECK bool journal_create(const char *folder, struct bytes first_record, const char *stamp,
                                  struct ra_error *error);

/* Opens, proves and replays the journal of `folder`, and locks it against a second process. The journal is a
 * talloc child of `context`; freeing it closes it. Missing, shortened or altered is RA_IO with a detail that
 * says which; what the machine could not do (open, sync) is RA_UNAVAILABLE. `*cut` is the length of the torn
 * tail that was cut off, 0 without one. */
RA_MUST_CHECK bool journal_open(TALLOC_CTX *context, const char *folder, journal_replay_function replay,
                                void *replay_context, struct journal **journal, uint64_t *cut,
                                struct ra_error *error);

/* Proves and replays the journal of `folder` as it lies there, for who only looks: nothing is locked or
 * changed, a signer may be writing meanwhile, and what it has not finished is passed over. */
RA_MUST_CHECK bool journal_examine(const char *folder, journal_replay_function replay, void *replay_context,
                                   struct ra_error *error);

/* Writes one record, not yet durable. `*ticket` is for journal_wait. After any failure to write or to sync,
 * the journal accepts nothing more: what the disk then holds is not known. */
RA_MUST_CHECK bool journal_append(struct journal *journal, struct bytes payload, struct journal_place *place,
                                  uint64_t *ticket, struct ra_error *error);

/* Returns when the record and all before it are durable, journal and head. Nothing may take effect earlier.
 */
RA_MUST_CHECK bool journal_wait(struct journal *journal, uint64_t ticket, struct ra_error *error);

/* Waits for all that was written so far. false (RA_IO) once the journal accepts nothing more, whatever is
 * durable by then. */
RA_MUST_CHECK bool journal_settle(struct journal *journal, struct ra_error *error);

/* From now on the journal accepts nothing more: for a writer that cannot make sense of its own record. */
void journal_stop(struct journal *journal);

/* The payload at `place`, on `context`. */
RA_MUST_CHECK bool journal_read(struct journal *journal, TALLOC_CTX *context, struct journal_place place,
                                struct bytes *payload, struct ra_error *error);

#endif
