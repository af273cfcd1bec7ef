/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Protocol 2, binding `renewal` (rules REN-01 to REN-07): the holder's own signature by a valid certificate
 * that the norm accepts, one agent's statement, and nothing less.
 */
#include "pki/base/file.h"
#include "pki/certificate/data.h"
#include "pki/homolog-ca/ocsp_responder.h"
#include "pki/signer/asking.h"
#include "pki/trust/ocsp.h"
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/pem.h>
#include <string.h>

enum { DAY_S = 86400, HOUR_S = 3600 };

#define OLD_ORDER   "ABCD1234EFG5"
#define ORDER       "RENEW1234567"
#define OTHER_ORDER "ZZZZ9999ZZZ9"

static struct office office;
static EVP_PKEY *new_key;
static struct ocsp_responder *responder;

/* --- what a renewal is made of --- */

struct renewal {
    struct draft draft;
    struct statement wish;
    const struct identity *signer; /* of the wish */
    struct identity *old;          /* the holder's present certificate */
    bool keep_data, keep_key;      /* as the test set them */
    bool without_ac_crls;
    bool without_ocsp;
    bool with_code; /* a mail half in the verification */
};

static void bind_profile(struct draft *draft, const char *id)
{
    const struct certificate_profile *profile = settings_profile(office.settings, id);
    struct statement_validation *facts = &draft->validation.validation;
    assert_non_null(profile);
    facts->profile.id = profile->id;
    memcpy(facts->profile.digest, profile->digest, 32);
    facts->profile.term_months = 12;
    facts->profile.media = profile->media;
}

static void write_pem(BIO *pem, const char *certificate)
{
    struct bytes der;
    assert_true(base64_decode(office.memory, certificate, strlen(certificate), &der));
    const unsigned char *at = der.data;
    X509 *decoded = d2i_X509(NULL, &at, (long)der.length);
    assert_int_equal(PEM_write_bio_X509(pem, decoded), 1);
    X509_free(decoded);
}

/* As a holder's file has it: key, certificate, chain. */
static struct identity *identity_of(EVP_PKEY *key, const json_t *answer)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    char *data = NULL;
    size_t index;
    json_t *above;
    BIO *pem = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL), 1);
    write_pem(pem, json_string_value(json_object_get(answer, "certificate")));
    json_array_foreach(json_object_get(answer, "chain"), index, above)
        write_pem(pem, json_string_value(above));
    long length = BIO_get_mem_data(pem, &data);
    if (!identity_parse(office.memory, (struct bytes){(const uint8_t *)data, (size_t)length}, NULL, &identity,
                        &error))
        fail_msg("%s", error.detail);
    BIO_free(pem);
    return identity;
}

/* A certificate in the usual way, bound by the key. */
static struct identity *certified(const char *order, const char *profile, EVP_PKEY *key)
{
    struct draft draft;
    office_draft(&office, order, 1, &draft);
    bind_profile(&draft, profile);
    draft.key = key;
    draft_bind_spki(&draft);
    json_t *answer = office_send(&office, office_request(&draft));
    if (strcmp(answer_text(answer, "type"), "issued") != 0)
        fail_msg("%s %s", answer_text(answer, "reason"), answer_text(answer, "detail"));
    struct identity *identity = identity_of(key, answer);
    json_decref(answer);
    return identity;
}

static void spki_digest(EVP_PKEY *key, uint8_t digest[32])
{
    unsigned char *encoded = NULL;
    int length = i2d_PUBKEY(key, &encoded);
    assert_true(length > 0 && sha256((struct bytes){encoded, (size_t)length}, digest));
    OPENSSL_free(encoded);
}

static void prepare(const char *order, struct renewal *renewal)
{
    *renewal = (struct renewal){.old = certified(OLD_ORDER, "RFB_ECPF_A3", office.holder_key)};
    renewal->signer = renewal->old;
    office_draft(&office, order, 1, &renewal->draft);
    bind_profile(&renewal->draft, "RFB_ECPF_A3");
    renewal->draft.key = new_key;
    renewal->draft.without_verification = true;
    renewal->draft.validation.validation.method = IDENTIFICATION_RENEWAL;
    renewal->wish = office_statement(&office, STATEMENT_RENEWAL, order, 1);
}

static void add_crl(json_t *crls, const char *name)
{
    struct ra_error error = {0};
    struct bytes content;
    char *path = talloc_asprintf(office.memory, "%s/public/%s.crl", office.folder, name);
    assert_true(file_read(office.memory, path, 1 << 20, &content, &error));
    json_array_append_new(crls, office_base64(content));
}

/* OCSP, as the AC answers it now. */
static struct bytes ac_s_word(X509 *certificate)
{
    struct ra_error error = {0};
    struct bytes request, answer;
    X509 *issuer =
        office.hierarchy.certificate[authority_of(&office.hierarchy, X509_get_issuer_name(certificate))];
    assert_true(ocsp_ask(office.memory, certificate, issuer, &request, &error) &&
                ocsp_respond(responder, office.memory, request, &answer, &error));
    return answer;
}

