/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every rule of finding_rules.h that the linter can raise alone: a certificate bent in one place, and exactly
 * the codes that this one place deserves. The last test fails for a rule that no case has raised.
 */
#include "pki/base/der.h"
#include "pki/certificate/lint.h"
#include "tests/unit/pki-certificate/lint_case.h"

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

/* --- subjectAltName --- */

/* One entry of a subjectAltName: last arc of the ICP otherName ('1' to '7'), 'e' e-mail, 'f' an otherName of
 * somebody else; then the inner type: O octets, P printable, U UTF-8, I integer. */
static void push_entry(GENERAL_NAMES *names, const char *entry)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    if (entry[0] == 'e') {
        ASN1_IA5STRING *text = ASN1_IA5STRING_new();
        assert_int_equal(ASN1_STRING_set(text, entry + 1, -1), 1);
        GENERAL_NAME_set0_value(name, GEN_EMAIL, text);
    } else {
        char oid[32];
        int type = entry[1] == 'O'   ? V_ASN1_OCTET_STRING
                   : entry[1] == 'P' ? V_ASN1_PRINTABLESTRING
                   : entry[1] == 'I' ? V_ASN1_INTEGER
                                     : V_ASN1_UTF8STRING;
        ASN1_TYPE *value = ASN1_TYPE_new();
        ASN1_STRING *text = ASN1_STRING_type_new(type);
        snprintf(oid, sizeof oid, entry[0] == 'f' ? "1.2.3.4" : "2.16.76.1.3.%c", entry[0]);
        assert_int_equal(ASN1_STRING_set(text, entry + 2, -1), 1);
        ASN1_TYPE_set(value, type, text);
        assert_int_equal(GENERAL_NAME_set0_othername(name, OBJ_txt2obj(oid, 1), value), 1);
    }
    assert_true(sk_GENERAL_NAME_push(names, name) > 0);
}

static const char *const *entries; /* of the case at hand; ends with NULL */

static void put_entries(X509 *certificate, const struct world *world)
{
    (void)world;
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    for (size_t i = 0; entries[i] != NULL; i++)
        push_entry(names, entries[i]);
    assert_int_equal(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE), 1);
    GENERAL_NAMES_free(names);
}

#define GOOD_1 "1O150819851234567890912345678900000000012345678SSPSP"
#define GOOD_4 "4O150819851234567890900000000000000000000000000"
#define GOOD_5 "5O0000000000000000000"
#define GOOD_6 "6O000000000000"
#define GOOD_E "emaria@exemplo.test.br"
#define REST   GOOD_6, GOOD_5, GOOD_E

static void fields_of_a_person(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *name, *codes;
        const char *entries[8];
    } cases[] = {
        {"a person as it should be", "", {GOOD_1, REST}},
        {"44 characters", "san-short", {"1O15081985123456789090000000000000000000000000", REST}},
        {"56 characters", "san-long", {GOOD_1 "DEFGSP", REST}},
        {"no such day", "san-birth-date", {"1O310219851234567890900000000000000000000000000", REST}},
        {"no birth date", "san-birth-date", {"1O000000001234567890900000000000000000000000000", REST}},
        {"born tomorrow", "san-birth-future", {"1O241120261234567890900000000000000000000000000", REST}},
        {"a blank in the CPF", "san-digits", {"1O15081985 234567890900000000000000000000000000", REST}},
        {"blanks for an absent NIS", "san-digits", {"1O1508198512345678909           000000000000000", REST}},
        {"NIS of another", "san-nis", {"1O150819851234567890912345678901000000000000000", REST}},
        {"RG with a mask", "san-rg", {"1O1508198512345678909000000000000000012.345.678SSPSP", REST}},
        {"RG without issuer", "san-rg-issuer", {"1O150819851234567890900000000000000000012345678", REST}},
        {"issuer without RG",
         "san-rg-issuer",
         {"1O150819851234567890900000000000000000000000000SSPSP", REST}},
        {"issuer without UF", "san-uf", {"1O150819851234567890900000000000000000012345678SSPXX", REST}},
        {"zeros for padding",
         "san-padding san-rg-issuer",
         {"1O1508198512345678909000000000000000000123456780000000000", REST}},
        {"small letters",
         "san-charset san-uf",
         {"1O150819851234567890900000000000000000012345678sspsp", REST}},
        {"twice", "san-duplicate", {GOOD_1, GOOD_1, REST}},
        {"an integer inside", "san-inner-unreadable", {"1I1", REST}},
        {"UTF-8 inside", "san-inner-type", {"1U150819851234567890900000000000000000000000000", REST}},
        {"no .3.5", "san-set", {GOOD_1, GOOD_6, GOOD_E}},
        {"título of another", "san-voter", {GOOD_1, GOOD_6, "5O1425014802491230456CAMPINASSP", GOOD_E}},
        {"zona without título", "san-voter-absent", {GOOD_1, GOOD_6, "5O0000000000001230456", GOOD_E}},
        {"CEI of another", "san-cei", {GOOD_1, "6O115830024984", GOOD_5, GOOD_E}},
        {"no e-mail", "san-email", {GOOD_1, GOOD_6, GOOD_5}},
        {"an e-mail that is none", "san-email", {GOOD_1, GOOD_6, GOOD_5, "emaria"}},
        {"two e-mails", "san-email-twice", {GOOD_1, REST, GOOD_E}},
        {"an otherName of somebody else", "san-foreign", {GOOD_1, REST, "fUabc"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        entries = cases[i].entries;
        /* The stray .3.4 is judged like .3.1, and nothing else of it. */
        lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, put_entries)),
                     &lint_today, cases[i].name, cases[i].codes);
    }
}

