/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the first click to the confirmation (issue 4, part 2), and what two that meet in the database are
 * told.
 */
#include "seats_fixture.h"

#include <stdio.h>

static void the_first_click_blocks_the_seat_for_ten_minutes_and_its_holder_books_it(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order(), two = place_order(), three = place_order();
    assert_int_equal(hold_status(&one, start_us), 201);
    assert_int_equal(
        count_of("state = 'held' and held_until between now() + interval '9 minutes' and now() + "
                 "interval '11 minutes'",
                 start_us),
        1);
    memory_agrees();
    assert_int_equal(status_of("POST", &two, start_us), 201);
    assert_int_equal(status_of("POST", &three, start_us), 409);
    assert_int_equal(hold_status(&three, start_us), 409);
    assert_int_equal(status_of("POST", &one, start_us), 201);
    assert_int_equal(count_of("state = 'booked'", start_us), 2);
    memory_agrees();
}

static void a_hold_clicked_again_keeps_its_end(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order();
    int64_t first_us = 0, second_us = 0;
    struct answer *first = hold(&one, start_us);
    talloc_free(owner_sql(
        "update ra.seat set held_until = held_until - interval '3 minutes' where state = 'held'")); /* time
                                                                                                       goes by
                                                                                                     */
    struct answer *second = hold(&one, start_us);
    assert_int_equal(second->status, 201);
    assert_true(clock_parse(answer_text(first, "held_until"), &first_us));
    assert_true(clock_parse(answer_text(second, "held_until"), &second_us));
    assert_int_equal(first_us - second_us, INT64_C(180000000));
    assert_int_equal(count_of("state = 'held'", start_us), 1);
    answer_free(first);
    answer_free(second);
}

static void an_order_holds_one_seat_and_a_booking_lets_go_of_it(void **state)
{
    (void)state;
    int64_t first_us = fresh_slot(), second_us = fresh_slot(), third_us = fresh_slot();
    struct placed one = place_order();
    assert_int_equal(hold_status(&one, first_us), 201);
    assert_int_equal(hold_status(&one, second_us), 201);
    assert_int_equal(count_of("state = 'held'", first_us), 0);
    assert_int_equal(status_of("POST", &one, third_us), 201);
    assert_int_equal(count_of("state = 'held'", second_us), 0);
    assert_int_equal(hold_status(&one, second_us), 201); /* to move there */
    assert_int_equal(count_of("state = 'booked'", third_us), 1);
    assert_int_equal(status_of("PUT", &one, second_us), 200);
    assert_int_equal(count_of("state = 'booked'", second_us), 1);
    memory_agrees();
}

static void a_lapsed_hold_is_anybodys_and_its_former_holder_finds_alternatives(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order(), two = place_order(), three = place_order();
    assert_int_equal(hold_status(&one, start_us), 201);
    lapse(start_us);
    assert_int_equal(status_of("POST", &two, start_us), 201);
    assert_int_equal(status_of("POST", &three, start_us), 201);
    struct answer *late = appointment("POST", &one, start_us);
    assert_int_equal(late->status, 409);
    assert_int_equal(json_array_size(json_object_get(late->json, "alternatives")), AGENDA_ALTERNATIVES);
    answer_free(late);
    memory_agrees();
}

static void a_lapsed_hold_of_a_seat_still_there_is_confirmed_all_the_same(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order();
    assert_int_equal(hold_status(&one, start_us), 201);
    lapse(start_us);
    assert_int_equal(status_of("POST", &one, start_us), 201);
    memory_agrees();
}

static void what_is_let_go_is_free_at_once(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    char path[80];
    struct placed one = place_order();
    assert_int_equal(hold_status(&one, start_us), 201);
    snprintf(path, sizeof path, "/api/orders/%s/hold", one.code);
    for (int i = 0; i < 2; i++) {
        struct answer *answer = ask("DELETE", path, one.token, NULL);
        assert_int_equal(answer->status, 200);
        answer_free(answer);
    }
    assert_int_equal(count_of("state = 'free' and visibility = 'public'", start_us), 2);
    memory_agrees();
}

/* --- what the database says when two meet (issue 4, part 2) --- */

