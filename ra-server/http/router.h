/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of all routes of one listener, and the way from a path to a row. Checked when it is built: two
 * routes for one method and path, or a row that contradicts itself, stop the program with its name.
 *
 * Thread rules: constant after router_new.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/http.h"

struct router;
struct templates;

/* One table of rows, as a room or the floor declares it. */
struct route_table {
    const struct http_route *routes;
    size_t count;
};

enum route_verdict {
    ROUTE_FOUND,
    ROUTE_UNKNOWN,       /* 404 */
    ROUTE_OTHER_METHODS, /* 405; `allow` says which */
    ROUTE_BAD_PATH,      /* 400: malformed escapes, control characters */
    ROUTE_NO_MEMORY,
};

struct route_match {
    enum route_verdict verdict;
    const struct http_route *route;
    enum http_face face;
    struct http_pairs parameters; /* decoded */
    const char *allow;            /* "GET, HEAD, POST" */
};

/* `templates` NULL leaves the templates of pages unchecked (the OpenAPI document needs none). Rows are
 * borrowed. */
RA_MUST_CHECK bool router_new(TALLOC_CTX *context, enum http_listener listener,
                              const struct route_table *tables, size_t table_count,
                              const struct templates *templates, struct router **router,
                              struct ra_error *error);

/* `method` is the request's word ("GET", "HEAD", "DELETE"); `path` as sent, without the query. Parameters and
 * `allow` hang on `context`. */
struct route_match router_match(const struct router *router, TALLOC_CTX *context, const char *method,
                                const char *path);

/* Whether a path that has no route should be answered as a page (for 404s and the like). */
enum http_face router_face_of(const char *path);

const char *http_method_name(enum http_method method);

/* The rows of this listener, in the order of their tables; `index` from 0, NULL at the end. */
const struct http_route *router_route(const struct router *router, size_t index);

#endif
