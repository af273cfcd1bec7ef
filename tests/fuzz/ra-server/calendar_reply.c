/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail that may be a calendar's answer: what is read is whole, and within its bounds.
 */
#include "agenda/agenda_reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_whole(const struct calendar_reply *reply)
{
    if (reply->answer >= AGENDA_ANSWER_COUNT || reply->uid[0] == '\0' || reply->sender[0] == '\0' ||
        strlen(reply->uid) > REPLY_TEXT_MAX || strlen(reply->attendee) > REPLY_TEXT_MAX ||
        strchr(reply->sender, '\n') != NULL || strchr(reply->attendee, '\n') != NULL ||
        (reply->wish_us != 0 && reply->answer != AGENDA_COUNTERED))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    struct calendar_reply reply;
    TALLOC_CTX *context = talloc_new(NULL);
    agenda_reply_start();
    if (agenda_reply_read(context, (struct bytes){data, size}, &reply, &error))
        is_whole(&reply);
    else if (error.code != RA_INVALID)
        abort();
    talloc_free(context);
    return 0;
}
