/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One job a kind: takes the questions that wait, keeps so many under way as the base allows, and brings each
 * to its end. What is under way when the program ends is asked again when it starts.
 */
#include "app.h"
#include "identification/consultation_internal.h"
#include "log.h"
#include "metrics.h"

#include <stdlib.h>

enum {
    PERIOD_MS = 1000,
    WAIT_MS = 200,
    LEASE_EXTRA_MS = 15000, /* beyond the base's own time limit */
    MANUAL_MOST = 16,
    BACKOFF_MS = 250, /* before the first repetition; doubles */
};

/* One run of one job. `turn` is the job's run with a context that is freed after each turn of the loop. */
struct asking {
    struct job_run *run;
    struct job_run turn;
    struct consultation_asker *asker;
};

static const enum metric asked_counters[] = {
#define X(suffix, word, name) [CONSULTATION_##suffix] = METRIC_BASE_ASKED_##suffix,
    CONSULTATION_KINDS(X)
#undef X
};

static int64_t now_of(const struct asking *asking)
{
    return clock_now_us(&asking->run->app->clock);
}

/* --- ends --- */

static const char *base_name(const struct consultation_asker *asker)
{
    return asker->base != NULL ? asker->base->name : consultation_kind_name(asker->kind);
}

/* A question that could not be recorded stays as it is: it is asked again when its lease is over. */
static bool end(struct asking *asking, const struct consultation_request *asked,
                enum consultation_reason failure, struct bytes answer, enum consultation_reason *reason)
{
    const struct consultation_asker *asker = asking->asker;
    struct ra_error error = {0};
    const struct consultation_ending ending = {
        .asked = asked,
        .base = base_name(asker),
        .failure = failure,
        .answer = answer,
        .fresh_us = asker->base == NULL ? 0 : asker->base->fresh_seconds * 1000000};
    if (consultation_record(&asking->turn, &ending, reason, &error))
        return true;
    log_error("consultation-not-recorded", consultation_kind_word(asker->kind), &error);
    return false;
}

static void turn_away(struct asking *asking, const struct consultation_request *asked,
                      enum consultation_reason reason)
{
    enum consultation_reason told = CONSULTATION_REASON_NONE;
    (void)end(asking, asked, reason, (struct bytes){NULL, 0}, &told);
}

/* --- sending --- */

static void read_asked(const struct db_rows *rows, size_t row, struct consultation_request *asked)
{
    json_t *numbers = row_json(rows, row, "asked");
    const struct {
        const char *name;
        const char **slot;
    } members[] = {{"registration", &asked->registration},
                   {"form_number", &asked->form_number},
                   {"via_seen", &asked->via}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *value = json_string_value(json_object_get(numbers, members[i].name));
        *members[i].slot = value == NULL ? "" : talloc_strdup(asked, value);
    }
    json_decref(numbers);
}

static struct consultation_request *request_of(const struct db_rows *rows, size_t row,
                                               enum consultation_kind kind, TALLOC_CTX *context)
{
    struct consultation_request *asked = talloc_zero(context, struct consultation_request);
    if (asked == NULL)
        return NULL;
    asked->kind = kind;
    asked->order_id = row_int(rows, row, "order_id");
    asked->attempts = (int)row_int(rows, row, "attempts");
    asked->last_failure = consultation_reason_find(row_text(rows, row, "reason"));
    asked->id = talloc_strdup(asked, row_text(rows, row, "id"));
    asked->person_id = talloc_strdup(asked, row_text(rows, row, "person_id"));
    asked->agent = talloc_strdup(asked, row_text(rows, row, "agent"));
    asked->station = talloc_strdup(asked, row_text(rows, row, "station"));
    read_asked(rows, row, asked);
    bool whole = asked->id != NULL && asked->person_id != NULL && asked->agent != NULL &&
                 asked->station != NULL && asked->registration != NULL && asked->form_number != NULL &&
                 asked->via != NULL;
    return whole ? asked : NULL;
}

/* The body, from the order as it is now; read outside any transaction that lasts. */
static bool body_of(struct asking *asking, const struct consultation_request *asked, char **body,
                    enum consultation_reason *reason, struct ra_error *error)
{
    struct order *order = NULL;
    struct consultation_question question;
    struct ra_error gone = {0};
    *reason = CONSULTATION_REASON_NONE;
    if (!orders_load_by_id(asking->turn.context, asking->run->db, asked->order_id, false, &order, error))
        return false;
    if (!consultation_question(asked, order, &question, &gone)) {
        *reason = CONSULTATION_REASON_SUBJECT_GONE;
        return true;
    }
    json_t *json = consultation_question_json(&question);
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    *body = text == NULL ? NULL : talloc_strdup(asking->turn.context, text);
    free(text);
    json_decref(json);
    return *body != NULL || ra_fail(error, RA_NO_MEMORY, "question");
}

