/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The returned certificate against the order: each way of differing is bent into an otherwise honest
 * certificate and must be found by its own code.
 */
#include "pki/certificate/profile_check.h"
#include "tests/unit/pki-certificate/fixtures.h"

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

static struct profile_check_input input_for(const struct world *world, const struct certificate_order *order,
                                            X509 *certificate)
{
    return (struct profile_check_input){
        .certificate = certificate,
        .issuer = world->issuer,
        .anchors = world->anchors,
        .order = order,
        .term_months = 12,
        .spki = fixture_spki(world->memory, world->holder_key),
        .now = FIXTURE_NOW,
    };
}

static void print_findings(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        print_message("%s %s: %s\n", finding_severity_word(findings->items[i].severity),
                      findings->items[i].code, findings->items[i].detail);
}

/* The verdict is DIFFERS, and `code` is among the errors. */
static void assert_differs(const struct world *world, const struct profile_check_input *input,
                           const char *code)
{
    struct ra_error error = {.code = RA_OK};
    struct findings *findings = NULL;
    assert_int_equal(profile_check(world->memory, input, &findings, &error), PROFILE_CHECK_DIFFERS);
    assert_int_equal(error.code, RA_CERTIFICATE_REFUSED);
    assert_string_equal(error.reason, "certificate-mismatch");
    const struct finding *finding = findings_find(findings, code);
    if (finding == NULL || finding->severity != FINDING_ERROR) {
        print_findings(findings);
        fail_msg("no error %s", code);
    }
}

static void differs(const struct world *world, const struct certificate_order *order, tweak *bend,
                    const char *code)
{
    X509 *certificate = fixture_certificate(world, order, bend);
    struct profile_check_input input = input_for(world, order, certificate);
    assert_differs(world, &input, code);
    X509_free(certificate);
}

/* Matches, and the findings are exactly `warnings` in number. */
static struct findings *matches(const struct world *world, const struct certificate_order *order, tweak *bend,
                                size_t warnings)
{
    struct ra_error error = {.code = RA_OK};
    struct findings *findings = NULL;
    X509 *certificate = fixture_certificate(world, order, bend);
    struct profile_check_input input = input_for(world, order, certificate);
    if (profile_check(world->memory, &input, &findings, &error) != PROFILE_CHECK_MATCHES ||
        findings->count != warnings) {
        print_findings(findings);
        fail_msg("%s", error.detail);
    }
    assert_int_equal(error.code, RA_OK);
    X509_free(certificate);
    return findings;
}

static void what_was_ordered_matches(void **state)
{
    const struct world *world = *state;
    matches(world, &world->person, NULL, 0);
    matches(world, &world->company, NULL, 0);
}

static void what_the_layout_cuts_still_matches(void **state)
{
    const struct world *world = *state;
    struct certificate_data data = fixture_company;
    struct certificate_order order = world->company;
    data.company_name = "COMERCIO DE PANIFICACAO E CONFEITARIA DO INTERIOR PAULISTA TESTE LTDA";
    data.rg = "0012345";
    data.rg_issuer = "SECRETARIA";
    data.rg_uf = "SP";
    order.data = &data;
    matches(world, &order, NULL, 0);
    struct certificate_data person = fixture_person;
    order = world->person;
    person.name = "MARIA DO CARMO DE ALBUQUERQUE CAVALCANTI E VASCONCELOS TESTE";
    person.voter_city = "VILA BELA DA SANTISSIMA TRINDADE";
    order.data = &person;
    matches(world, &order, NULL, 0);
}

/* The same RDNs from the last to the first, in upper case; the country is what it has to be. */
static void shuffle_subject(X509 *certificate, const struct world *world)
{
    (void)world;
    const X509_NAME *from = X509_get_subject_name(certificate);
    X509_NAME *name = X509_NAME_new();
    for (int i = X509_NAME_entry_count(from) - 1; i >= 0; i--) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(from, i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        char text[128];
        bool country = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == NID_countryName;
        int length = snprintf(text, sizeof text, "%s%.*s", country ? "" : "  ", ASN1_STRING_length(value),
                              (const char *)ASN1_STRING_get0_data(value));
        for (int c = 0; c < length; c++)
            if (text[c] >= 'a' && text[c] <= 'z')
                text[c] = (char)(text[c] - 'a' + 'A');
        assert_int_equal(X509_NAME_add_entry_by_OBJ(name, X509_NAME_ENTRY_get_object(entry),
                                                    country ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING,
                                                    (const unsigned char *)text, length, -1, 0),
                         1);
    }
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

/* The DN is a set of folded values: order, case, leading blanks and string type do not count. */
static void the_order_of_ous_does_not_matter(void **state)
{
    const struct world *world = *state;
    matches(world, &world->person, shuffle_subject, 7); /* the blanks are told */
    matches(world, &world->company, shuffle_subject, 8);
}

static void add_ou(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_organizationalUnitName, V_ASN1_PRINTABLESTRING,
                                                (const unsigned char *)"Diretoria", -1, 2, 0),
                     1);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void drop_ou(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 3));
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void set_common_name(X509 *certificate, const char *value)
{
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                                                (const unsigned char *)value, -1, -1, 0),
                     1);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void rename_holder(X509 *certificate, const struct world *world)
{
    (void)world;
    set_common_name(certificate, "JOANA DO CARMO TESTE:12345678909");
}

