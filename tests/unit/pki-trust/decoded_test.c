/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoded once, and never taken for another.
 */
#include "authority.h"
#include "check.h"
#include "pki/base/decoded.h"

#include <openssl/err.h>
#include <pthread.h>
#include <string.h>

enum { KINDS = 3 * DECODED_MAX, THREADS = 4, SERIAL_OCTETS = 2 };

static struct bytes encoded(struct authority *authority, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    assert_true(length > 0);
    struct bytes copy = bytes_copy(authority, der, (size_t)length);
    OPENSSL_free(der);
    return copy;
}

static void the_same_bytes_are_decoded_once(void **state)
{
    struct authority *authority = *state;
    struct bytes der = encoded(authority, authority->people[ALICE]);
    X509 *first = decoded_certificate(der);
    X509 *again = decoded_certificate(encoded(authority, authority->people[ALICE]));
    X509 *other = decoded_certificate(encoded(authority, authority->people[BRUNO]));
    assert_non_null(first);
    assert_ptr_equal(first, again);
    assert_int_equal(X509_cmp(first, authority->people[ALICE]), 0);
    assert_int_equal(X509_cmp(other, authority->people[BRUNO]), 0);
    X509_free(first);
    X509_free(again);
    X509_free(other);
}

static void what_is_not_one_certificate_is_none(void **state)
{
    struct authority *authority = *state;
    struct bytes der = encoded(authority, authority->people[ALICE]);
    uint8_t *longer = talloc_zero_size(authority, der.length + 1);
    memcpy(longer, der.data, der.length);
    assert_null(decoded_certificate((struct bytes){longer, der.length + 1}));
    assert_null(decoded_certificate((struct bytes){der.data, der.length - 1}));
    assert_null(decoded_certificate((struct bytes){der.data, 0}));
    assert_null(decoded_certificate((struct bytes){NULL, 0}));
    ERR_clear_error();
}

static void one_that_was_handed_in_is_the_one_that_comes_back(void **state)
{
    struct authority *authority = *state;
    X509 *carla = X509_dup(authority->people[CARLA]);
    assert_non_null(carla);
    decoded_keep(carla);
    X509 *again = decoded_certificate(encoded(authority, carla));
    assert_ptr_equal(again, carla);
    X509_free(again);
    X509_free(carla);
}

/* Many certificates that differ in their serial number alone: more than are kept. */
struct crowd {
    struct bytes der;
    size_t serial_at;
};

static bool is_itself(const struct crowd *crowd, unsigned number)
{
    uint8_t copy[DECODED_LENGTH_MAX];
    memcpy(copy, crowd->der.data, crowd->der.length);
    copy[crowd->serial_at] = (uint8_t)(0x40 | number >> 8);
    copy[crowd->serial_at + 1] = (uint8_t)number;
    X509 *certificate = decoded_certificate((struct bytes){copy, crowd->der.length});
    bool same = certificate != NULL &&
                ASN1_INTEGER_get(X509_get0_serialNumber(certificate)) == (long)(0x4000 | number);
    X509_free(certificate);
    return same;
}

static void *visit(void *argument)
{
    const struct crowd *crowd = argument;
    for (unsigned i = 0; i < 2 * KINDS; i++)
        if (!is_itself(crowd, i % KINDS) || !is_itself(crowd, i % 7))
            return NULL;
    return argument;
}

static void many_at_once_are_never_mistaken(void **state)
{
    struct authority *authority = *state;
    static const uint8_t serial[] = {0x02, SERIAL_OCTETS, 0x5a, 0xa5};
    struct certificate_recipe recipe = {.name = "MUITOS DE TESTE",
                                        .key = test_key(5),
                                        .issuer = authority->issuing,
                                        .issuer_key = authority->issuing_key,
                                        .not_before = TEST_NOW,
                                        .not_after = TEST_NOW + TEST_DAY,
                                        .serial = 0x5aa5};
    X509 *made = make_certificate(&recipe);
    struct crowd crowd = {.der = encoded(authority, made)};
    const uint8_t *at = memmem(crowd.der.data, crowd.der.length, serial, sizeof serial);
    assert_non_null(at);
    crowd.serial_at = (size_t)(at - crowd.der.data) + 2;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &crowd), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &crowd);
    }
    X509_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_are_decoded_once),
        cmocka_unit_test(one_that_was_handed_in_is_the_one_that_comes_back),
        cmocka_unit_test(what_is_not_one_certificate_is_none),
        cmocka_unit_test(many_at_once_are_never_mistaken),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
