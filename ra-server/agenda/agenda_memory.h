/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Availability in memory (design 2.8): for each day of the horizon one immutable copy of its seats, replaced
 * as a whole. Readers hold a copy as long as they need it; nobody waits for them.
 *
 * Facts about a seat carry the seat's version and the newer one wins, in whatever order they arrive: a commit
 * told by its worker and a reading of the whole horizon may overtake each other.
 *
 * Thread rules: every function may be called from any thread. A day got with agenda_memory_days is given back
 * with agenda_day_release, from the same or another thread.
 */
#ifndef AGENDA_AGENDA_MEMORY_H
#define AGENDA_AGENDA_MEMORY_H

#include "agenda/agenda_rules.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum { AGENDA_MEMORY_DAYS = 400, AGENDA_SLOT_TEXT_SIZE = 160, AGENDA_OFFICE_CODE_SIZE = 32 };

/* When a seat is free: from this instant of the clock on. */
#define AGENDA_FREE  INT64_C(0)
#define AGENDA_TAKEN INT64_MAX

struct agenda_seat {
    int64_t id;
    int lane;
    int64_t version;
    int64_t start_us, end_us;
    int64_t free_from_us;   /* AGENDA_FREE, AGENDA_TAKEN, or when a hold lapses */
    int64_t public_from_us; /* not for the public before; AGENDA_FREE: nothing withholds it */
    bool internal;          /* also those kept for walk-ins */
    bool walk_in;           /* no booking takes it */
    bool unclaimed;         /* left to walk-ins by who did not come */
    uint32_t skills;        /* what may be done on it: hours/duration.h */
};

/* Seats with the same start. */
struct agenda_day_slot {
    int64_t start_us, end_us;
    size_t first, count;              /* in the day's seats */
    char text[AGENDA_SLOT_TEXT_SIZE]; /* the slot's JSON up to the number of seats */
    size_t text_length;
};

struct agenda_day {
    atomic_int holders;
    int64_t number; /* days since 1970-01-01, in the office's zone */
    int offset_s;
    char office[AGENDA_OFFICE_CODE_SIZE];
    size_t seat_count, slot_count;
    struct agenda_seat *seats; /* by start, then lane */
    struct agenda_day_slot *slots;
};

struct agenda_memory;

/* Empty; NULL when memory ran out. Freed with agenda_memory_free. */
struct agenda_memory *agenda_memory_new(void);
void agenda_memory_free(struct agenda_memory *memory);

/* A day made of seats sorted by start and lane; NULL when memory ran out. Held once by the caller. */
struct agenda_day *agenda_day_new(int64_t number, int offset_s, const char *office_code,
                                  const struct agenda_seat *seats, size_t count);
void agenda_day_release(struct agenda_day *day);

/* Replaces the day; seats of which memory knows a newer version keep that. Takes the caller's hold. A seat
 * that is in the present copy and not in the new one is gone. */
void agenda_memory_replace(struct agenda_memory *memory, struct agenda_day *take_day);

/* Forgets every day before `number`. */
void agenda_memory_forget_before(struct agenda_memory *memory, int64_t number);

/* What a committed transaction made of a seat. Unknown seats and older versions do nothing. */
struct agenda_change {
    int64_t seat_id;
    int64_t start_us;
    int64_t version;
    int64_t free_from_us;
    int64_t public_from_us;
    bool unclaimed;
};
void agenda_memory_apply(struct agenda_memory *memory, const struct agenda_change *change);

/* Holds on the days [first, first + count); days without seats are NULL. */
void agenda_memory_days(struct agenda_memory *memory, int64_t first, size_t count, struct agenda_day **days);

/* A session's JSON up to the number of seats; 0 when it does not fit. */
size_t agenda_slot_text(const struct agenda_day *day, int64_t start_us, int64_t end_us,
                        char text[AGENDA_SLOT_TEXT_SIZE]);

/* Who looks, and when. */
struct agenda_look {
    int64_t now_us;
    bool internal_too;
    const struct agenda_clicks
        *clicks; /* seats that others are just clicking on count as taken; NULL: they do not */
};

/* How many sessions could begin with a seat of the slot: on how many lanes seats that are free now follow
 * each other for as long as `need` says. *end_us gets the end of the first of them; NULL: not wanted. */
int agenda_slot_free(const struct agenda_day *day, const struct agenda_day_slot *slot,
                     const struct agenda_look *look, const struct agenda_need *need, int64_t *end_us);

/* Where seats that follow each other from the slot on, free or not, have covered that long; 0: they break
 * off.
 */
int64_t agenda_slot_cover(const struct agenda_day *day, const struct agenda_day_slot *slot,
                          int64_t length_us);

/* The slot that starts then, NULL when the day has none. */
const struct agenda_day_slot *agenda_day_slot_at(const struct agenda_day *day, int64_t start_us);

#endif