static void lengthen_common_name(X509 *certificate, const struct world *world)
{
    (void)world;
    set_common_name(certificate, "MARIA DO CARMO TESTE MARIA DO CARMO TESTE MARIA DO CARMO:12345678909");
}

static void group_rdns(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    X509_NAME_ENTRY *entry = X509_NAME_delete_entry(name, 3);
    assert_int_equal(X509_NAME_add_entry(name, entry, 3, -1), 1);
    X509_NAME_ENTRY_free(entry);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void subject_differences(void **state)
{
    const struct world *world = *state;
    differs(world, &world->person, add_ou, "subject-unexpected");
    differs(world, &world->person, drop_ou, "subject-missing");
    differs(world, &world->person, rename_holder, "subject-missing");
    differs(world, &world->person, rename_holder, "data-name");
    differs(world, &world->person, lengthen_common_name, "common-name-width");
    differs(world, &world->person, group_rdns, "subject-form");
}

/* A certificate that answers another order. */
static void differs_by_data(const struct world *world, const struct certificate_order *ordered,
                            const struct certificate_data *returned, const char *code)
{
    struct certificate_order other = *ordered;
    other.data = returned;
    X509 *certificate = fixture_certificate(world, &other, NULL);
    struct profile_check_input input = input_for(world, ordered, certificate);
    assert_differs(world, &input, code);
    X509_free(certificate);
}

static void every_field_is_compared(void **state)
{
    const struct world *world = *state;
    struct certificate_data data = fixture_person;
#define WITH(member, value)                                                                                  \
    data = fixture_person;                                                                                   \
    data.member = value;                                                                                     \
    differs_by_data(world, &world->person, &data, "data-" #member);
    WITH(name, "OUTRO NOME TESTE")
    WITH(cpf, "98765432100")
    WITH(birth_date, "1985-08-16")
    WITH(email, "outra@exemplo.test.br")
    WITH(nis, "")
    WITH(rg, "12345679")
    WITH(rg_issuer, "DETRAN")
    WITH(rg_uf, "RJ")
    WITH(voter_id, "543275360116")
    WITH(voter_zone, "124")
    WITH(voter_section, "0457")
    WITH(voter_city, "VALINHOS")
    WITH(voter_uf, "RJ")
    WITH(cei, "115830024985")
#undef WITH
#define WITH(member, value)                                                                                  \
    data = fixture_company;                                                                                  \
    data.member = value;                                                                                     \
    differs_by_data(world, &world->company, &data, "data-" #member);
    WITH(name, "OUTRO NOME TESTE")
    WITH(cpf, "98765432100")
    WITH(birth_date, "1985-08-16")
    WITH(company_name, "OUTRA EMPRESA")
    WITH(cnpj, "11222333000181")
    WITH(company_uf, "RJ")
    WITH(company_city, "NITEROI")
    WITH(company_cei, "115830024985")
#undef WITH
}

static void san_utf8(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false,
                  "otherName:2.16.76.1.3.1;UTF8:150819851234567890912345678900000000012345678SSPSP,"
                  "otherName:2.16.76.1.3.6;UTF8:000000000000,"
                  "otherName:2.16.76.1.3.5;UTF8:1425014802481230456CAMPINASSP,email:maria@exemplo.test.br");
}

static void san_reversed(X509 *certificate, const struct world *world)
{
    set_extension(
        certificate, world->issuer, NID_subject_alt_name, false,
        "email:maria@exemplo.test.br,"
        "otherName:2.16.76.1.3.5;PRINTABLE:1425014802481230456CAMPINASSP,"
        "otherName:2.16.76.1.3.6;PRINTABLE:000000000000,"
        "otherName:2.16.76.1.3.1;PRINTABLE:150819851234567890912345678900000000012345678SSPSP     ");
}

static void san_extra(X509 *certificate, const struct world *world)
{
    set_extension(
        certificate, world->issuer, NID_subject_alt_name, false,
        "otherName:2.16.76.1.3.1;PRINTABLE:150819851234567890912345678900000000012345678SSPSP,"
        "otherName:2.16.76.1.3.6;PRINTABLE:000000000000,"
        "otherName:2.16.76.1.3.5;PRINTABLE:1425014802481230456CAMPINASSP,email:maria@exemplo.test.br,"
        "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:chefe@dominio.test");
}

static void san_second_email(X509 *certificate, const struct world *world)
{
    set_extension(
        certificate, world->issuer, NID_subject_alt_name, false,
        "otherName:2.16.76.1.3.1;PRINTABLE:150819851234567890912345678900000000012345678SSPSP,"
        "otherName:2.16.76.1.3.6;PRINTABLE:000000000000,"
        "otherName:2.16.76.1.3.5;PRINTABLE:1425014802481230456CAMPINASSP,email:maria@exemplo.test.br,"
        "email:outra@exemplo.test.br");
}

static void san_without_person(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false, "email:maria@exemplo.test.br");
}

static void san_bad_cpf(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false,
                  "otherName:2.16.76.1.3.1;PRINTABLE:150819851234567890812345678900000000012345678SSPSP");
}

