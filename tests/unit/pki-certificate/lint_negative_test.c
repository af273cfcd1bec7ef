/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The negative fixtures of certificate-profiles 3.2, each by its id: what the linter says of it, all of it
 * and nothing else.
 *
 * With LINT_VECTORS=FOLDER in the environment the fixtures are also written there, as pki/vectors/lint holds
 * them.
 */
#include "tests/unit/pki-certificate/lint_case.h"
#include "tests/unit/pki-certificate/vectors.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

enum { DAY_S = 24 * 3600 };

#define PERSON_50 "150819851234567890912345678900000000012345678SSPSP"
#define PERSON_TAIL                                                                                          \
    "otherName:2.16.76.1.3.6;PRINTABLE:000000000000,"                                                        \
    "otherName:2.16.76.1.3.5;PRINTABLE:0000000000000000000,"                                                 \
    "email:maria@exemplo.test.br"
/* X(id, extension, critical, value, order, codes): a fixture that differs in one extension. */
#define BY_EXTENSION(X)                                                                                      \
    X(missing_other_name_3_1, NID_subject_alt_name, false, PERSON_TAIL, person, "san-identity")              \
    X(missing_other_name_3_3, NID_subject_alt_name, false,                                                   \
      "otherName:2.16.76.1.3.4;PRINTABLE:" PERSON_50 ",email:contato@padaria.test.br", company,              \
      "san-identity")                                                                                        \
    X(inner_type_utf8string, NID_subject_alt_name, false,                                                    \
      "otherName:2.16.76.1.3.1;UTF8:" PERSON_50 "," PERSON_TAIL, person, "san-inner-type")                   \
    X(cpf_with_bad_digit, NID_subject_alt_name, false,                                                       \
      "otherName:2.16.76.1.3.1;PRINTABLE:"                                                                   \
      "150819851234567890812345678900000000012345678SSPSP," PERSON_TAIL,                                     \
      person, "san-cpf common-name")                                                                         \
    X(zero_cpf, NID_subject_alt_name, false,                                                                 \
      "otherName:2.16.76.1.3.1;PRINTABLE:"                                                                   \
      "150819850000000000012345678900000000012345678SSPSP," PERSON_TAIL,                                     \
      person, "san-cpf")                                                                                     \
    X(key_usage_not_critical, NID_key_usage, false, "digitalSignature,nonRepudiation,keyEncipherment",       \
      person, "key-usage-critical")                                                                          \
    X(policy_arc_of_s3, NID_certificate_policies, false, "2.16.76.1.2.103.999999", person,                   \
      "ou-policy policy-cps policy-extinct")                                                                 \
    X(two_policies, NID_certificate_policies, false, "2.16.76.1.2.1.999999,2.16.76.1.2.3.999999", person,    \
      "policy-count")                                                                                        \
    X(extended_usage_critical, NID_ext_key_usage, true, "clientAuth,emailProtection", person, "criticality") \
    X(san_in_reversed_order, NID_subject_alt_name, false,                                                    \
      "email:maria@exemplo.test.br,otherName:2.16.76.1.3.5;PRINTABLE:0000000000000000000,"                   \
      "otherName:2.16.76.1.3.6;PRINTABLE:000000000000,"                                                      \
      "otherName:2.16.76.1.3.1;PRINTABLE:" PERSON_50,                                                        \
      person, "")                                                                                            \
    X(san_critical, NID_subject_alt_name, true,                                                              \
      "otherName:2.16.76.1.3.1;PRINTABLE:" PERSON_50 "," PERSON_TAIL, person, "criticality")                 \
    X(basic_constraints_ca_true, NID_basic_constraints, false, "CA:TRUE", person, "basic-constraints")       \
    X(unknown_critical_extension, NID_netscape_comment, true, "oi", person, "critical-extension")

#define X(id, nid, critical, value, order, codes)                                                            \
    static void id(X509 *certificate, const struct world *world)                                             \
    {                                                                                                        \
        set_extension(certificate, world->issuer, nid, critical, value);                                     \
    }
BY_EXTENSION(X)
#undef X

