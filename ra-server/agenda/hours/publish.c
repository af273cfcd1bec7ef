/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the calendar to seats.
 */
#include "agenda/hours/hours.h"

/* The plan as the arrays that the statements take. */
struct wanted {
    const char **lanes, **visibilities, **starts, **ends, **skills;
    size_t count;
};

static bool make_plan(TALLOC_CTX *context, const struct plan_calendar *calendar,
                      const struct hours_horizon *horizon, struct plan *plan, struct ra_error *error)
{
    int64_t clash = 0;
    char text[PLAN_LOCAL_SIZE];
    for (int64_t day = horizon->first - 1; day <= horizon->last; day++)
        if (!plan_day(context, calendar, day, plan))
            return ra_fail(error, RA_NO_MEMORY, "hours");
    if (!plan_overlaps(plan, &clash))
        return true;
    plan_local_text(clash, text);
    return ra_fail_reason(error, RA_RULE_REFUSED, "hours-overlap",
                          "Dois horários de atendimento querem o mesmo guichê em %.16s. Encerre um antes.",
                          text);
}

static bool make_arrays(TALLOC_CTX *context, struct wanted *wanted, size_t count)
{
    unsigned size = (unsigned)count;
    wanted->lanes = talloc_array(context, const char *, size);
    wanted->visibilities = talloc_array(context, const char *, size);
    wanted->starts = talloc_array(context, const char *, size);
    wanted->ends = talloc_array(context, const char *, size);
    wanted->skills = talloc_array(context, const char *, size);
    return wanted->lanes != NULL && wanted->visibilities != NULL && wanted->starts != NULL &&
           wanted->ends != NULL && wanted->skills != NULL;
}

static char *local_text(TALLOC_CTX *context, int64_t minute)
{
    char text[PLAN_LOCAL_SIZE];
    plan_local_text(minute, text);
    return talloc_strdup(context, text);
}

/* The evening before the horizon counts only with what reaches into it. */
static bool fill(TALLOC_CTX *context, const struct plan *plan, const struct hours_horizon *horizon,
                 struct wanted *wanted)
{
    bool whole = make_arrays(context, wanted, plan->count);
    for (size_t i = 0; whole && i < plan->count; i++) {
        const struct plan_seat *seat = &plan->seats[i];
        size_t at = wanted->count;
        if (seat->end <= horizon->first * PLAN_DAY_MINUTES)
            continue;
        wanted->lanes[at] = talloc_asprintf(context, "%d", seat->lane);
        wanted->visibilities[at] = plan_visibility_word(seat->visibility);
        wanted->starts[at] = local_text(context, seat->start);
        wanted->ends[at] = local_text(context, seat->end);
        wanted->skills[at] = talloc_asprintf(context, "%u", seat->skills);
        whole = wanted->lanes[at] != NULL && wanted->starts[at] != NULL && wanted->ends[at] != NULL &&
                wanted->skills[at] != NULL;
        wanted->count++;
    }
    return whole;
}

static bool run(struct db *db, enum db_statement statement, const struct hours_horizon *horizon,
                const struct wanted *wanted, int64_t now_us, int64_t *rows, struct ra_error *error)
{
    return db_exec(db, statement,
                   DB_VALUES(db_int(horizon->office->id), db_text(horizon->office->zone), db_time(now_us),
                             db_texts(wanted->lanes, wanted->count),
                             db_texts(wanted->visibilities, wanted->count),
                             db_texts(wanted->starts, wanted->count), db_texts(wanted->ends, wanted->count),
                             db_texts(wanted->skills, wanted->count)),
                   rows, error);
}

/* Whoever books one of these seats at this moment holds its row: dropping waits for him, and what he took is
 * then found among the lost ones. */
static bool write(struct db *db, const struct hours_horizon *horizon, const struct wanted *wanted,
                  int64_t now_us, struct hours_effect *effect, struct ra_error *error)
{
    int64_t regained = 0;
    return db_exec(db, STATEMENT_HOURS_SEATS_PLAN, DB_NO_VALUES, NULL, error) &&
           run(db, STATEMENT_HOURS_SEATS_DROP, horizon, wanted, now_us, &effect->dropped, error) &&
           run(db, STATEMENT_HOURS_SEATS_LOSE, horizon, wanted, now_us, &effect->lost, error) &&
           run(db, STATEMENT_HOURS_SEATS_REGAIN, horizon, wanted, now_us, &regained, error) &&
           run(db, STATEMENT_HOURS_SEATS_PUBLISH, horizon, wanted, now_us, &effect->added, error);
}

/* Seats that were left stood in the way of new ones. */
static bool write_again(struct db *db, const struct hours_horizon *horizon, const struct wanted *wanted,
                        int64_t now_us, struct hours_effect *effect, struct ra_error *error)
{
    struct hours_effect second = {0};
    if (json_array_size(effect->hits) == 0)
        return true;
    if (!write(db, horizon, wanted, now_us, &second, error))
        return false;
    effect->added += second.added;
    return true;
}

bool hours_publish(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us, int64_t change_id,
                   struct hours_effect *effect, struct ra_error *error)
{
    struct hours_horizon horizon;
    struct plan_calendar calendar;
    struct plan plan = {0};
    struct wanted wanted = {0};
    *effect = (struct hours_effect){.hits = json_array()};
    if (effect->hits == NULL)
        return ra_fail(error, RA_NO_MEMORY, "hours");
    if (!hours_horizon(app, context, now_us, &horizon, error) ||
        !hours_read_calendar(db, context, &horizon, &calendar, error) ||
        !make_plan(context, &calendar, &horizon, &plan, error))
        return false;
    if (!fill(context, &plan, &horizon, &wanted))
        return ra_fail(error, RA_NO_MEMORY, "hours");
    return write(db, &horizon, &wanted, now_us, effect, error) &&
           hours_settle(app, db, context, &horizon, now_us, change_id, effect, error) &&
           write_again(db, &horizon, &wanted, now_us, effect, error);
}
