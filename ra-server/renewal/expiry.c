/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/expiry.h"

#include "audit/audit.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "notice/notice.h"
#include "orders/orders.h"
#include "pki/certificate/reader.h"
#include "renewal/expiry_rules.h"
#include "renewal/possession.h"

#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 200 };
#define DAY_US INT64_C(86400000000)

static const char *const policies[EXPIRY_THRESHOLDS] = {
    "expiry_notice_first_days", "expiry_notice_second_days", "expiry_notice_third_days",
    "expiry_notice_fourth_days", "expiry_notice_fifth_days"};

/* --- the ends of new certificates --- */

static bool instant(const ASN1_TIME *time, int64_t *instant_us)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool told = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    *instant_us = days * DAY_US + seconds * INT64_C(1000000);
    return told;
}

/* Policies and renewals may change meanwhile: each is looked at every day. */
static int64_t next_look_us(const struct expiry_case *rule)
{
    int64_t next_us = expiry_next_us(rule), day_us = rule->now_us + DAY_US;
    return next_us < day_us ? next_us : day_us;
}

static bool note_one(struct job_run *run, const struct db_rows *rows, size_t row,
                     const struct expiry_case *thresholds, struct ra_error *error)
{
    X509 *certificate = NULL;
    struct expiry_case rule = *thresholds;
    if (!certificate_decode(row_bytes(rows, row, "certificate"), &certificate, error))
        return false;
    bool told = instant(X509_get0_notBefore(certificate), &rule.from_us) &&
                instant(X509_get0_notAfter(certificate), &rule.until_us);
    X509_free(certificate);
    if (!told)
        return ra_fail_crypto(error, "validity");
    /* Of nearly every new one nothing is due: a look at the case would find that, at the price of a commit.
     */
    int64_t look_us = expiry_due(&rule) == 0 ? next_look_us(&rule) : run->now_us;
    return db_exec(run->db, STATEMENT_EXPIRY_INSERT,
                   DB_VALUES(db_int(row_int(rows, row, "order_id")), db_int(row_int(rows, row, "attempt")),
                             db_time(rule.from_us), db_time(rule.until_us), db_time(look_us)),
                   NULL, error);
}

static bool note_all(struct job_run *run, const struct db_rows *rows, const struct expiry_case *thresholds,
                     struct ra_error *error)
{
    if (!db_begin(run->db, error))
        return false;
    for (size_t row = 0; row < db_row_count(rows); row++)
        if (!note_one(run, rows, row, thresholds, error))
            return false;
    return db_commit(run->db, error);
}

/* With one commit for all of them. */
static bool note_new(struct job_run *run, const struct expiry_case *thresholds, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_EXPIRY_UNKNOWN, DB_VALUES(db_int(BATCH)), &rows, error))
        return false;
    if (db_row_count(rows) > 0 && !note_all(run, rows, thresholds, error)) {
        db_rollback(run->db);
        return false;
    }
    run->again = run->again || db_row_count(rows) == BATCH;
    return true;
}

/* --- what is due --- */

struct looking {
    struct job_run *run;
    int64_t order_id;
    int64_t attempt;
    struct expiry_case rule;
    bool ended; /* nothing is told of it any more */
    bool held;  /* nothing is told of it now */
};

static bool is_among(const char *list, int64_t days)
{
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
        if (strtoll(at, NULL, 10) == days)
            return true;
    return false;
}

