/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seats under attack (design 2.8): the last seat, impatient clicks, moves, holds that lapse, hours that
 * change; and memory against the database after each.
 */
#include "catalog/local_time.h"
#include "seats_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CROWD = 50, CLICKS = 5 };

/* --- crowds --- */

struct clicker {
    pthread_t thread;
    struct placed order;
    int64_t start_us;
    struct answer *answer;
};

static void *click(void *argument)
{
    struct clicker *clicker = argument;
    clicker->answer = appointment("POST", &clicker->order, clicker->start_us);
    return NULL;
}

static void run_all(struct clicker *clickers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&clickers[i].thread, NULL, click, &clickers[i]), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(clickers[i].thread, NULL);
}

static void fifty_people_and_one_seat_make_one_appointment(void **state)
{
    (void)state;
    static struct clicker crowd[CROWD];
    int64_t start_us = fresh_slot();
    struct placed first = place_order();
    assert_int_equal(status_of("POST", &first, start_us), 201);
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = (struct clicker){.order = place_order(), .start_us = start_us};
    run_all(crowd, CROWD);
    int booked = 0;
    for (size_t i = 0; i < CROWD; i++) {
        const json_t *alternatives = json_object_get(crowd[i].answer->json, "alternatives");
        booked += crowd[i].answer->status == 201 ? 1 : 0;
        if (crowd[i].answer->status != 201) {
            assert_int_equal(crowd[i].answer->status, 409);
            assert_string_equal(answer_text(crowd[i].answer, "code"), "seat-taken");
            assert_int_equal(json_array_size(alternatives), AGENDA_ALTERNATIVES);
        }
        answer_free(crowd[i].answer);
    }
    assert_int_equal(booked, 1);
    assert_int_equal(count_of("state = 'booked'", start_us), 2);
    memory_agrees();
}

static void five_clicks_make_one_appointment(void **state)
{
    (void)state;
    struct clicker clicks[CLICKS];
    int64_t start_us = fresh_slot();
    struct placed order = place_order();
    for (size_t i = 0; i < CLICKS; i++)
        clicks[i] = (struct clicker){.order = order, .start_us = start_us};
    run_all(clicks, CLICKS);
    int created = 0;
    json_int_t id = json_integer_value(json_object_get(clicks[0].answer->json, "appointment"));
    for (size_t i = 0; i < CLICKS; i++) {
        assert_true(clicks[i].answer->status == 201 || clicks[i].answer->status == 200);
        assert_int_equal(json_integer_value(json_object_get(clicks[i].answer->json, "appointment")), id);
        created += clicks[i].answer->status == 201 ? 1 : 0;
        answer_free(clicks[i].answer);
    }
    assert_int_equal(created, 1);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    memory_agrees();
}

/* --- moving, cancelling --- */

static void a_move_takes_the_new_seat_and_frees_the_old(void **state)
{
    (void)state;
    int64_t from_us = fresh_slot(), to_us = fresh_slot();
    struct placed order = place_order();
    assert_int_equal(status_of("POST", &order, from_us), 201);
    assert_int_equal(status_of("PUT", &order, to_us), 200);
    assert_int_equal(count_of("state = 'booked'", from_us), 0);
    assert_int_equal(count_of("state = 'booked'", to_us), 1);
    assert_int_equal(status_of("PUT", &order, to_us), 200); /* the same again changes nothing */
    memory_agrees();
}

static void a_move_to_a_full_slot_leaves_everything_as_it_was(void **state)
{
    (void)state;
    int64_t from_us = fresh_slot(), full_us = fresh_slot();
    struct placed order = place_order(), one = place_order(), two = place_order();
    assert_int_equal(status_of("POST", &one, full_us), 201);
    assert_int_equal(status_of("POST", &two, full_us), 201);
    assert_int_equal(status_of("POST", &order, from_us), 201);
    assert_int_equal(status_of("PUT", &order, full_us), 409);
    assert_int_equal(count_of("state = 'booked'", from_us), 1);
    memory_agrees();
}

static void a_second_start_for_the_same_order_is_a_conflict(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot(), other_us = fresh_slot();
    struct placed order = place_order();
    assert_int_equal(status_of("POST", &order, start_us), 201);
    struct answer *answer = appointment("POST", &order, other_us);
    assert_int_equal(answer->status, 409);
    assert_string_equal(answer_text(answer, "reason"), "already-booked");
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", other_us), 0);
}

