/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a video session is joined: a room of the office's own video service (configuration `video_url`), one
 * for each appointment, with a name that nobody guesses. Derived from the appointment's UID, so it is the
 * same in every mail and page and nowhere stored.
 */
#ifndef AGENDA_AGENDA_VIDEO_H
#define AGENDA_AGENDA_VIDEO_H

#include "app.h"
#include "pki/base/error.h"

#include <talloc.h>

struct order_appointment;

/* *open when video is sold (policy `video_room`) and there is a service to send people to. */
RA_MUST_CHECK bool agenda_video_open(struct ra_app *app, int64_t now_us, bool *open, struct ra_error *error);

/* The room's address, on `context`; "" for a session in person, or where there is no service. */
RA_MUST_CHECK bool agenda_video_room(struct ra_app *app, TALLOC_CTX *context, const char *mode,
                                     const char *uid, const char **url, struct ra_error *error);

#endif
