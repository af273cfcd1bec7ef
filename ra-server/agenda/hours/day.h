/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar shown: the whole of it, one day with its seats, agents and warnings, and who waits for another
 * hour.
 */
#ifndef AGENDA_HOURS_DAY_H
#define AGENDA_HOURS_DAY_H

#include "agenda/hours/hours.h"
#include "http/http.h"

#include <jansson.h>

/* Query `date`, today without one; RA_INVALID with the field. */
RA_MUST_CHECK bool hours_asked_day(struct http_request *request, char day[CATALOG_DAY_SIZE],
                                   struct ra_error *error);

/* New references. */
RA_MUST_CHECK bool hours_calendar_json(struct http_request *request, json_t **model, struct ra_error *error);
RA_MUST_CHECK bool hours_day_json(struct http_request *request, const char *day, json_t **model,
                                  struct ra_error *error);
RA_MUST_CHECK bool hours_conflicts_json(struct http_request *request, json_t **model, struct ra_error *error);

/* The fewest of these people who are there at the same time within [start, end), in local minutes. Pure. */
size_t hours_fewest_present(const char *const *names, size_t count, const struct plan_absence *absences,
                            size_t absence_count, int64_t start, int64_t end);

#endif
