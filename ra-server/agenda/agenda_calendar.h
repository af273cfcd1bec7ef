/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An appointment as iCalendar (RFC 5545, 5546): for the download link and for the mails. No personal data: no
 * name, no document, no order code; the mail's version names its addressee as the ATTENDEE, without which a
 * REQUEST is none.
 *
 * Lines end in CRLF and are folded at 75 octets without cutting a character. libical is used behind one lock
 * of this file.
 */
#ifndef AGENDA_AGENDA_CALENDAR_H
#define AGENDA_AGENDA_CALENDAR_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

/* Texts are borrowed. */
struct calendar_facts {
    const char *method; /* "REQUEST", "CANCEL" or "PUBLISH" */
    const char *uid;
    int sequence;
    int64_t start_us, end_us;
    int64_t stamp_us; /* when these facts became so */
    int offset_s;     /* of the zone at the start */
    const char *zone; /* IANA name */
    bool cancelled;
    const char *summary;
    const char *description;
    const char *location;
    const char *organizer; /* address */
    const char *organizer_name;
    const char *attendee; /* address, "" for none */
    const char *url;      /* where to change it */
};

/* The bytes hang on `context`. */
RA_MUST_CHECK bool calendar_write(TALLOC_CTX *context, const struct calendar_facts *facts,
                                  struct bytes *output, struct ra_error *error);

#endif
