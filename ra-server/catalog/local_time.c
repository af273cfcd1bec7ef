/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalog/local_time.h"

static const char *const weekdays[] = {
    "", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"};
static const char *const months[] = {"",        "janeiro",  "fevereiro", "março",  "abril",
                                     "maio",    "junho",    "julho",     "agosto", "setembro",
                                     "outubro", "novembro", "dezembro"};

enum { DAY_SECONDS = 86400 };

/* Days are counted in eras of 400 years that begin on 1 March, so that the leap day ends a year. */
int64_t local_day_number(int year, int month, int day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct local_time local_time_of_day_number(int64_t number)
{
    int64_t shifted = number + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    int64_t weekday = (number + 3) % 7; /* 1970-01-01 was a Thursday */
    return (struct local_time){
        .year = (int)(year_of_era + era * 400 + (month <= 2 ? 1 : 0)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        .weekday = (int)(weekday < 0 ? weekday + 7 : weekday) + 1,
    };
}

struct local_time local_time_of(int64_t instant_us, int offset_s)
{
    int64_t seconds = instant_us / 1000000 - (instant_us % 1000000 < 0 ? 1 : 0) + offset_s;
    int64_t number = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0 ? 1 : 0);
    int second_of_day = (int)(seconds - number * DAY_SECONDS);
    struct local_time local = local_time_of_day_number(number);
    local.hour = second_of_day / 3600;
    local.minute = second_of_day / 60 % 60;
    local.second = second_of_day % 60;
    return local;
}

static char *put_number(char *at, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

/* By hand: a list of free hours writes hundreds, on a thread that must not be kept (docs/decisions/0085). */
void local_time_put_rfc3339(int64_t instant_us, int offset_s, char text[LOCAL_TIME_RFC3339_SIZE])
{
    const struct local_time local = local_time_of(instant_us, offset_s);
    const int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    const struct {
        int number, digits;
        char after;
    } parts[] = {{local.year, 4, '-'},   {local.month, 2, '-'},  {local.day, 2, 'T'},
                 {local.hour, 2, ':'},   {local.minute, 2, ':'}, {local.second, 2, offset_s < 0 ? '-' : '+'},
                 {minutes / 60, 2, ':'}, {minutes % 60, 2, '\0'}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        text = put_number(text, parts[i].number, parts[i].digits);
        *text++ = parts[i].after;
    }
}

char *local_time_rfc3339(TALLOC_CTX *context, int64_t instant_us, int offset_s)
{
    char text[LOCAL_TIME_RFC3339_SIZE];
    local_time_put_rfc3339(instant_us, offset_s, text);
    return talloc_strdup(context, text);
}

char *local_time_day_text(TALLOC_CTX *context, int64_t instant_us, int offset_s)
{
    struct local_time local = local_time_of(instant_us, offset_s);
    return talloc_asprintf(context, "%s, %d de %s de %d", weekdays[local.weekday], local.day,
                           months[local.month], local.year);
}

char *local_time_hour_text(TALLOC_CTX *context, int64_t instant_us, int offset_s)
{
    struct local_time local = local_time_of(instant_us, offset_s);
    if (local.minute == 0)
        return talloc_asprintf(context, "%dh", local.hour);
    return talloc_asprintf(context, "%dh%02d", local.hour, local.minute);
}

char *local_time_long_text(TALLOC_CTX *context, int64_t instant_us, int offset_s)
{
    char *day = local_time_day_text(context, instant_us, offset_s);
    char *hour = local_time_hour_text(context, instant_us, offset_s);
    return day == NULL || hour == NULL ? NULL : talloc_asprintf(context, "%s, às %s", day, hour);
}

char *local_time_short_text(TALLOC_CTX *context, int64_t instant_us, int offset_s)
{
    struct local_time local = local_time_of(instant_us, offset_s);
    char *hour = local_time_hour_text(context, instant_us, offset_s);
    return hour == NULL
               ? NULL
               : talloc_asprintf(context, "%02d/%02d/%d, %s", local.day, local.month, local.year, hour);
}
