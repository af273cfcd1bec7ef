/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_memory.h"

#include "agenda/agenda_clicks.h"
#include "catalog/local_time.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Days in a ring: day n stands at n modulo the ring's size, and says itself which day it is. */
struct agenda_memory {
    pthread_rwlock_t lock; /* guards the pointers */
    struct agenda_day *ring[AGENDA_MEMORY_DAYS];
};

static struct agenda_day **place(struct agenda_memory *memory, int64_t number)
{
    return &memory->ring[(uint64_t)number % AGENDA_MEMORY_DAYS];
}

struct agenda_memory *agenda_memory_new(void)
{
    struct agenda_memory *memory = talloc_zero(NULL, struct agenda_memory);
    if (memory != NULL && pthread_rwlock_init(&memory->lock, NULL) != 0) {
        talloc_free(memory);
        return NULL;
    }
    return memory;
}

void agenda_memory_free(struct agenda_memory *memory)
{
    if (memory == NULL)
        return;
    for (size_t i = 0; i < AGENDA_MEMORY_DAYS; i++)
        agenda_day_release(memory->ring[i]);
    pthread_rwlock_destroy(&memory->lock);
    talloc_free(memory);
}

void agenda_day_release(struct agenda_day *day)
{
    if (day != NULL && atomic_fetch_sub(&day->holders, 1) == 1)
        talloc_free(day);
}

/* --- making a day --- */

size_t agenda_slot_text(const struct agenda_day *day, int64_t start_us, int64_t end_us,
                        char text[AGENDA_SLOT_TEXT_SIZE])
{
    char start[LOCAL_TIME_RFC3339_SIZE], end[LOCAL_TIME_RFC3339_SIZE];
    local_time_put_rfc3339(start_us, day->offset_s, start);
    local_time_put_rfc3339(end_us, day->offset_s, end);
    int length =
        snprintf(text, AGENDA_SLOT_TEXT_SIZE,
                 "{\"start\":\"%s\",\"end\":\"%s\",\"office\":\"%s\",\"seats\":", start, end, day->office);
    return length > 0 && length < AGENDA_SLOT_TEXT_SIZE ? (size_t)length : 0;
}

static bool make_slots(struct agenda_day *day)
{
    for (size_t i = 0; i < day->seat_count; i++) {
        const struct agenda_seat *seat = &day->seats[i];
        if (day->slot_count > 0 && day->slots[day->slot_count - 1].start_us == seat->start_us) {
            day->slots[day->slot_count - 1].count++;
            continue;
        }
        struct agenda_day_slot *slot = &day->slots[day->slot_count++];
        *slot = (struct agenda_day_slot){
            .start_us = seat->start_us, .end_us = seat->end_us, .first = i, .count = 1};
        slot->text_length = agenda_slot_text(day, slot->start_us, slot->end_us, slot->text);
        if (slot->text_length == 0)
            return false;
    }
    return true;
}

struct agenda_day *agenda_day_new(int64_t number, int offset_s, const char *office_code,
                                  const struct agenda_seat *seats, size_t count)
{
    struct agenda_day *day = talloc_zero(NULL, struct agenda_day);
    if (day == NULL)
        return NULL;
    atomic_init(&day->holders, 1);
    day->number = number;
    day->offset_s = offset_s;
    snprintf(day->office, sizeof day->office, "%s", office_code);
    day->seats = talloc_memdup(day, seats, count * sizeof *seats);
    day->slots = talloc_zero_array(day, struct agenda_day_slot, (unsigned)count);
    day->seat_count = count;
    if (day->seats == NULL || day->slots == NULL || !make_slots(day)) {
        talloc_free(day);
        return NULL;
    }
    return day;
}