static void san_zero_cpf(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false,
                  "otherName:2.16.76.1.3.1;PRINTABLE:150819850000000000012345678900000000012345678SSPSP");
}

static void no_san(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false, NULL);
}

static void san_without_cnpj(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_subject_alt_name, false,
                  "otherName:2.16.76.1.3.4;PRINTABLE:150819851234567890900000000000000000000000000");
}

static void san_differences(void **state)
{
    const struct world *world = *state;
    matches(world, &world->person, san_reversed, 0);
    struct findings *findings = matches(world, &world->person, san_utf8, 3);
    assert_string_equal(findings->items[0].code, "san-inner-type");
    differs(world, &world->person, san_extra, "san-unexpected");
    differs(world, &world->person, san_second_email, "san-missing");
    differs(world, &world->person, san_without_person, "san-identity");
    differs(world, &world->person, san_without_person, "san-missing");
    differs(world, &world->person, san_bad_cpf, "san-cpf");
    differs(world, &world->person, san_zero_cpf, "san-cpf");
    differs(world, &world->person, no_san, "san-missing");
    differs(world, &world->company, san_without_cnpj, "san-identity");
}

/* X(function, extension, critical, value, code) */
#define BENT_EXTENSIONS(X)                                                                                   \
    X(ku_not_critical, NID_key_usage, false, "digitalSignature,nonRepudiation,keyEncipherment",              \
      "key-usage-critical")                                                                                  \
    X(ku_only_signature, NID_key_usage, true, "digitalSignature", "key-usage")                               \
    X(ku_with_cert_sign, NID_key_usage, true, "digitalSignature,nonRepudiation,keyEncipherment,keyCertSign", \
      "key-usage")                                                                                           \
    X(ku_missing, NID_key_usage, true, NULL, "key-usage")                                                    \
    X(eku_missing, NID_ext_key_usage, false, NULL, "extended-key-usage")                                     \
    X(eku_without_mail, NID_ext_key_usage, false, "clientAuth", "extended-key-usage")                        \
    X(eku_code_signing, NID_ext_key_usage, false, "clientAuth,emailProtection,codeSigning",                  \
      "extended-key-usage-extra")                                                                            \
    X(eku_any, NID_ext_key_usage, false, "clientAuth,emailProtection,anyExtendedKeyUsage",                   \
      "extended-key-usage-extra")                                                                            \
    X(two_policies, NID_certificate_policies, false, "2.16.76.1.2.1.999999,2.16.76.1.2.3.999999",            \
      "policy-count")                                                                                        \
    X(no_policy, NID_certificate_policies, false, NULL, "policy-count")                                      \
    X(policy_of_s3, NID_certificate_policies, false, "2.16.76.1.2.103.999999", "policy")                     \
    X(policy_of_a3, NID_certificate_policies, false, "2.16.76.1.2.3.999999", "policy")                       \
    X(foreign_policy, NID_certificate_policies, false, "1.2.3.4", "policy-arc")                              \
    X(long_policy, NID_certificate_policies, false, "2.16.76.1.2.1.999999.1", "policy-arc")                  \
    X(is_authority, NID_basic_constraints, false, "CA:TRUE", "basic-constraints")                            \
    X(no_authority_key, NID_authority_key_identifier, false, NULL, "authority-key")                          \
    X(critical_crl_points, NID_crl_distribution_points, true, "URI:http://a.test/a,URI:http://b.test/b",     \
      "critical-extension")                                                                                  \
    X(unknown_critical, NID_netscape_comment, true, "oi", "critical-extension")

