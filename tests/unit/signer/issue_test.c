/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's decision and its ways to a certificate, with the real homologation AC behind a carrier that a
 * test can break. Each row of THIEVES is one way to come by a certificate without the right to it; its name
 * is the promise of protocol 1 and 6 that it attacks.
 */
#include "pki/base/file.h"
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static const int64_t HOUR_S = 3600, DAY_S = 86400;

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
    office_corrupt_ac(&office, CORRUPTION_NONE);
    office_reset(&office);
    return 0;
}

static json_t *honest(const char *order, int64_t attempt)
{
    struct draft draft;
    office_draft(&office, order, attempt, &draft);
    return office_request(&draft);
}

static X509 *certificate_of(json_t *answer)
{
    struct bytes der;
    const char *text = answer_text(answer, "certificate");
    assert_true(base64_decode(office.memory, text, strlen(text), &der));
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    assert_non_null(certificate);
    return certificate;
}

/* --- the honest way --- */

static void
protocol_6_the_subject_comes_from_the_approved_data_and_only_the_key_from_the_request(void **state)
{
    (void)state;
    json_t *answer = office_send(&office, honest(ORDER, 1));
    if (strcmp(answer_text(answer, "type"), "issued") != 0)
        fail_msg("%s %s", answer_text(answer, "reason"), answer_text(answer, "detail"));
    X509 *certificate = certificate_of(answer);
    char name[128] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    assert_string_equal(name, "MARIA FICTICIA DA SILVA:" OFFICE_HOLDER);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(certificate), office.holder_key), 1);
    assert_int_equal(json_array_size(json_object_get(answer, "chain")), 3);
    assert_int_equal(strlen(answer_text(answer, "transaction")), 32);
    X509_free(certificate);
    json_decref(answer);
}

static void protocol_6_a_key_approved_by_its_hash_is_certified_without_codes(void **state)
{
    (void)state;
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    draft_bind_spki(&draft);
    office_expect(&office, office_request(&draft), "issued");
}

static void protocol_6_the_same_key_again_gets_the_same_certificate_and_the_ac_is_not_asked(void **state)
{
    (void)state;
    json_t *first = office_send(&office, honest(ORDER, 1));
    int carried = office.line.carried;
    json_t *second = office_send(&office, honest(ORDER, 1));
    office_restart(&office);
    json_t *third =
        office_send(&office, json_pack("{s:s,s:s,s:i}", "type", "resume", "order", ORDER, "attempt", 1));
    assert_string_equal(answer_text(first, "type"), "issued");
    assert_true(json_equal(first, second));
    assert_true(json_equal(first, third));
    assert_int_equal(office.line.carried, carried);
    json_decref(first);
    json_decref(second);
    json_decref(third);
}

/* --- thieves --- */