static bool send_one(struct asking *asking, struct consultation_request *asked, struct ra_error *error)
{
    struct consultation_asker *asker = asking->asker;
    char *body = NULL;
    enum consultation_reason reason = CONSULTATION_REASON_NONE;
    if (!body_of(asking, asked, &body, &reason, error))
        return false;
    if (reason != CONSULTATION_REASON_NONE) {
        turn_away(asking, asked, reason);
        return true;
    }
    if (!breaker_admit(&asker->breaker, consultation_monotonic_us(), &asked->era)) {
        turn_away(asking, asked,
                  asked->last_failure != CONSULTATION_REASON_NONE ? asked->last_failure
                                                                  : CONSULTATION_REASON_BREAKER_OPEN);
        return true;
    }
    metric_add(asked_counters[asker->kind], 1);
    if (consultation_carrier_send(asker->carrier, asker->base, body, asked, error))
        return true;
    breaker_abandon(&asker->breaker, asked->era);
    return false;
}

static bool take_one(struct asking *asking, struct consultation_request *asked, struct ra_error *error)
{
    switch (asking->asker->driver) {
    case CONSULTATION_HTTP:
        return send_one(asking, asked, error);
    case CONSULTATION_MANUAL:
        turn_away(asking, asked, CONSULTATION_REASON_BASE_ABSENT);
        return true;
    case CONSULTATION_BROKEN:
        turn_away(asking, asked, CONSULTATION_REASON_BASE_BROKEN);
        return true;
    }
    return ra_fail(error, RA_INTERNAL, "a base without a driver");
}

