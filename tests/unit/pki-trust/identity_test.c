/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Identities as they are read, and the holder's .p12 as it is written.
 */
#include "authority.h"
#include "check.h"
#include "pki/base/file.h"
#include "pki/trust/identity.h"
#include "pki/trust/pkcs12.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char good_passphrase[] = "uma senha boa 123";

struct answer {
    const char *text; /* NULL: gives up */
    unsigned asked;
};

static bool answer(void *state, char *buffer, size_t size, struct ra_error *error)
{
    struct answer *given = state;
    given->asked++;
    if (given->text == NULL)
        return ra_fail(error, RA_INVALID, "nobody is there");
    snprintf(buffer, size, "%s", given->text);
    return true;
}

static STACK_OF(X509) *issuers(struct authority *authority)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, authority->root);
    sk_X509_push(others, authority->people[CARLA]); /* somebody else's, to be dropped */
    sk_X509_push(others, authority->issuing);
    return others;
}

static void refuse(struct authority *authority, struct bytes file,
                   const struct identity_passphrase *passphrase, const char *reason)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    assert_false(identity_parse(authority, file, passphrase, &identity, &error));
    assert_null(identity);
    assert_int_equal(error.code, RA_INVALID);
    assert_string_equal(error.reason, reason);
}

static void a_pem_identity_has_its_key_certificate_and_path(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct identity *identity = NULL;
    STACK_OF(X509) *others = issuers(authority);
    struct bytes pem =
        identity_pem(authority, authority->person_keys[ALICE], authority->people[ALICE], others);
    assert_true(identity_parse(authority, pem, NULL, &identity, &error));
    assert_int_equal(X509_cmp(identity_certificate(identity), authority->people[ALICE]), 0);
    assert_int_equal(EVP_PKEY_eq(identity_key(identity), authority->person_keys[ALICE]), 1);
    assert_int_equal(sk_X509_num(identity_chain(identity)), 1); /* neither the root nor the stranger */
    assert_int_equal(X509_cmp(sk_X509_value(identity_chain(identity), 0), authority->issuing), 0);
    talloc_free(identity);
    sk_X509_free(others);
}

static void the_order_of_the_parts_does_not_matter(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct identity *identity = NULL;
    struct bytes issuer = identity_pem(authority, NULL, authority->issuing, NULL);
    struct bytes leaf = identity_pem(authority, NULL, authority->people[ALICE], NULL);
    struct bytes key = identity_pem(authority, authority->person_keys[ALICE], NULL, NULL);
    char *text =
        talloc_asprintf(authority, "%.*s%.*s%.*s", (int)issuer.length, (const char *)issuer.data,
                        (int)leaf.length, (const char *)leaf.data, (int)key.length, (const char *)key.data);
    assert_true(identity_parse(authority, bytes_of_text(text), NULL, &identity, &error));
    assert_int_equal(sk_X509_num(identity_chain(identity)), 1);
    talloc_free(identity);
}

static void files_without_a_part_are_refused_by_name(void **state)
{
    struct authority *authority = *state;
    X509 *alice = authority->people[ALICE];
    EVP_PKEY *key = authority->person_keys[ALICE];
    refuse(authority, identity_pem(authority, NULL, alice, NULL), NULL, "identity-without-key");
    refuse(authority, identity_pem(authority, key, NULL, NULL), NULL, "identity-without-certificate");
    refuse(authority, identity_pem(authority, key, authority->people[BRUNO], NULL), NULL,
           "identity-key-mismatch");
    refuse(authority, (struct bytes){NULL, 0}, NULL, "identity-malformed");
    refuse(authority, bytes_of_text("garbage"), NULL, "identity-malformed");
    refuse(authority, bytes_of_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), NULL,
           "identity-without-key");
    struct bytes whole = identity_pem(authority, key, alice, NULL);
    refuse(authority, (struct bytes){whole.data, whole.length - 50}, NULL, "identity-malformed");
    uint8_t *large = talloc_zero_size(authority, IDENTITY_FILE_MAX + 1);
    refuse(authority, (struct bytes){large, IDENTITY_FILE_MAX + 1}, NULL, "identity-malformed");
}

static struct bytes protected_pem(struct authority *authority)
{
    char *data = NULL;
    BIO *output = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(output, authority->person_keys[ALICE], EVP_aes_256_cbc(),
                                                   good_passphrase, (int)strlen(good_passphrase), NULL, NULL),
                     1);
    assert_int_equal(PEM_write_bio_X509(output, authority->people[ALICE]), 1);
    long length = BIO_get_mem_data(output, &data);
    struct bytes pem = bytes_copy(authority, data, (size_t)length);
    BIO_free(output);
    return pem;
}

