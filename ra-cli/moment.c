/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/moment.h"

#include "pki/base/clock.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_LENGTH = 10 };

/* The C library reads a zone from the environment only, and has its rules from the system's zone data. */
void moment_zone(const char *zone)
{
    if (zone != NULL && zone[0] != '\0' && setenv("TZ", zone, 1) == 0)
        tzset();
}

/* ":/etc/localtime" is what the C library takes without TZ. */
void moment_before_threads(void)
{
    (void)setenv("TZ", ":/etc/localtime", 0);
}

/* The office's calendar and clock at an instant; false for what is none. */
static bool local(const char *instant, struct tm *parts)
{
    int64_t instant_us = 0;
    if (!clock_parse(instant, &instant_us))
        return false;
    const time_t second = (time_t)(instant_us / 1000000);
    return localtime_r(&second, parts) != NULL;
}

#define WRITTEN(instant, format, buffer)                                                                     \
    struct tm parts;                                                                                         \
    if (!local(instant, &parts) || strftime(buffer, MOMENT_SIZE, format, &parts) == 0)                       \
        (buffer)[0] = '\0';                                                                                  \
    return buffer

const char *moment_short(const char *instant, char *buffer)
{
    WRITTEN(instant, "%d/%m %H:%M", buffer);
}

const char *moment_long(const char *instant, char *buffer)
{
    WRITTEN(instant, "%d/%m/%Y %H:%M", buffer);
}

const char *moment_anywhere(const char *instant, char *buffer)
{
    WRITTEN(instant, "%d/%m/%Y %H:%M (UTC%z)", buffer);
}

const char *moment_hour(const char *instant, char *buffer)
{
    WRITTEN(instant, "%H:%M", buffer);
}

static const char *day_of_instant(const char *instant, char *buffer)
{
    WRITTEN(instant, "%d/%m/%Y", buffer);
}

const char *moment_day(const char *instant, char *buffer)
{
    if (strlen(instant) != DAY_LENGTH || strspn(instant, "0123456789-") != DAY_LENGTH)
        return day_of_instant(instant, buffer);
    (void)snprintf(buffer, MOMENT_SIZE, "%.2s/%.2s/%.4s", instant + 8, instant + 5, instant);
    return buffer;
}

bool moment_same_day(const char *one, const char *other)
{
    char first[MOMENT_SIZE], second[MOMENT_SIZE];
    return strcmp(moment_day(one, first), moment_day(other, second)) == 0;
}
