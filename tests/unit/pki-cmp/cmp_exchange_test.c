/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AR's client against the CA, in one process: every message goes through cmp_server_handle.
 */
#include "pki/cmp/cmp_message.h"
#include "tests/unit/pki-cmp/world.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/conf.h>
#include <openssl/x509v3.h>
#include <string.h>

static struct world world;

static int make_world(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

/* Every test starts with an honest carrier and a plain server. */
static int calm_down(void **state)
{
    (void)state;
    world.fault = CARRIER_HONEST;
    world.check_refuses = false;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    return 0;
}

static void expect_granted(const struct cmp_certificate_request *request, struct cmp_outcome *outcome)
{
    struct ra_error error;
    if (!world_ask(&world, request, outcome, &error))
        fail_msg("%s", error.detail);
    if (outcome->result != CMP_GRANTED)
        fail_msg("result %d: %s", (int)outcome->result, outcome->status_text);
}

static void issues_what_was_asked(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    expect_granted(&request, &outcome);
    X509 *made = outcome.certificate;
    assert_int_equal(world.checks, 1);
    assert_int_equal(world.carried, 2);
    assert_int_equal(world.body_types[0], CMP_BODY_IR);
    assert_int_equal(world.body_types[1], CMP_BODY_CERTCONF);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(made), world.holder_key), 1);
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(made), world.subject), 0);
    assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(made)), 16);
    assert_int_equal(sk_X509_num(outcome.chain), 3);
    assert_int_equal(X509_cmp(sk_X509_value(outcome.chain, 2), world.hierarchy.certificate[AUTHORITY_TR5]),
                     0);
    cmp_outcome_clear(&outcome);
}

static void keeps_the_template_bytes_and_adds_its_own(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    expect_granted(&request, &outcome);
    X509 *made = outcome.certificate;
    for (int i = 0; i < sk_X509_EXTENSION_num(world.extensions); i++) {
        X509_EXTENSION *asked = sk_X509_EXTENSION_value(world.extensions, i);
        int at = X509_get_ext_by_OBJ(made, X509_EXTENSION_get_object(asked), -1);
        assert_true(at >= 0);
        X509_EXTENSION *got = X509_get_ext(made, at);
        assert_int_equal(ASN1_STRING_cmp(X509_EXTENSION_get_data(asked), X509_EXTENSION_get_data(got)), 0);
        assert_int_equal(X509_EXTENSION_get_critical(asked), X509_EXTENSION_get_critical(got));
    }
    CRL_DIST_POINTS *points = X509_get_ext_d2i(made, NID_crl_distribution_points, NULL, NULL);
    assert_int_equal(sk_DIST_POINT_num(points), 2);
    CRL_DIST_POINTS_free(points);
    assert_true(X509_get_ext_by_NID(made, NID_info_access, -1) >= 0);
    assert_int_equal(X509_check_issued(world.hierarchy.certificate[AUTHORITY_TISS], made), X509_V_OK);
    assert_int_equal(X509_get_ext_count(made), sk_X509_EXTENSION_num(world.extensions) + 3);
    cmp_outcome_clear(&outcome);
}

static void validity_runs_by_the_instance_clock(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    expect_granted(&request, &outcome);
    int days = -1, seconds = -1;
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(outcome.certificate),
                                    X509_get0_notAfter(outcome.certificate)),
                     1);
    assert_int_equal(days, 365);
    assert_int_equal(seconds, 0);
    ASN1_TIME *now = ASN1_TIME_set(NULL, clock_now(&world.clock));
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(outcome.certificate), now), 1);
    assert_int_equal(days, 0);
    assert_in_range(seconds, 0, 60);
    ASN1_TIME_free(now);
    cmp_outcome_clear(&outcome);
}

static void same_transaction_gets_the_same_certificate(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome first, again, after_restart;
    int before = world_count_issued(&world);
    expect_granted(&request, &first);
    expect_granted(&request, &again);
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    expect_granted(&request, &after_restart);
    assert_int_equal(X509_cmp(first.certificate, again.certificate), 0);
    assert_int_equal(X509_cmp(first.certificate, after_restart.certificate), 0);
    assert_int_equal(world_count_issued(&world), before + 1);
    cmp_outcome_clear(&first);
    cmp_outcome_clear(&again);
    cmp_outcome_clear(&after_restart);
}

