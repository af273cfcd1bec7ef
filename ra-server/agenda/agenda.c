/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_rules.h"

#include <stdio.h>
#include <string.h>

static bool applies(const struct agenda_opening *opening, const char *day, int weekday)
{
    return opening->weekday == weekday && opening->slot_minutes > 0 &&
           catalog_day_within(day, opening->from, opening->until);
}

static size_t slots_of(const struct agenda_opening *opening)
{
    int span = opening->closes_minute - opening->opens_minute;
    return span > 0 ? (size_t)(span / opening->slot_minutes) : 0;
}

static size_t lanes_of(const struct agenda_opening *opening)
{
    return (size_t)opening->public_lanes + (size_t)opening->internal_lanes;
}

size_t agenda_plan_size(const struct agenda_opening *openings, size_t count, const char *day, int weekday)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        if (applies(&openings[i], day, weekday))
            size += slots_of(&openings[i]) * lanes_of(&openings[i]);
    return size;
}

static void write_local(const char *day, int minute, char local[AGENDA_LOCAL_SIZE])
{
    char text[40];
    snprintf(text, sizeof text, "%.10s %02d:%02d:00", day, minute / 60, minute % 60);
    snprintf(local, AGENDA_LOCAL_SIZE, "%.19s", text);
}

static size_t plan_opening(const struct agenda_opening *opening, const char *day,
                           struct agenda_plan_seat *seats)
{
    size_t used = 0;
    for (size_t slot = 0; slot < slots_of(opening); slot++) {
        int start = opening->opens_minute + (int)slot * opening->slot_minutes;
        for (size_t lane = 0; lane < lanes_of(opening); lane++) {
            struct agenda_plan_seat *seat = &seats[used++];
            seat->lane = (int)lane + 1;
            seat->internal = lane >= (size_t)opening->public_lanes;
            write_local(day, start, seat->start);
            write_local(day, start + opening->slot_minutes, seat->end);
        }
    }
    return used;
}

size_t agenda_plan_day(const struct agenda_opening *openings, size_t count, const char *day, int weekday,
                       struct agenda_plan_seat *seats)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (applies(&openings[i], day, weekday))
            used += plan_opening(&openings[i], day, seats + used);
    return used;
}

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
