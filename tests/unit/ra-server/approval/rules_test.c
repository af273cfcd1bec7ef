/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a statement must say to be taken (protocol 2, 6): one good case, and each way to be wrong with its
 * word.
 */
#include "approval/rules.h"
#include "authority.h"
#include "floors/check.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

static const uint8_t validator_key[32] = {1};
static const uint8_t verifier_key[32] = {2};
static const uint8_t mail_key[32] = {0x34};
static const char validator_cpf[] = "98765432100";
static const char verifier_cpf[] = "39053344705";

/* The sample validation of the trust library's tests, and the facts it tells the truth about. */
struct bench {
    TALLOC_CTX *context;
    struct statement validation;
    struct statement verification;
    struct signed_statement first;
    struct signed_statement second;
    struct approval_facts facts;
    struct approval_verified verified;
    struct certificate_profile *profile;
    struct ra_error error;
};

static void bind_by_key(struct statement_binding *binding)
{
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_SPKI};
    memset(binding->spki, 0x77, sizeof binding->spki);
}

static void fill_facts(struct bench *bench)
{
    const struct statement_validation *validation = &bench->validation.validation;
    bench->facts = (struct approval_facts){
        .instance = TEST_INSTANCE,
        .order = TEST_ORDER,
        .attempt = 1,
        .data = validation->data,
        .people = validation->people,
        .profile = bench->profile,
        .term_months = validation->profile.term_months,
        .method = validation->method,
        .place_kind = validation->place.kind,
        .office = validation->place.office,
        .ibge = validation->place.ibge,
        .rules = validation->rules,
        .waived = validation->waived,
        .media = {validation->media.model, validation->media.serial, validation->media.homologation},
        .now = TEST_NOW + 60,
        .statement_life_s = 24 * HOUR_S,
        .code_life_s = 7 * DAY_S,
    };
    memcpy(bench->facts.dossier, validation->dossier, sizeof bench->facts.dossier);
}

