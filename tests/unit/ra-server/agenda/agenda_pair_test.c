/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One visit for two orders of a person, and clicks under attack, on the whole way of a request (issue 4, part
 * 2).
 */
#include "agenda/agenda_work.h"
#include "seats_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_US = 20 * 60000000, VISITS = 4 };

/* --- two orders, one visit --- */

/* Two orders of the same person; numbers far from those that place_order gives. */
static void place_two(struct placed two[2])
{
    static unsigned number = 500000;
    number++;
    for (size_t i = 0; i < 2; i++) {
        char *body = order_body(number, two[i].cpf, two[i].email);
        struct answer *answer = ask("POST", "/api/orders", NULL, body);
        assert_int_equal(answer->status, 201);
        snprintf(two[i].code, sizeof two[i].code, "%s", answer_text(answer, "order"));
        snprintf(two[i].token, sizeof two[i].token, "%s", answer_text(answer, "token"));
        answer_free(answer);
        talloc_free(body);
    }
}

/* A slot with another wholly free one right after it. */
static int64_t fresh_two(void)
{
    int64_t later_us = fresh_slot();
    for (int i = 0; i < 20; i++) {
        int64_t start_us = fresh_slot();
        if (later_us - start_us == SLOT_US)
            return start_us;
        later_us = start_us;
    }
    fail_msg("no two slots in a row");
    return 0;
}

static struct answer *visit(const char *what, const struct placed two[2], int64_t start_us)
{
    char path[80], body[300], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(path, sizeof path, "/api/orders/%s/%s", two[0].code, what);
    snprintf(body, sizeof body,
             "{\"start\":\"%s\",\"mode\":\"in_person\",\"with\":\"%s\",\"with_token\":\"%s\"}", start,
             two[1].code, two[1].token);
    return ask("POST", path, two[0].token, body);
}

static int visit_status(const char *what, const struct placed two[2], int64_t start_us)
{
    struct answer *answer = visit(what, two, start_us);
    int status = answer->status;
    answer_free(answer);
    return status;
}

static void one_visit_books_two_seats_in_a_row_for_both_or_for_none(void **state)
{
    (void)state;
    int64_t start_us = fresh_two();
    struct placed two[2];
    place_two(two);
    struct answer *answer = visit("appointment", two, start_us);
    assert_int_equal(answer->status, 201);
    const json_t *other = json_object_get(answer->json, "with");
    assert_string_equal(json_string_value(json_object_get(other, "order")), two[1].code);
    assert_string_equal(json_string_value(json_object_get(other, "start")), answer_text(answer, "end"));
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    assert_int_equal(count_of("state = 'booked'", start_us + SLOT_US), 1);
    char *lanes =
        owner_sql("select count(distinct lane)::text as value from ra.seat where id in (select seat_id from "
                  "ra.appointment order by id desc limit 2)");
    assert_string_equal(lanes, "1");
    talloc_free(lanes);
    assert_int_equal(visit_status("appointment", two, start_us), 200); /* again: nothing new */
    memory_agrees();
}

static void where_the_second_seat_is_gone_the_first_is_not_taken_either(void **state)
{
    (void)state;
    int64_t start_us = fresh_two();
    struct placed two[2], one = place_order(), other = place_order();
    place_two(two);
    assert_int_equal(status_of("POST", &one, start_us + SLOT_US), 201);
    assert_int_equal(status_of("POST", &other, start_us + SLOT_US), 201);
    struct answer *answer = visit("appointment", two, start_us);
    assert_int_equal(answer->status, 409);
    assert_string_equal(answer_text(answer, "code"), "seat-taken");
    assert_int_equal(json_array_size(json_object_get(answer->json, "alternatives")), AGENDA_ALTERNATIVES);
    answer_free(answer);
    assert_int_equal(count_of("state <> 'free'", start_us), 0);
    memory_agrees();
}