static struct agenda_day *copy_day(const struct agenda_day *old)
{
    struct agenda_day *day = talloc_zero(NULL, struct agenda_day);
    if (day == NULL)
        return NULL;
    atomic_init(&day->holders, 1);
    day->number = old->number;
    day->offset_s = old->offset_s;
    memcpy(day->office, old->office, sizeof day->office);
    day->seat_count = old->seat_count;
    day->slot_count = old->slot_count;
    day->seats = talloc_memdup(day, old->seats, old->seat_count * sizeof *old->seats);
    day->slots = talloc_memdup(day, old->slots, old->slot_count * sizeof *old->slots);
    if (day->seats == NULL || day->slots == NULL) {
        talloc_free(day);
        return NULL;
    }
    return day;
}

/* --- changing --- */

static struct agenda_seat *seat_by_id(const struct agenda_day *day, int64_t id)
{
    for (size_t i = 0; day != NULL && i < day->seat_count; i++)
        if (day->seats[i].id == id)
            return &day->seats[i];
    return NULL;
}

static void keep_newer(struct agenda_day *fresh, const struct agenda_day *present)
{
    for (size_t i = 0; i < fresh->seat_count; i++) {
        struct agenda_seat *seat = &fresh->seats[i];
        /* Both are sorted alike, so the seat most often stands at the same place. */
        const struct agenda_seat *known = i < present->seat_count && present->seats[i].id == seat->id
                                              ? &present->seats[i]
                                              : seat_by_id(present, seat->id);
        if (known != NULL && known->version > seat->version) {
            seat->version = known->version;
            seat->free_from_us = known->free_from_us;
            seat->public_from_us = known->public_from_us;
            seat->unclaimed = known->unclaimed;
        }
    }
}

void agenda_memory_replace(struct agenda_memory *memory, struct agenda_day *take_day)
{
    pthread_rwlock_wrlock(&memory->lock);
    struct agenda_day **at = place(memory, take_day->number);
    struct agenda_day *old = *at;
    if (old != NULL && old->number == take_day->number)
        keep_newer(take_day, old);
    *at = take_day;
    pthread_rwlock_unlock(&memory->lock);
    agenda_day_release(old);
}

void agenda_memory_forget_before(struct agenda_memory *memory, int64_t number)
{
    pthread_rwlock_wrlock(&memory->lock);
    for (size_t i = 0; i < AGENDA_MEMORY_DAYS; i++) {
        if (memory->ring[i] != NULL && memory->ring[i]->number < number) {
            agenda_day_release(memory->ring[i]);
            memory->ring[i] = NULL;
        }
    }
    pthread_rwlock_unlock(&memory->lock);
}

/* The place of the day that has the seat: the one its start falls on by the day's own offset, or a neighbour.
 */
static struct agenda_day **day_with_seat(struct agenda_memory *memory, const struct agenda_change *change)
{
    int64_t utc_day = change->start_us / INT64_C(86400000000);
    for (int64_t number = utc_day - 1; number <= utc_day + 1; number++) {
        struct agenda_day **at = place(memory, number);
        if (*at != NULL && (*at)->number == number && seat_by_id(*at, change->seat_id) != NULL)
            return at;
    }
    return NULL;
}

/* The day that knows less of the seat than the change, held; NULL: none does. */
static struct agenda_day *hold_older(struct agenda_memory *memory, const struct agenda_change *change)
{
    pthread_rwlock_rdlock(&memory->lock);
    struct agenda_day **at = day_with_seat(memory, change);
    struct agenda_day *day =
        at != NULL && seat_by_id(*at, change->seat_id)->version < change->version ? *at : NULL;
    if (day != NULL)
        atomic_fetch_add(&day->holders, 1);
    pthread_rwlock_unlock(&memory->lock);
    return day;
}

static struct agenda_day *changed_copy(const struct agenda_day *old, const struct agenda_change *change)
{
    struct agenda_day *fresh = copy_day(old);
    if (fresh == NULL)
        return NULL;
    struct agenda_seat *seat = seat_by_id(fresh, change->seat_id);
    seat->version = change->version;
    seat->free_from_us = change->free_from_us;
    seat->public_from_us = change->public_from_us;
    seat->unclaimed = change->unclaimed;
    return fresh;
}

