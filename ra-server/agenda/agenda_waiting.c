/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_waiting.h"

#include "agenda/agenda_internal.h"
#include "agenda/agenda_pair.h"
#include "audit/audit.h"

#include <stdio.h>
#include <string.h>

static bool day_number(const char *day, int64_t *number)
{
    char stamp[32];
    int64_t instant_us = 0;
    snprintf(stamp, sizeof stamp, "%.10sT00:00:00Z", day);
    if (strlen(day) != 10 || !clock_parse(stamp, &instant_us))
        return false;
    *number = instant_us / INT64_C(86400000000);
    return true;
}

static bool check_days(struct http_request *request, const struct waiting_wish *wish, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    char today_text[CATALOG_DAY_SIZE];
    int64_t today = 0, first = 0, last = 0;
    if (!catalog_office(request->app, request->context, &office, error))
        return false;
    catalog_today(request->app, request->now_us, today_text);
    if (!day_number(wish->first_day, &first) || !day_number(today_text, &today))
        return ra_fail_field(error, "from", "format", "Escreva o dia com ano, mês e dia, como 2026-11-24.");
    if (!day_number(wish->last_day, &last))
        return ra_fail_field(error, "until", "format", "Escreva o dia com ano, mês e dia, como 2026-11-24.");
    if (last < today || last < first)
        return ra_fail_field(error, "until", "past",
                             "O último dia não pode vir antes do primeiro nem de hoje.");
    return last <= today + office->horizon_days ||
           ra_fail_field(error, "until", "horizon", "Este dia ainda não está aberto para marcar.");
}

/* An offer is of one session: half of a visit would be torn from the other. */
static bool check_alone(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct order *other = NULL;
    if (!pair_other(request, order, &other, error))
        return false;
    return other == NULL ||
           ra_fail_reason(
               error, RA_CONFLICT, "visit-of-two",
               "Este horário é de uma visita com o pedido %s. Para sair antes, mude a visita toda.",
               other->code);
}

static bool check_order(const struct order *order, struct ra_error *error)
{
    if (order->closed_us != 0)
        return ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
    return !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "kept") ||
           ra_fail_reason(error, RA_CONFLICT, "attendance-begun", "O atendimento já começou.");
}

bool waiting_join(struct http_request *request, const struct order *order, const struct waiting_wish *wish,
                  struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!check_order(order, error) || !check_alone(request, order, error) ||
        !agenda_check_mode(request, wish->mode, order->media, order->sold_in_person, order->sold_by_video,
                           error) ||
        !check_days(request, wish, error) || !agenda_check_clicks(request, order, error))
        return false;
    return db_one(request->db, request->context, STATEMENT_WAITING_JOIN,
                  DB_VALUES(db_int(order->id), db_int(order->office_id), db_text(wish->mode),
                            db_text(wish->first_day), db_text(wish->last_day), db_time(request->now_us)),
                  &row, error) &&
           audit_record(request, AUDIT_WAITING_JOINED, order,
                        json_pack("{s:s, s:s, s:s}", "from", wish->first_day, "until", wish->last_day, "mode",
                                  wish->mode),
                        NULL, error) &&
           waiting_wake(request, error);
}

bool waiting_leave(struct http_request *request, const struct order *order, struct ra_error *error)
{
    int64_t left = 0;
    if (!db_exec(request->db, STATEMENT_WAITING_LEAVE,
                 DB_VALUES(db_int(order->id), db_time(request->now_us), db_text("left")), &left, error))
        return false;
    return left == 0 || audit_record(request, AUDIT_WAITING_LEFT, order, json_object(), NULL, error);
}

bool waiting_json(struct http_request *request, const struct order *order, json_t **json,
                  struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *json = NULL;
    if (!db_query(request->db, request->context, STATEMENT_WAITING_OF, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    if (db_row_count(rows) > 0)
        *json = json_pack("{s:I, s:s, s:s}", "place", row_int(rows, 0, "place"), "from",
                          row_text(rows, 0, "first_day"), "until", row_text(rows, 0, "last_day"));
    return true;
}

static void wake(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, AGENDA_WAITING_JOB);
}

bool waiting_wake(struct http_request *request, struct ra_error *error)
{
    return http_after_commit(request, wake, NULL, error);
}
