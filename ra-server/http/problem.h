/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A refusal as people and programs read it: problem documents (RFC 9457, contract 2) and the members that a
 * page's template finds. The type is "urn:guiche:problem:<code>", the instance "urn:guiche:request:<id>".
 */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "http/http.h"

/* The problem document; `extra` (may be NULL) are further members, which never replace the standard ones.
 * NULL when memory ran out. An empty id: no
 * instance. Details of internal errors stay in the log. */
json_t *problem_document(const struct ra_error *error, const char *request_id, const json_t *extra);

/* Adds "errors", "error_by_field", "problem" and "is" ({"unauthenticated":true}) to a page's model. */
RA_MUST_CHECK bool problem_add_to_model(json_t *model, const struct ra_error *error, const char *request_id);

#endif
