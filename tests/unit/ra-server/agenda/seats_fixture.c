/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seats_fixture.h"

#include "agenda/agenda.h"
#include "agenda/agenda_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A slot far ahead that is wholly free, a fresh one at each call. */
int64_t fresh_slot(void)
{
    static int64_t last_us = INT64_MAX;
    struct ra_app *app = rooms_app();
    struct ra_error error = {0};
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct agenda_slot *slots = NULL;
    size_t count = 0;
    int64_t now_us = clock_now_us(&app->clock), found = 0;
    const struct agenda_search search = {.side = AGENDA_PUBLIC, .halves = 1};
    assert_done(agenda_free_slots(app, scratch, now_us, now_us / INT64_C(86400000000) + 20, 40, &search,
                                  &slots, &count, &error));
    for (size_t i = 0; i < count; i++)
        if (slots[i].seats == 2 && slots[i].start_us < last_us)
            found = slots[i].start_us;
    assert_true(found != 0);
    last_us = found;
    talloc_free(scratch);
    return found;
}

struct answer *appointment(const char *method, const struct placed *order, int64_t start_us)
{
    char path[80], body[120], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(path, sizeof path, "/api/orders/%s/appointment", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    return ask(method, path, order->token, strcmp(method, "DELETE") == 0 ? NULL : body);
}

int status_of(const char *method, const struct placed *order, int64_t start_us)
{
    struct answer *answer = appointment(method, order, start_us);
    int status = answer->status;
    answer_free(answer);
    return status;
}

/* Seats of a start for which `condition` holds. */
int64_t count_of(const char *condition, int64_t start_us)
{
    char start[CLOCK_TEXT_SIZE], sql[400];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(sql, sizeof sql, "select count(*)::text as value from ra.seat where starts = '%s' and %s", start,
             condition);
    char *value = owner_sql(sql);
    int64_t count = strtoll(value, NULL, 10);
    talloc_free(value);
    return count;
}

void memory_agrees(void)
{
    struct ra_error error = {0};
    struct db *db = rooms_db();
    size_t differences = 1;
    assert_done(agenda_check_memory(rooms_app(), db, &differences, &error));
    assert_int_equal(differences, 0);
    talloc_free(db);
}

/* As if the delay of what was given back were over. */
void release_now(int64_t start_us)
{
    char start[CLOCK_TEXT_SIZE], sql[160];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(sql, sizeof sql,
             "update ra.seat set public_from = now() - interval '1 second' where starts = '%s'", start);
    talloc_free(owner_sql(sql));
    rooms_refresh();
}

struct answer *hold(const struct placed *order, int64_t start_us)
{
    char path[80], body[120], start[CLOCK_TEXT_SIZE];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(path, sizeof path, "/api/orders/%s/hold", order->code);
    snprintf(body, sizeof body, "{\"start\":\"%s\",\"mode\":\"in_person\"}", start);
    return ask("POST", path, order->token, body);
}

int hold_status(const struct placed *order, int64_t start_us)
{
    struct answer *answer = hold(order, start_us);
    int status = answer->status;
    answer_free(answer);
    return status;
}

void lapse(int64_t start_us)
{
    char start[CLOCK_TEXT_SIZE], sql[200];
    clock_format_utc(start_us, start, sizeof start);
    snprintf(
        sql, sizeof sql,
        "update ra.seat set held_until = now() - interval '1 second' where state = 'held' and starts = '%s'",
        start);
    talloc_free(owner_sql(sql));
    rooms_refresh();
}