static json_t *with_ac_crls(json_t *request)
{
    json_t *crls = json_object_get(request, "crls");
    add_crl(crls, "tiss");
    add_crl(crls, "trfb");
    return request;
}

static json_t *request_of(struct renewal *renewal)
{
    struct ra_error error = {0};
    struct statement_validation *facts = &renewal->draft.validation.validation;
    if (!renewal->keep_data)
        assert_true(certificate_data_digest(&facts->data, renewal->wish.renewal.data, &error));
    if (!renewal->keep_key)
        spki_digest(renewal->draft.key, renewal->wish.renewal.spki);
    if (facts->binding.kind != PROFILE_BINDING_SPKI)
        facts->binding = (struct statement_binding){
            .kind = PROFILE_BINDING_RENEWAL, .cms = office_sign(&office, renewal->signer, &renewal->wish)};
    renewal->draft.verification.verification.has_mail = renewal->with_code;
    json_t *request = office_request(&renewal->draft);
    if (!renewal->without_ac_crls)
        with_ac_crls(request);
    if (!renewal->without_ocsp)
        json_object_set_new(
            request, "ocsp",
            json_pack("[o]", office_base64(ac_s_word(identity_certificate(renewal->signer)))));
    return request;
}

static void expect_refused(struct renewal *renewal, const char *reason)
{
    int before = office_count_issued(&office);
    office_expect_refused(&office, request_of(renewal), reason);
    assert_int_equal(office_count_issued(&office), before);
}

static int make(void **state)
{
    (void)state;
    office_make(&office);
    struct ra_error error = {0};
    new_key = EVP_RSA_gen(2048);
    responder = ocsp_responder_new(office.memory, &office.registry, &error);
    assert_non_null(responder);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    EVP_PKEY_free(new_key);
    office_free(&office);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    office_reset(&office);
    return 0;
}

/* --- the cases --- */

static void ren_02_a_valid_a3_of_the_same_holder_and_one_agent_renew(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    office_expect(&office, request_of(&renewal), "issued");
}

static void ren_01_a_lower_level_may_follow(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    bind_profile(&renewal.draft, "RFB_ECPF_A1");
    office_expect(&office, request_of(&renewal), "issued");
}

static void ren_02_what_the_norm_waives_needs_no_second_agent_and_nothing_else_is_waived_so(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    renewal.draft.waivers[0] = (struct statement_waiver){"PFBR-01", "REN-02: renovação assinada"};
    renewal.draft.validation.validation.waived = (struct statement_waivers){1, renewal.draft.waivers};
    office_expect(&office, request_of(&renewal), "issued");
    office_reset(&office);
    prepare(ORDER, &renewal);
    renewal.draft.waivers[0] = (struct statement_waiver){"PFBR-01", "porque sim"};
    renewal.draft.validation.validation.waived = (struct statement_waivers){1, renewal.draft.waivers};
    expect_refused(&renewal, "floor");
}

static void ren_06_an_a1_cannot_sign_its_own_renewal(void **state)
{
    (void)state;
    struct renewal renewal;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    prepare(ORDER, &renewal);
    renewal.signer = certified(OTHER_ORDER, "RFB_ECPF_A1", key);
    expect_refused(&renewal, "renewal-level");
    EVP_PKEY_free(key);
}

static void ren_07_an_expired_or_revoked_certificate_renews_nothing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct renewal renewal;
    prepare(ORDER, &renewal);
    assert_true(revocation_add(&office.registry, identity_certificate(renewal.old), 4, &error));
    expect_refused(&renewal, "certificate-revoked");
    office_reset(&office);
    EVP_PKEY *key = EVP_RSA_gen(2048);
    prepare(ORDER, &renewal);
    renewal.without_ac_crls = true;
    expect_refused(&renewal, "crl-missing");
    EVP_PKEY_free(key);
}

/* The CRLs that come along are fresh and older than the revocation. */
static void ren_07_what_this_signer_was_asked_to_revoke_renews_nothing_at_once(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    json_t *request = request_of(&renewal);
    struct ra_error error = {0};
    struct ledger_revocation revocation = {.done = false};
    const struct ledger_crls none = {.count = 0};
    struct ledger_name name;
    assert_true(certificate_name(identity_certificate(renewal.old), &name));
    assert_true(ledger_revoke(office.signer->ledger, OLD_ORDER, &name, 1, &revocation, &none, &error));
    office_expect_refused(&office, request, "certificate-revoked");
}

