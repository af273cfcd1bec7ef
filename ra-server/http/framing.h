/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is this request said in one way only? The HTTP library accepts ambiguous framing (two lengths, length
 * together with chunked, no Host …); whoever reads it differently than the front does can smuggle a request.
 * So every request line and header is judged here before anything else looks at it. No I/O: also a fuzz
 * target.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAMING_URI_MAX = 8 << 10,     /* bytes */
    FRAMING_HEADER_MAX = 64 << 10, /* bytes of names and values together */
    FRAMING_HEADERS_MAX = 100,
};

struct framing {
    bool malformed;  /* an octet that has no place there */
    bool repeated;   /* a header that may stand only once stood twice */
    bool bad_length; /* Content-Length is not a plain number */
    bool bad_coding; /* Transfer-Encoding is not exactly "chunked" */
    unsigned seen;   /* one bit for each header of the table that may stand only once */
    size_t headers;
    size_t bytes;
    bool has_length;
    uint64_t length; /* of Content-Length */
    bool chunked;
    bool has_host;
};

/* Counts one header; sizes exclude NUL. */
void framing_header(struct framing *framing, const char *name, size_t name_size, const char *value,
                    size_t value_size);

/* The verdict once all headers were seen: RA_BAD_REQUEST, RA_URI_TOO_LONG or RA_HEADER_TOO_LARGE. */
RA_MUST_CHECK bool framing_check(const struct framing *framing, const char *version, const char *uri,
                                 struct ra_error *error);

/* A body follows the header. */
bool framing_has_body(const struct framing *framing);

#endif
