/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desk room: who has come, whose turn it is, who is being served, and what the panel of the waiting room
 * says. Check-in gives a ticket; call, park, transfer, reactivate, no-show and finish move the visit; undo
 * takes the last act back as a new act. Not the papers (identification).
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "http/http.h"
#include "orders/orders.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <talloc.h>

/* Who comes back with a correction that was asked for goes after the law's classes and before the rest
 * (policy priority_return); nobody chooses it. */
#define DESK_PRIORITY_RETURN "return"

/* "" or a class of the law that a person may declare today (rows of priority_class): no proof is asked of
 * what cannot be seen. Else RA_INVALID, field "priority", code "unknown". */
RA_MUST_CHECK bool desk_priority_check(struct http_request *request, const char *priority,
                                       struct ra_error *error);

/* [{"id","text","selected"}] for a form; new reference. */
RA_MUST_CHECK bool desk_priorities(struct http_request *request, const char *chosen, json_t **list,
                                   struct ra_error *error);

/* What a person needs to be served well: "ramp", "libras", "interpreter". Member "needs" of a body, an array
 * of words or (a form) an object whose true members count; without the member nothing changes, with it the
 * order's needs are these, with an event. RA_INVALID, field "needs", for a word that is none of them. Writes
 * rows of the order, held by the caller. */
RA_MUST_CHECK bool desk_take_needs(struct http_request *request, const struct order *order,
                                   const json_t *body, struct ra_error *error);

/* The words; new reference. */
RA_MUST_CHECK bool desk_needs(struct http_request *request, const struct order *order, json_t **needs,
                              struct ra_error *error);

/* [{"id","text","selected"}] for a form; new reference, NULL when memory ran out. */
json_t *desk_needs_choices(const json_t *needs);

/* "A014" from letter and number, on `context`; NULL when memory ran out. */
char *desk_ticket_text(TALLOC_CTX *context, const char *letter, int number);

extern const struct room desk_room;
extern const struct room desk_parking_room;

#endif
