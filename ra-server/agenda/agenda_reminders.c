/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_reminders.h"

#include "agenda/agenda_links.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "notice/notice.h"

#include <string.h>

#define HOUR_US INT64_C(3600000000)

enum { PERIOD_MS = 5000 };

/* --- the rule --- */

static bool is_due(const struct reminder_case *known, int64_t hours)
{
    int64_t at_us = known->start_us - hours * HOUR_US;
    return hours > 0 && known->set_us <= at_us && known->now_us >= at_us;
}

enum agenda_reminder agenda_reminder_due(const struct reminder_case *known)
{
    if (known->now_us >= known->start_us)
        return REMINDER_NONE;
    if (is_due(known, known->second_hours))
        return known->second_made ? REMINDER_NONE : REMINDER_SECOND;
    return is_due(known, known->first_hours) && !known->first_made ? REMINDER_FIRST : REMINDER_NONE;
}

/* --- the job --- */

struct reminding {
    struct reminder_case rule;
    int64_t appointment_id, order_id;
    enum agenda_reminder due;
};

static bool is_still_so(const struct order *order, const struct reminding *reminding)
{
    const struct order_appointment *appointment = order->appointment;
    return appointment != NULL && appointment->id == reminding->appointment_id &&
           appointment->start_us == reminding->rule.start_us && strcmp(appointment->state, "booked") == 0;
}

static bool write_rows(struct job_run *run, const struct reminding *reminding, const struct order *order,
                       struct ra_error *error)
{
    bool first = reminding->due == REMINDER_FIRST;
    int64_t made = 0;
    if (!db_exec(run->db, STATEMENT_CALENDAR_REMINDER_INSERT,
                 DB_VALUES(db_int(reminding->appointment_id), db_time(reminding->rule.start_us),
                           db_text(first ? "first" : "second"), db_time(run->now_us)),
                 &made, error))
        return false;
    if (made == 0)
        return true;
    const struct audit_subject subject = {order->id, order->ref, order->code};
    json_t *detail =
        json_pack("{s:I, s:I}", "appointment", reminding->appointment_id, "hours",
                  (json_int_t)(first ? reminding->rule.first_hours : reminding->rule.second_hours));
    json_t *model =
        json_pack("{s:o, s:b}", "appointment", notice_appointment_json(order), "first", (int)first);
    return notice_enqueue_by_system(run->db, run->context, run->now_us, order, NOTICE_REMINDER, model,
                                    error) &&
           audit_record_system(run->app, run->db, run->now_us, AUDIT_APPT_REMINDED, subject, detail, NULL,
                               error);
}

/* The case is held while its rows are written: a move that comes between waits, or was seen. */
static bool remind(struct job_run *run, const struct reminding *reminding, struct ra_error *error)
{
    struct order *order = NULL;
    if (!db_begin(run->db, error))
        return false;
    bool done = orders_load_by_id(run->context, run->db, reminding->order_id, true, &order, error);
    if (done && is_still_so(order, reminding) && order->subject->email[0] != '\0')
        done = write_rows(run, reminding, order, error);
    if (done && db_commit(run->db, error))
        return true;
    db_rollback(run->db);
    return false;
}

static void read_row(const struct db_rows *rows, size_t row, struct reminding *reminding)
{
    reminding->appointment_id = row_int(rows, row, "id");
    reminding->order_id = row_int(rows, row, "order_id");
    reminding->rule.start_us = row_time(rows, row, "starts");
    reminding->rule.set_us = row_time(rows, row, "set_at");
    reminding->rule.first_made = row_bool(rows, row, "first_made");
    reminding->rule.second_made = row_bool(rows, row, "second_made");
    reminding->due = agenda_reminder_due(&reminding->rule);
}

static bool remind_all(struct job_run *run, struct ra_error *error)
{
    struct reminding reminding = {.rule = {.now_us = run->now_us}};
    struct db_rows *rows = NULL;
    bool woken = false;
    if (!catalog_policy_number(run->app, run->now_us, "reminder_first_hours", &reminding.rule.first_hours,
                               error) ||
        !catalog_policy_number(run->app, run->now_us, "reminder_second_hours", &reminding.rule.second_hours,
                               error))
        return false;
    int64_t hours = reminding.rule.first_hours > reminding.rule.second_hours ? reminding.rule.first_hours
                                                                             : reminding.rule.second_hours;
    if (!db_query(run->db, run->context, STATEMENT_CALENDAR_REMINDERS_AHEAD,
                  DB_VALUES(db_time(run->now_us), db_time(run->now_us + hours * HOUR_US)), &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        read_row(rows, i, &reminding);
        if (reminding.due == REMINDER_NONE)
            continue;
        if (!remind(run, &reminding, error))
            return false;
        woken = true;
    }
    if (woken)
        jobs_wake(run->app->jobs, NOTICE_JOB);
    return agenda_link_sweep(run->db, run->now_us, error);
}

static const struct job jobs[] = {{"reminders", PERIOD_MS, remind_all}};

const struct room agenda_reminders_room = {
    .name = "reminders",
    .id = ROOM_AGENDA,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
};