static void other_instance(struct draft *draft)
{
    draft->validation.instance = OFFICE_OTHER;
}
static void other_instance_verified(struct draft *draft)
{
    draft->verification.instance = OFFICE_OTHER;
}
static void one_agent_twice(struct draft *draft)
{
    draft->second = office.agent1;
}
static void one_agent_alone(struct draft *draft)
{
    draft->without_verification = true;
}
static void one_agent_alone_with_both_halves(struct draft *draft)
{
    draft->without_verification = true;
    draft->validation.validation.binding.has_mail = true;
    memcpy(draft->validation.validation.binding.mail, draft->verification.verification.mail, 32);
}
static void agent_for_herself(struct draft *draft)
{
    draft->person.cpf = draft->validation.validation.data.cpf = "73190486204";
}
static void verifier_for_himself(struct draft *draft)
{
    draft->person.cpf = draft->validation.validation.data.cpf = "64081725390";
}
static void auditor_as_agent(struct draft *draft)
{
    draft->first = office.auditor;
}
static void outsider_as_agent(struct draft *draft)
{
    draft->second = office.outsider;
}
static void administrator_as_agent(struct draft *draft)
{
    draft->second = office.admin;
}
static void older_than_the_journal(struct draft *draft)
{
    draft->validation.issued_at -= 2 * HOUR_S;
}
static void lives_too_long(struct draft *draft)
{
    draft->validation.not_after = draft->validation.issued_at + 8 * DAY_S;
}
static void lives_too_long_by_key(struct draft *draft)
{
    draft_bind_spki(draft);
    draft->validation.not_after = draft->validation.issued_at + 2 * DAY_S;
}
static void from_the_future(struct draft *draft)
{
    draft->validation.issued_at += HOUR_S;
    draft->validation.not_after += HOUR_S;
}
static void verified_another_validation(struct draft *draft)
{
    draft->keep_validation_digest = true;
}
static void verified_another_order(struct draft *draft)
{
    draft->verification.order = OTHER_ORDER;
}
static void verified_another_attempt(struct draft *draft)
{
    draft->verification.attempt = 2;
}
static void waiver_not_confirmed(struct draft *draft)
{
    draft->waivers[0] = (struct statement_waiver){"foto", "câmera quebrada"};
    draft->validation.validation.waived.count = 1;
}
static void waiver_invented_by_the_second(struct draft *draft)
{
    draft->waivers[0] = (struct statement_waiver){"foto", "câmera quebrada"};
    draft->verification.verification.waived.count = 1;
}
static void another_waiver_confirmed(struct draft *draft)
{
    static struct statement_waiver another = {"digital", "leitor quebrado"};
    draft->waivers[0] = (struct statement_waiver){"foto", "câmera quebrada"};
    draft->validation.validation.waived.count = 1;
    draft->verification.verification.waived = (struct statement_waivers){1, &another};
}
static void mail_half_beside_a_key(struct draft *draft)
{
    draft_bind_spki(draft);
    draft->verification.verification.has_mail = true;
}
static void profile_not_here(struct draft *draft)
{
    draft->validation.validation.profile.id = "RFB_ECPF_A9";
}
static void profile_altered(struct draft *draft)
{
    draft->validation.validation.profile.digest[0] ^= 1;
}
static void term_too_long(struct draft *draft)
{
    draft->validation.validation.profile.term_months = 24;
}
static void media_of_another_profile(struct draft *draft)
{
    draft->validation.validation.profile.media = PROFILE_MEDIA_TOKEN;
}
static void holder_not_among_the_people(struct draft *draft)
{
    draft->person.cpf = "11144477735";
}
static void data_not_in_form(struct draft *draft)
{
    draft->validation.validation.data.name = "Maria Fictícia";
}
static void video_at_the_counter(struct draft *draft)
{
    draft->validation.validation.place.kind = STATEMENT_PLACE_VIDEO;
}
static void code_by_video(struct draft *draft)
{
    draft->validation.validation.place.kind = STATEMENT_PLACE_VIDEO;
    draft->validation.validation.method = IDENTIFICATION_VIDEO;
}
static void mail_half_in_the_wrong_statement(struct draft *draft)
{
    draft->validation.validation.binding.has_mail = true;
}
static void no_mail_half(struct draft *draft)
{
    draft->verification.verification.has_mail = false;
}
static void another_key_by_hash(struct draft *draft)
{
    draft_bind_spki(draft);
    draft->key = office.thief_key;
}
static void another_key_with_the_holders_proofs(struct draft *draft)
{
    draft->key = office.thief_key;
}
static void guessed_counter_half(struct draft *draft)
{
    draft->used_counter_half[0] ^= 1;
}
static void guessed_mail_half(struct draft *draft)
{
    draft->used_mail_half[0] ^= 1;
}
static void paper_half_alone(struct draft *draft)
{
    memcpy(draft->used_mail_half, draft->counter_half, EMISSION_HALF_SIZE);
}
static void proofs_of_another_order(struct draft *draft)
{
    draft->proof_order = OTHER_ORDER;
}
static void proofs_of_another_instance(struct draft *draft)
{
    draft->proof_instance = OFFICE_OTHER;
}

