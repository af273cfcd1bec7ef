/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pki/trust/merkle.h"
#include "pki/trust/tile.h"

#include <string.h>

/* A tree kept as arrays of complete subtrees, filled by merkle_append alone. */
struct forest {
    struct merkle_hash *levels[MERKLE_LEVELS];
    uint64_t size;
    uint64_t capacity;
};

static bool forest_read(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                        struct ra_error *error)
{
    const struct forest *forest = state;
    if (level >= MERKLE_LEVELS || index >= forest->size >> level)
        return ra_fail(error, RA_INTERNAL, "the tree has no node (%u, %llu)", level,
                       (unsigned long long)index);
    *hash = forest->levels[level][index];
    return true;
}

static struct merkle_reader reader_of(struct forest *forest)
{
    return (struct merkle_reader){forest_read, forest};
}

static struct merkle_hash leaf_hash(uint64_t number)
{
    struct ra_error error = {0};
    struct merkle_hash hash;
    assert_true(merkle_hash_leaf((struct bytes){(const uint8_t *)&number, sizeof number}, &hash, &error));
    return hash;
}

static void grow(struct forest *forest, uint64_t size)
{
    while (forest->size < size) {
        struct ra_error error = {0};
        struct merkle_node nodes[MERKLE_LEVELS];
        struct merkle_hash leaf = leaf_hash(forest->size);
        struct merkle_reader reader = reader_of(forest);
        size_t count = 0;
        assert_true(merkle_append(&reader, forest->size, &leaf, nodes, &count, &error));
        for (size_t i = 0; i < count; i++)
            forest->levels[nodes[i].level][nodes[i].index] = nodes[i].hash;
        forest->size++;
    }
}

enum { FOREST_SIZE = 65537 + 300 };

static int forest_setup(void **state)
{
    struct forest *forest = talloc_zero(NULL, struct forest);
    forest->capacity = FOREST_SIZE;
    for (unsigned level = 0; level < MERKLE_LEVELS; level++)
        forest->levels[level] =
            talloc_zero_array(forest, struct merkle_hash, (unsigned)(((uint64_t)FOREST_SIZE >> level) + 1));
    grow(forest, FOREST_SIZE);
    *state = forest;
    return 0;
}

static int forest_teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

