/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Foreign text to values: query strings, forms, cookies, JSON bodies, header values. Pure functions, strict,
 * every count bounded; the fuzz targets enter here. Results hang on the context given.
 */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "http/http.h"

enum {
    PARSE_PAIRS_MAX = 64,      /* parameters of a query, cookies of a header */
    PARSE_FIELDS_MAX = 512,    /* fields of a form */
    PARSE_FIELD_DEPTH_MAX = 6, /* dots in a field's name */
    PARSE_ARRAY_MAX = 64,      /* elements of an array made from a form */
    PARSE_JSON_DEPTH_MAX = 32, /* objects and arrays within each other */
    PARSE_JSON_VALUES_MAX = 20000,
};

/* %XX decoded (and, when `plus_is_space`, '+'); must come out as UTF-8 without NUL and other control
 * characters except, when `lines` is true, tab and line ends. NULL otherwise or when memory ran out. */
char *parse_percent(TALLOC_CTX *context, const char *text, size_t length, bool plus_is_space, bool lines);

/* "a=1&b=2"; a repeated name is refused. */
RA_MUST_CHECK bool parse_query(TALLOC_CTX *context, const char *text, struct http_pairs *pairs,
                               struct ra_error *error);

/* application/x-www-form-urlencoded to an object: "holder.name" nests, "people.0.cpf" makes arrays (indexes
 * may have gaps: the elements close up), every value is a string. A name used twice, or as value and as
 * parent, is refused. */
RA_MUST_CHECK bool parse_form(TALLOC_CTX *context, struct bytes body, json_t **object,
                              struct ra_error *error);

/* One JSON object: no duplicate keys, UTF-8, no NUL, bounded depth and size. */
RA_MUST_CHECK bool parse_json(struct bytes body, json_t **object, struct ra_error *error);

/* A Cookie header; pieces that are no cookies are left out, as browsers do with each other's. */
RA_MUST_CHECK bool parse_cookies(TALLOC_CTX *context, const char *text, struct http_pairs *pairs,
                                 struct ra_error *error);

/* "text/html; charset=utf-8" → "text/html", lower case, on `context`; NULL when memory ran out. */
char *parse_media_type(TALLOC_CTX *context, const char *text);

/* The front's X-Client-Cert (a PEM certificate, percent-encoded) to DER. */
RA_MUST_CHECK bool parse_client_certificate(TALLOC_CTX *context, const char *text, struct bytes *der,
                                            struct ra_error *error);

/* Adds one pair; `name` and `value` are borrowed. */
RA_MUST_CHECK bool pairs_add(TALLOC_CTX *context, struct http_pairs *pairs, const char *name,
                             const char *value, struct ra_error *error);
const char *pairs_find(const struct http_pairs *pairs, const char *name);

/* UTF-8 (no surrogates, no overlong forms) of exactly `length` bytes. */
bool is_utf8(const char *text, size_t length);

#endif
