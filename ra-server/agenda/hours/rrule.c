/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/hours/rrule.h"

#include "agenda/hours/plan.h"
#include "catalog/local_time.h"
#include "pki/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"", "MO", "TU", "WE", "TH", "FR", "SA", "SU"};

enum { EVERY_DAY = 0xFE };

static bool refuse(const char *part, struct ra_error *error)
{
    ra_fail_reason(
        error, RA_RULE_REFUSED, "rrule-not-supported",
        "A regra de repetição usa “%.40s”, que a agenda não aceita: use FREQ=DAILY, ou FREQ=WEEKLY "
        "com BYDAY, INTERVAL até %d e UNTIL.",
        part, PLAN_EVERY_WEEKS_MAX);
    snprintf(error->source, sizeof error->source, "RFC 5545 3.3.10, o subconjunto da agenda");
    return false;
}

static bool read_weekdays(char *list, unsigned *weekdays)
{
    char *rest = NULL;
    *weekdays = 0;
    for (char *word = strtok_r(list, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        int weekday = 1;
        while (weekday <= 7 && strcmp(names[weekday], word) != 0)
            weekday++;
        if (weekday > 7 || (*weekdays >> weekday & 1) != 0)
            return false;
        *weekdays |= 1U << weekday;
    }
    return *weekdays != 0;
}

static bool read_every(const char *text, int *every)
{
    if (text[0] < '1' || text[0] > '0' + PLAN_EVERY_WEEKS_MAX || text[1] != '\0')
        return false;
    *every = text[0] - '0';
    return true;
}

/* A day, or an instant (local, or with Z in UTC) of which the office's day counts. */
static bool read_until(const char *text, int offset_s, int64_t *until)
{
    char stamp[32];
    int64_t instant_us = 0;
    size_t length = strlen(text);
    bool is_day = length == 8, is_utc = length == 16 && text[15] == 'Z';
    if ((!is_day && !is_utc && length != 15) || (!is_day && text[8] != 'T'))
        return false;
    snprintf(stamp, sizeof stamp, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6,
             is_day ? "00" : text + 9, is_day ? "00" : text + 11, is_day ? "00" : text + 13);
    if (!clock_parse(stamp, &instant_us))
        return false;
    struct local_time day = local_time_of(instant_us, is_utc ? offset_s : 0);
    *until = local_day_number(day.year, day.month, day.day);
    return true;
}

enum frequency { FREQUENCY_NONE, FREQUENCY_DAILY, FREQUENCY_WEEKLY };

static bool read_part(const char *name, char *value, int offset_s, struct rrule *rule,
                      enum frequency *frequency)
{
    if (strcmp(name, "FREQ") == 0) {
        *frequency = strcmp(value, "DAILY") == 0    ? FREQUENCY_DAILY
                     : strcmp(value, "WEEKLY") == 0 ? FREQUENCY_WEEKLY
                                                    : FREQUENCY_NONE;
        return *frequency != FREQUENCY_NONE;
    }
    if (strcmp(name, "BYDAY") == 0)
        return read_weekdays(value, &rule->weekdays);
    if (strcmp(name, "INTERVAL") == 0)
        return read_every(value, &rule->every_weeks);
    if (strcmp(name, "UNTIL") == 0)
        return read_until(value, offset_s, &rule->until);
    return strcmp(name, "WKST") == 0 && strcmp(value, "MO") == 0;
}

bool rrule_read(const char *text, int offset_s, struct rrule *rule, struct ra_error *error)
{
    char copy[RRULE_TEXT_MAX + 1], shown[RRULE_TEXT_MAX + 1], *rest = NULL, seen[16] = "";
    enum frequency frequency = FREQUENCY_NONE;
    *rule = (struct rrule){.every_weeks = 1, .until = PLAN_NO_END};
    if (strlen(text) > RRULE_TEXT_MAX)
        return refuse("uma regra longa demais", error);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *part = strtok_r(copy, ";", &rest); part != NULL; part = strtok_r(NULL, ";", &rest)) {
        snprintf(shown, sizeof shown, "%s", part);
        char *value = strchr(part, '=');
        if (value == NULL)
            return refuse(shown, error);
        *value++ = '\0';
        /* Two parts of one name are told apart by their first letters, which the subset's names do not share.
         */
        if (strchr(seen, part[0]) != NULL || strlen(seen) + 1 >= sizeof seen ||
            !read_part(part, value, offset_s, rule, &frequency))
            return refuse(shown, error);
        seen[strlen(seen)] = part[0];
    }
    if (frequency == FREQUENCY_NONE)
        return refuse("nenhum FREQ", error);
    if (frequency == FREQUENCY_DAILY && rule->every_weeks != 1)
        return refuse("FREQ=DAILY com INTERVAL", error);
    if (frequency == FREQUENCY_DAILY && rule->weekdays == 0)
        rule->weekdays = EVERY_DAY;
    return true;
}

static size_t write_days(const struct rrule *rule, char *text, size_t used)
{
    const char *before = ";BYDAY=";
    for (int weekday = 1; weekday <= 7; weekday++)
        if ((rule->weekdays >> weekday & 1) != 0) {
            used += (size_t)snprintf(text + used, RRULE_SIZE - used, "%s%s", before, names[weekday]);
            before = ",";
        }
    return used;
}

void rrule_write(const struct rrule *rule, int offset_s, char text[RRULE_SIZE])
{
    bool daily = rule->weekdays == EVERY_DAY && rule->every_weeks == 1;
    size_t used = (size_t)snprintf(text, RRULE_SIZE, "FREQ=%s", daily ? "DAILY" : "WEEKLY");
    if (rule->every_weeks > 1)
        used += (size_t)snprintf(text + used, RRULE_SIZE - used, ";INTERVAL=%d", rule->every_weeks);
    if (!daily)
        used = write_days(rule, text, used);
    if (rule->until != PLAN_NO_END) {
        int64_t end_us = ((rule->until + 1) * 86400 - 1 - offset_s) * INT64_C(1000000);
        struct local_time end = local_time_of(end_us, 0);
        snprintf(text + used, RRULE_SIZE - used, ";UNTIL=%04d%02d%02dT%02d%02d%02dZ", end.year, end.month,
                 end.day, end.hour, end.minute, end.second);
    }
}
