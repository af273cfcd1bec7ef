/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar against a real database: zones, midnight, a clock that steps back, changes made by hand. And
 * the small rules around a day.
 */
#include "../orders/rooms_fixture.h"
#include "agenda/agenda.h"
#include "agenda/agenda_internal.h"
#include "agenda/hours/day.h"
#include "agenda/hours/hours.h"
#include "catalog/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t number_of(const char *sql)
{
    char *value = owner_sql(sql);
    int64_t number = strtoll(value, NULL, 10);
    talloc_free(value);
    return number;
}

static void run(const char *sql)
{
    talloc_free(owner_sql(sql));
}

/* A wholly free seat of the horizon's second month, as text of `format`. */
static char *far_seat(const char *format)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "select to_char(min(starts) at time zone 'UTC', '%s') as value from ra.seat "
             "where starts > now() + interval '35 days' and state = 'free' and lane = 1",
             format);
    return owner_sql(sql);
}

static struct answer *book_at(const struct placed *order, const char *start)
{
    char path[80], body[120];
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    return ask("POST", path, order->token, body);
}

/* Rows of `tables` for which `condition` = the order's id. */
static int64_t of_order(const struct placed *order, const char *tables, const char *condition)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "select count(*) as value from ra.%s where %s = (select id from ra.orders where code = '%s')",
             tables, condition, order->code);
    return number_of(sql);
}

static void give_up(const struct placed *order)
{
    char path[80];
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    struct answer *answer = ask("DELETE", path, order->token, NULL);
    assert_int_equal(answer->status, 200);
    answer_free(answer);
}

static void memory_agrees(void)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    size_t differences = 1;
    assert_done(agenda_check_memory(rooms_app(), db, &differences, &error));
    assert_int_equal(differences, 0);
    talloc_free(db);
}

static void an_office_in_04_is_booked_from_03_at_its_own_hour(void **state)
{
    (void)state;
    run("update ra.office set zone = 'America/Manaus'");
    rooms_refresh();
    /* Eight o'clock there is nine here, and noon for everybody. */
    char *day = far_seat("YYYY-MM-DD");
    char start[40], expected[40];
    assert_int_equal(
        number_of("select count(*) as value from ra.seat where starts > now() + interval '1 day' "
                  "and extract(hour from starts at time zone 'UTC') < 12"),
        0);
    snprintf(start, sizeof start, "%sT09:00:00-03:00", day);
    snprintf(expected, sizeof expected, "%sT08:00:00-04:00", day);
    struct placed order = place_order();
    struct answer *answer = book_at(&order, start);
    assert_int_equal(answer->status, 201);
    assert_string_equal(answer_text(answer, "start"), expected);
    answer_free(answer);
    struct placed early = place_order();
    snprintf(start, sizeof start, "%sT08:00:00-03:00", day);
    answer = book_at(&early, start);
    assert_int_equal(answer->status, 422);
    answer_free(answer);
    memory_agrees();
    give_up(&order);
    run("update ra.office set zone = 'America/Sao_Paulo'");
    rooms_refresh();
    talloc_free(day);
}

static void a_clock_that_steps_back_neither_doubles_nor_drops_a_seat(void **state)
{
    (void)state;
    struct ra_app *app = rooms_app();
    struct ra_error error = {0};
    struct db *db = rooms_db();
    TALLOC_CTX *scratch = talloc_new(NULL);
    static const char count[] =
        "select count(*) as value from ra.seat where starts > now() + interval '1 day'";
    int64_t now_us = clock_now_us(&app->clock), before = number_of(count);
    static const int64_t steps_s[] = {-7200, -86400, 0, 3600, -60, 0};
    for (size_t i = 0; i < sizeof steps_s / sizeof steps_s[0]; i++)
        assert_done(agenda_publish(app, db, scratch, now_us + steps_s[i] * 1000000, &error));
    assert_int_equal(number_of(count), before);
    assert_int_equal(number_of("select count(*) as value from ra.seat a join ra.seat b on a.id < b.id and "
                               "a.office_id = b.office_id and a.lane = b.lane and a.starts = b.starts"),
                     0);
    talloc_free(scratch);
    talloc_free(db);
    rooms_refresh();
    memory_agrees();
}

static void a_night_that_crosses_midnight_is_one_span_of_seats(void **state)
{
    (void)state;
    run("insert into ra.opening (office_id, series, weekday, opens, closes, slot_minutes, public_lanes, "
        "internal_lanes, valid_from, layer, source, evidence) values (1, 'night', 6, '23:20', '00:20', 40, "
        "1, 0, "
        "'2026-01-01', 'AC', 'teste', 'U')");
    rooms_refresh();
    assert_true(
        number_of("select count(*) as value from ra.seat where starts > now() and ends - starts = interval "
                  "'40 minutes' and to_char(starts at time zone 'America/Sao_Paulo', 'HH24:MI') = '23:20' "
                  "and to_char(ends at time zone 'America/Sao_Paulo', 'HH24:MI') = '00:00'") >= 7);
    run("update ra.opening set opens = '23:40' where series = 'night'");
    rooms_refresh();
    char *start =
        owner_sql("select to_char(max(starts) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as value "
                  "from ra.seat where ends - starts = interval '40 minutes'");
    struct placed order = place_order();
    struct answer *answer = book_at(&order, start);
    assert_int_equal(answer->status, 201);
    assert_string_equal(strstr(answer_text(answer, "start"), "T"), "T23:40:00-03:00");
    assert_string_equal(strstr(answer_text(answer, "end"), "T"), "T00:20:00-03:00");
    answer_free(answer);
    memory_agrees();
    give_up(&order);
    run("update ra.opening set withdrawn_at = now() where series = 'night'");
    rooms_refresh();
    talloc_free(start);
}