static void a_cancelled_seat_is_free_for_the_next_after_a_delay_that_nobody_knows(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order(), two = place_order(), three = place_order();
    assert_int_equal(status_of("POST", &one, start_us), 201);
    assert_int_equal(status_of("POST", &two, start_us), 201);
    assert_int_equal(status_of("POST", &three, start_us), 409);
    assert_int_equal(status_of("DELETE", &one, 0), 200);
    assert_int_equal(status_of("DELETE", &one, 0), 200);
    assert_int_equal(count_of("state = 'free' and public_from between now() + interval '4 minutes' and now() "
                              "+ interval '46 minutes'",
                              start_us),
                     1);
    assert_int_equal(status_of("POST", &three, start_us), 409);
    memory_agrees();
    release_now(start_us);
    assert_int_equal(status_of("POST", &three, start_us), 201);
    assert_int_equal(status_of("POST", &one, start_us), 409);
    memory_agrees();
}

static void a_case_with_no_appointment_has_nothing_to_move(void **state)
{
    (void)state;
    struct placed order = place_order();
    assert_int_equal(status_of("PUT", &order, fresh_slot()), 409);
    assert_int_equal(status_of("DELETE", &order, 0), 409);
}

/* Who moves without end would withhold every seat in turn and mail somebody at each step. */
static void one_order_changes_its_hour_twelve_times_a_day_and_gives_it_back_always(void **state)
{
    enum { CHANGES = 12 };
    (void)state;
    const int64_t starts_us[] = {fresh_slot(), fresh_slot()};
    struct placed order = place_order();
    assert_int_equal(status_of("POST", &order, starts_us[0]), 201);
    for (int i = 1; i < CHANGES; i++) {
        release_now(starts_us[i % 2]);
        assert_int_equal(status_of("PUT", &order, starts_us[i % 2]), 200);
    }
    const int64_t kept_us = starts_us[(CHANGES - 1) % 2], wished_us = starts_us[CHANGES % 2];
    release_now(wished_us);
    struct answer *answer = appointment("PUT", &order, wished_us);
    assert_int_equal(answer->status, 409);
    assert_string_equal(answer_text(answer, "reason"), "too-many-changes");
    answer_free(answer);
    assert_int_equal(status_of("PUT", &order, kept_us), 200); /* as it is already */
    assert_int_equal(status_of("DELETE", &order, 0), 200);
    release_now(kept_us);
    assert_int_equal(status_of("POST", &order, kept_us), 409);
    struct placed other = place_order();
    assert_int_equal(status_of("POST", &other, kept_us), 201);
    memory_agrees();
}

/* --- what may not be wished --- */

static void starts_that_are_past_or_no_slot_are_refused(void **state)
{
    (void)state;
    struct placed order = place_order();
    int64_t start_us = fresh_slot();
    assert_int_equal(status_of("POST", &order, INT64_C(1577880000000000)), 422);
    assert_int_equal(status_of("POST", &order, start_us + 1000000), 422);
    struct answer *answer =
        ask("POST", "/api/orders/000000000000/appointment", order.token, "{\"start\":\"x\"}");
    assert_int_equal(answer->status, 404);
    answer_free(answer);
}

/* --- holds and hours --- */

static void hold_both(const struct placed *order, int64_t start_us, const char *until)
{
    char start[CLOCK_TEXT_SIZE], sql[500];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(sql, sizeof sql,
             "update ra.seat set state = 'held', order_id = (select id from ra.orders where code = '%s'), "
             "held_until = "
             "now() + interval '%s' where starts = '%s' and visibility = 'public'",
             order->code, until, start);
    talloc_free(owner_sql(sql));
    rooms_refresh();
}

static void a_hold_keeps_others_out_until_it_lapses_by_itself(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed holder = place_order(), other = place_order();
    hold_both(&holder, start_us, "10 minutes");
    assert_int_equal(status_of("POST", &other, start_us), 409);
    hold_both(&holder, start_us, "-1 second");
    assert_int_equal(status_of("POST", &other, start_us), 201);
    memory_agrees();
}

