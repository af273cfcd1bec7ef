/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ledger alone, where memory and disk could part.
 */
#include "pki/signer/ledger.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define INSTANCE "00112233445566778899aabbccddeeff"

static TALLOC_CTX *memory;
static char folder[64];
static struct ledger *ledger;

static int make(void **state)
{
    (void)state;
    struct ra_error error = {0};
    memory = talloc_new(NULL);
    snprintf(folder, sizeof folder, "/tmp/ledger-test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_true(ledger_create(folder, INSTANCE, 1000, &error));
    assert_true(ledger_open(memory, folder, INSTANCE, &ledger, &error));
    return 0;
}

static int clean(void **state)
{
    (void)state;
    remove(talloc_asprintf(memory, "%s/journal", folder));
    remove(talloc_asprintf(memory, "%s/head", folder));
    assert_int_equal(rmdir(folder), 0);
    talloc_free(memory);
    return 0;
}

/* An attempt without an intent cannot be sent: the record is written and then found to mean nothing. */
static void a_record_that_cannot_be_applied_is_the_last_one(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct merkle_hash root = {{1}};
    assert_true(ledger_sign_checkpoint(ledger, 1, &root, &error));
    assert_true(ledger_settle(ledger, &error));
    assert_false(ledger_move(ledger, "ABCD1234EFG5", 1, ATTEMPT_SENT, &error));
    assert_false(ledger_settle(ledger, &error));
    assert_int_equal(error.code, RA_IO);
    assert_false(ledger_sign_checkpoint(ledger, 2, &root, &error));
}

static void bring(const char *order, uint8_t key, const char *serial, const char *issuer, bool good)
{
    struct ra_error error = {0};
    const uint8_t spki[32] = {key}, transaction[LEDGER_TRANSACTION_SIZE] = {key};
    const struct ledger_crls none = {.count = 0};
    struct ledger_name name;
    json_t *request = json_object();
    const struct ledger_intent intent = {order, 1, spki, transaction, request, &none};
    snprintf(name.serial, sizeof name.serial, "%s", serial);
    snprintf(name.issuer, sizeof name.issuer, "%s", issuer);
    assert_true(ledger_intend(ledger, &intent, &error));
    assert_int_equal(ledger_issue(ledger, order, 1, bytes_of_text("DER"), &name, &error), good);
    if (!good)
        assert_string_equal(error.reason, "certificate-twice");
    json_decref(request);
}

static const char *order_of(const char *serial, const char *issuer)
{
    struct ledger_name name;
    int64_t attempt = 0;
    snprintf(name.serial, sizeof name.serial, "%s", serial);
    snprintf(name.issuer, sizeof name.issuer, "%s", issuer);
    const char *order = ledger_order_of(ledger, memory, &name, &attempt);
    return order != NULL ? order : "";
}

static bool is_revoked(const char *serial, const char *issuer)
{
    struct ledger_name name;
    struct ledger_revocation found;
    snprintf(name.serial, sizeof name.serial, "%s", serial);
    snprintf(name.issuer, sizeof name.issuer, "%s", issuer);
    ledger_find_revocation(ledger, &name, &found);
    return found.known;
}

/* Serials are unique within one AC; two ACs of one AR count for themselves. */
static void issue_5_one_serial_of_two_acs_is_two_certificates(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct ledger_crls none = {.count = 0};
    const struct ledger_revocation asked = {.known = true};
    const struct ledger_name second = {.serial = "0a", .issuer = "bb"};
    bring("ABCD1234EFG5", 1, "0a", "aa", true);
    bring("ABCD1234EFG6", 2, "0a", "bb", true);
    bring("ABCD1234EFG7", 3, "0a", "aa", false); /* the same AC, the same serial */
    assert_true(ledger_revoke(ledger, "ABCD1234EFG6", &second, 1, &asked, &none, &error));
    for (int life = 0; life < 2; life++) {
        assert_string_equal(order_of("0a", "aa"), "ABCD1234EFG5");
        assert_string_equal(order_of("0a", "bb"), "ABCD1234EFG6");
        assert_string_equal(order_of("0a", "cc"), "");
        assert_true(is_revoked("0a", "bb"));
        assert_false(is_revoked("0a", "aa"));
        TALLOC_FREE(ledger);
        assert_true(ledger_open(memory, folder, INSTANCE, &ledger, &error));
    }
}

/* Two ask for the same revocation at once: the one that begins later does not undo what the AC confirmed. */
static void a_revocation_that_is_done_stays_done(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct ledger_crls none = {.count = 0};
    const struct ledger_name name = {.serial = "0a", .issuer = "aa"};
    const struct ledger_revocation asked = {.known = true}, done = {.known = true, .done = true};
    struct ledger_revocation found;
    assert_true(ledger_revoke(ledger, "ABCD1234EFG5", &name, 1, &asked, &none, &error));
    assert_true(ledger_revoke(ledger, "ABCD1234EFG5", &name, 1, &done, &none, &error));
    assert_true(ledger_revoke(ledger, "ABCD1234EFG5", &name, 1, &asked, &none, &error));
    for (int life = 0; life < 2; life++) {
        ledger_find_revocation(ledger, &name, &found);
        assert_true(found.done);
        TALLOC_FREE(ledger);
        assert_true(ledger_open(memory, folder, INSTANCE, &ledger, &error));
    }
}

/* Journals from before the issuer was kept: the serial alone answers, as it did. */
static void a_name_without_issuer_answers_for_all(void **state)
{
    (void)state;
    bring("ABCD1234EFG5", 1, "0a", "", true);
    assert_string_equal(order_of("0a", "aa"), "ABCD1234EFG5");
    assert_string_equal(order_of("0b", "aa"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(issue_5_one_serial_of_two_acs_is_two_certificates, make, clean),
        cmocka_unit_test_setup_teardown(a_revocation_that_is_done_stays_done, make, clean),
        cmocka_unit_test_setup_teardown(a_name_without_issuer_answers_for_all, make, clean),
        cmocka_unit_test_setup_teardown(a_record_that_cannot_be_applied_is_the_last_one, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
