/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include "pki/base/clock.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const level_names[] = {
    [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_ERROR] = "error"};

/* One write, so that lines of several threads do not mix; a log that cannot be written has nowhere to say so.
 */
static void write_line(const json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    if (text == NULL)
        return;
    char *whole = NULL;
    int length = asprintf(&whole, "%s\n", text);
    if (length > 0) {
        ssize_t written = write(STDERR_FILENO, whole, (size_t)length);
        (void)written;
        free(whole);
    }
    free(text);
}

static json_t *new_line(enum log_level level, const char *event)
{
    /* The machine's clock: an operator compares these lines with those of other programs. */
    static const struct ra_clock machine = {0};
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(clock_now_us(&machine), at, sizeof at);
    return json_pack("{s:s, s:s, s:s}", "at", at, "level", level_names[level], "event", event);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    json_t *line = new_line(level, event);
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        json_t *details = json_vpack_ex(NULL, 0, format, arguments);
        va_end(arguments);
        json_object_update(line, details);
        json_decref(details);
    }
    write_line(line);
    json_decref(line);
}

void log_error(const char *event, const char *subject, const struct ra_error *error)
{
    log_event(LOG_LEVEL_ERROR, event, "{s:s, s:s, s:s, s:s}", "subject", subject, "code",
              ra_error_info(error->code)->code, "reason", error->reason, "detail", error->detail);
}
