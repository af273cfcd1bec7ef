/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/news.h"

#include "db/db.h"
#include "http/events.h"

#include <stdio.h>

enum { CODE_SIZE = 32 };

static const struct {
    enum audit_code code;
    unsigned news;
} table[] = {
    /* the agenda */
    {AUDIT_APPT_BOOKED, AUDIT_NEWS_CASE | AUDIT_NEWS_AGENDA | AUDIT_NEWS_QUEUE},
    {AUDIT_APPT_RESCHEDULED, AUDIT_NEWS_CASE | AUDIT_NEWS_AGENDA | AUDIT_NEWS_QUEUE},
    {AUDIT_APPT_CANCELLED, AUDIT_NEWS_CASE | AUDIT_NEWS_AGENDA | AUDIT_NEWS_QUEUE},
    {AUDIT_APPT_NOSHOW, AUDIT_NEWS_CASE | AUDIT_NEWS_AGENDA | AUDIT_NEWS_QUEUE | AUDIT_NEWS_CALLS},
    {AUDIT_AGENDA_CHANGED, AUDIT_NEWS_AGENDA},
    /* the counter */
    {AUDIT_CHECKED_IN, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_CALLED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE | AUDIT_NEWS_CALLS},
    {AUDIT_PARKED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_PARKING_OVER, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_FINISHED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_TRANSFERRED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_REACTIVATED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE | AUDIT_NEWS_CALLS},
    {AUDIT_PRIORITY_CHANGED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_NEEDS_CHANGED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    {AUDIT_UNDONE, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE | AUDIT_NEWS_CALLS},
    /* between two agents; a decision also changes what the queue shows of the case */
    {AUDIT_VALIDATION_APPROVED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX | AUDIT_NEWS_QUEUE},
    {AUDIT_VERIFICATION_APPROVED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX | AUDIT_NEWS_QUEUE},
    {AUDIT_SECOND_AGENT_WAIVED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX},
    {AUDIT_VERIFICATION_RETURNED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX | AUDIT_NEWS_QUEUE},
    {AUDIT_VERIFICATION_REFUSED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX | AUDIT_NEWS_QUEUE},
    {AUDIT_ATTEMPT_VOIDED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX},
    {AUDIT_RENEWAL_SIGNED, AUDIT_NEWS_CASE | AUDIT_NEWS_INBOX},
    {AUDIT_CERT_ISSUED, AUDIT_NEWS_CASE | AUDIT_NEWS_QUEUE},
    /* readings, and what concerns no case */
    {AUDIT_DOC_READ, 0},
    {AUDIT_NEGLIST_READ, 0},
    {AUDIT_FRAUD_READ, 0},
    {AUDIT_CASE_READ, 0},
    {AUDIT_CASES_SEARCHED, 0},
    {AUDIT_QUEUE_READ, 0},
    {AUDIT_REPORT_READ, 0},
    {AUDIT_EXPORT_MADE, 0},
    {AUDIT_PROOF_MADE, 0},
    {AUDIT_LOG_VERIFIED, 0},
    {AUDIT_HOLDER_LOGIN_OK, 0},
    {AUDIT_HOLDER_LOGIN_FAIL, 0},
    {AUDIT_LOGIN_OK, 0},
    {AUDIT_LOGIN_FAIL, 0},
    {AUDIT_LOGOUT, 0},
    {AUDIT_SESSION_TIMEOUT, 0},
};

static const struct {
    enum audit_news news;
    const char *kind;
} kinds[] = {
    {AUDIT_NEWS_CASE, "case"},
    {AUDIT_NEWS_QUEUE, "queue"},
    {AUDIT_NEWS_INBOX, "inbox"},
    {AUDIT_NEWS_AGENDA, "agenda"},
};

unsigned audit_news_of(enum audit_code code)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].code == code)
            return table[i].news;
    }
    return AUDIT_NEWS_CASE;
}

struct telling {
    struct events *events;
    unsigned news;
    char order[CODE_SIZE];
};

static void tell(void *argument)
{
    const struct telling *telling = argument;
    char data[CODE_SIZE + 16];
    snprintf(data, sizeof data, "{\"order\":\"%s\"}", telling->order);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const bool of_no_case = kinds[i].news == AUDIT_NEWS_CASE && telling->order[0] == '\0';
        if ((telling->news & kinds[i].news) != 0 && !of_no_case)
            events_publish(telling->events, "office", kinds[i].kind, data);
    }
    if ((telling->news & AUDIT_NEWS_CALLS) != 0)
        events_publish(telling->events, "display", "calls", "{}");
}

bool audit_news_tell(struct ra_app *app, struct db *db, enum audit_code code, const char *order_code,
                     struct ra_error *error)
{
    const unsigned news = audit_news_of(code);
    if (app->events == NULL || news == 0)
        return true;
    struct telling *telling = talloc_zero(NULL, struct telling);
    if (telling == NULL)
        return ra_fail(error, RA_NO_MEMORY, "news");
    telling->events = app->events;
    telling->news = news;
    snprintf(telling->order, sizeof telling->order, "%s", order_code);
    if (db_in_transaction(db))
        return db_after_commit(db, tell, telling, error);
    tell(telling); /* the event's statement was a transaction by itself */
    talloc_free(telling);
    return true;
}
