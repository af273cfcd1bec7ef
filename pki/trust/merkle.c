/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/merkle.h"

#include <openssl/evp.h>
#include <string.h>

static bool hash_parts(uint8_t prefix, struct bytes first, struct bytes second, struct merkle_hash *hash,
                       struct ra_error *error)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, &prefix, 1) == 1 &&
                (first.length == 0 || EVP_DigestUpdate(context, first.data, first.length) == 1) &&
                (second.length == 0 || EVP_DigestUpdate(context, second.data, second.length) == 1) &&
                EVP_DigestFinal_ex(context, hash->bytes, NULL) == 1;
    EVP_MD_CTX_free(context);
    return done || ra_fail_crypto(error, "Merkle hash");
}

bool merkle_hash_leaf(struct bytes leaf, struct merkle_hash *hash, struct ra_error *error)
{
    return hash_parts(0, leaf, (struct bytes){NULL, 0}, hash, error);
}

bool merkle_hash_node(const struct merkle_hash *left, const struct merkle_hash *right,
                      struct merkle_hash *hash, struct ra_error *error)
{
    /* `hash` may be one of the children. */
    struct merkle_hash copies[2] = {*left, *right};
    return hash_parts(1, (struct bytes){copies[0].bytes, MERKLE_HASH_SIZE},
                      (struct bytes){copies[1].bytes, MERKLE_HASH_SIZE}, hash, error);
}

static bool hash_nothing(struct merkle_hash *hash, struct ra_error *error)
{
    return sha256((struct bytes){NULL, 0}, hash->bytes) || ra_fail_crypto(error, "Merkle hash");
}

static bool same_hash(const struct merkle_hash *left, const struct merkle_hash *right)
{
    return memcmp(left->bytes, right->bytes, MERKLE_HASH_SIZE) == 0;
}

bool merkle_append(const struct merkle_reader *reader, uint64_t size, const struct merkle_hash *leaf,
                   struct merkle_node nodes[MERKLE_LEVELS], size_t *count, struct ra_error *error)
{
    if (size >= MERKLE_SIZE_MAX)
        return ra_fail(error, RA_INVALID, "Merkle tree: full");
    nodes[0] = (struct merkle_node){.level = 0, .index = size, .hash = *leaf};
    *count = 1;
    for (unsigned level = 0; (size >> level & 1) != 0; level++) {
        const struct merkle_node *right = &nodes[*count - 1];
        struct merkle_hash left;
        struct merkle_node *parent = &nodes[*count];
        if (!reader->read(reader->state, level, right->index - 1, &left, error))
            return false;
        *parent = (struct merkle_node){.level = level + 1, .index = right->index >> 1};
        if (!merkle_hash_node(&left, &right->hash, &parent->hash, error))
            return false;
        (*count)++;
    }
    return true;
}

/* Hash of the leaves begin .. end-1, at least one, where `begin` is a multiple of the largest complete
 * subtree that fits: the range is a row of complete subtrees of falling size, folded from the right. */
static bool hash_range(const struct merkle_reader *reader, uint64_t begin, uint64_t end,
                       struct merkle_hash *hash, struct ra_error *error)
{
    bool folding = false;
    uint64_t length = end - begin;
    for (unsigned level = 0; level < MERKLE_LEVELS && length >> level != 0; level++) {
        struct merkle_hash peak;
        if ((length >> level & 1) == 0)
            continue;
        end -= (uint64_t)1 << level;
        if (!reader->read(reader->state, level, end >> level, &peak, error))
            return false;
        if (!folding)
            *hash = peak;
        else if (!merkle_hash_node(&peak, hash, hash, error))
            return false;
        folding = true;
    }
    return true;
}

bool merkle_root(const struct merkle_reader *reader, uint64_t size, struct merkle_hash *root,
                 struct ra_error *error)
{
    if (size > MERKLE_SIZE_MAX)
        return ra_fail(error, RA_INVALID, "Merkle tree: no such size");
    return size == 0 ? hash_nothing(root, error) : hash_range(reader, 0, size, root, error);
}

bool merkle_root_of(const struct bytes *leaves, size_t count, struct merkle_hash *root,
                    struct ra_error *error)
{
    struct merkle_hash peaks[64]; /* complete subtrees, largest first */
    size_t height = 0;
    if (count == 0)
        return hash_nothing(root, error);
    for (size_t i = 0; i < count; i++) {
        if (!merkle_hash_leaf(leaves[i], &peaks[height++], error))
            return false;
        for (size_t size = i + 1; size % 2 == 0; size /= 2, height--)
            if (!merkle_hash_node(&peaks[height - 2], &peaks[height - 1], &peaks[height - 2], error))
                return false;
    }
    for (; height > 1; height--)
        if (!merkle_hash_node(&peaks[height - 2], &peaks[height - 1], &peaks[height - 2], error))
            return false;
    *root = peaks[0];
    return true;
}

/* Where a tree of `size` > 1 leaves splits: the largest power of two below it. */
static uint64_t split_at(uint64_t size)
{
    uint64_t half = 1;
    while (half << 1 < size)
        half <<= 1;
    return half;
}

static bool push_range(const struct merkle_reader *reader, uint64_t begin, uint64_t end,
                       struct merkle_proof *proof, struct ra_error *error)
{
    if (proof->count == MERKLE_PROOF_MAX)
        return ra_fail(error, RA_INTERNAL, "Merkle proof: too long");
    return hash_range(reader, begin, end, &proof->hashes[proof->count++], error);
}

