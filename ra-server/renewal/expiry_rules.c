/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/expiry_rules.h"

#define DAY_US INT64_C(86400000000)

static int64_t passed_at(const struct expiry_case *known, int64_t days)
{
    return known->until_us - days * DAY_US;
}

static bool counts(const struct expiry_case *known, int64_t days)
{
    return days > 0 && passed_at(known, days) >= known->from_us;
}

int64_t expiry_due(const struct expiry_case *known)
{
    int64_t nearest = 0;
    bool made = false;
    if (known->now_us >= known->until_us)
        return 0;
    for (int at = 0; at < EXPIRY_THRESHOLDS; at++) {
        int64_t days = known->days[at];
        if (!counts(known, days) || known->now_us < passed_at(known, days) ||
            (nearest != 0 && days >= nearest))
            continue;
        nearest = days;
        made = known->made[at];
    }
    return made ? 0 : nearest;
}

int64_t expiry_next_us(const struct expiry_case *known)
{
    int64_t next = known->until_us > known->now_us ? known->until_us : known->now_us;
    for (int at = 0; at < EXPIRY_THRESHOLDS; at++) {
        int64_t when = passed_at(known, known->days[at]);
        if (counts(known, known->days[at]) && when > known->now_us && when < next)
            next = when;
    }
    return next;
}

int64_t expiry_days_left(int64_t now_us, int64_t until_us)
{
    int64_t left = until_us > now_us ? (until_us - now_us + DAY_US - 1) / DAY_US : 0;
    return left > 0 ? left : 1;
}
