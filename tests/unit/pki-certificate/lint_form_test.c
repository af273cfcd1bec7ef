/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What linters of other certificates look for and holds here too: the form of the DER, of numbers, of keys,
 * of names and of addresses.
 */
#include "pki/base/der.h"
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

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

static void set_serial(X509 *certificate, const char *octets, size_t length)
{
    assert_int_equal(ASN1_STRING_set(X509_get_serialNumber(certificate), octets, (int)length), 1);
}

static void put_rdn(X509 *certificate, int nid, const char *value)
{
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at >= 0 && nid == NID_commonName)
        X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
    assert_int_equal(X509_NAME_add_entry_by_NID(name, nid, V_ASN1_PRINTABLESTRING,
                                                (const unsigned char *)value, -1, -1, 0),
                     1);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    X509_NAME_free(name);
}

static void empty_issuer(X509 *certificate)
{
    X509_NAME *nobody = X509_NAME_new();
    assert_int_equal(X509_set_issuer_name(certificate, nobody), 1);
    X509_NAME_free(nobody);
}

static void partial_point(X509 *certificate)
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    DIST_POINT *first = sk_DIST_POINT_value(points, 0);
    first->reasons = ASN1_BIT_STRING_new();
    assert_int_equal(ASN1_BIT_STRING_set_bit(first->reasons, 1, 1), 1);
    assert_int_equal(
        X509_add1_ext_i2d(certificate, NID_crl_distribution_points, points, 0, X509V3_ADD_REPLACE), 1);
    CRL_DIST_POINTS_free(points);
}

static void host_name_too(X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    GENERAL_NAME *host = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    assert_int_equal(ASN1_STRING_set(text, "um.test.br", -1), 1);
    GENERAL_NAME_set0_value(host, GEN_DNS, text);
    assert_true(sk_GENERAL_NAME_push(names, host) > 0);
    assert_int_equal(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE), 1);
    GENERAL_NAMES_free(names);
}

static void drop_extensions(X509 *certificate)
{
    while (X509_get_ext_count(certificate) > 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, 0));
}

#define TWENTY "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"