static struct bytes written_p12(struct authority *authority, const char *passphrase)
{
    struct ra_error error = {0};
    struct bytes file;
    STACK_OF(X509) *chain = sk_X509_new_null();
    sk_X509_push(chain, authority->issuing);
    sk_X509_push(chain, authority->root);
    struct pkcs12_parts parts = {authority->person_keys[ALICE], authority->people[ALICE], chain,
                                 "MARIA APARECIDA DE TESTE:11144477735"};
    if (!pkcs12_write(authority, &parts, PKCS12_AES, passphrase, &file, &error))
        fail_msg("%s", error.detail);
    sk_X509_free(chain);
    return file;
}

static void protected_files_open_with_their_pass_phrase_alone(void **state)
{
    struct authority *authority = *state;
    struct bytes files[2] = {protected_pem(authority), written_p12(authority, good_passphrase)};
    for (size_t i = 0; i < 2; i++) {
        struct ra_error error = {0};
        struct identity *identity = NULL;
        struct answer given = {.text = good_passphrase};
        struct identity_passphrase passphrase = {answer, &given};
        assert_true(identity_parse(authority, files[i], &passphrase, &identity, &error));
        assert_int_equal(given.asked, 1);
        talloc_free(identity);
        given = (struct answer){.text = "outra senha qualquer"};
        refuse(authority, files[i], &passphrase, "identity-passphrase");
        assert_int_equal(given.asked, 1);
        given = (struct answer){.text = ""};
        refuse(authority, files[i], &passphrase, "identity-passphrase");
        refuse(authority, files[i], NULL, "identity-passphrase");
        refuse(authority, files[i], &(struct identity_passphrase){NULL, NULL}, "identity-passphrase");
        given = (struct answer){.text = NULL};
        assert_false(identity_parse(authority, files[i], &passphrase, &identity, &error));
        assert_string_equal(error.detail, "nobody is there");
    }
}

static void an_open_file_asks_nobody(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct identity *identity = NULL;
    struct answer given = {.text = good_passphrase};
    struct identity_passphrase passphrase = {answer, &given};
    struct bytes pem = identity_pem(authority, authority->person_keys[ALICE], authority->people[ALICE], NULL);
    assert_true(identity_parse(authority, pem, &passphrase, &identity, &error));
    assert_int_equal(given.asked, 0);
    talloc_free(identity);
}

static void a_pkcs12_without_mac_or_cut_short_is_refused(void **state)
{
    struct authority *authority = *state;
    struct answer given = {.text = good_passphrase};
    struct identity_passphrase passphrase = {answer, &given};
    unsigned char *der = NULL;
    PKCS12 *unauthenticated =
        PKCS12_create(good_passphrase, "x", authority->person_keys[ALICE], authority->people[ALICE], NULL,
                      NID_aes_256_cbc, NID_aes_256_cbc, 2048, -1, 0);
    int length = i2d_PKCS12(unauthenticated, &der);
    refuse(authority, bytes_copy(authority, der, (size_t)length), &passphrase, "identity-malformed");
    PKCS12_free(unauthenticated);
    OPENSSL_free(der);
    struct bytes good = written_p12(authority, good_passphrase);
    refuse(authority, (struct bytes){good.data, good.length - 1}, &passphrase, "identity-malformed");
}

/* Written in a world of its own, so that the ciphers of old are not there when it is read. */
static void a_pkcs12_of_old_ciphers_is_refused_with_the_remedy(void **state)
{
    struct authority *authority = *state;
    struct answer given = {.text = good_passphrase};
    struct identity_passphrase passphrase = {answer, &given};
    struct ra_error error = {0};
    struct identity *identity = NULL;
    unsigned char *der = NULL;
    OSSL_LIB_CTX *old_world = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *usual = OSSL_PROVIDER_load(old_world, "default");
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(old_world, "legacy");
    assert_non_null(legacy);
    PKCS12 *old = PKCS12_create_ex(good_passphrase, "x", authority->person_keys[ALICE],
                                   authority->people[ALICE], NULL, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                                   NID_pbe_WithSHA1And40BitRC2_CBC, 2048, 2048, 0, old_world, NULL);
    assert_non_null(old);
    int length = i2d_PKCS12(old, &der);
    assert_true(length > 0);
    assert_false(
        identity_parse(authority, (struct bytes){der, (size_t)length}, &passphrase, &identity, &error));
    assert_string_equal(error.reason, "identity-malformed");
    assert_non_null(strstr(error.detail, "-legacy"));
    OPENSSL_free(der);
    PKCS12_free(old);
    OSSL_PROVIDER_unload(legacy);
    OSSL_PROVIDER_unload(usual);
    OSSL_LIB_CTX_free(old_world);
}

