/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a seat that is given back (issue 4, part 2): the waiting list in the order of arrival,
 * offers with an end and a link whose reading does nothing, and the public after a delay.
 */
#include "agenda/agenda_waiting.h"
#include "seats_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run_list(void)
{
    struct ra_app *app = rooms_app();
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {.context = db, .app = app, .db = db, .now_us = clock_now_us(&app->clock)};
    assert_done(waiting_run(&run, &error));
    talloc_free(db);
}

/* The list to itself: what other tests left behind is nobody's business. */
static void clear_list(void)
{
    talloc_free(owner_sql("update ra.waiting set left_at = now(), outcome = 'left' where left_at is null"));
    talloc_free(
        owner_sql("update ra.seat_offer set outcome = 'lapsed', ended_at = now() where outcome = ''"));
    talloc_free(owner_sql("update ra.seat set public_from = null where public_from is not null"));
    rooms_refresh();
}

static int join(const struct placed *order)
{
    char path[80], body[80];
    char *last = owner_sql("select (max(starts)::date)::text as value from ra.seat");
    snprintf(path, sizeof path, "/api/orders/%s/waiting", order->code);
    snprintf(body, sizeof body, "{\"until\":\"%s\"}", last);
    struct answer *answer = ask("POST", path, order->token, body);
    int status = answer->status;
    answer_free(answer);
    talloc_free(last);
    return status;
}

static int64_t place_of(const struct placed *order)
{
    char path[80];
    snprintf(path, sizeof path, "/api/orders/%s/waiting", order->code);
    struct answer *answer = ask("GET", path, order->token, NULL);
    int64_t place = answer->status == 200 ? json_integer_value(json_object_get(answer->json, "place")) : 0;
    answer_free(answer);
    return place;
}

/* Seats of a start that are held for that order now. */
static int64_t held_for(const struct placed *order, int64_t start_us)
{
    char condition[160];
    snprintf(
        condition, sizeof condition,
        "state = 'held' and held_until > now() and order_id = (select id from ra.orders where code = '%s')",
        order->code);
    return count_of(condition, start_us);
}

/* Both public seats booked by others, one of which is given back. */
static void give_back_one(int64_t start_us)
{
    struct placed one = place_order(), two = place_order();
    assert_int_equal(status_of("POST", &one, start_us), 201);
    assert_int_equal(status_of("POST", &two, start_us), 201);
    assert_int_equal(status_of("DELETE", &one, 0), 200);
}

/* The path below /api/offers of the link in the newest mail to that person. */
static void link_of(const struct placed *order, char path[80])
{
    char *mail = mail_to(order->email);
    const char *at = strstr(mail, "/vaga/");
    assert_non_null(at);
    snprintf(path, 80, "/api/offers/%.43s", at + strlen("/vaga/"));
    talloc_free(mail);
}

static int status_at(const char *method, const char *path, const char *wanted)
{
    struct answer *answer = ask(method, path, NULL, NULL);
    int status = answer->status;
    if (status == 200)
        assert_string_equal(answer_text(answer, "state"), wanted);
    else
        assert_string_equal(answer_text(answer, "reason"), wanted);
    answer_free(answer);
    return status;
}

/* The offers out now end, as if their time were over. */
static void let_offers_lapse(int64_t start_us)
{
    talloc_free(
        owner_sql("update ra.seat_offer set offered_at = offered_at - interval '2 hours', until = now() - "
                  "interval '1 second' where outcome = ''"));
    lapse(start_us);
}

static void a_seat_given_back_is_offered_in_the_order_of_arrival_and_public_last(void **state)
{
    (void)state;
    clear_list();
    int64_t start_us = fresh_slot();
    struct placed first = place_order(), second = place_order(), stranger = place_order();
    assert_int_equal(join(&first), 201);
    assert_int_equal(join(&second), 201);
    assert_int_equal(join(&first), 201); /* again: the place stays */
    assert_int_equal(place_of(&first), 1);
    assert_int_equal(place_of(&second), 2);
    give_back_one(start_us);
    run_list();
    assert_int_equal(held_for(&first, start_us), 1);
    memory_agrees();
    let_offers_lapse(start_us);
    run_list();
    assert_int_equal(held_for(&second, start_us), 1);
    let_offers_lapse(start_us);
    run_list();
    assert_int_equal(count_of("state = 'held' and held_until > now()", start_us), 0);
    assert_int_equal(status_of("POST", &stranger, start_us), 409); /* after the last offer, the delay */
    release_now(start_us);
    assert_int_equal(status_of("POST", &stranger, start_us), 201);
    memory_agrees();
}

static void looking_at_an_offer_does_nothing_and_the_tap_books_however_often(void **state)
{
    (void)state;
    clear_list();
    char path[80], other[96];
    int64_t start_us = fresh_slot();
    struct placed person = place_order();
    assert_int_equal(join(&person), 201);
    give_back_one(start_us);
    run_list();
    link_of(&person, path);
    for (int i = 0; i < 3; i++) /* a mail scanner */
        assert_int_equal(status_at("GET", path, "open"), 200);
    assert_int_equal(held_for(&person, start_us), 1);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    for (int i = 0; i < 2; i++) /* the person, twice */
        assert_int_equal(status_at("POST", path, "accepted"), 200);
    assert_int_equal(status_at("GET", path, "accepted"), 200);
    assert_int_equal(count_of("state = 'booked'", start_us), 2);
    assert_int_equal(place_of(&person), 0);
    snprintf(other, sizeof other, "%s/decline", path);
    assert_int_equal(status_at("POST", other, "offer-accepted"), 409);
    memory_agrees();
}

