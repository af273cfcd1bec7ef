/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of an attempt: other keys, higher attempts, refusals, an AC that lies or says no, a carrier
 * that loses messages, restarts, twins. The homologation AC is the real one.
 */
#include "pki/base/file.h"
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

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

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

/* --- attempts --- */

static json_t *with_key(const char *order, int64_t attempt, EVP_PKEY *key)
{
    struct draft draft;
    office_draft(&office, order, attempt, &draft);
    draft.key = draft.proved_key = key;
    return office_request(&draft);
}

static void protocol_6_another_key_for_the_attempt_is_refused_for_ever(void **state)
{
    (void)state;
    office_expect(&office, with_key(ORDER, 1, office.holder_key), "issued");
    office_expect_refused(&office, with_key(ORDER, 1, office.thief_key), "attempt-key");
    office_restart(&office);
    office_expect_refused(&office, with_key(ORDER, 1, office.thief_key), "attempt-key");
}

static void issue_2_the_same_key_for_another_order_is_refused(void **state)
{
    (void)state;
    office_expect(&office, with_key(ORDER, 1, office.holder_key), "issued");
    office_expect_refused(&office, with_key(OTHER_ORDER, 1, office.holder_key), "key-already-used");
    office_restart(&office);
    office_expect_refused(&office, with_key(OTHER_ORDER, 1, office.holder_key), "key-already-used");
}

static void protocol_2_a_higher_attempt_kills_the_lower(void **state)
{
    (void)state;
    office_expect(&office, with_key(ORDER, 2, office.thief_key), "issued");
    office_expect_refused(&office, with_key(ORDER, 1, office.holder_key), "attempt-superseded");
}

static json_t *refusal(int64_t attempt, const struct identity *agent)
{
    struct statement statement = office_statement(&office, STATEMENT_REFUSAL, ORDER, attempt);
    statement.refusal.reason = "documento falso";
    return json_pack("{s:s,s:o,s:o}", "type", "refusal", "statement",
                     office_base64(office_sign(&office, agent, &statement)), "crls", office_crls(&office));
}

static void protocol_2_a_refusal_kills_its_attempt_and_all_below(void **state)
{
    (void)state;
    office_expect_refused(&office, refusal(2, office.auditor), "roster-role");
    office_expect(&office, refusal(2, office.agent3), "refused-recorded");
    office_restart(&office);
    office_expect_refused(&office, honest(ORDER, 1), "attempt-refused");
    office_expect_refused(&office, honest(ORDER, 2), "attempt-refused");
    office_expect(&office, honest(ORDER, 3), "issued");
}

/* --- the AC and the carrier --- */

static json_t *resume(void)
{
    return json_pack("{s:s,s:s,s:i}", "type", "resume", "order", ORDER, "attempt", 1);
}

static void expect_pending(json_t *request, const char *state)
{
    json_t *answer = office_send(&office, request);
    assert_string_equal(answer_text(answer, "type"), "pending");
    assert_string_equal(answer_text(answer, "state"), state);
    json_decref(answer);
}

static json_int_t unknown_count(void)
{
    json_t *status = office_send(&office, json_pack("{s:s}", "type", "status"));
    json_int_t count = json_integer_value(json_object_get(status, "unknown"));
    json_decref(status);
    return count;
}

/* A message lost at any point, either way, with or without a restart, ends in exactly one good certificate.
 */
static void protocol_6_a_lost_message_is_resolved_by_asking_again(void **state)
{
    (void)state;
    for (int message = 1; message <= 2; message++) {
        for (int answer_lost = 0; answer_lost <= 1; answer_lost++) {
            office_reset(&office);
            int before = office_count_issued(&office), revoked = office_count_revoked(&office);
            office.line.loses_request_from = answer_lost ? 0 : message;
            office.line.loses_answer_from = answer_lost ? message : 0;
            expect_pending(honest(ORDER, 1), "unknown");
            assert_int_equal(unknown_count(), 1);
            office_restart(&office);
            expect_pending(resume(), "unknown");
            office.line = (struct office_line){.carried = 0};
            office_expect_refused(&office, with_key(ORDER, 1, office.thief_key), "attempt-key");
            office_expect(&office, answer_lost ? resume() : honest(ORDER, 1), "issued");
            assert_int_equal(office_count_issued(&office), before + 1);
            assert_int_equal(office_count_revoked(&office), revoked);
            assert_int_equal(unknown_count(), 0);
        }
    }
}