/* Part 9: the CRLs that come along are fresh, and the AC's word of this moment decides. */
static void the_ac_is_asked_by_ocsp_and_only_good_renews(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct renewal renewal;
    prepare(ORDER, &renewal);
    renewal.without_ocsp = true;
    expect_refused(&renewal, "ocsp-missing");
    X509 *old = identity_certificate(renewal.old);
    struct bytes about_another = ac_s_word(identity_certificate(office.agent1));
    const struct {
        const char *reason;
        json_t *answers;
    } cases[] = {
        {"ocsp-missing", json_array()},
        {"ocsp-missing", json_pack("[s]", "AAAA")},
        {"ocsp-missing", json_pack("[o]", office_base64(about_another))},
        {"malformed", json_pack("[i]", 1)},
        {"malformed", json_pack("{}")},
        {"malformed", json_pack("[s,s,s,s,s]", "AAAA", "AAAA", "AAAA", "AAAA", "AAAA")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *request = request_of(&renewal);
        json_object_set_new(request, "ocsp", cases[i].answers);
        office_expect_refused(&office, request, cases[i].reason);
    }
    office.clock.offset_s -= 2 * 3600;
    struct bytes stale = ac_s_word(old);
    office.clock.offset_s += 2 * 3600;
    json_t *late = request_of(&renewal);
    json_object_set_new(late, "ocsp", json_pack("[o]", office_base64(stale)));
    office_expect_refused(&office, late, "ocsp-expired");
    json_t *request = request_of(&renewal); /* with CRLs of before the revocation */
    assert_true(revocation_add(&office.registry, old, 1, &error));
    json_object_set_new(request, "ocsp", json_pack("[o]", office_base64(ac_s_word(old))));
    office_expect_refused(&office, request, "certificate-revoked");
}

/* Part 9: what else a forger tries; together with the other tests of this file more than thirty. */
static void signed_ahead(struct renewal *renewal)
{
    renewal->wish.issued_at += DAY_S;
    renewal->wish.not_after += DAY_S;
}
static void lives_too_long(struct renewal *renewal)
{
    renewal->wish.not_after = renewal->wish.issued_at + 8 * DAY_S;
}
static void an_agent_renewing_her_own(struct renewal *renewal)
{
    renewal->draft.validation.validation.data.cpf = "73190486204";
    renewal->draft.person.cpf = "73190486204";
}
static void two_agents_who_are_one(struct renewal *renewal)
{
    renewal->draft.without_verification = false;
    renewal->draft.second = renewal->draft.first;
}
static void a_second_agent_whom_nobody_lists(struct renewal *renewal)
{
    renewal->draft.without_verification = false;
    renewal->draft.second = office.outsider;
}
static void an_auditor_as_agent(struct renewal *renewal)
{
    renewal->draft.first = office.auditor;
}
static void a_profile_that_was_altered(struct renewal *renewal)
{
    renewal->draft.validation.validation.profile.digest[0] ^= 1;
}
static void a_term_beyond_the_profile_s(struct renewal *renewal)
{
    renewal->draft.validation.validation.profile.term_months = 240;
}
static void another_medium(struct renewal *renewal)
{
    renewal->draft.validation.validation.profile.media = PROFILE_MEDIA_SOFTWARE;
}
static void by_video(struct renewal *renewal)
{
    renewal->draft.validation.validation.place.kind = STATEMENT_PLACE_VIDEO;
}
static void a_holder_who_is_nobody_there(struct renewal *renewal)
{
    renewal->draft.person.role = STATEMENT_ROLE_REPRESENTATIVE;
}
static void an_agent_s_statement_for_another_instance(struct renewal *renewal)
{
    renewal->draft.validation.instance = OFFICE_OTHER;
}

static void part_9_no_forged_renewal_gets_a_certificate(void **state)
{
    (void)state;
    static const struct {
        void (*bend)(struct renewal *renewal);
        const char *reason;
    } forgeries[] = {
        {signed_ahead, "statement-not-yet"},
        {lives_too_long, "statement-expired"},
        {an_agent_renewing_her_own, "agent-is-subject"},
        {two_agents_who_are_one, "same-agent"},
        {a_second_agent_whom_nobody_lists, "roster-not-listed"},
        {an_auditor_as_agent, "roster-role"},
        {a_profile_that_was_altered, "profile-digest"},
        {a_term_beyond_the_profile_s, "profile-term"},
        {another_medium, "profile-media"},
        {by_video, "place-mismatch"},
        {a_holder_who_is_nobody_there, "data-mismatch"},
        {an_agent_s_statement_for_another_instance, "statement-instance"},
    };
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        struct renewal renewal;
        office_reset(&office);
        prepare(ORDER, &renewal);
        forgeries[i].bend(&renewal);
        expect_refused(&renewal, forgeries[i].reason);
    }
}

