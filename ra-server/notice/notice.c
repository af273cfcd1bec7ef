/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outbox: in with the act, out by the job.
 */
#include "notice/notice.h"

#include "log.h"
#include "notice/alarm.h"
#include "notice/notice_internal.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD_MS = 5000, ALARM_PERIOD_MS = 2000, BATCH = 50, TRIES_MAX = 24, OLD_S = 600 };

static const struct {
    const char *word;
    const char *template_name;
    const char *method;
} kinds[NOTICE_KIND_COUNT] = {
#define X(id, word, template_name, method) [id] = {word, template_name, method},
    NOTICE_KINDS(X)
#undef X
};

static _Atomic(notice_secret_provider *) secret_provider;

void notice_set_secret_provider(notice_secret_provider *provider)
{
    atomic_store(&secret_provider, provider);
}

notice_secret_provider *notice_provider(void)
{
    return atomic_load(&secret_provider);
}

const char *notice_calendar_method(enum notice_kind kind)
{
    return kinds[kind].method;
}

const char *notice_template(enum notice_kind kind)
{
    return kinds[kind].template_name;
}

/* --- in --- */

json_t *notice_appointment_json(const struct order *order)
{
    const struct order_appointment *appointment = order->appointment;
    return json_pack("{s:s, s:i, s:I, s:I, s:i}", "uid", appointment->uid, "sequence", appointment->sequence,
                     "start_us", appointment->start_us, "end_us", appointment->end_us, "offset_s",
                     appointment->offset_s);
}

/* A half was made for one address and goes to no other, whatever the order says meanwhile. */
static const char *recipient_of(const struct order *order, const json_t *message)
{
    const char *named = json_string_value(json_object_get(message, "recipient"));
    return named != NULL ? named : order->subject->email;
}

bool notice_enqueue_by_system(struct db *db, TALLOC_CTX *context, int64_t now_us, const struct order *order,
                              enum notice_kind kind, json_t *model, struct ra_error *error)
{
    json_t *message = model != NULL ? model : json_object();
    if (kinds[kind].method[0] != '\0' && order->appointment != NULL)
        json_object_set_new(message, "appointment", notice_appointment_json(order));
    const char *recipient = talloc_strdup(context, recipient_of(order, message));
    char *dumped = json_dumps(message, JSON_COMPACT);
    bool done = false;
    if (recipient == NULL || dumped == NULL)
        ra_fail(error, RA_NO_MEMORY, "notice");
    else
        done = db_exec_later(db, STATEMENT_NOTICE_INSERT,
                             DB_VALUES(db_int(order->id), db_text(kinds[kind].word), db_text(recipient),
                                       db_text(dumped), db_time(now_us)),
                             error);
    free(dumped);
    json_decref(message);
    return done;
}

static void wake(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, NOTICE_JOB);
}

bool notice_enqueue(struct http_request *request, const struct order *order, enum notice_kind kind,
                    json_t *model, struct ra_error *error)
{
    return notice_enqueue_by_system(request->db, request->context, request->now_us, order, kind, model,
                                    error) &&
           http_after_commit(request, wake, NULL, error);
}

/* --- out --- */