static void same_transaction_with_another_key_is_refused(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    expect_granted(&request, &outcome);
    cmp_outcome_clear(&outcome);
    int before = world_count_issued(&world);
    request.public_key = world.other_key;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    assert_non_null(strstr(outcome.status_text, "another key"));
    assert_int_equal(world_count_issued(&world), before);
    cmp_outcome_clear(&outcome);
}

/* protocol 6: whatever happens to a message, asking again under the same transaction ends with the one
 * certificate. */
static void every_carrier_fault_is_unknown_and_heals(void **state)
{
    (void)state;
    static const enum carrier_fault FAULTS[] = {CARRIER_LOSES_ANSWER, CARRIER_LOSES_REQUEST,
                                                CARRIER_ALTERS_ANSWER, CARRIER_BRINGS_RUBBISH};
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
        for (int from = 1; from <= 2; from++) {
            struct cmp_certificate_request request = world_request(&world);
            struct cmp_outcome outcome;
            struct ra_error error;
            int before = world_count_issued(&world);
            world.fault = FAULTS[i];
            world.fault_from = from;
            assert_false(world_ask(&world, &request, &outcome, &error));
            assert_int_equal(outcome.result, CMP_UNKNOWN);
            assert_null(outcome.certificate);
            assert_int_not_equal(error.code, RA_OK);
            world.fault = CARRIER_HONEST;
            expect_granted(&request, &outcome);
            assert_int_equal(world_count_issued(&world), before + 1);
            assert_false(world_crl_holds(&world, outcome.certificate, NULL));
            cmp_outcome_clear(&outcome);
        }
}

static void a_replayed_answer_is_unknown(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = CARRIER_REPLAYS_FIRST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
}

static void restart_between_answer_and_confirmation_is_unknown_and_heals(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = CARRIER_LOSES_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    world.fault = CARRIER_HONEST;
    expect_granted(&request, &outcome);
    cmp_outcome_clear(&outcome);
}

static void refused_check_revokes_at_once(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.check_refuses = true;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_string_equal(error.reason, "certificate-mismatch");
    assert_null(outcome.certificate);
    struct transaction record;
    bool found = false;
    assert_true(transaction_read(&world.store, (struct bytes){request.transaction, CMP_TRANSACTION_SIZE},
                                 &record, &found, &error));
    assert_true(found);
    assert_int_equal(record.state, TRANSACTION_REVOKED);
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
    /* and it never comes back */
    world.check_refuses = false;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
}

static void untold_refusal_is_unknown(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.check_refuses = true;
    world.fault = CARRIER_LOSES_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    world.fault = CARRIER_ALTERS_ANSWER;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
}

static void missing_confirmation_revokes_in_time(void **state)
{
    (void)state;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 1});
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = CARRIER_LOSES_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    struct transaction record;
    bool found = false;
    struct bytes id = {request.transaction, CMP_TRANSACTION_SIZE};
    assert_true(transaction_read(&world.store, id, &record, &found, &error));
    assert_true(cmp_server_tick(world.server, &error));
    assert_false(world_crl_holds(&world, record.certificate, NULL));
    world.clock.offset_s += 2;
    assert_true(cmp_server_tick(world.server, &error));
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
}

static void missing_confirmation_is_remembered_over_a_restart(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = CARRIER_LOSES_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    world.clock.offset_s += 700;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    assert_true(cmp_server_tick(world.server, &error));
    struct transaction record;
    bool found = false;
    assert_true(transaction_read(&world.store, (struct bytes){request.transaction, CMP_TRANSACTION_SIZE},
                                 &record, &found, &error));
    assert_int_equal(record.state, TRANSACTION_REVOKED);
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
}

static void confirmed_certificates_stay(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    expect_granted(&request, &outcome);
    world.clock.offset_s += 700;
    assert_true(cmp_server_tick(world.server, &error));
    assert_false(world_crl_holds(&world, outcome.certificate, NULL));
    cmp_outcome_clear(&outcome);
}

static void polls_without_sleeping(void **state)
{
    (void)state;
    world_restart(&world,
                  (struct cmp_server_options){.confirm_seconds = 600, .poll_count = 2, .poll_seconds = 3600});
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_authority authority = world_authority(&world);
    struct cmp_outcome outcome;
    struct ra_error error = {0};
    world.carried = 0;
    struct cmp_exchange *exchange = cmp_exchange_new(world.memory, &authority, &request, &error);
    assert_non_null(exchange);
    for (int i = 0; i < 2; i++) {
        assert_true(cmp_exchange_advance(exchange, &outcome, &error));
        assert_int_equal(outcome.result, CMP_WAITING);
        assert_int_equal(outcome.retry_after_s, 3600);
    }
    assert_true(cmp_exchange_advance(exchange, &outcome, &error));
    assert_int_equal(outcome.result, CMP_GRANTED);
    assert_int_equal(world.body_types[world.carried - 1], CMP_BODY_CERTCONF);
    assert_int_equal(world.body_types[world.carried - 2], CMP_BODY_POLLREQ);
    cmp_outcome_clear(&outcome);
    talloc_free(exchange);
}

