/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authority.h"
#include "check.h"
#include "pki/trust/roster.h"

#include <string.h>

/* ALICE is an agent; BRUNO and CARLA are the pinned administrators. */
static struct statement roster_statement(struct authority *authority, struct roster_entry entries[3])
{
    entries[0] = (struct roster_entry){.name = "ALICE DE TESTE",
                                       .cpf = "11144477735",
                                       .role = ROSTER_AGENT,
                                       .from = TEST_NOW - 100,
                                       .until = TEST_NOW + 86400};
    entries[1] = (struct roster_entry){
        .name = "DORA DE TESTE", .cpf = "52998224725", .role = ROSTER_AUDITOR, .from = 1, .until = TEST_NOW};
    entries[2] = (struct roster_entry){.name = "BRUNO DE TESTE",
                                       .cpf = "39053344705",
                                       .role = ROSTER_ADMIN,
                                       .from = 1,
                                       .until = TEST_NOW + 86400};
    memcpy(entries[0].spki, identity_spki(authority->identities[ALICE]), 32);
    memset(entries[1].spki, 0xdd, 32);
    memcpy(entries[2].spki, identity_spki(authority->identities[BRUNO]), 32);
    return (struct statement){.type = STATEMENT_ROSTER,
                              .instance = TEST_INSTANCE,
                              .issued_at = TEST_NOW - 50,
                              .not_after = TEST_NOW + TEST_DAY * 30 - 50,
                              .roster = {5, 3, entries}};
}

static struct bytes write_roster(struct authority *authority, const struct statement *statement)
{
    struct ra_error error = {0};
    struct bytes content;
    if (!statement_write(authority, statement, &content, &error))
        fail_msg("%s", error.detail);
    return content;
}

static struct bytes good_content(struct authority *authority)
{
    struct roster_entry entries[3];
    struct statement statement = roster_statement(authority, entries);
    return write_roster(authority, &statement);
}

static struct bytes sign_content(struct authority *authority, enum person who, struct bytes content)
{
    struct ra_error error = {0};
    struct bytes cms;
    if (!signed_sign(authority, authority->identities[who], STATEMENT_ROSTER, content, TEST_NOW, &cms,
                     &error))
        fail_msg("%s", error.detail);
    return cms;
}

static struct bytes bundle_of(struct authority *authority, const struct bytes *objects, size_t count)
{
    struct ra_error error = {0};
    struct bytes bundle;
    assert_true(roster_bundle(authority, objects, count, &bundle, &error));
    return bundle;
}

static struct bytes signed_by(struct authority *authority, struct bytes content, bool second)
{
    struct bytes objects[2] = {sign_content(authority, BRUNO, content), {NULL, 0}};
    if (second)
        objects[1] = sign_content(authority, CARLA, content);
    return bundle_of(authority, objects, second ? 2 : 1);
}

static STACK_OF(X509) *administrators(struct authority *authority)
{
    STACK_OF(X509) *pinned = sk_X509_new_null();
    sk_X509_push(pinned, authority->people[BRUNO]);
    sk_X509_push(pinned, authority->people[CARLA]);
    return pinned;
}

static struct roster_trust demands(STACK_OF(X509) *pinned)
{
    return (struct roster_trust){.instance = TEST_INSTANCE,
                                 .administrators = pinned,
                                 .threshold = 2,
                                 .longest_life_s = TEST_DAY * 30,
                                 .lowest_version = 5,
                                 .now = TEST_NOW};
}

static void refuse(struct authority *authority, struct bytes bundle, const struct roster_trust *trust,
                   const char *reason)
{
    struct ra_error error = {0};
    struct roster *roster = NULL;
    assert_int_equal(roster_verify(authority, bundle, trust, &roster, &error), SIGNED_INVALID);
    assert_null(roster);
    assert_int_equal(error.code, RA_STATEMENT_REFUSED);
    assert_string_equal(error.reason, reason);
}

static void a_roster_signed_to_the_threshold_is_valid(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct roster *roster = NULL;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes content = good_content(authority);
    assert_int_equal(roster_verify(authority, signed_by(authority, content, true), &trust, &roster, &error),
                     SIGNED_VALID);
    assert_int_equal(roster->signers, 2);
    assert_int_equal(roster->statement->roster.version, 5);
    assert_true(bytes_equal(roster->content, content));
    trust.threshold = 1;
    assert_int_equal(roster_verify(authority, signed_by(authority, content, false), &trust, &roster, &error),
                     SIGNED_VALID);
    sk_X509_free(pinned);
}

