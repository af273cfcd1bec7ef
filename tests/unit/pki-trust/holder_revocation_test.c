/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Protocol 6: the holder's own word to revoke, by the certificate's key or by the password's.
 */
#include "check.h"
#include "pki/base/decoded.h"
#include "pki/trust/holder_revocation.h"

#include <jansson.h>
#include <openssl/x509.h>
#include <string.h>

/* pki/vectors/revocation.json is also what the pages are tested against; another implementation made it. */
static json_t *vectors;
static EVP_PKEY *key;
static const char *instance, *order;

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    return text;
}

static struct bytes bytes_of_hex(TALLOC_CTX *context, const json_t *object, const char *name)
{
    const char *text = text_of(object, name);
    const size_t size = strlen(text) / 2;
    uint8_t *output = talloc_size(context, size);
    assert_true(hex_decode(text, output, size));
    return (struct bytes){output, size};
}

static int load(void **state)
{
    (void)state;
    struct bytes der;
    vectors = json_load_file("pki/vectors/revocation.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(vectors);
    const char *text = text_of(vectors, "pkcs8");
    assert_true(base64_decode(NULL, text, strlen(text), &der));
    const unsigned char *at = der.data;
    key = d2i_AutoPrivateKey(NULL, &at, (long)der.length);
    talloc_free((void *)(uintptr_t)der.data);
    assert_non_null(key);
    instance = text_of(vectors, "instance");
    order = text_of(vectors, "order");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    json_decref(vectors);
    return 0;
}

static struct holder_revocation word_of(const json_t *vector)
{
    return (struct holder_revocation){instance, order, json_integer_value(json_object_get(vector, "reason")),
                                      json_integer_value(json_object_get(vector, "issued_at"))};
}

static void the_shared_words_hold_both_ways(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    size_t index;
    json_t *vector;
    json_array_foreach(json_object_get(vectors, "words"), index, vector)
    {
        struct ra_error error = {0};
        struct bytes made;
        const struct holder_revocation word = word_of(vector);
        struct bytes expected = bytes_of_hex(context, vector, "signature");
        assert_true(holder_revocation_verify(key, &word, expected, &error));
        assert_true(holder_revocation_sign(context, key, &word, &made, &error));
        assert_true(bytes_equal(made, expected));
    }
    assert_int_equal(index, 2);
    talloc_free(context);
}

static void the_shared_passwords_hold_both_ways(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct holder_revocation word = word_of(json_array_get(json_object_get(vectors, "words"), 0));
    size_t index;
    json_t *vector;
    json_array_foreach(json_object_get(vectors, "passwords"), index, vector)
    {
        struct ra_error error = {0};
        uint8_t seed[ED25519_SEED_SIZE], public_key[ED25519_KEY_SIZE], signature[ED25519_SIGNATURE_SIZE];
        struct bytes registration;
        const struct revocation_key expected = {bytes_of_hex(context, vector, "public_key"),
                                                bytes_of_hex(context, vector, "registration")};
        assert_true(revocation_password_seed(text_of(vector, "password"), instance, order, seed, &error));
        assert_true(bytes_equal((struct bytes){seed, sizeof seed}, bytes_of_hex(context, vector, "seed")));
        assert_true(ed25519_public(seed, public_key, &error));
        assert_true(bytes_equal((struct bytes){public_key, sizeof public_key}, expected.public_key));
        assert_true(
            revocation_key_register(context, key, instance, order, public_key, &registration, &error));
        assert_true(bytes_equal(registration, expected.registration));
        assert_true(revocation_key_check(key, instance, order, &expected, &error));
        assert_true(revocation_password_sign(seed, &word, signature, &error));
        assert_true(bytes_equal((struct bytes){signature, sizeof signature},
                                bytes_of_hex(context, vector, "signature")));
        assert_true(revocation_password_verify(public_key, &word, (struct bytes){signature, sizeof signature},
                                               &error));
    }
    assert_int_equal(index, 2);
    talloc_free(context);
}

static void nothing_else_is_a_word(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const json_t *vector = json_array_get(json_object_get(vectors, "words"), 0);
    const struct holder_revocation word = word_of(vector);
    struct holder_revocation others[4] = {word, word, word, word};
    others[0].instance = "ffeeddccbbaa99887766554433221100";
    others[1].order = "7Q2KX0M4ZT9B";
    others[2].reason = 4;
    others[3].issued_at++;
    struct bytes signature = bytes_of_hex(context, vector, "signature");
    const json_t *password = json_array_get(json_object_get(vectors, "passwords"), 0);
    struct bytes public_key = bytes_of_hex(context, password, "public_key");
    struct bytes by_password = bytes_of_hex(context, password, "signature");
    for (size_t i = 0; i < 4; i++) {
        struct ra_error error = {0};
        assert_false(holder_revocation_verify(key, &others[i], signature, &error));
        assert_int_equal(error.code, RA_PROOF_REFUSED);
        assert_string_equal(error.reason, "proof-revocation");
        assert_false(revocation_password_verify(public_key.data, &others[i], by_password, &error));
    }
    struct ra_error error = {0};
    assert_false(holder_revocation_verify(key, &word, (struct bytes){NULL, 0}, &error));
    assert_false(holder_revocation_verify(key, &word, by_password, &error));
    assert_false(revocation_password_verify(public_key.data, &word, signature, &error));
    talloc_free(context);
}

/* A certificate over `key` whose algorithm nobody knows: it is read, and has no key to verify with. */
static X509 *certificate_without_key(TALLOC_CTX *context)
{
    static const uint8_t rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
    unsigned char *der = NULL;
    X509 *made = X509_new();
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(made), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(made), 3600));
    assert_int_equal(X509_set_pubkey(made, key), 1);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    const int length = i2d_X509(made, &der);
    struct bytes copy = bytes_copy(context, der, (size_t)length);
    uint8_t *oid = memmem(copy.data, copy.length, rsa, sizeof rsa);
    assert_non_null(oid);
    oid[sizeof rsa - 1] = 0x7f;
    X509 *read = decoded_certificate(copy);
    assert_non_null(read);
    OPENSSL_free(der);
    X509_free(made);
    return read;
}

