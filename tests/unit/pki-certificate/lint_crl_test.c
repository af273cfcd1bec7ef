/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every rule of finding_rules.h about CRLs: a list bent in one place, and exactly the codes that this place
 * deserves.
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

static int crl_version = X509_CRL_VERSION_2;

static X509_CRL *plain_crl(const struct world *world)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, FIXTURE_NOW - DAY_S);
    assert_int_equal(X509_CRL_set_version(crl, crl_version), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(world->issuer)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
    assert_non_null(ASN1_TIME_set(time, FIXTURE_NOW + DAY_S));
    assert_int_equal(X509_CRL_set1_nextUpdate(crl, time), 1);
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, 7);
    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
    AUTHORITY_KEYID *key = AUTHORITY_KEYID_new();
    key->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(world->issuer));
    X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, key, 0, 0);
    AUTHORITY_KEYID_free(key);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
    return crl;
}

static void list_serial(X509_CRL *crl, long serial, int64_t at, long reason)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)at);
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, time);
    if (reason >= 0) {
        ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(code, reason);
        X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, 0);
        ASN1_ENUMERATED_free(code);
    }
    assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    ASN1_TIME_free(time);
    ASN1_INTEGER_free(number);
}

static void examine_crl(const struct world *world, X509_CRL *crl, const char *name, const char *codes)
{
    unsigned char *der = NULL;
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    int length = i2d_X509_CRL(crl, &der);
    lint_examine(world, (struct bytes){der, (size_t)length}, &lint_today, name, codes);
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static void drop_extension(X509_CRL *crl, int nid)
{
    X509_EXTENSION_free(X509_CRL_delete_ext(crl, X509_CRL_get_ext_by_NID(crl, nid, -1)));
}

/* Takes the place of the one with this NID, if there is one. */
static void replace_extension(X509_CRL *crl, int nid, bool critical, const char *bytes, size_t length)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes, (int)length), 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, nid, critical ? 1 : 0, value);
    if (X509_CRL_get_ext_by_NID(crl, nid, -1) >= 0)
        drop_extension(crl, nid);
    assert_int_equal(X509_CRL_add_ext(crl, extension, -1), 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
}

static void crls(void **state)
{
    const struct world *world = *state;
    X509_CRL *crl = plain_crl(world);
    list_serial(crl, 5, FIXTURE_NOW - 90, 4);
    list_serial(crl, 6, FIXTURE_NOW - 90, -1);
    examine_crl(world, crl, "a CRL", "");
    crl = plain_crl(world);
    list_serial(crl, 5, FIXTURE_NOW - 90, 4);
    list_serial(crl, 5, FIXTURE_NOW - 80, 4);
    examine_crl(world, crl, "a serial twice", "crl-duplicate");
    crl = plain_crl(world);
    list_serial(crl, 5, FIXTURE_NOW + 90, 4);
    examine_crl(world, crl, "tomorrow's", "crl-future");
    crl = plain_crl(world);
    list_serial(crl, 5, FIXTURE_NOW - 90, 0);
    examine_crl(world, crl, "reason 0 written", "crl-reason");
    crl = plain_crl(world);
    list_serial(crl, 5, FIXTURE_NOW - 90, 6);
    examine_crl(world, crl, "on hold", "crl-hold");
    crl = plain_crl(world);
    drop_extension(crl, NID_crl_number);
    drop_extension(crl, NID_authority_key_identifier);
    examine_crl(world, crl, "bare", "crl-number crl-authority-key");
    crl = plain_crl(world);
    list_serial(crl, 0, FIXTURE_NOW - 90, 4);
    list_serial(crl, -5, FIXTURE_NOW - 90, 4);
    examine_crl(world, crl, "serials that no certificate has", "crl-serial");
    crl = plain_crl(world);
    replace_extension(crl, NID_crl_number, false, "\x02\x01\xff", 3);
    replace_extension(crl, NID_authority_key_identifier, false, "\x30\x00", 2);
    examine_crl(world, crl, "a number below zero and an empty key identifier",
                "crl-number crl-authority-key");
    crl = plain_crl(world);
    replace_extension(crl, NID_crl_number, false, "\x02\x01\x00", 3);
    examine_crl(world, crl, "number zero", "");
    crl = plain_crl(world);
    X509_EXTENSION *number = X509_CRL_get_ext(crl, X509_CRL_get_ext_by_NID(crl, NID_crl_number, -1));
    assert_int_equal(X509_CRL_add_ext(crl, number, -1), 1);
    examine_crl(world, crl, "two numbers", "duplicate-extension");
    crl = plain_crl(world);
    replace_extension(crl, NID_issuing_distribution_point, true, "\x30\x03\x82\x01\xff", 5);
    examine_crl(world, crl, "of ACs alone", "critical-extension");
    crl = plain_crl(world);
    X509_NAME *nobody = X509_NAME_new();
    assert_int_equal(X509_CRL_set_issuer_name(crl, nobody), 1);
    X509_NAME_free(nobody);
    examine_crl(world, crl, "of nobody", "issuer-form");
    crl_version = X509_CRL_VERSION_1;
    examine_crl(world, plain_crl(world), "version 1", "crl-version");
    crl_version = X509_CRL_VERSION_2;
    /* The extensions' [0] hides nextUpdate from nobody: take it out of a DER without entries. */
    crl = plain_crl(world);
    unsigned char *der = NULL;
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    int length = i2d_X509_CRL(crl, &der);
    X509_CRL_free(crl);
    /* nextUpdate (15 octets: tag, length, 13) becomes an empty list and padding inside it. */
    struct bytes whole = {der, (size_t)length};
    uint8_t *first = memmem(der, whole.length, "\x17\x0d", 2);
    assert_non_null(first);
    uint8_t *next = first + 15;
    next[0] = 0x30; /* a SEQUENCE of 13 octets that are no entries */
    lint_examine(world, whole, &lint_today, "no nextUpdate", "crl-next-update encoding");
    OPENSSL_free(der);
}

