/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the desk. Rows hang on the request's context.
 */
#ifndef DESK_STORE_H
#define DESK_STORE_H

#include "catalog/catalog.h"
#include "db/db.h"
#include "desk/desk_order.h"
#include "orders/orders.h"

/* The last visit of an order. `id` 0: there was none. Texts never NULL; instants 0: not so. */
struct desk_visit {
    int64_t id;
    const char *letter;
    int number;
    const char *state; /* as the order's attendance, or "undone" */
    const char *priority;
    bool walk_in;
    bool by_hour;
    int64_t due_us;
    int64_t checked_in_us;
    int64_t called_us;
    int64_t first_called_us;
    int calls;
    const char *agent;
    const char *station;
    const char *desk;
    int64_t finished_us;
    const char *reason;
    const char *parked_reason;
    int64_t parked_until_us;
    const char *reserved_for;
    const char *reserved_desk;
    int64_t reserved_until_us;
};

/* The classes of the law in force on `day`, in the order of the list people choose from. */
struct desk_class_row {
    struct desk_class class;
    const char *text;
    bool declared;
};
struct desk_classes {
    struct desk_class_row *rows;
    size_t count;
};
RA_MUST_CHECK bool desk_store_classes(struct http_request *request, const char *day,
                                      struct desk_classes *classes, struct ra_error *error);
/* NULL: no such class today (one that was taken out of the law counts for nothing). */
const struct desk_class_row *desk_class_find(const struct desk_classes *classes, const char *name);

RA_MUST_CHECK bool desk_store_ticket(struct http_request *request, int office_id, const char *day,
                                     const char *letter, int *number, struct ra_error *error);
RA_MUST_CHECK bool desk_store_add_visit(struct http_request *request, const struct order *order,
                                        const char *day, const struct desk_visit *visit,
                                        struct ra_error *error);
RA_MUST_CHECK bool desk_store_visit(struct http_request *request, const struct order *order,
                                    struct desk_visit *visit, struct ra_error *error);
RA_MUST_CHECK bool desk_store_set_visit(struct http_request *request, const struct desk_visit *visit,
                                        struct ra_error *error);

/* Whom the agent may call. Not sorted. */
struct desk_line {
    struct desk_waiting *waiting;
    size_t count;
};
/* Whom the agent may call who sits at that desk ("": at none that was said). */
struct desk_seat {
    const char *agent, *desk;
};
RA_MUST_CHECK bool desk_store_waiting(struct http_request *request, const struct catalog_office *office,
                                      const char *day, const struct desk_seat *seat,
                                      const struct desk_classes *classes, struct desk_line *line,
                                      struct ra_error *error);

/* The first of a sorted line that nobody else is calling, held: its visit; 0 when there is none. */
RA_MUST_CHECK bool desk_store_claim(struct http_request *request, const struct desk_line *line,
                                    int64_t *visit_id, const char **code, struct ra_error *error);

/* Code of the order that the agent has before him; NULL: none. */
RA_MUST_CHECK bool desk_store_in_hand(struct http_request *request, int office_id, const char *agent,
                                      const char **code, struct ra_error *error);

/* Writes an act; `before` is taken. `undoes` 0: a plain act. */
RA_MUST_CHECK bool desk_store_act(struct http_request *request, const struct order *order, const char *act,
                                  const char *agent, const char *station, json_t *take_before, int64_t undoes,
                                  int64_t *id, struct ra_error *error);

/* The last act that may be undone: *id 0 when there is none. `before` is a new reference. */
RA_MUST_CHECK bool desk_store_last_act(struct http_request *request, const struct order *order, int64_t *id,
                                       const char **act, json_t **before, struct ra_error *error);

RA_MUST_CHECK bool desk_store_add_call(struct http_request *request, const struct desk_visit *visit,
                                       int64_t act_id, const char *ticket, struct ra_error *error);

/* Instants of the visit's standing calls of this turn, in their order. */
RA_MUST_CHECK bool desk_store_calls(struct http_request *request, const struct desk_visit *visit,
                                    int64_t **made_us, size_t *count, struct ra_error *error);

#endif