/* X(name, statement, codes) */
#define BENT(X)                                                                                              \
    X(serial_of_twenty_octets, set_serial(c, TWENTY, 20), "serial-sign")                                     \
    X(serial_of_21_octets, set_serial(c, TWENTY "\xaa", 21), "serial")                                       \
    X(serial_zero, set_serial(c, "\x00", 1), "serial")                                                       \
    X(serial_padded, set_serial(c, "\x00\x12", 2), "serial")                                                 \
    X(issuer_without_a_name, empty_issuer(c), "issuer-form")                                                 \
    X(issued_by_itself, X509_set_issuer_name(c, X509_get_subject_name(c)), "self-issued")                    \
    X(usage_with_zeros_after, lint_put_bytes(c, NID_key_usage, true, "\x03\x02\x00\xe0", 4),                 \
      "extension-form")                                                                                      \
    X(usage_of_nine_bits, lint_put_bytes(c, NID_key_usage, true, "\x03\x03\x07\xe0\x80", 5), "key-usage")    \
    X(crl_without_host, crl_addresses(c, w, "URI:http:///a,URI:http://dois.test.br/a"),                      \
      "web-address crl-points")                                                                              \
    X(crl_with_a_blank, crl_addresses(c, w, "URI:http://um.test.br/a b,URI:http://dois.test.br/a"),          \
      "web-address crl-points")                                                                              \
    X(crl_without_scheme, crl_addresses(c, w, "URI:um.test.br/a,URI:http://dois.test.br/a"),                 \
      "web-address crl-points")                                                                              \
    X(crl_by_ldap, crl_addresses(c, w, "URI:ldap://um.test.br/a,URI:http://dois.test.br/a"), "crl-points")   \
    X(crl_at_a_port, crl_addresses(c, w, "URI:http://um.test.br:8080/a?b=c,URI:https://dois.test.br/a"), "") \
    X(crl_of_some_reasons, partial_point(c), "crl-point-partial")                                            \
    X(crl_points_cut, lint_put_bytes(c, NID_crl_distribution_points, false, "\x30\x02\x04\x00", 4),          \
      "extension-form")                                                                                      \
    X(ocsp_without_host,                                                                                     \
      set_extension(c, w->issuer, NID_info_access, false,                                                    \
                    "caIssuers;URI:http://um.test.br/ac.p7b,OCSP;URI:http:ocsp"),                            \
      "web-address")                                                                                         \
    X(access_cut, lint_put_bytes(c, NID_info_access, false, "\x30\x02\x04\x00", 4), "extension-form")        \
    X(authority_key_and_more,                                                                                \
      set_extension(c, w->issuer, NID_authority_key_identifier, false, "keyid:always,issuer:always"),        \
      "authority-key-more")                                                                                  \
    X(authority_key_empty, lint_put_bytes(c, NID_authority_key_identifier, false, "\x30\x00", 2),            \
      "authority-key")                                                                                       \
    X(subject_key_empty, lint_put_bytes(c, NID_subject_key_identifier, false, "\x04\x00", 2), "subject-key") \
    X(subject_key_of_its_own, set_extension(c, c, NID_subject_key_identifier, false, "hash"), "")            \
    X(given_name_too, put_rdn(c, NID_givenName, "MARIA"), "subject-attribute")                               \
    X(unit_with_blanks, put_rdn(c, NID_organizationalUnitName, " OU"), "subject-blanks")                     \
    X(name_cut_at_a_blank, put_rdn(c, NID_commonName, "MARIA DO :12345678909"), "subject-blanks")            \
    X(host_beside_the_names, host_name_too(c), "san-kind")                                                   \
    X(type_a2, set_extension(c, w->issuer, NID_certificate_policies, false, "2.16.76.1.2.2.999999"),         \
      "ou-policy policy-cps policy-extinct")                                                                 \
    X(policies_cut, lint_put_bytes(c, NID_certificate_policies, false, "\x30\x02\x04\x00", 4),               \
      "extension-form")                                                                                      \
    X(usages_cut, lint_put_bytes(c, NID_ext_key_usage, false, "\x30\x02\x04\x00", 4), "extension-form")      \
    X(a_path_length_of_no_ac, lint_put_bytes(c, NID_basic_constraints, false, "\x30\x03\x02\x01\x00", 5),    \
      "basic-constraints")                                                                                   \
    X(constraints_cut, lint_put_bytes(c, NID_basic_constraints, false, "\x30\x03\x02\x01\x80", 5),           \
      "basic-constraints")                                                                                   \
    X(no_extensions, drop_extensions(c),                                                                     \
      "san-malformed san-email san-identity key-usage extended-key-usage policy-count "                      \
      "crl-points ca-issuers authority-key")                                                                 \
    X(no_name_at_all, lint_put_bytes(c, NID_subject_alt_name, false, "\x30\x00", 2),                         \
      "san-malformed san-email san-identity")

static void crl_addresses(X509 *certificate, const struct world *world, const char *addresses)
{
    set_extension(certificate, world->issuer, NID_crl_distribution_points, false, addresses);
}

#define X(name, statement, codes)                                                                            \
    static void name(X509 *c, const struct world *w)                                                         \
    {                                                                                                        \
        (void)w;                                                                                             \
        statement;                                                                                           \
    }
BENT(X)
#undef X

static void parts_of_a_certificate(void **state)
{
    const struct world *world = *state;
#define X(name, statement, codes)                                                                            \
    lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, name)), &lint_today,      \
                 #name, codes);
    BENT(X)
#undef X
}

/* --- the bytes --- */

static size_t put_header(uint8_t *output, uint8_t tag, size_t length)
{
    output[0] = tag;
    output[1] = 0x82;
    output[2] = (uint8_t)(length >> 8);
    output[3] = (uint8_t)length;
    return 4;
}

