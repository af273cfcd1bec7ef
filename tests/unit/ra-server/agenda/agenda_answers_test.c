/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which answer of a calendar is believed and what it changes, and when a reminder is due: tables of cases.
 */
#include "agenda/agenda_answers.h"
#include "agenda/agenda_reminders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000000)
#define NOW  INT64_C(1795519200000000)

#define NONE   REMINDER_NONE
#define FIRST  REMINDER_FIRST
#define SECOND REMINDER_SECOND

/* --- answers --- */

#define ME "p@cidadao.example"

static void an_answer_is_believed_of_the_invited_address_alone_and_once(void **state)
{
    static const struct {
        const char *name;
        struct calendar_reply reply;
        struct answer_case known;
        enum answer_verdict verdict;
    } cases[] = {
        {"first answer",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_TAKEN},
        {"address in capitals",
         {AGENDA_ACCEPTED, "P@Cidadao.Example", ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_TAKEN},
        {"another sender",
         {AGENDA_DECLINED, "x@mau.example", ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_NOT_BELIEVED},
        {"another attendee",
         {AGENDA_DECLINED, ME, "x@mau.example", "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_NOT_BELIEVED},
        {"both another",
         {AGENDA_DECLINED, "x@mau.example", "x@mau.example", "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_NOT_BELIEVED},
        {"order without address",
         {AGENDA_DECLINED, "", "", "u", 2, NOW, 0},
         {"", 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_NOT_BELIEVED},
        {"stamp of the day after tomorrow",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW + 25 * HOUR, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_NOT_BELIEVED},
        {"clock an hour ahead",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW + HOUR, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_TAKEN},
        {"former revision",
         {AGENDA_DECLINED, ME, ME, "u", 1, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_OUTDATED},
        {"revision to come",
         {AGENDA_DECLINED, ME, ME, "u", 3, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_OUTDATED},
        {"cancelled",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW, 0},
         {ME, 2, false, NOW + HOUR, NOW, false, 0, 0},
         ANSWER_OVER},
        {"begun",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW, NOW, false, 0, 0},
         ANSWER_OVER},
        {"the same mail again",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW - HOUR, 0},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_DECLINED, NOW - HOUR},
         ANSWER_REPEATED},
        {"said again later",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_DECLINED, NOW - HOUR},
         ANSWER_REPEATED},
        {"another mind",
         {AGENDA_DECLINED, ME, ME, "u", 2, NOW, 0},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_ACCEPTED, NOW - HOUR},
         ANSWER_TAKEN},
        {"overtaken on the way",
         {AGENDA_ACCEPTED, ME, ME, "u", 2, NOW - 2 * HOUR, 0},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_DECLINED, NOW - HOUR},
         ANSWER_OUTDATED},
        {"the same proposal again",
         {AGENDA_COUNTERED, ME, ME, "u", 2, NOW - HOUR, NOW + HOUR},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_COUNTERED, NOW - HOUR},
         ANSWER_REPEATED},
        {"another proposal",
         {AGENDA_COUNTERED, ME, ME, "u", 2, NOW, NOW + HOUR},
         {ME, 2, true, NOW + HOUR, NOW, true, AGENDA_COUNTERED, NOW - HOUR},
         ANSWER_TAKEN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (agenda_judge_answer(&cases[i].reply, &cases[i].known) != cases[i].verdict)
            fail_msg("%s", cases[i].name);
}

/* --- reminders --- */

static void a_reminder_is_due_once_72_and_24_hours_before_and_never_where_booked_later(void **state)
{
    static const struct {
        const char *name;
        int64_t set_before, now_before; /* hours before the start */
        bool first_made, second_made;
        enum agenda_reminder due;
    } cases[] = {
        {"booked a week ahead, long before", 168, 100, false, false, NONE},
        {"at 72 hours", 168, 72, false, false, FIRST},
        {"once", 168, 71, true, false, NONE},
        {"at 24 hours", 168, 24, true, false, SECOND},
        {"twice never", 168, 23, true, true, NONE},
        {"server away at 72 hours", 168, 30, false, false, FIRST},
        {"server away over both: the second alone", 168, 10, false, false, SECOND},
        {"and then no late first", 168, 9, false, true, NONE},
        {"booked at 72 hours exactly", 72, 72, false, false, FIRST},
        {"booked at 71 hours", 71, 50, false, false, NONE},
        {"and its second", 71, 24, false, false, SECOND},
        {"booked at 23 hours", 23, 5, false, false, NONE},
        {"begun", 168, 0, false, false, NONE},
        {"past", 168, -1, false, false, NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct reminder_case known = {
            .start_us = NOW,
            .set_us = NOW - cases[i].set_before * HOUR,
            .now_us = NOW - cases[i].now_before * HOUR,
            .first_hours = 72,
            .second_hours = 24,
            .first_made = cases[i].first_made,
            .second_made = cases[i].second_made,
        };
        if (agenda_reminder_due(&known) != cases[i].due)
            fail_msg("%s", cases[i].name);
    }
}

static void a_policy_of_zero_hours_is_no_reminder(void **state)
{
    struct reminder_case known = {.start_us = NOW, .set_us = NOW - 500 * HOUR, .now_us = NOW - HOUR};
    (void)state;
    assert_int_equal(agenda_reminder_due(&known), REMINDER_NONE);
    known.first_hours = 48;
    assert_int_equal(agenda_reminder_due(&known), REMINDER_FIRST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_believed_of_the_invited_address_alone_and_once),
        cmocka_unit_test(a_reminder_is_due_once_72_and_24_hours_before_and_never_where_booked_later),
        cmocka_unit_test(a_policy_of_zero_hours_is_no_reminder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
