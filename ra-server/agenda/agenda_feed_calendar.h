/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The agenda of an office or of an agent as a calendar to subscribe to (RFC 5546 3.2.1 PUBLISH, RFC 7986).
 * Times, manner and place; nothing of a citizen, and no UID of an invitation, which is what makes an answer
 * believed. The same facts give the same bytes, so that a client need not fetch them twice.
 *
 * Takes the library's lock itself.
 */
#ifndef AGENDA_AGENDA_FEED_CALENDAR_H
#define AGENDA_AGENDA_FEED_CALENDAR_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum { FEED_REFRESH_MINUTES = 15 };

struct feed_event {
    int64_t id; /* of the appointment */
    int64_t start_us, end_us, changed_us;
    int sequence;
    bool video;
};

/* Texts are borrowed; events in order of time. */
struct feed_facts {
    const char *name; /* of the calendar */
    const char *host; /* the domain of the UIDs */
    const char *zone; /* IANA name */
    const char *location;
    const char *organizer; /* address */
    int64_t since_us;      /* what the zone begins with where there is no event */
    const struct feed_event *events;
    size_t count;
};

RA_MUST_CHECK bool calendar_feed_write(TALLOC_CTX *context, const struct feed_facts *facts,
                                       struct bytes *output, struct ra_error *error);

#endif
