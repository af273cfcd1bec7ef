/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two steps of an online renewal, by the holder, without an account: with his present certificate he asks
 * for the new order (renewal_start.c), and with it he signs what the new certificate will say and the new key
 * (renewal_sign.c).
 */
#ifndef RENEWAL_RENEWAL_STEPS_H
#define RENEWAL_RENEWAL_STEPS_H

#include "http/http.h"

/* POST /api/renewals: the path that the norm gives, and where it is the signature, the new order. Reason
 * "proof-renewal": not signed just now by this certificate, or used before. */
http_handler renewal_start_post;

/* POST /api/orders/{code}/renewal. Reasons "renewal-mismatch", "renewal-signed". */
http_handler renewal_sign_post;

#endif
