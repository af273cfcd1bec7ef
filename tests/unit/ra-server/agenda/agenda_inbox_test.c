/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers out of the inbox: believed only of the invited address with the right UID, once, and a "no" frees
 * nothing until its holder says so by the link.
 */
#include "../orders/rooms_fixture.h"
#include "agenda/agenda_inbox.h"
#include "inbox.h"
#include "jobs.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct invited {
    struct placed order;
    char *uid;
    const char *start;
};

static void free_start(char start[40])
{
    static size_t used;
    struct answer *answer = ask("GET", "/api/availability?product=ecpf-a1&days=62", NULL, NULL);
    const json_t *slots = json_object_get(answer->json, "slots");
    const json_t *slot = json_array_get(slots, json_array_size(slots) - 1 - used++);
    snprintf(start, 40, "%s", json_string_value(json_object_get(slot, "start")));
    answer_free(answer);
}

static void appointment(const char *method, const struct placed *order)
{
    char path[80], body[100], start[40];
    free_start(start);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    struct answer *answer = ask(method, path, order->token, strcmp(method, "DELETE") == 0 ? NULL : body);
    assert_true(answer->status == 200 || answer->status == 201);
    answer_free(answer);
}

static char *of_order(const struct placed *order, const char *sql)
{
    char text[600];
    snprintf(text, sizeof text,
             "with o as (select * from ra.orders where code = '%s'), a as (select a.* from ra.appointment a "
             "join o on o.id = a.order_id order by a.id desc limit 1) %s",
             order->code, sql);
    return owner_sql(text);
}

static struct invited invite(void)
{
    struct invited invited = {.order = place_order()};
    appointment("POST", &invited.order);
    invited.uid = of_order(&invited.order, "select uid as value from a");
    return invited;
}

/* Through the pipe of a mail server, then the job. */
static void receive(const char *from, const char *attendee, const char *uid, int sequence, const char *answer,
                    const char *stamp)
{
    struct ra_error error = {0};
    int ends[2];
    char mail[1500];
    bool counter = strcmp(answer, "COUNTER") == 0;
    int length =
        snprintf(mail, sizeof mail,
                 "From: <%s>\r\nTo: <guiche@localhost>\r\nContent-Type: text/calendar; method=%s\r\n\r\n"
                 "BEGIN:VCALENDAR\r\nMETHOD:%s\r\nBEGIN:VEVENT\r\nUID:%s\r\nSEQUENCE:%d\r\nDTSTAMP:%s\r\n"
                 "DTSTART:20270105T130000Z\r\nATTENDEE;PARTSTAT=%s:mailto:%s\r\nEND:VEVENT\r\n"
                 "END:VCALENDAR\r\n",
                 from, counter ? "COUNTER" : "REPLY", counter ? "COUNTER" : "REPLY", uid, sequence, stamp,
                 counter ? "NEEDS-ACTION" : answer, attendee);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], mail, (size_t)length), length);
    close(ends[1]);
    assert_done(inbox_receive(rooms_app()->config, ends[0], &error));
    close(ends[0]);
    struct db *db = rooms_db();
    struct job_run run = {.context = talloc_new(NULL),
                          .app = rooms_app(),
                          .db = db,
                          .now_us = clock_now_us(&rooms_app()->clock)};
    assert_done(agenda_inbox_room.jobs[0].run(&run, &error));
    talloc_free(run.context);
    talloc_free(db);
}

static size_t files_in(const char *folder)
{
    char path[300];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", rooms_app()->config->mail_inbox, folder);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.' ? 1 : 0;
    closedir(directory);
    return count;
}

/* "answers|mails of that kind|state of the appointment" */
static void assert_case(const struct invited *invited, const char *kind, const char *expected)
{
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "select concat_ws('|', (select string_agg(b.answer, ',' order by b.id) from ra.appointment_answer b "
        "where b.appointment_id = a.id), (select count(*) from ra.outbox b where b.order_id = o.id and "
        "b.kind = '%s'), a.state) as value from o, a",
        kind);
    char *value = of_order(&invited->order, sql);
    assert_string_equal(value, expected);
    talloc_free(value);
}

#define STAMP "20261101T100000Z"

static void a_no_frees_the_seat_only_after_the_link(void **state)
{
    struct invited invited = invite();
    const char *me = invited.order.email;
    (void)state;
    receive(me, me, invited.uid, 0, "DECLINED", STAMP);
    assert_case(&invited, "declined", "declined|1|booked");
    char *mail = mail_to(me);
    assert_non_null(strstr(mail, "o horário só fica livre quando você confirmar pelo link"));
    const char *link = strstr(mail, "/horario/");
    char path[140];
    snprintf(path, sizeof path, "/api/appointment-links/%.43s/cancel", link + 9);
    struct answer *cancelled = ask("POST", path, NULL, "{\"sequence\":0}");
    assert_int_equal(cancelled->status, 200);
    answer_free(cancelled);
    talloc_free(mail);
    assert_case(&invited, "cancelled", "declined|1|cancelled");
    talloc_free(invited.uid);
}

