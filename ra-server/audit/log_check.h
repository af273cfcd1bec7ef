/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the whole log again, as far as the signer signed it (docs/decisions/0069): each event against the
 * hash it was numbered with, its own columns and its private half, and the root over those hashes against the
 * signed note. Only the signer's word is believed; every column of the database is what is being checked.
 *
 * Thread rules: belongs to the thread that owns the db given.
 */
#ifndef AUDIT_LOG_CHECK_H
#define AUDIT_LOG_CHECK_H

#include "jobs.h"
#include "pki/trust/note.h"

/* What the signer says of itself: how many leaves it signed, and the key it signs with. */
struct log_signer {
    uint64_t size;
    struct note_verifier verifier;
};

enum log_finding {
    LOG_INTACT,
    LOG_LEAVES_ALTERED,
    LOG_ROOT_DIFFERS,    /* leaves that fit their hashes, but no root or checkpoint that was signed */
    LOG_NOTE_UNVERIFIED, /* the newest checkpoint is not of the signer's key: nothing to read against */
};

struct log_reading {
    bool whole;     /* false: the program is ending, nothing was found out */
    int64_t leaves; /* read, by the note's size; 0 when there is nothing signed */
    enum log_finding finding;
    int64_t altered; /* LOG_LEAVES_ALTERED: how many; -1 for the other findings */
};

/* Stable word of a finding: "none", "leaves", "root", "note". */
const char *log_finding_word(enum log_finding finding);

/* Reads in ranges, each a statement of its own, and gives up between two of them when the program ends.
 * `signer` is what it said before this call: honest rows only grow after that. */
RA_MUST_CHECK bool log_check(struct job_run *run, const struct log_signer *signer,
                             struct log_reading *reading, struct ra_error *error);

#endif
