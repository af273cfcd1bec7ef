/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk_store.h"

#include "desk/desk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool desk_store_classes(struct http_request *request, const char *day, struct desk_classes *classes,
                        struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_CLASSES, DB_VALUES(db_text(day)), &rows,
                  error))
        return false;
    classes->count = db_row_count(rows);
    classes->rows = talloc_zero_array(request->context, struct desk_class_row, (unsigned)classes->count + 1);
    if (classes->rows == NULL)
        return ra_fail(error, RA_NO_MEMORY, "classes");
    for (size_t i = 0; i < classes->count; i++)
        classes->rows[i] =
            (struct desk_class_row){.class = {.name = row_text(rows, i, "class"),
                                              .ahead_minutes = (int)row_int(rows, i, "ahead_minutes"),
                                              .label = row_text(rows, i, "label"),
                                              .law = row_text(rows, i, "law")},
                                    .text = row_text(rows, i, "text"),
                                    .declared = row_bool(rows, i, "declared")};
    return true;
}

const struct desk_class_row *desk_class_find(const struct desk_classes *classes, const char *name)
{
    for (size_t i = 0; i < classes->count; i++) {
        if (strcmp(classes->rows[i].class.name, name) == 0)
            return &classes->rows[i];
    }
    return NULL;
}

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
                            db_time(request->now_us), db_time(visit->due_us), db_bool(visit->by_hour)),
                  &row, error);
}

static int64_t time_or_0(const struct db_rows *rows, const char *column)
{
    return row_is_null(rows, 0, column) ? 0 : row_time(rows, 0, column);
}

bool desk_store_visit(struct http_request *request, const struct order *order, struct desk_visit *visit,
                      struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *visit = (struct desk_visit){.letter = "",
                                 .state = "",
                                 .priority = "",
                                 .agent = "",
                                 .station = "",
                                 .desk = "",
                                 .reason = "",
                                 .parked_reason = "",
                                 .reserved_for = "",
                                 .reserved_desk = ""};
    if (!db_query(request->db, request->context, STATEMENT_DESK_VISIT, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *visit = (struct desk_visit){.id = row_int(rows, 0, "id"),
                                 .letter = row_text(rows, 0, "letter"),
                                 .number = (int)row_int(rows, 0, "number"),
                                 .state = row_text(rows, 0, "state"),
                                 .priority = row_text(rows, 0, "priority"),
                                 .walk_in = row_bool(rows, 0, "walk_in"),
                                 .by_hour = row_bool(rows, 0, "by_hour"),
                                 .due_us = row_time(rows, 0, "due_at"),
                                 .checked_in_us = row_time(rows, 0, "checked_in_at"),
                                 .called_us = time_or_0(rows, "called_at"),
                                 .first_called_us = time_or_0(rows, "first_called_at"),
                                 .calls = (int)row_int(rows, 0, "calls"),
                                 .agent = row_text(rows, 0, "agent"),
                                 .station = row_text(rows, 0, "station"),
                                 .desk = row_text(rows, 0, "desk"),
                                 .finished_us = time_or_0(rows, "finished_at"),
                                 .reason = row_text(rows, 0, "reason"),
                                 .parked_reason = row_text(rows, 0, "parked_reason"),
                                 .parked_until_us = time_or_0(rows, "parked_until"),
                                 .reserved_for = row_text(rows, 0, "reserved_for"),
                                 .reserved_desk = row_text(rows, 0, "reserved_desk"),
                                 .reserved_until_us = time_or_0(rows, "reserved_until")};
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
                   DB_VALUES(db_int(visit->id), db_text(visit->state), db_text(visit->priority),
                             time_or_null(visit->called_us), time_or_null(visit->first_called_us),
                             db_int(visit->calls), db_text(visit->agent), db_text(visit->station),
                             db_text(visit->desk), time_or_null(visit->finished_us), db_text(visit->reason),
                             db_text(visit->parked_reason), time_or_null(visit->parked_until_us),
                             db_text(visit->reserved_for), time_or_null(visit->reserved_until_us),
                             db_text(visit->reserved_desk)),
                   NULL, error);
}

/* --- the line --- */

static bool read_waiting(struct http_request *request, const struct db_rows *rows, size_t row,
                         const struct desk_classes *classes, int offset_s, struct desk_waiting *waiting)
{
    const struct desk_class_row *class = desk_class_find(classes, row_text(rows, row, "priority"));
    *waiting =
        (struct desk_waiting){.visit = row_int(rows, row, "id"),
                              .ticket = desk_ticket_text(request->context, row_text(rows, row, "letter"),
                                                         (int)row_int(rows, row, "number")),
                              .class = class != NULL ? &class->class : NULL,
                              .due_us = row_time(rows, row, "due_at"),
                              .by_hour = row_bool(rows, row, "by_hour"),
                              .offset_s = offset_s};
    return waiting->ticket != NULL;
}

bool desk_store_waiting(struct http_request *request, const struct catalog_office *office, const char *day,
                        const struct desk_seat *seat, const struct desk_classes *classes,
                        struct desk_line *line, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *line = (struct desk_line){0};
    if (!db_query(request->db, request->context, STATEMENT_DESK_WAITING,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(seat->agent), db_time(request->now_us),
                            db_text(seat->desk)),
                  &rows, error))
        return false;
    line->count = db_row_count(rows);
    line->waiting = talloc_zero_array(request->context, struct desk_waiting, (unsigned)line->count + 1);
    bool done = line->waiting != NULL;
    for (size_t i = 0; i < line->count && done; i++)
        done = read_waiting(request, rows, i, classes, office->offset_s, &line->waiting[i]);
    return done || ra_fail(error, RA_NO_MEMORY, "queue");
}