static void a_certificate_without_a_readable_key_proves_nothing(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const json_t *vector = json_array_get(json_object_get(vectors, "words"), 0);
    const struct holder_revocation word = word_of(vector);
    struct ra_error error = {0};
    X509 *certificate = certificate_without_key(context);
    assert_null(X509_get0_pubkey(certificate));
    assert_false(holder_revocation_verify(X509_get0_pubkey(certificate), &word,
                                          bytes_of_hex(context, vector, "signature"), &error));
    assert_string_equal(error.reason, "proof-revocation");
    X509_free(certificate);
    talloc_free(context);
}

static void a_public_half_counts_only_as_the_certificate_s_key_registered_it(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    const json_t *vector = json_array_get(json_object_get(vectors, "passwords"), 0);
    const json_t *second = json_array_get(json_object_get(vectors, "passwords"), 1);
    const struct revocation_key good = {bytes_of_hex(context, vector, "public_key"),
                                        bytes_of_hex(context, vector, "registration")};
    const struct revocation_key swapped = {bytes_of_hex(context, second, "public_key"), good.registration};
    const struct revocation_key none = {{NULL, 0}, good.registration};
    const struct revocation_key cut = {{good.public_key.data, 31}, good.registration};
    EVP_PKEY *other = EVP_RSA_gen(2048);
    assert_true(revocation_key_check(key, instance, order, &good, &error));
    assert_false(revocation_key_check(key, instance, order, &swapped, &error));
    assert_string_equal(error.reason, "revocation-key");
    assert_false(revocation_key_check(key, instance, order, &none, &error));
    assert_false(revocation_key_check(key, instance, order, &cut, &error));
    assert_false(revocation_key_check(key, instance, "7Q2KX0M4ZT9B", &good, &error));
    assert_false(revocation_key_check(key, "ffeeddccbbaa99887766554433221100", order, &good, &error));
    assert_false(revocation_key_check(other, instance, order, &good, &error));
    EVP_PKEY_free(other);
    talloc_free(context);
}

static void passwords_are_ten_printable_characters_or_more(void **state)
{
    (void)state;
    static const struct {
        const char *password, *reason;
    } cases[] = {{"dez letras", ""},
                 {"0123456789abcdef", ""},
                 {"", "password-short"},
                 {"nove sim.", "password-short"},
                 {"não é só ASCII", "password-character"},
                 {"tab\there it is", "password-character"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_error error = {0};
        assert_int_equal(revocation_password_check(cases[i].password, &error), cases[i].reason[0] == '\0');
        assert_string_equal(error.reason, cases[i].reason);
    }
    char long_one[REVOCATION_PASSWORD_MAX + 2];
    struct ra_error error = {0};
    memset(long_one, 'a', sizeof long_one);
    long_one[REVOCATION_PASSWORD_MAX + 1] = '\0';
    assert_false(revocation_password_check(long_one, &error));
    assert_string_equal(error.reason, "password-long");
    long_one[REVOCATION_PASSWORD_MAX] = '\0';
    assert_true(revocation_password_check(long_one, &error));
}

static void the_reasons_offered_are_those_of_2_5(void **state)
{
    (void)state;
    for (int64_t reason = -1; reason <= 11; reason++) {
        bool offered = reason == 0 || reason == 1 || (reason >= 3 && reason <= 5) || reason == 9;
        assert_int_equal(revocation_reason_is_offered(reason), offered);
    }
    enum holder_revocation_kind kind;
    assert_true(holder_revocation_kind_parse("responsible", &kind));
    assert_int_equal(kind, HOLDER_REVOCATION_RESPONSIBLE);
    assert_false(holder_revocation_kind_parse("agent", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shared_words_hold_both_ways),
        cmocka_unit_test(the_shared_passwords_hold_both_ways),
        cmocka_unit_test(nothing_else_is_a_word),
        cmocka_unit_test(a_certificate_without_a_readable_key_proves_nothing),
        cmocka_unit_test(a_public_half_counts_only_as_the_certificate_s_key_registered_it),
        cmocka_unit_test(passwords_are_ten_printable_characters_or_more),
        cmocka_unit_test(the_reasons_offered_are_those_of_2_5),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