/* Every take of a seat at that start fails with the SQLSTATE, the first `times` times. */
static void obstruct(int64_t start_us, const char *sqlstate, int times)
{
    char start[CLOCK_TEXT_SIZE], sql[1000];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(sql, sizeof sql,
             "do $do$ begin create sequence ra.obstacle_count; "
             "grant usage on sequence ra.obstacle_count to ra_app; "
             "create function ra.obstacle() returns trigger language plpgsql as $$ begin "
             "if new.starts = '%s' and new.state <> 'free' and nextval('ra.obstacle_count') <= %d then "
             "raise exception 'obstacle' using errcode = '%s', constraint = 'seat_never_twice'; end if; "
             "return new; end $$; create trigger obstacle before update on ra.seat for each row execute "
             "function ra.obstacle(); end $do$",
             start, times, sqlstate);
    talloc_free(owner_sql(sql));
}

static void clear_the_way(void)
{
    talloc_free(owner_sql("do $do$ begin drop trigger obstacle on ra.seat; drop function ra.obstacle(); "
                          "drop sequence ra.obstacle_count; end $do$"));
}

static void every_conflict_of_the_database_is_a_409_with_three_alternatives(void **state)
{
    (void)state;
    static const char *const states[] = {"23505", "23P01", "23514", "40P01", "40001"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        int64_t start_us = fresh_slot();
        struct placed order = place_order();
        obstruct(start_us, states[i], 100);
        struct answer *answer = appointment("POST", &order, start_us);
        clear_the_way();
        assert_int_equal(answer->status, 409);
        assert_int_equal(json_array_size(json_object_get(answer->json, "alternatives")), AGENDA_ALTERNATIVES);
        answer_free(answer);
        assert_int_equal(count_of("state <> 'free'", start_us), 0);
    }
    memory_agrees();
}

static void a_deadlock_lost_twice_is_tried_again_and_books(void **state)
{
    (void)state;
    static const char *const states[] = {"40P01", "40001"};
    for (size_t i = 0; i < 2; i++) {
        int64_t start_us = fresh_slot();
        struct placed order = place_order();
        obstruct(start_us, states[i], 2);
        int status = status_of("POST", &order, start_us);
        clear_the_way();
        assert_int_equal(status, 201);
        assert_int_equal(count_of("state = 'booked'", start_us), 1);
    }
    memory_agrees();
}

/* What is clicked stays in the log for good. */
static void one_order_clicks_so_many_times_a_day_and_books_all_the_same(void **state)
{
    (void)state;
    const int64_t start_us = fresh_slot();
    struct placed order = place_order(), other = place_order();
    char path[80];
    snprintf(path, sizeof path, "/api/orders/%s/hold", order.code);
    talloc_free(owner_sql("update ra.policy set value = '2' where key = 'agenda_clicks_per_day'"));
    rooms_refresh();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hold_status(&order, start_us), 201);
        answer_free(ask("DELETE", path, order.token, NULL));
    }
    struct answer *third = hold(&order, start_us);
    struct answer *of_other = hold(&other, start_us);
    talloc_free(owner_sql("update ra.policy set value = '60' where key = 'agenda_clicks_per_day'"));
    rooms_refresh();
    assert_int_equal(third->status, 409);
    assert_string_equal(answer_text(third, "reason"), "too-many-clicks");
    assert_int_equal(of_other->status, 201);
    assert_int_equal(status_of("POST", &order, start_us), 201);
    answer_free(third);
    answer_free(of_other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_click_blocks_the_seat_for_ten_minutes_and_its_holder_books_it),
        cmocka_unit_test(a_hold_clicked_again_keeps_its_end),
        cmocka_unit_test(an_order_holds_one_seat_and_a_booking_lets_go_of_it),
        cmocka_unit_test(a_lapsed_hold_is_anybodys_and_its_former_holder_finds_alternatives),
        cmocka_unit_test(a_lapsed_hold_of_a_seat_still_there_is_confirmed_all_the_same),
        cmocka_unit_test(what_is_let_go_is_free_at_once),
        cmocka_unit_test(one_order_clicks_so_many_times_a_day_and_books_all_the_same),
        cmocka_unit_test(every_conflict_of_the_database_is_a_409_with_three_alternatives),
        cmocka_unit_test(a_deadlock_lost_twice_is_tried_again_and_books),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
