/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of an invitation, the same in the download and in the mails.
 */
#ifndef AGENDA_AGENDA_INVITATION_H
#define AGENDA_AGENDA_INVITATION_H

#include "app.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

struct db;

struct invitation {
    const char *method; /* as in agenda_calendar.h */
    const char *uid;
    int sequence;
    int64_t start_us, end_us, stamp_us;
    bool cancelled;
    const char *attendee; /* "" in the download */
};

/* A session by video has its room as CONFERENCE (agenda_video.h) and no street address. */
RA_MUST_CHECK bool agenda_invitation(struct ra_app *app, struct db *db, TALLOC_CTX *context,
                                     const struct invitation *invitation, struct bytes *output,
                                     struct ra_error *error);

#endif
