/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The root of a tree whose leaves pass by one at a time: keeps only the roots of the complete subtrees on the
 * left (RFC 6962 section 2.1). Starts empty or from such roots of the leaves before.
 */
#ifndef PKI_AUDIT_RANGE_H
#define PKI_AUDIT_RANGE_H

#include "pki/trust/merkle.h"

struct range {
    uint64_t size;                           /* leaves so far */
    size_t count;                            /* peaks in use: one for each bit of `size` that is set */
    struct merkle_hash peaks[MERKLE_LEVELS]; /* largest subtree first */
};

/* Takes the peaks of the first `size` leaves, largest first; RA_VERIFICATION_FAILED, reason "export-proof",
 * unless there is one for each bit of `size`. */
RA_MUST_CHECK bool range_start(struct range *range, uint64_t size, const struct merkle_hash *peaks,
                               size_t count, struct ra_error *error);

RA_MUST_CHECK bool range_append(struct range *range, const struct merkle_hash *leaf, struct ra_error *error);

/* Root over all leaves so far. */
RA_MUST_CHECK bool range_root(const struct range *range, struct merkle_hash *root, struct ra_error *error);

#endif
