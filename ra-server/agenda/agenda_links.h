/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The links of the mails about an appointment: confirm, move, cancel by one tap, without logging in. A token
 * opens one appointment and nothing else of the case, until the appointment begins, and acts on it only at
 * the revision (SEQUENCE) that its mail was about. It is derived anew each time its mail is rendered
 * (orders/tokens.h); the database keeps its hash. Mail scanners follow links, so a GET never acts.
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

/* The mail that the links are in: which appointment at which revision, when it was asked for, where it goes.
 */
struct agenda_link_mail {
    const char *uid;
    int sequence;
    int64_t asked_us;
    const char *email;
};

/* The token of a mail: the same each time. *token is "" where there is none: the appointment has begun, or
 * the address is the order's no more. */
RA_MUST_CHECK bool agenda_link_issue(struct ra_app *app, struct db *db, int64_t now_us,
                                     const struct agenda_link_mail *mail, char token[TOKEN_SIZE],
                                     struct ra_error *error);

/* What a link is about, which may be neither the case's present appointment nor its present revision. */
struct agenda_link {
    int64_t appointment_id;
    int64_t sequence;
};

/* The case of the token in the path, held until the transaction ends with `lock`. RA_NOT_FOUND for a link
 * that does not open. */
RA_MUST_CHECK bool agenda_link_open(struct http_request *request, bool lock, struct order **order,
                                    struct agenda_link *link, struct ra_error *error);

/* Drops the links that no longer open. */
RA_MUST_CHECK bool agenda_link_sweep(struct db *db, int64_t now_us, struct ra_error *error);

extern const struct room agenda_links_room;

#endif
