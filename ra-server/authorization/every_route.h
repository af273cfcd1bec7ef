/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All route tables of the program, as main puts them together: for the check, the document and their tests.
 */
#ifndef AUTHORIZATION_EVERY_ROUTE_H
#define AUTHORIZATION_EVERY_ROUTE_H

#include "authorization/route_check.h"
#include "http/router.h"
#include "rooms.h"

enum { EVERY_ROUTE_TABLES_MAX = 2 * ROOM_COUNT + 1 };

/* Fills `tables` and returns how many there are. */
size_t every_route(struct route_table tables[EVERY_ROUTE_TABLES_MAX]);

/* What the authorizers of the rooms make of a caller. */
extern const struct authorization_known every_known_authorizer[];

#endif
