/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One of several objects: which AC it stands beside (the named one before those of the file, the one that
 * signed before one of its name), and which of them a CRL is asked about.
 */
#include "tests/unit/pki-certificate/lint_case.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

enum { DAY_S = 24 * 3600 };

/* --- the set --- */

static void add_certificate(const struct world *world, struct lint_objects *set, X509 *certificate)
{
    assert_int_equal(X509_up_ref(certificate), 1);
    set->items[set->count++] = (struct lint_object){LINT_CERTIFICATE, lint_der(world, certificate)};
}

/* Codes found at each, and whether an AC stood beside it: "-" where none did. */
static void judged(const struct world *world, const struct lint_objects *set, size_t at,
                   const struct lint_about *about, const char *expected)
{
    static const enum finding_rule asked[] = {FINDING_RULE_ISSUER_NAME, FINDING_RULE_ISSUER_SIGNATURE,
                                              FINDING_RULE_ISSUER_KEY,  FINDING_RULE_CRL_FOREIGN,
                                              FINDING_RULE_REVOKED,     FINDING_RULE_ENCODING};
    struct ra_error error = {0};
    struct findings *findings = findings_new(world->memory);
    bool beside = false;
    assert_true(lint_one_of(set, at, about, findings, &beside, &error));
    char *found = talloc_strdup(world->memory, beside ? "" : "-");
    for (size_t i = 0; i < findings->count; i++)
        for (size_t j = 0; j < sizeof asked / sizeof asked[0]; j++)
            if (findings->items[i].rule == asked[j])
                found = talloc_asprintf_append(found, "%s%s", found[0] == '\0' ? "" : " ",
                                               findings->items[i].code);
    assert_string_equal(found, expected);
}

/* --- its members --- */

/* The AC of this name with another key: made by whoever likes, or by the AC itself when it changes keys. */
static X509 *of_the_same_name(const X509 *authority, EVP_PKEY *key, X509 *above, EVP_PKEY *above_key)
{
    X509 *twin = X509_dup(authority);
    assert_int_equal(X509_set_pubkey(twin, key), 1);
    set_extension(twin, above != NULL ? above : twin, NID_subject_key_identifier, false, "hash");
    assert_true(X509_sign(twin, above_key, EVP_sha512()) > 0);
    return twin;
}

/* The AC's list, of serial 4711, signed by this key; with a key identifier that is the AC's. */
static struct bytes list_of(const struct world *world, X509 *authority, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    X509_CRL *crl = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, FIXTURE_NOW - DAY_S);
    AUTHORITY_KEYID *identifier = AUTHORITY_KEYID_new();
    assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(authority)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
    assert_int_equal(ASN1_INTEGER_set(number, 4711), 1);
    assert_int_equal(X509_REVOKED_set_serialNumber(entry, number), 1);
    assert_int_equal(X509_REVOKED_set_revocationDate(entry, time), 1);
    assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    assert_non_null(ASN1_TIME_set(time, FIXTURE_NOW + DAY_S));
    assert_int_equal(X509_CRL_set1_nextUpdate(crl, time), 1);
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0), 1);
    identifier->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(authority));
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, identifier, 0, 0), 1);
    assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
    struct bytes copy = {NULL, (size_t)i2d_X509_CRL(crl, &der)};
    copy = bytes_copy(world->memory, der, copy.length);
    OPENSSL_free(der);
    AUTHORITY_KEYID_free(identifier);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
    X509_CRL_free(crl);
    return copy;
}

/* Leaf, its AC, the root. */
static struct lint_objects chain_of(const struct world *world)
{
    struct lint_objects set = {.count = 0};
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    add_certificate(world, &set, leaf);
    add_certificate(world, &set, world->issuer);
    add_certificate(world, &set, world->root);
    X509_free(leaf);
    return set;
}

/* --- cases --- */

static void each_stands_beside_the_one_above_it(void **state)
{
    const struct world *world = *state;
    const struct lint_objects set = chain_of(world);
    const struct lint_about root = {.now = FIXTURE_NOW, .issuer = world->root};
    judged(world, &set, 0, &lint_today, "");
    judged(world, &set, 1, &lint_today, "");
    judged(world, &set, 2, &lint_today, "-");
    judged(world, &set, 0, &root, "");
}

