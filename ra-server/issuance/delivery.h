/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stored certificate, handed out: judged once more, its delivery recorded, and the answers of the routes
 * that ask for one.
 */
#ifndef ISSUANCE_DELIVERY_H
#define ISSUANCE_DELIVERY_H

#include "app.h"
#include "issuance/issuance_store.h"
#include "orders/orders.h"

/* 200: certificate, chain and serial of the row. */
RA_MUST_CHECK bool delivery_reply(struct http_request *request, struct http_response *response,
                                  const struct issuance_row *row, struct ra_error *error);

/* 202: the AC works on it, or its answer is not known; `state` is "sent" or "unknown", and whoever knows the
 * key asks again at the address given. */
RA_MUST_CHECK bool delivery_reply_pending(struct http_request *request, struct http_response *response,
                                          const struct order *order, struct bytes spki_digest,
                                          const char *state, int64_t retry_after_s, struct ra_error *error);

/* In the open transaction: the order, issued, was delivered now. */
RA_MUST_CHECK bool delivery_record(struct http_request *request, struct order *order,
                                   const struct issuance_row *row, struct ra_error *error);

/* In the open transaction: the row of the order's attempt, judged, and delivery recorded when `deliver`. What
 * differs from the order is RA_CERTIFICATE_REFUSED, and its alarm is kept though the request is refused. */
RA_MUST_CHECK bool delivery_hand_over(struct http_request *request, struct order *order,
                                      const struct issuance_row *row, bool deliver, struct ra_error *error);

#endif