/* false: another change came between. */
static bool swap_day(struct agenda_memory *memory, const struct agenda_day *old, struct agenda_day *fresh)
{
    pthread_rwlock_wrlock(&memory->lock);
    struct agenda_day **at = place(memory, old->number);
    bool same = *at == old;
    if (same)
        *at = fresh;
    pthread_rwlock_unlock(&memory->lock);
    return same;
}

/* Copied without the lock: readers on the listener's threads must not wait for it. */
void agenda_memory_apply(struct agenda_memory *memory, const struct agenda_change *change)
{
    for (bool done = false; !done;) {
        struct agenda_day *old = hold_older(memory, change);
        struct agenda_day *fresh = old != NULL ? changed_copy(old, change) : NULL;
        done = fresh == NULL || swap_day(memory, old, fresh);
        if (fresh != NULL)
            agenda_day_release(done ? old : fresh); /* the memory's own hold of the one that went */
        agenda_day_release(old);
    }
}

/* --- reading --- */

void agenda_memory_days(struct agenda_memory *memory, int64_t first, size_t count, struct agenda_day **days)
{
    pthread_rwlock_rdlock(&memory->lock);
    for (size_t i = 0; i < count; i++) {
        struct agenda_day *day = *place(memory, first + (int64_t)i);
        days[i] = day != NULL && day->number == first + (int64_t)i ? day : NULL;
        if (days[i] != NULL)
            atomic_fetch_add(&days[i]->holders, 1);
    }
    pthread_rwlock_unlock(&memory->lock);
}

static bool seat_free(const struct agenda_seat *seat, const struct agenda_look *look, uint32_t skills)
{
    bool to_see = look->internal_too || (!seat->internal && seat->public_from_us <= look->now_us);
    return to_see && seat->free_from_us <= look->now_us && !seat->walk_in && !seat->unclaimed &&
           (seat->skills & skills) == skills;
}

/* The end of the free seats that follow each other from seat `at` on, once it is not before `until_us`; 0
 * when they break off. */
static int64_t run_end(const struct agenda_day *day, size_t at, int64_t until_us,
                       const struct agenda_look *look, uint32_t skills)
{
    const struct agenda_seat *last = &day->seats[at];
    if (!seat_free(last, look, skills))
        return 0;
    for (size_t i = at + 1; i < day->seat_count && last->end_us < until_us; i++) {
        const struct agenda_seat *seat = &day->seats[i];
        if (seat->lane != last->lane || seat->start_us != last->end_us)
            continue;
        if (!seat_free(seat, look, skills))
            return 0;
        last = seat;
    }
    return last->end_us >= until_us ? last->end_us : 0;
}

int agenda_slot_free(const struct agenda_day *day, const struct agenda_day_slot *slot,
                     const struct agenda_look *look, const struct agenda_need *need, int64_t *end_us)
{
    int lanes = 0;
    int64_t until_us = slot->start_us + need->before_us + need->with_us;
    for (size_t i = slot->first; i < slot->first + slot->count; i++) {
        int64_t end = run_end(day, i, until_us, look, need->skills);
        if (end != 0 && lanes++ == 0 && end_us != NULL)
            *end_us = end;
    }
    int clicks = look->clicks != NULL ? clicks_on(look->clicks, slot->start_us + need->before_us) : 0;
    return lanes > clicks ? lanes - clicks : 0;
}

int64_t agenda_slot_cover(const struct agenda_day *day, const struct agenda_day_slot *slot, int64_t length_us)
{
    int64_t until_us = slot->start_us + length_us;
    while (slot != NULL && slot->end_us < until_us)
        slot = agenda_day_slot_at(day, slot->end_us);
    return slot != NULL ? slot->end_us : 0;
}

const struct agenda_day_slot *agenda_day_slot_at(const struct agenda_day *day, int64_t start_us)
{
    for (size_t i = 0; day != NULL && i < day->slot_count; i++)
        if (day->slots[i].start_us == start_us)
            return &day->slots[i];
    return NULL;
}
