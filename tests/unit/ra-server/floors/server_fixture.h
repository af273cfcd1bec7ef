/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A whole server in the test's own process: real sockets, real PostgreSQL (tests/support/scratch-postgres),
 * with a table of routes that belongs to the tests. One at a time.
 */
#ifndef FLOORS_SERVER_FIXTURE_H
#define FLOORS_SERVER_FIXTURE_H

#include "http/server.h"

#include <stdatomic.h>

/* What the test routes count. */
extern atomic_int handled;          /* runs of the handlers that count */
extern atomic_int after_commits;    /* callbacks that ran */
extern atomic_int failures_to_come; /* so many runs of /api/race lose against another transaction */
extern atomic_int hold;             /* 1: /api/slow waits until it is 0 */
extern atomic_int forbidden;        /* 1: the matrix allows nobody anything; -1: there is no matrix */

/* Migrates the database once and starts. `settings`: further lines of configuration. */
void fixture_start(const char *settings);

/* As fixture_start where the server itself may refuse to start; fixture_stop follows either way. */
RA_MUST_CHECK bool fixture_try(const char *settings, struct ra_error *failure);

/* Stops and removes the folder of the instance: fails when a file of it is missing or one was left over. */
void fixture_stop(void);

/* Sends `request` ("GET /x HTTP/1.1\r\n…", a Host and "Connection: close" are not added) and reads until the
 * server closes or `seconds` pass. The text is valid until the next call. */
const char *fixture_ask(enum http_listener listener, const char *request, size_t length);

/* As fixture_ask for a text; adds Host, Connection and the lines of `headers`. `body` may be NULL. */
const char *fixture_send(enum http_listener listener, const char *line, const char *headers,
                         const char *body);

/* A connected socket, for what cannot be said in one piece. */
int fixture_connect(enum http_listener listener);

/* Reads until the end or a timeout of 10 s; NULL when nothing came before the connection closed. */
const char *fixture_read(int fd);

/* 200 of "HTTP/1.1 200 OK…"; 0 when there is no answer. */
int status_of(const char *answer);
/* Text behind the empty line. */
const char *body_of(const char *answer);

#endif
