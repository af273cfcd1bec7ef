/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an order's session takes of the agenda, by the rows of hours/duration.h.
 */
#ifndef AGENDA_AGENDA_SESSION_H
#define AGENDA_AGENDA_SESSION_H

#include "agenda/agenda.h"
#include "agenda/agenda_rules.h"

struct agenda_session {
    struct agenda_need need;
    int64_t from_us;  /* of its first seat: the person's start, or before it what is prepared */
    int64_t until_us; /* its last seat does not end before */
    int offset_s;     /* of the zone then, once the start was checked */
    bool one_seat;    /* and one seat is long enough, once the start was checked */
};

/* By the order's product, its people, and the wish's mode and start. */
RA_MUST_CHECK bool agenda_session_of(struct http_request *request, const struct order *order,
                                     const struct agenda_wish *wish, struct agenda_session *session,
                                     struct ra_error *error);

/* May that start be wished: to come, and seats for the whole session are there, whoever has them. */
RA_MUST_CHECK bool agenda_check_start(struct http_request *request, const struct agenda_wish *wish,
                                      struct agenda_session *session, struct ra_error *error);

/* What a visit of these orders takes, one after the other, for looking it up. Orders may be NULL from the
 * second on; what cannot be known counts as one seat. Gives how many. */
size_t agenda_needs_of(struct http_request *request, const struct order *const orders[2], const char *mode,
                       int64_t start_us, struct agenda_need needs[2]);

#endif