/* RFC 6962 2.1 word for word, for comparison. */
static uint64_t half_below(uint64_t n)
{
    uint64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static struct merkle_hash naive_root(const struct merkle_hash *leaves, uint64_t n)
{
    struct ra_error error = {0};
    struct merkle_hash hash;
    if (n == 0) {
        assert_true(sha256((struct bytes){NULL, 0}, hash.bytes));
        return hash;
    }
    if (n == 1)
        return leaves[0];
    uint64_t k = half_below(n);
    struct merkle_hash left = naive_root(leaves, k);
    struct merkle_hash right = naive_root(leaves + k, n - k);
    assert_true(merkle_hash_node(&left, &right, &hash, &error));
    return hash;
}

static void naive_path(const struct merkle_hash *leaves, uint64_t m, uint64_t n, struct merkle_proof *proof)
{
    if (n == 1)
        return;
    uint64_t k = half_below(n);
    if (m < k) {
        naive_path(leaves, m, k, proof);
        proof->hashes[proof->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_path(leaves + k, m - k, n - k, proof);
        proof->hashes[proof->count++] = naive_root(leaves, k);
    }
}

static void naive_subproof(const struct merkle_hash *leaves, uint64_t m, uint64_t n, bool whole,
                           struct merkle_proof *proof)
{
    if (m == n) {
        if (!whole)
            proof->hashes[proof->count++] = naive_root(leaves, n);
        return;
    }
    uint64_t k = half_below(n);
    if (m <= k) {
        naive_subproof(leaves, m, k, whole, proof);
        proof->hashes[proof->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_subproof(leaves + k, m - k, n - k, false, proof);
        proof->hashes[proof->count++] = naive_root(leaves, k);
    }
}

static void assert_same_proof(const struct merkle_proof *left, const struct merkle_proof *right)
{
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++)
        assert_memory_equal(left->hashes[i].bytes, right->hashes[i].bytes, MERKLE_HASH_SIZE);
}

static struct merkle_hash root_at(struct forest *forest, uint64_t size)
{
    struct ra_error error = {0};
    struct merkle_hash root;
    struct merkle_reader reader = reader_of(forest);
    assert_true(merkle_root(&reader, size, &root, &error));
    return root;
}

static const uint64_t edges[] = {0,   1,   2,   3,   4,   5,   6,   7,     8,     9,
                                 127, 128, 255, 256, 257, 511, 512, 65535, 65536, 65537};
enum { EDGES = sizeof edges / sizeof edges[0] };

/* The test vectors of RFC 6962's reference implementation (certificate-transparency, eight leaves). */
static void known_roots_come_out(void **state)
{
    (void)state;
    static const char *const leaves[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    static const char *const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    uint8_t data[8][16];
    struct bytes list[8];
    for (size_t i = 0; i < 8; i++) {
        struct ra_error error = {0};
        struct merkle_hash root;
        uint8_t expected[32];
        size_t length = strlen(leaves[i]) / 2;
        assert_true(hex_decode(leaves[i], data[i], length));
        list[i] = (struct bytes){data[i], length};
        assert_true(merkle_root_of(list, i + 1, &root, &error));
        assert_true(hex_decode(roots[i], expected, sizeof expected));
        assert_memory_equal(root.bytes, expected, sizeof expected);
    }
}

static void roots_agree_with_the_definition(void **state)
{
    struct forest *forest = *state;
    for (size_t i = 0; i < EDGES; i++) {
        struct merkle_hash naive = naive_root(forest->levels[0], edges[i]);
        struct merkle_hash root = root_at(forest, edges[i]);
        assert_memory_equal(root.bytes, naive.bytes, MERKLE_HASH_SIZE);
    }
}

static void roots_over_memory_agree_too(void **state)
{
    struct forest *forest = *state;
    static uint64_t numbers[300];
    static struct bytes leaves[300];
    for (size_t i = 0; i < 300; i++) {
        numbers[i] = i;
        leaves[i] = (struct bytes){(const uint8_t *)&numbers[i], sizeof numbers[i]};
    }
    for (size_t size = 0; size <= 300; size++) {
        struct ra_error error = {0};
        struct merkle_hash root;
        struct merkle_hash naive = naive_root(forest->levels[0], size);
        assert_true(merkle_root_of(leaves, size, &root, &error));
        assert_memory_equal(root.bytes, naive.bytes, MERKLE_HASH_SIZE);
    }
}

static void every_inclusion_proof_of_small_trees_is_the_defined_one_and_verifies(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    for (uint64_t size = 1; size <= 40; size++) {
        struct merkle_hash root = root_at(forest, size);
        for (uint64_t index = 0; index < size; index++) {
            struct ra_error error = {0};
            struct merkle_proof proof, naive = {.count = 0};
            assert_true(merkle_prove_inclusion(&reader, index, size, &proof, &error));
            naive_path(forest->levels[0], index, size, &naive);
            assert_same_proof(&proof, &naive);
            assert_true(
                merkle_verify_inclusion(&forest->levels[0][index], index, size, &proof, &root, &error));
        }
    }
}

static void every_consistency_proof_of_small_trees_is_the_defined_one_and_verifies(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    for (uint64_t new_size = 0; new_size <= 40; new_size++)
        for (uint64_t old_size = 0; old_size <= new_size; old_size++) {
            struct ra_error error = {0};
            struct merkle_proof proof, naive = {.count = 0};
            struct merkle_hash old_root = root_at(forest, old_size);
            struct merkle_hash new_root = root_at(forest, new_size);
            assert_true(merkle_prove_consistency(&reader, old_size, new_size, &proof, &error));
            if (old_size > 0)
                naive_subproof(forest->levels[0], old_size, new_size, true, &naive);
            assert_same_proof(&proof, &naive);
            assert_true(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &proof, &error));
        }
}

static void proofs_hold_at_the_edges_and_at_random_places(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    for (unsigned round = 0; round < 600; round++) {
        struct ra_error error = {0};
        struct merkle_proof proof;
        uint64_t new_size = round < EDGES ? edges[round] : next_number() % FOREST_SIZE + 1;
        if (new_size == 0)
            continue;
        uint64_t old_size = next_number() % (new_size + 1);
        struct merkle_hash old_root = root_at(forest, old_size);
        struct merkle_hash new_root = root_at(forest, new_size);
        assert_true(merkle_prove_consistency(&reader, old_size, new_size, &proof, &error));
        assert_true(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &proof, &error));
        uint64_t index = next_number() % new_size;
        assert_true(merkle_prove_inclusion(&reader, index, new_size, &proof, &error));
        assert_true(
            merkle_verify_inclusion(&forest->levels[0][index], index, new_size, &proof, &new_root, &error));
    }
}

static void spoil(struct merkle_hash *hash)
{
    hash->bytes[next_number() % MERKLE_HASH_SIZE] ^= (uint8_t)(1U << next_number() % 8);
}

static void spoilt_inclusion_proofs_are_refused(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    static const uint64_t sizes[] = {1, 2, 3, 7, 8, 9, 255, 256, 257, 65537};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ra_error error = {0};
        struct merkle_proof good, bad;
        uint64_t size = sizes[i];
        uint64_t index = size / 2;
        struct merkle_hash root = root_at(forest, size);
        struct merkle_hash leaf = forest->levels[0][index];
        assert_true(merkle_prove_inclusion(&reader, index, size, &good, &error));
        for (size_t j = 0; j < good.count; j++) {
            bad = good;
            spoil(&bad.hashes[j]);
            assert_false(merkle_verify_inclusion(&leaf, index, size, &bad, &root, &error));
            assert_string_equal(error.reason, "inclusion");
        }
        bad = good;
        bad.count++;
        bad.hashes[good.count] = root;
        assert_false(merkle_verify_inclusion(&leaf, index, size, &bad, &root, &error));
        if (good.count > 0) {
            bad = good;
            bad.count--;
            assert_false(merkle_verify_inclusion(&leaf, index, size, &bad, &root, &error));
            assert_false(merkle_verify_inclusion(&leaf, index ^ 1, size, &good, &root, &error));
        }
        struct merkle_hash other_leaf = leaf;
        spoil(&other_leaf);
        assert_false(merkle_verify_inclusion(&other_leaf, index, size, &good, &root, &error));
        struct merkle_hash other_root = root;
        spoil(&other_root);
        assert_false(merkle_verify_inclusion(&leaf, index, size, &good, &other_root, &error));
        assert_false(merkle_verify_inclusion(&leaf, size, size, &good, &root, &error));
        assert_false(merkle_verify_inclusion(&leaf, 0, 0, &good, &root, &error));
        bad = good;
        bad.count = MERKLE_PROOF_MAX + 1;
        assert_false(merkle_verify_inclusion(&leaf, index, size, &bad, &root, &error));
    }
}

