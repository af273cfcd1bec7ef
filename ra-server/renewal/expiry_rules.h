/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which notice of a certificate's end is due (policies expiry_notice_*): pure.
 *
 * One notice for each threshold, ever. After an outage only the nearest threshold that was passed is told:
 * who is late need not hear about the earlier ones. A threshold that lay before the certificate's first day
 * is none.
 */
#ifndef RENEWAL_EXPIRY_RULES_H
#define RENEWAL_EXPIRY_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum { EXPIRY_THRESHOLDS = 5 };

/* Instants in microseconds. */
struct expiry_case {
    int64_t now_us, from_us, until_us;
    int64_t days[EXPIRY_THRESHOLDS]; /* 0: none; in any order */
    bool made[EXPIRY_THRESHOLDS];
};

/* Days of the threshold to be told now, 0 for none. */
int64_t expiry_due(const struct expiry_case *known);

/* When the next threshold is passed, or the certificate ends; never earlier than now. */
int64_t expiry_next_us(const struct expiry_case *known);

/* Whole days left, a begun one counted: what the mail says. At least 1. */
int64_t expiry_days_left(int64_t now_us, int64_t until_us);

#endif
