/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the open screens hear of an act: from the event that is written anyway, so that no act is forgotten.
 * News on the topic "office": kind "queue", "case", "inbox" or "agenda", data {"order":"CODE"} or
 * {"order":""} where the act concerns no single case. On "display", kind "calls", data {}: the panel of the
 * waiting room. Readings tell nothing. Unknown to the table, an act of a case is news of that case.
 */
#ifndef AUDIT_NEWS_H
#define AUDIT_NEWS_H

#include "audit/audit.h"

enum audit_news {
    AUDIT_NEWS_CASE = 1,
    AUDIT_NEWS_QUEUE = 2,
    AUDIT_NEWS_INBOX = 4, /* cases that wait for an agent, nobody at the counter */
    AUDIT_NEWS_AGENDA = 8,
    AUDIT_NEWS_CALLS = 16,
};

/* Which kinds, as a mask. Pure. */
unsigned audit_news_of(enum audit_code code);

/* After the open transaction's commit, the streams get the news. */
RA_MUST_CHECK bool audit_news_tell(struct ra_app *app, struct db *db, enum audit_code code,
                                   const char *order_code, struct ra_error *error);

#endif