static void an_identity_is_read_from_a_file(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct identity *identity = NULL;
    char path[] = "/tmp/identity-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    struct bytes pem = identity_pem(authority, authority->person_keys[ALICE], authority->people[ALICE], NULL);
    assert_true(file_write(path, pem, 0600, &error));
    assert_true(identity_load(authority, path, NULL, &identity, &error));
    talloc_free(identity);
    unlink(path);
    assert_false(identity_load(authority, path, NULL, &identity, &error));
    assert_int_equal(error.code, RA_IO);
    assert_null(identity);
}

/* --- the .p12 of the holder --- */

static int pbe_of(const ASN1_OBJECT *algorithm)
{
    return OBJ_obj2nid(algorithm);
}

static void the_file_is_pbes2_aes_256_hmac_sha_256_of_100000(void **state)
{
    struct authority *authority = *state;
    struct bytes file = written_p12(authority, good_passphrase);
    const unsigned char *at = file.data;
    PKCS12 *container = d2i_PKCS12(NULL, &at, (long)file.length);
    assert_non_null(container);
    const X509_ALGOR *mac = NULL;
    const ASN1_OBJECT *mac_digest = NULL;
    const ASN1_INTEGER *iterations = NULL;
    PKCS12_get0_mac(NULL, &mac, NULL, &iterations, container);
    X509_ALGOR_get0(&mac_digest, NULL, NULL, mac);
    assert_int_equal(OBJ_obj2nid(mac_digest), NID_sha256);
    assert_int_equal(ASN1_INTEGER_get(iterations), 100000);
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(container);
    unsigned encrypted = 0;
    for (int i = 0; i < sk_PKCS7_num(safes); i++) {
        PKCS7 *safe = sk_PKCS7_value(safes, i);
        const X509_ALGOR *algorithm = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        if (PKCS7_type_is_encrypted(safe)) {
            algorithm = safe->d.encrypted->enc_data->algorithm;
        } else {
            const X509_SIG *shrouded = NULL;
            bags = PKCS12_unpack_p7data(safe);
            shrouded = PKCS12_SAFEBAG_get0_pkcs8(sk_PKCS12_SAFEBAG_value(bags, 0));
            assert_non_null(shrouded);
            X509_SIG_get0(shrouded, &algorithm, NULL);
        }
        const ASN1_OBJECT *oid = NULL;
        const void *value = NULL;
        int type = 0;
        X509_ALGOR_get0(&oid, &type, &value, algorithm);
        assert_int_equal(pbe_of(oid), NID_pbes2);
        PBE2PARAM *pbe2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
        assert_non_null(pbe2);
        assert_int_equal(OBJ_obj2nid(pbe2->encryption->algorithm), NID_aes_256_cbc);
        PBKDF2PARAM *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbe2->keyfunc->parameter);
        assert_non_null(kdf);
        assert_int_equal(ASN1_INTEGER_get(kdf->iter), 100000);
        assert_int_equal(OBJ_obj2nid(kdf->prf->algorithm), NID_hmacWithSHA256);
        PBKDF2PARAM_free(kdf);
        PBE2PARAM_free(pbe2);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
        encrypted++;
    }
    assert_int_equal(encrypted, 2); /* certificates, and the key */
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(container);
}

static void the_file_holds_key_certificate_chain_and_name(void **state)
{
    struct authority *authority = *state;
    struct bytes file = written_p12(authority, good_passphrase);
    const unsigned char *at = file.data;
    EVP_PKEY *key = NULL;
    X509 *leaf = NULL;
    STACK_OF(X509) *others = NULL;
    PKCS12 *container = d2i_PKCS12(NULL, &at, (long)file.length);
    assert_int_equal(PKCS12_parse(container, good_passphrase, &key, &leaf, &others), 1);
    assert_int_equal(EVP_PKEY_eq(key, authority->person_keys[ALICE]), 1);
    assert_int_equal(X509_cmp(leaf, authority->people[ALICE]), 0);
    assert_int_equal(sk_X509_num(others), 2);
    int length = 0;
    const unsigned char *name = X509_alias_get0(leaf, &length);
    assert_int_equal(length, (int)strlen("MARIA APARECIDA DE TESTE:11144477735"));
    assert_memory_equal(name, "MARIA APARECIDA DE TESTE:11144477735", (size_t)length);
    EVP_PKEY_free(key);
    X509_free(leaf);
    sk_X509_pop_free(others, X509_free);
    PKCS12_free(container);
}

