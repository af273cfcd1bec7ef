/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk_store.h"

#include <stdlib.h>

bool desk_store_ticket(struct http_request *request, int office_id, const char *day, const char *letter,
                       int *number, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_DESK_NEXT_TICKET,
                DB_VALUES(db_int(office_id), db_text(day), db_text(letter)), &row, error))
        return false;
    *number = (int)row_int(row, 0, "last");
    return true;
}

bool desk_store_add_visit(struct http_request *request, const struct order *order, const char *day,
                          const struct desk_visit *visit, struct ra_error *error)
{
    struct db_rows *row = NULL;
    return db_one(request->db, request->context, STATEMENT_DESK_ADD_VISIT,
                  DB_VALUES(db_int(order->id), db_int(order->office_id), db_text(day), db_text(visit->letter),
                            db_int(visit->number), db_text(visit->priority), db_bool(visit->walk_in),
                            db_time(request->now_us)),
                  &row, error);
}

bool desk_store_visit(struct http_request *request, const struct order *order, struct desk_visit *visit,
                      struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *visit = (struct desk_visit){.letter = "", .priority = "", .agent = "", .station = "", .reason = ""};
    if (!db_query(request->db, request->context, STATEMENT_DESK_VISIT, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *visit = (struct desk_visit){
        .id = row_int(rows, 0, "id"),
        .letter = row_text(rows, 0, "letter"),
        .number = (int)row_int(rows, 0, "number"),
        .priority = row_text(rows, 0, "priority"),
        .walk_in = row_bool(rows, 0, "walk_in"),
        .called_us = row_is_null(rows, 0, "called_at") ? 0 : row_time(rows, 0, "called_at"),
        .calls = (int)row_int(rows, 0, "calls"),
        .agent = row_text(rows, 0, "agent"),
        .station = row_text(rows, 0, "station"),
        .finished_us = row_is_null(rows, 0, "finished_at") ? 0 : row_time(rows, 0, "finished_at"),
        .reason = row_text(rows, 0, "reason")};
    return true;
}

static struct db_value time_or_null(int64_t instant_us)
{
    return instant_us == 0 ? db_null() : db_time(instant_us);
}

bool desk_store_set_visit(struct http_request *request, const struct desk_visit *visit,
                          struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_DESK_SET_VISIT,
                   DB_VALUES(db_int(visit->id), time_or_null(visit->called_us), db_int(visit->calls),
                             db_text(visit->agent), db_text(visit->station), time_or_null(visit->finished_us),
                             db_text(visit->reason)),
                   NULL, error);
}

bool desk_store_next(struct http_request *request, int office_id, const char *day, const char **code,
                     struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_NEXT_WAITING,
                  DB_VALUES(db_int(office_id), db_text(day)), &rows, error))
        return false;
    *code = db_row_count(rows) == 0 ? NULL : row_text(rows, 0, "code");
    return true;
}

bool desk_store_act(struct http_request *request, const struct order *order, const char *act,
                    const char *agent, const char *station, json_t *take_before, int64_t undoes,
                    struct ra_error *error)
{
    char *before = take_before == NULL ? NULL : json_dumps(take_before, JSON_COMPACT);
    json_decref(take_before);
    if (before == NULL)
        return ra_fail(error, RA_NO_MEMORY, "counter act");
    struct db_rows *row = NULL;
    bool ok =
        db_one(request->db, request->context, STATEMENT_DESK_ADD_ACT,
               DB_VALUES(db_int(order->id), db_text(act), db_text(agent), db_text(station),
                         db_time(request->now_us), db_text(before), undoes == 0 ? db_null() : db_int(undoes)),
               &row, error);
    free(before);
    return ok;
}

bool desk_store_last_act(struct http_request *request, const struct order *order, int64_t *id,
                         const char **act, json_t **before, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *id = 0;
    *before = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_LAST_ACT, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *id = row_int(rows, 0, "id");
    *act = row_text(rows, 0, "act");
    *before = row_json(rows, 0, "before");
    return *before != NULL || ra_fail(error, RA_NO_MEMORY, "counter act");
}

bool desk_store_queue(struct http_request *request, int office_id, const char *day, const char *zone,
                      struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DESK_QUEUE,
                    DB_VALUES(db_int(office_id), db_text(day), db_text(zone)), rows, error);
}

bool desk_store_inbox(struct http_request *request, int office_id, struct db_rows **rows,
                      struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_DESK_INBOX, DB_VALUES(db_int(office_id)), rows,
                    error);
}