/* An empty revokedCertificates after nextUpdate, which OpenSSL never writes: two octets more in the two outer
 * SEQUENCEs, whose lengths take two octets each. */
static void an_empty_list_of_revoked(void **state)
{
    const struct world *world = *state;
    unsigned char *der = NULL;
    X509_CRL *crl = plain_crl(world);
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    int length = i2d_X509_CRL(crl, &der);
    uint8_t *times = memmem(der, (size_t)length, "\x17\x0d", 2);
    assert_non_null(times);
    size_t before = (size_t)(times - der) + 30;
    uint8_t *longer = talloc_size(world->memory, (size_t)length + 2);
    memcpy(longer, der, before);
    memcpy(longer + before, "\x30", 2);
    memcpy(longer + before + 2, der + before, (size_t)length - before);
    assert_true(longer[1] == 0x82 && longer[5] == 0x82 ? longer[3] < 0xFE && longer[7] < 0xFE
                                                       : longer[5] == 0x81);
    longer[3] = (uint8_t)(longer[3] + 2);
    if (longer[5] == 0x82)
        longer[7] = (uint8_t)(longer[7] + 2);
    else
        longer[6] = (uint8_t)(longer[6] + 2);
    lint_examine(world, (struct bytes){longer, (size_t)length + 2}, &lint_today, "an empty list",
                 "crl-empty-list");
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static void set_times(X509_CRL *crl, int64_t issued, int64_t next)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)issued);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
    assert_non_null(ASN1_TIME_set(time, (time_t)next));
    assert_int_equal(X509_CRL_set1_nextUpdate(crl, time), 1);
    ASN1_TIME_free(time);
}

static void times_of_a_crl(void **state)
{
    const struct world *world = *state;
    X509_CRL *crl = plain_crl(world);
    set_times(crl, FIXTURE_NOW + DAY_S, FIXTURE_NOW + 2 * DAY_S);
    examine_crl(world, crl, "a list of tomorrow", "not-yet-valid");
    crl = plain_crl(world);
    set_times(crl, FIXTURE_NOW - DAY_S, FIXTURE_NOW - DAY_S);
    examine_crl(world, crl, "a list of no time", "validity");
    unsigned char *der = NULL;
    crl = plain_crl(world);
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    struct bytes whole = {NULL, (size_t)i2d_X509_CRL(crl, &der)};
    whole.data = der;
    lint_examine(world, lint_patched(world, whole, 1, "Z\x17\x0d", "0\x17\x0d", 3), &lint_today,
                 "a thisUpdate without Z", "time-form");
    lint_examine(world, lint_patched(world, whole, 1, "Z\xa0", "0\xa0", 2), &lint_today,
                 "a nextUpdate without Z", "time-form");
    lint_examine(world, lint_patched(world, whole, 1, "\x06\x03\x55\x1d\x14", "\x05\x03\x55\x1d\x14", 5),
                 &lint_today, "an extension without a name", "extension-form crl-number crl-authority-key");
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

/* An entry whose only extension has these bytes. */
static void list_with(X509_CRL *crl, int nid, bool critical, const char *bytes, size_t length)
{
    list_serial(crl, 5, FIXTURE_NOW - 90, -1);
    X509_REVOKED *entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), 0);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes, (int)length), 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, nid, critical ? 1 : 0, value);
    assert_int_equal(X509_REVOKED_add_ext(entry, extension, -1), 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
}

