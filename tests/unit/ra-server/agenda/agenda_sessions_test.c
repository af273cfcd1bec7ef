/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions of several seats for one order, on the whole way of a request (issue 4, parts 1 and 2): a company
 * of three signers takes forty minutes by the rows of the demonstration office, two seats.
 */
#include "agenda/agenda_waiting.h"
#include "seats_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CROWD = 12 };
#define SLOT_US INT64_C(1200000000)

static struct placed place_three(void)
{
    struct placed order = place_order();
    char sql[500];
    for (int i = 0; i < 2; i++) {
        snprintf(sql, sizeof sql,
                 "insert into ra.person (order_id, role, name, cpf, birth_date, email, phone) select id, "
                 "'representative', 'Sócia Inventada', '0000000000%d', '1980-01-01', 's@cidadao.example', "
                 "'+5519900000000' from ra.orders where code = '%s'",
                 i, order.code);
        talloc_free(owner_sql(sql));
    }
    return order;
}

/* Wholly free slots in a row; gives the first. */
static int64_t fresh_row(int count)
{
    int64_t later_us = fresh_slot();
    for (int found = 1, tries = 0; tries < 200; tries++) {
        int64_t start_us = fresh_slot();
        found = later_us - start_us == SLOT_US ? found + 1 : 1;
        later_us = start_us;
        if (found == count)
            return start_us;
    }
    fail_msg("no slots in a row");
    return 0;
}

static int64_t seats_of(const struct placed *order, const char *state)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "select count(*)::text as value from ra.seat s join ra.orders o on o.id = s.order_id where "
             "o.code = '%s' and s.state = '%s'",
             order->code, state);
    char *value = owner_sql(sql);
    int64_t count = strtoll(value, NULL, 10);
    talloc_free(value);
    return count;
}

/* What the independent eye sees: every session whole, and no seat of nobody. */
static void sessions_are_whole(void)
{
    char *broken =
        owner_sql("select count(*)::text as value from ra.orders where not ra.session_is_whole(id)");
    assert_string_equal(broken, "0");
    talloc_free(broken);
    memory_agrees();
}

static void three_signers_take_two_seats_of_one_lane(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(3);
    struct placed order = place_three();
    struct answer *answer = appointment("POST", &order, start_us);
    int64_t end_us = 0;
    assert_int_equal(answer->status, 201);
    assert_true(clock_parse(answer_text(answer, "end"), &end_us));
    assert_int_equal(end_us - start_us, 2 * SLOT_US);
    answer_free(answer);
    assert_int_equal(seats_of(&order, "booked"), 2);
    sessions_are_whole();
    char path[80];
    snprintf(path, sizeof path, "/api/orders/%s/appointment.ics", order.code);
    answer = ask("GET", path, order.token, NULL);
    const char *begin = strstr(answer->body, "DTSTART;"), *end = strstr(answer->body, "DTEND;");
    assert_non_null(begin);
    assert_non_null(end);
    char from[3], until[3];
    snprintf(from, sizeof from, "%.2s", strchr(strchr(begin, ':'), 'T') + 3);
    snprintf(until, sizeof until, "%.2s", strchr(strchr(end, ':'), 'T') + 3);
    assert_int_equal((strtol(until, NULL, 10) - strtol(from, NULL, 10) + 60) % 60, 40);
    answer_free(answer);
    assert_int_equal(status_of("DELETE", &order, 0), 200);
    assert_int_equal(seats_of(&order, "booked"), 0);
    assert_int_equal(count_of("public_from is not null", start_us) +
                         count_of("public_from is not null", start_us + SLOT_US),
                     2); /* both go to the waiting list first */
    sessions_are_whole();
}

