/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The links of the mails: looking never acts, one button does, a page that is out of date does nothing; and
 * reminders once each, through restarts and moves.
 */
#include "../orders/rooms_fixture.h"
#include "agenda/agenda_reminders.h"
#include "jobs.h"
#include "notice/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_LENGTH = 43 };

#define HOUR INT64_C(3600000000)

struct booked {
    struct placed order;
    char start[40];
    char token[TOKEN_LENGTH + 1]; /* of the links in its newest mail */
};

/* The start of a free slot, another one at each call, from the far end of the horizon. */
static void free_start(char start[40])
{
    static size_t used;
    struct answer *answer = ask("GET", "/api/availability?product=ecpf-a1&days=62", NULL, NULL);
    const json_t *slots = json_object_get(answer->json, "slots");
    const json_t *slot = json_array_get(slots, json_array_size(slots) - 1 - used++);
    snprintf(start, 40, "%s", json_string_value(json_object_get(slot, "start")));
    answer_free(answer);
}

static int appointment(const char *method, const struct placed *order, const char *start)
{
    char path[80], body[100];
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    struct answer *answer = ask(method, path, order->token, start[0] != '\0' ? body : NULL);
    int status = answer->status;
    answer_free(answer);
    return status;
}

static void read_token(struct booked *booked)
{
    char *mail = mail_to(booked->order.email);
    const char *link = strstr(mail, "http://ar.example/horario/");
    assert_non_null(link);
    snprintf(booked->token, sizeof booked->token, "%.*s", TOKEN_LENGTH, strstr(link, "/horario/") + 9);
    assert_int_equal(
        strspn(booked->token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        TOKEN_LENGTH);
    talloc_free(mail);
}

static struct booked book(void)
{
    struct booked booked = {.order = place_order()};
    free_start(booked.start);
    assert_int_equal(appointment("POST", &booked.order, booked.start), 201);
    read_token(&booked);
    return booked;
}

/* One value of the database about an order; `%s` in `sql` is its code. */
static char *of_order(const struct booked *booked, const char *sql)
{
    char text[700];
    snprintf(text, sizeof text,
             "with o as (select * from ra.orders where code = '%s'), a as (select a.* from ra.appointment a "
             "join o on o.id = a.order_id order by a.id desc limit 1) %s",
             booked->order.code, sql);
    return owner_sql(text);
}

static void assert_of_order(const struct booked *booked, const char *sql, const char *expected)
{
    char *value = of_order(booked, sql);
    assert_string_equal(value, expected);
    talloc_free(value);
}

static struct answer *post_link(const struct booked *booked, const char *act, const char *body)
{
    char path[120];
    snprintf(path, sizeof path, "/api/appointment-links/%s/%s", booked->token, act);
    return ask("POST", path, NULL, body);
}

static int status_of(struct answer *answer)
{
    int status = answer->status;
    answer_free(answer);
    return status;
}

/* Whatever a scanner could change. */
static const char everything[] =
    "select md5(string_agg(t, '|')) as value from (select (select string_agg(x::text, ',' order by x.id) "
    "from "
    "ra.appointment x) || (select count(*) from ra.seat where state = 'booked') || (select count(*) from "
    "ra.appointment_answer) || (select count(*) from ra.order_access) || (select count(*) from ra.outbox) || "
    "(select count(*) from ra.event) || (select count(*) from ra.milestone) || (select count(*) from "
    "ra.appointment_link)) q (t)";

static void a_scanner_that_follows_every_link_changes_nothing(void **state)
{
    static const char *const acts[] = {"confirmar", "mudar", "cancelar"};
    struct booked booked = book();
    (void)state;
    char *before = owner_sql(everything);
    for (size_t i = 0; i < 3; i++) {
        char path[120];
        snprintf(path, sizeof path, "/horario/%s/%s", booked.token, acts[i]);
        for (int times = 0; times < 2; times++) {
            struct answer *page = browse(path, NULL, NULL);
            assert_int_equal(page->status, 200);
            assert_null(page->cookie);
            assert_null(strstr(page->body, booked.order.cpf));
            assert_null(strstr(page->body, booked.order.email));
            assert_non_null(strstr(page->body, "<button"));
            answer_free(page);
        }
        assert_int_equal(status_of(ask("HEAD", path, NULL, NULL)), 200);
    }
    char *after = owner_sql(everything);
    assert_string_equal(before, after);
    talloc_free(before);
    talloc_free(after);
}

static void one_button_confirms_and_twice_is_once(void **state)
{
    struct booked booked = book();
    char path[120];
    (void)state;
    snprintf(path, sizeof path, "/horario/%s/confirmar", booked.token);
    for (int i = 0; i < 2; i++) {
        struct answer *page = browse(path, NULL, "sequence=0");
        assert_int_equal(page->status, 200);
        assert_non_null(strstr(page->body, "Presença confirmada"));
        answer_free(page);
    }
    assert_of_order(&booked,
                    "select string_agg(b.answer || ' ' || b.channel, ',') as value from "
                    "ra.appointment_answer b join a on a.id = b.appointment_id",
                    "accepted link");
    snprintf(path, sizeof path, "/api/orders/%s", booked.order.code);
    struct answer *order = ask("GET", path, booked.order.token, NULL);
    assert_non_null(strstr(order->body, "\"confirmed\""));
    answer_free(order);
}

static struct answer *look_at(const struct booked *booked, const char *act)
{
    char path[120];
    snprintf(path, sizeof path, "/api/appointment-links/%s/%s", booked->token, act);
    return ask("GET", path, NULL, NULL);
}

static void assert_looks(const struct booked *booked, const char *act, const char *expected)
{
    struct answer *answer = look_at(booked, act);
    assert_int_equal(answer->status, 200);
    assert_string_equal(answer_text(answer, "state"), expected);
    answer_free(answer);
}

static void a_used_link_shows_the_state(void **state)
{
    struct booked booked = book();
    (void)state;
    assert_looks(&booked, "confirm", "confirming");
    assert_int_equal(status_of(post_link(&booked, "confirm", "{\"sequence\":0}")), 200);
    assert_looks(&booked, "confirm", "confirmed");
    assert_looks(&booked, "cancel", "cancelling");
    assert_int_equal(status_of(post_link(&booked, "cancel", "{\"sequence\":0}")), 200);
    assert_looks(&booked, "confirm", "cancelled");
    assert_looks(&booked, "cancel", "cancelled");
    free_start(booked.start);
    assert_int_equal(appointment("POST", &booked.order, booked.start), 201);
    assert_looks(&booked, "cancel", "cancelled");
    assert_int_equal(status_of(post_link(&booked, "confirm", "{\"sequence\":0}")), 409);
    assert_int_equal(status_of(post_link(&booked, "cancel", "{\"sequence\":0}")), 200);
    assert_of_order(&booked, "select state as value from a", "booked");
}

/* The mail was asked for when the order had another address, and is rendered afterwards. */
static void a_mail_that_waited_for_an_old_address_has_no_link(void **state)
{
    struct booked booked = book();
    (void)state;
    talloc_free(of_order(&booked,
                         "update ra.person p set email = 'nova' || p.email from o where p.order_id = "
                         "o.id returning '' as value"));
    talloc_free(of_order(&booked,
                         "insert into ra.outbox (order_id, kind, recipient, message, next_at, created_at) "
                         "select b.order_id, b.kind, b.recipient, b.message, now() - interval '1 day', "
                         "b.created_at + interval '1 second' from ra.outbox b join o on o.id = b.order_id "
                         "where b.kind = 'booked' returning '' as value"));
    jobs_wake(rooms_app()->jobs, NOTICE_JOB);
    char *mail = mail_to(booked.order.email);
    assert_null(strstr(mail, "/horario/"));
    talloc_free(mail);
    assert_of_order(&booked,
                    "select count(*)::text as value from ra.appointment_link l join a on a.id = "
                    "l.appointment_id",
                    "1");
}

static void a_page_from_before_a_move_does_nothing_to_the_new_time(void **state)
{
    struct booked booked = book(), mailed_again;
    char other[40], body[100];
    (void)state;
    free_start(other);
    assert_int_equal(appointment("PUT", &booked.order, other), 200);
    assert_looks(&booked, "confirm", "changed");
    assert_looks(&booked, "cancel", "changed");
    snprintf(body, sizeof body, "{\"start\":\"%s\"}", booked.start);
    struct answer *moved = post_link(&booked, "move", body);
    assert_int_equal(moved->status, 409);
    assert_string_equal(answer_text(moved, "reason"), "appointment-changed");
    assert_non_null(strstr(answer_text(moved, "detail"), "Agora é "));
    answer_free(moved);
    mailed_again = booked;
    read_token(&mailed_again);
    assert_int_equal(status_of(post_link(&booked, "confirm", "{\"sequence\":1}")), 409);
    assert_int_equal(status_of(post_link(&booked, "cancel", "{\"sequence\":1}")), 409);
    struct answer *cancelled = post_link(&booked, "cancel", "{\"sequence\":0}");
    assert_int_equal(cancelled->status, 409);
    assert_string_equal(answer_text(cancelled, "reason"), "appointment-changed");
    answer_free(cancelled);
    assert_int_equal(status_of(post_link(&booked, "confirm", "{\"sequence\":0}")), 409);
    assert_int_equal(status_of(post_link(&mailed_again, "cancel", "{\"sequence\":0}")), 409);
    assert_int_equal(status_of(post_link(&mailed_again, "cancel", "{}")), 422);
    assert_int_equal(status_of(post_link(&mailed_again, "cancel", "{\"sequence\":\"1x\"}")), 422);
    assert_of_order(&booked, "select a.state || a.sequence as value from a", "booked1");
    assert_int_equal(status_of(post_link(&mailed_again, "cancel", "{\"sequence\":1}")), 200);
}

static void one_button_cancels_and_the_seat_is_free(void **state)
{
    struct booked booked = book();
    (void)state;
    assert_int_equal(status_of(post_link(&booked, "cancel", "{\"sequence\":0}")), 200);
    assert_of_order(
        &booked,
        "select a.state || a.sequence || (select count(*) from ra.seat s where s.order_id = o.id) "
        "|| (select count(*) from ra.outbox b where b.order_id = o.id and b.kind = 'cancelled') "
        "as value from a, o",
        "cancelled101");
    struct answer *again = post_link(&booked, "cancel", "{\"sequence\":0}");
    assert_int_equal(again->status, 200);
    assert_string_equal(answer_text(again, "state"), "cancelled");
    answer_free(again);
    assert_int_equal(status_of(post_link(&booked, "confirm", "{\"sequence\":1}")), 409);
    assert_of_order(&booked,
                    "select count(*)::text as value from ra.outbox b, o where b.order_id = o.id and "
                    "b.kind = 'cancelled'",
                    "1");
}

static void the_move_page_takes_the_new_seat_or_offers_three_others(void **state)
{
    struct booked booked = book(), one = book(), two = book();
    char full[40], body[100], expected[40];
    (void)state;
    free_start(full);
    assert_int_equal(appointment("PUT", &one.order, full), 200);
    assert_int_equal(appointment("PUT", &two.order, full), 200);
    snprintf(body, sizeof body, "{\"start\":\"%s\"}", full);
    struct answer *refused = post_link(&booked, "move", body);
    assert_int_equal(refused->status, 409);
    assert_int_equal(json_array_size(json_object_get(refused->json, "alternatives")), 3);
    answer_free(refused);
    snprintf(body, sizeof body, "{\"start\":\"%s\"}", one.start);
    struct answer *moved = post_link(&booked, "move", body);
    assert_int_equal(moved->status, 200);
    assert_string_equal(answer_text(moved, "state"), "moved");
    snprintf(expected, sizeof expected, "%s", one.start);
    assert_string_equal(answer_text(moved, "start"), expected);
    answer_free(moved);
    assert_of_order(&booked, "select a.sequence::text as value from a", "1");
}

static void a_link_opens_one_appointment_until_it_begins(void **state)
{
    struct booked booked = book();
    char path[120];
    (void)state;
    char *kept =
        of_order(&booked, "select (select message::text from ra.outbox b where b.order_id = o.id and "
                          "b.kind = 'booked') || (select count(*) from ra.appointment_link l where "
                          "l.appointment_id = a.id and l.expires_at = a.starts) as value from o, a");
    assert_null(strstr(kept, booked.token));
    assert_int_equal(kept[strlen(kept) - 1], '1');
    talloc_free(kept);
    snprintf(path, sizeof path, "/horario/%s/cancelar", booked.token);
    path[20] = path[20] == 'A' ? 'B' : 'A';
    assert_int_equal(status_of(browse(path, NULL, NULL)), 404);
    snprintf(path, sizeof path, "/api/orders/%s", booked.order.code);
    assert_int_equal(status_of(ask("GET", path, booked.token, NULL)), 404);
    talloc_free(of_order(&booked, "update ra.appointment_link l set created_at = now() - interval '9 days', "
                                  "expires_at = now() - interval '1 second' from a where l.appointment_id = "
                                  "a.id returning '' as value"));
    assert_int_equal(status_of(post_link(&booked, "cancel", "{\"sequence\":0}")), 404);
    assert_of_order(&booked, "select state as value from a", "booked");
}

/* --- reminders --- */

/* As after a restart: a fresh connection, nothing remembered. */
static void run_reminders(int64_t now_us)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {
        .context = talloc_new(NULL), .app = rooms_app(), .db = db, .now_us = now_us, .again = false};
    assert_done(agenda_reminders_room.jobs[0].run(&run, &error));
    talloc_free(run.context);
    talloc_free(db);
}