bool desk_store_claim(struct http_request *request, const struct desk_line *line, int64_t *visit_id,
                      const char **code, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *visit_id = 0;
    const char **ids = talloc_zero_array(request->context, const char *, (unsigned)line->count + 1);
    for (size_t i = 0; ids != NULL && i < line->count; i++) {
        ids[i] = talloc_asprintf(ids, "%" PRId64, line->waiting[i].visit);
        if (ids[i] == NULL)
            return ra_fail(error, RA_NO_MEMORY, "queue");
    }
    if (ids == NULL)
        return ra_fail(error, RA_NO_MEMORY, "queue");
    if (!db_query(request->db, request->context, STATEMENT_DESK_CLAIM, DB_VALUES(db_texts(ids, line->count)),
                  &rows, error))
        return false;
    if (db_row_count(rows) > 0) {
        *visit_id = row_int(rows, 0, "id");
        *code = row_text(rows, 0, "code");
    }
    return true;
}

bool desk_store_in_hand(struct http_request *request, int office_id, const char *agent, const char **code,
                        struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_IN_HAND,
                  DB_VALUES(db_int(office_id), db_text(agent)), &rows, error))
        return false;
    *code = db_row_count(rows) == 0 ? NULL : row_text(rows, 0, "code");
    return true;
}

/* --- acts and calls --- */

bool desk_store_act(struct http_request *request, const struct order *order, const char *act,
                    const char *agent, const char *station, json_t *take_before, int64_t undoes, int64_t *id,
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
    if (ok)
        *id = row_int(row, 0, "id");
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

bool desk_store_add_call(struct http_request *request, const struct desk_visit *visit, int64_t act_id,
                         const char *ticket, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_DESK_ADD_CALL,
                   DB_VALUES(db_int(visit->id), db_int(act_id), db_text(ticket), db_text(visit->desk),
                             db_time(request->now_us)),
                   NULL, error);
}

bool desk_store_calls(struct http_request *request, const struct desk_visit *visit, int64_t **made_us,
                      size_t *count, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_CALLS,
                  DB_VALUES(db_int(visit->id), db_int(visit->calls)), &rows, error))
        return false;
    *count = db_row_count(rows);
    *made_us = talloc_zero_array(request->context, int64_t, (unsigned)*count + 1);
    if (*made_us == NULL)
        return ra_fail(error, RA_NO_MEMORY, "calls");
    for (size_t i = 0; i < *count; i++)
        (*made_us)[i] = row_time(rows, i, "at");
    return true;
}