static int setup(void **state)
{
    struct bench *bench = talloc_zero(NULL, struct bench);
    bench->context = bench;
    struct ra_error error = {0};
    assert_done(profile_load(bench, "pki/profiles/RFB_ECPF_A1.json", &bench->profile, &error));
    bench->validation = sample_statement(STATEMENT_VALIDATION);
    struct statement_validation *validation = &bench->validation.validation;
    validation->profile.id = bench->profile->id;
    validation->profile.term_months = 12;
    validation->profile.media = PROFILE_MEDIA_SOFTWARE;
    memcpy(validation->profile.digest, bench->profile->digest, sizeof validation->profile.digest);
    validation->method = IDENTIFICATION_IN_PERSON;
    bind_by_key(&validation->binding);
    bench->first = (struct signed_statement){.statement = &bench->validation};
    memcpy(bench->first.signer_spki, validator_key, 32);
    memset(bench->first.digest, 0x12, 32);

    bench->verification = sample_statement(STATEMENT_VERIFICATION);
    bench->verification.verification.waived = validation->waived;
    bench->verification.verification.has_mail = false;
    bench->second = (struct signed_statement){.statement = &bench->verification};
    memcpy(bench->second.signer_spki, verifier_key, 32);
    bench->verified = (struct approval_verified){.validation = &bench->first, .validator_cpf = validator_cpf};
    fill_facts(bench);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static const struct approval_signer validator = {validator_key, validator_cpf};
static const struct approval_signer verifier = {verifier_key, verifier_cpf};

static bool validate(struct bench *bench)
{
    bench->error = (struct ra_error){0};
    return rules_check_validation(&bench->first, &bench->facts, &validator, &bench->error);
}

static bool verify(struct bench *bench)
{
    bench->error = (struct ra_error){0};
    return rules_check_verification(&bench->second, &bench->facts, &bench->verified, &verifier,
                                    &bench->error);
}

#define assert_reason(call, expected)                                                                        \
    do {                                                                                                     \
        assert_false(call);                                                                                  \
        assert_string_equal(bench->error.reason, expected);                                                  \
    } while (0)

static void a_true_validation_is_taken(void **state)
{
    struct bench *bench = *state;
    if (!validate(bench)) {
        fail_msg("%s (%s)", bench->error.detail, bench->error.reason);
    }
}

static void a_statement_is_of_this_instance_order_and_attempt(void **state)
{
    struct bench *bench = *state;
    bench->facts.instance = "ffffffffffffffffffffffffffffffff";
    assert_reason(validate(bench), "statement-instance");
    fill_facts(bench);
    bench->facts.order = "AAAAAAAAAAAA";
    assert_reason(validate(bench), "order-mismatch");
    fill_facts(bench);
    bench->facts.attempt = 2;
    assert_reason(validate(bench), "order-mismatch");
    assert_reason(verify(bench), "order-mismatch");
}

static void a_statement_is_handed_in_by_who_signed_it(void **state)
{
    struct bench *bench = *state;
    bench->error = (struct ra_error){0};
    assert_reason(rules_check_validation(&bench->first, &bench->facts, &verifier, &bench->error),
                  "signer-not-caller");
}

static void an_agent_does_not_act_in_a_case_of_her_own(void **state)
{
    struct bench *bench = *state;
    const struct approval_signer subject = {validator_key, bench->facts.people.items[0].cpf};
    bench->error = (struct ra_error){0};
    assert_reason(rules_check_validation(&bench->first, &bench->facts, &subject, &bench->error),
                  "agent-is-subject");
    const struct approval_signer other = {verifier_key, bench->facts.people.items[0].cpf};
    bench->error = (struct ra_error){0};
    assert_reason(
        rules_check_verification(&bench->second, &bench->facts, &bench->verified, &other, &bench->error),
        "agent-is-subject");
}

static void every_field_of_the_data_is_compared(void **state)
{
    struct bench *bench = *state;
#define X(member)                                                                                            \
    fill_facts(bench);                                                                                       \
    bench->facts.data.member = "OUTRO";                                                                      \
    assert_reason(validate(bench), "data-mismatch");                                                         \
    assert_reason(verify(bench), "data-mismatch");
    CERTIFICATE_DATA_FIELDS(X)
#undef X
}

static void people_place_method_and_rules_are_compared(void **state)
{
    struct bench *bench = *state;
    static const struct statement_person other[] = {{"11144477735", STATEMENT_ROLE_REPRESENTATIVE}};
    bench->facts.people = (struct statement_people){1, other};
    assert_reason(validate(bench), "data-mismatch");
    fill_facts(bench);
    bench->facts.method = IDENTIFICATION_VIDEO;
    assert_reason(validate(bench), "data-mismatch");
    fill_facts(bench);
    bench->facts.place_kind = STATEMENT_PLACE_EXTERNAL;
    assert_reason(validate(bench), "data-mismatch");
    fill_facts(bench);
    bench->facts.ibge = "3550308";
    assert_reason(validate(bench), "data-mismatch");
    fill_facts(bench);
    bench->facts.rules = "another";
    assert_reason(validate(bench), "data-mismatch");
}

static void profile_and_term_must_be_those_sold_today(void **state)
{
    struct bench *bench = *state;
    bench->validation.validation.profile.digest[0] ^= 1;
    assert_reason(validate(bench), "profile-digest");
    bench->validation.validation.profile.digest[0] ^= 1;
    bench->validation.validation.profile.term_months = 24;
    assert_reason(validate(bench), "data-mismatch");
    bench->facts.term_months = 24;
    assert_reason(validate(bench), "profile-term");
    bench->validation.validation.profile.term_months = 12;
    fill_facts(bench);
    bench->validation.issued_at = bench->facts.now = 1867276800; /* 2029-03-04: after the last day of issue */
    bench->validation.not_after = bench->facts.now + HOUR_S;
    assert_reason(validate(bench), "profile-closed");
}

static void the_dossier_and_the_waivers_must_be_the_present_ones(void **state)
{
    struct bench *bench = *state;
    bench->facts.dossier[31] ^= 1;
    assert_reason(validate(bench), "dossier-mismatch");
    assert_reason(verify(bench), "dossier-mismatch");
    fill_facts(bench);
    bench->facts.media.serial = "OUTRO-TOKEN";
    assert_reason(validate(bench), "data-mismatch");
    assert_reason(verify(bench), "data-mismatch");
    fill_facts(bench);
    static const struct statement_waiver waivers[] = {{"PFBR-09", "sem motivo"}};
    bench->facts.waived = (struct statement_waivers){1, waivers};
    assert_reason(validate(bench), "waiver-mismatch");
}

static void life_is_bounded_by_the_binding(void **state)
{
    struct bench *bench = *state;
    bench->validation.not_after = TEST_NOW + 25 * HOUR_S;
    assert_reason(validate(bench), "statement-expired");
    bench->validation.validation.binding = (struct statement_binding){.kind = PROFILE_BINDING_CODE};
    assert_true(validate(bench));
    bench->validation.not_after = TEST_NOW + 8 * DAY_S;
    assert_reason(validate(bench), "statement-expired");
    bench->validation.not_after = TEST_NOW + HOUR_S;
    bench->facts.now = TEST_NOW + 2 * HOUR_S;
    assert_reason(validate(bench), "statement-expired");
    bench->facts.now = TEST_NOW - HOUR_S;
    assert_reason(validate(bench), "statement-not-yet");
}

static void a_binding_must_be_allowed(void **state)
{
    struct bench *bench = *state;
    struct statement_binding *binding = &bench->validation.validation.binding;
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_RENEWAL};
    assert_reason(validate(bench), "binding-not-allowed");
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_CODE, .has_mail = true};
    assert_reason(validate(bench), "binding-not-allowed");
}

