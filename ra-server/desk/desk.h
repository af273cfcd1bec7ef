/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desk room: who has come, whose turn it is, who is being served. Check-in gives a ticket; call, park,
 * no-show and finish move the visit; undo takes the last act back as a new act. Not the papers
 * (identification).
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "rooms.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum { DESK_SENTENCE_SIZE = 160 };

/* Who comes back with a correction that was asked for goes after the law's classes and before the rest
 * (policy priority_return); nobody chooses it. */
#define DESK_PRIORITY_RETURN "return"

/* The classes of legal priority in their order (Lei 10.048/2000, Lei 10.741/2003 art. 3º § 2º). Pure. */
bool desk_priority_known(const char *priority);

/* "A014" from letter and number, on `context`; NULL when memory ran out. */
char *desk_ticket_text(TALLOC_CTX *context, const char *letter, int number);

/* Why this ticket was called when it was: the sentence that is stored with the call. Pure. */
void desk_call_sentence(const char *ticket, const char *priority, bool walk_in, bool by_choice,
                        char *sentence, size_t size);

extern const struct room desk_room;

#endif