#define LONG_NAME                                                                                            \
    "MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA MARIA " \
    "MARIA MARIA MARIA"
#define COMPANY_REST "3O12ABC34501DE35", "7O000000000000", "econtato@padaria.test.br"

static void fields_of_a_company(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *name, *codes;
        const char *entries[8];
    } cases[] = {
        {"a company as it should be", "", {GOOD_4, "2OMARIA DO CARMO TESTE", COMPANY_REST}},
        {"no responsible", "san-set san-set", {COMPANY_REST}},
        {"an empty name", "san-responsible-name", {GOOD_4, "2O", COMPANY_REST}},
        {"a CNPJ of small letters",
         "san-charset san-cnpj common-name",
         {GOOD_4, "2OMARIA", "3O12abc34501de35", "7O000000000000", "econtato@padaria.test.br"}},
        {"a CNPJ of another",
         "san-cnpj common-name",
         {GOOD_4, "2OMARIA", "3O12ABC34501DE36", "7O000000000000", "econtato@padaria.test.br"}},
        {"a name too long for one length octet", "san-size san-long", {GOOD_4, "2O" LONG_NAME, COMPANY_REST}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        entries = cases[i].entries;
        lint_examine(world, lint_der(world, fixture_certificate(world, &world->company, put_entries)),
                     &lint_today, cases[i].name, cases[i].codes);
    }
}

/* --- subject --- */

static const struct rdn {
    int nid, type;
    const char *value;
} * rdns; /* of the case at hand; ends with NID_undef */

static void put_subject(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_NAME *name = X509_NAME_new();
    for (const struct rdn *rdn = rdns; rdn->nid != NID_undef; rdn++) {
        /* OpenSSL would refuse what is too long: give it little, then change it. */
        assert_int_equal(X509_NAME_add_entry_by_NID(name, rdn->nid, V_ASN1_PRINTABLESTRING,
                                                    (const unsigned char *)"BR", 2, -1, 0),
                         1);
        ASN1_STRING *value =
            X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, X509_NAME_entry_count(name) - 1));
        assert_int_equal(ASN1_STRING_set(value, rdn->value, -1), 1);
        value->type = rdn->type;
    }
    X509_NAME *renewed = X509_NAME_new();
    for (int i = 0; i < X509_NAME_entry_count(name); i++)
        assert_int_equal(X509_NAME_add_entry(renewed, X509_NAME_get_entry(name, i), -1, 0), 1);
    assert_int_equal(X509_set_subject_name(certificate, renewed), 1);
    X509_NAME_free(renewed);
    X509_NAME_free(name);
}

#define P V_ASN1_PRINTABLESTRING
#define U V_ASN1_UTF8STRING
#define COUNTRY                                                                                              \
    {                                                                                                        \
        NID_countryName, P, "BR"                                                                             \
    }
#define ORGANIZATION                                                                                         \
    {                                                                                                        \
        NID_organizationName, P, "ICP-Brasil"                                                                \
    }
#define AR                                                                                                   \
    {                                                                                                        \
        NID_organizationalUnitName, P, "11222333000181"                                                      \
    }
