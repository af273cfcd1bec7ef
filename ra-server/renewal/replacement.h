/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replacement of a certificate that was lost or spoiled soon after it was made: a new order with the same
 * data, paid already. What an order came of (a replacement, a renewal) is told to the agents with what is
 * waived by it and why.
 */
#ifndef RENEWAL_REPLACEMENT_H
#define RENEWAL_REPLACEMENT_H

#include "http/http.h"
#include "orders/orders.h"

/* POST /api/orders/{code}/replacement by the holder, /api/office/… by an agent. RA_CONFLICT with the reasons
 * of replacement_rules.h. */
bool replacement_post(struct http_request *request, struct http_response *response, struct ra_error *error);

/* {"may_ask","until":"YYYY-MM-DD"} while a certificate may still be replaced without cost, may_ask once it
 * was revoked; for a page also "until_text". NULL: nothing to offer. New reference. */
RA_MUST_CHECK bool replacement_offer(struct http_request *request, const struct order *order, json_t **offer,
                                     struct ra_error *error);

/* {"kind":"replacement"|"renewal","order","serial","rule","free","waived":[…],"why"}; NULL: a first order.
 * New reference. */
RA_MUST_CHECK bool replacement_origin(struct http_request *request, const struct order *order,
                                      json_t **origin, struct ra_error *error);

#endif