#define X(function, nid, critical, value, code)                                                              \
    static void function(X509 *certificate, const struct world *world)                                       \
    {                                                                                                        \
        set_extension(certificate, world->issuer, nid, critical, value);                                     \
    }
BENT_EXTENSIONS(X)
#undef X

static void extension_differences(void **state)
{
    const struct world *world = *state;
#define X(function, nid, critical, value, code) differs(world, &world->person, function, code);
    BENT_EXTENSIONS(X)
#undef X
}

static void wrong_authority_key(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->root, NID_authority_key_identifier, false, "keyid:always");
}

static void twice_extended_key_usage(X509 *certificate, const struct world *world)
{
    (void)world;
    X509_EXTENSION *extension =
        X509_get_ext(certificate, X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1));
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
}

static void version_2(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_int_equal(X509_set_version(certificate, X509_VERSION_2), 1);
}

static void zero_serial(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0), 1);
}

static void form_differences(void **state)
{
    const struct world *world = *state;
    differs(world, &world->person, wrong_authority_key, "issuer-key");
    differs(world, &world->person, twice_extended_key_usage, "duplicate-extension");
    differs(world, &world->person, version_2, "version");
    differs(world, &world->person, zero_serial, "serial");
}

static void one_crl_address(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_crl_distribution_points, false,
                  "URI:http://um.test.br/ac.crl");
}

static void no_authority_access(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_info_access, false, NULL);
}

static void eku_critical(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_ext_key_usage, true, "clientAuth,emailProtection");
}

static void eku_smart_card(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_ext_key_usage, false,
                  "clientAuth,emailProtection,1.3.6.1.4.1.311.20.2.2");
}

static void warnings_do_not_refuse(void **state)
{
    const struct world *world = *state;
    assert_string_equal(matches(world, &world->person, one_crl_address, 1)->items[0].code, "crl-points");
    assert_string_equal(matches(world, &world->person, no_authority_access, 1)->items[0].code, "ca-issuers");
    assert_string_equal(matches(world, &world->person, eku_critical, 1)->items[0].code, "criticality");
    assert_string_equal(matches(world, &world->person, eku_smart_card, 1)->items[0].code,
                        "extended-key-usage-logon");
}

static void another_key_is_found(void **state)
{
    const struct world *world = *state;
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    struct profile_check_input input = input_for(world, &world->person, certificate);
    input.spki = fixture_spki(world->memory, world->issuer_key);
    assert_differs(world, &input, "key");
    X509_free(certificate);
}

static EVP_PKEY *odd_key;

static void use_odd_key(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_int_equal(X509_set_pubkey(certificate, odd_key), 1);
}

static void keys_out_of_the_list_are_found(void **state)
{
    const struct world *world = *state;
    odd_key = fixture_rsa(1024, 65537);
    differs(world, &world->person, use_odd_key, "key-size");
    differs(world, &world->person, use_odd_key, "key-bits");
    EVP_PKEY_free(odd_key);
    odd_key = fixture_rsa(2048, 3);
    differs(world, &world->person, use_odd_key, "key-exponent");
    EVP_PKEY_free(odd_key);
    odd_key = EVP_EC_gen("P-256");
    differs(world, &world->person, use_odd_key, "key-algorithm");
    EVP_PKEY_free(odd_key);
}

static void another_issuer_is_found(void **state)
{
    const struct world *world = *state;
    X509 *certificate =
        fixture_certificate_signed(world, &world->person, NULL, world->holder_key, EVP_sha256());
    struct profile_check_input input = input_for(world, &world->person, certificate);
    assert_differs(world, &input, "issuer-signature");
    assert_differs(world, &input, "path");
    X509_free(certificate);
    certificate = fixture_certificate(world, &world->person, NULL);
    input = input_for(world, &world->person, certificate);
    input.issuer = world->root;
    assert_differs(world, &input, "issuer-name");
    assert_differs(world, &input, "policy-issuer");
    /* The AC that signed it is a good one, and not the one of the product. */
    struct certificate_profile elsewhere = *world->person_profile;
    struct certificate_order order = world->person;
    elsewhere.issuer = "AC de Teste Multipla v5";
    order.profile = &elsewhere;
    input = input_for(world, &order, certificate);
    assert_differs(world, &input, "issuer-name");
    X509_free(certificate);
}

