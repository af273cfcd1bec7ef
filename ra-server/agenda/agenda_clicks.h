/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clicks on starts that are in the house and not answered yet. In a rush a click waits for a worker longer
 * than it takes, and whoever looks meanwhile would be shown a seat that is as good as gone: so a click counts
 * from its arrival. Only what is shown to the public follows; who gets the seat is decided by the rows.
 *
 * Nothing of a click is known when it arrives, not even whether it may be made: it hides one seat of its
 * start until its answer, no longer, so hiding takes as many requests at once as there are seats.
 *
 * Thread rules: all functions may be called from any thread.
 */
#ifndef AGENDA_AGENDA_CLICKS_H
#define AGENDA_AGENDA_CLICKS_H

#include "app.h"
#include "pki/base/bytes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A start by its minute: two starts share a place only when they lie 91 days apart. */
enum { CLICKS_PLACES = 131072 };
struct agenda_clicks {
    atomic_int waiting[CLICKS_PLACES];
};

/* The start that a body asks for, JSON or form, without reading all of it: the first "start" with an RFC 3339
 * instant behind it. */
bool clicks_start_of(struct bytes body, int64_t *start_us);

void clicks_add(struct agenda_clicks *clicks, int64_t start_us, int number);
int clicks_on(const struct agenda_clicks *clicks, int64_t start_us);

/* The hooks of routes (http/http.h). */
int64_t agenda_click_arrived(struct ra_app *app, struct bytes body);
void agenda_click_left(struct ra_app *app, int64_t arrived);

#endif
