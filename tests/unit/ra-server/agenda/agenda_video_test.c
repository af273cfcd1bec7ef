/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * issue 4: a session by video from the page to the calendar, and no street or counter beside it: chosen,
 * held, confirmed, moved by the link of its mail, told of another room, and turned into a visit.
 */
#include "../orders/rooms_fixture.h"
#include "agenda/agenda_place.h"
#include "agenda/agenda_waiting.h"
#include "config/config.h"
#include "jobs.h"
#include "notice/notice.h"

#include <stdio.h>
#include <string.h>

static const char street[] = "sede: Rua";

static void open_room(bool open)
{
    talloc_free(owner_sql(open ? "update ra.policy set value = 'true' where key = 'video_room'"
                               : "update ra.policy set value = 'false' where key = 'video_room'"));
    rooms_refresh();
}

static struct answer *page_of(const struct placed *order, const char *rest, const char *form)
{
    char path[160], cookie[120];
    snprintf(path, sizeof path, "/pedido/%s%s", order->code, rest);
    snprintf(cookie, sizeof cookie, "guiche_pedido=%s", order->token);
    return browse(path, cookie, form);
}

static void says(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        fail_msg("not in it: %s\n%s", wanted, text);
}

static void says_not(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL)
        fail_msg("in it: %s\n%s", unwanted, text);
}

/* The value of the last hour of a list. */
static void last_hour(const char *page, char start[40])
{
    static const char field[] = "name=\"start\" value=\"";
    const char *last = NULL;
    for (const char *at = page; (at = strstr(at, field)) != NULL; at += sizeof field - 1)
        last = at + sizeof field - 1;
    assert_non_null(last);
    snprintf(start, 40, "%.*s", (int)strcspn(last, "\""), last);
}

static void post_start(const struct placed *order, const char *rest, const char *start, int status)
{
    char form[120];
    snprintf(form, sizeof form, "mode=video&start=%s", start);
    struct answer *answer = page_of(order, rest, form);
    if (answer->status != status)
        fail_msg("%s: %d %s", rest, answer->status, answer->body);
    answer_free(answer);
}

/* The newest mail once it tells of that SEQUENCE, its calendar unfolded. */
static char *mail_at(const struct placed *order, const char *sequence)
{
    char *mail = mail_to(order->email);
    for (int tries = 0; tries < 50 && strstr(mail, sequence) == NULL; tries++) {
        talloc_free(mail);
        mail = mail_to(order->email);
    }
    char *to = mail;
    for (const char *at = mail; *at != '\0'; at++) {
        if (strncmp(at, "\r\n ", 3) == 0)
            at += 2;
        else
            *to++ = *at;
    }
    *to = '\0';
    says(mail, sequence);
    return mail;
}

static void is_by_video(const char *mail, const char *service)
{
    char conference[120];
    snprintf(conference, sizeof conference, "CONFERENCE;VALUE=URI;FEATURE=VIDEO:%s", service);
    says(mail, conference);
    says(mail, "METHOD:REQUEST");
    says(mail, "LOCATION:Por vídeo");
    says(mail, "Tenha à mão os documentos");
    says_not(mail, street);
    says_not(mail, "balcão");
}

static void run_job(bool (*job)(struct job_run *run, struct ra_error *error))
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {
        .context = db, .app = rooms_app(), .db = db, .now_us = clock_now_us(&rooms_app()->clock)};
    assert_done(job(&run, &error));
    talloc_free(db);
}

static void look_at_places(void)
{
    run_job(agenda_place_run);
}

static void the_page_offers_the_choice_only_while_the_room_is_open(void **state)
{
    (void)state;
    struct placed order = place_order();
    struct answer *answer = page_of(&order, "/agenda?mode=video", NULL);
    assert_int_equal(answer->status, 200);
    says(answer->body, street);
    says_not(answer->body, "Por vídeo");
    answer_free(answer);
    open_room(true);
    answer = page_of(&order, "/agenda", NULL);
    says(answer->body, street);
    says(answer->body, "<a href=\"?mode&#61;video\">Por vídeo</a>");
    answer_free(answer);
    open_room(false);
}

