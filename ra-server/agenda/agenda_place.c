/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_place.h"

#include "audit/audit.h"
#include "db/db.h"
#include "notice/notice.h"
#include "orders/orders.h"

enum { PERIOD_MS = 15000, BATCH = 200 };

char *agenda_place_text(TALLOC_CTX *context, const struct catalog_office *office)
{
    return talloc_asprintf(context, "%s: %s, %s, %s, %s", office->name, office->address, office->district,
                           office->city, office->uf);
}

struct moving_place {
    int64_t appointment_id, order_id;
    const char *place;
};

/* On a case that is held: a move that comes between waits, or was seen. */
static bool write_one(struct job_run *run, const struct moving_place *one, struct ra_error *error)
{
    struct order *order = NULL;
    struct db_rows *rows = NULL;
    if (!orders_load_by_id(run->context, run->db, one->order_id, true, &order, error) ||
        !db_query(run->db, run->context, STATEMENT_AGENDA_PLACE_SET,
                  DB_VALUES(db_int(one->appointment_id), db_text(one->place), db_time(run->now_us)), &rows,
                  error))
        return false;
    if (db_row_count(rows) == 0 || order->appointment == NULL ||
        order->appointment->id != one->appointment_id)
        return true;
    order->appointment->sequence = (int)row_int(rows, 0, "sequence");
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return notice_enqueue_by_system(run->db, run->context, run->now_us, order, NOTICE_PLACE, NULL, error) &&
           audit_record_system(run->app, run->db, run->now_us, AUDIT_APPT_PLACE, subject,
                               json_pack("{s:I, s:i}", "appointment", (json_int_t)one->appointment_id,
                                         "sequence", order->appointment->sequence),
                               NULL, error);
}

static bool tell_one(struct job_run *run, const struct moving_place *one, struct ra_error *error)
{
    if (!db_begin(run->db, error))
        return false;
    if (write_one(run, one, error) && db_commit(run->db, error))
        return true;
    db_rollback(run->db);
    return false;
}

bool agenda_place_run(struct job_run *run, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    if (!catalog_office(run->app, run->context, &office, error))
        return false;
    const char *place = agenda_place_text(run->context, office);
    if (place == NULL)
        return ra_fail(error, RA_NO_MEMORY, "place");
    if (!db_query(run->db, run->context, STATEMENT_AGENDA_PLACES_CHANGED,
                  DB_VALUES(db_int(office->id), db_text(place), db_time(run->now_us), db_int(BATCH)), &rows,
                  error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const struct moving_place one = {row_int(rows, i, "id"), row_int(rows, i, "order_id"),
                                         row_text(rows, i, "place")};
        if (!tell_one(run, &one, error))
            return false;
    }
    run->again = db_row_count(rows) == BATCH;
    if (db_row_count(rows) > 0)
        jobs_wake(run->app->jobs, NOTICE_JOB);
    return true;
}

/* Before anything is booked: an appointment is told where it is when it is made. */
static bool start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    if (context == NULL)
        return ra_fail(error, RA_NO_MEMORY, "place");
    bool good = catalog_office(app, context, &office, error) &&
                db_exec(db, STATEMENT_AGENDA_VIDEO_SERVICE,
                        DB_VALUES(db_int(office->id), db_text(app->config->video_url)), NULL, error);
    talloc_free(context);
    return good;
}

static const struct job jobs[] = {{"office-place", PERIOD_MS, agenda_place_run}};

const struct room agenda_place_room = {
    .name = "agenda-place",
    .id = ROOM_AGENDA,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .start = start,
};