/* Proofs are gathered from the root down and read from the bottom up. */
static void turn_round(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct merkle_hash kept = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = kept;
    }
}

bool merkle_prove_inclusion(const struct merkle_reader *reader, uint64_t index, uint64_t size,
                            struct merkle_proof *proof, struct ra_error *error)
{
    uint64_t begin = 0;
    uint64_t end = size;
    proof->count = 0;
    if (index >= size || size > MERKLE_SIZE_MAX)
        return ra_fail(error, RA_INVALID, "Merkle proof: no such leaf");
    while (end - begin > 1) {
        uint64_t middle = begin + split_at(end - begin);
        bool left = index < middle;
        if (!push_range(reader, left ? middle : begin, left ? end : middle, proof, error))
            return false;
        *(left ? &end : &begin) = middle;
    }
    turn_round(proof);
    return true;
}

bool merkle_prove_consistency(const struct merkle_reader *reader, uint64_t old_size, uint64_t new_size,
                              struct merkle_proof *proof, struct ra_error *error)
{
    uint64_t begin = 0;
    uint64_t end = new_size;
    proof->count = 0;
    if (old_size > new_size || new_size > MERKLE_SIZE_MAX)
        return ra_fail(error, RA_INVALID, "Merkle proof: no such sizes");
    if (old_size == 0 || old_size == new_size)
        return true;
    while (end != old_size) {
        uint64_t middle = begin + split_at(end - begin);
        bool left = old_size <= middle;
        if (!push_range(reader, left ? middle : begin, left ? end : middle, proof, error))
            return false;
        *(left ? &end : &begin) = middle;
    }
    /* The verifier knows the old root, so the subtree that is the whole old tree is left out. */
    if (begin != 0 && !push_range(reader, begin, end, proof, error))
        return false;
    turn_round(proof);
    return true;
}

static bool refuse(struct ra_error *error, const char *reason)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, reason, "A prova da árvore não confere.");
}

/* Up to where the path of a last leaf joins another: levels without a sibling. */
static void climb_lone(uint64_t *from, uint64_t *last)
{
    while ((*from & 1) == 0 && *from != 0) {
        *from >>= 1;
        *last >>= 1;
    }
}

/* RFC 9162 2.1.3.2 */
bool merkle_verify_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
                             const struct merkle_proof *proof, const struct merkle_hash *root,
                             struct ra_error *error)
{
    if (index >= size || size > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
        return refuse(error, "inclusion");
    uint64_t from = index;
    uint64_t last = size - 1;
    struct merkle_hash reached = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        const struct merkle_hash *sibling = &proof->hashes[i];
        if (last == 0)
            return refuse(error, "inclusion");
        bool on_left = (from & 1) != 0 || from == last;
        if (!merkle_hash_node(on_left ? sibling : &reached, on_left ? &reached : sibling, &reached, error))
            return false;
        if (on_left)
            climb_lone(&from, &last);
        from >>= 1;
        last >>= 1;
    }
    return (last == 0 && same_hash(&reached, root)) || refuse(error, "inclusion");
}

/* RFC 9162 2.1.4.2 for 0 < old_size < new_size: both roots are rebuilt from one path. */
static bool rebuild_roots(uint64_t old_size, const struct merkle_hash *old_root, uint64_t new_size,
                          const struct merkle_proof *proof, struct merkle_hash rebuilt[2],
                          struct ra_error *error)
{
    uint64_t from = old_size - 1;
    uint64_t last = new_size - 1;
    bool whole = (old_size & from) == 0; /* the old tree is one complete subtree: its root starts the path */
    size_t next = whole ? 0 : 1;
    if (proof->count == 0)
        return refuse(error, "consistency");
    while ((from & 1) != 0) {
        from >>= 1;
        last >>= 1;
    }
    rebuilt[0] = whole ? *old_root : proof->hashes[0];
    rebuilt[1] = rebuilt[0];
    for (; next < proof->count; next++) {
        const struct merkle_hash *sibling = &proof->hashes[next];
        if (last == 0)
            return refuse(error, "consistency");
        if ((from & 1) != 0 || from == last) {
            if (!merkle_hash_node(sibling, &rebuilt[0], &rebuilt[0], error) ||
                !merkle_hash_node(sibling, &rebuilt[1], &rebuilt[1], error))
                return false;
            climb_lone(&from, &last);
        } else if (!merkle_hash_node(&rebuilt[1], sibling, &rebuilt[1], error)) {
            return false;
        }
        from >>= 1;
        last >>= 1;
    }
    return last == 0 || refuse(error, "consistency");
}

bool merkle_verify_consistency(uint64_t old_size, const struct merkle_hash *old_root, uint64_t new_size,
                               const struct merkle_hash *new_root, const struct merkle_proof *proof,
                               struct ra_error *error)
{
    struct merkle_hash rebuilt[2] = {*old_root, *new_root};
    if (old_size > new_size || new_size > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
        return refuse(error, "consistency");
    if (old_size == 0 && !hash_nothing(&rebuilt[0], error))
        return false;
    if (old_size == new_size)
        rebuilt[1] = *old_root;
    if (old_size == 0 || old_size == new_size) {
        if (proof->count != 0)
            return refuse(error, "consistency");
    } else if (!rebuild_roots(old_size, old_root, new_size, proof, rebuilt, error)) {
        return false;
    }
    return (same_hash(&rebuilt[0], old_root) && same_hash(&rebuilt[1], new_root)) ||
           refuse(error, "consistency");
}
