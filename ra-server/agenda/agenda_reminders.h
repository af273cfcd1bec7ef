/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reminders: two mails before an appointment, at the hours of the policy rows, once each for every start that
 * was agreed, whatever restarts and moves come between.
 */
#ifndef AGENDA_AGENDA_REMINDERS_H
#define AGENDA_AGENDA_REMINDERS_H

#include "rooms.h"

#include <stdbool.h>
#include <stdint.h>

enum agenda_reminder { REMINDER_NONE, REMINDER_FIRST, REMINDER_SECOND };

struct reminder_case {
    int64_t start_us;
    int64_t set_us; /* when this start was agreed */
    int64_t now_us;
    int64_t first_hours, second_hours; /* 0: none of that kind */
    bool first_made, second_made;
};

/* Which one is due. None of a kind where the start was agreed later than the hour of that kind; the first is
 * no longer due once the second is. */
enum agenda_reminder agenda_reminder_due(const struct reminder_case *known);

/* The job, and the sweeping of the mails' links. */
extern const struct room agenda_reminders_room;

#endif