static void too_few_or_doubled_signatures_are_refused(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes content = good_content(authority);
    refuse(authority, signed_by(authority, content, false), &trust, "roster-threshold");
    struct bytes twice[2] = {sign_content(authority, BRUNO, content),
                             sign_content(authority, BRUNO, content)};
    refuse(authority, bundle_of(authority, twice, 2), &trust, "roster-threshold");
    trust.threshold = 0; /* a configuration without a threshold trusts nobody */
    refuse(authority, signed_by(authority, content, true), &trust, "roster-threshold");
    trust.threshold = 3;
    refuse(authority, signed_by(authority, content, true), &trust, "roster-threshold");
    sk_X509_free(pinned);
}

static void the_signature_of_anybody_else_spoils_the_bundle(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes content = good_content(authority);
    struct bytes objects[3] = {sign_content(authority, BRUNO, content),
                               sign_content(authority, ALICE, content),
                               sign_content(authority, CARLA, content)};
    refuse(authority, bundle_of(authority, objects, 2), &trust, "statement-certificate");
    refuse(authority, bundle_of(authority, objects, 3), &trust, "statement-certificate");
    sk_X509_free(pinned);
}

static void signatures_over_different_contents_do_not_add_up(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct roster_entry entries[3];
    struct statement statement = roster_statement(authority, entries);
    struct bytes one = write_roster(authority, &statement);
    statement.roster.version = 6;
    struct bytes other = write_roster(authority, &statement);
    struct bytes objects[2] = {sign_content(authority, BRUNO, one), sign_content(authority, CARLA, other)};
    refuse(authority, bundle_of(authority, objects, 2), &trust, "statement-malformed");
    sk_X509_free(pinned);
}

static void a_roster_of_another_instance_age_or_version_is_refused(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes bundle = signed_by(authority, good_content(authority), true);
    trust.instance = "ff112233445566778899aabbccddeeff";
    refuse(authority, bundle, &trust, "statement-instance");
    trust = demands(pinned);
    trust.lowest_version = 6;
    refuse(authority, bundle, &trust, "roster-lower");
    trust = demands(pinned);
    trust.now = TEST_NOW + TEST_DAY * 30 - 50;
    refuse(authority, bundle, &trust, "roster-expired");
    trust = demands(pinned);
    trust.longest_life_s = TEST_DAY * 30 - 1;
    refuse(authority, bundle, &trust, "roster-expired");
    trust = demands(pinned);
    trust.now = TEST_NOW - 50 - STATEMENT_CLOCK_SKEW_S - 1;
    refuse(authority, bundle, &trust, "statement-not-yet");
    sk_X509_free(pinned);
}

static void no_administrator_is_an_agent(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct roster_entry entries[3];
    struct statement statement = roster_statement(authority, entries);
    /* the key of a pinned administrator */
    memcpy(entries[0].spki, identity_spki(authority->identities[CARLA]), 32);
    refuse(authority, signed_by(authority, write_roster(authority, &statement), true), &trust, "roster-role");
    /* the CPF of an administrator's entry, with another key */
    statement = roster_statement(authority, entries);
    entries[0].cpf = entries[2].cpf;
    refuse(authority, signed_by(authority, write_roster(authority, &statement), true), &trust, "roster-role");
    sk_X509_free(pinned);
}

static void bundles_of_another_shape_are_refused(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes good = signed_by(authority, good_content(authority), true);
    refuse(authority, (struct bytes){NULL, 0}, &trust, "statement-malformed");
    refuse(authority, (struct bytes){(const uint8_t *)"\x30\x00", 2}, &trust, "statement-malformed");
    refuse(authority, (struct bytes){good.data, good.length - 1}, &trust, "statement-malformed");
    uint8_t *longer = talloc_zero_size(authority, good.length + 1);
    memcpy(longer, good.data, good.length);
    refuse(authority, (struct bytes){longer, good.length + 1}, &trust, "statement-malformed");
    /* a CMS that is not bundled */
    refuse(authority, sign_content(authority, BRUNO, good_content(authority)), &trust, "statement-malformed");
    /* more signatures than anybody needs */
    struct bytes objects[ROSTER_SIGNERS_MAX + 1];
    uint8_t *many = talloc_size(authority, 2 + 2 * (ROSTER_SIGNERS_MAX + 1));
    struct ra_error error = {0};
    struct bytes bundle;
    many[0] = 0x30;
    many[1] = 2 * (ROSTER_SIGNERS_MAX + 1);
    for (size_t i = 0; i <= ROSTER_SIGNERS_MAX; i++) {
        many[2 + 2 * i] = 0x30;
        many[3 + 2 * i] = 0;
        objects[i] = (struct bytes){many, 2};
    }
    refuse(authority, (struct bytes){many, 2 + 2 * (ROSTER_SIGNERS_MAX + 1)}, &trust, "statement-malformed");
    assert_false(roster_bundle(authority, objects, ROSTER_SIGNERS_MAX + 1, &bundle, &error));
    assert_false(roster_bundle(authority, objects, 0, &bundle, &error));
    sk_X509_free(pinned);
}