static void where_one_agent_signs_the_mail_half_stands_in_the_validation(void **state)
{
    struct bench *bench = *state;
    struct statement_binding *binding = &bench->validation.validation.binding;
    bench->facts.agents = 1;
    assert_true(validate(bench)); /* by the key's digest nothing else is due */
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_CODE};
    bench->facts.mail_key = mail_key;
    assert_reason(validate(bench), "binding-mismatch");
    binding->has_mail = true;
    memcpy(binding->mail, mail_key, 32);
    assert_true(validate(bench));
    binding->mail[0] ^= 1;
    assert_reason(validate(bench), "binding-mismatch");
    binding->mail[0] ^= 1;
    bench->facts.mail_key = NULL;
    assert_reason(validate(bench), "binding-mismatch");
    bench->facts.agents = 2;
    assert_reason(validate(bench), "binding-not-allowed");
}

static void rule_3_6_one_agent_only_where_all_agree(void **state)
{
    (void)state;
    static const struct {
        struct approval_floor floor;
        size_t agents;
    } rows[] = {
        {{"waived", 1, 1, true, 0}, 1},  {{"required", 1, 1, true, 0}, 2},
        {{"", 1, 1, true, 0}, 2},        {{"WAIVED", 1, 1, true, 0}, 2},
        {{"waived", 2, 1, true, 0}, 2},  {{"waived", 0, 1, true, 0}, 2}, /* the signer could not be asked */
        {{"waived", -1, 1, true, 0}, 2}, {{"waived", 1, 2, true, 0}, 2},
        {{"waived", 1, 0, true, 0}, 2},  {{"waived", 1, 1, false, 0}, 2},
        {{"waived", 1, 1, true, 1}, 2},  {{"required", 2, 2, false, 3}, 2},
    };
    for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        if (approval_agents_needed(&rows[at].floor) != rows[at].agents) {
            fail_msg("row %zu", at);
        }
    }
}

static void a_validation_stands_alone_only_with_all_it_needs(void **state)
{
    (void)state;
    static const struct {
        struct statement_binding binding;
        size_t waived;
        bool alone;
    } rows[] = {
        {{.kind = PROFILE_BINDING_CODE, .has_mail = true}, 0, true},
        {{.kind = PROFILE_BINDING_CODE, .has_mail = true}, 1, false},
        {{.kind = PROFILE_BINDING_CODE}, 0, false},
        {{.kind = PROFILE_BINDING_SPKI}, 0, true},
        {{.kind = PROFILE_BINDING_SPKI}, 1, false},
        {{.kind = PROFILE_BINDING_RENEWAL}, 0, true}, /* with the holder's own signature beside it */
    };
    for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        const struct statement_validation validation = {.binding = rows[at].binding,
                                                        .waived = {.count = rows[at].waived}};
        if (rules_stands_alone(&validation) != rows[at].alone) {
            fail_msg("row %zu", at);
        }
    }
}