#define METHOD                                                                                               \
    {                                                                                                        \
        NID_organizationalUnitName, P, "VideoConferencia"                                                    \
    }
#define NAME                                                                                                 \
    {                                                                                                        \
        NID_commonName, P, "MARIA DO CARMO TESTE:12345678909"                                                \
    }
#define CN(type, value)                                                                                      \
    {                                                                                                        \
        NID_commonName, type, value                                                                          \
    }
#define NUMBER(value)                                                                                        \
    {                                                                                                        \
        NID_serialNumber, P, value                                                                           \
    }

static void names_of_a_holder(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *name, *codes;
        struct rdn rdns[10];
    } cases[] = {
        {"in any order", "", {NAME, METHOD, AR, ORGANIZATION, COUNTRY}},
        {"no country", "subject-country", {ORGANIZATION, AR, METHOD, NAME}},
        {"another country", "subject-country", {{NID_countryName, P, "PT"}, ORGANIZATION, AR, METHOD, NAME}},
        {"country in UTF-8", "string-type", {{NID_countryName, U, "BR"}, ORGANIZATION, AR, METHOD, NAME}},
        {"no organization", "subject-organization", {COUNTRY, AR, METHOD, NAME}},
        {"two CNs", "subject-form", {COUNTRY, ORGANIZATION, AR, METHOD, NAME, NAME}},
        {"no AR", "ou-ar", {COUNTRY, ORGANIZATION, METHOD, NAME}},
        {"no identification", "ou-method", {COUNTRY, ORGANIZATION, AR, NAME}},
        {"A3 under an A1 policy",
         "ou-policy",
         {COUNTRY, ORGANIZATION, AR, METHOD, {NID_organizationalUnitName, P, "RFB e-CPF A3"}, NAME}},
        {"& as PrintableString",
         "string-charset",
         {COUNTRY, ORGANIZATION, AR, METHOD, CN(P, "MARIA & TESTE:12345678909")}},
        {"an accent", "name-charset", {COUNTRY, ORGANIZATION, AR, METHOD, CN(U, "JOÃO TESTE:12345678909")}},
        {"a name in small letters",
         "common-name-case",
         {COUNTRY, ORGANIZATION, AR, METHOD, CN(P, "Maria:12345678909")}},
        {"a comma", "common-name-comma", {COUNTRY, ORGANIZATION, AR, METHOD, CN(P, "A, B:12345678909")}},
        {"no number", "common-name", {COUNTRY, ORGANIZATION, AR, METHOD, CN(P, "MARIA DO CARMO TESTE")}},
        {"another's number",
         "common-name",
         {COUNTRY, ORGANIZATION, AR, METHOD, CN(P, "MARIA DO CARMO TESTE:98765432100")}},
        {"53 characters before the number",
         "rdn-length common-name-width",
         {COUNTRY, ORGANIZATION, AR, METHOD,
          CN(P, "MARIA DO CARMO TESTE MARIA DO CARMO TESTE MARIA DO CA:12345678909")}},
        {"a serialNumber that is no CPF",
         "subject-serial subject-serial san-extinct",
         {COUNTRY, ORGANIZATION, NUMBER("12345678900"), NAME}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rdns = cases[i].rdns;
        const char *codes = cases[i].codes;
        if (strstr(cases[i].name, "serialNumber") != NULL) /* the new layout has no A1 */
            codes = "subject-serial san-extinct subject-serial policy-extinct";
        lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, put_subject)),
                     &lint_today, cases[i].name, codes);
    }
}

/* --- the rest of a certificate --- */

