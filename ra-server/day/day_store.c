/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "day/day_store.h"

#include "app.h"
#include "approval/office.h"
#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"

#include <stdio.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

enum { NOTE_DAYS = 2 };

bool day_span(struct http_request *request, const char *asked, struct day_span *span, struct ra_error *error)
{
    char midnight[CLOCK_TEXT_SIZE];
    struct calendar_day parsed;
    if (!catalog_office(request->app, request->context, &span->office, error))
        return false;
    catalog_today(request->app, request->now_us, span->day);
    if (asked != NULL && asked[0] != '\0') {
        if (calendar_parse(asked, &parsed) != CALENDAR_DAY)
            return ra_fail_field(error, "date", "date", "Use uma data que existe, como 2026-11-24.");
        memcpy(span->day, asked, sizeof span->day);
    }
    (void)snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", span->day);
    if (!clock_parse(midnight, &span->from_us))
        return ra_fail(error, RA_INTERNAL, "midnight");
    span->from_us -= (int64_t)span->office->offset_s * SECOND_US;
    span->to_us = span->from_us + DAY_US;
    return true;
}

bool day_store_facts(struct http_request *request, const struct day_span *span, json_t **facts,
                     struct ra_error *error)
{
    struct db_rows *row = NULL, *ledger_row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_DAY_FACTS,
                DB_VALUES(db_int(span->office->id), db_text(span->day), db_time(span->from_us),
                          db_time(span->to_us)),
                &row, error) ||
        !db_one(request->db, request->context, STATEMENT_DAY_LEDGER,
                DB_VALUES(db_int(span->office->id), db_text(span->day), db_text(span->office->zone),
                          db_time(span->from_us), db_time(span->to_us)),
                &ledger_row, error))
        return false;
    json_t *ledger = row_json(ledger_row, 0, "ledger");
    *facts = row_json(row, 0, "facts");
    bool ok = json_object_update(*facts, ledger) == 0;
    json_decref(ledger);
    if (!ok)
        json_decref(*facts);
    return ok || ra_fail(error, RA_NO_MEMORY, "day");
}

bool day_store_board(struct http_request *request, const struct day_span *span, json_t **board,
                     struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_DAY_BOARD,
                DB_VALUES(db_int(span->office->id), db_time(request->now_us - NOTE_DAYS * DAY_US),
                          db_text(span->office->zone)),
                &row, error))
        return false;
    *board = row_json(row, 0, "board");
    return *board != NULL || ra_fail(error, RA_NO_MEMORY, "day");
}

bool day_store_close(struct http_request *request, const struct day_span *span, struct bytes content,
                     struct bytes cms, int64_t difference_cents, const char *reason, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DAY_CLOSE,
                  DB_VALUES(db_int(span->office->id), db_text(span->day), db_bytes(content), db_bytes(cms),
                            db_int(difference_cents), db_text(reason), db_text(caller->name),
                            db_text(caller->station), db_time(request->now_us)),
                  &rows, error))
        return false;
    return db_row_count(rows) == 1 || day_say_closed(error);
}

bool day_say_closed(struct ra_error *error)
{
    return ra_fail_reason(error, RA_CONFLICT, "day-closed",
                          "Este dia já foi fechado. Para fechar de novo, reabra o dia, com o motivo.");
}

bool day_store_reopen(struct http_request *request, const struct day_span *span, const char *reason,
                      struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DAY_REOPEN,
                  DB_VALUES(db_int(span->office->id), db_text(span->day), db_text(reason),
                            db_text(caller->name), db_text(caller->station), db_time(request->now_us)),
                  &rows, error))
        return false;
    return db_row_count(rows) == 1 ||
           ra_fail_reason(error, RA_CONFLICT, "day-open", "Este dia não está fechado: não há o que reabrir.");
}

bool day_store_closing(struct http_request *request, const struct day_span *span, struct db_rows **rows,
                       struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DAY_CLOSING_LAST,
                    DB_VALUES(db_int(span->office->id), db_text(span->day)), rows, error);
}

bool day_store_handover(struct http_request *request, int office_id, const char *text, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *row = NULL;
    return db_one(request->db, request->context, STATEMENT_DAY_HANDOVER_ADD,
                  DB_VALUES(db_int(office_id), db_text(text), db_text(caller->name), db_text(caller->station),
                            db_time(request->now_us)),
                  &row, error);
}

bool day_store_open_outage(struct http_request *request, int office_id, const char *what, int64_t *id,
                           struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DAY_OUTAGE_OPEN,
                  DB_VALUES(db_int(office_id), db_text(what)), &rows, error))
        return false;
    *id = db_row_count(rows) == 0 ? 0 : row_int(rows, 0, "id");
    return true;
}

bool day_store_add_outage(struct http_request *request, int office_id, const char *what,
                          struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *row = NULL;
    return db_one(request->db, request->context, STATEMENT_DAY_OUTAGE_ADD,
                  DB_VALUES(db_int(office_id), db_text(what), db_text(caller->name), db_text(caller->station),
                            db_time(request->now_us)),
                  &row, error);
}

bool day_store_end_outage(struct http_request *request, int64_t id, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *rows = NULL;
    return db_query(
        request->db, request->context, STATEMENT_DAY_OUTAGE_END,
        DB_VALUES(db_int(id), db_text(caller->name), db_text(caller->station), db_time(request->now_us)),
        &rows, error);
}

bool day_store_in_hand(struct http_request *request, int office_id, struct db_rows **rows,
                       struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DAY_IN_HAND, DB_VALUES(db_int(office_id)), rows,
                    error);
}

bool day_store_expected(struct http_request *request, const struct day_span *span, struct db_rows **rows,
                        struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DAY_BOOKED_UNTIL,
                    DB_VALUES(db_int(span->office->id), db_time(request->now_us), db_time(span->to_us)), rows,
                    error);
}

bool day_store_print(struct http_request *request, const struct order *order, const char *what, int *copy,
                     struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_DAY_PRINT_ADD,
                DB_VALUES(db_int(order->id), db_text(what), db_text(caller->name), db_text(caller->station),
                          db_time(request->now_us)),
                &row, error))
        return false;
    *copy = (int)row_int(row, 0, "copy");
    return true;
}

bool day_store_paid(struct http_request *request, const struct order *order, struct db_rows **rows,
                    struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DAY_PAID, DB_VALUES(db_int(order->id)), rows,
                    error);
}