static const struct thief {
    const char *promise;
    void (*bend)(struct draft *draft);
    const char *reason;
} THIEVES[] = {
    {"2: homologation and production never mix (validation)", other_instance, "statement-instance"},
    {"2: homologation and production never mix (verification)", other_instance_verified,
     "statement-instance"},
    {"6: one agent signing both statements", one_agent_twice, "same-agent"},
    {"6: one agent alone", one_agent_alone, "floor"},
    {"6: one agent alone who made both halves", one_agent_alone_with_both_halves, "floor"},
    {"6: an agent certifying herself", agent_for_herself, "agent-is-subject"},
    {"6: a second agent certifying himself", verifier_for_himself, "agent-is-subject"},
    {"5: an auditor signing as an agent", auditor_as_agent, "roster-role"},
    {"5: a good certificate that no roster lists", outsider_as_agent, "roster-not-listed"},
    {"5: an administrator signing as an agent", administrator_as_agent, "roster-not-listed"},
    {"6: a statement from before the journal", older_than_the_journal, "statement-expired"},
    {"2: a code-bound statement that lives eight days", lives_too_long, "statement-expired"},
    {"2: a key-bound statement that lives two days", lives_too_long_by_key, "statement-expired"},
    {"2: a statement signed ahead", from_the_future, "statement-not-yet"},
    {"2: a verification of another validation", verified_another_validation, "validation-mismatch"},
    {"2: a verification of another order", verified_another_order, "order-mismatch"},
    {"2: a verification of another attempt", verified_another_attempt, "order-mismatch"},
    {"2: a waiver that the second agent did not confirm", waiver_not_confirmed, "waiver-mismatch"},
    {"2: a waiver that the first agent did not give", waiver_invented_by_the_second, "waiver-mismatch"},
    {"2: a waiver confirmed under another name", another_waiver_confirmed, "waiver-mismatch"},
    {"2: a mail half for a key that was read aloud", mail_half_beside_a_key, "binding-mismatch"},
    {"6: a profile this AR does not have", profile_not_here, "profile-unknown"},
    {"6: a profile row altered after the validation", profile_altered, "profile-digest"},
    {"6: a longer term than the row sells", term_too_long, "profile-term"},
    {"6: another medium than the row's", media_of_another_profile, "profile-media"},
    {"6: data of somebody who was not identified", holder_not_among_the_people, "data-mismatch"},
    {"6: data that would reach the certificate changed", data_not_in_form, "data-mismatch"},
    {"2: a counter identification at a video place", video_at_the_counter, "place-mismatch"},
    {"2: an emission code after a video identification", code_by_video, "binding-not-allowed"},
    {"2: a mail half that the first agent chose", mail_half_in_the_wrong_statement, "binding-mismatch"},
    {"2: no mail half at all", no_mail_half, "binding-mismatch"},
    {"2: another key than the one read aloud", another_key_by_hash, "binding-mismatch"},
    {"3: another key with the proofs of the first", another_key_with_the_holders_proofs, "proof-counter"},
    {"3: a guessed paper half", guessed_counter_half, "proof-counter"},
    {"3: a guessed mail half", guessed_mail_half, "proof-mail"},
    {"3: the paper half used for both", paper_half_alone, "proof-mail"},
    {"3: proofs made for another order", proofs_of_another_order, "proof-counter"},
    {"3: proofs made for another instance", proofs_of_another_instance, "proof-counter"},
};

static void protocol_1_no_thief_gets_a_certificate(void **state)
{
    (void)state;
    int before = office_count_issued(&office);
    for (size_t i = 0; i < sizeof THIEVES / sizeof *THIEVES; i++) {
        struct draft draft;
        office_draft(&office, ORDER, 1, &draft);
        THIEVES[i].bend(&draft);
        json_t *answer = office_send(&office, office_request(&draft));
        if (strcmp(answer_text(answer, "type"), "refused") != 0 ||
            strcmp(answer_text(answer, "reason"), THIEVES[i].reason) != 0)
            fail_msg("%s: %s %s, not %s (%s)", THIEVES[i].promise, answer_text(answer, "type"),
                     answer_text(answer, "reason"), THIEVES[i].reason, answer_text(answer, "detail"));
        json_decref(answer);
    }
    assert_int_equal(office.line.carried, 0);
    assert_int_equal(office_count_issued(&office), before);
    /* And nobody's attempt was used up: a refused proof consumes nothing. */
    office_expect(&office, honest(ORDER, 1), "issued");
}

/* Configuration and profile row both say how many agents; the digest stays that of the row on the disk. */
static void ask_for_agents(unsigned floor, unsigned row)
{
    struct settings *settings = office.settings;
    settings->agents_floor = floor;
    for (size_t i = 0; i < settings->profile_count; i++) {
        struct certificate_profile *changed =
            talloc_memdup(office.memory, settings->profiles[i], sizeof *changed);
        assert_non_null(changed);
        changed->agents = row;
        settings->profiles[i] = changed;
    }
}

static void closed_yesterday(struct certificate_profile *row)
{
    row->valid_to = "2024-12-31";
}
static void opened_tomorrow(struct certificate_profile *row)
{
    row->valid_from = "2028-01-01";
    row->valid_to = "2029-01-01";
}
static void made_by_nobody(struct certificate_profile *row)
{
    row->issuer = "AC de ninguém";
}
/* The row promises more than the AC's own certificate, which ends in 12 years. */
static void sold_for_longer_than_its_ac(struct certificate_profile *row)
{
    row->term_months = 240;
    row->issuer_until = "2099-12-31";
    row->valid_to = "2099-12-31";
}
static void as_it_is(struct certificate_profile *row)
{
    (void)row;
}