/* The root of a smaller tree under a larger size: the path is too short for it. */
static void a_path_that_ends_too_soon_is_refused(void **state)
{
    struct forest *forest = *state;
    struct ra_error error = {0};
    struct merkle_reader reader = reader_of(forest);
    struct merkle_proof proof = {.count = 0};
    struct merkle_hash root = root_at(forest, 1);
    assert_false(merkle_verify_inclusion(&forest->levels[0][0], 0, 2, &proof, &root, &error));
    root = root_at(forest, 4);
    assert_true(merkle_prove_inclusion(&reader, 1, 4, &proof, &error));
    assert_true(merkle_verify_inclusion(&forest->levels[0][1], 1, 4, &proof, &root, &error));
    assert_false(merkle_verify_inclusion(&forest->levels[0][1], 1, 8, &proof, &root, &error));
    struct merkle_hash old_root = root_at(forest, 2);
    assert_true(merkle_prove_consistency(&reader, 2, 4, &proof, &error));
    assert_true(merkle_verify_consistency(2, &old_root, 4, &root, &proof, &error));
    assert_false(merkle_verify_consistency(2, &old_root, 8, &root, &proof, &error));
}

static void spoilt_consistency_proofs_are_refused(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    static const uint64_t pairs[][2] = {{1, 2},       {2, 3},         {3, 7},        {4, 8},
                                        {6, 8},       {7, 8},         {255, 256},    {256, 257},
                                        {100, 65537}, {65536, 65537}, {65535, 65536}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct ra_error error = {0};
        struct merkle_proof good, bad;
        uint64_t old_size = pairs[i][0], new_size = pairs[i][1];
        struct merkle_hash old_root = root_at(forest, old_size), new_root = root_at(forest, new_size);
        assert_true(merkle_prove_consistency(&reader, old_size, new_size, &good, &error));
        for (size_t j = 0; j < good.count; j++) {
            bad = good;
            spoil(&bad.hashes[j]);
            assert_false(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &bad, &error));
            assert_string_equal(error.reason, "consistency");
        }
        bad = good;
        bad.count--;
        assert_false(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &bad, &error));
        bad = good;
        bad.hashes[bad.count++] = new_root;
        assert_false(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &bad, &error));
        bad.count = 0;
        assert_false(merkle_verify_consistency(old_size, &old_root, new_size, &new_root, &bad, &error));
        assert_false(merkle_verify_consistency(new_size, &new_root, old_size, &old_root, &good, &error));
        struct merkle_hash other = old_root;
        spoil(&other);
        assert_false(merkle_verify_consistency(old_size, &other, new_size, &new_root, &good, &error));
        other = new_root;
        spoil(&other);
        assert_false(merkle_verify_consistency(old_size, &old_root, new_size, &other, &good, &error));
    }
}

