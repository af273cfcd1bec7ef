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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_that_cannot_be_applied_is_the_last_one, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
