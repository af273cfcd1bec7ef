/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a room needs of HTTP: declare routes, read a request, fill a response. Not the server itself
 * (http/server.h) and nothing of libmicrohttpd: a handler runs in a unit test without a socket.
 *
 * One handler, two faces (design 2.5). The handler produces a JSON model. Under the route's api_path the
 * model leaves as JSON; under its page_path the same model goes through the template of web/templates. Forms
 * arrive as the same JSON as the API's bodies ("holder.name" nests; every value is a string; "people.0.cpf"
 * makes an array). A refusal leaves as a problem document (RFC 9457) or as the page's own template with the
 * model
 * {"errors":[{field,code,message}], "error_by_field":{field:message, nested by dots}, "form":{what was sent},
 * "problem":{title,detail,status,code}} and the right status; refused before authorize let it through, as the
 * template "erro", which shows nothing of the route.
 *
 * Every page's model also gets "site": {"homologation":bool, "office":bool, "path":"/pedido",
 * "form_key":"…"}. A form should carry <input type="hidden" name="_form_key" value="{{site.form_key}}">: it
 * is the form's Idempotency-Key, so that five clicks make one order. The floor takes it out of the body.
 *
 * The order of things for one request, all on one worker thread (HTTP_AT_ONCE apart): body parsing → BEGIN
 * (WRAPPED) → authorize → the authorisation matrix → known Idempotency-Key? then the answer of then → handler
 * → record of the answer → COMMIT → after-commit callbacks → answer. A failure rolls back and records
 * nothing.
 *
 * Thread rules: a request and its response belong to the worker that runs them. Ownership: whatever is
 * allocated for a request hangs on `request->context`.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct db;
struct event_stream;
struct ra_app;
struct http_request;
struct http_response;

/* HEAD is served by the GET routes. */
enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };
enum http_face { HTTP_FACE_API, HTTP_FACE_PAGE };

/* Which of the two sockets a route is served on; a mask. HTTP_PROGRAM is neither: see http_program_request.
 */
enum http_listener { HTTP_PUBLIC = 1, HTTP_OFFICE = 2, HTTP_BOTH = 3, HTTP_PROGRAM = 4 };

enum http_body {
    HTTP_BODY_NONE, /* an unsafe request may still carry a small JSON object or form; it is parsed, seldom
                       read */
    HTTP_BODY_JSON, /* an object, required; on the page face a form */
    HTTP_BODY_RAW,  /* any content, streamed to an unnamed temporary file while it is hashed; API face only */
};

enum http_transaction {
    HTTP_WRAPPED, /* the floor begins before authorize and commits before the answer is sent */
    HTTP_OWN,     /* authorize and handler begin and commit themselves, or run single statements */
    HTTP_AT_ONCE, /* no database at all, request->db is NULL: a GET of the API that everybody may ask,
                     answered from memory on the listener's own thread, which must not wait; no change of
                     threads */
};

/* Who calls, and may this request go on? false with RA_UNAUTHENTICATED, RA_FORBIDDEN or RA_NOT_FOUND. May set
 * request->principal; sets request->role unless the caller need not say who he is. Runs after body parsing.
 */
typedef bool http_authorize(struct http_request *request, struct ra_error *error);

/* true with a response filled, or false with an error: then members of a model already set in the response
 * are added to the problem document ("alternatives"). When it returned true and the commit failed, nothing of
 * its response leaves. */
typedef bool http_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error);

/* For routes that are open to everybody. */
bool http_anyone(struct http_request *request, struct ra_error *error);

/* A query parameter, for the OpenAPI document. Arrays of them end with a NULL name. */
struct http_parameter {
    const char *name;
    bool required;
    const char *schema; /* inline JSON Schema text; NULL = {"type":"string"} */
    const char *description;
};

enum { HTTP_STATUSES_MAX = 8 };

