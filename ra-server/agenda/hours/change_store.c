/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of a change. Nothing is deleted: windows end, days are taken back.
 */
#include "agenda/hours/change.h"
#include "agenda/hours/hours.h"

#include <stdio.h>
#include <string.h>

static struct db_value day_or_null(TALLOC_CTX *context, int64_t number)
{
    char day[CATALOG_DAY_SIZE];
    if (number == PLAN_NO_END)
        return db_null();
    hours_day_text(number, day);
    return db_text(talloc_strdup(context, day));
}

/* "08:00", also of the next day. */
static struct db_value time_of(TALLOC_CTX *context, int minute)
{
    int of_day = minute > PLAN_DAY_MINUTES ? minute - PLAN_DAY_MINUTES : minute;
    return db_text(talloc_asprintf(context, "%02d:%02d", of_day / 60, of_day % 60));
}

static bool write_series(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                         const struct hours_change *change, struct ra_error *error)
{
    const struct plan_span *span = &change->span;
    const char *series = talloc_asprintf(context, "h%lld-%04d%u", (long long)(author->now_us / 1000000),
                                         span->opens, change->weekdays);
    for (int weekday = 1; weekday <= 7; weekday++)
        if ((change->weekdays >> weekday & 1) != 0 &&
            !db_exec(db, STATEMENT_HOURS_SERIES_ADD,
                     DB_VALUES(db_int(author->office_id), db_text(series), db_int(weekday),
                               time_of(context, span->opens), time_of(context, span->closes),
                               db_int(span->slot_minutes), db_int(span->lanes.open),
                               db_int(span->lanes.internal), db_int(span->lanes.walk_in),
                               db_int(change->every_weeks), day_or_null(context, change->from),
                               day_or_null(context, change->until), db_text(author->agent)),
                     NULL, error))
            return false;
    return true;
}

static bool write_exception(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                            const struct hours_change *change, struct ra_error *error)
{
    const struct plan_span *span = &change->span;
    bool open = change->kind == HOURS_OPEN_DAY;
    return db_exec(
        db, STATEMENT_HOURS_EXCEPTION_ADD,
        DB_VALUES(
            db_int(author->office_id), day_or_null(context, change->day), db_text(open ? "open" : "closed"),
            change->whole_day ? db_null() : time_of(context, span->opens),
            change->whole_day ? db_null() : time_of(context, span->closes),
            open ? db_int(span->slot_minutes) : db_null(), open ? db_int(span->lanes.open) : db_null(),
            open ? db_int(span->lanes.internal) : db_null(), open ? db_int(span->lanes.walk_in) : db_null(),
            db_text(change->reason), db_text(author->agent), db_time(author->now_us)),
        NULL, error);
}

static bool must_be_one(int64_t rows, struct ra_error *error)
{
    return rows > 0 || ra_fail(error, RA_NOT_FOUND, "Não há o que tirar com este número.");
}

static bool take_back(struct db *db, const struct hours_author *author, enum db_statement statement,
                      int64_t id, struct ra_error *error)
{
    int64_t rows = 0;
    return db_exec(db, statement, DB_VALUES(db_int(author->office_id), db_int(id), db_time(author->now_us)),
                   &rows, error) &&
           must_be_one(rows, error);
}

static bool end_series(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                       const struct hours_change *change, struct ra_error *error)
{
    int64_t rows = 0;
    return db_exec(db, STATEMENT_HOURS_SERIES_END,
                   DB_VALUES(db_int(author->office_id), db_text(change->series),
                             day_or_null(context, change->until), db_time(author->now_us)),
                   &rows, error) &&
           (rows > 0 || ra_fail(error, RA_NOT_FOUND, "Não há horário com este nome que dure até lá."));
}

static bool add_holiday(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                        const struct hours_change *change, struct ra_error *error)
{
    if (db_exec(db, STATEMENT_HOURS_HOLIDAY_ADD,
                DB_VALUES(db_int(author->office_id), day_or_null(context, change->day), db_text(change->name),
                          db_text(change->law)),
                NULL, error))
        return true;
    return error->code == RA_CONFLICT
               ? ra_fail_reason(error, RA_CONFLICT, "holiday-there", "Este dia já é feriado na agenda.")
               : false;
}

static bool choose(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                   const struct hours_change *change, struct ra_error *error)
{
    int64_t rows = 0;
    return db_exec(db, STATEMENT_HOURS_CHOICE_SET,
                   DB_VALUES(db_int(author->office_id), db_text(change->rule), db_text(change->closes),
                             day_or_null(context, change->from), db_text(change->reason)),
                   &rows, error) &&
           (rows > 0 || ra_fail_field(error, "rule", "unknown", "Não há ponto facultativo com este nome."));
}

static bool add_absence(struct db *db, const struct hours_author *author, const struct hours_change *change,
                        struct ra_error *error)
{
    return db_exec(db, STATEMENT_HOURS_ABSENCE_ADD,
                   DB_VALUES(db_int(author->office_id), db_text(change->agent), db_text(change->starts),
                             db_text(change->ends), db_text(author->zone), db_text(change->reason),
                             db_text(author->agent), db_time(author->now_us)),
                   NULL, error);
}

static bool set_lane(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                     const struct hours_change *change, struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct db_value skills = db_texts(change->skills, change->skill_count);
    if (!db_one(db, context, STATEMENT_HOURS_SKILLS_KNOWN, DB_VALUES(skills), &row, error))
        return false;
    if (row_int(row, 0, "known") != (int64_t)change->skill_count)
        return ra_fail_field(error, "skills", "unknown", "Escolha habilidades da lista, cada uma uma vez.");
    struct db_value from = day_or_null(context, change->from);
    return db_exec(db, STATEMENT_HOURS_LANE_CLEAR,
                   DB_VALUES(db_int(author->office_id), db_int(change->lane), from, db_time(author->now_us)),
                   NULL, error) &&
           db_exec(db, STATEMENT_HOURS_LANE_SET,
                   DB_VALUES(db_int(author->office_id), db_int(change->lane), db_text(change->agent), skills,
                             from, day_or_null(context, change->until), db_text(author->agent),
                             db_time(author->now_us)),
                   NULL, error);
}

bool hours_change_write(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                        const struct hours_change *change, struct ra_error *error)
{
    switch (change->kind) {
    case HOURS_SERIES:
        return write_series(db, context, author, change, error);
    case HOURS_SERIES_END:
        return end_series(db, context, author, change, error);
    case HOURS_OPEN_DAY:
    case HOURS_CLOSE_DAY:
        return write_exception(db, context, author, change, error);
    case HOURS_DAY_UNDO:
        return take_back(db, author, STATEMENT_HOURS_EXCEPTION_UNDO, change->id, error);
    case HOURS_HOLIDAY:
        return add_holiday(db, context, author, change, error);
    case HOURS_HOLIDAY_UNDO:
        return take_back(db, author, STATEMENT_HOURS_HOLIDAY_UNDO, change->id, error);
    case HOURS_CHOICE:
        return choose(db, context, author, change, error);
    case HOURS_ABSENCE:
        return add_absence(db, author, change, error);
    case HOURS_ABSENCE_UNDO:
        return take_back(db, author, STATEMENT_HOURS_ABSENCE_UNDO, change->id, error);
    case HOURS_LANE:
        return set_lane(db, context, author, change, error);
    case HOURS_IMPORT:
    case HOURS_CHANGE_KIND_COUNT:
    default:
        return ra_fail(error, RA_INTERNAL, "a change that has no row of its own");
    }
}