/* The certificate with `element` before its extensions. */
static struct bytes with_element(const struct world *world, struct bytes der, struct bytes element)
{
    struct der outer = der_over(der), whole, fields;
    struct der_element tbs, field;
    assert_true(der_enter(&outer, DER_SEQUENCE, &whole) && der_take(&whole, DER_SEQUENCE, &tbs));
    fields = der_over(tbs.content);
    while (der_peek(&fields) != DER_CONTEXT_3)
        assert_true(der_next(&fields, &field));
    size_t before = tbs.content.length - fields.left;
    size_t inner = tbs.content.length + element.length;
    uint8_t *copy = talloc_size(world->memory, der.length + element.length + 8);
    size_t used = put_header(copy, DER_SEQUENCE, 4 + inner + whole.left);
    used += put_header(copy + used, DER_SEQUENCE, inner);
    memcpy(copy + used, tbs.content.data, before);
    memcpy(copy + used + before, element.data, element.length);
    memcpy(copy + used + before + element.length, fields.at, fields.left);
    memcpy(copy + used + inner, whole.at, whole.left);
    return (struct bytes){copy, used + inner + whole.left};
}

/* The outermost length in one octet more than it needs. */
static struct bytes with_long_length(const struct world *world, struct bytes der)
{
    uint8_t *copy = talloc_size(world->memory, der.length + 1);
    assert_int_equal(der.data[1], 0x82);
    memcpy(copy, "\x30\x83\x00", 3);
    memcpy(copy + 3, der.data + 2, der.length - 2);
    return (struct bytes){copy, der.length + 1};
}

static void bytes_of_a_certificate(void **state)
{
    const struct world *world = *state;
    struct bytes der = lint_der(world, fixture_certificate(world, &world->person, NULL));
    lint_examine(world, with_element(world, der, (struct bytes){(const uint8_t *)"\x81\x02\x00\xff", 4}),
                 &lint_today, "an issuer's unique number", "unique-id");
    lint_examine(world, with_long_length(world, der), &lint_today, "a length too long", "encoding");
    lint_examine(world, lint_patched(world, der, 1, "\x01\x01\xff", "\x01\x01\x01", 3), &lint_today,
                 "another TRUE", "extension-form");
    lint_examine(world, lint_patched(world, der, 0, "\x01\x01\x0b\x05\x00", "\x01\x01\x0b\x04\x00", 5),
                 &lint_today, "an algorithm without NULL", "signature-parameters");
    lint_examine(world, lint_patched(world, der, -1, "\x03\x82\x01\x01\x00", "\x03\x82\x01\x01\x01", 5),
                 &lint_today, "a signature of odd bits", "encoding");
    lint_examine(world, lint_patched(world, der, 1, "http://", "http:/ ", 7), &lint_today,
                 "a DPC without address", "web-address policy-cps");
    lint_examine(world, lint_patched(world, der, 1, "Z\x17\x0d", "0\x17\x0d", 3), &lint_today,
                 "a time without Z", "time-form");
}

static EVP_PKEY *other_key;

static void with_other_key(X509 *certificate, const struct world *world)
{
    (void)world;
    assert_int_equal(X509_set_pubkey(certificate, other_key), 1);
}

static void rsa_keys_out_of_form(void **state)
{
    const struct world *world = *state;
    struct bytes der = lint_der(world, fixture_certificate(world, &world->person, NULL));
    lint_examine(world,
                 lint_patched(world, der, 1, "\x05\x00\x03\x82\x01\x0f", "\x05\x00\x04\x82\x01\x0f", 6),
                 &lint_today, "a key in octets", "key-form");
    lint_examine(world, lint_patched(world, der, 1, "\x02\x82\x01\x01\x00", "\x02\x82\x01\x01\x80", 5),
                 &lint_today, "a modulus below zero", "key-form");
    lint_examine(world, lint_patched(world, der, 1, "\x02\x03\x01\x00\x01", "\x02\x03\x00\x00\x01", 5),
                 &lint_today, "a padded exponent", "key-form");
}