static void chosen_held_and_confirmed_on_the_pages_it_names_a_room_and_no_street(void **state)
{
    (void)state;
    char start[40], hidden[100];
    struct placed order = place_order();
    open_room(true);
    struct answer *answer = page_of(&order, "/agenda?mode=video", NULL);
    says(answer->body, "aria-current=\"true\">Por vídeo</a>");
    says(answer->body, "mode&#61;video\">Próximos dias</a>"); /* turning the pages stays in it */
    says_not(answer->body, street);
    last_hour(answer->body, start);
    answer_free(answer);
    assert_int_equal(start[15], '0'); /* after ten minutes that are the agent's alone */
    assert_true((start[14] - '0') % 2 == 1);
    post_start(&order, "/agenda", start, 303);
    answer = page_of(&order, "/agenda/confirmar", NULL);
    snprintf(hidden, sizeof hidden, "name=\"start\" value=\"%s\"", start);
    says(answer->body, hidden);
    says(answer->body, "name=\"mode\" value=\"video\"");
    says(answer->body, "Por vídeo");
    says_not(answer->body, street);
    answer_free(answer);
    answer = page_of(&order, "", NULL);
    says(answer->body, ", por vídeo,");
    answer_free(answer);
    post_start(&order, "/agenda/confirmar", start, 303);
    answer = page_of(&order, "", NULL);
    says(answer->body, "https://video.example/");
    says(answer->body, "Entre na sala de vídeo");
    says(answer->body, "combine com o atendimento como pagar");
    says_not(answer->body, "balcão");
    says_not(answer->body, street);
    answer_free(answer);
    char *mail = mail_at(&order, "SEQUENCE:0");
    is_by_video(mail, "https://video.example/");
    talloc_free(mail);
    open_room(false);
}

/* The link of a mail keeps the way; its pages name no street. */
static void the_link_of_its_mail_moves_it_within_the_room(const struct placed *order, char *mail)
{
    static const char way[] = "http://ar.example/horario/";
    char path[120], start[40], form[120];
    const char *link = strstr(mail, way);
    assert_non_null(link);
    snprintf(path, sizeof path, "/horario/%.43s/confirmar", link + sizeof way - 1);
    struct answer *answer = browse(path, NULL, NULL);
    says(answer->body, "Por vídeo");
    says_not(answer->body, street);
    answer_free(answer);
    snprintf(path, sizeof path, "/horario/%.43s/mudar", link + sizeof way - 1);
    answer = browse(path, NULL, NULL);
    assert_int_equal(answer->status, 200);
    says(answer->body, ", por vídeo</strong>");
    last_hour(answer->body, start);
    answer_free(answer);
    snprintf(form, sizeof form, "mode=video&start=%s", start);
    answer = browse(path, NULL, form);
    assert_int_equal(answer->status, 200);
    says(answer->body, "Horário mudado");
    says_not(answer->body, street);
    answer_free(answer);
    char *moved = mail_at(order, "SEQUENCE:1");
    is_by_video(moved, "https://video.example/");
    talloc_free(moved);
}

static void every_change_of_its_life_is_told_once_with_the_next_sequence(void **state)
{
    (void)state;
    char start[40], path[80], body[120];
    struct placed order = place_order();
    open_room(true);
    struct answer *answer = page_of(&order, "/agenda?mode=video", NULL);
    last_hour(answer->body, start);
    answer_free(answer);
    post_start(&order, "/agenda", start, 303);
    post_start(&order, "/agenda/confirmar", start, 303);
    char *mail = mail_at(&order, "SEQUENCE:0");
    the_link_of_its_mail_moves_it_within_the_room(&order, mail);
    talloc_free(mail);
    /* Another address of the office is nothing to those who do not go there; another room is. */
    talloc_free(owner_sql("update ra.office set address = 'Avenida Nova, 7' where id = 1"));
    rooms_refresh();
    look_at_places();
    talloc_free(mail_at(&order, "SEQUENCE:1"));
    talloc_free(owner_sql("update ra.video_service set url = 'https://outra.example/'"));
    static struct config elsewhere;
    elsewhere = *rooms_app()->config;
    elsewhere.video_url = "https://outra.example/";
    rooms_app()->config = &elsewhere;
    look_at_places();
    look_at_places(); /* once */
    mail = mail_at(&order, "SEQUENCE:2");
    is_by_video(mail, "https://outra.example/");
    says(mail, "a sala de vídeo é outra");
    talloc_free(mail);
    /* No service, no place to name. */
    talloc_free(owner_sql("update ra.video_service set url = ''"));
    look_at_places();
    talloc_free(owner_sql("update ra.video_service set url = 'https://outra.example/'"));
    look_at_places();
    talloc_free(mail_at(&order, "SEQUENCE:2"));
    /* A visit after all. */
    answer = page_of(&order, "/agenda?mode=in_person", NULL);
    last_hour(answer->body, start);
    answer_free(answer);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order.code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    answer = ask("PUT", path, order.token, body);
    assert_int_equal(answer->status, 200);
    assert_string_equal(answer_text(answer, "mode"), "in_person");
    answer_free(answer);
    mail = mail_at(&order, "SEQUENCE:3");
    says(mail, "Avenida Nova");
    says_not(mail, "CONFERENCE");
    talloc_free(mail);
    open_room(false);
}

