/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The copies in memory: the newer fact wins, readers keep what they hold, holds lapse by the clock.
 */
#include "agenda/agenda_clicks.h"
#include "agenda/agenda_memory.h"
#include "catalog/local_time.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { OFFSET = -10800, SEATS = 3 };

static const int64_t minute_us = INT64_C(60000000);
static int64_t today, start_us;

static struct agenda_day *day_of(int64_t version, int64_t free_from_us)
{
    struct agenda_seat seats[SEATS];
    for (int i = 0; i < SEATS; i++)
        seats[i] = (struct agenda_seat){.id = 10 + i,
                                        .lane = i == 1 ? 2 : 1,
                                        .version = version,
                                        .start_us = start_us + (i == 2 ? 20 * minute_us : 0),
                                        .end_us = start_us + (i == 2 ? 40 : 20) * minute_us,
                                        .free_from_us = free_from_us,
                                        .internal = i == 1};
    struct agenda_day *day = agenda_day_new(today, OFFSET, "sede", seats, SEATS);
    assert_non_null(day);
    return day;
}

/* For a session of one seat. */
static int look(const struct agenda_day *day, const struct agenda_day_slot *slot, int64_t now_us,
                bool internal_too)
{
    const struct agenda_look how = {now_us, internal_too, NULL};
    const struct agenda_need one = {0};
    return agenda_slot_free(day, slot, &how, &one, NULL);
}

static int free_at_start(struct agenda_memory *memory, bool internal_too)
{
    struct agenda_day *day = NULL;
    agenda_memory_days(memory, today, 1, &day);
    assert_non_null(day);
    int seats = look(day, agenda_day_slot_at(day, start_us), start_us - 1, internal_too);
    agenda_day_release(day);
    return seats;
}

static void seats_of_one_start_are_one_slot(void **state)
{
    (void)state;
    struct agenda_day *day = day_of(1, AGENDA_FREE);
    assert_int_equal(day->slot_count, 2);
    assert_int_equal(day->slots[0].count, 2);
    assert_string_equal(day->slots[1].text, "{\"start\":\"2026-11-24T08:20:00-03:00\",\"end\":"
                                            "\"2026-11-24T08:40:00-03:00\",\"office\":\"sede\",\"seats\":");
    assert_int_equal(look(day, &day->slots[0], 0, false), 1);
    assert_int_equal(look(day, &day->slots[0], 0, true), 2);
    assert_null(agenda_day_slot_at(day, start_us + minute_us));
    agenda_day_release(day);
}

static void the_newer_fact_wins_whatever_comes_first(void **state)
{
    struct agenda_memory *memory = *state;
    agenda_memory_replace(memory, day_of(5, AGENDA_FREE));
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 7, AGENDA_TAKEN, AGENDA_FREE, false});
    assert_int_equal(free_at_start(memory, false), 0);
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 6, AGENDA_FREE, AGENDA_FREE, false});
    assert_int_equal(free_at_start(memory, false), 0);
    agenda_memory_replace(memory, day_of(5, AGENDA_FREE)); /* read before that commit */
    assert_int_equal(free_at_start(memory, false), 0);
    agenda_memory_replace(memory, day_of(8, AGENDA_FREE));
    assert_int_equal(free_at_start(memory, false), 1);
}

static void changes_of_unknown_seats_and_days_do_nothing(void **state)
{
    struct agenda_memory *memory = *state;
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 7, AGENDA_TAKEN, AGENDA_FREE, false});
    agenda_memory_replace(memory, day_of(1, AGENDA_FREE));
    agenda_memory_apply(memory, &(struct agenda_change){99, start_us, 7, AGENDA_TAKEN, AGENDA_FREE, false});
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us + 40 * 1440 * minute_us, 7, AGENDA_TAKEN,
                                                        AGENDA_FREE, false});
    assert_int_equal(free_at_start(memory, true), 2);
}

static void a_hold_lapses_by_the_clock_alone(void **state)
{
    (void)state;
    struct agenda_day *day = day_of(1, start_us - 5 * minute_us);
    const struct agenda_day_slot *slot = agenda_day_slot_at(day, start_us);
    assert_int_equal(look(day, slot, start_us - 6 * minute_us, true), 0);
    assert_int_equal(look(day, slot, start_us - 5 * minute_us, true), 2);
    agenda_day_release(day);
}

static void a_seat_given_back_is_the_offices_at_once_and_the_publics_later(void **state)
{
    struct agenda_memory *memory = *state;
    agenda_memory_replace(memory, day_of(1, AGENDA_FREE));
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 2, AGENDA_FREE, start_us, false});
    assert_int_equal(free_at_start(memory, true), 2);
    assert_int_equal(free_at_start(memory, false), 0);
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 3, AGENDA_FREE, start_us - 1, false});
    assert_int_equal(free_at_start(memory, false), 1);
}

