/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * certConf: what the AC is told after a certificate came, and what it makes of hearing nothing.
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
#include <string.h>
#include <sys/stat.h>
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
    world.deaf_from = 0;
    world.verdict = CMP_CHECK_ACCEPTED;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    return 0;
}

static struct transaction recorded(const struct cmp_certificate_request *request)
{
    struct transaction record;
    bool found = false;
    struct ra_error error;
    assert_true(transaction_read(&world.store, (struct bytes){request->transaction, CMP_TRANSACTION_SIZE},
                                 &record, &found, &error));
    assert_true(found);
    return record;
}

static void issue_2_6_a_refused_certconf_revokes_at_once(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.verdict = CMP_CHECK_REFUSED;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_int_equal(outcome.withdrawal, CMP_WITHDRAWAL_BY_CONFIRMATION);
    assert_string_equal(error.reason, "certificate-mismatch");
    assert_null(outcome.certificate);
    struct transaction record = recorded(&request);
    assert_int_equal(record.state, TRANSACTION_REVOKED);
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
    /* and it never comes back */
    world.verdict = CMP_CHECK_ACCEPTED;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
}

/* Refuses, and leaves in the library's queue what the library says of rubbish. */
static enum cmp_check refuse_untidily(void *context, X509 *certificate, struct ra_error *error)
{
    static const unsigned char rubbish[] = {0x30, 0x01};
    const unsigned char *at = rubbish;
    (void)context, (void)certificate;
    assert_null(d2i_X509(NULL, &at, sizeof rubbish));
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch", "o teste recusa");
    return CMP_CHECK_REFUSED;
}

static void a_refusal_is_told_whatever_the_check_left_in_the_library_s_queue(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    request.check = refuse_untidily;
    world.fault = AC_CONFIRMS_FOR_US; /* no message follows that would clear the queue */
    world.fault_from = 1;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_int_equal(outcome.withdrawal, CMP_WITHDRAWAL_REVOKED);
    assert_string_equal(error.reason, "certificate-mismatch");
}

static void untold_refusal_is_unknown(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.verdict = CMP_CHECK_REFUSED;
    world.fault = CARRIER_LOSES_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    world.fault = CARRIER_ALTERS_ANSWER;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
}

/* An AC that does not wait for our word hears no certConf: it is asked to revoke, at once. */
static void issue_5_2_an_ac_that_confirms_for_us_is_told_to_revoke(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = AC_CONFIRMS_FOR_US;
    world.fault_from = 1;
    world.verdict = CMP_CHECK_REFUSED;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_int_equal(outcome.withdrawal, CMP_WITHDRAWAL_REVOKED);
    assert_string_equal(error.reason, "certificate-mismatch");
    assert_int_equal(world.carried, 2);
    assert_int_equal(world.body_types[1], CMP_BODY_RR);
    assert_null(outcome.certificate);
    struct transaction record = recorded(&request);
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
}

/* The rr is lost: nobody knows, and asking again brings the certificate and the rr again. */
static void issue_5_2_a_lost_rr_is_unknown_and_heals(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = AC_CONFIRMS_FOR_US;
    world.fault_from = 1;
    world.deaf_from = 2;
    world.verdict = CMP_CHECK_REFUSED;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    struct transaction record = recorded(&request);
    assert_false(world_crl_holds(&world, record.certificate, NULL));
    world.deaf_from = 0;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_int_equal(outcome.withdrawal, CMP_WITHDRAWAL_REVOKED);
    assert_true(world_crl_holds(&world, record.certificate, NULL));
    X509_free(record.certificate);
}

/* The AC has lost the certificate when the rr comes, and says no. */
static enum cmp_check refuse_and_lose(void *context, X509 *certificate, struct ra_error *error)
{
    char serial[SERIAL_TEXT_SIZE];
    (void)context;
    serial_text(X509_get0_serialNumber(certificate), serial);
    assert_int_equal(unlink(store_path(world.memory, &world.store, "issued/%s.der", serial)), 0);
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch", "o teste recusa");
    return CMP_CHECK_REFUSED;
}

static void issue_5_2_an_ac_that_does_not_revoke_is_told_apart(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    request.check = refuse_and_lose;
    world.fault = AC_CONFIRMS_FOR_US;
    world.fault_from = 1;
    assert_true(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_CERTIFICATE_REFUSED);
    assert_int_equal(outcome.withdrawal, CMP_WITHDRAWAL_DENIED);
    assert_string_equal(error.reason, "certificate-mismatch");
    assert_non_null(strstr(outcome.status_text, "no such certificate"));
}

/* The AC looks once more at the certificate that the ir came with (cmp_keep): that it is there still is for
 * the sanitizer to say, as it is in untold_refusal_is_unknown for the AR's half. */
static void a_confirmation_that_was_altered_is_none(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    world.fault = CARRIER_ALTERS_REQUEST;
    world.fault_from = 2;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    struct transaction record = recorded(&request);
    assert_int_equal(record.state, TRANSACTION_ISSUED);
    X509_free(record.certificate);
    world.fault = CARRIER_HONEST;
    world_expect_granted(&world, &request, &outcome);
    cmp_outcome_clear(&outcome);
}

