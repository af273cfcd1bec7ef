/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fraud/fraud_store.h"

#include "catalog/catalog.h"

bool fraud_store_known(struct http_request *request, const struct order *order, json_t **known,
                       struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_FRAUD_KNOWN, DB_VALUES(db_int(order->id)), &row,
                error))
        return false;
    *known = row_json(row, 0, "known");
    return *known != NULL || ra_fail(error, RA_NO_MEMORY, "fraud");
}

bool fraud_store_images(struct http_request *request, const struct order *order, struct db_rows **rows,
                        struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_FRAUD_IMAGES,
                    DB_VALUES(db_int(order->id), db_int(FRAUD_IMAGES_MAX)), rows, error);
}

/* Days are counted from today in the office's zone. */
struct clock_start {
    char today[CATALOG_DAY_SIZE];
    int64_t business_days;
};

static bool start_clock(struct http_request *request, struct clock_start *start, struct ra_error *error)
{
    catalog_today(request->app, request->now_us, start->today);
    return catalog_policy_number(request->app, request->now_us, "fraud_report_deadline_business_days",
                                 &start->business_days, error);
}

bool fraud_store_due(struct http_request *request, const struct order *order, int64_t *due_us,
                     struct ra_error *error)
{
    struct clock_start start;
    struct db_rows *row = NULL;
    if (!start_clock(request, &start, error) ||
        !db_one(request->db, request->context, STATEMENT_FRAUD_DUE,
                DB_VALUES(db_int(order->id), db_int(order->office_id), db_text(start.today),
                          db_int(start.business_days)),
                &row, error))
        return false;
    *due_us = row_time(row, 0, "due_at");
    return true;
}

bool fraud_store_open_task(struct http_request *request, const struct order *order, const char *text,
                           const char *actor, int64_t *id, int64_t *due_us, bool *opened,
                           struct ra_error *error)
{
    struct clock_start start;
    struct db_rows *row = NULL;
    if (!start_clock(request, &start, error) ||
        !db_one(request->db, request->context, STATEMENT_FRAUD_OPEN_TASK,
                DB_VALUES(db_int(order->id), db_text(text), db_int(order->office_id), db_text(start.today),
                          db_int(start.business_days), db_time(request->now_us), db_text(actor)),
                &row, error))
        return false;
    *id = row_int(row, 0, "id");
    *due_us = row_time(row, 0, "due_at");
    *opened = row_bool(row, 0, "opened");
    return true;
}

bool fraud_store_close_task(struct http_request *request, int64_t id, const char *outcome, const char *actor,
                            struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_FRAUD_CLOSE_TASK,
                   DB_VALUES(db_int(id), db_time(request->now_us), db_text(actor), db_text(outcome)), NULL,
                   error);
}

static bool first_id(struct http_request *request, enum db_statement statement, struct db_value key,
                     int64_t *id, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, statement, &key, 1, &rows, error))
        return false;
    *id = db_row_count(rows) > 0 ? row_int(rows, 0, "id") : 0;
    return true;
}

bool fraud_store_of_order(struct http_request *request, const struct order *order, int64_t *id,
                          struct ra_error *error)
{
    return first_id(request, STATEMENT_FRAUD_OF_ORDER, db_int(order->id), id, error);
}

bool fraud_store_unsent_of_task(struct http_request *request, const char *task_id, int64_t *id,
                                struct ra_error *error)
{
    return first_id(request, STATEMENT_FRAUD_UNSENT_OF_TASK, db_text(task_id), id, error);
}

bool fraud_store_add(struct http_request *request, const struct fraud_row *row, int64_t *id,
                     struct ra_error *error)
{
    struct db_rows *made = NULL;
    const struct fraud_report *report = row->report;
    if (!db_one(request->db, request->context, STATEMENT_FRAUD_ADD,
                DB_VALUES(db_int(row->order->id), db_text(report->kind), db_text(report->description),
                          db_text(report->modus), db_text(report->physical), db_text(row->stop),
                          row->statement.length > 0 ? db_bytes(row->statement) : db_null(),
                          db_int(row->task_id), db_text(row->form), db_text(row->agent),
                          db_text(row->station), db_time(request->now_us)),
                &made, error))
        return false;
    *id = row_int(made, 0, "id");
    return true;
}

bool fraud_store_add_entry(struct http_request *request, int64_t id, const char *entry_id,
                           struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_FRAUD_ADD_ENTRY, DB_VALUES(db_int(id), db_text(entry_id)), NULL,
                   error);
}

bool fraud_store_list(struct http_request *request, struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_FRAUD_LIST, DB_VALUES(db_time(request->now_us)),
                    rows, error);
}

bool fraud_store_show(struct http_request *request, const char *id, struct db_rows **row,
                      struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_FRAUD_SHOW,
                  DB_VALUES(db_text(id), db_time(request->now_us)), row, error);
}

bool fraud_store_sent(struct http_request *request, const char *id, const char *protocol, const char *agent,
                      const char *station, bool *done, struct ra_error *error)
{
    int64_t changed = 0;
    if (!db_exec(request->db, STATEMENT_FRAUD_ADD_SENT,
                 DB_VALUES(db_text(id), db_text(protocol), db_text(agent), db_text(station),
                           db_time(request->now_us)),
                 &changed, error))
        return false;
    *done = changed == 1;
    return true;
}
