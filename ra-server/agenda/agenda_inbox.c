/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_inbox.h"

#include "agenda/agenda_answers.h"
#include "agenda/agenda_reply.h"
#include "db/db.h"
#include "inbox.h"
#include "log.h"
#include "notice/notice.h"

#include <string.h>

enum { PERIOD_MS = 3000, BATCH = 50 };

/* --- what an answer makes us do --- */

static bool send_link(struct http_request *request, const struct order *order, enum notice_kind kind,
                      int64_t wish_us, struct ra_error *error)
{
    json_t *model = json_pack("{s:o}", "appointment", notice_appointment_json(order));
    if (wish_us != 0)
        json_object_set_new(model, "wish_us", json_integer(wish_us));
    return notice_enqueue_by_system(request->db, request->context, request->now_us, order, kind, model,
                                    error);
}

static bool act(struct http_request *request, const struct order *order, const struct calendar_reply *reply,
                struct ra_error *error)
{
    if (!agenda_record_answer(request, order, reply->answer, "calendar", reply->stamp_us, error))
        return false;
    switch (reply->answer) {
    case AGENDA_ACCEPTED:
    case AGENDA_TENTATIVE:
        return true;
    case AGENDA_DECLINED:
        return send_link(request, order, NOTICE_DECLINED, 0, error);
    case AGENDA_COUNTERED:
        return send_link(request, order, NOTICE_COUNTERED, reply->wish_us, error);
    case AGENDA_ANSWER_COUNT:
    default:
        return ra_fail(error, RA_INTERNAL, "an answer of no kind");
    }
}

/* --- whose it is --- */

/* The case is held from its finding to its change; a UID that is nobody's is not believed. */
static bool judge(struct http_request *request, const struct calendar_reply *reply,
                  enum answer_verdict *verdict, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct order *order = NULL;
    struct answer_case known;
    *verdict = ANSWER_NOT_BELIEVED;
    if (!db_query(request->db, request->context, STATEMENT_CALENDAR_ORDER_BY_UID,
                  DB_VALUES(db_text(reply->uid)), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    if (!orders_load_by_id(request->context, request->db, row_int(rows, 0, "order_id"), true, &order,
                           error) ||
        !agenda_answer_case(request, order, &known, error))
        return false;
    known.email = order->subject->email;
    known.booked = known.booked && strcmp(order->appointment->uid, reply->uid) == 0;
    *verdict = agenda_judge_answer(reply, &known);
    return *verdict != ANSWER_TAKEN || act(request, order, reply, error);
}

static bool judge_in_transaction(struct job_run *run, const struct calendar_reply *reply,
                                 enum answer_verdict *verdict, struct ra_error *error)
{
    struct http_request request = http_program_request(run->context, run->app, run->db, run->now_us);
    if (!db_begin(run->db, error))
        return false;
    if (judge(&request, reply, verdict, error) && db_commit(run->db, error))
        return true;
    db_rollback(run->db);
    return false;
}

/* --- the job --- */

static const char *verdict_word(enum answer_verdict verdict)
{
    switch (verdict) {
    case ANSWER_TAKEN:
        return "taken";
    case ANSWER_REPEATED:
        return "repeated";
    case ANSWER_OUTDATED:
        return "outdated";
    case ANSWER_OVER:
        return "over";
    case ANSWER_NOT_BELIEVED:
    default:
        return "not-believed";
    }
}

static bool set_aside(struct job_run *run, const char *name, const char *why, struct ra_error *error)
{
    log_event(LOG_LEVEL_INFO, "mail-set-aside", "{s:s}", "why", why);
    return inbox_set_aside(run->app->config, name, error);
}

static bool is_away(const struct ra_error *failure)
{
    return ra_error_info(failure->code)->category == RA_CATEGORY_UNAVAILABLE ||
           failure->code == RA_DATABASE || failure->code == RA_NO_MEMORY;
}

static bool pass_on(const struct ra_error *failure, struct ra_error *error)
{
    *error = *failure;
    return false;
}

/* What cannot be judged now, because the database is away, stays for the next run. */
static bool take_mail(struct job_run *run, const char *name, struct ra_error *error)
{
    const struct config *config = run->app->config;
    struct ra_error failure = {0};
    struct calendar_reply reply;
    struct bytes mail;
    enum answer_verdict verdict = ANSWER_NOT_BELIEVED;
    if (!inbox_read(config, run->context, name, &mail, &failure) ||
        !agenda_reply_read(run->context, mail, &reply, &failure))
        return set_aside(run, name, failure.detail, error);
    if (!judge_in_transaction(run, &reply, &verdict, &failure))
        return is_away(&failure) ? pass_on(&failure, error) : set_aside(run, name, failure.detail, error);
    log_event(LOG_LEVEL_INFO, "calendar-answer", "{s:s, s:s}", "answer", agenda_answer_word(reply.answer),
              "verdict", verdict_word(verdict));
    if (verdict == ANSWER_TAKEN)
        jobs_wake(run->app->jobs, NOTICE_JOB);
    return verdict == ANSWER_NOT_BELIEVED ? inbox_set_aside(config, name, error)
                                          : inbox_remove(config, name, error);
}

static bool empty_inbox(struct job_run *run, struct ra_error *error)
{
    char **names = NULL;
    size_t count = 0;
    if (!inbox_list(run->app->config, run->context, BATCH, &names, &count, error))
        return false;
    for (size_t i = 0; i < count && !jobs_stopping(run->app->jobs); i++)
        if (!take_mail(run, names[i], error))
            return false;
    run->again = count == BATCH;
    return true;
}

static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    (void)db;
    agenda_reply_start();
    return inbox_prepare(app->config, error);
}

static const struct job jobs[] = {{"inbox", PERIOD_MS, empty_inbox}};

const struct room agenda_inbox_room = {
    .name = "inbox",
    .id = ROOM_AGENDA,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .start = start,
};
