/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of http/ share and no room needs.
 */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "app.h"
#include "health.h"
#include "http/http.h"

/* Of every page that names no other. */
#define HTTP_PAGE_POLICY                                                                                     \
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "                         \
    "form-action 'self'; frame-ancestors 'none'"

struct router;
struct limits;
struct idempotency;

struct http_after_commit {
    http_after_commit_function *run;
    void *argument;
    struct http_after_commit *next;
};

/* One listener: everything a request of it needs, constant while the server runs. */
struct http_site {
    enum http_listener listener; /* HTTP_PUBLIC or HTTP_OFFICE */
    struct ra_app *app;
    const struct router *router;
    struct limits *limits;                 /* NULL: none */
    const struct idempotency *idempotency; /* keys of the sealed records */
    bool secure_cookies;
};

/* How far a try came: what a refusal may show depends on it. */
enum http_stage {
    HTTP_STAGE_UNKNOWN, /* nobody has said yet that this request may see anything */
    HTTP_STAGE_ALLOWED, /* the route's authorize and the matrix said yes */
    HTTP_STAGE_HANDLED, /* and its handler too: the response holds what only a success may show */
};

/* One request and its answer while they are under way. Talloc'd; request.context is the exchange itself. */
struct http_exchange {
    const struct http_site *site;
    struct http_request request;
    struct http_response response;
    enum http_stage stage;
    struct ra_error error;               /* of a refused request, for the log */
    struct bytes body;                   /* as it came (JSON, form); NULL for RAW */
    int64_t arrived;                     /* what the route's hook of that name gave */
    const char *client_certificate_text; /* X-Client-Cert of the office's front; NULL: none */
};

/* The header's value, NULL when it was not set. Names compare without case. */
const char *response_header(const struct http_response *response, const char *name);

/* A stream of events; taken. */
void http_reply_stream(struct http_response *response, struct event_stream *take_stream);

/* Empties a response for another try; keeps what the floor set. */
void response_reset(struct http_response *response);

#endif
