/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants as people of the office read them. The API writes RFC 3339; the hour shown is that of the office,
 * or of the station where no office was asked (commands without a server). One thread at a time.
 */
#ifndef RA_CLI_MOMENT_H
#define RA_CLI_MOMENT_H

#include <stdbool.h>
#include <stdio.h>

/* Before other threads begin: they may read the environment while moment_zone() writes there, which is safe
 * only where it exchanges a value and adds none. */
void moment_before_threads(void);

/* The office's zone ("America/Sao_Paulo") from here on; NULL or "" leaves the station's. */
void moment_zone(const char *zone);

enum { MOMENT_SIZE = 48 };

/* "28/11 13:00" into `buffer` (MOMENT_SIZE bytes), which is also returned. What is no instant is "". */
const char *moment_short(const char *instant, char *buffer);

/* "28/11/2026 13:00" */
const char *moment_long(const char *instant, char *buffer);

/* "28/11/2026 13:00 (UTC-0300)": where the reader may be elsewhere. */
const char *moment_anywhere(const char *instant, char *buffer);

/* "28/11/2026", the day of the office. Takes an instant or "2026-11-28". */
const char *moment_day(const char *instant, char *buffer);

/* "13:00" */
const char *moment_hour(const char *instant, char *buffer);

/* Whether both fall on one day of the office. */
bool moment_same_day(const char *one, const char *other);

#endif
