/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The links of the mails about an appointment: confirm, move, cancel by one tap, without logging in. A token
 * opens one appointment and nothing else of the case, until the appointment begins. It is derived anew each
 * time its mail is rendered (orders/tokens.h); the database keeps its hash. Mail scanners follow links, so a
 * GET never acts.
 *
 * Thread rules: everything belongs to the request or the run that is given.
 */
#ifndef AGENDA_AGENDA_LINKS_H
#define AGENDA_AGENDA_LINKS_H

#include "app.h"
#include "http/http.h"
#include "orders/tokens.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <stdint.h>

struct db;
struct order;

/* The token of a mail that was asked for at `asked_us` and goes to `email`: the same each time. An
 * appointment that has begun has none: *token is "" then. */
RA_MUST_CHECK bool agenda_link_issue(struct ra_app *app, struct db *db, int64_t now_us, const char *uid,
                                     int64_t asked_us, const char *email, char token[TOKEN_SIZE],
                                     struct ra_error *error);

/* The case of the token in the path, held until the transaction ends with `lock`; *appointment_id is the one
 * that the link is about, which may not be the case's present one. RA_NOT_FOUND for a link that does not
 * open. */
RA_MUST_CHECK bool agenda_link_open(struct http_request *request, bool lock, struct order **order,
                                    int64_t *appointment_id, struct ra_error *error);

/* Drops the links that no longer open. */
RA_MUST_CHECK bool agenda_link_sweep(struct db *db, int64_t now_us, struct ra_error *error);

extern const struct room agenda_links_room;

#endif
