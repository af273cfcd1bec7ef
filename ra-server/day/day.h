/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The day of the office: the note that one shift leaves to the next, the outage of the AC or of a base, the
 * papers that were printed, and the closing of the day, balanced and signed by an agent. Not the queue (desk)
 * nor the promised hour (report).
 */
#ifndef DAY_DAY_H
#define DAY_DAY_H

#include "http/http.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdint.h>
#include <talloc.h>

/* What the agent counted, and why it differs from what was recorded. */
struct day_counted {
    int64_t cash_cents;
    const char *reason; /* "" where nothing has to be explained */
};

/* Cash recorded on the day, from facts["money"]. Pure. */
int64_t day_recorded_cash(const json_t *facts);

/* The closing as it is read and signed: a first line that names the form, then one fact a line. Names of
 * people do not stand in it, their orders do. Pure; on `context`, NULL when memory ran out. */
char *day_closing_text(TALLOC_CTX *context, const char *office, const char *day, const char *agent,
                       const json_t *facts, const struct day_counted *counted);

/* The last closing of these facts stands: nobody reopened the day since. Pure. */
bool day_is_closed(const json_t *facts);

/* A difference must be explained. RA_RULE_REFUSED, reason "difference-unexplained" or, where the count of the
 * tokens is missing or differs, "tokens-uncounted". Pure. */
RA_MUST_CHECK bool day_may_close(const json_t *facts, const struct day_counted *counted,
                                 struct ra_error *error);

/* Adds to the queue's answer what open screens tell beside it: "outages" and "handover". */
RA_MUST_CHECK bool day_add_board(struct http_request *request, json_t *answer, struct ra_error *error);

extern const struct room day_room;

#endif
