/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_rules.h"

#include <string.h>

static int64_t distance(const struct agenda_slot *slot, int64_t wished_us)
{
    return slot->start_us > wished_us ? slot->start_us - wished_us : wished_us - slot->start_us;
}

static bool nearer(const struct agenda_slot *left, const struct agenda_slot *right, int64_t wished_us)
{
    int64_t to_left = distance(left, wished_us);
    int64_t to_right = distance(right, wished_us);
    return to_left != to_right ? to_left < to_right : left->start_us < right->start_us;
}

/* Insertion into a short sorted list: `most` is three. */
size_t agenda_nearest(const struct agenda_slot *slots, size_t count, int64_t wished_us, size_t most,
                      size_t *nearest)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (slots[i].seats <= 0)
            continue;
        size_t at = found;
        while (at > 0 && nearer(&slots[i], &slots[nearest[at - 1]], wished_us)) {
            if (at < most)
                nearest[at] = nearest[at - 1];
            at--;
        }
        if (at < most) {
            nearest[at] = i;
            found += found < most ? 1 : 0;
        }
    }
    return found;
}

int64_t agenda_release_delay_us(int64_t least_minutes, int64_t most_minutes, uint32_t drawn)
{
    int64_t least_us = least_minutes * INT64_C(60000000);
    int64_t span_us = most_minutes * INT64_C(60000000) - least_us;
    if (span_us <= 0)
        return least_us;
    /* In milliseconds the product stays far below 2^63 for whatever a policy may say. */
    return least_us + span_us / 1000 * drawn / UINT32_MAX * 1000;
}

bool agenda_mode_known(const char *mode)
{
    return mode != NULL && (strcmp(mode, "in_person") == 0 || strcmp(mode, "video") == 0);
}
