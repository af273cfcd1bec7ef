/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The message to somebody whose hour is gone, and the page behind its links: keep to the nearest hour, choose
 * another one, or give up. A link opens a page with one button; only the button acts (POST), for mail
 * scanners follow links. The link's token is derived from a key of the server (orders/tokens.h) and dies with
 * the appointment's next change.
 */
#ifndef AGENDA_HOURS_RESCHEDULE_H
#define AGENDA_HOURS_RESCHEDULE_H

#include "app.h"
#include "orders/orders.h"
#include "orders/tokens.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>

enum { RESCHEDULE_CHOICES = 3 };

/* Facts for NOTICE_HOUR_GONE of the order's present appointment: {"appointment_id","sequence","start_us",
 * "offset_s","choices":[{"start_us","offset_s"}]}, no secret. New reference, NULL with *error set. */
json_t *reschedule_message(struct ra_app *app, struct db *db, TALLOC_CTX *context, const struct order *order,
                           int64_t now_us, struct ra_error *error);

/* The last parts of the page's address: "ID/TOKEN", on `context`, NULL with *error set. */
char *reschedule_path(struct ra_app *app, TALLOC_CTX *context, const struct order *order,
                      struct ra_error *error);

extern const struct room agenda_reschedule_room;

#endif
