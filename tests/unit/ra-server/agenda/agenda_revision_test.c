/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SEQUENCE of RFC 5546 as a property: whatever happens to an appointment, in whatever order, the number grows
 * by one with each change that a calendar shows (date, time, place, status) and with no other.
 */
#include "../orders/rooms_fixture.h"
#include "agenda/agenda_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100 };

/* Each sets what it names to one of a few values, so that some runs change nothing. */
static const char *const steps[] = {
    "starts = date_trunc('day', starts) + interval '%u hours', "
    "ends = date_trunc('day', starts) + interval '%u hours 20 minutes'",
    "starts = starts + interval '%u days' - interval '1 day', ends = ends + interval '%u days' - "
    "interval '1 day'",
    "ends = starts + interval '2%u minutes'",
    "mode = (array['in_person', 'video'])[1 + %u %% 2]",
    "office_id = 1 + %u %% 2",
    "place = (array['Rua A', 'Rua B'])[1 + %u %% 2]",
    "state = (array['booked', 'kept'])[1 + %u %% 2], seat_id = (select min(id) from ra.seat)",
    "state = (array['cancelled', 'missed'])[1 + %u %% 2], seat_id = null",
    "priority = (array['', '80+'])[1 + %u %% 2]",
    "updated_at = updated_at + interval '%u seconds'",
    "sequence = sequence + %u",
};

static unsigned long drawn = 20261124;

static unsigned draw(unsigned below)
{
    drawn = drawn * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(drawn >> 33) % below;
}

/* "by how much it grew|whether a calendar shows the change" */
static char *step(void)
{
    char change[400], sql[1000];
    unsigned value = draw(3);
    const char *form = steps[draw(sizeof steps / sizeof steps[0])];
    char *pair = strstr(form, "%u") != NULL ? strstr(strstr(form, "%u") + 2, "%u") : NULL;
    char number[4], *out = change;
    snprintf(number, sizeof number, "%u", value + (pair != NULL ? 1 : 0));
    for (const char *at = form; *at != '\0' && out < change + sizeof change - 4;) {
        if (strncmp(at, "%u", 2) == 0) {
            out += snprintf(out, 4, "%s", number);
            at += 2;
        } else if (strncmp(at, "%%", 2) == 0) {
            *out++ = '%';
            at += 2;
        } else {
            *out++ = *at++;
        }
    }
    *out = '\0';
    snprintf(
        sql, sizeof sql,
        "with before as (select * from ra.appointment), after as (update ra.appointment set %s returning "
        "*) select format('%%s|%%s', after.sequence - before.sequence, (after.starts, after.ends, "
        "after.office_id, after.place, after.mode, after.state = 'cancelled') is distinct "
        "from "
        "(before.starts, before.ends, before.office_id, before.place, before.mode, "
        "before.state = "
        "'cancelled')) as value from before, after",
        change);
    return owner_sql(sql);
}

static void a_revision_is_counted_for_what_a_calendar_shows_and_for_nothing_else(void **state)
{
    (void)state;
    struct placed order = place_order();
    char sql[600];
    snprintf(sql, sizeof sql,
             "insert into ra.appointment (order_id, seat_id, office_id, starts, ends, mode, uid, created_at, "
             "updated_at) select o.id, s.id, 1, s.starts, s.ends, 'in_person', 'u@ar.example', now(), now() "
             "from ra.orders o, (select * from ra.seat limit 1) s where o.code = '%s'",
             order.code);
    talloc_free(owner_sql("insert into ra.office select 2, 'filial', name, legal_name, cnpj, address, "
                          "district, 'CUIABÁ', 'MT', '5103403', phone, 'America/Cuiaba', place_kind, "
                          "horizon_days, source, evidence from ra.office where id = 1"));
    /* The row alone, without its seat. */
    talloc_free(owner_sql("alter table ra.appointment disable trigger session_whole_of_appointment"));
    talloc_free(owner_sql(sql));
    unsigned revisions = 0;
    for (size_t i = 0; i < STEPS; i++) {
        char *grew = step();
        if (strcmp(grew, "1|t") != 0 && strcmp(grew, "0|f") != 0)
            fail_msg("step %zu: %s", i, grew);
        revisions += grew[0] == '1' ? 1 : 0;
        talloc_free(grew);
    }
    assert_true(revisions > STEPS / 10 && revisions < STEPS);
}

static int64_t sequence_of(const struct placed *order)
{
    char sql[200];
    snprintf(
        sql, sizeof sql,
        "select a.sequence::text as value from ra.appointment a join ra.orders o on o.id = a.order_id where "
        "o.code = '%s'",
        order->code);
    char *value = owner_sql(sql);
    int64_t sequence = strtoll(value, NULL, 10);
    talloc_free(value);
    return sequence;
}

static void look_at_places(void)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    struct job_run run = {
        .context = db, .app = rooms_app(), .db = db, .now_us = clock_now_us(&rooms_app()->clock)};
    assert_done(agenda_place_run(&run, &error));
    talloc_free(db);
}

static void another_address_of_the_office_is_told_once_to_everybody_who_is_booked(void **state)
{
    (void)state;
    struct placed order = place_order();
    char body[120], path[80];
    char *start =
        owner_sql("select to_char(starts at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as value from "
                  "ra.seat where state = 'free' and visibility = 'public' and starts > now() + interval "
                  "'9 days' order by starts limit 1");
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order.code);
    snprintf(body, sizeof body, "{\"start\":\"%s\"}", start);
    struct answer *answer = ask("POST", path, order.token, body);
    assert_int_equal(answer->status, 201);
    answer_free(answer);
    talloc_free(mail_to(order.email));
    look_at_places();
    assert_int_equal(sequence_of(&order), 0);
    talloc_free(owner_sql("update ra.office set address = 'Avenida Nova, 7' where id = 1"));
    rooms_refresh();
    look_at_places();
    look_at_places(); /* once */
    assert_int_equal(sequence_of(&order), 1);
    char *mail = mail_to(order.email);
    for (int tries = 0; tries < 50 && strstr(mail, "SEQUENCE:1") == NULL; tries++) {
        talloc_free(mail);
        mail = mail_to(order.email);
    }
    assert_non_null(strstr(mail, "SEQUENCE:1"));
    assert_non_null(strstr(mail, "METHOD:REQUEST"));
    assert_non_null(strstr(mail, "Avenida Nova"));
    assert_non_null(strstr(mail, "o lugar é outro"));
    talloc_free(mail);
    talloc_free(start);
    char *told = owner_sql("select count(*)::text as value from ra.event where code = 'APPT_PLACE'");
    assert_string_equal(told, "1");
    talloc_free(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_address_of_the_office_is_told_once_to_everybody_who_is_booked),
        cmocka_unit_test(a_revision_is_counted_for_what_a_calendar_shows_and_for_nothing_else),
    };
    return cmocka_run_group_tests(tests, rooms_start, rooms_stop);
}