static void a_bundle_comes_apart_into_what_went_in(void **state)
{
    struct authority *authority = *state;
    static const size_t lengths[] = {2, 60, 131, 300, 40000, 70000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct ra_error error = {0};
        struct bytes read[ROSTER_SIGNERS_MAX];
        size_t count = 0;
        uint8_t *object = talloc_zero_size(authority, lengths[i]);
        size_t content = lengths[i] < 130     ? lengths[i] - 2
                         : lengths[i] < 260   ? lengths[i] - 3
                         : lengths[i] < 65540 ? lengths[i] - 4
                                              : lengths[i] - 5;
        size_t header = lengths[i] - content;
        object[0] = 0x30;
        object[1] = header == 2 ? (uint8_t)content : (uint8_t)(0x80 + header - 2);
        for (size_t j = 2; j < header; j++)
            object[j] = (uint8_t)(content >> (8 * (header - 1 - j)));
        struct bytes objects[2] = {{object, lengths[i]}, {object, lengths[i]}};
        struct bytes bundle = bundle_of(authority, objects, 2);
        assert_true(roster_unbundle(bundle, read, &count, &error));
        assert_int_equal(count, 2);
        assert_true(bytes_equal(read[0], objects[0]));
        assert_true(bytes_equal(read[1], objects[1]));
    }
}

static void no_flipped_byte_of_a_bundle_verifies(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    struct bytes good = signed_by(authority, good_content(authority), true);
    uint8_t *copy = talloc_memdup(authority, good.data, good.length);
    for (size_t at = 0; at < good.length; at++) {
        struct ra_error error = {0};
        struct roster *roster = NULL;
        copy[at] ^= (uint8_t)(1U << (at % 8));
        if (roster_verify(authority, (struct bytes){copy, good.length}, &trust, &roster, &error) ==
            SIGNED_VALID)
            fail_msg("byte %zu passed", at);
        copy[at] = good.data[at];
    }
    sk_X509_free(pinned);
}

static void entries_are_found_by_key_role_and_time(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct roster *roster = NULL;
    const struct roster_entry *entry = NULL;
    STACK_OF(X509) *pinned = administrators(authority);
    struct roster_trust trust = demands(pinned);
    assert_int_equal(roster_verify(authority, signed_by(authority, good_content(authority), true), &trust,
                                   &roster, &error),
                     SIGNED_VALID);
    const uint8_t *alice = identity_spki(authority->identities[ALICE]);
    const uint8_t *carla = identity_spki(authority->identities[CARLA]);
    uint8_t dora[32];
    memset(dora, 0xdd, sizeof dora);
    assert_true(roster_require(roster, alice, ROSTER_AGENT, TEST_NOW, &entry, &error));
    assert_string_equal(entry->cpf, "11144477735");
    assert_non_null(roster_find(roster, alice, TEST_NOW - 100));
    assert_null(roster_find(roster, alice, TEST_NOW - 101));
    assert_null(roster_find(roster, alice, TEST_NOW + 86400));
    assert_null(roster_find(roster, dora, TEST_NOW)); /* `until` is excluded */
    assert_non_null(roster_find(roster, dora, TEST_NOW - 1));
    assert_null(roster_find(roster, carla, TEST_NOW));
    assert_false(roster_require(roster, carla, ROSTER_AGENT, TEST_NOW, &entry, &error));
    assert_string_equal(error.reason, "roster-not-listed");
    assert_null(entry);
    assert_false(roster_require(roster, alice, ROSTER_AUDITOR, TEST_NOW, &entry, &error));
    assert_string_equal(error.reason, "roster-role");
    assert_null(entry);
    assert_false(roster_require(roster, dora, ROSTER_AUDITOR, TEST_NOW, &entry, &error));
    assert_string_equal(error.reason, "roster-not-listed");
    assert_false(roster_require(roster, alice, ROSTER_AGENT, TEST_NOW + TEST_DAY * 30, &entry, &error));
    assert_string_equal(error.reason, "roster-expired");
    sk_X509_free(pinned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roster_signed_to_the_threshold_is_valid),
        cmocka_unit_test(too_few_or_doubled_signatures_are_refused),
        cmocka_unit_test(the_signature_of_anybody_else_spoils_the_bundle),
        cmocka_unit_test(signatures_over_different_contents_do_not_add_up),
        cmocka_unit_test(a_roster_of_another_instance_age_or_version_is_refused),
        cmocka_unit_test(no_administrator_is_an_agent),
        cmocka_unit_test(bundles_of_another_shape_are_refused),
        cmocka_unit_test(a_bundle_comes_apart_into_what_went_in),
        cmocka_unit_test(no_flipped_byte_of_a_bundle_verifies),
        cmocka_unit_test(entries_are_found_by_key_role_and_time),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