/* X(name, statement, codes) */
#define BENT(X)                                                                                              \
    X(version_1, X509_set_version(c, X509_VERSION_2), "version")                                             \
    X(negative_serial, ASN1_INTEGER_set(X509_get_serialNumber(c), -4), "serial")                             \
    X(generalized_time_too_soon, ASN1_GENERALIZEDTIME_set(X509_getm_notAfter(c), FIXTURE_NOW), "time-form")  \
    X(ends_before_it_begins, ASN1_TIME_set(X509_getm_notAfter(c), FIXTURE_NOW - 100), "validity expired")    \
    X(two_years_of_a1, ASN1_TIME_set(X509_getm_notAfter(c), FIXTURE_NOW + 700 * DAY_S), "validity-policy")   \
    X(garbage_in_extension, lint_put_bytes(c, NID_ext_key_usage, false, "\x04\x00", 2), "extension-form")    \
    X(extra_usage,                                                                                           \
      set_extension(c, w->issuer, NID_ext_key_usage, false, "clientAuth,emailProtection,timeStamping"),      \
      "extended-key-usage-extra")                                                                            \
    X(logon,                                                                                                 \
      set_extension(c, w->issuer, NID_ext_key_usage, false, "clientAuth,emailProtection,msSmartcardLogin"),  \
      "extended-key-usage-logon")                                                                            \
    X(no_usage, set_extension(c, w->issuer, NID_ext_key_usage, false, NULL), "extended-key-usage")           \
    X(only_signature, set_extension(c, w->issuer, NID_key_usage, true, "digitalSignature"), "key-usage")     \
    X(foreign_policy, set_extension(c, w->issuer, NID_certificate_policies, false, "1.2.3.4"),               \
      "policy-arc policy-cps")                                                                               \
    X(seal_of_a_person,                                                                                      \
      set_extension(c, w->issuer, NID_certificate_policies, false, "2.16.76.1.2.201.999999"),                \
      "ou-policy policy-cps policy-holder")                                                                  \
    X(a4_of_2048_bits, set_extension(c, w->issuer, NID_certificate_policies, false, "2.16.76.1.2.4.999999"), \
      "key-size-policy ou-policy policy-cps")                                                                \
    X(one_crl_address_twice,                                                                                 \
      set_extension(c, w->issuer, NID_crl_distribution_points, false,                                        \
                    "URI:http://um.test.br/a,URI:http://um.test.br/a"),                                      \
      "crl-points")                                                                                          \
    X(no_chain_address, set_extension(c, w->issuer, NID_info_access, false, NULL), "ca-issuers")             \
    X(no_authority_key, set_extension(c, w->issuer, NID_authority_key_identifier, false, NULL),              \
      "authority-key")                                                                                       \
    X(no_alternative_name, set_extension(c, w->issuer, NID_subject_alt_name, false, NULL),                   \
      "san-malformed san-email san-identity")                                                                \
    X(constraints_spelled, lint_put_bytes(c, NID_basic_constraints, false, "\x30\x03\x01\x01\x00", 5),       \
      "basic-constraints")

#define X(name, statement, codes)                                                                            \
    static void name(X509 *c, const struct world *w)                                                         \
    {                                                                                                        \
        (void)w;                                                                                             \
        statement;                                                                                           \
    }
BENT(X)
#undef X

static void twice_the_same(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_EXTENSION *extension =
        X509_get_ext(certificate, X509_get_ext_by_NID(certificate, NID_info_access, -1));
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
}

static void parts_of_a_certificate(void **state)
{
    const struct world *world = *state;
#define X(name, statement, codes)                                                                            \
    lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, name)), &lint_today,      \
                 #name, codes);
    BENT(X)
#undef X
    lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, twice_the_same)),
                 &lint_today, "twice_the_same", "duplicate-extension");
}

#define SHA256_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define SHA512_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
#define ML_DSA_65  "\x60\x86\x48\x01\x65\x03\x04\x03\x12"
#define RSA_NULL   "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
#define RSA_OCTETS "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x04\x00"
#define ML_DSA_KEY "\x60\x86\x48\x01\x65\x03\x04\x03\x11\x05\x00"
#define EXPONENT   "\x02\x03\x01\x00\x01"
#define OTHER_ODD  "\x02\x03\x01\x00\x03"

static void bytes_of_a_certificate(void **state)
{
    const struct world *world = *state;
    struct bytes der = lint_der(world, fixture_certificate(world, &world->person, NULL));
    lint_examine(world, lint_patched(world, der, -1, SHA256_RSA, SHA512_RSA, 9), &lint_today,
                 "two algorithms", "signature-differs");
    lint_examine(world, lint_patched(world, der, 0, SHA256_RSA, ML_DSA_65, 9), &lint_today, "ML-DSA",
                 "signature-unverifiable");
    lint_examine(world, lint_patched(world, der, 0, RSA_NULL, ML_DSA_KEY, 11), &lint_today, "an ML-DSA key",
                 "key-unverifiable");
    lint_examine(world, lint_patched(world, der, 0, RSA_NULL, RSA_OCTETS, 11), &lint_today,
                 "RSA without NULL", "key-form");
    lint_examine(world, lint_patched(world, der, 0, EXPONENT, OTHER_ODD, 5), &lint_today, "another exponent",
                 "key-exponent");
    uint8_t *even = talloc_memdup(world->memory, der.data, der.length);
    uint8_t *at = memmem(even, der.length, EXPONENT, 5);
    at[-1] &= 0xFE;
    lint_examine(world, (struct bytes){even, der.length}, &lint_today, "an even modulus", "key-small-factor");
    lint_examine(world, (struct bytes){der.data, der.length - 1}, &lint_today, "cut", "encoding");
    lint_examine(world, lint_patched(world, der, 1, "\x13\x20MARIA", "\x0c\x20MARI\xc3", 7), &lint_today,
                 "half a character", "string-charset name-charset");
    const struct lint_about before = {.now = FIXTURE_NOW - 2 * DAY_S};
    lint_examine(world, der, &before, "of tomorrow", "not-yet-valid");
}

