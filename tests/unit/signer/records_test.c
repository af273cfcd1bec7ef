/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rosters, checkpoints, revocations, CRL numbers, configuration: what the signer accepts, keeps and refuses.
 */
#include "pki/base/file.h"
#include "pki/trust/note.h"
#include "pki/trust/roster.h"
#include "tests/unit/signer/disk.h"
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DAY_S = 86400 };

#define ORDER       "ABCD1234EFG5"
#define OTHER_ORDER "ZZZZ9999ZZZ9"

static struct office office;

static int make(void **state)
{
    (void)state;
    office_make(&office);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    office_free(&office);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    office_reset(&office);
    return 0;
}

/* --- roster --- */

static json_int_t roster_version(void)
{
    json_t *status = office_send(&office, json_pack("{s:s}", "type", "status"));
    json_int_t version = json_integer_value(json_object_get(status, "roster_version"));
    json_decref(status);
    return version;
}

/* One entry: agent1's key under this CPF. */
static json_t *roster_of(const char *cpf, const struct identity *signer, int64_t version, int64_t days)
{
    struct statement statement = office_statement(&office, STATEMENT_ROSTER, "", 0);
    struct roster_entry entry = {"ANA BEATRIZ SOUZA TESTE",  cpf, {0}, ROSTER_AGENT, statement.issued_at,
                                 statement.issued_at + DAY_S};
    struct ra_error error = {0};
    struct bytes bundle;
    memcpy(entry.spki, identity_spki(office.agent1), 32);
    statement.not_after = statement.issued_at + days * DAY_S;
    statement.roster.version = version;
    statement.roster.count = 1;
    statement.roster.entries = &entry;
    struct bytes cms = office_sign(&office, signer, &statement);
    assert_true(roster_bundle(office.memory, &cms, 1, &bundle, &error));
    return json_pack("{s:s,s:o}", "type", "roster", "roster", office_base64(bundle));
}

static json_t *roster_by(const struct identity *signer, int64_t version, int64_t days)
{
    return roster_of("73190486204", signer, version, days);
}

static void protocol_5_only_a_higher_version_takes_the_place_of_a_roster(void **state)
{
    (void)state;
    json_t *fifth = office_roster(&office, 5);
    office_expect(&office, json_incref(fifth), "roster");
    office_expect(&office, fifth, "roster"); /* the same one again */
    office_expect_refused(&office, office_roster(&office, 4), "roster-lower");
    office_expect_refused(&office, roster_by(office.admin, 5, 30), "roster-lower"); /* a fork */
    office_restart(&office);
    assert_int_equal(roster_version(), 5);
    office_expect_refused(&office, office_roster(&office, 4), "roster-lower");
    office_expect(&office, office_roster(&office, 6), "roster");
    assert_int_equal(roster_version(), 6);
}

static void protocol_5_only_pinned_administrators_sign_a_roster(void **state)
{
    (void)state;
    office_expect_refused(&office, roster_by(office.agent1, 9, 30), "statement-certificate");
    office_expect_refused(&office, roster_by(office.outsider, 9, 30), "statement-certificate");
    office_expect_refused(&office, roster_by(office.admin, 9, 400), "roster-expired");
    assert_int_equal(roster_version(), 1);
}

/* Another key does not make another person. */
static void protocol_5_no_administrator_is_an_agent(void **state)
{
    (void)state;
    office_expect_refused(&office, roster_of("82746019396", office.admin, 9, 30), "roster-role");
    assert_int_equal(roster_version(), 1);
}

static void protocol_5_nobody_is_an_agent_before_the_first_roster(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct draft draft;
    TALLOC_FREE(office.signer);
    remove(talloc_asprintf(office.memory, "%s/journal", office.journal));
    assert_true(ledger_create(office.journal, OFFICE_INSTANCE, clock_now(&office.clock), &error));
    office_restart(&office);
    office_draft(&office, ORDER, 1, &draft);
    office_expect_refused(&office, office_request(&draft), "roster-missing");
}

