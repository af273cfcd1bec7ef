/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The matrix against the routes there are: part of the build of ra-server (tool.c).
 */
#ifndef AUTHORIZATION_ROUTE_CHECK_H
#define AUTHORIZATION_ROUTE_CHECK_H

#include "authorization/matrix_table.h"
#include "http/router.h"

/* Authorizers of which it is known what they make of a caller; others are not compared. Ends with NULL. */
struct authorization_known {
    http_authorize *authorize;
    const char *roles; /* "agent,auditor,admin" */
};

/* What does not fit, for whoever builds, each with the line to write; "" when all fits, NULL without memory.
 * Complained of: an operation without a row, a row without an operation, another channel than the route's,
 * other roles than its authorizer lets through, a path with {code} whose row says that no case is opened. */
char *authorization_check_routes(TALLOC_CTX *context, const struct authorization_table *matrix,
                                 const struct route_table *tables, size_t table_count,
                                 const struct authorization_known *known);

#endif