/* --- ACs, requests, products --- */

static void an_ac_is_judged_as_one(void **state)
{
    const struct world *world = *state;
    X509 *authority = X509_dup(world->issuer);
    lint_examine(world, lint_der(world, X509_dup(world->issuer)), &lint_today, "an AC", "crl-points");
    set_extension(authority, authority, NID_subject_key_identifier, false, NULL);
    set_extension(authority, authority, NID_crl_distribution_points, false, "URI:http://um.test.br/a");
    assert_true(X509_sign(authority, world->root_key, EVP_sha512()) > 0);
    lint_examine(world, lint_der(world, authority), &lint_today, "an AC without key identifier",
                 "subject-key");
}

static void add_challenge(X509_REQ *request)
{
    assert_int_equal(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, MBSTRING_ASC,
                                               (const unsigned char *)"segredo", -1),
                     1);
}

static void add_extension_request(X509_REQ *request)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
    sk_X509_EXTENSION_push(list, extension);
    assert_int_equal(X509_REQ_add_extensions(request, list), 1);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}

static void requests(void **state)
{
    const struct world *world = *state;
    const struct lint_about product = {.now = FIXTURE_NOW, .profile = world->person_profile};
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    uint8_t *bent = talloc_memdup(world->memory, der.data, der.length);
    bent[der.length - 1] ^= 1;
    lint_examine(world, der, &product, "a request", "");
    lint_examine(world, (struct bytes){bent, der.length}, &product, "somebody else's", "csr-signature");
    lint_examine(world, fixture_request(world->memory, world->holder_key, EVP_sha256(), add_challenge),
                 &product, "with a password", "csr-password");
    lint_examine(world,
                 fixture_request(world->memory, world->holder_key, EVP_sha256(), add_extension_request),
                 &product, "with extensions", "csr-ignored");
}

static void products(void **state)
{
    const struct world *world = *state;
    struct certificate_profile other = *world->person_profile;
    const struct lint_about about = {.now = FIXTURE_NOW, .profile = &other};
    struct bytes der = lint_der(world, fixture_certificate(world, &world->person, NULL));
    other.policy_oid = "2.16.76.1.2.3.999999";
    other.key_bits[0] = 4096;
    other.holder = CERTIFICATE_HOLDER_COMPANY;
    other.layout = PROFILE_LAYOUT_NEW;
    lint_examine(world, der, &about, "of another product", "policy key-bits policy-holder subject-serial");
}

/* What every shipped row's own certificate looks like: nothing to say of it. */
static void every_profile_is_clean(void **state)
{
    const struct world *world = *state;
    static const char *const ids[] = {"RFB_ECPF_A1", "RFB_ECPF_A3", "RFB_ECNPJ_A1", "RFB_ECNPJ_A3",
                                      "MUL_PF_A1",   "MUL_PF_A3",   "MUL_PJ_A1",    "MUL_PJ_A3",
                                      "NG_PF_A3",    "NG_PJ_SES",   "NG_PJ_SEH"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct ra_error error = {0};
        struct certificate_profile *profile;
        const char *path = talloc_asprintf(world->memory, "pki/profiles/%s.json", ids[i]);
        assert_true(profile_load(world->memory, path, &profile, &error));
        struct certificate_order order =
            profile->holder == CERTIFICATE_HOLDER_COMPANY ? world->company : world->person;
        order.profile = profile;
        const struct lint_about about = {.now = FIXTURE_NOW, .profile = profile};
        lint_examine(world, lint_der(world, fixture_certificate(world, &order, NULL)), &about, ids[i], "");
    }
}