static void waiting_is_taken_up_by_a_fresh_exchange(void **state)
{
    (void)state;
    world_restart(&world,
                  (struct cmp_server_options){.confirm_seconds = 600, .poll_count = 1, .poll_seconds = 5});
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_WAITING);
    request.public_key = world.other_key;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    request.public_key = world.holder_key;
    expect_granted(&request, &outcome);
    cmp_outcome_clear(&outcome);
}

static void restart_while_waiting_is_unknown_and_heals(void **state)
{
    (void)state;
    struct cmp_server_options options = {.confirm_seconds = 600, .poll_count = 1, .poll_seconds = 5};
    world_restart(&world, options);
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_authority authority = world_authority(&world);
    struct cmp_outcome outcome;
    struct ra_error error = {0};
    world.carried = 0;
    struct cmp_exchange *exchange = cmp_exchange_new(world.memory, &authority, &request, &error);
    assert_true(cmp_exchange_advance(exchange, &outcome, &error));
    assert_int_equal(outcome.result, CMP_WAITING);
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    assert_false(cmp_exchange_advance(exchange, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    talloc_free(exchange);
    expect_granted(&request, &outcome);
    cmp_outcome_clear(&outcome);
}

static void another_key_is_caught_by_the_client(void **state)
{
    (void)state;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600, .corruption = CORRUPTION_KEY});
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_string_equal(error.reason, "certificate-key");
    assert_int_equal(world.checks, 0);
}

static void corrupted_name_and_profile_reach_the_check(void **state)
{
    (void)state;
    static const enum corruption CORRUPTIONS[] = {CORRUPTION_NAME, CORRUPTION_PROFILE};
    for (size_t i = 0; i < 2; i++) {
        world_restart(&world,
                      (struct cmp_server_options){.confirm_seconds = 600, .corruption = CORRUPTIONS[i]});
        struct cmp_certificate_request request = world_request(&world);
        struct cmp_outcome outcome;
        expect_granted(&request, &outcome); /* this check accepts everything */
        bool same_name = X509_NAME_cmp(X509_get_subject_name(outcome.certificate), world.subject) == 0;
        int at = X509_get_ext_by_NID(outcome.certificate, NID_certificate_policies, -1);
        X509_EXTENSION *asked = sk_X509_EXTENSION_value(world.extensions, 2);
        bool same_policy = ASN1_STRING_cmp(X509_EXTENSION_get_data(X509_get_ext(outcome.certificate, at)),
                                           X509_EXTENSION_get_data(asked)) == 0;
        assert_int_equal(same_name, CORRUPTIONS[i] != CORRUPTION_NAME);
        assert_int_equal(same_policy, CORRUPTIONS[i] != CORRUPTION_PROFILE);
        cmp_outcome_clear(&outcome);
    }
}

static void a_chain_to_no_anchor_is_refused(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    STACK_OF(X509) *ours = world.anchors;
    world.anchors = sk_X509_new_null();
    sk_X509_push(world.anchors, world.hierarchy.certificate[AUTHORITY_TR12]);
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN); /* not even the AC's signature is believed */
    sk_X509_free(world.anchors);
    world.anchors = ours;
}

static void answers_signed_by_a_holder_are_not_the_acs(void **state)
{
    (void)state;
    char *path = store_path(world.memory, &world.store, "holder.pem");
    struct identity_data data = {"Fulano de Tal", "11144477735", "1980-01-31", "fulano@exemplo.test"};
    struct ra_error error = {0};
    assert_true(credentials_make_identity(&world.registry, &data, path, &error));
    X509 *certificate = world.hierarchy.cmp_certificate;
    EVP_PKEY *key = world.hierarchy.cmp_key;
    assert_true(store_read_key(path, &world.hierarchy.cmp_key, &error));
    assert_true(store_read_certificate(path, &world.hierarchy.cmp_certificate, &error));
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    bool believed = world_ask(&world, &request, &outcome, &error);
    X509_free(world.hierarchy.cmp_certificate);
    EVP_PKEY_free(world.hierarchy.cmp_key);
    world.hierarchy.cmp_certificate = certificate;
    world.hierarchy.cmp_key = key;
    assert_false(believed);
    assert_int_equal(outcome.result, CMP_UNKNOWN);
}

