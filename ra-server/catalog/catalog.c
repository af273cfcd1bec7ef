/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalog/catalog.h"

#include "catalog/local_time.h"
#include "pki/certificate/calendar.h"

#include <stdio.h>
#include <string.h>

void catalog_day_of(int64_t instant_us, int offset_s, char day[CATALOG_DAY_SIZE])
{
    struct local_time local = local_time_of(instant_us, offset_s);
    char text[40]; /* wide enough for any int, as the compiler sees it */
    snprintf(text, sizeof text, "%04d-%02d-%02d", local.year, local.month, local.day);
    snprintf(day, CATALOG_DAY_SIZE, "%.10s", text);
}

bool catalog_day_within(const char *day, const char *from, const char *until)
{
    return strcmp(from, day) <= 0 && (until[0] == '\0' || strcmp(day, until) <= 0);
}

bool catalog_outlives(const char *day, int months, const char *until)
{
    struct calendar_day start;
    struct calendar_day end;
    return calendar_parse(day, &start) != CALENDAR_DAY || calendar_parse(until, &end) != CALENDAR_DAY ||
           calendar_compare(calendar_add_months(start, (unsigned)months), end) > 0;
}

char *catalog_price_text(TALLOC_CTX *context, int price_cents)
{
    int reais = price_cents / 100;
    int cents = price_cents % 100;
    if (reais >= 1000)
        return talloc_asprintf(context, "R$ %d.%03d,%02d", reais / 1000, reais % 1000, cents);
    return talloc_asprintf(context, "R$ %d,%02d", reais, cents);
}

char *catalog_validity_text(TALLOC_CTX *context, int months)
{
    if (months % 12 == 0)
        return talloc_asprintf(context, months == 12 ? "%d ano" : "%d anos", months / 12);
    return talloc_asprintf(context, months == 1 ? "%d mês" : "%d meses", months);
}
