/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Feeds: the agenda of the office, or of one agent, at a secret address on the public side, because calendar
 * programs bring no certificate. The address is derived from the server's key and a generation; the database
 * keeps its hash. Rotating makes another address and ends the former one; an agent's also ends with his place
 * in the roster.
 */
#ifndef AGENDA_AGENDA_FEED_H
#define AGENDA_AGENDA_FEED_H

#include "approval/office.h"
#include "rooms.h"

#include <stdbool.h>

enum feed_of { FEED_OF_OFFICE, FEED_OF_AGENT };
enum feed_act { FEED_SHOW, FEED_ROTATE };

/* Agents have one of their own and may see the office's; the office's is rotated by administrators. */
bool agenda_feed_may(enum office_role role, enum feed_of of, enum feed_act act);

/* If-None-Match (RFC 9110 13.1.2) names this entity tag, by the weak comparison; `header` may be NULL. `tag`
 * is with its quotes. */
bool agenda_feed_unchanged(const char *header, const char *tag);

extern const struct room agenda_feed_room;

#endif