/* Asks as somebody else; the AC must not answer with a certificate. */
static void expect_stranger_refused(const char *path)
{
    struct ra_error error = {0};
    X509 *certificate = world.ra_certificate;
    EVP_PKEY *key = world.ra_key;
    assert_true(store_read_key(path, &world.ra_key, &error));
    assert_true(store_read_certificate(path, &world.ra_certificate, &error));
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    int before = world_count_issued(&world);
    bool understood = world_ask(&world, &request, &outcome, &error);
    X509_free(world.ra_certificate);
    EVP_PKEY_free(world.ra_key);
    world.ra_certificate = certificate;
    world.ra_key = key;
    assert_true(understood);
    assert_int_equal(outcome.result, CMP_REFUSED);
    assert_int_equal(world_count_issued(&world), before);
}

static void only_an_ar_may_ask(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *path = store_path(world.memory, &world.store, "agent.pem");
    struct identity_data data = {"Beltrana de Tal", "52998224725", "1975-05-20", "beltrana@exemplo.test"};
    assert_true(credentials_make_identity(&world.registry, &data, path, &error));
    expect_stranger_refused(path);
}

static void a_revoked_ar_may_not_ask(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *path = store_path(world.memory, &world.store, "former-ra.pem");
    assert_true(credentials_make_ra(&world.registry, path, &error));
    X509 *former = NULL;
    assert_true(store_read_certificate(path, &former, &error));
    char serial[SERIAL_TEXT_SIZE];
    serial_text(X509_get0_serialNumber(former), serial);
    X509_free(former);
    assert_true(credentials_revoke(&world.registry, serial, 1, &error));
    expect_stranger_refused(path);
}

/* ---- templates the AC refuses ---- */