static bool read_case(struct looking *looking, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(looking->run->db, looking->run->context, STATEMENT_EXPIRY_CASE,
                  DB_VALUES(db_int(looking->order_id), db_int(looking->attempt)), &rows, error))
        return false;
    if (db_row_count(rows) != 1)
        return ra_fail(error, RA_INTERNAL, "an expiry without its order");
    const char *state = row_text(rows, 0, "issuance_state"), *made = row_text(rows, 0, "made");
    const bool open = strcmp(state, "issued") == 0 || strcmp(state, "delivered") == 0;
    looking->rule.from_us = row_time(rows, 0, "from_at");
    looking->rule.until_us = row_time(rows, 0, "until_at");
    for (int at = 0; at < EXPIRY_THRESHOLDS; at++)
        looking->rule.made[at] = is_among(made, looking->rule.days[at]);
    looking->ended = !row_bool(rows, 0, "present") || strcmp(state, "revoked") == 0 ||
                     looking->rule.now_us >= looking->rule.until_us;
    looking->held = !open || row_bool(rows, 0, "held") || row_bool(rows, 0, "replaced");
    return true;
}

static bool tell(struct looking *looking, const struct order *order, int64_t days, struct ra_error *error)
{
    struct job_run *run = looking->run;
    int64_t made = 0;
    if (!db_exec(run->db, STATEMENT_EXPIRY_NOTICE_INSERT,
                 DB_VALUES(db_int(looking->order_id), db_int(looking->attempt), db_int(days),
                           db_time(run->now_us)),
                 &made, error))
        return false;
    if (made == 0)
        return true;
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return notice_enqueue_by_system(run->db, run->context, run->now_us, order, NOTICE_EXPIRY,
                                    json_pack("{s:I}", "until_us", (json_int_t)looking->rule.until_us),
                                    error) &&
           audit_record_system(run->app, run->db, run->now_us, AUDIT_EXPIRY_TOLD, subject,
                               json_pack("{s:I, s:s}", "days", (json_int_t)days, "serial", order->serial),
                               NULL, error);
}

static bool set_next(struct looking *looking, struct ra_error *error)
{
    return db_exec(looking->run->db, STATEMENT_EXPIRY_LOOK,
                   DB_VALUES(db_int(looking->order_id), db_int(looking->attempt),
                             looking->ended ? db_null() : db_time(next_look_us(&looking->rule))),
                   NULL, error);
}

/* Under the case's lock: a revocation that comes between waits, or was seen. */
static bool look_inside(struct looking *looking, struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_load_by_id(looking->run->context, looking->run->db, looking->order_id, true, &order, error) ||
        !read_case(looking, error))
        return false;
    int64_t days = looking->ended || looking->held ? 0 : expiry_due(&looking->rule);
    return (days == 0 || order->subject->email[0] == '\0' || tell(looking, order, days, error)) &&
           set_next(looking, error);
}

static bool look(struct looking *looking, struct ra_error *error)
{
    if (!db_begin(looking->run->db, error))
        return false;
    if (look_inside(looking, error) && db_commit(looking->run->db, error))
        return true;
    db_rollback(looking->run->db);
    return false;
}

static bool tell_due(struct job_run *run, const struct expiry_case *thresholds, struct ra_error *error)
{
    struct looking looking = {.run = run, .rule = *thresholds};
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_EXPIRY_DUE, DB_VALUES(db_time(run->now_us), db_int(BATCH)),
                  &rows, error))
        return false;
    for (size_t row = 0; row < db_row_count(rows) && !jobs_stopping(run->app->jobs); row++) {
        looking.order_id = row_int(rows, row, "order_id");
        looking.attempt = row_int(rows, row, "attempt");
        if (!look(&looking, error))
            return false;
    }
    if (db_row_count(rows) > 0)
        jobs_wake(run->app->jobs, NOTICE_JOB);
    run->again = run->again || db_row_count(rows) == BATCH;
    return true;
}

bool expiry_run(struct job_run *run, struct ra_error *error)
{
    struct expiry_case rule = {.now_us = run->now_us};
    for (int at = 0; at < EXPIRY_THRESHOLDS; at++)
        if (!catalog_policy_number(run->app, run->now_us, policies[at], &rule.days[at], error))
            return false;
    return note_new(run, &rule, error) && tell_due(run, &rule, error) && possession_sweep(run, error);
}