static void the_public_never_gets_an_internal_lane(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order(), two = place_order(), three = place_order();
    assert_int_equal(status_of("POST", &one, start_us), 201);
    assert_int_equal(status_of("POST", &two, start_us), 201);
    assert_int_equal(status_of("POST", &three, start_us), 409);
    assert_int_equal(count_of("visibility = 'internal' and state = 'free'", start_us), 1);
}

static void publishing_again_changes_nothing_and_a_late_holiday_withdraws_only_free_seats(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed order = place_order();
    assert_int_equal(status_of("POST", &order, start_us), 201);
    char *before = owner_sql("select count(*)::text as value from ra.seat");
    rooms_refresh();
    char *after = owner_sql("select count(*)::text as value from ra.seat");
    assert_string_equal(before, after);
    char start[CLOCK_TEXT_SIZE], sql[300];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(
        sql, sizeof sql,
        "insert into ra.holiday (day, name, layer, source, evidence) values (('%s'::timestamptz at time zone "
        "'America/Sao_Paulo')::date, 'Feriado de teste', 'AC', 'teste', 'U')",
        start);
    talloc_free(owner_sql(sql));
    rooms_refresh();
    assert_int_equal(count_of("true", start_us), 1);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    memory_agrees();
    talloc_free(owner_sql("delete from ra.holiday where name = 'Feriado de teste'"));
    rooms_refresh();
    char *again = owner_sql("select count(*)::text as value from ra.seat");
    assert_string_equal(before, again);
    talloc_free(before);
    talloc_free(after);
    talloc_free(again);
}

/* --- availability --- */

static void availability_follows_a_booking_at_once(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed order = place_order();
    struct agenda_slot *slots = NULL;
    size_t count = 0;
    struct ra_error error = {0};
    int64_t now_us = clock_now_us(&rooms_app()->clock);
    assert_int_equal(status_of("POST", &order, start_us), 201);
    TALLOC_CTX *scratch = talloc_new(NULL);
    const struct agenda_search search = {.side = AGENDA_PUBLIC, .halves = 1};
    assert_done(agenda_free_slots(rooms_app(), scratch, now_us, start_us / INT64_C(86400000000), 1, &search,
                                  &slots, &count, &error));
    int seats = 0;
    for (size_t i = 0; i < count; i++)
        if (slots[i].start_us == start_us)
            seats = slots[i].seats;
    assert_int_equal(seats, 1);
    talloc_free(scratch);
}

static void the_query_is_judged_field_by_field(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int status;
        const char *code;
    } cases[] = {
        {"product=ecpf-a1&mode=in_person&days=62", 200, NULL},
        {"product=ecpf-a1", 200, NULL},
        {"product=ecpf-a1&days=63", 422, "invalid"},
        {"product=ecpf-a1&days=0", 422, "invalid"},
        {"product=ecpf-a1&days=1e1", 422, "invalid"},
        {"product=ecpf-a1&from=2026-02-30", 422, "invalid"},
        {"product=ecpf-a1&from=amanha", 422, "invalid"},
        {"product=nada", 422, "invalid"},
        {"", 422, "invalid"},
        {"product=ecpf-a1&mode=sonho", 422, "invalid"},
        {"product=ecpf-a1&mode=video", 422, "rule-refused"},
        {"product=ecpf-a3&mode=video", 422, "rule-refused"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[160];
        snprintf(path, sizeof path, "/api/availability?%s", cases[i].query);
        struct answer *answer = ask("GET", path, NULL, NULL);
        assert_int_equal(answer->status, cases[i].status);
        if (cases[i].code != NULL)
            assert_string_equal(answer_text(answer, "code"), cases[i].code);
        else
            assert_true(json_array_size(json_object_get(answer->json, "slots")) > 0);
        answer_free(answer);
    }
}