/* Part 1: what may not be ordered today is not issued either, whatever two agents signed. */
static void issue_5_1_only_what_may_be_issued_today(void **state)
{
    (void)state;
    static const struct {
        void (*bend)(struct certificate_profile *row);
        int64_t months;
        const char *reason;
    } rows[] = {
        {closed_yesterday, 12, "profile-closed"},
        {opened_tomorrow, 12, "profile-closed"},
        {made_by_nobody, 12, "profile-issuer"},
        {as_it_is, 18, "profile-term"},
        {sold_for_longer_than_its_ac, 240, "profile-term"},
    };
    struct settings *settings = office.settings;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct draft draft;
        office_draft(&office, ORDER, 1, &draft);
        const char *id = draft.validation.validation.profile.id;
        size_t at = 0;
        while (strcmp(settings->profiles[at]->id, id) != 0)
            at++;
        const struct certificate_profile *row = settings->profiles[at];
        struct certificate_profile *bent = talloc_memdup(office.memory, row, sizeof *bent);
        rows[i].bend(bent);
        settings->profiles[at] = bent;
        draft.validation.validation.profile.term_months = rows[i].months;
        office_expect_refused(&office, office_request(&draft), rows[i].reason);
        settings->profiles[at] = row;
    }
}

static json_t *by_one_agent(void (*bend)(struct draft *draft), size_t waived)
{
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    bend(&draft);
    draft.waivers[0] = (struct statement_waiver){"IP-04", "sem biometria"};
    draft.validation.validation.waived = (struct statement_waivers){waived, draft.waivers};
    return office_request(&draft);
}

static void protocol_6_one_agent_only_where_configuration_and_row_agree(void **state)
{
    (void)state;
    static const struct {
        unsigned floor, row;
        void (*bend)(struct draft *draft);
        size_t waived;
        const char *reason;
    } rows[] = {
        {2, 1, one_agent_alone_with_both_halves, 0, "floor"},
        {1, 2, one_agent_alone_with_both_halves, 0, "floor"},
        {1, 1, one_agent_alone_with_both_halves, 1, "floor"},
        {1, 1, one_agent_alone, 0, "binding-mismatch"},
    };
    unsigned agents = office.settings->profiles[0]->agents;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask_for_agents(rows[i].floor, rows[i].row);
        office_expect_refused(&office, by_one_agent(rows[i].bend, rows[i].waived), rows[i].reason);
    }
    ask_for_agents(1, 1);
    office_expect(&office, by_one_agent(one_agent_alone_with_both_halves, 0), "issued");
    ask_for_agents(2, agents);
}

/* Moves the instance's clock, which the signer reads at every request. */
static void pass(int64_t seconds)
{
    office.clock.offset_s += seconds;
}

static void protocol_2_a_statement_has_one_life(void **state)
{
    (void)state;
    json_t *request = honest(ORDER, 1);
    pass(2 * HOUR_S);
    office_expect_refused(&office, request, "statement-expired");
    pass(-2 * HOUR_S);
}

static void protocol_5_an_expired_crl_means_refusal(void **state)
{
    (void)state;
    pass(20 * DAY_S);
    office_expect_refused(&office, honest(ORDER, 1), "crl-expired");
    pass(-20 * DAY_S);
}

static void protocol_5_an_expired_roster_makes_nobody_an_agent(void **state)
{
    (void)state;
    pass(31 * DAY_S);
    office_expect_refused(&office, honest(ORDER, 1), "roster-expired");
    pass(-31 * DAY_S);
}

/* --- thieves who bend the finished request --- */

static json_t *with(json_t *request, const char *member, json_t *value)
{
    json_object_set_new(request, member, value);
    return request;
}

static json_t *flipped(json_t *request, const char *member, size_t from_end)
{
    struct bytes value;
    const char *text = json_string_value(json_object_get(request, member));
    assert_true(base64_decode(office.memory, text, strlen(text), &value));
    uint8_t *changed = talloc_memdup(office.memory, value.data, value.length);
    changed[value.length - from_end] ^= 1;
    return with(request, member, office_base64((struct bytes){changed, value.length}));
}

