/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar of an office, as its rows have it, and what it makes of the seats: shared by the files of this
 * folder and by the agenda's job.
 *
 * Ownership: everything hangs on the context given. All of it runs in the caller's transaction.
 */
#ifndef AGENDA_HOURS_HOURS_H
#define AGENDA_HOURS_HOURS_H

#include "agenda/hours/plan.h"
#include "app.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "pki/base/error.h"

#include <jansson.h>

/* The days that have seats: from today on, both included. */
struct hours_horizon {
    const struct catalog_office *office;
    int64_t first, last;
    char first_text[CATALOG_DAY_SIZE], last_text[CATALOG_DAY_SIZE];
};

RA_MUST_CHECK bool hours_horizon(struct ra_app *app, TALLOC_CTX *context, int64_t now_us,
                                 struct hours_horizon *horizon, struct ra_error *error);

/* "2026-11-24" of a day number. */
void hours_day_text(int64_t number, char day[CATALOG_DAY_SIZE]);

/* "2026-11-24" as a day number; false when it is none. */
RA_MUST_CHECK bool hours_day_number(const char *text, int64_t *number);

/* Series, exceptions, holidays, absences and duties of the horizon and of the evening before it. */
RA_MUST_CHECK bool hours_read_calendar(struct db *db, TALLOC_CTX *context,
                                       const struct hours_horizon *horizon, struct plan_calendar *calendar,
                                       struct ra_error *error);

/* What publishing did. */
struct hours_effect {
    int64_t added, dropped; /* seats */
    int64_t lost;           /* seats that somebody has and that are withdrawn now */
    json_t *hits;           /* [{"appointment","order","start","outcome"}], owned by the caller */
};

/* Makes the seats what the calendar says: adds, drops free ones, withdraws taken ones, and sees to each
 * appointment that lost its seat: the same time with another agent, then the reserve, then a message with
 * three choices, and for those without mail the call list. RA_RULE_REFUSED, reason "hours-overlap", where two
 * series want the same lane. `change_id` 0: found by the program. Idempotent. */
RA_MUST_CHECK bool hours_publish(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                                 int64_t change_id, struct hours_effect *effect, struct ra_error *error);

/* --- settling (settle.c) --- */

RA_MUST_CHECK bool hours_settle(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                                const struct hours_horizon *horizon, int64_t now_us, int64_t change_id,
                                struct hours_effect *effect, struct ra_error *error);

/* How a person whose hour is gone is told. Pure. */
enum hours_reach { HOURS_BY_MAIL, HOURS_BY_PHONE, HOURS_BY_BOTH };
enum hours_reach hours_reach_of(const char *email, bool confirmed, bool bounced, int64_t start_us,
                                int64_t now_us);

#endif
