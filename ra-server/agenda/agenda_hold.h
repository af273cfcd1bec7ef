/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A seat from the first click to the confirmation. A hold is a state of the seat with an end that every query
 * honours: once it is over the seat is anybody's, and no job is needed for that. An order holds one seat; the
 * next hold lets go of the former, and so does a booking. A session of several seats is held whole.
 *
 * All of it within the request's transaction, on an order that was loaded for update.
 */
#ifndef AGENDA_AGENDA_HOLD_H
#define AGENDA_AGENDA_HOLD_H

#include "agenda/agenda.h"

struct agenda_held {
    int64_t start_us;        /* the person's; what is prepared before it is held too */
    int64_t from_us, end_us; /* of its first seat and its last */
    int64_t until_us;        /* the end of the hold */
    int offset_s;
    const char *mode;
};

/* Holds a seat for policy `hold_minutes`. Held already at that start: its end stays. Refused as agenda_book
 * is, but for an appointment at another start, which stays until the hold is confirmed as a move. */
RA_MUST_CHECK bool agenda_hold(struct http_request *request, struct order *order,
                               const struct agenda_wish *wish, struct agenda_held *held,
                               struct ra_error *error);

/* Lets go of whatever the order holds; nothing held is no error. */
RA_MUST_CHECK bool agenda_let_go(struct http_request *request, const struct order *order,
                                 struct ra_error *error);

/* What the order holds now, from its first seat to its last; `found` is false without a hold that still
 * lasts. */
RA_MUST_CHECK bool agenda_own_hold(struct http_request *request, const struct order *order, bool *found,
                                   struct agenda_held *held, struct ra_error *error);

/* The same for people: {"start","start_text","held_until","until_text","left_text","mode","by_video"}, new
 * reference; NULL without a hold that still lasts. */
RA_MUST_CHECK bool agenda_hold_json(struct http_request *request, const struct order *order, json_t **hold,
                                    struct ra_error *error);

#endif
