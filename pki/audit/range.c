/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/range.h"

#include <string.h>

static size_t bits_set(uint64_t number)
{
    size_t count = 0;
    for (; number != 0; number &= number - 1) {
        count++;
    }
    return count;
}

bool range_start(struct range *range, uint64_t size, const struct merkle_hash *peaks, size_t count,
                 struct ra_error *error)
{
    *range = (struct range){.size = size};
    if (size > MERKLE_SIZE_MAX || count != bits_set(size)) {
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "export-proof",
                              "a prova do começo não tem as subárvores que deveria");
    }
    for (; range->count < count; range->count++) {
        range->peaks[range->count] = peaks[range->count];
    }
    return true;
}

bool range_append(struct range *range, const struct merkle_hash *leaf, struct ra_error *error)
{
    struct merkle_hash hash = *leaf;
    if (range->size >= MERKLE_SIZE_MAX) {
        return ra_fail(error, RA_TOO_LARGE, "folhas demais");
    }
    /* Each low bit that is set is a peak of the same height as what has grown so far. */
    for (uint64_t rest = range->size; (rest & 1) != 0; rest >>= 1) {
        if (!merkle_hash_node(&range->peaks[range->count - 1], &hash, &hash, error)) {
            return false;
        }
        range->count--;
    }
    range->peaks[range->count++] = hash;
    range->size++;
    return true;
}

bool range_root(const struct range *range, struct merkle_hash *root, struct ra_error *error)
{
    if (range->count == 0) {
        return merkle_root_of(NULL, 0, root, error);
    }
    *root = range->peaks[range->count - 1];
    for (size_t at = range->count - 1; at-- > 0;) {
        if (!merkle_hash_node(&range->peaks[at], root, root, error)) {
            return false;
        }
    }
    return true;
}