static void entries_out_of_form(void **state)
{
    const struct world *world = *state;
    X509_CRL *crl = plain_crl(world);
    list_with(crl, NID_crl_reason, false, "\x02\x01\x04", 3);
    examine_crl(world, crl, "a reason that is a number", "crl-reason");
    crl = plain_crl(world);
    list_with(crl, NID_crl_reason, false, "\x0a\x01\x07", 3);
    examine_crl(world, crl, "the reason nobody uses", "crl-reason");
    crl = plain_crl(world);
    list_with(crl, NID_crl_reason, false, "\x0a\x01\x0b", 3);
    examine_crl(world, crl, "a reason beyond the last", "crl-reason");
    crl = plain_crl(world);
    list_with(crl, NID_crl_reason, false, "\x0a\x01\x08", 3);
    examine_crl(world, crl, "taken off the list", "crl-hold");
    crl = plain_crl(world);
    list_with(crl, NID_invalidity_date, true,
              "\x18\x0f"
              "20260101000000Z",
              17);
    examine_crl(world, crl, "a critical word in an entry", "encoding");
    struct ra_error error = {0};
    struct findings *findings = findings_new(world->memory);
    assert_true(lint_crl((struct bytes){(const uint8_t *)"\x30\x00", 2}, &lint_today, findings, &error));
    assert_string_equal(findings->items[0].code, "encoding");
}

/* What --issuer asks of a CRL, and a certificate of the CRL beside it. */
static void beside_an_ac(void **state)
{
    const struct world *world = *state;
    const struct lint_about own = {.now = FIXTURE_NOW, .issuer = world->issuer};
    const struct lint_about root = {.now = FIXTURE_NOW, .issuer = world->root};
    X509 *leaf = fixture_certificate(world, &world->person, NULL);
    const struct lint_about holder = {.now = FIXTURE_NOW, .issuer = leaf};
    unsigned char *der = NULL;
    X509_CRL *crl = plain_crl(world);
    list_serial(crl, 4711, FIXTURE_NOW - 90, 4);
    assert_true(X509_CRL_sign(crl, world->issuer_key, EVP_sha256()) > 0);
    struct bytes good = {NULL, (size_t)i2d_X509_CRL(crl, &der)};
    good.data = der;
    lint_examine(world, good, &own, "beside its AC", "");
    lint_examine(world, good, &root, "beside another AC", "issuer-name issuer-signature issuer-key");
    lint_examine(world, good, &holder, "beside a holder",
                 "issuer-name issuer-signature issuer-key issuer-no-authority");
    uint8_t *forged = talloc_memdup(world->memory, good.data, good.length);
    forged[good.length - 1] ^= 1;
    const struct bytes other = {forged, good.length};
    lint_examine(world, other, &own, "with another signature", "issuer-signature");
    const struct lint_about listed = {.now = FIXTURE_NOW, .issuer = world->issuer, .crl = good};
    const struct lint_about unsure = {.now = FIXTURE_NOW, .issuer = world->issuer, .crl = other};
    struct bytes certificate = lint_der(world, leaf);
    lint_examine(world, certificate, &listed, "in its AC's CRL", "revoked");
    lint_examine(world, certificate, &unsure, "in a CRL that nobody signed", "crl-foreign");
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static void no_rule_is_without_a_case(void **state)
{
    (void)state;
    for (int rule = FINDING_RULE_CRL_VERSION; rule <= FINDING_RULE_CRL_HOLD; rule++)
        if (!lint_raised[rule] && rule != FINDING_RULE_CRL_EXPIRED) /* lint_negative_test */
            fail_msg("no case: %s", finding_row((enum finding_rule)rule)->code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crls),           cmocka_unit_test(an_empty_list_of_revoked),
        cmocka_unit_test(times_of_a_crl), cmocka_unit_test(entries_out_of_form),
        cmocka_unit_test(beside_an_ac),   cmocka_unit_test(no_rule_is_without_a_case),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
