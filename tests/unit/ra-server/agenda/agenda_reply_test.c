/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails with answers as calendars write them, and others that must not pass for one.
 */
#include "agenda/agenda_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FROM    "From: Marina <P@cidadao.example>\r\nTo: <guiche@ar.example>\r\nMIME-Version: 1.0\r\n"
#define TYPE    "Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\n"
#define BEGIN   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
#define ME(how) "ATTENDEE;PARTSTAT=" how ":mailto:p@Cidadao.example\r\n"
#define FACTS   "UID:0123456789abcdef@ar.example\r\nSEQUENCE:2\r\nDTSTAMP:20261123T100000Z\r\n"
#define END     "END:VEVENT\r\nEND:VCALENDAR\r\n"

static bool reads(TALLOC_CTX *context, const char *mail, struct calendar_reply *reply)
{
    struct ra_error error = {0};
    bool done = agenda_reply_read(context, bytes_of_text(mail), reply, &error);
    if (!done)
        assert_int_equal(error.code, RA_INVALID);
    return done;
}

static void an_answer_is_read_from_whatever_form_the_mail_has(void **state)
{
    static const char inner[] = BEGIN FACTS ME("DECLINED") END;
    char *encoded = base64_encode(*state, bytes_of_text(inner));
    const char *mails[] = {
        FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") END,
        FROM
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nnao "
        "vou\r\n--b\r\n" TYPE "\r\n" BEGIN FACTS ME("DECLINED") END "\r\n--b--\r\n",
        talloc_asprintf(*state,
                        FROM "Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: "
                             "multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
                             "text/html\r\n\r\n<p>no\r\n--b\r\n" TYPE
                             "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n--m--\r\n",
                        encoded),
        FROM TYPE
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nBEGIN:VCALENDAR=0D=0AMETHOD:REPLY\r\n"
        "BEGIN:VEVENT\r\nUID:0123456789abcdef=\r\n@ar.example\r\nSEQUENCE:2\r\nDTSTAMP:20261123T1000"
        "00Z\r\nATTENDEE;PARTSTAT=3DDECLINED:mailto:p@cidadao.example\r\n" END,
        FROM "Content-Type: text/calendar\r\n\r\n" BEGIN FACTS ME("DECLINED") END,
    };
    for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
        struct calendar_reply reply;
        if (!reads(*state, mails[i], &reply))
            fail_msg("mail %zu", i);
        assert_int_equal(reply.answer, AGENDA_DECLINED);
        assert_string_equal(reply.sender, "p@cidadao.example");
        assert_string_equal(reply.attendee, "p@cidadao.example");
        assert_string_equal(reply.uid, "0123456789abcdef@ar.example");
        assert_int_equal(reply.sequence, 2);
        assert_int_equal(reply.stamp_us, INT64_C(1795428000000000));
    }
}