static void a_hold_holds_the_whole_session_and_becomes_it(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(3);
    struct placed order = place_three(), one = place_order(), two = place_order();
    assert_int_equal(hold_status(&order, start_us), 201);
    assert_int_equal(seats_of(&order, "held"), 2);
    assert_int_equal(hold_status(&order, start_us + SLOT_US), 201); /* the next click lets go of the former */
    assert_int_equal(seats_of(&order, "held"), 2);
    talloc_free(
        owner_sql("update ra.seat set held_until = held_until - interval '3 minutes' where state = 'held'"));
    assert_int_equal(hold_status(&order, start_us + SLOT_US), 201); /* clicked again it keeps its end */
    char *kept =
        owner_sql("select bool_and(held_until < now() + interval '8 minutes')::text as value from ra.seat "
                  "where state = 'held'");
    assert_string_equal(kept, "true");
    talloc_free(kept);
    assert_int_equal(status_of("POST", &one, start_us + SLOT_US), 201);
    assert_int_equal(status_of("POST", &two, start_us + SLOT_US), 409); /* the other lane is held */
    assert_int_equal(status_of("POST", &order, start_us + SLOT_US), 201);
    assert_int_equal(seats_of(&order, "booked"), 2);
    assert_int_equal(seats_of(&order, "held"), 0);
    sessions_are_whole();
}

static void where_one_seat_is_missing_none_is_taken_and_what_is_offered_fits(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(2);
    struct placed order = place_three(), one = place_order(), two = place_order();
    assert_int_equal(status_of("POST", &one, start_us + SLOT_US), 201);
    assert_int_equal(status_of("POST", &two, start_us + SLOT_US), 201);
    struct answer *answer = appointment("POST", &order, start_us);
    assert_int_equal(answer->status, 409);
    assert_string_equal(answer_text(answer, "code"), "seat-taken");
    json_t *alternatives = json_object_get(answer->json, "alternatives");
    assert_int_equal(json_array_size(alternatives), AGENDA_ALTERNATIVES);
    int64_t other_us = 0;
    assert_true(
        clock_parse(json_string_value(json_object_get(json_array_get(alternatives, 0), "start")), &other_us));
    answer_free(answer);
    assert_int_equal(seats_of(&order, "booked") + seats_of(&order, "held"), 0);
    assert_int_equal(status_of("POST", &order, other_us), 201);
    sessions_are_whole();
}

static void a_session_may_move_into_itself(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(3);
    struct placed order = place_three();
    assert_int_equal(status_of("POST", &order, start_us), 201);
    assert_int_equal(status_of("PUT", &order, start_us + SLOT_US), 200);
    assert_int_equal(seats_of(&order, "booked"), 2);
    assert_int_equal(count_of("state = 'booked'", start_us), 0);
    assert_int_equal(count_of("state = 'booked'", start_us + 2 * SLOT_US), 1);
    sessions_are_whole();
    assert_int_equal(status_of("PUT", &order, start_us), 200);
    assert_int_equal(count_of("state = 'booked'", start_us), 1);
    sessions_are_whole();
}

static void the_database_refuses_half_a_session(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(2);
    struct placed order = place_three();
    struct ra_error error = {0};
    struct db *db = rooms_db();
    assert_int_equal(status_of("POST", &order, start_us), 201);
    char *seat =
        owner_sql("select id::text as value from ra.seat where state = 'booked' order by id desc limit 1");
    const char *ids[] = {seat};
    struct db_rows *rows = NULL;
    assert_true(db_begin(db, &error));
    assert_true(
        db_query(db, db, STATEMENT_AGENDA_HOLD_RUN,
                 DB_VALUES(db_texts(ids, 1), db_time(0), db_int(1), db_time(start_us), db_text("in_person")),
                 &rows, &error));
    assert_false(db_commit(db, &error));
    talloc_free(db);
    talloc_free(seat);
    sessions_are_whole();
}

/* --- crowds --- */

struct visitor {
    pthread_t thread;
    struct placed order;
    int64_t start_us;
    int status;
};

static void *come(void *argument)
{
    struct visitor *visitor = argument;
    visitor->status = status_of("POST", &visitor->order, visitor->start_us);
    return NULL;
}

