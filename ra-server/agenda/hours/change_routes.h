/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The office's routes of the calendar.
 */
#ifndef AGENDA_HOURS_CHANGE_ROUTES_H
#define AGENDA_HOURS_CHANGE_ROUTES_H

#include "rooms.h"

extern const struct room agenda_hours_room;

#endif
