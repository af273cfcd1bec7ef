/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/calendar.h"

#include <stddef.h>
#include <string.h>

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* -1 when one of the characters is no digit. */
static int read_number(const char *text, size_t digits)
{
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

enum calendar_verdict calendar_parse(const char *text, struct calendar_day *day)
{
    if (strnlen(text, 11) != 10 || text[4] != '-' || text[7] != '-')
        return CALENDAR_SHAPE;
    struct calendar_day read = {read_number(text, 4), read_number(text + 5, 2), read_number(text + 8, 2)};
    if (read.year < 0 || read.month < 0 || read.day < 0)
        return CALENDAR_SHAPE;
    if (read.year < 1 || read.month < 1 || read.month > 12 || read.day < 1 ||
        read.day > days_in_month(read.year, read.month))
        return CALENDAR_NO_DAY;
    *day = read;
    return CALENDAR_DAY;
}

int calendar_compare(struct calendar_day left, struct calendar_day right)
{
    if (left.year != right.year)
        return left.year - right.year;
    if (left.month != right.month)
        return left.month - right.month;
    return left.day - right.day;
}

struct calendar_day calendar_add_months(struct calendar_day day, unsigned months)
{
    int count = day.month - 1 + (int)(months % 1200U);
    struct calendar_day later = {day.year + (int)(months / 1200U) * 100 + count / 12, count % 12 + 1,
                                 day.day};
    int last = days_in_month(later.year, later.month);
    if (later.day > last)
        later.day = last;
    return later;
}

time_t calendar_months_later(time_t instant, unsigned months)
{
    struct tm parts;
    if (gmtime_r(&instant, &parts) == NULL)
        return instant;
    parts.tm_mon += (int)months;
    return timegm(&parts);
}
