/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the journal's files are made of: the chain, and the head file that says how far it is durable
 * (journal.h says what they look like). Thread rules: the caller's.
 */
#ifndef PKI_SIGNER_JOURNAL_HEAD_H
#define PKI_SIGNER_JOURNAL_HEAD_H

#include "pki/signer/journal.h"

#include <limits.h>

enum {
    JOURNAL_CHAIN_SIZE = 32,
    JOURNAL_MAGIC_SIZE = 16,
    JOURNAL_HEADER_SIZE = 4 + JOURNAL_CHAIN_SIZE, /* of a record: its length and chain value */
};

/* JOURNAL_MAGIC_SIZE characters: how a journal begins, and what its chain starts from. */
extern const char journal_magic[];

/* How far a journal goes: its records, and the chain's value at the last one. */
struct journal_head {
    uint64_t count;
    uint8_t chain[JOURNAL_CHAIN_SIZE];
};

/* A file of the folder; RA_IO when the path is too long. */
RA_MUST_CHECK bool journal_path(char output[PATH_MAX], const char *folder, const char *name,
                                struct ra_error *error);

void journal_put_length(uint8_t output[4], uint32_t length);

/* false: the digest failed. */
RA_MUST_CHECK bool journal_chain_start(uint8_t chain[JOURNAL_CHAIN_SIZE]);
RA_MUST_CHECK bool journal_chain_next(const uint8_t previous[JOURNAL_CHAIN_SIZE], struct bytes payload,
                                      uint8_t next[JOURNAL_CHAIN_SIZE]);

/* The machine's trouble (errno), not the journal's: nothing is known against it, and it is not started anew
 * for it. RA_UNAVAILABLE; returns false. */
bool journal_cannot_look(struct ra_error *error, const char *what);

/* The newer of the two slots that are whole; RA_IO when neither is. */
RA_MUST_CHECK bool journal_head_read(int file, struct journal_head *head, struct ra_error *error);

/* Into the slot of its turn, durably. */
RA_MUST_CHECK bool journal_head_write(int file, const struct journal_head *head);

/* One slot, for a file that is written whole. */
RA_MUST_CHECK bool journal_slot_format(const struct journal_head *head, char slot[JOURNAL_SLOT]);

#endif
