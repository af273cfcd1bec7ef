/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An appointment as iCalendar (RFC 5545, 5546): for the download link and for the mails. No personal data: no
 * name, no document, no order code; the mail's version names its addressee as the ATTENDEE, without which a
 * REQUEST is none.
 *
 * The zone travels with its times (agenda_calendar_zone.h). Takes the library's lock itself.
 */
#ifndef AGENDA_AGENDA_CALENDAR_H
#define AGENDA_AGENDA_CALENDAR_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

#define CALENDAR_PRODID "-//Guiche//Agenda//PT"

/* Texts are borrowed. */
struct calendar_facts {
    const char *method; /* "REQUEST", "CANCEL" or "PUBLISH" */
    const char *uid;
    int sequence;
    int64_t start_us, end_us;
    int64_t stamp_us; /* when these facts became so */
    const char *zone; /* IANA name */
    bool cancelled;
    const char *summary;
    const char *description;
    const char *location;
    const char *organizer; /* address */
    const char *organizer_name;
    const char *attendee;   /* address, "" for none */
    const char *url;        /* where to change it */
    const char *conference; /* where a video session is joined, "" for none */
};

/* The bytes hang on `context`. */
RA_MUST_CHECK bool calendar_write(TALLOC_CTX *context, const struct calendar_facts *facts,
                                  struct bytes *output, struct ra_error *error);

#endif