/* One row of a room's table of routes. Paths: "/api/orders/{code}"; "{rest*}" as the last segment takes
 * everything. Literal segments win over parameters. */
struct http_route {
    enum http_method method;
    enum http_listener listeners;
    const char *api_path;      /* NULL: page only */
    const char *page_path;     /* NULL: API only. GET stays GET there; every other method is POST */
    const char *page_template; /* name in web/templates without ".html"; NULL only for page posts that always
                                  redirect: then a refusal shows the template "erro" */
    http_authorize *authorize; /* never NULL */
    http_handler *handler;     /* never NULL */
    http_handler *form_model;  /* page posts: fills the model that page_template needs besides errors and form
                                  when the handler refused (usually the GET's handler); NULL: nothing more.
                                  Runs only after this route's authorize said yes; when it fails too, the
                                  form is not to be had and the template "erro" is shown */
    enum http_body body;
    size_t body_limit; /* bytes; 0: 256 KiB for JSON, 16 KiB for NONE; must be given for RAW */
    enum http_transaction transaction;
    /* NULL, or both: `arrived` runs when the whole request is here, before it waits for a worker, on the
     * listener's own thread. It must not wait, nor believe anything of the body. `left` gets what it gave
     * when the answer was made. */
    int64_t (*arrived)(struct ra_app *app, struct bytes body);
    void (*left)(struct ra_app *app, int64_t arrived);
    const char *operation; /* unique word, operationId: "orderCreate" */
    const char *summary;
    const struct http_parameter *query; /* NULL: none */
    const char *request_schema;         /* inline JSON Schema text of the JSON body */
    const char *response_schema;        /* of the model; NULL: the answer is not JSON */
    const char *response_type;          /* content type where the answer is not JSON: "text/calendar" */
    short statuses[HTTP_STATUSES_MAX];  /* successes and the refusals that are this route's own, zero-ended;
                                           the floor's own (400, 404, 405, 413, 415, 429, 500, 503 …) are added
                                         */
};

/* Name and value pairs in the order of arrival; names of headers are lower case. */
struct http_pair {
    const char *name;
    const char *value;
};
struct http_pairs {
    struct http_pair *items;
    size_t count;
};

/* Read by rooms, written by the floor (and by tests). */
struct http_request {
    TALLOC_CTX *context;
    struct ra_app *app;
    struct db *db;  /* the worker's connection */
    int64_t now_us; /* the instance's clock, read once per request */
    const struct http_route *route;
    enum http_method method;
    enum http_face face;
    enum http_listener listener;
    const char *path; /* as sent, without the query */
    struct http_pairs path_parameters;
    struct http_pairs query;
    struct http_pairs headers; /* X-Client-* and other names of the front are not among them */
    struct http_pairs cookies;
    json_t *body;             /* object, from JSON or form; NULL when there was none */
    const char *content_type; /* of the body, without parameters, lower case; "" */
    int raw_fd;               /* RAW: the temporary file, at its start; -1 otherwise. The floor closes it */
    uint64_t raw_length;      /* bytes */
    uint8_t raw_sha256[32];
    const char *peer;                /* the client's address as the front saw it; "" unknown */
    bool peer_is_loopback;           /* asked from this very machine */
    struct bytes client_certificate; /* DER, office only; the front's check is not ours: verify again */
    const char *idempotency_key;     /* NULL: none */
    char id[33];                     /* request id: answers, problems and log lines carry it */
    void *principal;                 /* what authorize found; the room's own type */
    const char *role;                /* and the word of the authorisation matrix for it; NULL: a visitor */
    bool keep_changes;               /* see http_keep_changes */
    struct http_after_commit *after_commit;
};

/* For jobs: the program itself acts on a case through the rooms' functions, which take a request. No route,
 * no principal, nothing sent; the log names the program as the actor. The job begins and commits. */
struct http_request http_program_request(TALLOC_CTX *context, struct ra_app *app, struct db *db,
                                         int64_t now_us);