static void a_rewritten_history_has_no_proof(void **state)
{
    struct forest *forest = *state;
    struct ra_error error = {0};
    struct forest *other = talloc_zero(forest, struct forest);
    for (unsigned level = 0; level < MERKLE_LEVELS; level++)
        other->levels[level] =
            talloc_zero_array(other, struct merkle_hash, (unsigned)(((uint64_t)300 >> level) + 1));
    /* The same leaves but for one in the middle. */
    for (uint64_t i = 0; i < 300; i++) {
        struct merkle_node nodes[MERKLE_LEVELS];
        struct merkle_hash leaf = leaf_hash(i == 100 ? 999999 : i);
        struct merkle_reader reader = reader_of(other);
        size_t count = 0;
        assert_true(merkle_append(&reader, other->size, &leaf, nodes, &count, &error));
        for (size_t j = 0; j < count; j++)
            other->levels[nodes[j].level][nodes[j].index] = nodes[j].hash;
        other->size++;
    }
    struct merkle_reader rewritten = reader_of(other);
    struct merkle_proof proof;
    struct merkle_hash old_root = root_at(forest, 200), new_root = root_at(other, 300);
    assert_true(merkle_prove_consistency(&rewritten, 200, 300, &proof, &error));
    assert_false(merkle_verify_consistency(200, &old_root, 300, &new_root, &proof, &error));
}

static void trees_of_no_size_have_their_own_rules(void **state)
{
    struct forest *forest = *state;
    struct ra_error error = {0};
    struct merkle_reader reader = reader_of(forest);
    struct merkle_proof proof, filled = {.count = 1};
    struct merkle_hash empty = root_at(forest, 0), some = root_at(forest, 9);
    assert_true(merkle_prove_consistency(&reader, 0, 9, &proof, &error));
    assert_int_equal(proof.count, 0);
    assert_true(merkle_verify_consistency(0, &empty, 9, &some, &proof, &error));
    assert_false(merkle_verify_consistency(0, &some, 9, &some, &proof, &error));
    assert_false(merkle_verify_consistency(0, &empty, 9, &some, &filled, &error));
    assert_true(merkle_verify_consistency(9, &some, 9, &some, &proof, &error));
    assert_false(merkle_verify_consistency(9, &some, 9, &empty, &proof, &error));
    assert_false(merkle_verify_consistency(9, &some, 9, &some, &filled, &error));
    assert_false(merkle_prove_inclusion(&reader, 0, 0, &proof, &error));
    assert_false(merkle_prove_inclusion(&reader, 9, 9, &proof, &error));
    assert_false(merkle_prove_consistency(&reader, 10, 9, &proof, &error));
    assert_false(merkle_root(&reader, MERKLE_SIZE_MAX + 1, &empty, &error));
}

