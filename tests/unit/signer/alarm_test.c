/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer's log says of a certificate that was not the one ordered: the alarm that people act on.
 */
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ORDER "ABCD1234EFG5"

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

static json_t *honest(void)
{
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    return office_request(&draft);
}

static json_t *resume(void)
{
    return json_pack("{s:s,s:s,s:i}", "type", "resume", "order", ORDER, "attempt", 1);
}

/* What the signer logs meanwhile, in a file that nobody keeps. */
static int heard = -1, standard_error = -1;

static void begin_to_hear(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    standard_error = dup(STDERR_FILENO);
    heard = dup(fileno(file));
    assert_true(standard_error >= 0 && heard >= 0 && dup2(heard, STDERR_FILENO) >= 0);
    fclose(file);
}

static FILE *end_to_hear(void)
{
    fflush(stderr);
    assert_true(dup2(standard_error, STDERR_FILENO) >= 0);
    close(standard_error);
    assert_int_equal(lseek(heard, 0, SEEK_SET), 0);
    return fdopen(heard, "re");
}

/* The findings of the alarms about this attempt, blanks between them; each names what people look for. */
static char *alarms_heard(void)
{
    char line[2048];
    char *found = talloc_strdup(office.memory, "");
    FILE *log = end_to_hear();
    while (fgets(line, sizeof line, log) != NULL) {
        json_t *event = json_loads(line, 0, NULL);
        if (strcmp(answer_text(event, "event"), "certificate-mismatch") == 0) {
            assert_string_equal(answer_text(event, "level"), "alarm");
            assert_string_equal(answer_text(event, "program"), "ra-signer");
            assert_string_equal(answer_text(event, "order"), ORDER);
            assert_int_equal(json_integer_value(json_object_get(event, "attempt")), 1);
            assert_string_equal(answer_text(event, "transaction"), office.line.transaction);
            found = talloc_asprintf_append(found, "%s%s", found[0] != '\0' ? " " : "",
                                           answer_text(event, "finding"));
        }
        json_decref(event);
    }
    fclose(log);
    return found;
}

static char *alarms_of(enum corruption corruption)
{
    office_reset(&office);
    office_corrupt_ac(&office, corruption);
    begin_to_hear();
    office_expect_refused(&office, honest(), "certificate-mismatch");
    return alarms_heard();
}

static void issue_5_2_the_alarm_says_what_was_wrong_and_that_the_ac_was_told(void **state)
{
    (void)state;
    assert_string_equal(alarms_of(CORRUPTION_NAME),
                        "common-name subject-missing subject-unexpected data-name refused");
    assert_string_equal(alarms_of(CORRUPTION_PROFILE),
                        "ou-policy policy-extinct policy-issuer policy refused");
    assert_string_equal(alarms_of(CORRUPTION_KEY), "certificate-key refused");
}

/* --- an AC that confirms for us --- */

static void confirm_for_us(enum corruption corruption)
{
    office_reset(&office);
    office_corrupt_ac(&office, corruption);
    office.line.confirms_for_us = true;
}

static void issue_5_2_an_ac_that_confirms_for_us_is_asked_to_revoke_and_the_alarm_says_so(void **state)
{
    (void)state;
    int revoked = office_count_revoked(&office);
    confirm_for_us(CORRUPTION_NAME);
    begin_to_hear();
    office_expect_refused(&office, honest(), "certificate-mismatch");
    assert_string_equal(alarms_heard(),
                        "common-name subject-missing subject-unexpected data-name refused-and-revoked");
    assert_int_equal(office_count_revoked(&office), revoked + 1);
    office_restart(&office);
    office_expect_refused(&office, resume(), "certificate-mismatch");
}

/* A portal's file with a certificate for another address: nobody has told the AC. */
static void issue_5_2_a_portal_s_wrong_certificate_calls_for_people(void **state)
{
    (void)state;
    struct draft draft;
    office_reset(&office);
    office_corrupt_ac(&office, CORRUPTION_NONE);
    office_draft(&office, ORDER, 1, &draft);
    draft.validation.validation.data.email = "outra@exemplo.test";
    json_t *other = office_send(&office, office_request(&draft));
    assert_string_equal(answer_text(other, "type"), "issued");
    office_reset(&office);
    office.settings->ac_driver = AC_DRIVER_PORTAL;
    json_t *pending = office_send(&office, honest());
    assert_string_equal(answer_text(pending, "type"), "pending");
    snprintf(office.line.transaction, sizeof office.line.transaction, "%s",
             answer_text(pending, "transaction"));
    json_t *file = resume();
    json_object_set(file, "answer", json_object_get(other, "certificate"));
    begin_to_hear();
    office_expect_refused(&office, file, "certificate-mismatch");
    assert_string_equal(alarms_heard(), "data-email refused-not-revoked");
    json_decref(pending);
    json_decref(other);
    office.settings->ac_driver = AC_DRIVER_CMP;
}

