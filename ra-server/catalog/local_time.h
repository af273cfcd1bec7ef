/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants as people of an office read them, in Brazilian Portuguese, and as machines do, with the offset.
 * The offset of the office's zone is given; nothing here knows zones. All texts hang on the context; NULL
 * when memory ran out.
 *
 * Pure functions, safe in any thread.
 */
#ifndef CATALOG_LOCAL_TIME_H
#define CATALOG_LOCAL_TIME_H

#include <stdint.h>
#include <talloc.h>

struct local_time {
    int year, month, day; /* month 1 to 12 */
    int hour, minute, second;
    int weekday; /* 1 Monday … 7 Sunday */
};

struct local_time local_time_of(int64_t instant_us, int offset_s);

/* Days since 1970-01-01 of a day of the Gregorian calendar, and back (hour 0). */
int64_t local_day_number(int year, int month, int day);
struct local_time local_time_of_day_number(int64_t number);

enum { LOCAL_TIME_RFC3339_SIZE = 26 };

/* "2026-11-24T08:20:00-03:00"; years 0 to 9999. */
void local_time_put_rfc3339(int64_t instant_us, int offset_s, char text[LOCAL_TIME_RFC3339_SIZE]);
char *local_time_rfc3339(TALLOC_CTX *context, int64_t instant_us, int offset_s);

/* "terça-feira, 24 de novembro de 2026" */
char *local_time_day_text(TALLOC_CTX *context, int64_t instant_us, int offset_s);

/* "8h", "8h20" */
char *local_time_hour_text(TALLOC_CTX *context, int64_t instant_us, int offset_s);

/* "terça-feira, 24 de novembro de 2026, às 8h20" */
char *local_time_long_text(TALLOC_CTX *context, int64_t instant_us, int offset_s);

/* "24/11/2026, 8h20" */
char *local_time_short_text(TALLOC_CTX *context, int64_t instant_us, int offset_s);

#endif