static void a_reader_that_fails_is_believed(void **state)
{
    struct forest *forest = *state;
    struct merkle_reader reader = reader_of(forest);
    struct ra_error error = {0};
    struct merkle_hash root;
    struct merkle_proof proof;
    struct merkle_node nodes[MERKLE_LEVELS];
    size_t count = 0;
    assert_false(merkle_root(&reader, FOREST_SIZE + 1, &root, &error));
    assert_int_equal(error.code, RA_INTERNAL);
    assert_false(merkle_prove_inclusion(&reader, 0, FOREST_SIZE + 1, &proof, &error));
    assert_false(merkle_prove_consistency(&reader, 1, FOREST_SIZE + 1, &proof, &error));
    assert_false(merkle_append(&reader, FOREST_SIZE + 2, &forest->levels[0][0], nodes, &count, &error));
    assert_false(merkle_append(&reader, MERKLE_SIZE_MAX, &forest->levels[0][0], nodes, &count, &error));
}

/* --- tiles --- */

static void tile_paths_go_there_and_back(void **state)
{
    (void)state;
    static const struct {
        struct tile tile;
        const char *path;
    } known[] = {
        {{0, 0, 256}, "tile/0/000"},
        {{0, 67, 256}, "tile/0/067"},
        {{0, 999, 256}, "tile/0/999"},
        {{0, 1000, 256}, "tile/0/x001/000"},
        {{0, 1234067, 256}, "tile/0/x001/x234/067"},
        {{1, 1234067, 3}, "tile/1/x001/x234/067.p/3"},
        {{5, 0, 255}, "tile/5/000.p/255"},
        {{0, 1000000000, 1}, "tile/0/x001/x000/x000/000.p/1"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char path[TILE_PATH_SIZE];
        struct tile tile;
        assert_true(tile_path(&known[i].tile, path));
        assert_string_equal(path, known[i].path);
        assert_true(tile_parse(path, &tile));
        assert_int_equal(tile.level, known[i].tile.level);
        assert_int_equal(tile.index, known[i].tile.index);
        assert_int_equal(tile.width, known[i].tile.width);
    }
}

static void other_tile_paths_are_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x1/000",
        "tile/0/001/000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1x",
        "tile/6/000",
        "tile/-1/000",
        "tile/0/+00",
        "tile/0/ 00",
        "tile/0/00a",
        "tile/0/000\n",
        "tile/x001/000",
        "tile/entries/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x000/x001/000",
        "tile/1000/000",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct tile tile;
        if (tile_parse(paths[i], &tile))
            fail_msg("%s was accepted", paths[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_roots_come_out),
        cmocka_unit_test(roots_agree_with_the_definition),
        cmocka_unit_test(roots_over_memory_agree_too),
        cmocka_unit_test(every_inclusion_proof_of_small_trees_is_the_defined_one_and_verifies),
        cmocka_unit_test(every_consistency_proof_of_small_trees_is_the_defined_one_and_verifies),
        cmocka_unit_test(proofs_hold_at_the_edges_and_at_random_places),
        cmocka_unit_test(spoilt_inclusion_proofs_are_refused),
        cmocka_unit_test(a_path_that_ends_too_soon_is_refused),
        cmocka_unit_test(spoilt_consistency_proofs_are_refused),
        cmocka_unit_test(a_rewritten_history_has_no_proof),
        cmocka_unit_test(trees_of_no_size_have_their_own_rules),
        cmocka_unit_test(a_reader_that_fails_is_believed),
        cmocka_unit_test(tile_paths_go_there_and_back),
        cmocka_unit_test(other_tile_paths_are_refused),
    };
    return cmocka_run_group_tests(tests, forest_setup, forest_teardown);
}