/* Builds what OpenSSL's own functions would refuse. */
static void set_common_name(X509 *certificate, int type, const char *value)
{
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    X509_NAME_ENTRY *entry = X509_NAME_ENTRY_dup(X509_NAME_get_entry(name, at));
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
    ASN1_STRING *text = X509_NAME_ENTRY_get_data(entry);
    assert_int_equal(ASN1_STRING_set(text, value, -1), 1);
    text->type = type;
    assert_int_equal(X509_NAME_add_entry(name, entry, -1, 0), 1);
    X509_NAME_ENTRY_free(entry);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void common_name_over_64(X509 *certificate, const struct world *world)
{
    (void)world;
    set_common_name(certificate, V_ASN1_UTF8STRING,
                    "MARIA DO CARMO TESTE MARIA DO CARMO TESTE MARIA DO CARMO:12345678909");
}

static void dn_with_t61_string(X509 *certificate, const struct world *world)
{
    (void)world;
    set_common_name(certificate, V_ASN1_T61STRING, "MARIA DO CARMO TESTE:12345678909");
}

/* Rewrites the content of the first otherName in place of what the order made. */
static void pad_first_block(X509 *certificate, size_t blanks)
{
    char padded[64];
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    ASN1_STRING *content = sk_GENERAL_NAME_value(names, 0)->d.otherName->value->value.octet_string;
    int length = snprintf(padded, sizeof padded, PERSON_50 "%*s", (int)blanks, "");
    assert_int_equal(ASN1_STRING_set(content, padded, length), 1);
    assert_int_equal(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE), 1);
    GENERAL_NAMES_free(names);
}

static void block_of_51_padded(X509 *certificate, const struct world *world)
{
    (void)world;
    pad_first_block(certificate, 1);
}

static void block_of_55_padded(X509 *certificate, const struct world *world)
{
    (void)world;
    pad_first_block(certificate, 5);
}

static EVP_PKEY *other_key;

static void with_other_key(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_int_equal(X509_set_pubkey(certificate, other_key), 1);
}

static void expired_leaf(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), FIXTURE_NOW - 366 * DAY_S));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), FIXTURE_NOW - DAY_S));
}

/* The AC of the fixtures lives 800 days from now. */
static void leaf_outliving_issuer(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), FIXTURE_NOW + 500 * DAY_S));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), FIXTURE_NOW + 865 * DAY_S));
}

static void wrong_authority_key(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->root, NID_authority_key_identifier, false, "keyid:always");
}

/* The issuing AC's list, of this serial or of none, that ends so many days from now. */
static struct bytes make_crl(const struct world *world, bool lists, int days)
{
    unsigned char *der = NULL;
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, FIXTURE_NOW - 3 * DAY_S);
    assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(world->issuer)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
    if (lists) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        assert_int_equal(ASN1_INTEGER_set(serial, 4711), 1);
        assert_int_equal(X509_REVOKED_set_serialNumber(entry, serial), 1);
        assert_int_equal(X509_REVOKED_set_revocationDate(entry, time), 1);
        assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
        ASN1_INTEGER_free(serial);
    }
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    assert_int_equal(ASN1_INTEGER_set(number, 7), 1);
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0), 1);
    AUTHORITY_KEYID *key = AUTHORITY_KEYID_new();
    key->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(world->issuer));
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, key, 0, 0), 1);
    assert_non_null(ASN1_TIME_set(time, FIXTURE_NOW + days * DAY_S));
    assert_int_equal(X509_CRL_set1_nextUpdate(crl, time), 1);
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    int length = i2d_X509_CRL(crl, &der);
    struct bytes copy = bytes_copy(world->memory, der, (size_t)length);
    OPENSSL_free(der);
    AUTHORITY_KEYID_free(key);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
    X509_CRL_free(crl);
    return copy;
}

/* --- judging --- */

static void judge(const struct world *world, const char *id, struct bytes der, const struct lint_about *about,
                  const char *with, const char *codes)
{
    struct ra_error error = {0};
    struct findings *findings = findings_new(world->memory);
    assert_true(lint_file(world->memory, der, about, findings, &error));
    const char *found = lint_codes(world->memory, findings);
    if (strcmp(found, codes) != 0) {
        for (size_t i = 0; i < findings->count; i++)
            print_message("%s: %s\n", findings->items[i].code, findings->items[i].detail);
        fail_msg("%s: found «%s», expected «%s»", id, found, codes);
    }
    if (with[0] == '\0')
        vector_write(id, der, findings);
}

static struct bytes der_of(const struct world *world, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    struct bytes copy = bytes_copy(world->memory, der, (size_t)length);
    OPENSSL_free(der);
    X509_free(certificate);
    return copy;
}

static const struct lint_about today = {.now = FIXTURE_NOW};