static int64_t start_us(const struct booked *booked)
{
    char *text =
        of_order(booked, "select (extract(epoch from starts)::bigint * 1000000)::text as value from a");
    int64_t start = strtoll(text, NULL, 10);
    talloc_free(text);
    return start;
}

static void assert_reminders(const struct booked *booked, const char *expected)
{
    assert_of_order(booked,
                    "select coalesce(string_agg(case when (b.message->>'first')::boolean then 'f' else 's' "
                    "end, '' order by b.id), '') as value from ra.outbox b, o where b.order_id = o.id "
                    "and b.kind = 'reminder'",
                    expected);
}

static void reminders_go_once_each_through_restarts_and_moves(void **state)
{
    struct booked booked = book();
    char other[40];
    (void)state;
    int64_t start = start_us(&booked);
    run_reminders(start - 72 * HOUR - 1);
    assert_reminders(&booked, "");
    for (int i = 0; i < 3; i++)
        run_reminders(start - 72 * HOUR + i);
    assert_reminders(&booked, "f");
    run_reminders(start - 24 * HOUR);
    run_reminders(start - HOUR);
    assert_reminders(&booked, "fs");
    free_start(other);
    assert_int_equal(appointment("PUT", &booked.order, other), 200);
    start = start_us(&booked);
    run_reminders(start - 72 * HOUR);
    assert_reminders(&booked, "fsf");
    assert_int_equal(appointment("PUT", &booked.order, booked.start), 200);
    start = start_us(&booked);
    run_reminders(start - 72 * HOUR);
    run_reminders(start - 24 * HOUR);
    assert_reminders(&booked, "fsf"); /* that start was reminded of */
    talloc_free(owner_sql("delete from ra.outbox where state = 'pending' returning '' as value"));
}

