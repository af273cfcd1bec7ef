/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Debian's weak keys: the generator against a figure that others published, the list that the programs carry
 * against the generator, and what a request with such a key hears.
 */
#include "pki/certificate/csr.h"
#include "pki/certificate/debian_keys.h"
#include "pki/weak-keys/key_search.h"
#include "tests/unit/pki-certificate/fixtures.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROCESS = 32767, VARIANTS = MACHINES * RANDOM_FILES, HEX = 2 * MD_RAND_DIGEST, MODULUS_OCTETS = 256 };

/* The keys of the last process, one of each variant. */
static struct {
    size_t count;
    uint8_t modulus[VARIANTS][MODULUS_OCTETS];
    char digest[VARIANTS][HEX + 2]; /* SHA-1 of "Modulus=…" in hexadecimal, and a line end */
    EVP_PKEY *first;
} made;

static void write_digest(const uint8_t modulus[MODULUS_OCTETS], char line[HEX + 2])
{
    char text[sizeof "Modulus=\n" + (size_t)2 * MODULUS_OCTETS] = "Modulus=";
    uint8_t digest[MD_RAND_DIGEST];
    size_t used = strlen(text);
    for (size_t i = 0; i < MODULUS_OCTETS; i++)
        used += (size_t)snprintf(text + used, 3, "%02X", modulus[i]);
    text[used++] = '\n';
    assert_int_equal(EVP_Digest(text, used, digest, NULL, EVP_sha1(), NULL), 1);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(line + 2 * i, 3, "%02x", digest[i]);
    memcpy(line + HEX, "\n", 2);
}

static bool keep(void *closure, uint32_t process, const uint8_t *p, const uint8_t *q, size_t length)
{
    (void)closure;
    assert_int_equal(process, PROCESS);
    assert_int_equal(2 * length, MODULUS_OCTETS);
    BN_CTX *context = BN_CTX_new();
    BIGNUM *first = BN_bin2bn(p, (int)length, NULL), *second = BN_bin2bn(q, (int)length, NULL), *n = BN_new();
    assert_int_equal(BN_mul(n, first, second, context), 1);
    assert_int_equal(BN_bn2binpad(n, made.modulus[made.count], MODULUS_OCTETS), MODULUS_OCTETS);
    write_digest(made.modulus[made.count], made.digest[made.count]);
    if (made.count++ == 0)
        made.first = fixture_key_of_primes(first, second);
    BN_free(first), BN_free(second), BN_free(n);
    BN_CTX_free(context);
    return true;
}

static int make_keys(void **state)
{
    for (int machine = 0; machine < MACHINES; machine++)
        for (int file = 0; file < RANDOM_FILES; file++)
            assert_true(key_search(2048, (enum machine)machine, (enum random_file)file, PROCESS, PROCESS,
                                   keep, NULL));
    assert_int_equal(made.count, VARIANTS);
    return world_setup(state);
}

static int drop_keys(void **state)
{
    EVP_PKEY_free(made.first);
    return world_teardown(state);
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* The figure is that of the tests of github.com/CVE-2008-0166/key_generator: SHA-1 over the nine sorted
 * lines. Theirs is the library of that time; one wrong octet drawn, one candidate more or less, and it
 * differs. */
static void the_generator_makes_the_keys_of_that_library(void **state)
{
    static const uint8_t published[MD_RAND_DIGEST] = {0x2a, 0x91, 0x0e, 0x90, 0x66, 0x24, 0x76,
                                                      0x65, 0x46, 0x11, 0x4d, 0x30, 0x0c, 0xa6,
                                                      0xb6, 0x71, 0xc7, 0xac, 0xc0, 0x8c};
    char lines[VARIANTS][HEX + 2];
    uint8_t digest[MD_RAND_DIGEST];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    (void)state;
    memcpy(lines, made.digest, sizeof lines);
    qsort(lines, VARIANTS, sizeof lines[0], compare_lines);
    assert_int_equal(EVP_DigestInit_ex(hash, EVP_sha1(), NULL), 1);
    for (size_t i = 0; i < VARIANTS; i++)
        assert_int_equal(EVP_DigestUpdate(hash, lines[i], HEX + 1), 1);
    assert_int_equal(EVP_DigestFinal_ex(hash, digest, NULL), 1);
    EVP_MD_CTX_free(hash);
    assert_memory_equal(digest, published, sizeof digest);
}

static void issue_5_3_the_list_holds_every_variant(void **state)
{
    (void)state;
    for (size_t i = 0; i < VARIANTS; i++) {
        enum weak_key weakness = WEAK_KEY_NONE;
        assert_true(weak_key_find((struct bytes){made.modulus[i], MODULUS_OCTETS}, NULL, &weakness));
        if (weakness != WEAK_KEY_DEBIAN)
            fail_msg("variant %zu: %s", i, made.digest[i]);
    }
    assert_int_equal(debian_keys_count(), MD_RAND_PROCESSES * VARIANTS);
}

static void issue_5_3_a_request_with_such_a_key_is_refused_by_its_name(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {0};
    struct csr *csr = NULL;
    struct certificate_profile profile = {.key_bits = {2048}, .key_bits_count = 1};
    struct bytes request = fixture_request(world->memory, made.first, EVP_sha256(), NULL);
    assert_false(csr_accept(world->memory, request, &profile, NULL, &csr, &error));
    assert_string_equal(error.reason, "csr-weak-key");
    assert_non_null(strstr(error.detail, "Debian"));
}

static void a_key_that_differs_in_one_bit_is_none_of_them(void **state)
{
    uint8_t other[MODULUS_OCTETS];
    (void)state;
    memcpy(other, made.modulus[0], sizeof other);
    other[MODULUS_OCTETS / 2] ^= 1;
    enum weak_key weakness = WEAK_KEY_NONE;
    assert_true(weak_key_find((struct bytes){other, sizeof other}, NULL, &weakness));
    assert_int_not_equal(weakness, WEAK_KEY_DEBIAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_makes_the_keys_of_that_library),
        cmocka_unit_test(issue_5_3_the_list_holds_every_variant),
        cmocka_unit_test(issue_5_3_a_request_with_such_a_key_is_refused_by_its_name),
        cmocka_unit_test(a_key_that_differs_in_one_bit_is_none_of_them),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