static void every_fixture_of_one_extension(void **state)
{
    const struct world *world = *state;
#define X(id, nid, critical, value, order, codes)                                                            \
    judge(world, #id, der_of(world, fixture_certificate(world, &world->order, id)), &today, "", codes);
    BY_EXTENSION(X)
#undef X
}

static void what_is_honest_has_nothing(void **state)
{
    const struct world *world = *state;
    const struct lint_about beside = {
        .now = FIXTURE_NOW, .issuer = world->issuer, .crl = make_crl(world, false, 1)};
    judge(world, "honest_person", der_of(world, fixture_certificate(world, &world->person, NULL)), &beside,
          "", "");
    judge(world, "honest_company", der_of(world, fixture_certificate(world, &world->company, NULL)), &beside,
          "", "");
}

static void common_name_over_64_and_t61(void **state)
{
    const struct world *world = *state;
    judge(world, "common_name_over_64",
          der_of(world, fixture_certificate(world, &world->person, common_name_over_64)), &today, "",
          "rdn-length common-name-width");
    judge(world, "dn_with_t61_string",
          der_of(world, fixture_certificate(world, &world->person, dn_with_t61_string)), &today, "",
          "string-type");
}

static void padded_blocks(void **state)
{
    const struct world *world = *state;
    judge(world, "block_of_51_padded",
          der_of(world, fixture_certificate(world, &world->company, block_of_51_padded)), &today, "",
          "san-padding");
    judge(world, "block_of_55_padded",
          der_of(world, fixture_certificate(world, &world->company, block_of_55_padded)), &today, "",
          "san-padding");
}

static void keys_and_signatures(void **state)
{
    const struct world *world = *state;
    other_key = fixture_rsa(1024, 65537);
    judge(world, "rsa_1024", der_of(world, fixture_certificate(world, &world->person, with_other_key)),
          &today, "", "key-size");
    EVP_PKEY_free(other_key);
    other_key = EVP_EC_gen("P-256");
    judge(world, "p256_key", der_of(world, fixture_certificate(world, &world->person, with_other_key)),
          &today, "", "key-algorithm key-usage-algorithm");
    EVP_PKEY_free(other_key);
    judge(
        world, "sha_1",
        der_of(world, fixture_certificate_signed(world, &world->person, NULL, world->issuer_key, EVP_sha1())),
        &today, "", "signature-algorithm");
}

static void times_and_revocation(void **state)
{
    const struct world *world = *state;
    const struct lint_about beside = {.now = FIXTURE_NOW, .issuer = world->issuer};
    const struct lint_about listed = {.now = FIXTURE_NOW, .crl = make_crl(world, true, 1)};
    const struct lint_about stale = {.now = FIXTURE_NOW, .crl = make_crl(world, false, -1)};
    judge(world, "expired_leaf", der_of(world, fixture_certificate(world, &world->person, expired_leaf)),
          &today, "", "expired");
    judge(world, "leaf_outliving_issuer",
          der_of(world, fixture_certificate(world, &world->person, leaf_outliving_issuer)), &beside, "issuer",
          "not-yet-valid outlives-issuer");
    judge(world, "revoked_in_lcr", der_of(world, fixture_certificate(world, &world->person, NULL)), &listed,
          "crl", "revoked");
    judge(world, "lcr_expired_beside_leaf", der_of(world, fixture_certificate(world, &world->person, NULL)),
          &stale, "stale-crl", "crl-expired");
    judge(world, "lcr_expired", make_crl(world, false, -1), &today, "", "crl-expired");
    judge(world, "lcr_honest", make_crl(world, true, 1), &today, "", "");
}

static void issuers(void **state)
{
    const struct world *world = *state;
    const struct lint_about beside = {.now = FIXTURE_NOW, .issuer = world->issuer};
    judge(world, "wrong_authority_key",
          der_of(world, fixture_certificate(world, &world->person, wrong_authority_key)), &beside, "issuer",
          "issuer-key");
    /* Signed by the level above, which is not the AC of these policies. */
    judge(
        world, "signed_above_without_path",
        der_of(world, fixture_certificate_signed(world, &world->person, NULL, world->root_key, EVP_sha256())),
        &beside, "issuer", "issuer-signature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_honest_has_nothing),
        cmocka_unit_test(every_fixture_of_one_extension),
        cmocka_unit_test(common_name_over_64_and_t61),
        cmocka_unit_test(keys_and_signatures),
        cmocka_unit_test(padded_blocks),
        cmocka_unit_test(times_and_revocation),
        cmocka_unit_test(issuers),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