static void what_somebody_changed_by_hand_leaves_nobody_without_a_seat_or_a_message(void **state)
{
    (void)state;
    char *start = far_seat("YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"");
    char sql[400];
    struct placed order = place_order();
    struct answer *answer = book_at(&order, start);
    assert_int_equal(answer->status, 201);
    answer_free(answer);
    snprintf(sql, sizeof sql,
             "insert into ra.opening_exception (office_id, day, kind, reason, made_by, made_at) values (1, "
             "('%s'::timestamptz at time zone 'America/Sao_Paulo')::date, 'closed', 'à mão', 'teste', now())",
             start);
    run(sql);
    rooms_refresh();
    assert_int_equal(of_order(&order, "appointment a join ra.seat s on s.id = a.seat_id",
                              "s.withdrawn and a.state = 'booked' and a.order_id"),
                     1);
    assert_int_equal(of_order(&order, "agenda_hit", "outcome = 'message' and change_id is null and order_id"),
                     1);
    rooms_refresh(); /* told once */
    assert_int_equal(of_order(&order, "outbox", "kind = 'hour_gone' and order_id"), 1);
    memory_agrees();
    char *mail = mail_to(order.email);
    assert_non_null(strstr(mail, "/remarcar/"));
    talloc_free(mail);
    /* Given up, the seat is nobody's. */
    give_up(&order);
    assert_int_equal(
        number_of("select count(*) as value from ra.seat where withdrawn and state <> 'blocked'"), 0);
    run("update ra.opening_exception set withdrawn_at = now()");
    rooms_refresh();
    assert_int_equal(number_of("select count(*) as value from ra.seat where withdrawn or state = 'blocked'"),
                     0);
    memory_agrees();
    talloc_free(start);
}

/* --- small rules --- */

static void who_is_called_is_who_a_mail_may_not_reach_in_time(void **state)
{
    (void)state;
    const int64_t hour_us = INT64_C(3600000000);
    static const struct {
        const char *email;
        bool confirmed, bounced;
        int64_t hours;
        enum hours_reach reach;
    } cases[] = {
        {"", true, false, 100, HOURS_BY_PHONE},     {"a@b.c", true, true, 100, HOURS_BY_PHONE},
        {"a@b.c", true, false, 100, HOURS_BY_MAIL}, {"a@b.c", false, false, 100, HOURS_BY_BOTH},
        {"a@b.c", true, false, 24, HOURS_BY_BOTH},  {"a@b.c", true, false, 25, HOURS_BY_MAIL},
        {"a@b.c", false, true, 1, HOURS_BY_PHONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            hours_reach_of(cases[i].email, cases[i].confirmed, cases[i].bounced, cases[i].hours * hour_us, 0),
            cases[i].reach);
}

static void the_fewest_agents_at_one_time_count(void **state)
{
    (void)state;
    static const char *const names[] = {"Ana", "Bia", "Caio"};
    static const struct plan_absence morning[] = {{"Ana", 480, 600}, {"Bia", 600, 720}};
    static const struct plan_absence together[] = {{"Ana", 480, 601}, {"Bia", 600, 720}, {"Zeca", 480, 720}};
    static const struct plan_absence night[] = {{"Ana", 0, 480}, {"Bia", 1020, 1440}};
    assert_int_equal(hours_fewest_present(names, 3, NULL, 0, 480, 1020), 3);
    assert_int_equal(hours_fewest_present(names, 3, morning, 2, 480, 1020), 2);
    assert_int_equal(hours_fewest_present(names, 3, together, 3, 480, 1020), 1);
    assert_int_equal(hours_fewest_present(names, 3, night, 2, 480, 1020), 3);
    assert_int_equal(hours_fewest_present(names, 0, night, 2, 480, 1020), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called_is_who_a_mail_may_not_reach_in_time),
        cmocka_unit_test(the_fewest_agents_at_one_time_count),
        cmocka_unit_test(an_office_in_04_is_booked_from_03_at_its_own_hour),
        cmocka_unit_test(a_clock_that_steps_back_neither_doubles_nor_drops_a_seat),
        cmocka_unit_test(a_night_that_crosses_midnight_is_one_span_of_seats),
        cmocka_unit_test(what_somebody_changed_by_hand_leaves_nobody_without_a_seat_or_a_message),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
