/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every use of libical in this program shares: the one lock around the library, whose counters have
 * none of their own, and calendars as bytes (RFC 5545 3.1: CRLF, folded at 75 octets between characters).
 *
 * Thread rules: everything that calls libical runs between calendar_library_enter and _leave, which do not
 * nest; hold it for what is short.
 */
#ifndef AGENDA_AGENDA_CALENDAR_TEXT_H
#define AGENDA_AGENDA_CALENDAR_TEXT_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <libical/ical.h>
#include <talloc.h>

void calendar_library_enter(void);
void calendar_library_leave(void);

/* The component as bytes on `context`, with a NUL behind that is not counted. The component stays the
 * caller's; NULL is taken for memory that ran out while it was made. Inside the lock. */
RA_MUST_CHECK bool calendar_text(TALLOC_CTX *context, icalcomponent *component, struct bytes *output,
                                 struct ra_error *error);

#endif