/* The AC has lost what it issued when the rr comes. */
static void lose_the_issued(int number)
{
    struct dirent *entry;
    if (number != 2)
        return;
    char *path = talloc_asprintf(office.memory, "%s/issued", office.store.root);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (strstr(entry->d_name, ".der") != NULL)
            assert_int_equal(unlinkat(dirfd(folder), entry->d_name, 0), 0);
    closedir(folder);
}

static void issue_5_2_an_ac_that_does_not_revoke_calls_for_people(void **state)
{
    (void)state;
    int revoked = office_count_revoked(&office);
    confirm_for_us(CORRUPTION_NAME);
    office.line.on_message = lose_the_issued;
    begin_to_hear();
    office_expect_refused(&office, honest(), "certificate-mismatch");
    assert_string_equal(alarms_heard(),
                        "common-name subject-missing subject-unexpected data-name refused-not-revoked");
    assert_int_equal(office_count_revoked(&office), revoked);
}

/* --- what agents refuse while the AC works --- */

static json_t *refusal(void)
{
    struct statement statement = office_statement(&office, STATEMENT_REFUSAL, ORDER, 1);
    statement.refusal.reason = "o titular desistiu";
    return json_pack("{s:s,s:o,s:o}", "type", "refusal", "statement",
                     office_base64(office_sign(&office, office.agent3, &statement)), "crls",
                     office_crls(&office));
}

static void refuse_meanwhile(int number)
{
    if (number == 1)
        office_expect(&office, refusal(), "refused-recorded");
    else
        lose_the_issued(number);
}

/* Whoever says that he asked for none is heard: in the alarm, in the answer, in the journal, for as long as
 * it is asked. */
static void issue_5_2_an_unwanted_certificate_that_the_ac_keeps_calls_for_people(void **state)
{
    (void)state;
    struct ledger_attempt found;
    confirm_for_us(CORRUPTION_NONE);
    office.line.on_message = refuse_meanwhile;
    begin_to_hear();
    office_expect_refused(&office, honest(), "certificate-not-withdrawn");
    assert_string_equal(alarms_heard(), "attempt-refused refused-not-revoked");
    ledger_find(office.signer->ledger, ORDER, 1, &found);
    assert_int_equal(found.state, ATTEMPT_NOT_WITHDRAWN);
    office_restart(&office);
    office_expect_refused(&office, resume(), "certificate-not-withdrawn");
}

static void refuse_and_be_cut_off(int number)
{
    if (number == 1) {
        office_expect(&office, refusal(), "refused-recorded");
        office.line.loses_request_from = 2;
    }
}

/* The AC that confirms for us did not hear that it shall revoke: it is told at the next asking. */
static void issue_5_2_an_unwanted_certificate_is_withdrawn_once_the_ac_is_reached_again(void **state)
{
    (void)state;
    int revoked = office_count_revoked(&office);
    confirm_for_us(CORRUPTION_NONE);
    office.line.on_message = refuse_and_be_cut_off;
    json_t *pending = office_send(&office, honest());
    assert_string_equal(answer_text(pending, "state"), "unknown");
    json_decref(pending);
    office_restart(&office);
    office.line = (struct office_line){.confirms_for_us = true};
    office_expect_refused(&office, resume(), "attempt-refused");
    assert_int_equal(office_count_revoked(&office), revoked + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_5_2_the_alarm_says_what_was_wrong_and_that_the_ac_was_told),
        cmocka_unit_test(issue_5_2_an_ac_that_confirms_for_us_is_asked_to_revoke_and_the_alarm_says_so),
        cmocka_unit_test(issue_5_2_a_portal_s_wrong_certificate_calls_for_people),
        cmocka_unit_test(issue_5_2_an_unwanted_certificate_is_withdrawn_once_the_ac_is_reached_again),
        cmocka_unit_test(
            issue_5_2_an_ac_that_does_not_revoke_calls_for_people), /* the AC is broken after it */
        cmocka_unit_test(issue_5_2_an_unwanted_certificate_that_the_ac_keeps_calls_for_people),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
