/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the lista negativa share.
 */
#ifndef IDENTIFICATION_NEGLIST_INTERNAL_H
#define IDENTIFICATION_NEGLIST_INTERNAL_H

#include "db/db.h"
#include "identification/neglist.h"

/* Compared by its words: names, razões sociais, descriptions. */
bool neglist_has_words(enum neglist_field field);

/* What a search found. */
struct neglist_found {
    json_t *answer;  /* {"items":[…],"total","left_off"} */
    json_t *entries; /* the ids in it, for the log */
    size_t strong, weak;
    int64_t total;
};

/* Runs a query and judges every row by the rules; both references are the caller's. */
RA_MUST_CHECK bool neglist_search(struct http_request *request, const struct neglist_query *query,
                                  struct neglist_found *found, struct ra_error *error);

/* The event of a search: how, by which fields, what it found; what was sought is personal. `order`, `person`
 * and `verdict` are of a consultation; NULL of a free search. */
RA_MUST_CHECK bool neglist_record_search(struct http_request *request, const struct neglist_query *query,
                                         const struct neglist_found *found, const struct order *order,
                                         const struct order_person *person, const char *verdict,
                                         struct ra_error *error);

/* neglist_images.c: an image is added, or read, which is recorded. */
http_handler neglist_image_add, neglist_image_get;

/* What a search shows of a row and `show` begins with; new reference, NULL when memory ran out. */
json_t *neglist_row_json(const struct db_rows *rows, size_t row);

#endif
