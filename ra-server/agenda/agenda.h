/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The agenda room: opening hours become seats over a rolling horizon, and a seat becomes somebody's
 * appointment (design 2.8). Not the queue at the counter (desk).
 *
 * The seat row is the guard. Availability is answered from memory: one immutable copy per office and day,
 * replaced after each commit, rebuilt at start and compared with the database by a job.
 *
 * Thread rules: the copies are shared by all workers; everything else belongs to the request.
 */
#ifndef AGENDA_AGENDA_H
#define AGENDA_AGENDA_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct db;

enum { AGENDA_ALTERNATIVES = 3, AGENDA_DAYS_MAX = 62 };

/* Which lanes may be taken: citizens see the public ones, the office all. */
enum agenda_side { AGENDA_PUBLIC, AGENDA_OFFICE };

/* What a booking asks for. `priority` is "" or a class. */
struct agenda_wish {
    int64_t start_us;
    const char *mode;     /* "in_person" or "video" */
    const char *priority; /* "" = as it was, none for a new one */
    enum agenda_side side;
};

/* All three work within the request's transaction on an order that was loaded for update; state machines,
 * milestone, event and mail are done too, and order->appointment follows. Memory follows after the commit.
 *
 * book   The same start again is no error and changes nothing (*created false). Refused: an appointment at
 *        another start (RA_CONFLICT "already-booked"), a start that is past or on no seat (RA_INVALID), mode
 *        video (RA_RULE_REFUSED), a closed order (RA_CONFLICT "order-closed"), every seat taken
 * (RA_SEAT_TAKEN). move   Takes the new seat and frees the old one, or changes nothing. Without an
 * appointment: RA_CONFLICT "not-booked". cancel Frees the seat; cancelled already is no error. */
RA_MUST_CHECK bool agenda_book(struct http_request *request, struct order *order,
                               const struct agenda_wish *wish, bool *created, struct ra_error *error);
RA_MUST_CHECK bool agenda_move(struct http_request *request, struct order *order,
                               const struct agenda_wish *wish, struct ra_error *error);
RA_MUST_CHECK bool agenda_cancel(struct http_request *request, struct order *order, struct ra_error *error);

/* For the counter. keep: the holder came (the seat stays his); without an appointment nothing is done. miss:
 * did not come, the seats are left to walk-ins. restore: undo of miss; RA_SEAT_TAKEN when the seat is gone.
 * Rows of the agenda only: the desk moves the machine and writes milestone and event. */
RA_MUST_CHECK bool agenda_keep(struct http_request *request, struct order *order, struct ra_error *error);
RA_MUST_CHECK bool agenda_unkeep(struct http_request *request, struct order *order, struct ra_error *error);
RA_MUST_CHECK bool agenda_miss(struct http_request *request, struct order *order, struct ra_error *error);
RA_MUST_CHECK bool agenda_restore(struct http_request *request, struct order *order, struct ra_error *error);

/* {"appointment","start","end","office","mode","state"} of the order's appointment, local times with offset;
 * new reference, NULL when memory ran out or there is none. `context` is for passing texts. */
json_t *agenda_appointment_json(TALLOC_CTX *context, const struct order *order);

/* Compares the copies in memory with the database; *differences counts seats that disagree. */
RA_MUST_CHECK bool agenda_check_memory(struct ra_app *app, struct db *db, size_t *differences,
                                       struct ra_error *error);

/* What the opening of a day should know: [{"code","text"}], "few-agents" when fewer may sign than a case
 * needs (roster and absences), "hours-gone" when people wait for another hour. `day` is YYYY-MM-DD; new
 * reference.
 */
RA_MUST_CHECK bool agenda_warnings(struct http_request *request, const char *day, json_t **warnings,
                                   struct ra_error *error);

/* State and job; routes. */
extern const struct room agenda_room;
extern const struct room agenda_routes_room;
extern const struct room agenda_hold_room;

#endif
