/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the handler's model to the bytes of one face: JSON, the route's template, a problem document or a page
 * that tells what went wrong.
 */
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "http/internal.h"

/* Content MODEL becomes BYTES; other contents stay. */
RA_MUST_CHECK bool render_response(struct http_exchange *exchange, struct ra_error *error);

/* Would a refusal of this request be a page? */
bool render_wants_page(const struct http_exchange *exchange);

/* The refusal, in the exchange's face; response.model holds further members. `form_again` shows the route's
 * own template with what was sent. Cannot fail: at worst a plain sentence leaves. */
void render_refusal(struct http_exchange *exchange, const struct ra_error *error, bool form_again);

#endif