/* --- others than holders --- */

static void seal_under_a3(X509 *certificate, const struct world *world)
{
    set_extension(certificate, world->issuer, NID_certificate_policies, false, "2.16.76.1.2.3.999999");
}

static void a_company_of_the_new_chain_has_a_seal_alone(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {0};
    struct certificate_profile *seal;
    assert_true(profile_load(world->memory, "pki/profiles/NG_PJ_SES.json", &seal, &error));
    struct certificate_order order = world->company;
    order.profile = seal;
    lint_examine(world, lint_der(world, fixture_certificate(world, &order, seal_under_a3)), &lint_today,
                 "a company's A3 of the new chain", "policy-cps policy-holder");
}

static void examine_authority(const struct world *world, int nid, bool critical, const char *value,
                              const char *name, const char *codes)
{
    X509 *authority = X509_dup(world->issuer);
    set_extension(authority, authority, NID_crl_distribution_points, false, "URI:http://um.test.br/a");
    set_extension(authority, authority, nid, critical, value);
    assert_true(X509_sign(authority, world->root_key, EVP_sha512()) > 0);
    lint_examine(world, lint_der(world, authority), &lint_today, name, codes);
}

static void an_ac_signs_certificates_and_crls(void **state)
{
    const struct world *world = *state;
    examine_authority(world, NID_key_usage, true, "keyCertSign,cRLSign,digitalSignature",
                      "an AC that signs all else", "key-usage");
    examine_authority(world, NID_basic_constraints, false, "CA:TRUE", "an AC by the way",
                      "basic-constraints");
    examine_authority(world, NID_basic_constraints, true, "CA:TRUE,pathlen:0", "an AC of no ACs", "");
}

/* keyUsage and what the responder's own test asks of it (DOC-ICP-04 7.1.2.7). */
static void a_responder_signs_answers(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *usage, *codes;
    } cases[] = {{"digitalSignature", ""}, {"digitalSignature,keyEncipherment", "key-usage"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        X509 *responder = fixture_certificate(world, &world->person, NULL);
        set_extension(responder, world->issuer, NID_subject_alt_name, false, NULL);
        set_extension(responder, world->issuer, NID_ext_key_usage, false, "OCSPSigning");
        set_extension(responder, world->issuer, NID_key_usage, true, cases[i].usage);
        assert_true(X509_sign(responder, world->issuer_key, EVP_sha256()) > 0);
        lint_examine(world, lint_der(world, responder), &(const struct lint_about){.now = FIXTURE_NOW},
                     cases[i].usage, cases[i].codes);
    }
}

/* --- requests --- */

static void requests_out_of_form(void **state)
{
    const struct world *world = *state;
    struct bytes der = fixture_request(world->memory, world->holder_key, EVP_sha256(), NULL);
    struct certificate_profile larger = *world->person_profile;
    const struct lint_about product = {.now = FIXTURE_NOW, .profile = &larger};
    larger.key_bits[0] = 4096;
    lint_examine(world, der, &product, "a key too small for the product", "key-bits");
    lint_examine(world, lint_patched(world, der, 1, "\x02\x01\x00", "\x02\x01\x01", 3), &lint_today,
                 "a request of version 2", "encoding csr-signature");
    lint_examine(world, fixture_request(world->memory, world->holder_key, EVP_sha384(), NULL), &lint_today,
                 "a request as Java signs it", "");
    lint_examine(world, fixture_request(world->memory, world->holder_key, EVP_sha1(), NULL), &lint_today,
                 "a request with SHA-1", "signature-algorithm");
    struct ra_error error = {0};
    struct findings *findings = findings_new(world->memory);
    assert_true(lint_request((struct bytes){(const uint8_t *)"\x30\x00", 2}, &lint_today, findings, &error));
    assert_string_equal(findings->items[0].code, "encoding");
}

