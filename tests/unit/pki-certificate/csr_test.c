/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which certificate requests are accepted, and the stable reason of each refusal. Keys are made here.
 */
#include "pki/certificate/csr.h"
#include "tests/unit/pki-certificate/fixtures.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static void refuses_for(const struct world *world, const struct certificate_profile *profile,
                        struct bytes input, const char *reason)
{
    struct ra_error error = {.code = RA_OK};
    struct csr *csr = NULL;
    assert_false(csr_accept(world->memory, input, profile, NULL, &csr, &error));
    assert_null(csr);
    assert_int_equal(error.code, RA_CSR_REFUSED);
    assert_string_equal(error.reason, reason);
    assert_true(strlen(error.detail) > 20);
    assert_int_equal(ERR_peek_error(), 0);
}

static void refuses(const struct world *world, struct bytes input, const char *reason)
{
    refuses_for(world, world->person_profile, input, reason);
}

static struct csr *accepts(const struct world *world, struct bytes input)
{
    struct ra_error error = {.code = RA_OK};
    struct csr *csr = NULL;
    if (!csr_accept(world->memory, input, world->person_profile, NULL, &csr, &error))
        fail_msg("%s: %s", error.reason, error.detail);
    return csr;
}

/* PEM of a DER object; "before" and "after" stand outside the block. */
static struct bytes to_pem(const struct world *world, struct bytes der, const char *label, const char *before,
                           const char *after)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *data = NULL;
    assert_true(BIO_puts(output, before) >= 0);
    assert_true(PEM_write_bio(output, label, "", der.data, (long)der.length) > 0);
    assert_true(BIO_puts(output, after) >= 0);
    long length = BIO_get_mem_data(output, &data);
    struct bytes pem = bytes_copy(world->memory, data, (size_t)length);
    BIO_free(output);
    return pem;
}

static void der_and_pem_are_accepted(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    struct bytes spki = fixture_spki(world->memory, world->holder_key);
    uint8_t digest[32];
    assert_true(sha256(spki, digest));
    const struct bytes inputs[] = {
        der,
        to_pem(world, der, "CERTIFICATE REQUEST", "", ""),
        to_pem(world, der, "CERTIFICATE REQUEST", "\r\n  ", "\n \t\n"),
        to_pem(world, der, "CERTIFICATE REQUEST", "Subject: CN=x\n\tbits:\r\n\n", ""),
        to_pem(world, der, "NEW CERTIFICATE REQUEST", "", ""),
        fixture_request(world->memory, world->holder_key, EVP_sha384(), NULL),
        fixture_request(world->memory, world->holder_key, EVP_sha512(), NULL),
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        struct csr *csr = accepts(world, inputs[i]);
        assert_true(bytes_equal(csr->spki, spki));
        assert_memory_equal(csr->spki_digest, digest, sizeof digest);
        assert_int_equal(csr->key_bits, 2048);
        assert_int_equal(csr->key_type, EVP_PKEY_RSA);
        assert_non_null(csr->request);
        talloc_free(csr);
    }
}

static void what_is_not_one_request_is_malformed(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    struct bytes pem = to_pem(world, der, "CERTIFICATE REQUEST", "", "");
    uint8_t *longer = talloc_size(world->memory, der.length + 1);
    memcpy(longer, der.data, der.length);
    longer[der.length] = 0;
    char *twice = talloc_asprintf(world->memory, "%.*s%.*s", (int)pem.length, (const char *)pem.data,
                                  (int)pem.length, (const char *)pem.data);
    uint8_t *huge = talloc_zero_size(world->memory, CSR_MAX + 1);
    memcpy(huge, der.data, der.length);
    refuses(world, (struct bytes){NULL, 0}, "csr-malformed");
    refuses(world, bytes_of_text("bom dia"), "csr-malformed");
    refuses(world, (struct bytes){longer, der.length + 1}, "csr-malformed");
    refuses(world, (struct bytes){der.data, der.length - 1}, "csr-malformed");
    refuses(world, bytes_of_text(twice), "csr-malformed");
    refuses(world, (struct bytes){huge, CSR_MAX + 1}, "csr-malformed");
    refuses(world, to_pem(world, der, "CERTIFICATE REQUEST", "Subject: CN=x ", ""), "csr-malformed");
    refuses(world, to_pem(world, der, "CERTIFICATE REQUEST", "\x01\n", ""), "csr-malformed");
    refuses(world,
            to_pem(world, der, "CERTIFICATE REQUEST", "-----BEGIN X-----\nMAA=\n-----END X-----\n", ""),
            "csr-malformed");
    refuses(world, to_pem(world, der, "CERTIFICATE REQUEST", "", "lixo"), "csr-malformed");
    refuses(world, to_pem(world, der, "CERTIFICATE", "", ""), "csr-malformed");
    refuses(world, to_pem(world, (struct bytes){longer, der.length + 1}, "CERTIFICATE REQUEST", "", ""),
            "csr-malformed");
}

