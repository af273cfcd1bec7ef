/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a holder says about an appointment: by a link of ours, or by the calendar that got the invitation (RFC
 * 5546 3.2.3 REPLY, 3.2.7 COUNTER). Only the link acts: an answer of a calendar comes by mail, whose sender
 * anybody can write, so DECLINED and COUNTER make us send a mail with a link to the address of the order.
 */
#ifndef AGENDA_AGENDA_ANSWERS_H
#define AGENDA_AGENDA_ANSWERS_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* X(identifier, "stored word") */
#define AGENDA_ANSWERS(X)                                                                                    \
    X(AGENDA_ACCEPTED, "accepted")                                                                           \
    X(AGENDA_TENTATIVE, "tentative")                                                                         \
    X(AGENDA_DECLINED, "declined")                                                                           \
    X(AGENDA_COUNTERED, "countered") /* another time was proposed */

enum calendar_answer {
#define X(id, word) id,
    AGENDA_ANSWERS(X)
#undef X
        AGENDA_ANSWER_COUNT
};

/* As read from a mail; texts hang on the reader's context, addresses in lower case without "mailto:". */
struct calendar_reply {
    enum calendar_answer answer;
    const char *sender;   /* From */
    const char *attendee; /* ATTENDEE */
    const char *uid;
    int64_t sequence;
    int64_t stamp_us; /* DTSTAMP */
    int64_t wish_us;  /* DTSTART of a COUNTER in UTC; 0: it has none that can be understood */
};

/* What is known of the appointment that has the reply's UID. */
struct answer_case {
    const char *email; /* where the invitation went */
    int sequence;
    bool booked;
    int64_t start_us, now_us;
    bool answered; /* this revision already has an answer: */
    enum calendar_answer last;
    int64_t last_stamp_us;
};

enum answer_verdict {
    ANSWER_TAKEN,
    ANSWER_REPEATED,     /* said already */
    ANSWER_OUTDATED,     /* of a former revision, or older than the last answer */
    ANSWER_OVER,         /* cancelled, or begun */
    ANSWER_NOT_BELIEVED, /* sender, ATTENDEE and the order's address are not one; or from tomorrow */
};

enum answer_verdict agenda_judge_answer(const struct calendar_reply *reply, const struct answer_case *known);

/* The stored word. Never NULL. */
const char *agenda_answer_word(enum calendar_answer answer);

/* Where the order's present appointment stands: fills everything but email. */
RA_MUST_CHECK bool agenda_answer_case(struct http_request *request, const struct order *order,
                                      struct answer_case *known, struct ra_error *error);

/* Row and event, in the request's transaction, on an order that is held. `channel` is "calendar" or "link".
 */
RA_MUST_CHECK bool agenda_record_answer(struct http_request *request, const struct order *order,
                                        enum calendar_answer answer, const char *channel, int64_t stamp_us,
                                        struct ra_error *error);

#endif