static void an_hour_given_back_is_offered_by_video_to_whom_waits_for_one(void **state)
{
    (void)state;
    char start[40], form[120], path[120];
    struct placed giver = place_order(), waiter = place_order();
    open_room(true);
    struct answer *answer = page_of(&giver, "/agenda?mode=video", NULL);
    last_hour(answer->body, start);
    answer_free(answer);
    post_start(&giver, "/agenda", start, 303);
    post_start(&giver, "/agenda/confirmar", start, 303);
    answer = page_of(&waiter, "/agenda?mode=video", NULL);
    says(answer->body, "name=\"mode\" value=\"video\">\n<div class=\"field\">"); /* of the list's form */
    answer_free(answer);
    char *last = owner_sql("select (max(starts)::date)::text as value from ra.seat");
    snprintf(form, sizeof form, "mode=video&until=%s", last);
    answer = page_of(&waiter, "/espera", form);
    assert_int_equal(answer->status, 303);
    answer_free(answer);
    answer = page_of(&giver, "/agenda/cancelar", "");
    assert_int_equal(answer->status, 303);
    answer_free(answer);
    run_job(waiting_run);
    char *mail = mail_to(waiter.email);
    says(mail, "Onde: por vídeo");
    says_not(mail, street);
    answer = page_of(&waiter, "", NULL);
    says(answer->body, ", por vídeo,"); /* it is held for him */
    answer_free(answer);
    snprintf(path, sizeof path, "/api/offers/%.43s", strstr(mail, "/vaga/") + strlen("/vaga/"));
    answer = ask("POST", path, NULL, NULL);
    assert_int_equal(answer->status, 200);
    answer_free(answer);
    char *booked = mail_at(&waiter, "SEQUENCE:0");
    is_by_video(booked, "https://video.example/");
    talloc_free(booked);
    talloc_free(mail);
    talloc_free(last);
    open_room(false);
}

/* Where nothing is prepared before, both ways may begin at one hour. */
static void another_way_at_the_same_hour_is_a_move_and_the_same_way_is_none(void **state)
{
    (void)state;
    static const char *const ways[] = {"in_person", "in_person", "video", "video"};
    static const char *const sequences[] = {"0", "0", "1", "1"};
    char start[40], path[80], body[120], sql[300];
    struct placed order = place_order();
    talloc_free(owner_sql("update ra.session_duration set preparation_minutes = 0 where mode = 'video'"));
    open_room(true);
    struct answer *answer = page_of(&order, "/agenda?mode=video", NULL);
    last_hour(answer->body, start);
    answer_free(answer);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order.code);
    snprintf(
        sql, sizeof sql,
        "select a.sequence || '|' || count(s.*) as value from ra.appointment a join ra.orders o on o.id = "
        "a.order_id "
        "join ra.seat s on s.order_id = o.id and s.state = 'booked' where o.code = '%s' group by a.sequence",
        order.code);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"%s\"}", start, ways[i]);
        answer = ask(i == 0 ? "POST" : "PUT", path, order.token, body);
        if (answer->status != (i == 0 ? 201 : 200))
            fail_msg("%zu: %d %s", i, answer->status, answer->body);
        assert_string_equal(answer_text(answer, "mode"), ways[i]);
        answer_free(answer);
        char *stands = owner_sql(sql), wanted[8];
        snprintf(wanted, sizeof wanted, "%s|1", sequences[i]);
        assert_string_equal(stands, wanted);
        talloc_free(stands);
    }
    talloc_free(owner_sql("update ra.session_duration set preparation_minutes = 10 where mode = 'video'"));
    open_room(false);
}

/* --- what else is said of a case by video --- */

static char *of_order(const char *before, const struct placed *order, const char *after)
{
    char *sql = talloc_asprintf(NULL, "%s '%s' %s", before, order->code, after);
    char *value = owner_sql(sql);
    talloc_free(sql);
    return value;
}