static void every_truncation_is_malformed(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    for (size_t length = 1; length < der.length; length += 7)
        refuses(world, (struct bytes){der.data, length}, "csr-malformed");
}

/* Changes the last bit of the signature. */
static void a_bad_self_signature_is_refused(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    uint8_t *bent = talloc_memdup(world->memory, der.data, der.length);
    bent[der.length - 1] ^= 1;
    refuses(world, (struct bytes){bent, der.length}, "csr-signature");
}

static const struct world *request_world;

static void put_another_key(X509_REQ *request)
{
    assert_int_equal(X509_REQ_set_pubkey(request, request_world->issuer_key), 1);
}

/* Somebody else's public key under a signature of one's own. */
static void a_key_one_does_not_hold_is_refused(void **state)
{
    const struct world *world = *state;
    request_world = world;
    refuses(world, fixture_request(world->memory, world->holder_key, EVP_sha256(), put_another_key),
            "csr-signature");
}

static void weak_digests_are_refused(void **state)
{
    const struct world *world = *state;
    refuses(world, fixture_request(world->memory, world->holder_key, EVP_sha1(), NULL), "csr-algorithm");
    refuses(world, fixture_request(world->memory, world->holder_key, EVP_md5(), NULL), "csr-algorithm");
}

static void rsa_1024_and_3072_are_refused(void **state)
{
    const struct world *world = *state;
    static const unsigned sizes[] = {1024, 3072};
    for (size_t i = 0; i < 2; i++) {
        EVP_PKEY *key = fixture_rsa(sizes[i], 65537);
        refuses(world, fixture_request(world->memory, key, EVP_sha256(), NULL), "csr-key-size");
        EVP_PKEY_free(key);
    }
}

static void the_profile_decides_the_size(void **state)
{
    const struct world *world = *state;
    struct certificate_profile larger = *world->person_profile;
    larger.key_bits[0] = 4096;
    refuses_for(world, &larger, fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL),
                "csr-key-size");
    larger.key_bits[1] = 2048;
    larger.key_bits_count = 2;
    struct ra_error error = {.code = RA_OK};
    struct csr *csr = NULL;
    assert_true(csr_accept(world->memory,
                           fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL), &larger,
                           NULL, &csr, &error));
}

static void a_promised_key_is_refused_by_the_same_reasons(void **state)
{
    const struct world *world = *state;
    static const struct {
        int type;
        unsigned bits;
        const char *reason; /* NULL: it fits */
    } rows[] = {{EVP_PKEY_RSA, 2048, NULL},
                {EVP_PKEY_RSA, 4096, "csr-key-size"},
                {EVP_PKEY_RSA, 0, "csr-key-size"},
                {EVP_PKEY_EC, 2048, "csr-algorithm"},
                {EVP_PKEY_NONE, 2048, "csr-unverifiable"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ra_error error = {.code = RA_OK};
        bool fits = csr_check_key(rows[i].type, rows[i].bits, world->person_profile, &error);
        assert_int_equal(fits, rows[i].reason == NULL);
        assert_string_equal(error.reason, rows[i].reason != NULL ? rows[i].reason : "");
    }
}

static void exponents_other_than_65537_are_refused(void **state)
{
    const struct world *world = *state;
    static const unsigned exponents[] = {3, 17, 65539};
    for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        EVP_PKEY *key = fixture_rsa(2048, exponents[i]);
        refuses(world, fixture_request(world->memory, key, EVP_sha256(), NULL), "csr-exponent");
        EVP_PKEY_free(key);
    }
}

/* RSA restricted to PSS: another algorithm identifier, so another key for every verifier. */
static EVP_PKEY *pss_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

static void keys_other_than_rsa_are_refused(void **state)
{
    const struct world *world = *state;
    EVP_PKEY *keys[] = {EVP_EC_gen("P-256"), EVP_EC_gen("P-384"), EVP_EC_gen("brainpoolP256r1"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), pss_key()};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(keys[i]);
        const EVP_MD *digest = EVP_PKEY_get_base_id(keys[i]) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
        refuses(world, fixture_request(world->memory, keys[i], digest, NULL), "csr-algorithm");
        EVP_PKEY_free(keys[i]);
    }
}

/* The key's algorithm becomes one that this library has never heard of (E-521 of root v7; ML-DSA would be the
 * same): not called wrong, and not let through. */