/* The AC forgets the transaction between its certificate and our confirmation, and makes another one. */
static void issue_5_an_ac_that_answers_twice_is_not_believed_the_second_time(void **state)
{
    (void)state;
    struct ledger_attempt found;
    int before = office_count_issued(&office);
    office_reset(&office);
    office.line.loses_request_from = 2;
    expect_pending(honest(ORDER, 1), "unknown");
    office.line = (struct office_line){.carried = 0};
    ledger_find(office.signer->ledger, ORDER, 1, &found);
    assert_int_equal(found.state, ATTEMPT_ISSUED);
    const struct bytes transaction = {found.transaction, sizeof found.transaction};
    const char *path = talloc_asprintf(office.memory, "%s/transactions/%s", office.folder,
                                       hex_encode(office.memory, transaction));
    assert_int_equal(remove(path), 0);
    office_corrupt_ac(&office, CORRUPTION_NONE);
    office_expect_refused(&office, resume(), "certificate-mismatch");
    assert_int_equal(office_count_issued(&office), before + 2);
    office_expect(&office, honest(ORDER, 2), "issued");
}

/* Syncs of an issue before it asks: two, for the intent and `sent` together. Nothing reaches the AC that a
 * restart would not know of: it would ask again under another transaction. */
static void protocol_6_nothing_is_sent_that_is_not_journaled(void **state)
{
    (void)state;
    for (int sync = 1; sync <= 2; sync++) {
        office_reset(&office);
        int before = office_count_issued(&office);
        disk_fail_sync(sync);
        office_expect_refused(&office, honest(ORDER, 1), "internal");
        disk_fail_sync(0);
        office_expect_refused(&office, honest(ORDER, 1), "internal");
        office_expect_refused(&office, resume(), "internal");
        assert_int_equal(office.line.carried, 0);
        office_restart(&office);
        office_expect(&office, honest(ORDER, 1), "issued");
        assert_int_equal(office_count_issued(&office), before + 1);
    }
}

static void break_disk(int number)
{
    if (number == 1)
        disk_fail_sync(1); /* the next record is `issued` */
}

/* The certificate was good, our disk was not: the AC must not be told to revoke it. */
static void protocol_6_a_certificate_that_cannot_be_journaled_is_not_refused(void **state)
{
    (void)state;
    int before = office_count_issued(&office), revoked = office_count_revoked(&office);
    office.line.on_message = break_disk;
    office_expect_refused(&office, honest(ORDER, 1), "internal");
    assert_int_equal(office.line.carried, 1); /* no certConf, neither way */
    office.line = (struct office_line){.carried = 0};
    disk_fail_sync(0);
    office_restart(&office);
    office_expect(&office, resume(), "issued");
    assert_int_equal(office_count_issued(&office), before + 1);
    assert_int_equal(office_count_revoked(&office), revoked);
}

static void expect_mismatch(enum corruption corruption)
{
    office_reset(&office);
    office_corrupt_ac(&office, corruption);
    int revoked = office_count_revoked(&office);
    office_expect_refused(&office, honest(ORDER, 1), "certificate-mismatch");
    /* The AC was told, and took it back. */
    assert_int_equal(office_count_revoked(&office), revoked + 1);
    office_corrupt_ac(&office, CORRUPTION_NONE);
    office_restart(&office);
    office_expect_refused(&office, honest(ORDER, 1), "certificate-mismatch");
    office_expect_refused(&office, resume(), "certificate-mismatch");
    office_expect(&office, honest(ORDER, 2), "issued");
}

static void protocol_6_a_certificate_that_was_not_ordered_is_refused_to_the_ac(void **state)
{
    (void)state;
    expect_mismatch(CORRUPTION_NAME);
    expect_mismatch(CORRUPTION_PROFILE);
    expect_mismatch(CORRUPTION_KEY);
}