static void protocol_5_an_agent_that_left_the_roster_is_none(void **state)
{
    (void)state;
    struct draft draft;
    office_expect(&office, roster_by(office.admin, 2, 30), "roster"); /* agent1 alone */
    office_draft(&office, ORDER, 1, &draft);
    office_expect_refused(&office, office_request(&draft), "roster-not-listed");
}

/* Or an agent could be somebody else to the rules that part people (same agent, own certificate). */
static void protocol_5_an_agent_s_certificate_names_whom_the_roster_names(void **state)
{
    (void)state;
    struct draft draft;
    office_expect(&office, roster_of("98765432100", office.admin, 2, 30), "roster");
    office_draft(&office, ORDER, 1, &draft);
    office_expect_refused(&office, office_request(&draft), "statement-certificate");
}

/* --- CRLs --- */

static void protocol_6_an_older_crl_than_one_seen_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    json_t *kept = office_request(&draft);
    assert_true(revocation_refresh(&office.registry, true, &error));
    office_read_crls(&office);
    office_draft(&office, OTHER_ORDER, 1, &draft);
    office_expect(&office, office_request(&draft), "issued");
    office_restart(&office);
    office_expect_refused(&office, kept, "crl-lower");
}

static void protocol_5_a_revoked_agent_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct draft draft;
    assert_true(revocation_add(&office.registry, identity_certificate(office.agent3), 1, &error));
    office_read_crls(&office);
    office_draft(&office, ORDER, 1, &draft);
    draft.first = office.agent3;
    office_expect_refused(&office, office_request(&draft), "certificate-revoked");
}

/* --- checkpoints --- */

enum { LEAVES = 9 };