static void no_reminder_for_what_was_booked_later_cancelled_or_kept(void **state)
{
    struct booked late = book(), cancelled = book(), kept = book();
    (void)state;
    talloc_free(of_order(&late, "update ra.appointment x set set_at = x.starts - interval '23 hours' from a "
                                "where x.id = a.id returning '' as value"));
    talloc_free(of_order(&kept,
                         "update ra.appointment x set state = 'kept' from a where x.id = a.id returning "
                         "'' as value"));
    int64_t start = start_us(&cancelled);
    assert_int_equal(appointment("DELETE", &cancelled.order, ""), 200);
    run_reminders(start_us(&late) - 72 * HOUR);
    run_reminders(start_us(&late) - 20 * HOUR);
    run_reminders(start_us(&kept) - 24 * HOUR);
    run_reminders(start - 24 * HOUR);
    assert_reminders(&late, "");
    assert_reminders(&cancelled, "");
    assert_reminders(&kept, "");
    talloc_free(owner_sql("delete from ra.outbox where state = 'pending' returning '' as value"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scanner_that_follows_every_link_changes_nothing),
        cmocka_unit_test(one_button_confirms_and_twice_is_once),
        cmocka_unit_test(a_used_link_shows_the_state),
        cmocka_unit_test(a_mail_that_waited_for_an_old_address_has_no_link),
        cmocka_unit_test(a_page_from_before_a_move_does_nothing_to_the_new_time),
        cmocka_unit_test(one_button_cancels_and_the_seat_is_free),
        cmocka_unit_test(the_move_page_takes_the_new_seat_or_offers_three_others),
        cmocka_unit_test(a_link_opens_one_appointment_until_it_begins),
        cmocka_unit_test(reminders_go_once_each_through_restarts_and_moves),
        cmocka_unit_test(no_reminder_for_what_was_booked_later_cancelled_or_kept),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