/* After the job's commit: what http_after_commit put off until then. */
void http_program_committed(struct http_request *request);

/* Value by name, NULL when absent. Borrowed from the request. */
const char *http_path_parameter(const struct http_request *request, const char *name);
const char *http_query(const struct http_request *request, const char *name);
const char *http_header(const struct http_request *request, const char *lower_case_name);
const char *http_cookie(const struct http_request *request, const char *name);

/* Text member of the body (or of any object), dotted path ("holder.name"); NULL when absent or no text. */
const char *http_text(const json_t *object, const char *dotted_name);

/* Bearer token of the Authorization header, NULL when there is none. */
const char *http_bearer(const struct http_request *request);

/* Commit what this request wrote although it is about to be refused (a counter of wrong attempts). Where a
 * statement failed nothing can be kept: the request is rolled back and that statement's error is answered. */
void http_keep_changes(struct http_request *request);

/* Runs `run` on the worker after COMMIT succeeded, before the answer: wake a job, swap a snapshot. Not run
 * when the transaction failed. Nothing it does can change the answer. For HTTP_OWN: after the handler
 * returned true. */
typedef void http_after_commit_function(struct ra_app *app, void *argument);
RA_MUST_CHECK bool http_after_commit(struct http_request *request, http_after_commit_function *run,
                                     void *argument, struct ra_error *error);

/* --- response --- */

enum http_content {
    HTTP_CONTENT_MODEL,
    HTTP_CONTENT_BYTES,
    HTTP_CONTENT_FILE,
    HTTP_CONTENT_EVENTS, /* http/events.h */
    HTTP_CONTENT_NONE
};

struct http_response {
    TALLOC_CTX *context; /* the request's */
    int status;          /* 200 until said otherwise */
    enum http_content content;
    json_t *model; /* owned */
    struct bytes bytes;
    int fd;                      /* owned; -1 none */
    uint64_t length;             /* of the file */
    struct event_stream *events; /* owned; NULL none */
    const char *content_type;
    const char *page_template; /* overrides the route's template for this answer; NULL: the route's */
    struct http_pairs headers;
    bool secure_cookies; /* set by the floor */
};

/* The JSON model; takes the reference. NULL (memory ran out while building it) becomes a 500 by itself. */
void http_reply(struct http_response *response, int status, json_t *take_model);

/* Bytes of any type; borrowed until the answer is sent, so on the request's context. */
void http_reply_bytes(struct http_response *response, int status, const char *content_type,
                      struct bytes bytes);

/* An open file from its start, `length` bytes; the descriptor is taken. For long exports write an unnamed
 * file (http_temporary_file) and answer with it: a worker never waits for a slow reader. */
void http_reply_file(struct http_response *response, int status, const char *content_type, int take_fd,
                     uint64_t length);

/* On the page face a 303 to a path of ours ("/pedido/…"); on the API face nothing, so set the model before:
 * http_reply(response, 201, model); http_see_other(request, response, path). */
void http_see_other(struct http_request *request, struct http_response *response, const char *location);

/* Adds a header; a value with CR, LF or NUL is refused by being left out and logged. Copies. */
void http_set_header(struct http_response *response, const char *name, const char *value);

/* Content-Disposition: attachment with this file name (RFC 6266, UTF-8 through filename*). */
void http_set_attachment(struct http_response *response, const char *file_name);

/* HttpOnly, SameSite=Strict, Path=/, Secure unless the public address is loopback http. max_age_s 0 =
 * session. */
void http_set_cookie(struct http_response *response, const char *name, const char *value, int64_t max_age_s);
void http_clear_cookie(struct http_response *response, const char *name);

/* An unnamed file in the instance's temporary folder, read-write; the caller owns the descriptor. */
RA_MUST_CHECK bool http_temporary_file(const struct http_request *request, int *fd, struct ra_error *error);

#endif
