/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's request: a CSR comes in; the certificate, or where to ask for it, goes out (protocol 6, design
 * 2.10). What is wrong with it is told before anybody waits; the intent is written before the signer is
 * asked.
 */
#ifndef ISSUANCE_CSR_ROUTE_H
#define ISSUANCE_CSR_ROUTE_H

#include "approval/approval.h"
#include "http/http.h"

/* The two statements of a case that both agents have conferred, judged now. RA_CONFLICT, "not-verified". */
RA_MUST_CHECK bool csr_load_pair(struct http_request *request, const struct order *order,
                                 struct approval_pair *pair, struct ra_error *error);

/* The handler of POST /api/orders/{code}/csr, on both listeners. */
RA_MUST_CHECK bool csr_post(struct http_request *request, struct http_response *response,
                            struct ra_error *error);

#endif