/* The holder's CMS itself, inside an honest agent's validation. */
static void part_9_no_forged_word_of_the_holder_gets_a_certificate(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    json_decref(request_of(&renewal));
    struct statement_binding *binding = &renewal.draft.validation.validation.binding;
    const struct bytes honest = binding->cms;
    uint8_t *bent = talloc_memdup(office.memory, honest.data, honest.length);
    const struct {
        size_t at;
        const char *reason;
    } flips[] = {{2, "statement-malformed"}, {honest.length - 1, "statement-signature"}};
    for (size_t i = 0; i < sizeof flips / sizeof *flips; i++) {
        bent[flips[i].at] ^= 1;
        binding->cms = (struct bytes){bent, honest.length};
        office_expect_refused(&office, with_ac_crls(office_request(&renewal.draft)), flips[i].reason);
        bent[flips[i].at] ^= 1;
    }
    binding->cms = (struct bytes){honest.data, honest.length - 1};
    office_expect_refused(&office, with_ac_crls(office_request(&renewal.draft)), "statement-malformed");
    struct statement other = office_statement(&office, STATEMENT_REFUSAL, ORDER, 1);
    other.refusal.reason = "outra coisa";
    binding->cms = office_sign(&office, renewal.old, &other);
    office_expect_refused(&office, with_ac_crls(office_request(&renewal.draft)), "statement-type");
}

static void somebody_else_s_certificate_renews_nothing(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    renewal.signer = office.outsider; /* an A3 of ICP-Brasil's test branch, another CPF */
    json_t *request = request_of(&renewal);
    add_crl(json_object_get(request, "crls"), "tac5");
    office_expect_refused(&office, request, "renewal-holder");
    prepare(ORDER, &renewal);
    renewal.draft.validation.validation.data.cpf = "52998224725";
    renewal.draft.person.cpf = "52998224725";
    expect_refused(&renewal, "renewal-holder");
}

static void the_holder_s_words_bind_order_attempt_data_and_key(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    renewal.wish.order = OTHER_ORDER;
    expect_refused(&renewal, "order-mismatch");
    renewal.wish.order = ORDER;
    renewal.wish.attempt = 2;
    expect_refused(&renewal, "order-mismatch");
    renewal.wish.attempt = 1;
    renewal.wish.instance = OFFICE_OTHER;
    expect_refused(&renewal, "statement-instance");
    renewal.wish.instance = OFFICE_INSTANCE;
    renewal.keep_data = true;
    memset(renewal.wish.renewal.data, 7, 32);
    expect_refused(&renewal, "renewal-data");
    renewal.keep_data = false;
    renewal.keep_key = true;
    spki_digest(office.thief_key, renewal.wish.renewal.spki);
    expect_refused(&renewal, "renewal-key");
    renewal.keep_key = false;
    renewal.draft.key = office.holder_key;
    expect_refused(&renewal, "renewal-same-key");
    renewal.draft.key = new_key;
    renewal.wish.issued_at -= 9 * DAY_S;
    renewal.wish.not_after = renewal.wish.issued_at + DAY_S;
    expect_refused(&renewal, "statement-expired");
}

static void the_agent_s_statement_is_still_needed_and_the_binding_is_for_renewals_alone(void **state)
{
    (void)state;
    struct renewal renewal;
    prepare(ORDER, &renewal);
    renewal.draft.first = office.outsider;
    expect_refused(&renewal, "roster-not-listed");
    renewal.draft.first = office.agent1;
    renewal.draft.validation.validation.method = IDENTIFICATION_IN_PERSON;
    renewal.draft.without_verification = false;
    expect_refused(&renewal, "binding-not-allowed");
    renewal.draft.validation.validation.method = IDENTIFICATION_RENEWAL;
    renewal.with_code = true; /* which belongs to another binding */
    expect_refused(&renewal, "binding-mismatch");
    renewal.with_code = false;
    draft_bind_spki(&renewal.draft);
    expect_refused(&renewal, "binding-not-allowed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(ren_02_a_valid_a3_of_the_same_holder_and_one_agent_renew),
        TEST(ren_01_a_lower_level_may_follow),
        TEST(ren_02_what_the_norm_waives_needs_no_second_agent_and_nothing_else_is_waived_so),
        TEST(ren_06_an_a1_cannot_sign_its_own_renewal),
        TEST(ren_07_an_expired_or_revoked_certificate_renews_nothing),
        TEST(ren_07_what_this_signer_was_asked_to_revoke_renews_nothing_at_once),
        TEST(the_ac_is_asked_by_ocsp_and_only_good_renews),
        TEST(part_9_no_forged_renewal_gets_a_certificate),
        TEST(part_9_no_forged_word_of_the_holder_gets_a_certificate),
        TEST(somebody_else_s_certificate_renews_nothing),
        TEST(the_holder_s_words_bind_order_attempt_data_and_key),
        TEST(the_agent_s_statement_is_still_needed_and_the_binding_is_for_renewals_alone),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
