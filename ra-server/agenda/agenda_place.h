/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where an appointment is. Another address of the office, or of the service where sessions by video are
 * joined, is a significant change (RFC 5546 2.1.4): everybody who is booked there gets the invitation anew,
 * with the next SEQUENCE. Compared with what each calendar was told last, so that it does not matter who
 * changed the office's row, nor whether the program ran then.
 */
#ifndef AGENDA_AGENDA_PLACE_H
#define AGENDA_AGENDA_PLACE_H

#include "catalog/catalog.h"
#include "jobs.h"
#include "rooms.h"

/* As the invitation's LOCATION; on `context`, NULL when memory ran out. */
char *agenda_place_text(TALLOC_CTX *context, const struct catalog_office *office);

/* The job. */
bool agenda_place_run(struct job_run *run, struct ra_error *error);

extern const struct room agenda_place_room;

#endif
