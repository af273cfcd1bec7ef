/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer refuses after the AC was asked: the order ends in a known state, and people hear of what
 * they must take up with the AC. Against a signer of the test's own and a private PostgreSQL.
 */
#include "issuance/fake_signer.h"
#include "issuance/issuance_state.h"
#include "issuance/issue.h"
#include "orders/orders.h"
#include "orders/rooms_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *refuse(struct fake_signer *signer, const json_t *message, void *argument)
{
    (void)signer;
    (void)message;
    return json_pack("{s:s, s:s, s:s}", "type", "refused", "reason", (const char *)argument, "detail", "x");
}

/* `sql` ends before the order's code. */
static char *value_of(const char *sql, const char *code)
{
    char *text = talloc_asprintf(NULL, "%s '%s'", sql, code);
    char *value = owner_sql(text);
    talloc_free(text);
    return value;
}

static void assert_told(const char *sql, const char *code, const char *wanted)
{
    char *value = value_of(sql, code);
    assert_string_equal(value, wanted);
    talloc_free(value);
}

/* An order whose first request went to the AC and has no answer. */
static struct placed place_asked(void)
{
    struct placed placed = place_order();
    static const char *const steps[] = {
        "update ra.orders set issuance_state = 'ready' where code =",
        "update ra.orders set issuance_state = 'requested' where code =",
        "insert into ra.issuance (order_id, attempt, spki_sha256, csr, state, requested_at) "
        "select id, 1, sha256(code::bytea), '\\x00', 'sent', now() from ra.orders where code =",
    };
    for (size_t at = 0; at < sizeof steps / sizeof steps[0]; at++)
        talloc_free(value_of(steps[at], placed.code));
    return placed;
}

/* What became of asking a signer that answers so. */
static bool ask_signer(const struct placed *placed, fake_answer *answer, void *argument,
                       struct issue_outcome *outcome, struct ra_error *refusal)
{
    struct ra_error error = {0};
    struct issuance_row row;
    struct db *db = rooms_db();
    struct ra_app *app = rooms_app();
    struct fake_signer *signer = fake_signer_start(app->config->signer_socket, answer, argument);
    struct order *order = NULL;
    char *id = value_of("select id::text as value from ra.orders where code =", placed->code);
    assert_done(orders_load_by_id(db, db, strtoll(id, NULL, 10), false, &order, &error));
    const struct issue_case issue = {.app = app, .db = db, .context = db, .order = order, .attempt = 1};
    assert_done(issuance_store_find(db, db, order->id, 1, &row, &error));
    const bool done = issue_run(&issue, &row, outcome, refusal);
    fake_signer_stop(signer);
    talloc_free(db);
    talloc_free(id);
    return done;
}

/* Asks a signer that refuses for this reason. */
static void ask_about(const struct placed *placed, const char *reason)
{
    struct issue_outcome outcome;
    struct ra_error error = {0};
    assert_false(ask_signer(placed, refuse, (void *)(uintptr_t)reason, &outcome, &error));
    assert_string_equal(error.reason, reason);
}

#define STATES                                                                                               \
    "select i.state || ' ' || i.reason || ' ' || o.issuance_state as value from ra.issuance i "              \
    "join ra.orders o on o.id = i.order_id where o.code ="
#define ALARMS                                                                                               \
    "select count(*) || ' ' || coalesce(min(code), '') as value from ra.alarm where split_part(about, '/', " \
    "1) ="
#define TICKETS                                                                                              \
    "select count(*)::text as value from ra.task t join ra.orders o on o.id = t.order_id "                   \
    "where t.kind = 'ac_ticket' and t.closed_at is null and o.code ="
#define EVENTS(word)                                                                                         \
    "select count(*)::text as value from ra.event e join ra.orders o on o.id = e.order_id "                  \
    "where e.code = '" word "' and o.code ="

static void issue_5_2_office_and_auditor_hear_of_a_certificate_that_the_ac_keeps(void **state)
{
    struct placed placed = place_asked();
    (void)state;
    ask_about(&placed, "certificate-not-withdrawn");
    assert_told(STATES, placed.code, "refused certificate-not-withdrawn failed");
    assert_told(ALARMS, placed.code, "1 certificate-not-withdrawn");
    assert_told(TICKETS, placed.code, "1");
    assert_told(EVENTS("CERT_NOT_WITHDRAWN"), placed.code, "1");
    assert_told(EVENTS("CERT_MISMATCH"), placed.code, "0");
}

static void issue_5_2_so_they_do_of_one_that_was_not_ordered(void **state)
{
    struct placed placed = place_asked();
    (void)state;
    ask_about(&placed, "certificate-mismatch");
    assert_told(STATES, placed.code, "refused certificate-mismatch failed");
    assert_told(ALARMS, placed.code, "1 certificate-mismatch");
    assert_told(TICKETS, placed.code, "1");
    assert_told(EVENTS("CERT_MISMATCH"), placed.code, "1");
}

/* Asked again: the AC may still hold something that is to be refused to it. */
static void issue_5_6_a_doubt_about_what_the_ac_may_have_answered_ends_nothing(void **state)
{
    struct placed placed = place_asked();
    (void)state;
    ask_about(&placed, "attempt-refused");
    assert_told(STATES, placed.code, "sent  requested");
    assert_told(ALARMS, placed.code, "0 ");
}

static json_t *wait_ten_years(struct fake_signer *signer, const json_t *message, void *argument)
{
    (void)signer;
    (void)message;
    (void)argument;
    return json_pack("{s:s, s:s, s:i, s:s}", "type", "pending", "state", "sent", "retry_after_s", 315360000,
                     "transaction", "00");
}

/* checkAfter is a word of the AC's; whoever waits for a certificate does not wait for it without end. */
static void issue_5_6_the_ac_is_asked_again_within_the_hour_whatever_it_says(void **state)
{
    struct placed placed = place_asked();
    struct issue_outcome outcome;
    struct ra_error error = {0};
    (void)state;
    assert_true(ask_signer(&placed, wait_ten_years, NULL, &outcome, &error));
    assert_int_equal(outcome.end, ISSUE_PENDING);
    assert_int_equal(outcome.retry_after_s, 3600);
    assert_told("select (i.ask_after <= now() + interval '61 minutes')::text as value from ra.issuance i "
                "join ra.orders o on o.id = i.order_id where o.code =",
                placed.code, "true");
}

/* The room alone, without anchors: its signer's client is there all the same. */
static int start(void **state)
{
    struct ra_error error = {0};
    int started = rooms_start(state);
    struct ra_app *app = rooms_app();
    struct config *config = (struct config *)(uintptr_t)app->config;
    config->signer_socket = talloc_asprintf(app, "%s/sock", getenv("RA_TEST_PG"));
    struct db *db = rooms_db();
    assert_false(issuance_state_start(app, db, &error));
    talloc_free(db);
    return started;
}

static int stop(void **state)
{
    issuance_state_stop(rooms_app());
    return rooms_stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_5_2_office_and_auditor_hear_of_a_certificate_that_the_ac_keeps),
        cmocka_unit_test(issue_5_2_so_they_do_of_one_that_was_not_ordered),
        cmocka_unit_test(issue_5_6_the_ac_is_asked_again_within_the_hour_whatever_it_says),
        cmocka_unit_test(issue_5_6_a_doubt_about_what_the_ac_may_have_answered_ends_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
