/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The OpenAPI 3.1 document of one listener, made from its route table: every API path with parameters, body,
 * answers (problems included) and security.
 */
#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "http/router.h"

/* A new reference; NULL when memory ran out. */
json_t *openapi_document(const struct router *router, enum http_listener listener, const char *server_url);

#endif
