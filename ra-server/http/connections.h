/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The open connections of the listeners, each with a deadline, and a thread that cuts those past it. The
 * library's own timeout starts anew at every byte: a client that drips one byte a second would stay for ever.
 *
 * Thread rules: all functions are safe from any thread. A record is valid from connections_add to
 * connections_remove; while a descriptor is in the list, it is open.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

struct connections;
struct connection;

enum {
    CONNECTION_IDLE_S = 75, /* between two requests; longer than the front keeps one */
    CONNECTION_STALL_S =
        10, /* between two pieces of a body; less than the front waits, which ends without a word */
};

RA_MUST_CHECK bool connections_new(TALLOC_CTX *context, struct connections **connections,
                                   struct ra_error *error);

/* A new connection, idle. NULL when memory ran out: then it must not be served. */
struct connection *connections_add(struct connections *connections, int fd);
void connections_remove(struct connections *connections, struct connection *connection);

/* A request began, or a new phase of it: it has `seconds` from now, 0 = no limit (a worker has it). */
void connections_busy(struct connections *connections, struct connection *connection, int64_t seconds);

/* As connections_busy while a body comes, and no answer has begun: who sends nothing for CONNECTION_STALL_S
 * or is not done in `seconds` is told so (connections_late_answer) before the connection is cut. The library
 * cannot answer in the middle of a body. */
void connections_receiving(struct connections *connections, struct connection *connection, int64_t seconds);

/* The whole answer for who is late with this body; it outlives the connection. */
void connections_late_answer(struct connections *connections, struct connection *connection,
                             const struct bytes *answer);

/* A piece of the body came. */
void connections_heard(struct connections *connections, struct connection *connection);

/* The body is whole: a worker has it from here on. false when the client was told 408 already. */
RA_MUST_CHECK bool connections_received(struct connections *connections, struct connection *connection);
void connections_idle(struct connections *connections, struct connection *connection);

/* Cuts the idle ones now and as they become idle, then waits until none is left or `seconds` passed. */
void connections_drain(struct connections *connections, int64_t seconds);

/* Ends the thread. */
void connections_stop(struct connections *connections);

int64_t monotonic_us(void);
int64_t monotonic_ms(void);

#endif
