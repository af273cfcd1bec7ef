/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Did our own page send this? Against requests that a foreign page makes a browser send with our cookies or
 * with an agent's client certificate.
 */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include "http/http.h"

/* Safe methods pass on the public side; at the office not where Sec-Fetch-Site says that a foreign page loads
 * something (leading the browser to one of our pages passes). An unsafe page post must prove its origin:
 * Sec-Fetch-Site same-origin, or else an Origin or Referer of the host asked. An unsafe API request is
 * refused only where these speak against it: programs send none. Failure is RA_FORBIDDEN with the reason
 * "origin". */
RA_MUST_CHECK bool origin_is_ours(const struct http_request *request, struct ra_error *error);

#endif
