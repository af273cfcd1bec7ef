/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the fraud room. Rows hang on the request's context.
 */
#ifndef FRAUD_FRAUD_STORE_H
#define FRAUD_FRAUD_STORE_H

#include "db/db.h"
#include "fraud/fraud_rules.h"

/* What is written of a comunicado beside the report itself. */
struct fraud_row {
    const struct order *order;
    const struct fraud_report *report;
    const char *stop;
    struct bytes statement; /* 32 bytes; empty: none */
    int64_t task_id;
    const char *form; /* JSON */
    const char *agent, *station;
};

/* What the case has to tell; new reference. */
RA_MUST_CHECK bool fraud_store_known(struct http_request *request, const struct order *order, json_t **known,
                                     struct ra_error *error);

/* {person_id, word, sha256, size_bytes, media_type, wrapped_key}, at most FRAUD_IMAGES_MAX of a person. */
RA_MUST_CHECK bool fraud_store_images(struct http_request *request, const struct order *order,
                                      struct db_rows **rows, struct ra_error *error);

/* By when a comunicado of this case is due. */
RA_MUST_CHECK bool fraud_store_due(struct http_request *request, const struct order *order, int64_t *due_us,
                                   struct ra_error *error);

/* Opens the case's task, or finds it open: then *opened is false. */
RA_MUST_CHECK bool fraud_store_open_task(struct http_request *request, const struct order *order,
                                         const char *text, const char *actor, int64_t *id, int64_t *due_us,
                                         bool *opened, struct ra_error *error);
RA_MUST_CHECK bool fraud_store_close_task(struct http_request *request, int64_t id, const char *outcome,
                                          const char *actor, struct ra_error *error);

/* *id 0: none. */
RA_MUST_CHECK bool fraud_store_of_order(struct http_request *request, const struct order *order, int64_t *id,
                                        struct ra_error *error);
RA_MUST_CHECK bool fraud_store_unsent_of_task(struct http_request *request, const char *task_id, int64_t *id,
                                              struct ra_error *error);

RA_MUST_CHECK bool fraud_store_add(struct http_request *request, const struct fraud_row *row, int64_t *id,
                                   struct ra_error *error);
RA_MUST_CHECK bool fraud_store_add_entry(struct http_request *request, int64_t id, const char *entry_id,
                                         struct ra_error *error);

RA_MUST_CHECK bool fraud_store_list(struct http_request *request, struct db_rows **rows,
                                    struct ra_error *error);
/* RA_NOT_FOUND. */
RA_MUST_CHECK bool fraud_store_show(struct http_request *request, const char *id, struct db_rows **row,
                                    struct ra_error *error);

/* *done false: it was sent before. */
RA_MUST_CHECK bool fraud_store_sent(struct http_request *request, const char *id, const char *protocol,
                                    const char *agent, const char *station, bool *done,
                                    struct ra_error *error);

#endif
