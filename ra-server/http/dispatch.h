/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a complete request to a complete response, on a worker thread or, at once, on the listener's. Knows
 * nothing of sockets.
 */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

#include "http/internal.h"

/* Runs the exchange's route; `db` is NULL for HTTP_AT_ONCE alone. Afterwards the response is ready to send:
 * its content is BYTES, FILE or NONE. */
void dispatch_run(struct http_exchange *exchange, struct db *db);

/* The answer to a request that never reached its route (framing, 404, limits): `error` becomes a problem
 * document or, for a browser asking for a page, the template "erro". Needs no database. */
void dispatch_refuse(struct http_exchange *exchange, const struct ra_error *error);

#endif
