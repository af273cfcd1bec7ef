/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar part of an answer, without the mail around it, so that the fuzzer reaches libical at once.
 */
#include "agenda/agenda_reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    struct calendar_reply reply;
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, size > 0 ? (const char *)data : "",
                                size < REPLY_CALENDAR_MAX ? size : REPLY_CALENDAR_MAX);
    if (agenda_reply_parse(context, text, "", "p@cidadao.example", &reply, &error)) {
        if (reply.answer >= AGENDA_ANSWER_COUNT || reply.uid[0] == '\0')
            abort();
    } else if (error.code != RA_INVALID) {
        abort();
    }
    talloc_free(context);
    return 0;
}
