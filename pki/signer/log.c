/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct ra_clock *log_clock;

void log_start(const struct ra_clock *clock)
{
    log_clock = clock;
}

static const char *level_word(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_ALARM:
        return "alarm";
    }
    return "alarm";
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    static const struct ra_clock machine;
    char time_text[CLOCK_TEXT_SIZE];
    clock_format_utc(clock_now_us(log_clock != NULL ? log_clock : &machine), time_text, sizeof time_text);
    va_list arguments;
    va_start(arguments, format);
    json_t *members = json_vpack_ex(NULL, 0, format, arguments);
    va_end(arguments);
    json_t *line = json_pack("{s:s,s:s,s:s,s:s}", "time", time_text, "level", level_word(level), "program",
                             "ra-signer", "event", event);
    if (line != NULL && members != NULL)
        json_object_update(line, members);
    char *text = line != NULL ? json_dumps(line, JSON_COMPACT) : NULL;
    /* One call, so that lines of different threads never mix. */
    if (text != NULL)
        fprintf(stderr, "%s\n", text);
    free(text);
    json_decref(members);
    json_decref(line);
}
