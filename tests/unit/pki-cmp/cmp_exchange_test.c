/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AR's client against the CA, in one process: every message goes through cmp_server_handle.
 */
#include "pki/base/file.h"
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
#include <pthread.h>
#include <string.h>
#include <unistd.h>

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
    world.verdict = CMP_CHECK_ACCEPTED;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    return 0;
}

static void issues_what_was_asked(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    world_expect_granted(&world, &request, &outcome);
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

static void issue_5_p10cr_is_answered_too(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    X509_REQ *csr = X509_REQ_new();
    assert_int_equal(X509_REQ_set_subject_name(csr, world.subject), 1);
    assert_int_equal(X509_REQ_set_pubkey(csr, world.holder_key), 1);
    assert_int_equal(X509_REQ_add_extensions(csr, world.extensions), 1);
    assert_true(X509_REQ_sign(csr, world.holder_key, EVP_sha256()) > 0);
    request.csr = csr;
    world_expect_granted(&world, &request, &outcome);
    assert_int_equal(world.body_types[0], CMP_BODY_P10CR);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(outcome.certificate), world.holder_key), 1);
    cmp_outcome_clear(&outcome);
    /* Asked for again, the same certificate; the key is what counts. */
    struct cmp_outcome again;
    world_expect_granted(&world, &request, &again);
    cmp_outcome_clear(&again);
    X509_REQ_free(csr);
}