static bool send_waiting(struct asking *asking, struct ra_error *error)
{
    struct consultation_asker *asker = asking->asker;
    const struct consultation_base *base = asker->base;
    size_t under_way = consultation_carrier_under_way(asker->carrier);
    size_t most = base == NULL ? MANUAL_MOST : (size_t)base->in_flight;
    int64_t now = now_of(asking);
    int64_t lease = (base == NULL ? 0 : base->timeout_ms) + LEASE_EXTRA_MS;
    struct db_rows *rows = NULL;
    if (under_way >= most)
        return true;
    if (!db_query(asking->run->db, asking->turn.context, STATEMENT_CONSULTATION_TAKE,
                  DB_VALUES(db_text(consultation_kind_word(asker->kind)), db_time(now),
                            db_time(now + lease * 1000), db_int((int64_t)(most - under_way))),
                  &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct consultation_request *asked = request_of(rows, i, asker->kind, asking->turn.context);
        if (asked == NULL)
            return ra_fail(error, RA_NO_MEMORY, "question");
        if (!take_one(asking, asked, error))
            return false;
    }
    return true;
}

/* --- arriving --- */

/* Failures that another try a moment later may not meet. */
static bool may_pass(enum consultation_reason failure)
{
    return failure == CONSULTATION_REASON_TIMEOUT || failure == CONSULTATION_REASON_UNREACHABLE ||
           failure == CONSULTATION_REASON_HTTP_STATUS;
}

static bool put_off(struct asking *asking, const struct consultation_request *asked,
                    enum consultation_reason failure)
{
    struct consultation_asker *asker = asking->asker;
    struct ra_error error = {0};
    int64_t pause_us = (int64_t)BACKOFF_MS * 1000 * (INT64_C(1) << (asked->attempts - 1));
    if (!db_exec(asking->run->db, STATEMENT_CONSULTATION_PUT_OFF,
                 DB_VALUES(db_text(asked->id), db_time(now_of(asking) + pause_us),
                           db_text(consultation_reason_word(failure))),
                 NULL, &error)) {
        log_error("consultation-not-put-off", consultation_kind_word(asker->kind), &error);
        return false;
    }
    int64_t again = consultation_monotonic_us() + pause_us;
    asker->retry_at_us = again > asker->retry_at_us ? again : asker->retry_at_us;
    return true;
}

/* What is wrong with the base, as its breaker counts it: one that says itself that it could not answer works.
 */
static bool is_fault(enum consultation_reason reason)
{
    return reason != CONSULTATION_REASON_NONE && reason != CONSULTATION_REASON_BASE_ERROR &&
           reason != CONSULTATION_REASON_SUBJECT_GONE;
}

static void settle_breaker(struct consultation_asker *asker, unsigned era, enum consultation_reason reason)
{
    if (!is_fault(reason)) {
        breaker_success(&asker->breaker, era);
        return;
    }
    /* A file that was taken away meanwhile counts for nothing: its breaker is another one. */
    if (asker->base != NULL) {
        const struct breaker_settings settings = consultation_base_breaker(asker->base);
        breaker_failure(&asker->breaker, &settings, consultation_monotonic_us(), era);
    }
}

static void arrive(struct asking *asking, const struct consultation_arrival *arrival)
{
    struct consultation_asker *asker = asking->asker;
    const struct consultation_request *asked = arrival->owner;
    enum consultation_reason reason = arrival->failure;
    if (arrival->failure == CONSULTATION_REASON_NONE) {
        if (end(asking, asked, CONSULTATION_REASON_NONE, arrival->answer, &reason))
            settle_breaker(asker, asked->era, reason);
        else
            breaker_abandon(&asker->breaker, asked->era);
        return;
    }
    settle_breaker(asker, asked->era, reason);
    bool again = asker->base != NULL && may_pass(reason) && asked->attempts <= asker->base->retries &&
                 asker->breaker.state == BREAKER_CLOSED;
    if (!again || !put_off(asking, asked, reason))
        (void)end(asking, asked, reason, arrival->answer, &reason);
}

static void receive_all(struct asking *asking)
{
    struct consultation_arrival arrival;
    while (consultation_carrier_next(asking->asker->carrier, asking->turn.context, &arrival))
        arrive(asking, &arrival);
}

/* --- running --- */

/* One turn: what waits goes out, what has come is brought to its end. */
static bool turn(struct asking *asking, bool *idle, struct ra_error *error)
{
    struct consultation_asker *asker = asking->asker;
    int64_t now = consultation_monotonic_us(); /* before looking: who is due later keeps the run going */
    consultation_refresh(asking->run->app, asker);
    if (!send_waiting(asking, error))
        return false;
    consultation_publish(asking->run->app, asker);
    *idle = consultation_carrier_under_way(asker->carrier) == 0 && now >= asker->retry_at_us;
    if (*idle)
        return true;
    consultation_carrier_wait(asker->carrier, WAIT_MS);
    receive_all(asking);
    consultation_publish(asking->run->app, asker);
    return true;
}

static bool release_once(struct job_run *run, struct consultation_asker *asker, struct ra_error *error)
{
    if (!asker->released)
        asker->released = db_exec(
            run->db, STATEMENT_CONSULTATION_RELEASE,
            DB_VALUES(db_text(consultation_kind_word(asker->kind)), db_time(run->now_us)), NULL, error);
    return asker->released;
}

static bool run_kind(struct job_run *run, enum consultation_kind kind, struct ra_error *error)
{
    struct asking asking = {.run = run, .turn = *run, .asker = consultation_asker_of(run->app, kind)};
    bool idle = false, done = release_once(run, asking.asker, error);
    while (done && !idle && !jobs_stopping(run->app->jobs)) {
        asking.turn.context = talloc_new(run->context);
        done = asking.turn.context != NULL ? turn(&asking, &idle, error)
                                           : ra_fail(error, RA_NO_MEMORY, "consultation");
        talloc_free(asking.turn.context);
    }
    if (consultation_carrier_under_way(asking.asker->carrier) > 0) {
        consultation_carrier_abandon(asking.asker->carrier);
        breaker_abandon(&asking.asker->breaker, asking.asker->breaker.era);
    }
    return done;
}

#define X(suffix, word, name)                                                                                \
    static bool run_##suffix(struct job_run *run, struct ra_error *error)                                    \
    {                                                                                                        \
        return run_kind(run, CONSULTATION_##suffix, error);                                                  \
    }
CONSULTATION_KINDS(X)
#undef X

const struct job consultation_jobs[] = {
#define X(suffix, word, base)                                                                                \
    [CONSULTATION_##suffix] = {.name = "consult-" word, .period_ms = PERIOD_MS, .run = run_##suffix},
    CONSULTATION_KINDS(X)
#undef X
};
