/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two listeners on their unix sockets (design 2.1): a few I/O threads take requests in, a pool of workers
 * with a database connection each runs them. The only user of libmicrohttpd, together with transfer.c.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/internal.h"
#include "http/router.h"

struct http_server;

/* Opens both sockets (mode 0660, replacing stale files) and starts to serve. All route tables are checked
 * first and every worker's connection is made before the first socket opens. */
RA_MUST_CHECK bool http_server_start(TALLOC_CTX *context, struct ra_app *app,
                                     const struct route_table *tables, size_t table_count,
                                     struct http_server **server, struct ra_error *error);

/* Takes no new connection, finishes what is under way, stops every thread. */
void http_server_stop(struct http_server *server);

#endif