static void protocol_2_no_byte_of_a_signed_object_can_change(void **state)
{
    (void)state;
    office_expect_refused(&office, flipped(honest(ORDER, 1), "validation", 1), "statement-signature");
    office_expect_refused(&office, flipped(honest(ORDER, 1), "verification", 1), "statement-signature");
    office_expect_refused(&office, with(honest(ORDER, 1), "validation", json_string("AAAA")),
                          "statement-malformed");
    json_t *swapped = honest(ORDER, 1);
    json_t *validation = json_incref(json_object_get(swapped, "validation"));
    office_expect_refused(&office, with(swapped, "verification", validation), "statement-type");
}

static void protocol_5_crls_of_every_issuer_are_demanded(void **state)
{
    (void)state;
    office_expect_refused(&office, with(honest(ORDER, 1), "crls", json_array()), "crl-missing");
    json_t *two = json_array();
    json_array_append_new(two, json_string(office.crls[0]));
    json_array_append_new(two, json_string(office.crls[1]));
    office_expect_refused(&office, with(honest(ORDER, 1), "crls", two), "crl-missing");
}

static void protocol_6_proofs_must_be_there(void **state)
{
    (void)state;
    json_t *request = honest(ORDER, 1);
    json_object_set_new(json_object_get(request, "proofs"), "mail", json_string(""));
    office_expect_refused(&office, request, "proof-missing");
    office_expect_refused(&office, with(honest(ORDER, 1), "csr", json_string("MAMBAf8=")), "csr-malformed");
    office_expect_refused(&office, flipped(honest(ORDER, 1), "csr", 3), "csr-signature");
}

static void protocol_6_unknown_members_and_types_are_refused(void **state)
{
    (void)state;
    office_expect_refused(&office, with(honest(ORDER, 1), "template", json_string("")), "malformed");
    office_expect_refused(&office, with(honest(ORDER, 1), "csr", json_integer(3)), "malformed");
    office_expect_refused(&office, with(honest(ORDER, 1), "csr", json_string("a b=")), "malformed");
    office_expect_refused(&office, json_pack("{s:s}", "type", "sign"), "unknown-type");
    office_expect_refused(&office, json_pack("{}"), "unknown-type");
}

static void issue_2_weak_keys_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");
    struct bytes csr = office_csr(&office, small);
    office_expect_refused(&office, with(honest(ORDER, 1), "csr", office_base64(csr)), "csr-key-size");
    csr = office_csr(&office, curve);
    office_expect_refused(&office, with(honest(ORDER, 1), "csr", office_base64(csr)), "csr-algorithm");
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
}

/* The list of known weak keys in the signer's own folder; here the holder's key stands in it. */
static void issue_3_keys_of_the_office_list_are_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    BIGNUM *modulus = NULL;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    assert_int_equal(EVP_PKEY_get_bn_param(office.holder_key, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
    char *hexadecimal = BN_bn2hex(modulus);
    const char *hashed = talloc_asprintf(office.memory, "Modulus=%s\n", hexadecimal);
    assert_int_equal(EVP_Digest(hashed, strlen(hashed), digest, &size, EVP_sha1(), NULL), 1);
    const char *path = talloc_asprintf(office.memory, "%s/weak-keys", office.folder);
    assert_true(file_write(path, bytes_of_text(hex_encode(office.memory, (struct bytes){digest + 10, 10})),
                           0600, &error));
    assert_true(weak_key_list_load(office.memory, path, &office.settings->weak_keys, &error));
    office_expect_refused(&office, honest(ORDER, 1), "csr-weak-key");
    TALLOC_FREE(office.settings->weak_keys);
    OPENSSL_free(hexadecimal);
    BN_free(modulus);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(protocol_6_the_subject_comes_from_the_approved_data_and_only_the_key_from_the_request),
        TEST(protocol_6_a_key_approved_by_its_hash_is_certified_without_codes),
        TEST(protocol_6_the_same_key_again_gets_the_same_certificate_and_the_ac_is_not_asked),
        TEST(protocol_1_no_thief_gets_a_certificate),
        TEST(protocol_6_one_agent_only_where_configuration_and_row_agree),
        TEST(issue_5_1_only_what_may_be_issued_today),
        TEST(protocol_2_a_statement_has_one_life),
        TEST(protocol_5_an_expired_crl_means_refusal),
        TEST(protocol_5_an_expired_roster_makes_nobody_an_agent),
        TEST(protocol_2_no_byte_of_a_signed_object_can_change),
        TEST(protocol_5_crls_of_every_issuer_are_demanded),
        TEST(protocol_6_proofs_must_be_there),
        TEST(protocol_6_unknown_members_and_types_are_refused),
        TEST(issue_2_weak_keys_are_refused),
        TEST(issue_3_keys_of_the_office_list_are_refused),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
