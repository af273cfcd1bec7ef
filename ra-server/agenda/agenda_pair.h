/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One visit for two orders of the same person, an e-CPF and an e-CNPJ say: two sessions, one right after the
 * other, booked, held and moved for both or for neither. The orders are held in the order of their codes and
 * the seats in the order of start and lane, so that two such visits never wait for each other in a ring.
 */
#ifndef AGENDA_AGENDA_PAIR_H
#define AGENDA_AGENDA_PAIR_H

#include "agenda/agenda.h"
#include "agenda/agenda_hold.h"

struct agenda_pair {
    struct order *first, *second; /* of the first seat and of the one after it; both held */
};

/* Reads the body's "with": the code of the other order, which the same token or cookie, or "with_token", must
 * open; loads and holds both. *wanted is false without it, and then nothing is loaded. */
RA_MUST_CHECK bool pair_load(struct http_request *request, bool *wanted, struct agenda_pair *pair,
                             struct ra_error *error);

/* Both booked, or neither. Booked so already is no error (*created false). Refused as agenda_book is. */
RA_MUST_CHECK bool pair_book(struct http_request *request, struct agenda_pair *pair,
                             const struct agenda_wish *wish, bool *created, struct ra_error *error);

/* Both moved, or neither; afterwards they are one visit. RA_CONFLICT "not-booked" unless both are booked. */
RA_MUST_CHECK bool pair_move(struct http_request *request, struct agenda_pair *pair,
                             const struct agenda_wish *wish, struct ra_error *error);

/* The visit that a held order's appointment belongs to, its other order held too; *linked is false for one
 * that stands alone. */
RA_MUST_CHECK bool pair_of(struct http_request *request, struct order *order, bool *linked,
                           struct agenda_pair *pair, struct ra_error *error);

/* Whom a request is about: the visit that its body names (pair_load) or that the order of its path belongs to
 * (pair_of), then *two; otherwise that order alone, in *order, held. */
RA_MUST_CHECK bool pair_or_case(struct http_request *request, bool *two, struct agenda_pair *pair,
                                struct order **order, struct ra_error *error);

/* The same for looking only: nothing is held; NULL for one that stands alone. */
RA_MUST_CHECK bool pair_other(struct http_request *request, const struct order *order, struct order **other,
                              struct ra_error *error);

bool pair_is_booked(const struct agenda_pair *pair);

/* Both held for `hold_minutes`, or neither; while both are booked, until the move is confirmed. */
RA_MUST_CHECK bool pair_hold(struct http_request *request, struct agenda_pair *pair,
                             const struct agenda_wish *wish, struct agenda_held held[2],
                             struct ra_error *error);

#endif