static void key_that_only_signs(X509 *certificate, const struct world *world)
{
    with_other_key(certificate, world);
    set_extension(certificate, world->issuer, NID_key_usage, true, "digitalSignature,nonRepudiation");
}

static void key_that_signs_little(X509 *certificate, const struct world *world)
{
    with_other_key(certificate, world);
    set_extension(certificate, world->issuer, NID_key_usage, true, "digitalSignature");
}

/* Curves are read as far as the form of the point goes. */
static void keys_of_other_algorithms(void **state)
{
    const struct world *world = *state;
    other_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct bytes der = lint_der(world, fixture_certificate(world, &world->person, with_other_key));
    lint_examine(world, der, &lint_today, "an Ed25519 key", "key-usage-algorithm");
    lint_examine(world,
                 lint_patched(world, der, 1, "\x2b\x65\x70\x03\x21\x00", "\x2b\x65\x70\x03\x21\x01", 6),
                 &lint_today, "an Ed25519 key of odd bits", "key-form key-usage-algorithm");
    lint_examine(world, lint_patched(world, der, 1, "\x2b\x65\x70\x03\x21", "\x2b\x65\x71\x03\x21", 5),
                 &lint_today, "an Ed448 key of 32 octets", "key-form key-usage-algorithm");
    EVP_PKEY_free(other_key);
    other_key = EVP_EC_gen("brainpoolP256r1");
    der = lint_der(world, fixture_certificate(world, &world->person, with_other_key));
    lint_examine(world, der, &lint_today, "a brainpool key", "key-usage-algorithm");
    lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, key_that_only_signs)),
                 &lint_today, "a key that only signs", "");
    lint_examine(world, lint_der(world, fixture_certificate(world, &world->person, key_that_signs_little)),
                 &lint_today, "a key that signs little", "key-usage");
    lint_examine(world, lint_patched(world, der, 1, "\x03\x42\x00\x04", "\x03\x42\x00\x02", 4), &lint_today,
                 "half a brainpool key", "key-form key-usage-algorithm");
    lint_examine(world, lint_patched(world, der, 1, "\x06\x09\x2b\x24\x03", "\x05\x09\x2b\x24\x03", 5),
                 &lint_today, "a curve without a name", "key-form key-usage-algorithm");
    lint_examine(
        world, lint_patched(world, der, 1, "\x2a\x86\x48\xce\x3d\x02\x01", "\x2a\x86\x48\xce\x38\x04\x01", 7),
        &lint_today, "a DSA key", "key-algorithm");
    EVP_PKEY_free(other_key);
}

/* --- files --- */

static struct bytes file_of(const struct world *world, BIO *output)
{
    char *data = NULL;
    long length = BIO_get_mem_data(output, &data);
    struct bytes copy = bytes_copy(world->memory, data, (size_t)length);
    BIO_free(output);
    return copy;
}

static PKCS7 *bundle_of(X509 *leaf, const struct world *world)
{
    PKCS7 *bundle = PKCS7_new();
    assert_int_equal(PKCS7_set_type(bundle, NID_pkcs7_signed), 1);
    assert_int_equal(PKCS7_content_new(bundle, NID_pkcs7_data), 1);
    assert_int_equal(PKCS7_set_detached(bundle, 1), 1);
    assert_int_equal(PKCS7_add_certificate(bundle, leaf), 1);
    assert_int_equal(PKCS7_add_certificate(bundle, world->issuer), 1);
    return bundle;
}

static enum ra_error_code refusal_of(const struct world *world, struct bytes file, const char *says)
{
    struct ra_error error = {0};
    struct lint_objects objects;
    assert_false(lint_open(world->memory, file, &objects, &error));
    assert_non_null(strstr(error.detail, says));
    return error.code;
}

static void opens(const struct world *world, struct bytes file, const char *kinds)
{
    struct ra_error error = {0};
    struct lint_objects objects;
    char *found = talloc_strdup(world->memory, "");
    if (lint_open(world->memory, file, &objects, &error))
        for (size_t i = 0; i < objects.count; i++)
            found = talloc_asprintf_append(found, "%s%s", i > 0 ? " " : "",
                                           lint_kind_word(objects.items[i].kind));
    else
        assert_int_equal(error.code, RA_INVALID);
    assert_string_equal(found, kinds);
}

