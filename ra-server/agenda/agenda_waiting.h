/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The waiting list: who would take a seat that somebody gives back. Served in the order of arrival, one offer
 * at a time, each for policy `waiting_offer_minutes`; the seat is held for that order meanwhile, so that the
 * tap that accepts it cannot come too late within its time. Whoever lets policy `waiting_offers_missed` of
 * them go by leaves the list.
 */
#ifndef AGENDA_AGENDA_WAITING_H
#define AGENDA_AGENDA_WAITING_H

#include "agenda/agenda.h"
#include "jobs.h"

#define AGENDA_WAITING_JOB "waiting-list"

/* The days, in the office's zone and both included, on which the order would take a seat. */
struct waiting_wish {
    const char *mode;
    const char *first_day, *last_day; /* YYYY-MM-DD */
};

/* Puts the order on the list, or changes its days and keeps its place. Refused: a closed order, one whose
 * attendance has begun, days that are past, the wrong way round or beyond the horizon. */
RA_MUST_CHECK bool waiting_join(struct http_request *request, const struct order *order,
                                const struct waiting_wish *wish, struct ra_error *error);

/* Not on the list is no error. */
RA_MUST_CHECK bool waiting_leave(struct http_request *request, const struct order *order,
                                 struct ra_error *error);

/* {"place","from","until"}; *json NULL when the order does not wait. New reference. */
RA_MUST_CHECK bool waiting_json(struct http_request *request, const struct order *order, json_t **json,
                                struct ra_error *error);

/* After the order's address changed: the link of an offer that is open works from the new one alone. */
RA_MUST_CHECK bool waiting_readdress(struct http_request *request, const struct order *order,
                                     struct ra_error *error);

/* After the commit the job looks for whom a seat is. */
RA_MUST_CHECK bool waiting_wake(struct http_request *request, struct ra_error *error);

/* The job: ends what lapsed, makes the offers that are due. */
bool waiting_run(struct job_run *run, struct ra_error *error);

extern const struct room agenda_waiting_room;

#endif
