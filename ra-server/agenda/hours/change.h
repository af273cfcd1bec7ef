/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One change of the calendar, as it is asked for: read and judged here (pure), written by change_store.c. A
 * change is made, its effect looked at, and undone again: that is the preview. It is made for good when it
 * comes back with the digest of that preview, and still hits whom it hit then.
 */
#ifndef AGENDA_HOURS_CHANGE_H
#define AGENDA_HOURS_CHANGE_H

#include "agenda/hours/plan.h"
#include "db/db.h"
#include "pki/base/error.h"

#include <jansson.h>

/* X(identifier, "word of the API") */
#define HOURS_CHANGES(X)                                                                                     \
    X(HOURS_SERIES, "series")             /* opening hours, repeated */                                      \
    X(HOURS_SERIES_END, "series_end")     /* the last day of a series */                                     \
    X(HOURS_OPEN_DAY, "open_day")         /* a day's own hours */                                            \
    X(HOURS_CLOSE_DAY, "close_day")       /* a closed day or part of one */                                  \
    X(HOURS_DAY_UNDO, "day_undo")         /* takes an exception back */                                      \
    X(HOURS_HOLIDAY, "holiday")           /* a single day, with its law */                                   \
    X(HOURS_HOLIDAY_UNDO, "holiday_undo") /* takes a single day back */                                      \
    X(HOURS_CHOICE, "holiday_choice")     /* whether the office closes on an optional day */                 \
    X(HOURS_ABSENCE, "absence")           /* an agent is not there */                                        \
    X(HOURS_ABSENCE_UNDO, "absence_undo") /* he is */                                                        \
    X(HOURS_LANE, "lane")                 /* whom a lane rests on, and what may be done there */             \
    X(HOURS_IMPORT, "import")             /* all of it from a calendar: availability.h */

enum hours_change_kind {
#define X(id, word) id,
    HOURS_CHANGES(X)
#undef X
        HOURS_CHANGE_KIND_COUNT
};

enum { HOURS_SKILLS_MAX = 30, HOURS_PARTS_MAX = 400 };

/* Texts are borrowed from the JSON it was read from; what a kind does not have is zero or NULL. */
struct hours_change {
    enum hours_change_kind kind;
    int64_t id;         /* of what is taken back */
    const char *series; /* SERIES_END */
    unsigned weekdays;  /* SERIES: bit 1 << weekday */
    int every_weeks;
    struct plan_span span; /* SERIES, OPEN_DAY; CLOSE_DAY: opens and closes */
    int64_t from, until;   /* days; PLAN_NO_END */
    int64_t day;
    bool whole_day;            /* CLOSE_DAY */
    const char *name, *law;    /* HOLIDAY */
    const char *rule, *closes; /* CHOICE */
    const char *agent;         /* ABSENCE, LANE ("": anybody) */
    const char *starts, *ends; /* ABSENCE: "2026-11-24 08:00:00", local */
    char starts_text[PLAN_LOCAL_SIZE], ends_text[PLAN_LOCAL_SIZE];
    int lane;
    const char *skills[HOURS_SKILLS_MAX];
    size_t skill_count;
    const char *reason;
    const char *calendar; /* IMPORT: the text */
};

const char *hours_change_word(enum hours_change_kind kind);

/* Reads a change; members it does not know, and days before `today`, are refused. `offset_s`: of the office's
 * zone, for an UNTIL. RA_INVALID with the field; RA_RULE_REFUSED for a repetition rule beyond the subset. */
RA_MUST_CHECK bool hours_change_read(const json_t *body, int64_t today, int offset_s,
                                     struct hours_change *change, struct ra_error *error);

/* Hexadecimal SHA-256 over what is asked for and whom it hits: {"appointment","start","outcome"} each. */
RA_MUST_CHECK bool hours_change_digest(const json_t *content, const json_t *hits, char digest[65],
                                       struct ra_error *error);

/* Who changes, for the rows. */
struct hours_author {
    int64_t office_id;
    const char *zone;
    const char *agent;
    int64_t now_us;
    int64_t today;
};

/* Writes the rows of a change (not IMPORT). RA_NOT_FOUND when what is taken back is not there; RA_CONFLICT
 * when it is there already. */
RA_MUST_CHECK bool hours_change_write(struct db *db, TALLOC_CTX *context, const struct hours_author *author,
                                      const struct hours_change *change, struct ra_error *error);

#endif