static void keeps_the_template_bytes_and_adds_its_own(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    world_expect_granted(&world, &request, &outcome);
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
    world_expect_granted(&world, &request, &outcome);
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

static void issue_2_6_a_repeated_transaction_gets_the_stored_certificate(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome first, again, after_restart;
    int before = world_count_issued(&world);
    world_expect_granted(&world, &request, &first);
    world_expect_granted(&world, &request, &again);
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    world_expect_granted(&world, &request, &after_restart);
    assert_int_equal(X509_cmp(first.certificate, again.certificate), 0);
    assert_int_equal(X509_cmp(first.certificate, after_restart.certificate), 0);
    assert_int_equal(world_count_issued(&world), before + 1);
    cmp_outcome_clear(&first);
    cmp_outcome_clear(&again);
    cmp_outcome_clear(&after_restart);
}

/* Nobody waited for the disk when it was written. */
static void what_a_power_failure_left_of_issued_is_made_again(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error = {0};
    char serial[SERIAL_TEXT_SIZE];
    X509 *found = NULL;
    world_expect_granted(&world, &request, &outcome);
    serial_text(X509_get0_serialNumber(outcome.certificate), serial);
    const char *path = store_path(world.memory, &world.store, "issued/%s.der", serial);
    for (int empty = 0; empty < 2; empty++) {
        if (empty)
            assert_true(file_write(path, (struct bytes){NULL, 0}, 0600, &error));
        else
            assert_int_equal(unlink(path), 0);
        world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
        assert_true(store_find_certificate(&world.store, "issued", serial, &found, &error));
        assert_int_equal(X509_cmp(found, outcome.certificate), 0);
        X509_free(found);
    }
    cmp_outcome_clear(&outcome);
}

static void same_transaction_with_another_key_is_refused(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world_expect_granted(&world, &request, &outcome);
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
            world_expect_granted(&world, &request, &outcome);
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
    world_expect_granted(&world, &request, &outcome);
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

static void issue_5_an_ac_that_says_never_is_asked_again_within_the_hour(void **state)
{
    (void)state;
    world_restart(&world, (struct cmp_server_options){
                              .confirm_seconds = 600, .poll_count = 1, .poll_seconds = INT32_MAX});
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_WAITING);
    assert_int_equal(outcome.retry_after_s, CMP_RETRY_MAX_S);
    world_expect_granted(&world, &request, &outcome);
    cmp_outcome_clear(&outcome);
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
    world_expect_granted(&world, &request, &outcome);
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
    world_expect_granted(&world, &request, &outcome);
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
        world_expect_granted(&world, &request, &outcome); /* this check accepts everything */
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

static bool ask_after(int64_t seconds, const struct cmp_certificate_request *request,
                      struct cmp_outcome *outcome, struct ra_error *error)
{
    struct cmp_authority authority = world_authority(&world);
    const struct ra_clock later = {world.clock.offset_s + seconds};
    *error = (struct ra_error){0};
    authority.clock = &later;
    world.carried = 0;
    world.checks = 0;
    struct cmp_exchange *exchange = cmp_exchange_new(world.memory, &authority, request, error);
    assert_non_null(exchange);
    bool ok = cmp_exchange_advance(exchange, outcome, error);
    talloc_free(exchange);
    return ok;
}

/* The AC's clock is a minute ahead of ours: whether that is too much is for the check to say. */
static void when_a_certificate_begins_is_left_to_the_check(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    assert_true(ask_after(-60, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_GRANTED);
    assert_int_equal(world.checks, 1);
    cmp_outcome_clear(&outcome);
}

/* By our clock the certificate has ended after ten years, and every certificate of the AC after twenty. */
static void issue_5_an_expired_chain_is_not_believed(void **state)
{
    (void)state;
    static const int64_t year_s = INT64_C(365) * 86400;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    assert_false(ask_after(20 * year_s, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    assert_int_equal(error.code, RA_UPSTREAM);
    assert_true(ask_after(10 * year_s, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_string_equal(error.reason, "certificate-path");
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

/* The AC's own signer, certified with a digest that can be forged: 112 bits are asked, as of agents' paths.
 */
static void a_path_over_sha_1_is_not_believed(void **state)
{
    (void)state;
    X509 *certificate = world.hierarchy.cmp_certificate;
    X509 *weak = X509_dup(certificate);
    assert_true(X509_sign(weak, world.hierarchy.key[AUTHORITY_TISS], EVP_sha1()) > 0);
    world.hierarchy.cmp_certificate = weak;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    bool believed = world_ask(&world, &request, &outcome, &error);
    world.hierarchy.cmp_certificate = certificate;
    X509_free(weak);
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

/* --- many at once --- */

enum { ASKERS = 8 };

struct asker {
    pthread_t thread;
    struct cmp_certificate_request request;
    enum cmp_result result;
    char serial[SERIAL_TEXT_SIZE];
};

static bool carry_quietly(void *context, struct bytes request, TALLOC_CTX *memory, struct bytes *response,
                          struct ra_error *error)
{
    struct world *place = context;
    return cmp_server_handle(place->server, memory, request, response, error);
}

static enum cmp_check accept_all(void *context, X509 *certificate, struct ra_error *error)
{
    (void)context, (void)certificate, (void)error;
    return CMP_CHECK_ACCEPTED;
}

static void *ask_in_thread(void *argument)
{
    struct asker *asker = argument;
    struct cmp_authority authority = world_authority(&world);
    authority.carry = carry_quietly;
    struct ra_error error = {0};
    struct cmp_outcome outcome = {0};
    struct cmp_exchange *exchange = cmp_exchange_new(NULL, &authority, &asker->request, &error);
    if (exchange != NULL && cmp_exchange_advance(exchange, &outcome, &error) && outcome.certificate != NULL)
        serial_text(X509_get0_serialNumber(outcome.certificate), asker->serial);
    asker->result = outcome.result;
    cmp_outcome_clear(&outcome);
    talloc_free(exchange);
    return NULL;
}

static void ask_together(struct asker askers[ASKERS])
{
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_in_thread, &askers[i]), 0);
    for (size_t i = 0; i < ASKERS; i++)
        pthread_join(askers[i].thread, NULL);
}

static void many_transactions_at_once_are_all_served(void **state)
{
    (void)state;
    struct asker askers[ASKERS] = {0};
    int before = world_count_issued(&world);
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i].request = world_request(&world);
        askers[i].request.check = accept_all;
    }
    ask_together(askers);
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(askers[i].result, CMP_GRANTED);
    assert_int_equal(world_count_issued(&world), before + ASKERS);
}

/* They cut each other's conversation short, but never get two certificates. */
static void one_transaction_from_many_sides_makes_one_certificate(void **state)
{
    (void)state;
    struct asker askers[ASKERS] = {0};
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    int before = world_count_issued(&world);
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i].request = request;
        askers[i].request.check = accept_all;
    }
    ask_together(askers);
    world_expect_granted(&world, &request, &outcome);
    char serial[SERIAL_TEXT_SIZE];
    serial_text(X509_get0_serialNumber(outcome.certificate), serial);
    for (size_t i = 0; i < ASKERS; i++)
        if (askers[i].result == CMP_GRANTED)
            assert_string_equal(askers[i].serial, serial);
        else
            assert_int_equal(askers[i].result, CMP_UNKNOWN);
    assert_int_equal(world_count_issued(&world), before + 1);
    assert_false(world_crl_holds(&world, outcome.certificate, NULL));
    cmp_outcome_clear(&outcome);
}

#define TEST(name) cmocka_unit_test_setup(name, calm_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(issues_what_was_asked),
        TEST(issue_5_p10cr_is_answered_too),
        TEST(keeps_the_template_bytes_and_adds_its_own),
        TEST(validity_runs_by_the_instance_clock),
        TEST(issue_2_6_a_repeated_transaction_gets_the_stored_certificate),
        TEST(what_a_power_failure_left_of_issued_is_made_again),
        TEST(same_transaction_with_another_key_is_refused),
        TEST(every_carrier_fault_is_unknown_and_heals),
        TEST(a_replayed_answer_is_unknown),
        TEST(restart_between_answer_and_confirmation_is_unknown_and_heals),
        TEST(polls_without_sleeping),
        TEST(issue_5_an_ac_that_says_never_is_asked_again_within_the_hour),
        TEST(waiting_is_taken_up_by_a_fresh_exchange),
        TEST(restart_while_waiting_is_unknown_and_heals),
        TEST(another_key_is_caught_by_the_client),
        TEST(corrupted_name_and_profile_reach_the_check),
        TEST(a_chain_to_no_anchor_is_refused),
        TEST(when_a_certificate_begins_is_left_to_the_check),
        TEST(issue_5_an_expired_chain_is_not_believed),
        TEST(answers_signed_by_a_holder_are_not_the_acs),
        TEST(a_path_over_sha_1_is_not_believed),
        TEST(only_an_ar_may_ask),
        TEST(a_revoked_ar_may_not_ask),
        TEST(many_transactions_at_once_are_all_served),
        TEST(one_transaction_from_many_sides_makes_one_certificate),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