static void weak_signatures_are_found(void **state)
{
    const struct world *world = *state;
    X509 *certificate =
        fixture_certificate_signed(world, &world->person, NULL, world->issuer_key, EVP_sha1());
    struct profile_check_input input = input_for(world, &world->person, certificate);
    assert_differs(world, &input, "signature-algorithm");
    assert_differs(world, &input, "path");
    X509_free(certificate);
}

static void an_unknown_root_is_found(void **state)
{
    const struct world *world = *state;
    X509_STORE *empty = X509_STORE_new();
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    struct profile_check_input input = input_for(world, &world->person, certificate);
    input.anchors = empty;
    assert_differs(world, &input, "path");
    X509_free(certificate);
    X509_STORE_free(empty);
}

/* X(function, start, end relative to now in seconds, code) */
#define BENT_VALIDITIES(X)                                                                                   \
    X(starts_tomorrow, 2 * DAY_S, 367 * DAY_S, "not-before")                                                 \
    X(started_long_ago, -3 * DAY_S, 362 * DAY_S, "not-before")                                               \
    X(lasts_too_long, 0, 367 * DAY_S, "validity-long")                                                       \
    X(ends_too_soon, 0, 360 * DAY_S, "validity-short")                                                       \
    X(has_expired, -2 * DAY_S, -1 * DAY_S, "path")                                                           \
    X(outlives_everything, 0, 900 * DAY_S, "outlives-issuer")                                                \
    X(ends_before_it_starts, 0, -1 * DAY_S, "validity")

#define X(function, start, end, code)                                                                        \
    static void function(X509 *certificate, const struct world *world)                                       \
    {                                                                                                        \
        (void)world;                                                                                         \
        assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), FIXTURE_NOW + (start)));             \
        assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), FIXTURE_NOW + (end)));                \
    }
BENT_VALIDITIES(X)
#undef X

static void one_year_less_one_day(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), FIXTURE_NOW - 60 + 364 * DAY_S));
}

static void validity_differences(void **state)
{
    const struct world *world = *state;
#define X(function, start, end, code) differs(world, &world->person, function, code);
    BENT_VALIDITIES(X)
#undef X
    matches(world, &world->person, one_year_less_one_day, 0);
}

static void nothing_outlives_the_chain_of_the_profile(void **state)
{
    const struct world *world = *state;
    struct certificate_profile closed = *world->person_profile;
    struct certificate_order order = world->person;
    closed.issuer_until = "2027-11-22";
    order.profile = &closed;
    differs(world, &order, NULL, "outlives-chain");
    closed.issuer_until = "2027-11-23";
    matches(world, &order, NULL, 0);
}

static void another_ar_or_method_is_found(void **state)
{
    const struct world *world = *state;
    struct certificate_order other = world->person;
    other.ra_cnpj = "12345678000195";
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    struct profile_check_input input = input_for(world, &other, certificate);
    assert_differs(world, &input, "subject-missing");
    other = world->person;
    other.method = IDENTIFICATION_VIDEO;
    assert_differs(world, &input, "subject-unexpected");
    X509_free(certificate);
}

static void an_order_out_of_form_is_undecided(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    struct findings *findings = NULL;
    struct certificate_data data = fixture_person;
    struct certificate_order order = world->person;
    data.cpf = "";
    order.data = &data;
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    struct profile_check_input input = input_for(world, &order, certificate);
    assert_int_equal(profile_check(world->memory, &input, &findings, &error), PROFILE_CHECK_UNDECIDED);
    assert_int_equal(error.code, RA_INVALID);
    X509_free(certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_ordered_matches),
        cmocka_unit_test(what_the_layout_cuts_still_matches),
        cmocka_unit_test(the_order_of_ous_does_not_matter),
        cmocka_unit_test(subject_differences),
        cmocka_unit_test(every_field_is_compared),
        cmocka_unit_test(san_differences),
        cmocka_unit_test(extension_differences),
        cmocka_unit_test(form_differences),
        cmocka_unit_test(warnings_do_not_refuse),
        cmocka_unit_test(another_key_is_found),
        cmocka_unit_test(keys_out_of_the_list_are_found),
        cmocka_unit_test(another_issuer_is_found),
        cmocka_unit_test(weak_signatures_are_found),
        cmocka_unit_test(an_unknown_root_is_found),
        cmocka_unit_test(validity_differences),
        cmocka_unit_test(nothing_outlives_the_chain_of_the_profile),
        cmocka_unit_test(another_ar_or_method_is_found),
        cmocka_unit_test(an_order_out_of_form_is_undecided),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