/* A fault of ours is no verdict: the AC is told nothing, and the same certificate comes when asked again. */
static void protocol_6_a_check_that_cannot_tell_is_unknown_and_heals(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    struct ra_error error;
    int before = world_count_issued(&world);
    world.verdict = CMP_CHECK_UNDECIDED;
    assert_false(world_ask(&world, &request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_UNKNOWN);
    assert_int_equal(error.code, RA_NO_MEMORY);
    assert_int_equal(world.checks, 1);
    assert_int_equal(world.carried, 1); /* the ir, and no certConf */
    world.verdict = CMP_CHECK_ACCEPTED;
    world_expect_granted(&world, &request, &outcome);
    assert_int_equal(world_count_issued(&world), before + 1);
    assert_false(world_crl_holds(&world, outcome.certificate, NULL));
    cmp_outcome_clear(&outcome);
}

static void issue_2_6_a_missing_certconf_revokes_in_time(void **state)
{
    (void)state;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 60});
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
    world.clock.offset_s += 61;
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
    world_expect_granted(&world, &request, &outcome);
    world.clock.offset_s += 700;
    assert_true(cmp_server_tick(world.server, &error));
    assert_false(world_crl_holds(&world, outcome.certificate, NULL));
    cmp_outcome_clear(&outcome);
}

static const char *record_path(const struct cmp_certificate_request *request)
{
    char *id = hex_encode(world.memory, (struct bytes){request->transaction, CMP_TRANSACTION_SIZE});
    return store_path(world.memory, &world.store, "transactions/%s", id);
}

/* As records were written before their state had a place of its own. */
static void write_old_record(const char *path, const struct transaction *record)
{
    struct ra_error error;
    unsigned char *der = NULL;
    int length = i2d_X509(record->certificate, &der);
    const char *text = talloc_asprintf(
        world.memory, "{\"state\":\"issued\",\"key\":\"%s\",\"at\":1,\"certificate\":\"%s\"}\n",
        hex_encode(world.memory, (struct bytes){record->key_digest, 32}),
        base64_encode(world.memory, (struct bytes){der, (size_t)length}));
    OPENSSL_free(der);
    assert_true(file_write(path, bytes_of_text(text), 0600, &error));
}

static void a_record_changes_its_state_where_it_is_and_an_older_one_is_written_anew(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    const struct bytes id = {request.transaction, CMP_TRANSACTION_SIZE};
    struct cmp_outcome outcome;
    struct ra_error error;
    struct stat before, after;
    world_expect_granted(&world, &request, &outcome);
    struct transaction record = recorded(&request);
    assert_int_equal(record.state, TRANSACTION_CONFIRMED);
    for (int old = 0; old <= 1; old++) {
        if (old == 1)
            write_old_record(record_path(&request), &record);
        assert_int_equal(stat(record_path(&request), &before), 0);
        record.state = TRANSACTION_REVOKED;
        record.at = INT64_C(4102444800) + old;
        assert_true(transaction_move(&world.store, id, &record, &error));
        assert_int_equal(stat(record_path(&request), &after), 0);
        assert_int_equal(before.st_ino == after.st_ino, old == 0);
        struct transaction moved = recorded(&request);
        assert_int_equal(moved.state, TRANSACTION_REVOKED);
        assert_int_equal(moved.at, record.at);
        assert_memory_equal(moved.key_digest, record.key_digest, sizeof moved.key_digest);
        assert_int_equal(X509_cmp(moved.certificate, record.certificate), 0);
        X509_free(moved.certificate);
    }
    const uint8_t nobody[CMP_TRANSACTION_SIZE] = {0};
    assert_false(transaction_move(&world.store, (struct bytes){nobody, sizeof nobody}, &record, &error));
    X509_free(record.certificate);
    cmp_outcome_clear(&outcome);
}

#define TEST(name) cmocka_unit_test_setup(name, calm_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(issue_2_6_a_refused_certconf_revokes_at_once),
        TEST(a_refusal_is_told_whatever_the_check_left_in_the_library_s_queue),
        TEST(untold_refusal_is_unknown),
        TEST(issue_5_2_an_ac_that_confirms_for_us_is_told_to_revoke),
        TEST(issue_5_2_a_lost_rr_is_unknown_and_heals),
        TEST(issue_5_2_an_ac_that_does_not_revoke_is_told_apart),
        TEST(a_confirmation_that_was_altered_is_none),
        TEST(protocol_6_a_check_that_cannot_tell_is_unknown_and_heals),
        TEST(issue_2_6_a_missing_certconf_revokes_in_time),
        TEST(missing_confirmation_is_remembered_over_a_restart),
        TEST(confirmed_certificates_stay),
        TEST(a_record_changes_its_state_where_it_is_and_an_older_one_is_written_anew),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
