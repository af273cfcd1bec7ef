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

/* The small words of names keep their small letter. */
static bool is_joining(const char *word, size_t length)
{
    static const char *const joining[] = {"DE", "DA", "DO", "DAS", "DOS", "E"};
    for (size_t i = 0; i < sizeof joining / sizeof *joining; i++)
        if (strlen(joining[i]) == length && strncmp(joining[i], word, length) == 0)
            return true;
    return false;
}

/* Letters of Portuguese: A to Z, and C3 80 to C3 9E of UTF-8. */
static void make_small(char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char octet = (unsigned char)word[i];
        const bool accented = i > 0 && (unsigned char)word[i - 1] == 0xC3 && octet >= 0x80 && octet <= 0x9E;
        if ((octet >= 'A' && octet <= 'Z') || accented)
            word[i] = (char)(octet + 0x20);
    }
}

char *catalog_city_text(TALLOC_CTX *context, const char *city)
{
    char *text = talloc_strdup(context, city);
    for (char *word = text; word != NULL && *word != '\0';) {
        const size_t length = strcspn(word, " -'");
        const size_t kept = length == 0 || (word != text && is_joining(word, length)) ? 0
                            : (unsigned char)word[0] == 0xC3                          ? 2
                                                                                      : 1;
        if (length > kept)
            make_small(word + kept, length - kept);
        word += length + (word[length] != '\0');
    }
    return text;
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