/* Long and short ones over the same four slots, as many as there are workers and more. */
static void sessions_that_overlap_never_wait_in_a_ring_and_are_whole(void **state)
{
    (void)state;
    static struct visitor crowd[CROWD];
    int64_t start_us = fresh_row(4);
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i].order = i % 3 == 0 ? place_order() : place_three();
        crowd[i].start_us = start_us + (int64_t)(i % 3) * SLOT_US;
    }
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&crowd[i].thread, NULL, come, &crowd[i]), 0);
    for (size_t i = 0; i < CROWD; i++) {
        pthread_join(crowd[i].thread, NULL);
        assert_true(crowd[i].status == 201 || crowd[i].status == 409);
        assert_int_equal(seats_of(&crowd[i].order, "booked"), crowd[i].status == 409 ? 0
                                                              : i % 3 == 0           ? 1
                                                                                     : 2);
    }
    sessions_are_whole();
}

/* --- the waiting list --- */

static void the_waiting_list_offers_whole_sessions(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(3);
    struct placed giver = place_three(), other = place_three(), waiter = place_three();
    assert_int_equal(status_of("POST", &giver, start_us), 201);
    assert_int_equal(status_of("POST", &other, start_us), 201);
    char path[80], body[80];
    char *last = owner_sql("select (max(starts)::date)::text as value from ra.seat");
    snprintf(path, sizeof path, "/api/orders/%s/waiting", waiter.code);
    snprintf(body, sizeof body, "{\"until\":\"%s\"}", last);
    struct answer *answer = ask("POST", path, waiter.token, body);
    assert_int_equal(answer->status, 201);
    answer_free(answer);
    assert_int_equal(status_of("DELETE", &giver, 0), 200);
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {
        .context = db, .app = rooms_app(), .db = db, .now_us = clock_now_us(&rooms_app()->clock)};
    assert_done(waiting_run(&run, &error));
    assert_int_equal(seats_of(&waiter, "held"), 2);
    sessions_are_whole();
    char *mail = mail_to(waiter.email);
    const char *at = strstr(mail, "/vaga/");
    assert_non_null(at);
    snprintf(path, sizeof path, "/api/offers/%.43s", at + strlen("/vaga/"));
    answer = ask("POST", path, NULL, NULL);
    assert_int_equal(answer->status, 200);
    answer_free(answer);
    assert_int_equal(seats_of(&waiter, "booked"), 2);
    talloc_free(mail);
    talloc_free(last);
    talloc_free(db);
    sessions_are_whole();
}

/* --- the calendar takes one of its seats --- */

static void publish(void)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    assert_done(agenda_publish(rooms_app(), db, db, clock_now_us(&rooms_app()->clock), &error));
    talloc_free(db);
    rooms_refresh();
}

static void close_slot(int64_t start_us)
{
    char sql[600], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(sql, sizeof sql,
             "insert into ra.opening_exception (office_id, day, kind, opens, closes, reason, made_by, "
             "made_at) select "
             "1, t::date, 'closed', t::time, (t + interval '20 minutes')::time, 'obra', 'teste', now() from "
             "(select "
             "timestamptz '%s' at time zone 'America/Sao_Paulo' as t) x",
             start);
    talloc_free(owner_sql(sql));
}

/* Its first seat is still there, its second is not: the session has nowhere to be, and keeps what it has
 * until another hour is chosen; an hour that is offered has room for all of it. */
static void a_session_that_loses_one_seat_is_asked_for_another_hour(void **state)
{
    (void)state;
    int64_t start_us = fresh_row(3);
    struct placed order = place_three();
    assert_int_equal(status_of("POST", &order, start_us), 201);
    close_slot(start_us + SLOT_US);
    publish();
    assert_int_equal(seats_of(&order, "booked"), 2);
    char *outcome = owner_sql("select outcome as value from ra.agenda_hit order by id desc limit 1");
    assert_true(strcmp(outcome, "message") == 0 || strcmp(outcome, "call") == 0);
    talloc_free(outcome);
    sessions_are_whole();
    int64_t other_us = fresh_row(3);
    assert_int_equal(status_of("PUT", &order, other_us), 200);
    assert_int_equal(seats_of(&order, "booked"), 2);
    assert_int_equal(count_of("state <> 'blocked'", start_us + SLOT_US), 0); /* what was withdrawn stays so */
    sessions_are_whole();
    talloc_free(owner_sql("update ra.opening_exception set withdrawn_at = now()"));
    publish();
    sessions_are_whole();
}

