/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers of calendars, out of the inbox: each mail is judged once and removed, or set aside for people
 * (docs/calendar.md). Twice the same mail, a crash between judging and removing, or a mail overtaken by
 * another change nothing.
 */
#ifndef AGENDA_AGENDA_INBOX_H
#define AGENDA_AGENDA_INBOX_H

#include "rooms.h"

extern const struct room agenda_inbox_room;

#endif