static void the_invitation_follows_the_appointment(void **state)
{
    (void)state;
    int64_t from_us = fresh_slot(), to_us = fresh_slot();
    struct placed order = place_order();
    char path[80];
    snprintf(path, sizeof path, "/api/orders/%s/appointment.ics", order.code);
    struct answer *none = ask("GET", path, order.token, NULL);
    assert_int_equal(none->status, 404);
    answer_free(none);
    assert_int_equal(status_of("POST", &order, from_us), 201);
    struct answer *first = ask("GET", path, order.token, NULL);
    assert_int_equal(status_of("PUT", &order, to_us), 200);
    struct answer *second = ask("GET", path, order.token, NULL);
    assert_int_equal(status_of("DELETE", &order, 0), 200);
    struct answer *third = ask("GET", path, order.token, NULL);
    assert_non_null(strstr(first->body, "SEQUENCE:0\r\n"));
    assert_non_null(strstr(second->body, "SEQUENCE:1\r\n"));
    assert_non_null(strstr(third->body, "SEQUENCE:2\r\n"));
    assert_non_null(strstr(third->body, "STATUS:CANCELLED\r\n"));
    const char *uid = strstr(first->body, "\r\nUID:");
    char line[120];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(uid + 2, "\r") + 2, uid);
    assert_non_null(strstr(second->body, line));
    assert_non_null(strstr(third->body, line));
    assert_null(strstr(first->body, order.cpf));
    assert_null(strstr(first->body, order.email));
    assert_null(strstr(first->body, order.code));
    answer_free(first);
    answer_free(second);
    answer_free(third);
}

/* Who books sits in Campinas; the office's clock, and the invitation, are Cuiabá's. */
static void an_office_in_minus_four_is_booked_from_minus_three(void **state)
{
    (void)state;
    enum { MINUS_THREE_S = -3 * 3600, MINUS_FOUR_S = -4 * 3600 };
    char path[80], body[160];
    talloc_free(owner_sql("update ra.office set zone = 'America/Cuiaba' where id = 1"));
    rooms_refresh();
    TALLOC_CTX *scratch = talloc_new(NULL);
    const int64_t start_us = fresh_slot();
    struct placed order = place_order();
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order.code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}",
             local_time_rfc3339(scratch, start_us, MINUS_THREE_S));
    struct answer *answer = ask("POST", path, order.token, body);
    assert_int_equal(answer->status, 201);
    assert_string_equal(answer_text(answer, "start"), local_time_rfc3339(scratch, start_us, MINUS_FOUR_S));
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    snprintf(path, sizeof path, "/api/orders/%s/appointment.ics", order.code);
    answer = ask("GET", path, order.token, NULL);
    const struct local_time there = local_time_of(start_us, MINUS_FOUR_S);
    assert_non_null(strstr(
        answer->body, talloc_asprintf(scratch, "\r\nDTSTART;TZID=America/Cuiaba:%04d%02d%02dT%02d%02d00\r\n",
                                      there.year, there.month, there.day, there.hour, there.minute)));
    answer_free(answer);
    talloc_free(scratch);
    talloc_free(owner_sql("update ra.office set zone = 'America/Sao_Paulo' where id = 1"));
    rooms_refresh();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_people_and_one_seat_make_one_appointment),
        cmocka_unit_test(five_clicks_make_one_appointment),
        cmocka_unit_test(a_move_takes_the_new_seat_and_frees_the_old),
        cmocka_unit_test(a_move_to_a_full_slot_leaves_everything_as_it_was),
        cmocka_unit_test(a_second_start_for_the_same_order_is_a_conflict),
        cmocka_unit_test(a_cancelled_seat_is_free_for_the_next_after_a_delay_that_nobody_knows),
        cmocka_unit_test(a_case_with_no_appointment_has_nothing_to_move),
        cmocka_unit_test(one_order_changes_its_hour_twelve_times_a_day_and_gives_it_back_always),
        cmocka_unit_test(starts_that_are_past_or_no_slot_are_refused),
        cmocka_unit_test(a_hold_keeps_others_out_until_it_lapses_by_itself),
        cmocka_unit_test(the_public_never_gets_an_internal_lane),
        cmocka_unit_test(publishing_again_changes_nothing_and_a_late_holiday_withdraws_only_free_seats),
        cmocka_unit_test(availability_follows_a_booking_at_once),
        cmocka_unit_test(the_query_is_judged_field_by_field),
        cmocka_unit_test(the_invitation_follows_the_appointment),
        cmocka_unit_test(an_office_in_minus_four_is_booked_from_minus_three),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