static void expect_template_refused(const struct cmp_certificate_request *request, const char *why)
{
    struct cmp_outcome outcome;
    struct ra_error error;
    int before = world_count_issued(&world);
    assert_true(world_ask(&world, request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    if (strstr(outcome.status_text, why) == NULL)
        fail_msg("expected «%s», got «%s»", why, outcome.status_text);
    assert_int_equal(world_count_issued(&world), before);
}

static void refuses_keys_that_are_not_rsa_2048(void **state)
{
    (void)state;
    struct {
        EVP_PKEY *key;
    } keys[] = {{EVP_RSA_gen(1024)}, {EVP_RSA_gen(3072)}, {EVP_EC_gen("P-256")}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_non_null(keys[i].key);
        struct cmp_certificate_request request = world_request(&world);
        request.public_key = keys[i].key;
        expect_template_refused(&request, "RSA 2048");
        EVP_PKEY_free(keys[i].key);
    }
}

static void refuses_terms_beyond_the_policy(void **state)
{
    (void)state;
    static const int DAYS[] = {-1, 0, 400, 4000};
    for (size_t i = 0; i < sizeof DAYS / sizeof *DAYS; i++) {
        struct cmp_certificate_request request = world_request(&world);
        request.not_after = request.not_before + (time_t)DAYS[i] * 86400;
        expect_template_refused(&request, "validity");
    }
}

/* The template with one extension changed by text. */
static STACK_OF(X509_EXTENSION) * with_extension(int nid, const char *value)
{
    STACK_OF(X509_EXTENSION) *copy =
        sk_X509_EXTENSION_deep_copy(world.extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
    int at = X509v3_get_ext_by_NID(copy, nid, -1);
    if (at >= 0)
        X509_EXTENSION_free(sk_X509_EXTENSION_delete(copy, at));
    if (value != NULL) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, world.ra_certificate, world.ra_certificate, NULL, NULL, 0);
        CONF *no_sections = NCONF_new(NULL);
        X509V3_set_nconf(&context, no_sections);
        X509_EXTENSION *made = X509V3_EXT_nconf_nid(no_sections, &context, nid, value);
        NCONF_free(no_sections);
        assert_non_null(made);
        sk_X509_EXTENSION_push(copy, made);
    }
    return copy;
}

static void refuses_extensions_that_are_not_a_holders(void **state)
{
    (void)state;
    static const struct {
        int nid;
        const char *value;
        const char *why;
    } CASES[] = {
        {NID_basic_constraints, "CA:TRUE", "basicConstraints"},
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0", "basicConstraints"},
        {NID_key_usage, "critical,digitalSignature,keyCertSign", "keyUsage"},
        {NID_key_usage, "critical,cRLSign", "keyUsage"},
        {NID_key_usage, "digitalSignature", "critical"},
        {NID_key_usage, NULL, "required"},
        {NID_ext_key_usage, "cmcRA", "extendedKeyUsage"},
        {NID_ext_key_usage, "clientAuth,codeSigning", "extendedKeyUsage"},
        {NID_ext_key_usage, NULL, "required"},
        {NID_subject_alt_name, "DNS:exemplo.test", "subjectAltName"},
        {NID_subject_alt_name, "email:a@exemplo.test,URI:http://exemplo.test/", "subjectAltName"},
        {NID_subject_alt_name, NULL, "required"},
        {NID_certificate_policies, NULL, "required"},
        {NID_certificate_policies, "2.16.76.1.2.1.40", "certificatePolicies"},
        {NID_certificate_policies, "2.16.76.1.2.1.999999,2.16.76.1.2.3.999999", "certificatePolicies"},
        {NID_certificate_policies, "2.16.76.1.2.201.999999", "certificatePolicies"},
        {NID_crl_distribution_points, "URI:http://exemplo.test/a.crl", "may not ask"},
        {NID_authority_key_identifier, "keyid:always", "may not ask"},
        {NID_subject_key_identifier, "hash", "may not ask"},
        {NID_netscape_comment, "olá", "may not ask"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        STACK_OF(X509_EXTENSION) *extensions = with_extension(CASES[i].nid, CASES[i].value);
        struct cmp_certificate_request request = world_request(&world);
        request.extensions = extensions;
        expect_template_refused(&request, CASES[i].why);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    }
}

/* OpenSSL's client drops doubles by itself, so the policy is asked directly. */
static void refuses_an_extension_given_twice(void **state)
{
    (void)state;
    STACK_OF(X509_EXTENSION) *extensions =
        sk_X509_EXTENSION_deep_copy(world.extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
    unsigned char *spki = NULL;
    int length = i2d_PUBKEY(world.holder_key, &spki);
    struct issuance_request request = {.subject = world.subject,
                                       .extensions = extensions,
                                       .public_key = {spki, (size_t)length},
                                       .term_s = 365 * 86400};
    X509 *made = NULL;
    enum authority_id issuer;
    struct ra_error error = {0};
    assert_true(
        issuance_make(&world.hierarchy, &world.clock, &request, CORRUPTION_NONE, &made, &issuer, &error));
    assert_int_equal(issuer, AUTHORITY_TISS);
    X509_free(made);
    sk_X509_EXTENSION_push(extensions, X509_EXTENSION_dup(sk_X509_EXTENSION_value(extensions, 0)));
    assert_false(
        issuance_make(&world.hierarchy, &world.clock, &request, CORRUPTION_NONE, &made, &issuer, &error));
    assert_null(made);
    assert_non_null(strstr(error.detail, "twice"));
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    OPENSSL_free(spki);
}

static void asks_the_issuer_it_names(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    request.issuer = X509_get_subject_name(world.hierarchy.certificate[AUTHORITY_TMUL]);
    expect_granted(&request, &outcome);
    assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(outcome.certificate), request.issuer), 0);
    cmp_outcome_clear(&outcome);
    request = world_request(&world);
    request.issuer = X509_get_subject_name(world.hierarchy.certificate[AUTHORITY_TR5]);
    expect_template_refused(&request, "issuer");
}

/* ---- revocation ---- */

static void rr_puts_the_serial_on_the_crl(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome issued, revoked;
    struct ra_error error = {0};
    expect_granted(&request, &issued);
    struct cmp_authority authority = world_authority(&world);
    uint8_t transaction[CMP_TRANSACTION_SIZE];
    assert_true(random_bytes(transaction, sizeof transaction));
    for (int i = 0; i < 2; i++) { /* asking again is fine */
        world.carried = 0;
        assert_true(cmp_revoke(&authority, transaction, issued.certificate, 1, &revoked, &error));
        assert_int_equal(revoked.result, CMP_GRANTED);
        assert_int_equal(world.body_types[0], CMP_BODY_RR);
    }
    int reason = -1;
    assert_true(world_crl_holds(&world, issued.certificate, &reason));
    assert_int_equal(reason, 1);
    cmp_outcome_clear(&issued);
    cmp_outcome_clear(&revoked);
}

static void rr_without_answer_is_unknown(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome issued, revoked;
    struct ra_error error = {0};
    expect_granted(&request, &issued);
    struct cmp_authority authority = world_authority(&world);
    world.fault = CARRIER_ALTERS_ANSWER;
    world.fault_from = 1;
    world.carried = 0;
    assert_false(cmp_revoke(&authority, request.transaction, issued.certificate, 0, &revoked, &error));
    assert_int_equal(revoked.result, CMP_UNKNOWN);
    cmp_outcome_clear(&issued);
}

static void rr_refuses_hold_and_strangers(void **state)
{
    (void)state;
    struct cmp_authority authority = world_authority(&world);
    struct cmp_outcome outcome;
    struct ra_error error = {0};
    uint8_t transaction[CMP_TRANSACTION_SIZE] = {7};
    X509 *not_over_cmp = world.ra_certificate;
    assert_false(cmp_revoke(&authority, transaction, not_over_cmp, 6, &outcome, &error));
    assert_string_equal(error.reason, "revocation-reason");
    world.carried = 0;
    assert_true(cmp_revoke(&authority, transaction, not_over_cmp, 1, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    assert_false(world_crl_holds(&world, not_over_cmp, NULL));
}

static void crls_are_renewed_at_half_life(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *path = store_path(world.memory, &world.store, "public/tmul.crl");
    int64_t numbers[3] = {0};
    for (int i = 0; i < 3; i++) {
        assert_true(cmp_server_tick(world.server, &error));
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        X509_CRL *crl = d2i_X509_CRL_fp(file, NULL);
        fclose(file);
        ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
        assert_int_equal(ASN1_INTEGER_get_int64(&numbers[i], number), 1);
        ASN1_INTEGER_free(number);
        X509_CRL_free(crl);
        if (i == 1)
            world.clock.offset_s += 3 * 3600 + 1;
    }
    assert_int_equal(numbers[1], numbers[0]);
    assert_int_equal(numbers[2], numbers[1] + 1);
}

static void init_again_changes_no_certificate(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct hierarchy again;
    assert_true(hierarchy_init(&world.store, &world.clock, "http://localhost:1", 2048, &error));
    assert_true(hierarchy_load(&world.store, &again, &error));
    for (int i = 0; i < AUTHORITY_COUNT; i++)
        assert_int_equal(X509_cmp(again.certificate[i], world.hierarchy.certificate[i]), 0);
    hierarchy_clear(&again);
}

#define TEST(name) cmocka_unit_test_setup(name, calm_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(issues_what_was_asked),
        TEST(keeps_the_template_bytes_and_adds_its_own),
        TEST(validity_runs_by_the_instance_clock),
        TEST(same_transaction_gets_the_same_certificate),
        TEST(same_transaction_with_another_key_is_refused),
        TEST(every_carrier_fault_is_unknown_and_heals),
        TEST(a_replayed_answer_is_unknown),
        TEST(restart_between_answer_and_confirmation_is_unknown_and_heals),
        TEST(refused_check_revokes_at_once),
        TEST(untold_refusal_is_unknown),
        TEST(missing_confirmation_revokes_in_time),
        TEST(missing_confirmation_is_remembered_over_a_restart),
        TEST(confirmed_certificates_stay),
        TEST(polls_without_sleeping),
        TEST(waiting_is_taken_up_by_a_fresh_exchange),
        TEST(restart_while_waiting_is_unknown_and_heals),
        TEST(another_key_is_caught_by_the_client),
        TEST(corrupted_name_and_profile_reach_the_check),
        TEST(a_chain_to_no_anchor_is_refused),
        TEST(answers_signed_by_a_holder_are_not_the_acs),
        TEST(only_an_ar_may_ask),
        TEST(a_revoked_ar_may_not_ask),
        TEST(refuses_keys_that_are_not_rsa_2048),
        TEST(refuses_terms_beyond_the_policy),
        TEST(refuses_extensions_that_are_not_a_holders),
        TEST(refuses_an_extension_given_twice),
        TEST(asks_the_issuer_it_names),
        TEST(rr_puts_the_serial_on_the_crl),
        TEST(rr_without_answer_is_unknown),
        TEST(rr_refuses_hold_and_strangers),
        TEST(crls_are_renewed_at_half_life),
        TEST(init_again_changes_no_certificate),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
