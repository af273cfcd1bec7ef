/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MICROSECONDS = 1000000 };

bool clock_load(struct ra_clock *clock, const char *path, struct ra_error *error)
{
    *clock = (struct ra_clock){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? true : ra_fail_errno(error, path);
    char line[64] = "";
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    char *end = line;
    errno = 0;
    long long offset = got == NULL ? 0 : strtoll(line, &end, 10);
    if (got == NULL || end == line || errno != 0 || strspn(end, "\n") != strlen(end))
        return ra_fail(error, RA_IO, "%s: expected a number of seconds", path);
    clock->offset_s = offset;
    return true;
}

int64_t clock_now_us(const struct ra_clock *clock)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((int64_t)now.tv_sec + clock->offset_s) * MICROSECONDS + now.tv_nsec / 1000;
}

time_t clock_now(const struct ra_clock *clock)
{
    return (time_t)(clock_now_us(clock) / MICROSECONDS);
}

void clock_format_utc(int64_t instant_us, char *buffer, size_t size)
{
    int64_t micro = instant_us % MICROSECONDS;
    if (micro < 0)
        micro += MICROSECONDS;
    time_t seconds = (time_t)((instant_us - micro) / MICROSECONDS);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    char base[24];
    strftime(base, sizeof base, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(buffer, size, "%s.%06dZ", base, (int)micro);
}

static bool digits(const char **cursor, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*cursor)++) {
        if (**cursor < '0' || **cursor > '9')
            return false;
        *value = *value * 10 + (**cursor - '0');
    }
    return true;
}

static bool literal(const char **cursor, char expected)
{
    if (**cursor != expected)
        return false;
    (*cursor)++;
    return true;
}

static bool fraction(const char **cursor, int *micro)
{
    *micro = 0;
    if (**cursor != '.')
        return true;
    (*cursor)++;
    int scale = MICROSECONDS / 10;
    const char *start = *cursor;
    for (; **cursor >= '0' && **cursor <= '9'; (*cursor)++) {
        *micro += (**cursor - '0') * scale;
        scale /= 10;
    }
    return *cursor != start && *cursor - start <= 6;
}

static bool zone(const char **cursor, int *offset_s)
{
    *offset_s = 0;
    if (literal(cursor, 'Z'))
        return true;
    char sign = **cursor;
    if (sign != '+' && sign != '-')
        return false;
    (*cursor)++;
    int hours, minutes;
    if (!digits(cursor, 2, &hours) || !literal(cursor, ':') || !digits(cursor, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

bool clock_parse(const char *text, int64_t *instant_us)
{
    const char *cursor = text;
    int year, month, day, hour, minute, second = 0, micro = 0, offset_s;
    if (!digits(&cursor, 4, &year) || !literal(&cursor, '-') || !digits(&cursor, 2, &month) ||
        !literal(&cursor, '-') || !digits(&cursor, 2, &day) || !literal(&cursor, 'T') ||
        !digits(&cursor, 2, &hour) || !literal(&cursor, ':') || !digits(&cursor, 2, &minute))
        return false;
    if (literal(&cursor, ':') && (!digits(&cursor, 2, &second) || !fraction(&cursor, &micro)))
        return false;
    if (!zone(&cursor, &offset_s) || *cursor != '\0')
        return false;
    struct tm parts = {.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute,
                       .tm_sec = second};
    time_t seconds = timegm(&parts);
    /* timegm normalises 31 February into March: what comes back must be what was written. */
    if (parts.tm_year != year - 1900 || parts.tm_mon != month - 1 || parts.tm_mday != day ||
        parts.tm_hour != hour || parts.tm_min != minute || parts.tm_sec != second)
        return false;
    *instant_us = ((int64_t)seconds - offset_s) * MICROSECONDS + micro;
    return true;
}
