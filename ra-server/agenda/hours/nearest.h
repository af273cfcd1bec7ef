/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free public hours near an appointment's, from the database itself: within a change of the calendar, memory
 * still shows what is about to go.
 */
#ifndef AGENDA_HOURS_NEAREST_H
#define AGENDA_HOURS_NEAREST_H

#include "agenda/agenda_rules.h"
#include "app.h"
#include "orders/orders.h"
#include "pki/base/error.h"

/* At most `most`, the nearest first; of those that allow what the order's session asks for. On `context`. */
RA_MUST_CHECK bool hours_nearest(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                                 const struct order *order, int64_t now_us, size_t most,
                                 struct agenda_slot **slots, size_t *count, struct ra_error *error);

#endif