static void set_ac_clock(const struct ra_clock *clock)
{
    office.registry.clock = clock;
    office_corrupt_ac(&office, CORRUPTION_NONE);
}

/* Clocks differ by moments; a certificate that begins tomorrow is another matter. */
static void a_certificate_may_begin_as_far_ahead_as_clocks_differ(void **state)
{
    (void)state;
    struct ra_clock ahead = {office.clock.offset_s + STATEMENT_CLOCK_SKEW_S / 2};
    set_ac_clock(&ahead);
    office_expect(&office, honest(ORDER, 1), "issued");
    ahead.offset_s += 86400;
    set_ac_clock(&ahead);
    int revoked = office_count_revoked(&office);
    office_expect_refused(&office, with_key(OTHER_ORDER, 1, office.thief_key), "certificate-mismatch");
    set_ac_clock(&office.clock);
    assert_int_equal(office_count_revoked(&office), revoked + 1);
}

/* --- an AC that lies and does not answer --- */

static void tell_the_ac(const char *fault)
{
    struct ra_error error = {0};
    const char *path = talloc_asprintf(office.memory, "%s/fault", office.folder);
    if (fault == NULL)
        assert_int_equal(remove(path), 0);
    else
        assert_true(file_write(path, bytes_of_text(fault), 0600, &error));
}

/* The AC took the certificate back, and says so to who asks again: that is no refusal of the order. */
static void issue_5_2_a_refusal_whose_acknowledgement_is_lost_ends_as_a_mismatch(void **state)
{
    (void)state;
    int revoked = office_count_revoked(&office);
    tell_the_ac("name");
    office.line.loses_answer_from = 2;
    json_t *pending = office_send(&office, honest(ORDER, 1));
    tell_the_ac(NULL);
    assert_string_equal(answer_text(pending, "state"), "unknown");
    assert_string_equal(answer_text(pending, "reason"), "certificate-mismatch");
    json_decref(pending);
    assert_int_equal(office_count_revoked(&office), revoked + 1);
    office_restart(&office);
    office.line = (struct office_line){.carried = 0};
    office_expect_refused(&office, resume(), "certificate-mismatch");
    office_expect(&office, honest(ORDER, 2), "issued");
}

static void issue_5_a_second_certificate_for_a_transaction_takes_the_first_with_it(void **state)
{
    (void)state;
    int issued = office_count_issued(&office), revoked = office_count_revoked(&office);
    office.line.loses_answer_from = 2;
    expect_pending(honest(ORDER, 1), "unknown");
    office_restart(&office);
    tell_the_ac("second");
    office.line = (struct office_line){.loses_answer_from = 3}; /* the rr of the first is not answered */
    expect_pending(resume(), "unknown");
    tell_the_ac(NULL);
    office.line = (struct office_line){.carried = 0};
    office_restart(&office);
    office_expect_refused(&office, resume(), "certificate-mismatch");
    assert_int_equal(office_count_issued(&office), issued + 2);
    assert_int_equal(office_count_revoked(&office), revoked + 2);
}

static json_t *unsold(void)
{
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    draft.validation.validation.profile.id = OFFICE_UNSOLD;
    memcpy(draft.validation.validation.profile.digest,
           settings_profile(office.settings, OFFICE_UNSOLD)->digest, 32);
    return office_request(&draft);
}

static void protocol_6_after_a_refusal_by_the_ac_the_same_key_may_try_again_anew(void **state)
{
    (void)state;
    char first[33];
    office_expect_refused(&office, unsold(), "ac-refused");
    memcpy(first, office.line.transaction, sizeof first);
    assert_int_equal(unknown_count(), 0);
    office_restart(&office);
    office_expect_refused(&office, resume(), "ac-refused");
    office_expect_refused(&office, with_key(ORDER, 1, office.thief_key), "attempt-key");
    office_expect_refused(&office, unsold(), "ac-refused");
    assert_string_not_equal(office.line.transaction, first);
    office_expect(&office, honest(ORDER, 1), "issued");
}

static void refuse_meanwhile(int number)
{
    if (number != 1)
        return;
    office.line.on_message = NULL;
    office_expect(&office, refusal(1, office.agent3), "refused-recorded");
}