static void yes_no_and_perhaps_are_answers_and_nothing_else_is(void **state)
{
    static const struct {
        const char *mail;
        enum calendar_answer answer;
    } cases[] = {
        {FROM TYPE "\r\n" BEGIN FACTS ME("ACCEPTED") END, AGENDA_ACCEPTED},
        {FROM TYPE "\r\n" BEGIN FACTS ME("TENTATIVE") END, AGENDA_TENTATIVE},
        {FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") END, AGENDA_DECLINED},
        {FROM TYPE "\r\n" BEGIN FACTS ME("DELEGATED") END, AGENDA_ANSWER_COUNT},
        {FROM TYPE "\r\n" BEGIN FACTS ME("NEEDS-ACTION") END, AGENDA_ANSWER_COUNT},
        {FROM TYPE "\r\n" BEGIN FACTS "ATTENDEE:mailto:p@cidadao.example\r\n" END, AGENDA_ANSWER_COUNT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct calendar_reply reply;
        bool read = reads(*state, cases[i].mail, &reply);
        assert_int_equal(read ? reply.answer : AGENDA_ANSWER_COUNT, cases[i].answer);
    }
}

static void what_is_no_answer_of_one_person_is_refused(void **state)
{
    static const char *const mails[] = {
        "",
        "\r\n",
        "olá",
        FROM "Content-Type: text/plain\r\n\r\n" BEGIN FACTS ME("DECLINED") END,
        FROM TYPE "\r\n",
        FROM TYPE "\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "To: <guiche@ar.example>\r\n" TYPE "\r\n" BEGIN FACTS ME("DECLINED") END,
        "From: <a@x.example>, <b@x.example>\r\n" TYPE "\r\n" BEGIN FACTS ME("DECLINED") END,
        FROM "Content-Type: text/calendar; method=REQUEST\r\n\r\n" BEGIN FACTS ME("DECLINED") END,
        FROM
        "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n" FACTS ME(
            "DECLINED") END,
        FROM TYPE "\r\n" BEGIN "SEQUENCE:2\r\nDTSTAMP:20261123T100000Z\r\n" ME("DECLINED") END,
        FROM TYPE "\r\n" BEGIN "UID:u@ar.example\r\n" ME("DECLINED") END,
        FROM TYPE "\r\n" BEGIN FACTS END,
        FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") "ATTENDEE;PARTSTAT=DECLINED:mailto:x@mau.example\r\n" END,
        FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") "END:VEVENT\r\nBEGIN:VEVENT\r\n" FACTS ME("ACCEPTED") END,
        FROM "Content-Type: message/rfc822\r\n\r\n" FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") END,
    };
    for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
        struct calendar_reply reply;
        if (reads(*state, mails[i], &reply))
            fail_msg("mail %zu passed: %s", i, mails[i]);
    }
}

static void what_is_too_long_is_refused(void **state)
{
    struct calendar_reply reply;
    char *long_text = talloc_size(*state, REPLY_CALENDAR_MAX + 1);
    memset(long_text, 'x', REPLY_CALENDAR_MAX);
    long_text[REPLY_CALENDAR_MAX] = '\0';
    assert_false(reads(
        *state,
        talloc_asprintf(*state, FROM TYPE "\r\n" BEGIN FACTS ME("DECLINED") "COMMENT:%s\r\n" END, long_text),
        &reply));
    long_text[REPLY_TEXT_MAX + 1] = '\0';
    assert_false(reads(*state,
                       talloc_asprintf(*state,
                                       FROM TYPE "\r\n" BEGIN
                                                 "UID:%s\r\nDTSTAMP:20261123T100000Z\r\n" ME("DECLINED") END,
                                       long_text),
                       &reply));
}

/* RFC 5546 3.2.7: all attendees, and the time that is wished. */
static void a_proposal_tells_the_wished_time_where_our_own_zones_know_it(void **state)
{
    static const struct {
        const char *start;
        int64_t wish_s;
    } cases[] = {
        {"DTSTART:20261125T140000Z\r\n", 1795615200},
        {"DTSTART;TZID=America/Sao_Paulo:20261125T110000\r\n", 1795615200},
        {"DTSTART;TZID=America/Cuiaba:20261125T100000\r\n", 1795615200},
        {"DTSTART;TZID=America/Sao_Paulo:20181201T100000\r\n", 1543665600},
        {"DTSTART;TZID=E. South America Standard Time:20261125T110000\r\n", 0},
        {"DTSTART:20261125T110000\r\n", 0},
        {"DTSTART;VALUE=DATE:20261125\r\n", 0},
        {"DTSTART:99991231T235959Z\r\n", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct calendar_reply reply;
        const char *mail = talloc_asprintf(
            *state,
            FROM "Content-Type: text/calendar; method=COUNTER\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\n"
                 "BEGIN:VEVENT\r\n" FACTS
                 "%sRRULE:FREQ=SECONDLY\r\nATTENDEE:mailto:outra@cidadao.example\r\n" ME("NEEDS-ACTION") END,
            cases[i].start);
        assert_true(reads(*state, mail, &reply));
        assert_int_equal(reply.answer, AGENDA_COUNTERED);
        assert_string_equal(reply.attendee, "p@cidadao.example");
        assert_int_equal(reply.wish_us, cases[i].wish_s * 1000000);
    }
}

static int setup(void **state)
{
    agenda_reply_start();
    *state = talloc_new(NULL);
    return *state == NULL;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(an_answer_is_read_from_whatever_form_the_mail_has),
        WITH_CONTEXT(yes_no_and_perhaps_are_answers_and_nothing_else_is),
        WITH_CONTEXT(what_is_no_answer_of_one_person_is_refused),
        WITH_CONTEXT(what_is_too_long_is_refused),
        WITH_CONTEXT(a_proposal_tells_the_wished_time_where_our_own_zones_know_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