/* The mail of that kind about the order's present appointment. */
static char *mail_of_kind(const struct placed *order, const char *kind)
{
    char after[64];
    snprintf(after, sizeof after, "and k.kind = '%s'", kind);
    talloc_free(of_order("insert into ra.outbox (order_id, kind, recipient, message, next_at, created_at) "
                         "select o.id, k.kind, "
                         "p.email, k.message, now() - interval '1 minute', now() from ra.orders o join "
                         "ra.person p on p.order_id = o.id "
                         "join ra.appointment a on a.order_id = o.id, lateral (values "
                         "('outage', jsonb_build_object('what', 'PSBio')), "
                         "('declined', jsonb_build_object('appointment', jsonb_build_object('uid', a.uid, "
                         "'sequence', a.sequence, "
                         "'start_us', (extract(epoch from a.starts) * 1000000)::bigint))), "
                         "('hour_gone', jsonb_build_object('appointment_id', a.id, 'sequence', a.sequence, "
                         "'choices', '[]'::jsonb))) "
                         "k (kind, message) where o.code =",
                         order, after));
    jobs_wake(rooms_app()->jobs, NOTICE_JOB);
    return mail_to(order->email);
}

static void assert_next(const struct placed *order, const char *wanted, const char *link)
{
    char path[64];
    snprintf(path, sizeof path, "/api/orders/%s", order->code);
    struct answer *answer = ask("GET", path, order->token, NULL);
    const json_t *last = NULL, *step;
    size_t at;
    json_array_foreach(json_object_get(answer->json, "next"), at,
                       step) if (strcmp(json_string_value(json_object_get(step, "id")), "emit") == 0) last =
        step;
    assert_non_null(last);
    says(json_string_value(json_object_get(last, "text")), wanted);
    const char *led = json_string_value(json_object_get(last, "href"));
    assert_string_equal(led == NULL ? "" : led, link);
    answer_free(answer);
}

static void release(const struct placed *order)
{
    static const char *const steps[] = {"identification_state = 'validated'",
                                        "identification_state = 'verified'", "issuance_state = 'ready'"};
    for (size_t at = 0; at < sizeof steps / sizeof *steps; at++) {
        char before[120];
        snprintf(before, sizeof before, "update ra.orders set %s where code =", steps[at]);
        talloc_free(of_order(before, order, ""));
    }
}

static void a_case_by_video_has_no_paper_and_its_mails_say_by_video(void **state)
{
    (void)state;
    char path[80], body[120], start[40], emission[64];
    struct placed order = place_order(), visitor = place_order();
    open_room(true);
    struct answer *answer = page_of(&order, "/agenda?mode=video", NULL);
    last_hour(answer->body, start);
    answer_free(answer);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order.code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"video\"}", start);
    answer = ask("POST", path, order.token, body);
    assert_int_equal(answer->status, 201);
    answer_free(answer);
    static const char *const kinds[][2] = {{"outage", "mas o atendimento por vídeo de hoje pode atrasar"},
                                           {"declined", "você não vai estar no atendimento por vídeo"},
                                           {"hour_gone", "Não poderemos atender você por vídeo em"}};
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        char *mail = mail_of_kind(&order, kinds[at][0]);
        says(mail, kinds[at][1]);
        says_not(mail, "vir em outro dia");
        talloc_free(mail);
    }
    release(&order);
    assert_next(&order, "por vídeo não há código a digitar", "");
    open_room(false);

    /* beside it: who came, with a code and with a key of his own */
    release(&visitor);
    assert_next(&visitor, "onde está a chave que você trouxe", "");
    talloc_free(of_order("insert into ra.mail_half (order_id, attempt, sealed, public_key, email, not_after) "
                         "select id, attempt, "
                         "'\\x00', sha256('x'), 'a@b.example', now() from ra.orders where code =",
                         &visitor, ""));
    snprintf(emission, sizeof emission, "/emitir/%s", visitor.code);
    assert_next(&visitor, "com o código do papel e o código do e-mail", emission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_offers_the_choice_only_while_the_room_is_open),
        cmocka_unit_test(chosen_held_and_confirmed_on_the_pages_it_names_a_room_and_no_street),
        cmocka_unit_test(an_hour_given_back_is_offered_by_video_to_whom_waits_for_one),
        cmocka_unit_test(another_way_at_the_same_hour_is_a_move_and_the_same_way_is_none),
        cmocka_unit_test(a_case_by_video_has_no_paper_and_its_mails_say_by_video),
        cmocka_unit_test(every_change_of_its_life_is_told_once_with_the_next_sequence),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