static void the_same_mail_twice_and_the_same_mind_twice_are_once(void **state)
{
    struct invited invited = invite();
    const char *me = invited.order.email;
    (void)state;
    receive(me, me, invited.uid, 0, "DECLINED", STAMP);
    receive(me, me, invited.uid, 0, "DECLINED", STAMP);
    receive(me, me, invited.uid, 0, "DECLINED", "20261101T100500Z");
    assert_case(&invited, "declined", "declined|1|booked");
    receive(me, me, invited.uid, 0, "ACCEPTED", "20261101T110000Z");
    receive(me, me, invited.uid, 0, "TENTATIVE", "20261101T103000Z"); /* overtaken */
    assert_case(&invited, "declined", "declined,accepted|1|booked");
    receive(me, me, invited.uid, 0, "TENTATIVE", "20261101T120000Z");
    assert_case(&invited, "declined", "declined,accepted,tentative|1|booked");
    talloc_free(invited.uid);
}

static void a_stranger_is_not_believed_and_the_mail_is_kept_for_people(void **state)
{
    struct invited invited = invite(), other = invite();
    const char *me = invited.order.email;
    size_t aside = files_in("cur");
    (void)state;
    receive("x@mau.example", me, invited.uid, 0, "DECLINED", STAMP);
    receive(me, "x@mau.example", invited.uid, 0, "DECLINED", STAMP);
    receive(other.order.email, other.order.email, invited.uid, 0, "DECLINED", STAMP);
    receive(me, me, "00000000000000000000000000000000@ar.example", 0, "DECLINED", STAMP);
    assert_case(&invited, "declined", "0|booked");
    assert_case(&other, "declined", "0|booked");
    assert_int_equal(files_in("cur"), aside + 4);
    assert_int_equal(files_in("new"), 0);
    assert_int_equal(files_in("tmp"), 0);
    talloc_free(invited.uid);
    talloc_free(other.uid);
}

static void an_answer_to_a_former_time_says_nothing_of_the_new_one(void **state)
{
    struct invited invited = invite();
    const char *me = invited.order.email;
    (void)state;
    appointment("PUT", &invited.order);
    receive(me, me, invited.uid, 0, "DECLINED", STAMP);
    assert_case(&invited, "declined", "0|booked");
    receive(me, me, invited.uid, 1, "ACCEPTED", STAMP);
    assert_case(&invited, "declined", "accepted|0|booked");
    appointment("DELETE", &invited.order);
    receive(me, me, invited.uid, 2, "DECLINED", STAMP);
    assert_case(&invited, "declined", "accepted|0|cancelled");
    talloc_free(invited.uid);
}

static void a_proposal_is_answered_with_the_link_that_moves(void **state)
{
    struct invited invited = invite();
    const char *me = invited.order.email;
    (void)state;
    receive(me, me, invited.uid, 0, "COUNTER", STAMP);
    receive(me, me, invited.uid, 0, "COUNTER", STAMP);
    assert_case(&invited, "countered", "countered|1|booked");
    char *mail = mail_to(me);
    assert_non_null(strstr(mail, "terça-feira, 5 de janeiro de 2027, às 10h"));
    assert_non_null(strstr(mail, "/mudar"));
    talloc_free(mail);
    talloc_free(invited.uid);
}

static void a_mail_that_is_too_large_is_refused_at_the_door(void **state)
{
    struct ra_error error = {0};
    FILE *large = tmpfile();
    (void)state;
    assert_non_null(large);
    assert_int_equal(ftruncate(fileno(large), INBOX_MAIL_MAX + 1), 0);
    assert_false(inbox_receive(rooms_app()->config, fileno(large), &error));
    assert_int_equal(error.code, RA_TOO_LARGE);
    assert_int_equal(files_in("new"), 0);
    fclose(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_no_frees_the_seat_only_after_the_link),
        cmocka_unit_test(the_same_mail_twice_and_the_same_mind_twice_are_once),
        cmocka_unit_test(a_stranger_is_not_believed_and_the_mail_is_kept_for_people),
        cmocka_unit_test(an_answer_to_a_former_time_says_nothing_of_the_new_one),
        cmocka_unit_test(a_proposal_is_answered_with_the_link_that_moves),
        cmocka_unit_test(a_mail_that_is_too_large_is_refused_at_the_door),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
