/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one source of time of every process. In homologation an instance may carry a fixed offset, chosen once
 * when the instance is created (RA_NOW) and kept in $RA_HOME/clock as a decimal number of seconds; all
 * processes read it at start. Instants are microseconds since the Unix epoch, UTC. Not a calendar: zones
 * belong to the rooms.
 */
#ifndef PKI_BASE_CLOCK_H
#define PKI_BASE_CLOCK_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct ra_clock {
    int64_t offset_s; /* seconds added to the machine's clock; 0 in production */
};

/* Reads the offset from `path`; a missing file means no offset. Garbage is an error. */
RA_MUST_CHECK bool clock_load(struct ra_clock *clock, const char *path, struct ra_error *error);

/* Now, in microseconds since the epoch, by the instance's clock. */
int64_t clock_now_us(const struct ra_clock *clock);

/* Now, in whole seconds, as OpenSSL and time_t want it. */
time_t clock_now(const struct ra_clock *clock);

enum { CLOCK_TEXT_SIZE = 32 };

/* "2026-11-23T14:05:06.123456Z" (RFC 3339, UTC) into a buffer of at least CLOCK_TEXT_SIZE bytes. */
void clock_format_utc(int64_t instant_us, char *buffer, size_t size);

/* Parses RFC 3339 with Z or a numeric offset, optional fraction of up to six digits. */
RA_MUST_CHECK bool clock_parse(const char *text, int64_t *instant_us);

#endif