static void a_crl_is_asked_of_its_acs_certificates(void **state)
{
    const struct world *world = *state;
    const struct lint_objects set = chain_of(world);
    const struct lint_about about = {.now = FIXTURE_NOW,
                                     .crl = list_of(world, world->issuer, world->issuer_key)};
    judged(world, &set, 0, &about, "revoked");
    judged(world, &set, 1, &about, "");
    judged(world, &set, 2, &about, "-");
    const struct lint_about forged = {.now = FIXTURE_NOW,
                                      .crl = list_of(world, world->issuer, world->holder_key)};
    judged(world, &set, 0, &forged, "crl-foreign");
    judged(world, &set, 1, &forged, "");
}

/* Nor is one that is no CRL at all. */
static void a_crl_of_none_of_them_is_not_passed_over(void **state)
{
    const struct world *world = *state;
    const struct lint_objects set = chain_of(world);
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    const struct lint_about foreign = {.now = FIXTURE_NOW, .crl = list_of(world, leaf, world->holder_key)};
    const struct lint_about none = {.now = FIXTURE_NOW, .crl = bytes_of_text("0\x03\x02\x01\x01")};
    for (size_t i = 0; i < set.count; i++) {
        judged(world, &set, i, &foreign, i == 2 ? "- crl-foreign" : "crl-foreign");
        judged(world, &set, i, &none, i == 2 ? "- crl-foreign" : "crl-foreign");
    }
    X509_free(leaf);
}

static void a_crl_stands_beside_its_ac(void **state)
{
    const struct world *world = *state;
    const struct lint_about named = {.now = FIXTURE_NOW, .issuer = world->issuer};
    struct lint_objects set = chain_of(world);
    set.items[set.count++] = (struct lint_object){LINT_CRL, list_of(world, world->issuer, world->issuer_key)};
    set.items[set.count++] = (struct lint_object){LINT_CRL, list_of(world, world->issuer, world->holder_key)};
    judged(world, &set, 3, &lint_today, "");
    judged(world, &set, 4, &lint_today, "issuer-signature");
    set.items[1] = set.items[2]; /* the AC is not among them */
    judged(world, &set, 3, &lint_today, "-");
    judged(world, &set, 3, &named, "");
    judged(world, &set, 4, &named, "issuer-signature");
}

static void of_two_acs_of_one_name_the_one_that_signed(void **state)
{
    const struct world *world = *state;
    X509 *twin = of_the_same_name(world->issuer, world->holder_key, world->root, world->root_key);
    struct lint_objects set = chain_of(world);
    set.items[3] = set.items[1];
    set.count = 1;
    add_certificate(world, &set, twin); /* before the AC */
    set.items[2] = set.items[3];
    set.items[3] = (struct lint_object){LINT_CRL, list_of(world, world->issuer, world->issuer_key)};
    set.count = 4;
    judged(world, &set, 0, &lint_today, "");
    judged(world, &set, 3, &lint_today, "");
    /* One that neither signed is held to the AC that it means. */
    X509 *forged = fixture_certificate_signed(world, &world->person, NULL, world->root_key, EVP_sha256());
    set.items[0].der = lint_der(world, forged);
    judged(world, &set, 0, &lint_today, "issuer-signature");
    set.items[3].der = list_of(world, world->issuer, world->root_key);
    judged(world, &set, 3, &lint_today, "issuer-signature");
    /* One that means neither, to the name. */
    set.items[2] = set.items[3];
    set.count = 3;
    judged(world, &set, 0, &lint_today, "issuer-signature issuer-key");
    X509_free(twin);
}

