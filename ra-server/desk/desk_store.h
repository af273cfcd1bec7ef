/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the desk. Rows hang on the request's context.
 */
#ifndef DESK_STORE_H
#define DESK_STORE_H

#include "db/db.h"
#include "orders/orders.h"

/* The last visit of an order. `id` 0: there was none. Texts never NULL. */
struct desk_visit {
    int64_t id;
    const char *letter;
    int number;
    const char *priority;
    bool walk_in;
    int64_t called_us; /* 0: not called */
    int calls;
    const char *agent;
    const char *station;
    int64_t finished_us; /* 0: not finished */
    const char *reason;
};

RA_MUST_CHECK bool desk_store_ticket(struct http_request *request, int office_id, const char *day,
                                     const char *letter, int *number, struct ra_error *error);
RA_MUST_CHECK bool desk_store_add_visit(struct http_request *request, const struct order *order,
                                        const char *day, const struct desk_visit *visit,
                                        struct ra_error *error);
RA_MUST_CHECK bool desk_store_visit(struct http_request *request, const struct order *order,
                                    struct desk_visit *visit, struct ra_error *error);
RA_MUST_CHECK bool desk_store_set_visit(struct http_request *request, const struct desk_visit *visit,
                                        struct ra_error *error);

/* Code of the order to call next, locked; NULL when nobody waits. */
RA_MUST_CHECK bool desk_store_next(struct http_request *request, int office_id, const char *day,
                                   const char **code, struct ra_error *error);

/* Writes an act; `before` is taken. `undoes` 0: a plain act. */
RA_MUST_CHECK bool desk_store_act(struct http_request *request, const struct order *order, const char *act,
                                  const char *agent, const char *station, json_t *take_before, int64_t undoes,
                                  struct ra_error *error);

/* The last act that may be undone: *id 0 when there is none. `before` is a new reference. */
RA_MUST_CHECK bool desk_store_last_act(struct http_request *request, const struct order *order, int64_t *id,
                                       const char **act, json_t **before, struct ra_error *error);

RA_MUST_CHECK bool desk_store_queue(struct http_request *request, int office_id, const char *day,
                                    const char *zone, struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool desk_store_inbox(struct http_request *request, int office_id, struct db_rows **rows,
                                    struct ra_error *error);

#endif
