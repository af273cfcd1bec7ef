/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the notice room share among themselves.
 */
#ifndef NOTICE_NOTICE_INTERNAL_H
#define NOTICE_NOTICE_INTERNAL_H

#include "db/db.h"
#include "jobs.h"
#include "notice/notice.h"

/* A row of the outbox, taken for sending. Texts hang on the run's context. */
struct notice_row {
    int64_t id;
    int64_t order_id;
    enum notice_kind kind;
    const char *recipient;
    json_t *message; /* owned by whoever claimed the row */
    int tries;
    int64_t created_us;
};

/* A number of the row's message, 0 where there is none. */
static inline int64_t notice_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* What the template of the row's kind is filled with. RA_NOT_FOUND as of notice_render. */
RA_MUST_CHECK bool notice_model(struct job_run *run, const struct notice_row *row, json_t *model,
                                struct ra_error *error);

/* The mail's bytes. RA_NOT_FOUND: it has no meaning any more (a spent half, an expired code) and is dropped.
 */
RA_MUST_CHECK bool notice_render(struct job_run *run, const struct notice_row *row, struct bytes *mail,
                                 struct ra_error *error);

/* To the mail server of the configuration, or into the spool. RA_INVALID: refused for good. */
RA_MUST_CHECK bool notice_send(struct job_run *run, const struct notice_row *row, struct bytes mail,
                               struct ra_error *error);

/* The name of an .ics method for a kind, "" for kinds without invitation; and the template's name. */
const char *notice_calendar_method(enum notice_kind kind);
const char *notice_template(enum notice_kind kind);

/* As set by notice_set_secret_provider; NULL before. */
notice_secret_provider *notice_provider(void);

#endif