static void protocol_2_a_refusal_while_the_ac_works_stops_the_certificate(void **state)
{
    (void)state;
    int revoked = office_count_revoked(&office);
    office.line.on_message = refuse_meanwhile;
    office_expect_refused(&office, honest(ORDER, 1), "attempt-refused");
    assert_int_equal(office_count_revoked(&office), revoked + 1);
    office_expect_refused(&office, resume(), "attempt-refused");
}

static void protocol_6_a_resume_of_nothing_is_refused(void **state)
{
    (void)state;
    office_expect_refused(&office, resume(), "order-mismatch");
}

/* --- twins --- */

enum { TWINS = 4 };

static void *send_twin(void *argument)
{
    json_t *request = argument;
    return office_send(&office, request);
}

static void protocol_6_simultaneous_identical_requests_make_one_certificate(void **state)
{
    (void)state;
    pthread_t threads[TWINS];
    json_t *requests[TWINS], *answers[TWINS];
    int before = office_count_issued(&office);
    office.line.slow_ms = 50;
    for (size_t i = 0; i < TWINS; i++)
        requests[i] = honest(ORDER, 1);
    for (size_t i = 0; i < TWINS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_twin, requests[i]), 0);
    for (size_t i = 0; i < TWINS; i++) {
        void *answer;
        assert_int_equal(pthread_join(threads[i], &answer), 0);
        answers[i] = answer;
        assert_string_equal(answer_text(answers[i], "type"), "issued");
        assert_true(json_equal(answers[0], answers[i]));
    }
    for (size_t i = 0; i < TWINS; i++)
        json_decref(answers[i]);
    assert_int_equal(office_count_issued(&office), before + 1);
    assert_int_equal(office.line.carried, 2); /* ir and certConf, once */
}

static void protocol_6_simultaneous_keys_for_one_attempt_make_one_certificate(void **state)
{
    (void)state;
    pthread_t threads[2];
    json_t *requests[2] = {with_key(ORDER, 1, office.holder_key), with_key(ORDER, 1, office.thief_key)};
    int before = office_count_issued(&office), issued = 0, refused = 0;
    office.line.slow_ms = 50;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_twin, requests[i]), 0);
    for (size_t i = 0; i < 2; i++) {
        void *answer;
        assert_int_equal(pthread_join(threads[i], &answer), 0);
        issued += strcmp(answer_text(answer, "type"), "issued") == 0;
        refused += strcmp(answer_text(answer, "reason"), "attempt-key") == 0;
        json_decref(answer);
    }
    assert_int_equal(issued, 1);
    assert_int_equal(refused, 1);
    assert_int_equal(office_count_issued(&office), before + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(protocol_6_another_key_for_the_attempt_is_refused_for_ever),
        TEST(issue_2_the_same_key_for_another_order_is_refused),
        TEST(protocol_2_a_higher_attempt_kills_the_lower),
        TEST(protocol_2_a_refusal_kills_its_attempt_and_all_below),
        TEST(protocol_6_a_lost_message_is_resolved_by_asking_again),
        TEST(issue_5_an_ac_that_answers_twice_is_not_believed_the_second_time),
        TEST(protocol_6_nothing_is_sent_that_is_not_journaled),
        TEST(protocol_6_a_certificate_that_cannot_be_journaled_is_not_refused),
        TEST(protocol_6_a_certificate_that_was_not_ordered_is_refused_to_the_ac),
        TEST(a_certificate_may_begin_as_far_ahead_as_clocks_differ),
        TEST(issue_5_2_a_refusal_whose_acknowledgement_is_lost_ends_as_a_mismatch),
        TEST(issue_5_a_second_certificate_for_a_transaction_takes_the_first_with_it),
        TEST(protocol_6_after_a_refusal_by_the_ac_the_same_key_may_try_again_anew),
        TEST(protocol_2_a_refusal_while_the_ac_works_stops_the_certificate),
        TEST(protocol_6_a_resume_of_nothing_is_refused),
        TEST(protocol_6_simultaneous_identical_requests_make_one_certificate),
        TEST(protocol_6_simultaneous_keys_for_one_attempt_make_one_certificate),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
