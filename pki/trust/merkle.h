/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Merkle tree of RFC 6962 section 2: SHA-256, leaf prefix 00, node prefix 01. The tree is kept by somebody
 * else (a table, an array) as hashes of complete subtrees: node (level, index) covers the leaves index *
 * 2^level .. (index + 1) * 2^level - 1; level 0 are leaf hashes. Appending says which nodes come to be; roots
 * and proofs read the few they need. Verifiers need no tree.
 *
 * Sizes are at most MERKLE_SIZE_MAX. Pure functions but for the reader; safe in any thread.
 */
#ifndef PKI_TRUST_MERKLE_H
#define PKI_TRUST_MERKLE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum {
    MERKLE_HASH_SIZE = 32,
    MERKLE_LEVELS = 48,    /* deepest tree */
    MERKLE_PROOF_MAX = 50, /* hashes in a proof */
};

#define MERKLE_SIZE_MAX ((uint64_t)1 << (MERKLE_LEVELS - 1))

struct merkle_hash {
    uint8_t bytes[MERKLE_HASH_SIZE];
};

/* Reads the hash of one complete subtree of the tree at hand. false (with *error) when it cannot. */
typedef bool merkle_read(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                         struct ra_error *error);

struct merkle_reader {
    merkle_read *read;
    void *state;
};

struct merkle_node {
    unsigned level;
    uint64_t index;
    struct merkle_hash hash;
};

struct merkle_proof {
    size_t count;
    struct merkle_hash hashes[MERKLE_PROOF_MAX];
};

/* SHA-256(00 || leaf), SHA-256(01 || left || right). RA_CRYPTO on failure. */
RA_MUST_CHECK bool merkle_hash_leaf(struct bytes leaf, struct merkle_hash *hash, struct ra_error *error);
RA_MUST_CHECK bool merkle_hash_node(const struct merkle_hash *left, const struct merkle_hash *right,
                                    struct merkle_hash *hash, struct ra_error *error);

/* The nodes that exist once a leaf is appended to a tree of `size` leaves: its own first, then each subtree
 * that it completes, upwards. Nodes already there are read, the new ones are to be stored by the caller. */
RA_MUST_CHECK bool merkle_append(const struct merkle_reader *reader, uint64_t size,
                                 const struct merkle_hash *leaf, struct merkle_node nodes[MERKLE_LEVELS],
                                 size_t *count, struct ra_error *error);

/* Root of the first `size` leaves; size 0 is SHA-256 of nothing. */
RA_MUST_CHECK bool merkle_root(const struct merkle_reader *reader, uint64_t size, struct merkle_hash *root,
                               struct ra_error *error);

/* Root over leaves held in memory, in the order given: dossiers, small exports. */
RA_MUST_CHECK bool merkle_root_of(const struct bytes *leaves, size_t count, struct merkle_hash *root,
                                  struct ra_error *error);

/* Audit path (RFC 6962 2.1.1) of leaf `index` in the tree of `size` leaves; RA_INVALID unless index < size.
 */
RA_MUST_CHECK bool merkle_prove_inclusion(const struct merkle_reader *reader, uint64_t index, uint64_t size,
                                          struct merkle_proof *proof, struct ra_error *error);

/* Consistency proof (RFC 6962 2.1.2) between sizes; RA_INVALID unless old <= new. Empty when old is 0 or new.
 */
RA_MUST_CHECK bool merkle_prove_consistency(const struct merkle_reader *reader, uint64_t old_size,
                                            uint64_t new_size, struct merkle_proof *proof,
                                            struct ra_error *error);

/* The leaf stands at `index` in the tree of that size and root. RA_VERIFICATION_FAILED, reason "inclusion".
 */
RA_MUST_CHECK bool merkle_verify_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
                                           const struct merkle_proof *proof, const struct merkle_hash *root,
                                           struct ra_error *error);

/* The new tree begins with the old one. RA_VERIFICATION_FAILED, reason "consistency". For old_size 0 the old
 * root must be that of the empty tree and the proof empty. */
RA_MUST_CHECK bool merkle_verify_consistency(uint64_t old_size, const struct merkle_hash *old_root,
                                             uint64_t new_size, const struct merkle_hash *new_root,
                                             const struct merkle_proof *proof, struct ra_error *error);

#endif
