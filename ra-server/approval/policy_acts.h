/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The handlers of the three acts on a change of a policy: propose, sign, withdraw. Each leaves an event, and
 * so does a signature that was turned away.
 */
#ifndef APPROVAL_POLICY_ACTS_H
#define APPROVAL_POLICY_ACTS_H

#include "http/http.h"

http_handler policy_propose;
http_handler policy_sign;
http_handler policy_withdraw;

/* The number in the path; RA_NOT_FOUND for what is none. */
RA_MUST_CHECK bool policy_version_of(const struct http_request *request, int64_t *version,
                                     struct ra_error *error);

#endif
