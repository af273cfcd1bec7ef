/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The named statements of the day room.
 */
#ifndef DAY_DAY_STORE_H
#define DAY_DAY_STORE_H

#include "catalog/catalog.h"
#include "db/db.h"
#include "http/http.h"
#include "orders/orders.h"

/* A day of the office: which one, and its two midnights. */
struct day_span {
    struct catalog_office *office;
    char day[CATALOG_DAY_SIZE];
    int64_t from_us, to_us;
};

/* Query or body member "date"; today when it is absent. */
RA_MUST_CHECK bool day_span(struct http_request *request, const char *asked, struct day_span *span,
                            struct ra_error *error);

/* New reference. */
RA_MUST_CHECK bool day_store_facts(struct http_request *request, const struct day_span *span, json_t **facts,
                                   struct ra_error *error);
RA_MUST_CHECK bool day_store_board(struct http_request *request, const struct day_span *span, json_t **board,
                                   struct ra_error *error);
RA_MUST_CHECK bool day_store_close(struct http_request *request, const struct day_span *span,
                                   struct bytes content, struct bytes cms, int64_t difference_cents,
                                   const char *reason, struct ra_error *error);
/* A closed day is closed once more only after somebody reopened it. */
bool day_say_closed(struct ra_error *error);
RA_MUST_CHECK bool day_store_reopen(struct http_request *request, const struct day_span *span,
                                    const char *reason, struct ra_error *error);
/* *rows has one row, or none. */
RA_MUST_CHECK bool day_store_closing(struct http_request *request, const struct day_span *span,
                                     struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool day_store_handover(struct http_request *request, int office_id, const char *text,
                                      struct ra_error *error);
RA_MUST_CHECK bool day_store_open_outage(struct http_request *request, int office_id, const char *what,
                                         int64_t *id, struct ra_error *error); /* 0: none */
RA_MUST_CHECK bool day_store_add_outage(struct http_request *request, int office_id, const char *what,
                                        struct ra_error *error);
RA_MUST_CHECK bool day_store_end_outage(struct http_request *request, int64_t id, struct ra_error *error);
RA_MUST_CHECK bool day_store_in_hand(struct http_request *request, int office_id, struct db_rows **rows,
                                     struct ra_error *error);
RA_MUST_CHECK bool day_store_expected(struct http_request *request, const struct day_span *span,
                                      struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool day_store_print(struct http_request *request, const struct order *order, const char *what,
                                   int *copy, struct ra_error *error);
RA_MUST_CHECK bool day_store_paid(struct http_request *request, const struct order *order,
                                  struct db_rows **rows, struct ra_error *error);

#endif