static void two_held_seats_become_two_appointments(void **state)
{
    (void)state;
    int64_t start_us = fresh_two();
    struct placed two[2], one = place_order(), other = place_order();
    place_two(two);
    assert_int_equal(visit_status("hold", two, start_us), 201);
    assert_int_equal(count_of("state = 'held'", start_us), 1);
    assert_int_equal(count_of("state = 'held'", start_us + SLOT_US), 1);
    assert_int_equal(status_of("POST", &one, start_us), 201);
    assert_int_equal(status_of("POST", &other, start_us + SLOT_US), 201);
    assert_int_equal(visit_status("appointment", two, start_us), 201);
    assert_int_equal(count_of("state = 'booked'", start_us), 2);
    assert_int_equal(count_of("state = 'booked'", start_us + SLOT_US), 2);
    memory_agrees();
}

static void a_visit_is_of_one_person_and_of_orders_that_are_his_to_open(void **state)
{
    (void)state;
    int64_t start_us = fresh_two();
    struct placed mixed[2] = {place_order(), place_order()};
    assert_int_equal(visit_status("appointment", mixed, start_us), 422); /* two people */
    snprintf(mixed[1].token, sizeof mixed[1].token, "%s", "stranger");
    assert_int_equal(visit_status("appointment", mixed, start_us), 422);
    snprintf(mixed[1].code, sizeof mixed[1].code, "%s", mixed[0].code);
    assert_int_equal(visit_status("appointment", mixed, start_us), 422); /* twice the same */
    assert_int_equal(count_of("state <> 'free'", start_us), 0);
}

static struct answer *move_one(const struct placed *order, int64_t start_us)
{
    return appointment("PUT", order, start_us);
}

static void a_visit_of_two_moves_as_one_or_not_at_all(void **state)
{
    (void)state;
    int64_t from_us = fresh_two(), to_us = fresh_two(), full_us = fresh_two();
    struct placed two[2], one = place_order(), other = place_order();
    place_two(two);
    assert_int_equal(visit_status("appointment", two, from_us), 201);
    assert_int_equal(status_of("POST", &one, full_us + SLOT_US), 201);
    assert_int_equal(status_of("POST", &other, full_us + SLOT_US), 201);
    struct answer *answer = move_one(&two[0], full_us); /* its own half would fit */
    assert_int_equal(answer->status, 409);
    assert_int_equal(json_array_size(json_object_get(answer->json, "alternatives")), AGENDA_ALTERNATIVES);
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", from_us), 1);
    assert_int_equal(count_of("state = 'booked'", from_us + SLOT_US), 1);
    assert_int_equal(count_of("state <> 'free'", full_us), 0);
    answer = move_one(&two[1], to_us); /* naming one of them moves both */
    assert_int_equal(answer->status, 200);
    assert_string_equal(json_string_value(json_object_get(json_object_get(answer->json, "with"), "start")),
                        answer_text(answer, "end"));
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", from_us) + count_of("state = 'booked'", from_us + SLOT_US),
                     0);
    assert_int_equal(count_of("state = 'booked'", to_us), 1);
    assert_int_equal(count_of("state = 'booked'", to_us + SLOT_US), 1);
    memory_agrees();
    assert_int_equal(status_of("DELETE", &two[0], 0), 200);    /* one may still be given up */
    assert_int_equal(status_of("PUT", &two[1], from_us), 200); /* and then the other goes alone */
    assert_int_equal(count_of("state = 'booked'", from_us), 1);
    assert_int_equal(count_of("state = 'booked'", from_us + SLOT_US), 0);
    memory_agrees();
}

static void a_visit_holds_and_moves_into_its_own_seats(void **state)
{
    (void)state;
    int64_t start_us = fresh_two();
    struct placed two[2];
    place_two(two);
    assert_int_equal(visit_status("appointment", two, start_us - SLOT_US), 201);
    assert_int_equal(visit_status("hold", two, start_us), 201); /* on the other lane, until it is confirmed */
    struct answer *answer = move_one(&two[0], start_us);
    assert_int_equal(answer->status, 200);
    answer_free(answer);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    assert_int_equal(count_of("state = 'booked'", start_us + SLOT_US), 1);
    assert_int_equal(count_of("state = 'booked'", start_us - SLOT_US), 0);
    memory_agrees();
}

