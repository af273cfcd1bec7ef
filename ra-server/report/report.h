/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The report room: the promised hour, measured. From the end of the attendance to the certificate, and from
 * the last signature to the certificate; pauses are named and not subtracted. The rules are pure.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "rooms.h"

#include <stddef.h>
#include <stdint.h>

/* Nearest-rank percentile (1 to 100) of `count` ascending values; `count` at least 1. */
int64_t report_percentile(const int64_t *ascending, size_t count, unsigned percent);

/* Values greater than the promise. */
size_t report_breaches(const int64_t *values, size_t count, int64_t promise);

extern const struct room report_room;

#endif