/* DER, PEM of one or several, PKCS#7 as handed out with the chain; and what is none of them. */
static void what_a_file_holds(void **state)
{
    const struct world *world = *state;
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    PKCS7 *bundle = bundle_of(leaf, world);
    BIO *output = BIO_new(BIO_s_mem());
    assert_int_equal(i2d_PKCS7_bio(output, bundle), 1);
    struct bytes der = file_of(world, output);
    opens(world, der, "certificate certificate");
    opens(world, (struct bytes){der.data, der.length - 1}, "certificate"); /* cut: one that is none */
    output = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PKCS7(output, bundle), 1);
    opens(world, file_of(world, output), "certificate certificate");
    output = BIO_new(BIO_s_mem());
    BIO_puts(output, "a chain:\n");
    assert_int_equal(PEM_write_bio_X509(output, leaf), 1);
    BIO_puts(output, "its AC:\n");
    assert_int_equal(PEM_write_bio_X509(output, world->issuer), 1);
    opens(world, file_of(world, output), "certificate certificate");
    output = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(output, leaf), 1);
    assert_int_equal(PEM_write_bio_PUBKEY(output, world->holder_key), 1);
    opens(world, file_of(world, output), "");
    opens(world, bytes_of_text("-----BEGIN CERTIFICATE-----\nMIIB\n"), "");
    opens(world, bytes_of_text("bom dia"), "");
    opens(world, (struct bytes){NULL, 0}, "");
    PKCS7_free(bundle);
    X509_free(leaf);
}

/* A bundle of well-formed certificates is none that is malformed, however many they are. */
static void more_than_64_are_told_as_such(void **state)
{
    const struct world *world = *state;
    struct lint_objects objects;
    struct ra_error error = {0};
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    for (int count = LINT_OBJECTS_MAX; count <= LINT_OBJECTS_MAX + 1; count++) {
        PKCS7 *bundle = bundle_of(leaf, world); /* two of them */
        BIO *pem = BIO_new(BIO_s_mem()), *block = BIO_new(BIO_s_mem()), *der = BIO_new(BIO_s_mem());
        for (int i = 2; i < count; i++)
            assert_int_equal(PKCS7_add_certificate(bundle, leaf), 1);
        for (int i = 0; i < count; i++)
            assert_int_equal(PEM_write_bio_X509(pem, leaf), 1);
        assert_int_equal(PEM_write_bio_PKCS7(block, bundle), 1);
        assert_int_equal(i2d_PKCS7_bio(der, bundle), 1);
        PKCS7_free(bundle);
        const struct bytes files[] = {file_of(world, pem), file_of(world, block), file_of(world, der)};
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
            if (count > LINT_OBJECTS_MAX) {
                assert_int_equal(refusal_of(world, files[i], "mais de 64 "), RA_TOO_LARGE);
                continue;
            }
            assert_true(lint_open(world->memory, files[i], &objects, &error));
            assert_int_equal(objects.count, LINT_OBJECTS_MAX);
        }
    }
    assert_int_equal(refusal_of(world, bytes_of_text("bom dia"), "não é um certificado"), RA_INVALID);
    X509_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_certificate),
        cmocka_unit_test(bytes_of_a_certificate),
        cmocka_unit_test(keys_of_other_algorithms),
        cmocka_unit_test(rsa_keys_out_of_form),
        cmocka_unit_test(a_company_of_the_new_chain_has_a_seal_alone),
        cmocka_unit_test(an_ac_signs_certificates_and_crls),
        cmocka_unit_test(a_responder_signs_answers),
        cmocka_unit_test(requests_out_of_form),
        cmocka_unit_test(what_a_file_holds),
        cmocka_unit_test(more_than_64_are_told_as_such),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
