/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Merkle log as this database holds it: hashes of complete subtrees for pki/trust/merkle.h, the newest
 * checkpoint, and ranges of hashes for tiles. Everything read here is append-only, so no transaction is
 * needed.
 */
#ifndef AUDIT_LOG_READER_H
#define AUDIT_LOG_READER_H

#include "db/db.h"
#include "pki/trust/merkle.h"

/* A reader over `db`, borrowed for as long as the reader is used. */
struct merkle_reader log_reader(struct db *db);

/* Leaves numbered so far, signed or not. */
RA_MUST_CHECK bool log_size(struct db *db, uint64_t *size, struct ra_error *error);

/* The newest signed tree. size 0 and an empty note when nothing was signed yet. */
struct log_checkpoint {
    uint64_t size;
    struct merkle_hash root;
    const char *note; /* on the context given */
};
RA_MUST_CHECK bool log_checkpoint_latest(struct db *db, TALLOC_CTX *context,
                                         struct log_checkpoint *checkpoint, struct ra_error *error);

/* `count` hashes of one level from `first` on, side by side, on `context`. RA_NOT_FOUND when some are
 * missing. */
RA_MUST_CHECK bool log_hashes(struct db *db, TALLOC_CTX *context, unsigned level, uint64_t first,
                              size_t count, struct bytes *hashes, struct ra_error *error);

#endif