/* An AC of the same name in the file, and what it signed, say nothing against the AC that was named. */
static void the_named_ac_comes_before_those_of_the_file(void **state)
{
    const struct world *world = *state;
    const struct lint_about named = {.now = FIXTURE_NOW, .issuer = world->issuer};
    const struct lint_about root = {.now = FIXTURE_NOW, .issuer = world->root};
    X509 *false_root = of_the_same_name(world->root, world->holder_key, NULL, world->holder_key);
    X509 *false_ac = of_the_same_name(world->issuer, world->holder_key, false_root, world->holder_key);
    X509 *false_leaf =
        fixture_certificate_signed(world, &world->person, NULL, world->holder_key, EVP_sha256());
    struct lint_objects set = {.count = 0};
    add_certificate(world, &set, false_leaf);
    add_certificate(world, &set, false_ac);
    add_certificate(world, &set, false_root);
    set.items[set.count++] = (struct lint_object){LINT_CRL, list_of(world, world->issuer, world->holder_key)};
    judged(world, &set, 0, &named, "issuer-signature");
    judged(world, &set, 3, &named, "issuer-signature");
    judged(world, &set, 1, &root, "issuer-signature");
    judged(world, &set, 2, &root, "issuer-signature issuer-key"); /* it bears no identifier of its AC */
    X509_free(false_leaf);
    X509_free(false_ac);
    X509_free(false_root);
}

/* The old one and the new one of the same name; and the same one twice. */
static void a_root_stands_beside_nobody(void **state)
{
    const struct world *world = *state;
    X509 *renewed = of_the_same_name(world->root, world->holder_key, NULL, world->holder_key);
    struct lint_objects set = {.count = 0};
    add_certificate(world, &set, world->root);
    add_certificate(world, &set, renewed);
    add_certificate(world, &set, world->root);
    for (size_t i = 0; i < set.count; i++)
        judged(world, &set, i, &lint_today, "-");
    X509_free(renewed);
}

/* The outer length with a zero before it: OpenSSL reads on, DER has only the shortest. */
static struct bytes of_longer_length(const struct world *world, struct bytes der)
{
    uint8_t *longer = talloc_size(world->memory, der.length + 1);
    assert_int_equal(der.data[1], 0x82);
    memcpy(longer, "0\x83", 3); /* and the zero */
    memcpy(longer + 3, der.data + 2, der.length - 2);
    return (struct bytes){longer, der.length + 1};
}

/* What no AC is asked about is not said to stand beside one; a request's own key verified it. */
static void what_cannot_be_read_and_a_request(void **state)
{
    const struct world *world = *state;
    const struct lint_about named = {.now = FIXTURE_NOW, .issuer = world->issuer};
    struct lint_objects set = chain_of(world);
    const struct bytes leaf = set.items[0].der;
    const struct bytes list = list_of(world, world->issuer, world->issuer_key);
    set.items[0].der.length--;
    judged(world, &set, 0, &named, "- encoding");
    set.items[0].der = of_longer_length(world, leaf);
    judged(world, &set, 0, &named, "- encoding");
    set.items[0] = (struct lint_object){LINT_CRL, of_longer_length(world, list)};
    judged(world, &set, 0, &named, "- encoding");
    set.items[0] = (struct lint_object){
        LINT_REQUEST, fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL)};
    judged(world, &set, 0, &lint_today, "");
}

/* One alone is asked all, as ever. */
static void one_alone_is_judged_by_all_that_was_named(void **state)
{
    const struct world *world = *state;
    const struct lint_about about = {
        .now = FIXTURE_NOW, .issuer = world->root, .crl = list_of(world, world->root, world->root_key)};
    struct lint_objects set = chain_of(world);
    set.count = 1;
    judged(world, &set, 0, &about, "issuer-name issuer-signature issuer-key crl-foreign");
    judged(world, &set, 0, &lint_today, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stands_beside_the_one_above_it),
        cmocka_unit_test(a_crl_is_asked_of_its_acs_certificates),
        cmocka_unit_test(a_crl_of_none_of_them_is_not_passed_over),
        cmocka_unit_test(a_crl_stands_beside_its_ac),
        cmocka_unit_test(of_two_acs_of_one_name_the_one_that_signed),
        cmocka_unit_test(the_named_ac_comes_before_those_of_the_file),
        cmocka_unit_test(a_root_stands_beside_nobody),
        cmocka_unit_test(what_cannot_be_read_and_a_request),
        cmocka_unit_test(one_alone_is_judged_by_all_that_was_named),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