/* Rules that this file cannot raise alone, each raised by the test named. */
static bool raised_elsewhere(enum finding_rule rule)
{
    switch ((int)rule) {
    case FINDING_RULE_KEY_ROCA:         /* weak_keys_test */
    case FINDING_RULE_KEY_CLOSE_PRIMES: /* weak_keys_test */
    case FINDING_RULE_KEY_DEBIAN:       /* weak_keys_test */
    case FINDING_RULE_KEY_ALGORITHM:    /* lint_negative_test, as all below up to the order's */
    case FINDING_RULE_KEY_SIZE:
    case FINDING_RULE_SIGNATURE_ALGORITHM:
    case FINDING_RULE_EXTENSION_CRITICAL:
    case FINDING_RULE_CRITICALITY:
    case FINDING_RULE_KEY_USAGE_CRITICAL:
    case FINDING_RULE_POLICY_COUNT:
    case FINDING_RULE_SAN_CPF:
    case FINDING_RULE_REVOKED:
    case FINDING_RULE_CRL_EXPIRED:
    case FINDING_RULE_ISSUER_SIGNATURE:
    case FINDING_RULE_ISSUER_KEY:
    case FINDING_RULE_ISSUER_OUTLIVED:
    case FINDING_RULE_UNIQUE_ID: /* lint_form_test, as all below up to the order's */
    case FINDING_RULE_SERIAL_SIGN:
    case FINDING_RULE_KEY_USAGE_ALGORITHM:
    case FINDING_RULE_ISSUER_FORM:
    case FINDING_RULE_ISSUER_SELF:
    case FINDING_RULE_SIGNATURE_PARAMETERS:
    case FINDING_RULE_WEB_ADDRESS:
    case FINDING_RULE_CRL_POINT_PARTIAL:
    case FINDING_RULE_AUTHORITY_KEY_MORE:
    case FINDING_RULE_SUBJECT_ATTRIBUTE:
    case FINDING_RULE_SUBJECT_BLANKS:
    case FINDING_RULE_SAN_KIND:
        return true;
    default:
        return (rule >= FINDING_RULE_KEY && rule <= FINDING_RULE_OUTLIVES_CHAIN) || /* profile_check_test */
               (rule >= FINDING_RULE_CRL_VERSION && rule <= FINDING_RULE_CRL_HOLD); /* lint_crl_test */
    }
}

static void beside_another_ac(void **state)
{
    const struct world *world = *state;
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    const struct lint_about beside = {.now = FIXTURE_NOW, .issuer = leaf};
    struct bytes der = lint_der(world, X509_dup(leaf));
    /* A holder's certificate in the AC's place: another name, another key, no AC, no later end, no such
     * policy. */
    lint_examine(world, der, &beside, "beside itself",
                 "issuer-name issuer-signature issuer-key issuer-no-authority");
    const struct lint_about root = {.now = FIXTURE_NOW, .issuer = world->root};
    lint_examine(world, der, &root, "beside the root",
                 "issuer-name issuer-signature issuer-key policy-issuer");
    const struct lint_about crl = {.now = FIXTURE_NOW, .crl = {(const uint8_t *)"\x30\x00", 2}};
    lint_examine(world, der, &crl, "beside no CRL", "crl-foreign");
    X509_free(leaf);
}

static void no_rule_is_without_a_case(void **state)
{
    (void)state;
    for (int rule = 0; rule < (int)FINDING_RULE_DATA_name; rule++)
        if (!lint_raised[rule] && !raised_elsewhere((enum finding_rule)rule))
            print_message("no case: %s\n", finding_row((enum finding_rule)rule)->code);
    for (int rule = 0; rule < (int)FINDING_RULE_DATA_name; rule++)
        assert_true(lint_raised[rule] || raised_elsewhere((enum finding_rule)rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_a_person),
        cmocka_unit_test(fields_of_a_company),
        cmocka_unit_test(names_of_a_holder),
        cmocka_unit_test(parts_of_a_certificate),
        cmocka_unit_test(bytes_of_a_certificate),
        cmocka_unit_test(an_ac_is_judged_as_one),
        cmocka_unit_test(requests),
        cmocka_unit_test(products),
        cmocka_unit_test(every_profile_is_clean),
        cmocka_unit_test(beside_another_ac),
        cmocka_unit_test(no_rule_is_without_a_case),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
