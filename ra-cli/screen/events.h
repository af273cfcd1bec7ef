/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Listens to the server's events (GET /api/office/events, text/event-stream) on a thread of its own and tells
 * the transport that something changed. Connects again by itself; after a cut everything counts as changed.
 */
#ifndef RA_CLI_SCREEN_EVENTS_H
#define RA_CLI_SCREEN_EVENTS_H

#include "ra-cli/cli.h"

struct events;
struct transport;

/* How long to wait, in seconds, after so many connections in a row on which nothing was heard. */
static inline unsigned events_pause_s(unsigned failures)
{
    return failures < 4 ? 1U << failures : 15;
}

struct events *events_start(struct transport *transport, const struct cli *cli);

/* NULL: the screen was locked, the connection is closed. Else the pass phrase to go on with; copied. */
void events_lock(struct events *events, const char *passphrase);

void events_stop(struct events *events);

#endif