static void a_reader_keeps_the_copy_it_holds(void **state)
{
    struct agenda_memory *memory = *state;
    struct agenda_day *held = NULL;
    agenda_memory_replace(memory, day_of(1, AGENDA_FREE));
    agenda_memory_days(memory, today, 1, &held);
    agenda_memory_apply(memory, &(struct agenda_change){10, start_us, 2, AGENDA_TAKEN, AGENDA_FREE, false});
    agenda_memory_forget_before(memory, today + 1);
    assert_int_equal(look(held, agenda_day_slot_at(held, start_us), 0, true), 2);
    agenda_day_release(held);
    agenda_memory_days(memory, today, 1, &held);
    assert_null(held);
}

static void the_ring_does_not_mistake_a_day_for_another(void **state)
{
    struct agenda_memory *memory = *state;
    struct agenda_day *days[2];
    agenda_memory_replace(memory, day_of(1, AGENDA_FREE));
    agenda_memory_days(memory, today + AGENDA_MEMORY_DAYS, 2, days);
    assert_null(days[0]);
    assert_null(days[1]);
}

static void *change_often(void *argument)
{
    struct agenda_memory *memory = argument;
    for (int i = 2; i < 2000; i++)
        agenda_memory_apply(memory,
                            &(struct agenda_change){10, start_us, i, i % 2 == 0 ? AGENDA_TAKEN : AGENDA_FREE,
                                                    AGENDA_FREE, false});
    return NULL;
}

static void readers_and_writers_at_once_see_whole_days(void **state)
{
    struct agenda_memory *memory = *state;
    pthread_t writers[2];
    agenda_memory_replace(memory, day_of(1, AGENDA_FREE));
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, change_often, memory), 0);
    for (int i = 0; i < 2000; i++) {
        int seats = free_at_start(memory, true);
        assert_true(seats == 1 || seats == 2);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    assert_int_equal(free_at_start(memory, true), 2); /* 1999 is the newest fact, and odd */
}

static int setup(void **state)
{
    today = local_day_number(2026, 11, 24);
    start_us = INT64_C(1795518000000000); /* 08:00 in Campinas */
    *state = agenda_memory_new();
    return *state == NULL;
}

static int teardown(void **state)
{
    agenda_memory_free(*state);
    return 0;
}

#define WITH_MEMORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void a_session_of_several_seats_needs_them_in_a_row_on_one_lane(void **state)
{
    (void)state;
    struct agenda_day *day = day_of(1, AGENDA_FREE);
    const struct agenda_look all = {0, true, NULL};
    int64_t end_us = 0;
    const struct agenda_need longer = {.before_us = 10 * minute_us, .with_us = 20 * minute_us};
    /* Two lanes at the start, but only the first goes on. */
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &all, &longer, &end_us), 1);
    assert_int_equal(end_us, start_us + 40 * minute_us);
    assert_int_equal(agenda_slot_free(day, &day->slots[1], &all, &longer, NULL), 0); /* the day is over */
    const struct agenda_need whole = {.with_us = 41 * minute_us};
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &all, &whole, NULL), 0);
    assert_int_equal(agenda_slot_cover(day, &day->slots[0], 21 * minute_us), start_us + 40 * minute_us);
    assert_int_equal(agenda_slot_cover(day, &day->slots[0], 41 * minute_us), 0);
    day->seats[2].free_from_us = AGENDA_TAKEN;
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &all, &longer, NULL), 0);
    assert_int_equal(look(day, &day->slots[0], 0, true), 2);
    day->seats[2].free_from_us = AGENDA_FREE;
    day->seats[2].skills = 1;
    const struct agenda_need skilled = {.with_us = 30 * minute_us, .skills = 2};
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &all, &skilled, NULL),
                     0); /* each of them must allow it */
    agenda_day_release(day);
}

static void a_seat_that_somebody_is_clicking_on_is_not_shown(void **state)
{
    (void)state;
    static struct agenda_clicks clicks;
    struct agenda_day *day = day_of(1, AGENDA_FREE);
    const struct agenda_look public_look = {0, false, &clicks}, office = {0, true, NULL};
    const struct agenda_need one = {0};
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &public_look, &one, NULL), 1);
    clicks_add(&clicks, start_us, 3);
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &public_look, &one, NULL), 0);
    assert_int_equal(agenda_slot_free(day, &day->slots[1], &public_look, &one, NULL), 1);
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &office, &one, NULL), 2);
    clicks_add(&clicks, start_us, -3);
    assert_int_equal(agenda_slot_free(day, &day->slots[0], &public_look, &one, NULL), 1);
    agenda_day_release(day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seat_that_somebody_is_clicking_on_is_not_shown),
        cmocka_unit_test(a_session_of_several_seats_needs_them_in_a_row_on_one_lane),
        WITH_MEMORY(seats_of_one_start_are_one_slot),
        WITH_MEMORY(the_newer_fact_wins_whatever_comes_first),
        WITH_MEMORY(changes_of_unknown_seats_and_days_do_nothing),
        WITH_MEMORY(a_hold_lapses_by_the_clock_alone),
        WITH_MEMORY(a_seat_given_back_is_the_offices_at_once_and_the_publics_later),
        WITH_MEMORY(a_reader_keeps_the_copy_it_holds),
        WITH_MEMORY(the_ring_does_not_mistake_a_day_for_another),
        WITH_MEMORY(readers_and_writers_at_once_see_whole_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
