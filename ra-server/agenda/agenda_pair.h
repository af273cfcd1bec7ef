/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One visit for two orders of the same person, an e-CPF and an e-CNPJ say: two seats, one right after the
 * other, for both or for neither. The orders are held in the order of their codes and the seats in the order
 * of start and lane, so that two such visits never wait for each other in a ring.
 */
#ifndef AGENDA_AGENDA_PAIR_H
#define AGENDA_AGENDA_PAIR_H

#include "agenda/agenda.h"
#include "agenda/agenda_hold.h"

struct agenda_pair {
    struct order *first, *second; /* of the first seat and of the one after it; both held */
};

/* A seat that could serve one half of the visit. */
struct pair_seat {
    int64_t id;
    int lane;
    bool later; /* of the second half */
    bool own;   /* held for its order already */
    bool is_public;
};

/* The two that suit best: what is held already, one lane rather than two, then (`at_office`) internal seats
 * before public ones or the other way round, then the lower lane. false when a half has none. Pure. */
bool pair_choose(const struct pair_seat *seats, size_t count, bool at_office, size_t *first, size_t *second);

/* Reads the body's "with": the code of the other order, which the same token or cookie, or "with_token", must
 * open; loads and holds both. *wanted is false without it, and then nothing is loaded. */
RA_MUST_CHECK bool pair_load(struct http_request *request, bool *wanted, struct agenda_pair *pair,
                             struct ra_error *error);

/* Both booked, or neither. Booked so already is no error (*created false). Refused as agenda_book is. */
RA_MUST_CHECK bool pair_book(struct http_request *request, struct agenda_pair *pair,
                             const struct agenda_wish *wish, bool *created, struct ra_error *error);

/* Both held for `hold_minutes`, or neither. */
RA_MUST_CHECK bool pair_hold(struct http_request *request, struct agenda_pair *pair,
                             const struct agenda_wish *wish, struct agenda_held held[2],
                             struct ra_error *error);

#endif