static void pass_phrases_are_printable_ascii_of_8_to_128(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } refused[] = {{"", "passphrase-short"},
                   {"1234567", "passphrase-short"},
                   {"senha com ç", "passphrase-character"},
                   {"senha\tcom tab", "passphrase-character"},
                   {"senha\x7f longa", "passphrase-character"},
                   {"12345678\n", "passphrase-character"}};
    struct ra_error error = {0};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(pkcs12_check_passphrase(refused[i].text, &error));
        assert_int_equal(error.code, RA_INVALID);
        assert_string_equal(error.reason, refused[i].reason);
    }
    char longest[PKCS12_PASSPHRASE_MAX + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(pkcs12_check_passphrase(longest, &error));
    assert_string_equal(error.reason, "passphrase-long");
    longest[PKCS12_PASSPHRASE_MAX] = '\0';
    assert_true(pkcs12_check_passphrase(longest, &error));
    assert_true(pkcs12_check_passphrase("12345678", &error));
    assert_true(pkcs12_check_passphrase(" ~!@#$%&*()", &error));
}

static void a_file_is_not_written_over_wrong_parts(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct bytes file;
    struct pkcs12_parts parts = {authority->person_keys[BRUNO], authority->people[ALICE], NULL, "nome"};
    assert_false(pkcs12_write(authority, &parts, PKCS12_AES, good_passphrase, &file, &error));
    assert_null(file.data);
    parts.key = authority->person_keys[ALICE];
    assert_false(pkcs12_write(authority, &parts, PKCS12_AES, "curta", &file, &error));
    parts.friendly_name = "";
    assert_false(pkcs12_write(authority, &parts, PKCS12_AES, good_passphrase, &file, &error));
    char long_name[200];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    parts.friendly_name = long_name;
    assert_false(pkcs12_write(authority, &parts, PKCS12_AES, good_passphrase, &file, &error));
    assert_null(file.data);
}

static void every_variant_opens_again_with_its_key_and_chain(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct bytes file;
    char name[PKCS12_NAME_SIZE];
    assert_true(pkcs12_friendly_name(authority->people[ALICE], name, &error));
    assert_non_null(strstr(name, " - expira em "));
    assert_null(strchr(name, ':')); /* no CPF in what programs list */
    struct pkcs12_parts parts = {authority->person_keys[ALICE], authority->people[ALICE], NULL, name};
    static const enum pkcs12_variant variants[] = {PKCS12_AES, PKCS12_COMPATIBLE};
    for (size_t at = 0; at < 2; at++) {
        EVP_PKEY *key = NULL;
        X509 *certificate = NULL;
        STACK_OF(X509) *chain = NULL;
        assert_true(pkcs12_write(authority, &parts, variants[at], good_passphrase, &file, &error));
        assert_true(pkcs12_opens(file, good_passphrase, &parts, &error));
        assert_true(pkcs12_read(file, good_passphrase, &key, &certificate, &chain, &error));
        assert_int_equal(EVP_PKEY_eq(key, parts.key), 1);
        assert_int_equal(X509_cmp(certificate, parts.certificate), 0);
        EVP_PKEY_free(key);
        X509_free(certificate);
        sk_X509_pop_free(chain, X509_free);
        assert_false(pkcs12_read(file, "outra senha", &key, &certificate, &chain, &error));
        assert_string_equal(error.reason, "passphrase-wrong");
        assert_false(pkcs12_read((struct bytes){file.data, file.length - 1}, good_passphrase, &key,
                                 &certificate, &chain, &error));
        assert_string_equal(error.reason, "pkcs12-malformed");
    }
}

static void a_suggested_passphrase_is_accepted_and_never_twice(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char one[PKCS12_SUGGESTED_SIZE], other[PKCS12_SUGGESTED_SIZE];
    assert_true(pkcs12_suggest_passphrase(one, &error) && pkcs12_suggest_passphrase(other, &error));
    assert_true(pkcs12_check_passphrase(one, &error));
    assert_int_equal(strlen(one), 19);
    assert_string_not_equal(one, other);
    assert_null(strpbrk(one, "il01oO"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pem_identity_has_its_key_certificate_and_path),
        cmocka_unit_test(the_order_of_the_parts_does_not_matter),
        cmocka_unit_test(files_without_a_part_are_refused_by_name),
        cmocka_unit_test(protected_files_open_with_their_pass_phrase_alone),
        cmocka_unit_test(an_open_file_asks_nobody),
        cmocka_unit_test(every_variant_opens_again_with_its_key_and_chain),
        cmocka_unit_test(a_suggested_passphrase_is_accepted_and_never_twice),
        cmocka_unit_test(a_pkcs12_without_mac_or_cut_short_is_refused),
        cmocka_unit_test(a_pkcs12_of_old_ciphers_is_refused_with_the_remedy),
        cmocka_unit_test(an_identity_is_read_from_a_file),
        cmocka_unit_test(the_file_is_pbes2_aes_256_hmac_sha_256_of_100000),
        cmocka_unit_test(the_file_holds_key_certificate_chain_and_name),
        cmocka_unit_test(pass_phrases_are_printable_ascii_of_8_to_128),
        cmocka_unit_test(a_file_is_not_written_over_wrong_parts),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
