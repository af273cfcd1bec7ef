/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of an appointment of which a seat is gone: another agent at the same time, the reserve at the
 * same time, or a message with three choices and the call list. Nobody loses the hour before he chose
 * another.
 */
#include "agenda/hours/duration.h"
#include "agenda/hours/hours.h"
#include "agenda/hours/reschedule.h"
#include "catalog/local_time.h"
#include "notice/notice.h"

#include <string.h>

enum { SOON_S = 24 * 3600 };

enum hours_reach hours_reach_of(const char *email, bool confirmed, bool bounced, int64_t start_us,
                                int64_t now_us)
{
    if (email[0] == '\0' || bounced)
        return HOURS_BY_PHONE;
    return confirmed && start_us - now_us > SOON_S * INT64_C(1000000) ? HOURS_BY_MAIL : HOURS_BY_BOTH;
}

struct hit {
    struct db *db;
    TALLOC_CTX *context;
    const struct hours_horizon *horizon;
    int64_t now_us;
    int64_t appointment;
    int64_t start_us, from_us, until_us; /* the person's start; from the first seat to the last */
    const char *mode;
    struct order *order;
};

static bool skills_of(struct ra_app *app, const struct hit *hit, uint32_t *skills)
{
    struct duration duration;
    struct ra_error ignored = {0}; /* a session that no row speaks of any more asks for nothing */
    const struct duration_part part = duration_part_of(hit->order);
    bool known =
        duration_of_visit(app, hit->context, hit->start_us, hit->mode, &part, 1, &duration, &ignored);
    *skills = known ? duration.skills : 0;
    return known;
}

/* *outcome stays NULL where nothing is free at that time for the whole session. */
static bool find_other_seats(struct ra_app *app, const struct hit *hit, const char **outcome,
                             struct ra_error *error)
{
    struct db_rows *rows = NULL;
    uint32_t skills = 0;
    (void)skills_of(app, hit, &skills);
    if (!db_query(hit->db, hit->context, STATEMENT_HOURS_OTHER_SEATS,
                  DB_VALUES(db_int(hit->horizon->office->id), db_time(hit->from_us), db_time(hit->until_us),
                            db_time(hit->now_us), db_int(skills)),
                  &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *outcome = row_bool(rows, 0, "reserve") ? "reserve" : "same_time";
    return db_exec(hit->db, STATEMENT_HOURS_SEATS_LEAVE, DB_VALUES(db_int(hit->order->id)), NULL, error) &&
           db_exec(hit->db, STATEMENT_HOURS_SEATS_TAKE,
                   DB_VALUES(db_text(row_text(rows, 0, "seats")), db_int(hit->order->id),
                             db_int(hit->appointment), db_time(hit->now_us)),
                   NULL, error);
}

static bool ask_for_another_hour(struct ra_app *app, const struct hit *hit, const char **outcome,
                                 struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(hit->db, hit->context, STATEMENT_HOURS_REACH, DB_VALUES(db_int(hit->order->id)), &row, error))
        return false;
    enum hours_reach reach = hours_reach_of(row_text(row, 0, "email"), row_bool(row, 0, "confirmed"),
                                            row_bool(row, 0, "bounced"), hit->start_us, hit->now_us);
    *outcome = reach == HOURS_BY_PHONE ? "call" : "message";
    if (reach == HOURS_BY_PHONE)
        return true;
    json_t *model = reschedule_message(app, hit->db, hit->context, hit->order, hit->now_us, error);
    return model != NULL && notice_enqueue_by_system(hit->db, hit->context, hit->now_us, hit->order,
                                                     NOTICE_HOUR_GONE, model, error);
}

static bool settle_one(struct ra_app *app, const struct hit *hit, int64_t change_id, json_t *hits,
                       struct ra_error *error)
{
    const char *outcome = NULL;
    if (!find_other_seats(app, hit, &outcome, error) ||
        (outcome == NULL && !ask_for_another_hour(app, hit, &outcome, error)) ||
        !db_exec(hit->db, STATEMENT_HOURS_HIT_ADD,
                 DB_VALUES(db_int(hit->appointment), db_int(hit->order->id),
                           change_id != 0 ? db_int(change_id) : db_null(), db_time(hit->start_us),
                           db_text(outcome), db_time(hit->now_us)),
                 NULL, error))
        return false;
    json_array_append_new(
        hits, json_pack("{s:I, s:s, s:s, s:s, s:s}", "appointment", (json_int_t)hit->appointment, "order",
                        hit->order->code, "name", hit->order->subject->name, "start",
                        local_time_rfc3339(hit->context, hit->start_us, hit->horizon->office->offset_s),
                        "outcome", outcome));
    return true;
}

bool hours_settle(struct ra_app *app, struct db *db, TALLOC_CTX *context, const struct hours_horizon *horizon,
                  int64_t now_us, int64_t change_id, struct hours_effect *effect, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, STATEMENT_HOURS_HITS_NEW,
                  DB_VALUES(db_int(horizon->office->id), db_time(now_us)), &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct hit hit = {
            .db = db,
            .context = context,
            .horizon = horizon,
            .now_us = now_us,
            .appointment = row_int(rows, i, "id"),
            .start_us = row_time(rows, i, "starts"),
            .from_us = row_time(rows, i, "seats_from"),
            .until_us = row_time(rows, i, "ends"),
            .mode = row_text(rows, i, "mode"),
        };
        if (!orders_load_by_id(context, db, row_int(rows, i, "order_id"), false, &hit.order, error) ||
            !settle_one(app, &hit, change_id, effect->hits, error))
            return false;
    }
    return true;
}
