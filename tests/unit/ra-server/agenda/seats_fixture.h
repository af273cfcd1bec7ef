/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests about seats share: slots, clicks, and a look at the rows.
 */
#ifndef SEATS_FIXTURE_H
#define SEATS_FIXTURE_H

#include "../orders/rooms_fixture.h"
#include "agenda/agenda.h"
#include "agenda/agenda_internal.h"
#include "catalog/local_time.h"

/* A slot far ahead that is wholly free, a fresh one at each call. */
int64_t fresh_slot(void);

/* POST, PUT or DELETE of the order's appointment; its status alone. */
struct answer *appointment(const char *method, const struct placed *order, int64_t start_us);
int status_of(const char *method, const struct placed *order, int64_t start_us);

struct answer *hold(const struct placed *order, int64_t start_us);
int hold_status(const struct placed *order, int64_t start_us);

/* Seats of a start for which `condition` holds. */
int64_t count_of(const char *condition, int64_t start_us);

/* As if the delay of what was given back, or the holds at that start, were over. */
void release_now(int64_t start_us);
void lapse(int64_t start_us);

/* Memory shows what the database has. */
void memory_agrees(void);

#endif