static void an_unknown_algorithm_is_not_verifiable_here(void **state)
{
    const struct world *world = *state;
    static const uint8_t rsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
    static const uint8_t unknown[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11};
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    uint8_t *bent = talloc_memdup(world->memory, der.data, der.length);
    uint8_t *at = memmem(bent, der.length, rsa, sizeof rsa);
    assert_non_null(at);
    memcpy(at, unknown, sizeof unknown);
    refuses(world, (struct bytes){bent, der.length}, "csr-unverifiable");
}

/* A modulus with a small factor: whoever made it does not protect it. */
static void a_key_that_is_no_rsa_key_is_refused(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    struct bytes spki = fixture_spki(world->memory, world->holder_key);
    uint8_t *bent = talloc_memdup(world->memory, der.data, der.length);
    uint8_t *at = memmem(bent, der.length, spki.data, spki.length);
    assert_non_null(at);
    /* The modulus ends before 02 03 01 00 01. */
    at[spki.length - 6] = (uint8_t)(at[spki.length - 6] & 0xFE);
    refuses(world, (struct bytes){bent, der.length}, "csr-weak-key");
}

static void set_challenge(X509_REQ *request)
{
    assert_int_equal(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, MBSTRING_ASC,
                                               (const unsigned char *)"segredo", -1),
                     1);
}

static void a_challenge_password_is_refused(void **state)
{
    const struct world *world = *state;
    refuses(world, fixture_request(world->memory, world->holder_key, EVP_sha256(), set_challenge),
            "csr-malformed");
}

static void set_later_version(X509_REQ *request)
{
    assert_int_equal(X509_REQ_set_version(request, 1), 1);
}

static void another_version_is_malformed(void **state)
{
    const struct world *world = *state;
    refuses(world, fixture_request(world->memory, world->holder_key, EVP_sha256(), set_later_version),
            "csr-malformed");
}

static void set_hostile_content(X509_REQ *request)
{
    X509_NAME *name = X509_NAME_new();
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *constraints = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "email:outro@exemplo.test.br");
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)"OUTRA PESSOA:98765432100", -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_subject_name(request, name), 1);
    assert_true(sk_X509_EXTENSION_push(extensions, constraints) > 0);
    assert_true(sk_X509_EXTENSION_push(extensions, names) > 0);
    assert_int_equal(X509_REQ_add_extensions(request, extensions), 1);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_NAME_free(name);
}

/* Hostile subject and SAN change nothing: the template comes from the order. */
static void only_the_key_is_taken(void **state)
{
    const struct world *world = *state;
    struct bytes plain = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    struct bytes hostile =
        fixture_request(world->memory, world->holder_key, EVP_sha256(), set_hostile_content);
    struct csr *first = accepts(world, plain);
    struct csr *second = accepts(world, hostile);
    assert_true(bytes_equal(first->spki, second->spki));
    assert_memory_equal(first->spki_digest, second->spki_digest, 32);
}

/* The algorithm's NULL left out: the same key, another digest. */
static void another_encoding_of_the_key_is_malformed(void **state)
{
    const struct world *world = *state;
    static const uint8_t with_null[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    struct bytes spki = fixture_spki(world->memory, world->holder_key);
    assert_memory_equal(spki.data + 4, with_null, sizeof with_null);
    uint8_t *bent = talloc_size(world->memory, spki.length);
    /* Outer SEQUENCE two bytes shorter, inner one ends before 05 00. */
    memcpy(bent, spki.data, 4 + 13);
    bent[2] = (uint8_t)((spki.length - 6) >> 8);
    bent[3] = (uint8_t)(spki.length - 6);
    bent[5] = 0x0b;
    memcpy(bent + 4 + 13, spki.data + 4 + 15, spki.length - 19);
    const unsigned char *at = bent;
    X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &at, (long)spki.length - 2);
    assert_non_null(key);
    X509_REQ *request = X509_REQ_new();
    assert_int_equal(X509_REQ_set_pubkey(request, world->holder_key), 1);
    X509_PUBKEY *slot = X509_REQ_get_X509_PUBKEY(request);
    ASN1_OBJECT *algorithm = OBJ_nid2obj(NID_rsaEncryption);
    const unsigned char *bits = NULL;
    int length = 0;
    assert_int_equal(X509_PUBKEY_get0_param(NULL, &bits, &length, NULL, key), 1);
    assert_int_equal(X509_PUBKEY_set0_param(slot, algorithm, V_ASN1_UNDEF, NULL,
                                            OPENSSL_memdup(bits, (size_t)length), length),
                     1);
    assert_true(X509_REQ_sign(request, world->holder_key, EVP_sha256()) > 0);
    unsigned char *der = NULL;
    int size = i2d_X509_REQ(request, &der);
    refuses(world, (struct bytes){der, (size_t)size}, "csr-malformed");
    OPENSSL_free(der);
    X509_REQ_free(request);
    X509_PUBKEY_free(key);
}