struct mover {
    pthread_t thread;
    struct placed order;
    int64_t start_us;
    int status;
};

static void *go(void *argument)
{
    struct mover *mover = argument;
    mover->status = status_of("PUT", &mover->order, mover->start_us);
    return NULL;
}

/* Each half is moved by another hand at once, and two visits change places. */
static void halves_moved_at_once_stay_together(void **state)
{
    (void)state;
    int64_t one_us = fresh_two(), other_us = fresh_two();
    struct placed here[2], there[2];
    place_two(here);
    place_two(there);
    assert_int_equal(visit_status("appointment", here, one_us), 201);
    assert_int_equal(visit_status("appointment", there, other_us), 201);
    struct mover movers[4] = {{.order = here[0], .start_us = other_us},
                              {.order = here[1], .start_us = other_us},
                              {.order = there[1], .start_us = one_us},
                              {.order = there[0], .start_us = one_us}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&movers[i].thread, NULL, go, &movers[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(movers[i].thread, NULL);
        assert_true(movers[i].status == 200 || movers[i].status == 409);
    }
    char *torn =
        owner_sql("select count(*)::text as value from ra.appointment a join ra.appointment b on b.visit = "
                  "a.visit and b.id > a.id and a.state = 'booked' and b.state = 'booked' where a.ends <> "
                  "b.starts and b.ends <> a.starts");
    assert_string_equal(torn, "0");
    talloc_free(torn);
    memory_agrees();
}

struct visitor {
    pthread_t thread;
    struct placed two[2];
    int64_t start_us;
    int status;
};

static void *come(void *argument)
{
    struct visitor *visitor = argument;
    visitor->status = visit_status("appointment", visitor->two, visitor->start_us);
    return NULL;
}

/* Visits that overlap: each wants the seat after the one before it, as in a ring of locks. */
static void overlapping_visits_at_once_never_wait_in_a_ring(void **state)
{
    (void)state;
    static struct visitor visitors[2 * VISITS];
    int64_t start_us = fresh_two();
    int booked = 0;
    for (size_t i = 0; i < 2 * VISITS; i++) {
        place_two(visitors[i].two);
        visitors[i].start_us = start_us - (i % 2 == 0 ? 0 : SLOT_US);
    }
    for (size_t i = 0; i < 2 * VISITS; i++)
        assert_int_equal(pthread_create(&visitors[i].thread, NULL, come, &visitors[i]), 0);
    for (size_t i = 0; i < 2 * VISITS; i++) {
        pthread_join(visitors[i].thread, NULL);
        assert_true(visitors[i].status == 201 || visitors[i].status == 409);
        booked += visitors[i].status == 201 ? 1 : 0;
    }
    assert_in_range(booked, 2, 4); /* two lanes: two to four halves fit at the middle slot */
    assert_int_equal(count_of("state = 'booked' and visibility = 'public'", start_us), 2);
    char *whole =
        owner_sql("select count(*)::text as value from ra.seat where state = 'booked' and id not in (select "
                  "seat_id from ra.appointment where seat_id is not null)");
    assert_string_equal(whole, "0");
    talloc_free(whole);
    memory_agrees();
}

/* --- under attack --- */

static void set_threshold(const char *clicks)
{
    char sql[160];
    snprintf(sql, sizeof sql, "update ra.policy set value = '%s' where key = 'rush_clicks_per_minute'",
             clicks);
    talloc_free(owner_sql(sql));
    talloc_free(owner_sql("update ra.policy set value = '10' where key = 'rush_work_bits'"));
    rooms_refresh();
}

static struct answer *worked(const struct placed *order, int64_t start_us, const char *challenge,
                             const char *nonce)
{
    char path[80], body[500], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(path, sizeof path, "/api/orders/%s/hold", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"work\":\"%s\",\"nonce\":\"%s\"}", start, challenge,
             nonce);
    return ask("POST", path, order->token, body);
}

static void assert_work(struct answer *answer, int status, const char *reason)
{
    assert_int_equal(answer->status, status);
    if (reason != NULL) {
        assert_string_equal(answer_text(answer, "code"), "work-needed");
        assert_string_equal(answer_text(answer, "reason"), reason);
    }
    answer_free(answer);
}

static void challenge_for(const struct placed *order, int64_t start_us, char challenge[WORK_CHALLENGE_SIZE])
{
    struct answer *answer = worked(order, start_us, "", "");
    const json_t *work = json_object_get(answer->json, "work");
    assert_int_equal(answer->status, 429);
    assert_string_equal(answer_text(answer, "reason"), "work-missing");
    assert_int_equal(json_integer_value(json_object_get(work, "bits")), 10);
    snprintf(challenge, WORK_CHALLENGE_SIZE, "%s", json_string_value(json_object_get(work, "challenge")));
    answer_free(answer);
}

static void solve(const char *challenge, char nonce[WORK_NONCE_MAX + 1])
{
    int number = 0;
    do
        snprintf(nonce, WORK_NONCE_MAX + 1, "%d", number++);
    while (!work_is_proved(challenge, nonce, 10));
}

static void under_attack_a_click_needs_work_that_counts_once_and_for_its_order_alone(void **state)
{
    (void)state;
    int64_t first_us = fresh_slot(), second_us = fresh_slot();
    struct placed one = place_order(), other = place_order();
    char challenge[WORK_CHALLENGE_SIZE], nonce[WORK_NONCE_MAX + 1], forged[WORK_CHALLENGE_SIZE];
    set_threshold("1");
    assert_int_equal(hold_status(&other, first_us), 429);
    challenge_for(&one, first_us, challenge);
    assert_int_equal(count_of("state <> 'free'", first_us), 0);
    solve(challenge, nonce);
    assert_work(worked(&other, first_us, challenge, nonce), 429, "work-other-order");
    assert_work(worked(&one, first_us, challenge, ""), 429, "work-early");
    snprintf(forged, sizeof forged, "%s", challenge);
    forged[3] = forged[3] == '1' ? '2' : '1'; /* another time of issue */
    assert_work(worked(&one, first_us, forged, nonce), 429, "work-forged");
    assert_work(worked(&one, first_us, challenge, nonce), 201, NULL);
    assert_work(worked(&one, second_us, challenge, nonce), 429, "work-spent");
    assert_int_equal(status_of("POST", &one, first_us),
                     201); /* what is held is confirmed without more work */
    set_threshold("3000");
    memory_agrees();
}

static void a_patient_person_without_a_script_waits_instead(void **state)
{
    (void)state;
    int64_t start_us = fresh_slot();
    struct placed one = place_order();
    char challenge[WORK_CHALLENGE_SIZE];
    set_threshold("1");
    talloc_free(owner_sql("update ra.policy set value = '1' where key = 'rush_wait_seconds'"));
    rooms_refresh();
    assert_int_equal(hold_status(&one, start_us), 429);
    challenge_for(&one, start_us, challenge);
    assert_work(worked(&one, start_us, challenge, ""), 429, "work-early");
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 50000000}, NULL);
    assert_work(worked(&one, start_us, challenge, ""), 201, NULL);
    set_threshold("3000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visit_of_two_moves_as_one_or_not_at_all),
        cmocka_unit_test(a_visit_holds_and_moves_into_its_own_seats),
        cmocka_unit_test(halves_moved_at_once_stay_together),
        cmocka_unit_test(one_visit_books_two_seats_in_a_row_for_both_or_for_none),
        cmocka_unit_test(where_the_second_seat_is_gone_the_first_is_not_taken_either),
        cmocka_unit_test(two_held_seats_become_two_appointments),
        cmocka_unit_test(a_visit_is_of_one_person_and_of_orders_that_are_his_to_open),
        cmocka_unit_test(overlapping_visits_at_once_never_wait_in_a_ring),
        cmocka_unit_test(under_attack_a_click_needs_work_that_counts_once_and_for_its_order_alone),
        cmocka_unit_test(a_patient_person_without_a_script_waits_instead),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
