/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moduli that can be factored, made here each by its own defect: ROCA's form, close primes, small factors, a
 * list.
 */
#include "pki/base/file.h"
#include "pki/certificate/csr.h"
#include "pki/certificate/lint.h"
#include "tests/unit/pki-certificate/fixtures.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
// clang-format on

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

enum { PRIME_BITS = 1024, MODULUS_OCTETS = 256 };

/* The first prime from `from` on in steps of `step`. */
static void next_prime(BIGNUM *from, const BIGNUM *step, BN_CTX *context)
{
    while (BN_check_prime(from, context, NULL) != 1)
        assert_int_equal(BN_add(from, from, step), 1);
}

static BIGNUM *random_number(int bits)
{
    BIGNUM *number = BN_new();
    assert_int_equal(BN_rand(number, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD), 1);
    return number;
}

static struct bytes modulus_of(TALLOC_CTX *memory, EVP_PKEY *key)
{
    uint8_t octets[MODULUS_OCTETS];
    BIGNUM *n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    int length = BN_bn2bin(n, octets);
    BN_free(n);
    return bytes_copy(memory, octets, (size_t)length);
}

/* Primes 2^distance_bits apart; a hundred rounds reach as far as about 2^514. */
static EVP_PKEY *close_key(int distance_bits)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *two = BN_new(), *p = random_number(PRIME_BITS), *q = BN_new(), *gap = BN_new();
    BN_set_word(two, 2);
    next_prime(p, two, context);
    BN_one(gap);
    BN_lshift(gap, gap, distance_bits);
    BN_add(q, p, gap);
    next_prime(q, two, context);
    EVP_PKEY *key = fixture_key_of_primes(p, q);
    BN_free(two), BN_free(p), BN_free(q), BN_free(gap);
    BN_CTX_free(context);
    return key;
}

static const unsigned primes[] = {2,   3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,
                                  43,  47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101,
                                  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

/* A prime of the defective library's form: k·M + (65537^a mod M), M the product of the first primes. */
static BIGNUM *roca_prime(BN_CTX *context)
{
    BIGNUM *product = BN_new(), *base = BN_new(), *exponent = random_number(64), *prime = BN_new();
    BN_one(product);
    for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++)
        BN_mul_word(product, primes[i]);
    BN_set_word(base, 65537);
    BN_mod_exp(base, base, exponent, product, context);
    BIGNUM *factor = random_number(PRIME_BITS - BN_num_bits(product));
    BN_mul(prime, product, factor, context);
    BN_add(prime, prime, base);
    next_prime(prime, product, context);
    BN_free(product), BN_free(base), BN_free(exponent), BN_free(factor);
    return prime;
}

static EVP_PKEY *roca_key(void)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *p = roca_prime(context), *q = roca_prime(context);
    EVP_PKEY *key = fixture_key_of_primes(p, q);
    BN_free(p), BN_free(q);
    BN_CTX_free(context);
    return key;
}

static enum weak_key weakness_of(struct bytes modulus, const struct weak_key_list *list)
{
    enum weak_key weakness;
    assert_true(weak_key_find(modulus, list, &weakness));
    return weakness;
}

/* The request for `key` is refused as weak, and the linter says why. */
static void refused(const struct world *world, EVP_PKEY *key, const struct weak_key_list *list,
                    const char *code)
{
    const struct lint_about about = {.weak_keys = list};
    struct findings *findings = findings_new(world->memory);
    struct ra_error error = {0};
    struct csr *csr = NULL;
    struct certificate_profile profile = {.key_bits = {2048, 2047, 2046}, .key_bits_count = 3};
    struct bytes request = fixture_request(world->memory, key, EVP_sha256(), NULL);
    assert_false(csr_accept(world->memory, request, &profile, list, &csr, &error));
    assert_string_equal(error.reason, "csr-weak-key");
    assert_true(strlen(error.detail) > 20);
    assert_true(lint_request(request, &about, findings, &error));
    assert_non_null(findings_find(findings, code));
}

static void ordinary_keys_are_strong(void **state)
{
    const struct world *world = *state;
    assert_int_equal(weakness_of(modulus_of(world->memory, world->holder_key), NULL), WEAK_KEY_NONE);
    assert_int_equal(weakness_of(modulus_of(world->memory, world->issuer_key), NULL), WEAK_KEY_NONE);
    assert_int_equal(weakness_of((struct bytes){NULL, 0}, NULL), WEAK_KEY_NONE);
}

static void roca_is_found(void **state)
{
    const struct world *world = *state;
    EVP_PKEY *key = roca_key();
    assert_int_equal(weakness_of(modulus_of(world->memory, key), NULL), WEAK_KEY_ROCA);
    refused(world, key, NULL, "key-roca");
    EVP_PKEY_free(key);
}

