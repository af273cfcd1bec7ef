/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model of the page where a citizen picks a slot: a list by day that works without scripts.
 */
#ifndef AGENDA_AGENDA_PAGE_H
#define AGENDA_AGENDA_PAGE_H

#include "http/http.h"
#include "orders/orders.h"

/* What the pages about a seat know of the case: {"order","product","office","mode","by_video","moving",
 * "priorities","needs","current"?} and their frame. */
RA_MUST_CHECK bool agenda_add_case(struct http_request *request, json_t *model, const struct order *order,
                                   const char *mode, struct ra_error *error);

/* Where the page's form goes, what its button says, and where it leads back to. */
struct agenda_page_way {
    const char *action, *send, *back;
};

/* The page of a case that is loaded. */
RA_MUST_CHECK bool agenda_page_of(struct http_request *request, struct http_response *response,
                                  const struct order *order, const struct agenda_page_way *way,
                                  struct ra_error *error);

/* An http_handler; query `from` (a day) turns the pages, `mode` chooses between those that are open. */
bool agenda_page_model(struct http_request *request, struct http_response *response, struct ra_error *error);

#endif
