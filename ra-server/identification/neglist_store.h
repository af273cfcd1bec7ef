/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the lista negativa. Rows hang on the request's context.
 */
#ifndef IDENTIFICATION_NEGLIST_STORE_H
#define IDENTIFICATION_NEGLIST_STORE_H

#include "db/db.h"
#include "identification/neglist.h"

/* Strongest first, then newest, NEGLIST_RESULTS_MAX at most; column `total` counts those left off too. */
RA_MUST_CHECK bool neglist_store_search(struct http_request *request, const struct neglist_query *query,
                                        struct db_rows **rows, struct ra_error *error);

/* The row and the key of its images. */
RA_MUST_CHECK bool neglist_store_add(struct http_request *request, const struct order *order,
                                     const struct neglist_entry *entry, const uint8_t *wrapped,
                                     const char **id, struct ra_error *error);

/* RA_NOT_FOUND. */
RA_MUST_CHECK bool neglist_store_entry(struct http_request *request, const char *id, struct db_rows **row,
                                       struct ra_error *error);
RA_MUST_CHECK bool neglist_store_images(struct http_request *request, const char *entry_id,
                                        struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool neglist_store_image(struct http_request *request, const char *id, struct db_rows **row,
                                       struct ra_error *error);

/* Wrapped key, number of images, and whether the occurrence was withdrawn. RA_NOT_FOUND. */
RA_MUST_CHECK bool neglist_store_open(struct http_request *request, const char *entry_id,
                                      struct db_rows **row, struct ra_error *error);

/* *id NULL: the occurrence has these bytes as that kind already. */
RA_MUST_CHECK bool neglist_store_add_image(struct http_request *request, const char *entry_id,
                                           const struct neglist_image *image, const char **id,
                                           struct ra_error *error);

/* *done false: it was withdrawn before. */
RA_MUST_CHECK bool neglist_store_withdraw(struct http_request *request, const char *entry_id,
                                          const char *kind, const char *reason, bool *done,
                                          struct ra_error *error);

#endif