static void close_primes_are_found(void **state)
{
    const struct world *world = *state;
    static const int distances[] = {12, 100, 400, 510};
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        EVP_PKEY *key = close_key(distances[i]);
        if (weakness_of(modulus_of(world->memory, key), NULL) != WEAK_KEY_CLOSE_PRIMES)
            fail_msg("primes 2^%d apart", distances[i]);
        if (i == 0)
            refused(world, key, NULL, "key-close-primes");
        EVP_PKEY_free(key);
    }
}

static void squares_and_small_numbers_end(void **state)
{
    const struct world *world = *state;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *p = random_number(PRIME_BITS), *two = BN_new();
    uint8_t octets[MODULUS_OCTETS];
    BN_set_word(two, 2);
    next_prime(p, two, context);
    BN_sqr(p, p, context);
    int length = BN_bn2bin(p, octets);
    assert_int_equal(weakness_of((struct bytes){octets, (size_t)length}, NULL), WEAK_KEY_CLOSE_PRIMES);
    BN_free(p), BN_free(two);
    BN_CTX_free(context);
    for (unsigned number = 1; number < 70000; number += 999) {
        const uint8_t small[] = {(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
        (void)weakness_of((struct bytes){small, sizeof small}, NULL);
    }
    (void)world;
}

static void small_factors_are_found(void **state)
{
    const struct world *world = *state;
    struct bytes modulus = modulus_of(world->memory, world->holder_key);
    uint8_t even[MODULUS_OCTETS];
    memcpy(even, modulus.data, modulus.length);
    even[modulus.length - 1] &= 0xFE;
    assert_int_equal(weakness_of((struct bytes){even, modulus.length}, NULL), WEAK_KEY_SMALL_FACTOR);
    for (unsigned i = 1; i < sizeof primes / sizeof primes[0]; i += 7) {
        BIGNUM *multiple = random_number(2000);
        BN_mul_word(multiple, primes[i]);
        int length = BN_bn2bin(multiple, even);
        assert_int_equal(weakness_of((struct bytes){even, (size_t)length}, NULL), WEAK_KEY_SMALL_FACTOR);
        BN_free(multiple);
    }
}

static const char *write_list(const struct world *world, const char *text)
{
    struct ra_error error = {0};
    const char *path = talloc_asprintf(world->memory, "/tmp/weak-keys-%d", (int)getpid());
    assert_true(file_write(path, bytes_of_text(text), 0600, &error));
    return path;
}

/* The list's own line for a key, by the rule of its package. */
static const char *line_of(const struct world *world, EVP_PKEY *key)
{
    struct bytes modulus = modulus_of(world->memory, key);
    char *text = talloc_strdup(world->memory, "Modulus=");
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    for (size_t i = 0; i < modulus.length; i++)
        text = talloc_asprintf_append(text, "%02X", modulus.data[i]);
    text = talloc_strdup_append(text, "\n");
    assert_int_equal(EVP_Digest(text, strlen(text), digest, &size, EVP_sha1(), NULL), 1);
    return hex_encode(world->memory, (struct bytes){digest + 10, 10});
}

static void keys_of_the_list_are_found(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {0};
    struct weak_key_list *list;
    const char *path =
        write_list(world, talloc_asprintf(world->memory, "# fracas\n%s\r\n\n00112233445566778899\n%s",
                                          "ffffffffffffffffffff", line_of(world, world->holder_key)));
    assert_true(weak_key_list_load(world->memory, path, &list, &error));
    assert_int_equal(weak_key_count(list), weak_key_count(NULL) + 3);
    assert_int_equal(weakness_of(modulus_of(world->memory, world->holder_key), list), WEAK_KEY_LISTED);
    assert_int_equal(weakness_of(modulus_of(world->memory, world->issuer_key), list), WEAK_KEY_NONE);
    refused(world, world->holder_key, list, "key-debian");
    unlink(path);
}

static void a_list_half_understood_is_no_list(void **state)
{
    const struct world *world = *state;
    static const char *const texts[] = {"0011223344556677889\n", "001122334455667788990\n",
                                        "zz112233445566778899\n", "00112233445566778899 x\nnada\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ra_error error = {0};
        struct weak_key_list *list;
        const char *path = write_list(world, texts[i]);
        assert_false(weak_key_list_load(world->memory, path, &list, &error));
        assert_null(list);
        assert_int_equal(error.code, RA_INVALID);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_keys_are_strong),
        cmocka_unit_test(roca_is_found),
        cmocka_unit_test(close_primes_are_found),
        cmocka_unit_test(squares_and_small_numbers_end),
        cmocka_unit_test(small_factors_are_found),
        cmocka_unit_test(keys_of_the_list_are_found),
        cmocka_unit_test(a_list_half_understood_is_no_list),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