static void an_accepted_offer_moves_whoever_had_a_later_seat_and_that_one_is_offered_next(void **state)
{
    (void)state;
    clear_list();
    char path[80];
    int64_t later_us = fresh_slot(), start_us = fresh_slot(); /* each fresh one is earlier */
    struct placed mover = place_order(), next = place_order();
    assert_true(start_us < later_us);
    assert_int_equal(status_of("POST", &mover, later_us), 201);
    assert_int_equal(join(&mover), 201);
    assert_int_equal(join(&next), 201);
    give_back_one(start_us);
    run_list();
    link_of(&mover, path);
    assert_int_equal(status_at("POST", path, "accepted"), 200);
    assert_int_equal(count_of("state = 'booked'", start_us), 2);
    assert_int_equal(count_of("state = 'booked'", later_us), 0);
    run_list();
    assert_int_equal(held_for(&next, later_us), 1);
    memory_agrees();
}

static void nobody_is_offered_a_later_seat_than_he_has(void **state)
{
    (void)state;
    clear_list();
    int64_t later_us = fresh_slot(), start_us = fresh_slot();
    struct placed early = place_order();
    assert_int_equal(status_of("POST", &early, start_us), 201);
    assert_int_equal(join(&early), 201);
    give_back_one(later_us);
    run_list();
    assert_int_equal(held_for(&early, later_us), 0);
}

static void a_declined_offer_goes_on_and_keeps_the_place(void **state)
{
    (void)state;
    clear_list();
    char path[80], decline[96];
    int64_t start_us = fresh_slot();
    struct placed first = place_order(), second = place_order();
    assert_int_equal(join(&first), 201);
    assert_int_equal(join(&second), 201);
    give_back_one(start_us);
    run_list();
    link_of(&first, path);
    snprintf(decline, sizeof decline, "%s/decline", path);
    assert_int_equal(status_at("POST", decline, "declined"), 200);
    assert_int_equal(place_of(&first), 1);
    run_list();
    assert_int_equal(held_for(&second, start_us), 1);
    assert_int_equal(status_at("POST", path, "offer-over"), 409);
}

static void an_offer_survives_a_click_on_another_seat_and_ends_on_time(void **state)
{
    (void)state;
    clear_list();
    char path[80];
    int64_t start_us = fresh_slot(), other_us = fresh_slot();
    struct placed person = place_order();
    assert_int_equal(join(&person), 201);
    give_back_one(start_us);
    run_list();
    link_of(&person, path);
    assert_int_equal(hold_status(&person, other_us), 201);
    assert_int_equal(held_for(&person, start_us), 1);
    let_offers_lapse(start_us);
    assert_int_equal(status_at("POST", path, "offer-over"), 409);
    assert_int_equal(status_at("GET", path, "over"), 200);
}

static void who_lets_three_offers_go_by_leaves_the_list(void **state)
{
    (void)state;
    clear_list();
    struct placed person = place_order();
    assert_int_equal(join(&person), 201);
    for (int i = 0; i < 3; i++) {
        int64_t start_us = fresh_slot();
        assert_int_equal(place_of(&person), 1);
        give_back_one(start_us);
        run_list();
        assert_int_equal(held_for(&person, start_us), 1);
        let_offers_lapse(start_us);
    }
    run_list();
    assert_int_equal(place_of(&person), 0);
}

static void the_list_is_left_and_its_days_are_judged(void **state)
{
    (void)state;
    clear_list();
    char path[80];
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{}", 422},
        {"{\"until\":\"amanhã\"}", 422},
        {"{\"until\":\"2020-01-01\"}", 422},
        {"{\"until\":\"2099-01-01\"}", 422},
        {"{\"from\":\"2099-01-01\",\"until\":\"2026-01-01\"}", 422},
    };
    struct placed person = place_order();
    snprintf(path, sizeof path, "/api/orders/%s/waiting", person.code);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer *answer = ask("POST", path, person.token, cases[i].body);
        assert_int_equal(answer->status, cases[i].status);
        answer_free(answer);
    }
    assert_int_equal(join(&person), 201);
    for (int i = 0; i < 2; i++) {
        struct answer *answer = ask("DELETE", path, person.token, NULL);
        assert_int_equal(answer->status, 200);
        answer_free(answer);
    }
    assert_int_equal(place_of(&person), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seat_given_back_is_offered_in_the_order_of_arrival_and_public_last),
        cmocka_unit_test(looking_at_an_offer_does_nothing_and_the_tap_books_however_often),
        cmocka_unit_test(an_accepted_offer_moves_whoever_had_a_later_seat_and_that_one_is_offered_next),
        cmocka_unit_test(nobody_is_offered_a_later_seat_than_he_has),
        cmocka_unit_test(a_declined_offer_goes_on_and_keeps_the_place),
        cmocka_unit_test(an_offer_survives_a_click_on_another_seat_and_ends_on_time),
        cmocka_unit_test(who_lets_three_offers_go_by_leaves_the_list),
        cmocka_unit_test(the_list_is_left_and_its_days_are_judged),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