/* The tree of the first `size` leaves, from scratch. */
static struct merkle_hash root_of(size_t size)
{
    static const char *const TEXTS[LEAVES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct bytes leaves[LEAVES];
    struct merkle_hash root;
    struct ra_error error = {0};
    for (size_t i = 0; i < size; i++)
        leaves[i] = bytes_of_text(TEXTS[i]);
    assert_true(merkle_root_of(leaves, size, &root, &error));
    return root;
}

/* Any subtree of that tree. */
static bool read_node(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                      struct ra_error *error)
{
    static const char *const TEXTS[LEAVES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct bytes leaves[LEAVES];
    size_t count = (size_t)1 << level;
    (void)state;
    for (size_t i = 0; i < count; i++)
        leaves[i] = bytes_of_text(TEXTS[index * count + i]);
    return merkle_root_of(leaves, count, hash, error);
}

static json_t *checkpoint(uint64_t from, uint64_t to)
{
    const struct merkle_reader reader = {read_node, NULL};
    struct merkle_proof proof;
    struct ra_error error = {0};
    struct merkle_hash root = root_of(to);
    json_t *list = json_array();
    assert_true(merkle_prove_consistency(&reader, from, to, &proof, &error));
    for (size_t i = 0; i < proof.count; i++)
        json_array_append_new(list, office_base64((struct bytes){proof.hashes[i].bytes, 32}));
    return json_pack("{s:s,s:I,s:o,s:o}", "type", "checkpoint", "size", (json_int_t)to, "root",
                     office_base64((struct bytes){root.bytes, 32}), "proof", list);
}

static void expect_signed(json_t *request, uint64_t size)
{
    struct ra_error error = {0};
    struct checkpoint read;
    json_t *answer = office_send(&office, request);
    const struct note_verifier *verifier = note_key_verifier(office.settings->log_key);
    assert_string_equal(answer_text(answer, "type"), "checkpoint");
    assert_true(checkpoint_verify(bytes_of_text(answer_text(answer, "note")), verifier, &read, &error));
    struct merkle_hash root = root_of(size);
    assert_int_equal(read.size, size);
    assert_memory_equal(read.root.bytes, root.bytes, 32);
    json_decref(answer);
}

static void protocol_7_a_checkpoint_needs_a_proof_from_the_last_one(void **state)
{
    (void)state;
    expect_signed(checkpoint(0, 0), 0); /* the empty log */
    expect_signed(checkpoint(0, 3), 3);
    expect_signed(checkpoint(3, 3), 3);
    expect_signed(checkpoint(3, 7), 7);
    office_restart(&office);
    expect_signed(checkpoint(7, 9), 9);
    office_expect_refused(&office, checkpoint(3, 7), "checkpoint-inconsistent"); /* shrinks */
    office_expect_refused(&office, checkpoint(0, 0), "checkpoint-inconsistent");
}

static void protocol_7_a_forked_log_is_not_signed(void **state)
{
    (void)state;
    struct merkle_hash other = root_of(2);
    expect_signed(checkpoint(0, 3), 3);
    json_t *same_size = checkpoint(3, 3);
    json_object_set_new(same_size, "root", office_base64((struct bytes){other.bytes, 32}));
    office_expect_refused(&office, same_size, "checkpoint-inconsistent");
    json_t *unproved = checkpoint(3, 7);
    json_object_set_new(unproved, "proof", json_array());
    office_expect_refused(&office, unproved, "checkpoint-inconsistent");
    json_t *forged = checkpoint(3, 7);
    json_object_set_new(forged, "root", office_base64((struct bytes){other.bytes, 32}));
    office_expect_refused(&office, forged, "checkpoint-inconsistent");
    expect_signed(checkpoint(3, 7), 7);
}

/* Signing what the disk may not hold would let the log be forked after a power cut. */
static void protocol_7_a_checkpoint_that_could_not_be_journaled_is_not_signed(void **state)
{
    (void)state;
    expect_signed(checkpoint(0, 3), 3);
    for (int sync = 1; sync <= 2; sync++) {
        disk_fail_sync(sync);
        office_expect_refused(&office, checkpoint(3, 7), "internal");
        disk_fail_sync(0);
        office_expect_refused(&office, checkpoint(3, 7), "internal");
        office_expect_refused(&office, checkpoint(7, 7), "internal");
        office_expect_refused(&office, checkpoint(3, 3), "internal");
        office_reset(&office);
        expect_signed(checkpoint(0, 3), 3);
    }
}

static void protocol_5_a_roster_that_could_not_be_journaled_is_not_in_force(void **state)
{
    (void)state;
    disk_fail_sync(1);
    office_expect_refused(&office, office_roster(&office, 2), "internal");
    disk_fail_sync(0);
    office_expect_refused(&office, json_pack("{s:s}", "type", "status"), "internal");
    office_restart(&office); /* written, only not known to be safe: the journal keeps it */
    assert_int_equal(roster_version(), 2);
}

/* --- revocation --- */

static json_t *issued_certificate(const char *order)
{
    struct draft draft;
    office_draft(&office, order, 1, &draft);
    json_t *answer = office_send(&office, office_request(&draft));
    assert_string_equal(answer_text(answer, "type"), "issued");
    return answer;
}

static json_t *revocation_by(const struct identity *const *agents, size_t count, const char *order,
                             const char *serial, int64_t reason, const char *certificate)
{
    json_t *statements = json_array();
    struct statement statement = office_statement(&office, STATEMENT_REVOCATION, order, 1);
    statement.revocation.serial = serial;
    statement.revocation.reason = reason;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(statements, office_base64(office_sign(&office, agents[i], &statement)));
    return json_pack("{s:s,s:o,s:s,s:o}", "type", "revoke", "statements", statements, "certificate",
                     certificate, "crls", office_crls(&office));
}

static void protocol_6_one_agent_revokes_a_compromised_key_two_for_anything_else(void **state)
{
    (void)state;
    const struct identity *const agents[] = {office.agent1, office.agent2};
    const struct identity *const twice[] = {office.agent1, office.agent1};
    json_t *issued = issued_certificate(ORDER);
    const char *serial = answer_text(issued, "serial"), *certificate = answer_text(issued, "certificate");
    int before = office_count_revoked(&office);
    office_expect_refused(&office, revocation_by(agents, 1, ORDER, serial, 4, certificate), "floor");
    office_expect_refused(&office, revocation_by(twice, 2, ORDER, serial, 4, certificate), "same-agent");
    assert_int_equal(office_count_revoked(&office), before);
    office_expect(&office, revocation_by(agents, 2, ORDER, serial, 4, certificate), "revoked");
    assert_int_equal(office_count_revoked(&office), before + 1);
    office_restart(&office);
    int carried = office.line.carried;
    office_expect(&office, revocation_by(agents, 1, ORDER, serial, 1, certificate), "revoked");
    assert_int_equal(office.line.carried, carried); /* done is done */
    json_decref(issued);
}

static void protocol_1_no_false_revocation(void **state)
{
    (void)state;
    const struct identity *const agent[] = {office.agent1}, *const stranger[] = {office.outsider};
    const struct identity *const auditor[] = {office.auditor};
    json_t *issued = issued_certificate(ORDER);
    const char *serial = answer_text(issued, "serial"), *certificate = answer_text(issued, "certificate");
    int before = office_count_revoked(&office);
    office_expect_refused(&office, revocation_by(stranger, 1, ORDER, serial, 1, certificate),
                          "roster-not-listed");
    office_expect_refused(&office, revocation_by(auditor, 1, ORDER, serial, 1, certificate), "roster-role");
    office_expect_refused(&office, revocation_by(agent, 1, ORDER, "00ff", 1, certificate), "data-mismatch");
    office_expect_refused(&office, revocation_by(agent, 1, OTHER_ORDER, serial, 1, certificate),
                          "order-mismatch");
    assert_int_equal(office_count_revoked(&office), before);
    json_decref(issued);
}

/* The certificate of another AC of ours under the same serial: a serial is unique within one AC alone. */
static json_t *twin_of(const char *text, enum authority_id issuer)
{
    struct bytes der;
    unsigned char *signed_anew = NULL;
    assert_true(base64_decode(office.memory, text, strlen(text), &der));
    const unsigned char *at = der.data;
    X509 *twin = d2i_X509(NULL, &at, (long)der.length);
    const X509 *above = office.hierarchy.certificate[issuer];
    assert_int_equal(X509_set_issuer_name(twin, X509_get_subject_name(above)), 1);
    X509_EXTENSION_free(X509_delete_ext(twin, X509_get_ext_by_NID(twin, NID_authority_key_identifier, -1)));
    assert_true(X509_sign(twin, office.hierarchy.key[issuer], EVP_sha256()) > 0);
    int length = i2d_X509(twin, &signed_anew);
    json_t *made = office_base64((struct bytes){signed_anew, (size_t)length});
    OPENSSL_free(signed_anew);
    X509_free(twin);
    return made;
}

static void protocol_1_agents_revoke_the_certificate_of_their_order_and_no_namesake(void **state)
{
    (void)state;
    const struct identity *const agent[] = {office.agent1};
    json_t *issued = issued_certificate(ORDER);
    json_t *twin = twin_of(answer_text(issued, "certificate"), AUTHORITY_TR5);
    office_expect_refused(
        &office, revocation_by(agent, 1, ORDER, answer_text(issued, "serial"), 1, json_string_value(twin)),
        "order-mismatch");
    json_decref(twin);
    json_decref(issued);
}

/* Two agents, each with her own words; the instance is that of the first's. */
static json_t *revocation_in_two_words(const char *instance, const char *order, const char *serial,
                                       int64_t reason, json_t *issued)
{
    json_t *statements = json_array();
    struct statement statement = office_statement(&office, STATEMENT_REVOCATION, ORDER, 1);
    statement.revocation.serial = answer_text(issued, "serial");
    statement.revocation.reason = 4;
    statement.instance = instance;
    json_array_append_new(statements, office_base64(office_sign(&office, office.agent1, &statement)));
    statement.instance = OFFICE_INSTANCE;
    statement.order = order;
    statement.revocation.serial = serial;
    statement.revocation.reason = reason;
    json_array_append_new(statements, office_base64(office_sign(&office, office.agent2, &statement)));
    return json_pack("{s:s,s:o,s:s,s:o}", "type", "revoke", "statements", statements, "certificate",
                     answer_text(issued, "certificate"), "crls", office_crls(&office));
}

/* A second agent's words about something else lend the first's no weight. */
static void protocol_1_two_agents_revoke_only_what_both_name(void **state)
{
    (void)state;
    json_t *issued = issued_certificate(ORDER);
    const char *serial = answer_text(issued, "serial");
    int before = office_count_revoked(&office);
    office_expect_refused(&office, revocation_in_two_words(OFFICE_INSTANCE, OTHER_ORDER, serial, 4, issued),
                          "order-mismatch");
    office_expect_refused(&office, revocation_in_two_words(OFFICE_INSTANCE, ORDER, "00ff", 4, issued),
                          "order-mismatch");
    office_expect_refused(&office, revocation_in_two_words(OFFICE_INSTANCE, ORDER, serial, 5, issued),
                          "order-mismatch");
    office_expect_refused(&office, revocation_in_two_words(OFFICE_OTHER, ORDER, serial, 4, issued),
                          "statement-instance");
    assert_int_equal(office_count_revoked(&office), before);
    office_expect(&office, revocation_in_two_words(OFFICE_INSTANCE, ORDER, serial, 4, issued), "revoked");
    /* Once the AC was asked age does not count any more; whose words they are still does. */
    office_expect_refused(&office, revocation_in_two_words(OFFICE_OTHER, ORDER, serial, 4, issued),
                          "statement-instance");
    json_decref(issued);
}

/* Not ours to revoke: a certificate of the AC that signs the agents', and one of nobody's. */
static void protocol_1_no_certificate_of_another_ac_is_revoked(void **state)
{
    (void)state;
    const struct identity *const agent[] = {office.agent1};
    unsigned char *der = NULL;
    X509 *stranger = X509_dup(identity_certificate(office.agent2));
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    assert_true(X509_sign(stranger, key, EVP_sha256()) > 0);
    int length = i2d_X509(stranger, &der);
    json_t *text = office_base64((struct bytes){der, (size_t)length});
    office_expect_refused(&office, revocation_by(agent, 1, ORDER, "01", 1, json_string_value(text)),
                          "data-mismatch");
    json_decref(text);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    X509_free(stranger);
}

/* People take it to the portal; what was approved is journaled, and asked for again it waits again. */
static void issue_5_6_with_a_portal_a_revocation_waits_for_people(void **state)
{
    (void)state;
    const struct identity *const agent[] = {office.agent1};
    json_t *issued = issued_certificate(ORDER);
    const char *serial = answer_text(issued, "serial"), *certificate = answer_text(issued, "certificate");
    int before = office_count_revoked(&office);
    office.settings->ac_driver = AC_DRIVER_PORTAL;
    office.line = (struct office_line){.carried = 0};
    for (int i = 0; i < 2; i++) {
        json_t *answer = office_send(&office, revocation_by(agent, 1, ORDER, serial, 1, certificate));
        assert_string_equal(answer_text(answer, "type"), "pending");
        assert_string_equal(answer_text(answer, "state"), "sent");
        json_decref(answer);
        office_restart(&office);
    }
    assert_int_equal(office.line.carried, 0);
    assert_int_equal(office_count_revoked(&office), before);
    office.settings->ac_driver = AC_DRIVER_CMP;
    office_expect(&office, revocation_by(agent, 1, ORDER, serial, 1, certificate), "revoked");
    json_decref(issued);
}

static void protocol_6_a_lost_revocation_can_be_asked_for_again(void **state)
{
    (void)state;
    const struct identity *const agent[] = {office.agent1};
    json_t *issued = issued_certificate(ORDER);
    const char *serial = answer_text(issued, "serial"), *certificate = answer_text(issued, "certificate");
    int before = office_count_revoked(&office);
    office.line.loses_answer_from = 1;
    office_expect(&office, revocation_by(agent, 1, ORDER, serial, 1, certificate), "pending");
    office.line = (struct office_line){.carried = 0};
    office_expect(&office, revocation_by(agent, 1, ORDER, serial, 1, certificate), "revoked");
    assert_int_equal(office_count_revoked(&office), before + 1);
    json_decref(issued);
}

/* --- configuration --- */

static void expect_configuration(const char *text, bool good)
{
    struct ra_error error = {0};
    struct settings *settings;
    char *path = talloc_asprintf(office.memory, "%s/conf/signer.conf", office.home);
    assert_true(file_write(path, bytes_of_text(text), 0600, &error));
    bool loaded = settings_load(office.memory, office.home, NULL, &settings, &error);
    if (loaded != good)
        fail_msg("%s: %s", text, error.detail);
    talloc_free(loaded ? settings : NULL);
}

#define INSTANCE    "instance = " OFFICE_INSTANCE "\n"
#define ENVIRONMENT "environment = homologation\n"
#define CNPJ        "ar_cnpj = 12345678000195\n"
#define LOG         "log_name = guiche/teste\n"

static void configuration_is_read_strictly(void **state)
{
    (void)state;
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG, true);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "agents_floor = 1\n# note\n\n  code_days=3", true);
    expect_configuration(ENVIRONMENT CNPJ LOG, false);
    expect_configuration(INSTANCE INSTANCE ENVIRONMENT CNPJ LOG, false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "agents_floor = 2\nagents_floor = 1\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "ra_key = file\nra_key = file\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "agents_flor = 1\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "agents_floor = 0\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "code_days = 8\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "code_days = 7x\n", false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ LOG "code_days\n", false);
    expect_configuration("instance = 12\n" ENVIRONMENT CNPJ LOG, false);
    expect_configuration(INSTANCE "environment = test\n" CNPJ LOG, false);
    expect_configuration(INSTANCE ENVIRONMENT CNPJ "log_name = a b\n", false);
    expect_configuration(INSTANCE ENVIRONMENT "ar_cnpj = 1\n" LOG, false);
}

static void protocol_6_production_refuses_a_shared_user_and_low_floors(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct ra_clock real = {0}, shifted = {1};
    struct settings settings = {
        .environment = ENVIRONMENT_PRODUCTION, .roster_threshold = 2, .agents_floor = 2};
    assert_true(settings_fit_production(&settings, &real, true, &error));
    assert_false(settings_fit_production(&settings, &real, false, &error));
    assert_false(settings_fit_production(&settings, &shifted, true, &error));
    settings.roster_threshold = 1;
    assert_false(settings_fit_production(&settings, &real, true, &error));
    settings.environment = ENVIRONMENT_HOMOLOGATION;
    assert_true(settings_fit_production(&settings, &shifted, false, &error));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(protocol_5_only_a_higher_version_takes_the_place_of_a_roster),
        TEST(protocol_5_only_pinned_administrators_sign_a_roster),
        TEST(protocol_5_no_administrator_is_an_agent),
        TEST(protocol_5_nobody_is_an_agent_before_the_first_roster),
        TEST(protocol_5_an_agent_that_left_the_roster_is_none),
        TEST(protocol_5_an_agent_s_certificate_names_whom_the_roster_names),
        TEST(protocol_6_an_older_crl_than_one_seen_is_refused),
        TEST(protocol_7_a_checkpoint_needs_a_proof_from_the_last_one),
        TEST(protocol_7_a_forked_log_is_not_signed),
        TEST(protocol_7_a_checkpoint_that_could_not_be_journaled_is_not_signed),
        TEST(protocol_5_a_roster_that_could_not_be_journaled_is_not_in_force),
        TEST(protocol_6_one_agent_revokes_a_compromised_key_two_for_anything_else),
        TEST(protocol_1_no_false_revocation),
        TEST(protocol_1_agents_revoke_the_certificate_of_their_order_and_no_namesake),
        TEST(protocol_1_two_agents_revoke_only_what_both_name),
        TEST(protocol_1_no_certificate_of_another_ac_is_revoked),
        TEST(issue_5_6_with_a_portal_a_revocation_waits_for_people),
        TEST(protocol_6_a_lost_revocation_can_be_asked_for_again),
        TEST(protocol_5_a_revoked_agent_is_refused),
        TEST(protocol_6_production_refuses_a_shared_user_and_low_floors),
        TEST(configuration_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