static enum notice_kind kind_of(const char *word)
{
    for (size_t i = 0; i < NOTICE_KIND_COUNT; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return (enum notice_kind)i;
    return NOTICE_KIND_COUNT;
}

/* The message is the caller's. */
static void read_row(const struct db_rows *rows, size_t index, struct notice_row *row)
{
    *row = (struct notice_row){
        .id = row_int(rows, index, "id"),
        .order_id = row_is_null(rows, index, "order_id") ? 0 : row_int(rows, index, "order_id"),
        .kind = kind_of(row_text(rows, index, "kind")),
        .recipient = row_text(rows, index, "recipient"),
        .message = row_json(rows, index, "message"),
        .tries = (int)row_int(rows, index, "tries"),
        .created_us = row_time(rows, index, "created_at"),
    };
}

/* Only what could not be delivered came back; a mail whose occasion is over tells nothing of its address. */
static const char *state_after(const struct notice_row *row, const struct ra_error *failure)
{
    if (failure->code == RA_NOT_FOUND)
        return "dropped";
    return failure->code == RA_INVALID || row->tries >= TRIES_MAX ? "failed" : "pending";
}

static bool note_failure(struct job_run *run, const struct notice_row *row, const struct ra_error *failure,
                         struct ra_error *error)
{
    const char *state = state_after(row, failure);
    log_error(strcmp(state, "pending") == 0 ? "notice-deferred" : "notice-dropped",
              row->kind < NOTICE_KIND_COUNT ? kinds[row->kind].word : "", failure);
    return db_exec(run->db, STATEMENT_NOTICE_NOT_SENT,
                   DB_VALUES(db_int(row->id), db_text(state), db_text(failure->detail)), NULL, error);
}

/* The ids of the mails that went out, as the array that one statement takes. */
struct sent_list {
    const char *ids[BATCH];
    size_t count;
};

static bool deliver(struct job_run *run, const struct notice_row *row, struct sent_list *sent,
                    struct ra_error *error)
{
    struct ra_error failure = {0};
    struct bytes mail;
    char *id = talloc_asprintf(run->context, "%lld", (long long)row->id);
    if (id == NULL)
        return ra_fail(error, RA_NO_MEMORY, "notice");
    if (row->kind == NOTICE_KIND_COUNT)
        ra_fail(&failure, RA_INVALID, "unknown kind");
    else if (notice_render(run, row, &mail, &failure) && notice_send(run, row, mail, &failure)) {
        sent->ids[sent->count++] = id;
        return true;
    }
    return note_failure(run, row, &failure, error);
}

/* What the program's end leaves of a batch is tried again after its pause. */
static bool deliver_batch(struct job_run *run, const struct db_rows *rows, struct sent_list *sent,
                          struct ra_error *error)
{
    for (size_t i = 0; i < db_row_count(rows) && !jobs_stopping(run->app->jobs); i++) {
        struct notice_row row;
        read_row(rows, i, &row);
        bool noted = deliver(run, &row, sent, error);
        json_decref(row.message);
        if (!noted)
            return false;
    }
    return true;
}

static bool empty_outbox(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct sent_list sent = {.count = 0};
    if (!db_query(run->db, run->context, STATEMENT_NOTICE_CLAIM,
                  DB_VALUES(db_time(run->now_us), db_int(BATCH)), &rows, error))
        return false;
    run->again = db_row_count(rows) == BATCH;
    bool delivered = deliver_batch(run, rows, &sent, error);
    if (sent.count == 0)
        return delivered;
    return db_exec(run->db, STATEMENT_NOTICE_SENT,
                   DB_VALUES(db_texts(sent.ids, sent.count), db_time(run->now_us)), NULL, error) &&
           delivered;
}

static const struct job jobs[] = {{NOTICE_JOB, PERIOD_MS, empty_outbox},
                                  {ALARM_JOB, ALARM_PERIOD_MS, alarm_watch_run}};

/* --- health and room --- */

static enum health_state check(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                               size_t detail_size)
{
    (void)facts;
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct db_rows *row = NULL;
    struct ra_error error = {0};
    enum health_state state = HEALTH_DEGRADED;
    if (db_one(db, scratch, STATEMENT_NOTICE_WAITING, DB_VALUES(db_time(clock_now_us(&app->clock))), &row,
               &error)) {
        int64_t oldest_s = row_int(row, 0, "oldest_s");
        snprintf(detail, detail_size, "%lld waiting, oldest %lld s", (long long)row_int(row, 0, "waiting"),
                 (long long)oldest_s);
        state = oldest_s > OLD_S ? HEALTH_DEGRADED : HEALTH_OK;
    }
    talloc_free(scratch);
    return state;
}

static const struct health_part health[] = {{"outbox", check}};

static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    (void)app;
    (void)db;
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           ra_fail(error, RA_INTERNAL, "libcurl does not start");
}

const struct room notice_room = {
    .name = "notice",
    .id = ROOM_NOTICE,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .health = health,
    .health_count = sizeof health / sizeof health[0],
    .start = start,
};