/* --- video: the room is prepared before the person comes --- */

static struct answer *by_video(const struct placed *order, int64_t start_us)
{
    char path[80], body[120], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"video\"}", start);
    return ask("POST", path, order->token, body);
}

/* The same in the calendar and in the order, and no street address beside it. */
static void the_invitation_names_a_room(const struct placed *order)
{
    static const char start[] = "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://video.example/";
    char path[80], unfolded[4096];
    size_t length = 0;
    snprintf(path, sizeof path, "/api/orders/%s/appointment.ics", order->code);
    struct answer *answer = ask("GET", path, order->token, NULL);
    assert_int_equal(answer->status, 200);
    for (const char *at = answer->body; *at != '\0' && length < sizeof unfolded - 1; at++)
        if (strncmp(at, "\r\n ", 3) == 0)
            at += 2;
        else
            unfolded[length++] = *at;
    unfolded[length] = '\0';
    const char *room = strstr(unfolded, start);
    assert_non_null(room);
    assert_non_null(strstr(unfolded, "\r\nLOCATION:Por vídeo\r\n"));
    room += strlen(start) - strlen("https://video.example/");
    const size_t size = strcspn(room, "\r");
    assert_int_equal(size, strlen("https://video.example/") + 43);
    answer_free(answer);
    snprintf(path, sizeof path, "/api/orders/%s", order->code);
    answer = ask("GET", path, order->token, NULL);
    const char *shown =
        json_string_value(json_object_get(json_object_get(answer->json, "appointment"), "join_url"));
    assert_non_null(shown);
    assert_int_equal(strlen(shown), size);
    assert_memory_equal(shown, room, size);
    answer_free(answer);
}

static void a_video_session_is_offered_and_booked_after_its_preparation(void **state)
{
    (void)state;
    talloc_free(owner_sql("update ra.policy set value = 'true' where key = 'video_room'"));
    rooms_refresh();
    int64_t seat_us = fresh_row(2), prepared_us = INT64_C(600000000), first_us = 0;
    char path[120];
    struct local_time local = local_time_of(seat_us, -10800);
    snprintf(path, sizeof path, "/api/availability?product=ecpf-a1&mode=video&days=1&from=%04d-%02d-%02d",
             local.year, local.month, local.day);
    struct answer *answer = ask("GET", path, NULL, NULL);
    assert_int_equal(answer->status, 200);
    assert_true(clock_parse(json_string_value(json_object_get(
                                json_array_get(json_object_get(answer->json, "slots"), 0), "start")),
                            &first_us));
    assert_int_equal((first_us / 60000000) % 20, 10); /* ten minutes after a seat's start */
    answer_free(answer);
    struct placed order = place_order();
    answer = by_video(&order, seat_us);
    assert_int_equal(answer->status, 422); /* no seat begins ten minutes before */
    answer_free(answer);
    answer = by_video(&order, seat_us + prepared_us);
    assert_int_equal(answer->status, 201);
    answer_free(answer);
    assert_int_equal(seats_of(&order, "booked"), 2);
    assert_int_equal(count_of("state = 'booked'", seat_us), 1);
    the_invitation_names_a_room(&order);
    sessions_are_whole();
    assert_int_equal(status_of("DELETE", &order, 0), 200);
    talloc_free(owner_sql("update ra.policy set value = 'false' where key = 'video_room'"));
    rooms_refresh();
    sessions_are_whole();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_signers_take_two_seats_of_one_lane),
        cmocka_unit_test(a_hold_holds_the_whole_session_and_becomes_it),
        cmocka_unit_test(where_one_seat_is_missing_none_is_taken_and_what_is_offered_fits),
        cmocka_unit_test(a_session_may_move_into_itself),
        cmocka_unit_test(the_database_refuses_half_a_session),
        cmocka_unit_test(sessions_that_overlap_never_wait_in_a_ring_and_are_whole),
        cmocka_unit_test(the_waiting_list_offers_whole_sessions),
        cmocka_unit_test(a_session_that_loses_one_seat_is_asked_for_another_hour),
        cmocka_unit_test(a_video_session_is_offered_and_booked_after_its_preparation),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
