/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Volta em 20 minutos": when a parking is over, the open screens are told and the log says so, once. Nobody
 * is put back in line by it: whoever is not back would be called in vain.
 */
#include "audit/audit.h"
#include "db/db.h"
#include "desk/desk.h"
#include "jobs.h"

enum { PERIOD_MS = 5000 };

static bool tell(struct job_run *run, const struct db_rows *rows, size_t row, struct ra_error *error)
{
    const struct audit_subject subject = {row_int(rows, row, "order_id"), row_text(rows, row, "ref"),
                                          row_text(rows, row, "code")};
    int64_t told = 0;
    if (!db_begin(run->db, error))
        return false;
    bool done =
        db_exec(run->db, STATEMENT_DESK_PARKING_TOLD,
                DB_VALUES(db_int(row_int(rows, row, "id")), db_time(row_time(rows, row, "parked_until"))),
                &told, error) &&
        (told == 0 || audit_record_system(run->app, run->db, run->now_us, AUDIT_PARKING_OVER, subject,
                                          json_object(), NULL, error)) &&
        db_commit(run->db, error);
    if (!done)
        db_rollback(run->db);
    return done;
}

static bool tell_all(struct job_run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_DESK_PARKINGS_OVER, DB_VALUES(db_time(run->now_us)), &rows,
                  error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (!tell(run, rows, i, error))
            return false;
    return true;
}

static const struct job jobs[] = {{"parkings", PERIOD_MS, tell_all}};

const struct room desk_parking_room = {
    .name = "desk-parking",
    .id = ROOM_DESK,
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
};
