/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key read here is the one OpenSSL reads; what is no RSA key in its one encoding is none.
 */
#include "authority.h"
#include "check.h"
#include "pki/base/rsa_key.h"

#include <openssl/err.h>
#include <string.h>

static struct bytes spki_of(TALLOC_CTX *context, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    assert_true(length > 0);
    struct bytes copy = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    return copy;
}

static void a_key_is_the_one_openssl_reads(void **state)
{
    struct authority *authority = *state;
    EVP_PKEY *theirs = X509_get0_pubkey(authority->people[ALICE]);
    EVP_PKEY *ours = rsa_key_public(spki_of(authority, theirs));
    assert_non_null(ours);
    assert_int_equal(EVP_PKEY_eq(ours, theirs), 1);
    EVP_PKEY_free(ours);
}

/* Each octet of the frame decides: SEQUENCE, algorithm, BIT STRING, the inner SEQUENCE, the head of the
 * modulus. */
static void another_dress_is_no_key(void **state)
{
    enum { FRAME = 32 };
    struct authority *authority = *state;
    struct bytes spki = spki_of(authority, X509_get0_pubkey(authority->people[ALICE]));
    uint8_t *copy = talloc_size(authority, spki.length + 1);
    struct rsa_numbers numbers;
    for (size_t at = 0; at < FRAME; at++) {
        memcpy(copy, spki.data, spki.length);
        copy[at] ^= 1;
        assert_false(rsa_key_read((struct bytes){copy, spki.length}, &numbers));
        assert_null(rsa_key_public((struct bytes){copy, spki.length}));
    }
    memcpy(copy, spki.data, spki.length);
    copy[spki.length] = 0;
    assert_false(rsa_key_read((struct bytes){copy, spki.length + 1}, &numbers));
    for (size_t length = 0; length < spki.length; length++)
        assert_false(rsa_key_read((struct bytes){copy, length}, &numbers));
    assert_false(rsa_key_read((struct bytes){NULL, 0}, &numbers));
    assert_true(rsa_key_read((struct bytes){copy, spki.length}, &numbers));
    assert_int_equal(numbers.modulus.length, 256);
    assert_int_equal(numbers.exponent.length, 3);
}

static void a_curve_is_no_rsa_key(void **state)
{
    struct authority *authority = *state;
    EVP_PKEY *curve = EVP_EC_gen("P-256");
    assert_non_null(curve);
    assert_null(rsa_key_public(spki_of(authority, curve)));
    EVP_PKEY_free(curve);
    ERR_clear_error();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_the_one_openssl_reads),
        cmocka_unit_test(another_dress_is_no_key),
        cmocka_unit_test(a_curve_is_no_rsa_key),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
