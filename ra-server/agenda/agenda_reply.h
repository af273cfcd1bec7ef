/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail with the answer of a calendar (RFC 6047, 5546), read and no more: whether it is believed is said in
 * agenda_answers.h. MIME is read by GMime, the calendar by libical; no recurrence and no zone of the mail is
 * ever expanded.
 *
 * Pure but for memory, safe in any thread once agenda_reply_start ran.
 */
#ifndef AGENDA_AGENDA_REPLY_H
#define AGENDA_AGENDA_REPLY_H

#include "agenda/agenda_answers.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <talloc.h>

enum {
    REPLY_CALENDAR_MAX = 64 * 1024, /* bytes of the calendar part */
    REPLY_TEXT_MAX = 254,           /* characters of an address or a UID */
    REPLY_DEPTH_MAX = 8,            /* multiparts within each other */
};

/* Once, before the first reading. */
void agenda_reply_start(void);

/* RA_INVALID for whatever is no REPLY or COUNTER of one person about one event: other mail, and answers that
 * say nothing we act on (delegated). */
RA_MUST_CHECK bool agenda_reply_read(TALLOC_CTX *context, struct bytes mail, struct calendar_reply *reply,
                                     struct ra_error *error);

/* The calendar part alone. `method` is the MIME parameter, "" where there was none; `sender` as in the mail.
 */
RA_MUST_CHECK bool agenda_reply_parse(TALLOC_CTX *context, const char *calendar, const char *method,
                                      const char *sender, struct calendar_reply *reply,
                                      struct ra_error *error);

#endif