static void a_true_verification_is_taken(void **state)
{
    struct bench *bench = *state;
    if (!verify(bench)) {
        fail_msg("%s (%s)", bench->error.detail, bench->error.reason);
    }
}

static void whoever_validates_does_not_verify(void **state)
{
    struct bench *bench = *state;
    memcpy(bench->second.signer_spki, validator_key, 32);
    bench->error = (struct ra_error){0};
    assert_reason(
        rules_check_verification(&bench->second, &bench->facts, &bench->verified, &validator, &bench->error),
        "same-agent");

    /* Nor with a second certificate of the same person. */
    memcpy(bench->second.signer_spki, verifier_key, 32);
    bench->verified.validator_cpf = verifier_cpf;
    assert_reason(verify(bench), "same-agent");
}

static void a_verification_names_this_validation_and_its_waivers(void **state)
{
    struct bench *bench = *state;
    bench->verification.verification.validation[0] ^= 1;
    assert_reason(verify(bench), "validation-mismatch");
    bench->verification.verification.validation[0] ^= 1;
    bench->verification.verification.waived.count--;
    assert_reason(verify(bench), "waiver-mismatch");
}

static void the_mail_half_is_the_one_that_was_made(void **state)
{
    struct bench *bench = *state;
    bench->validation.validation.binding = (struct statement_binding){.kind = PROFILE_BINDING_CODE};
    bench->verified.mail_key = mail_key;
    assert_reason(verify(bench), "binding-mismatch");
    bench->verification.verification.has_mail = true;
    memcpy(bench->verification.verification.mail, mail_key, 32);
    assert_true(verify(bench));
    bench->verification.verification.mail[0] ^= 1;
    assert_reason(verify(bench), "binding-mismatch");
    bench->verified.mail_key = NULL;
    assert_reason(verify(bench), "binding-mismatch");
}

static void a_stale_validation_cannot_be_verified(void **state)
{
    struct bench *bench = *state;
    bench->validation.not_after = TEST_NOW + 30;
    assert_reason(verify(bench), "statement-expired");
}

static void two_agents_revoke_unless_the_key_is_compromised(void **state)
{
    (void)state;
    assert_int_equal(rules_revocation_floor(1), 1);
    static const int64_t others[] = {0, 3, 4, 5, 9};
    for (size_t at = 0; at < sizeof others / sizeof others[0]; at++) {
        assert_int_equal(rules_revocation_floor(others[at]), 2);
    }
}

#define rule(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        rule(a_true_validation_is_taken),
        rule(a_statement_is_of_this_instance_order_and_attempt),
        rule(a_statement_is_handed_in_by_who_signed_it),
        rule(an_agent_does_not_act_in_a_case_of_her_own),
        rule(every_field_of_the_data_is_compared),
        rule(people_place_method_and_rules_are_compared),
        rule(profile_and_term_must_be_those_sold_today),
        rule(the_dossier_and_the_waivers_must_be_the_present_ones),
        rule(life_is_bounded_by_the_binding),
        rule(a_binding_must_be_allowed),
        rule(where_one_agent_signs_the_mail_half_stands_in_the_validation),
        rule(rule_3_6_one_agent_only_where_all_agree),
        rule(a_validation_stands_alone_only_with_all_it_needs),
        rule(a_true_verification_is_taken),
        rule(whoever_validates_does_not_verify),
        rule(a_verification_names_this_validation_and_its_waivers),
        rule(the_mail_half_is_the_one_that_was_made),
        rule(a_stale_validation_cannot_be_verified),
        rule(two_agents_revoke_unless_the_key_is_compromised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