/* 2048 bits with this totient; the key signs without its factors. */
static EVP_PKEY *key_with(const BIGNUM *modulus, const BIGNUM *totient, BN_CTX *numbers)
{
    EVP_PKEY *key = NULL;
    BIGNUM *exponent = BN_new();
    assert_int_equal(BN_num_bits(modulus), 2048);
    assert_int_equal(BN_set_word(exponent, RSA_F4), 1);
    BIGNUM *secret = BN_mod_inverse(NULL, exponent, totient, numbers);
    assert_non_null(secret);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, secret), 1);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters), 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(secret);
    BN_free(exponent);
    return key;
}

/* prime^power of 2048 bits */
static EVP_PKEY *key_of_one_prime(int bits, unsigned power)
{
    BN_CTX *numbers = BN_CTX_new();
    BIGNUM *prime = BN_new();
    BIGNUM *modulus = BN_new();
    BIGNUM *totient = BN_new();
    do {
        assert_int_equal(BN_generate_prime_ex(prime, bits, 0, NULL, NULL, NULL), 1);
        assert_true(BN_one(modulus));
        for (unsigned i = 0; i < power; i++)
            assert_int_equal(BN_mul(modulus, modulus, prime, numbers), 1);
    } while (BN_num_bits(modulus) != 2048);
    assert_int_equal(BN_div(totient, NULL, modulus, prime, numbers), 1);
    assert_int_equal(BN_sub(totient, modulus, totient), 1);
    EVP_PKEY *key = key_with(modulus, totient, numbers);
    BN_free(totient);
    BN_free(modulus);
    BN_free(prime);
    BN_CTX_free(numbers);
    return key;
}

/* Such a modulus is its own factorisation. */
static void a_modulus_of_one_prime_is_malformed(void **state)
{
    const struct world *world = *state;
    EVP_PKEY *prime = key_of_one_prime(2048, 1);
    EVP_PKEY *cube = key_of_one_prime(683, 3);
    refuses(world, fixture_request(world->memory, prime, EVP_sha256(), NULL), "csr-malformed");
    refuses(world, fixture_request(world->memory, cube, EVP_sha256(), NULL), "csr-malformed");
    EVP_PKEY_free(cube);
    EVP_PKEY_free(prime);
}

/* 173 and a prime: a factor beyond those that are looked for with ROCA's. */
static void a_modulus_with_a_factor_below_752_is_malformed(void **state)
{
    enum { FACTOR = 173 };
    const struct world *world = *state;
    BN_CTX *numbers = BN_CTX_new();
    BIGNUM *prime = BN_new();
    BIGNUM *modulus = BN_new();
    BIGNUM *totient = BN_new();
    do
        assert_int_equal(BN_generate_prime_ex(prime, 2040, 0, NULL, NULL, NULL), 1);
    while (BN_copy(modulus, prime) == NULL || BN_mul_word(modulus, FACTOR) != 1 ||
           BN_num_bits(modulus) != 2048);
    assert_int_equal(BN_sub_word(prime, 1), 1);
    assert_non_null(BN_copy(totient, prime));
    assert_int_equal(BN_mul_word(totient, FACTOR - 1), 1);
    EVP_PKEY *key = key_with(modulus, totient, numbers);
    refuses(world, fixture_request(world->memory, key, EVP_sha256(), NULL), "csr-malformed");
    EVP_PKEY_free(key);
    BN_free(totient);
    BN_free(modulus);
    BN_free(prime);
    BN_CTX_free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(der_and_pem_are_accepted),
        cmocka_unit_test(what_is_not_one_request_is_malformed),
        cmocka_unit_test(a_modulus_of_one_prime_is_malformed),
        cmocka_unit_test(a_modulus_with_a_factor_below_752_is_malformed),
        cmocka_unit_test(every_truncation_is_malformed),
        cmocka_unit_test(a_bad_self_signature_is_refused),
        cmocka_unit_test(a_key_one_does_not_hold_is_refused),
        cmocka_unit_test(weak_digests_are_refused),
        cmocka_unit_test(rsa_1024_and_3072_are_refused),
        cmocka_unit_test(the_profile_decides_the_size),
        cmocka_unit_test(a_promised_key_is_refused_by_the_same_reasons),
        cmocka_unit_test(exponents_other_than_65537_are_refused),
        cmocka_unit_test(keys_other_than_rsa_are_refused),
        cmocka_unit_test(an_unknown_algorithm_is_not_verifiable_here),
        cmocka_unit_test(a_key_that_is_no_rsa_key_is_refused),
        cmocka_unit_test(a_challenge_password_is_refused),
        cmocka_unit_test(another_version_is_malformed),
        cmocka_unit_test(only_the_key_is_taken),
        cmocka_unit_test(another_encoding_of_the_key_is_malformed),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
