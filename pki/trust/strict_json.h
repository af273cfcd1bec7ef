/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One description of a JSON shape, walked in either direction: each call writes a member of a fixed object or
 * demands exactly that member at this place. Internal to the trust library. Reading allocates on the codec's
 * context; writing fills one growing buffer. A failed call has set the error, and the walk ends there.
 */
#ifndef PKI_TRUST_STRICT_JSON_H
#define PKI_TRUST_STRICT_JSON_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

struct strict_json {
    TALLOC_CTX *context; /* owner of the strings read, or of the buffer written */
    struct ra_error *error;
    bool writing;
    bool first;         /* the next member is the first of its object */
    struct bytes input; /* reading */
    size_t at;
    uint8_t *output; /* writing */
    size_t length;
    size_t limit; /* bytes in or out */
};

/* Starts a walk; *json is filled. Reading an input beyond `limit` fails at once. */
RA_MUST_CHECK bool strict_json_read(struct strict_json *json, TALLOC_CTX *context, struct bytes input,
                                    size_t limit, struct ra_error *error);
RA_MUST_CHECK bool strict_json_write(struct strict_json *json, TALLOC_CTX *context, size_t limit,
                                     struct ra_error *error);

/* After the last bracket: the whole input was consumed. */
RA_MUST_CHECK bool strict_json_end(struct strict_json *json);

/* RA_STATEMENT_REFUSED, reason "statement-malformed", naming key and place. Always false. */
bool strict_json_fail(struct strict_json *json, const char *key, const char *what);

/* The document or an element of an array (key NULL), or a member. */
RA_MUST_CHECK bool strict_json_open(struct strict_json *json, const char *key);
RA_MUST_CHECK bool strict_json_close(struct strict_json *json);

/* Arrays: open, then `while more`, one element each time; the closing bracket is taken when *more is false.
 * `index` counts from 0; `count` is how many there are (writing only); reading more than `most` fails. */
RA_MUST_CHECK bool strict_json_array(struct strict_json *json, const char *key);
RA_MUST_CHECK bool strict_json_next(struct strict_json *json, const char *key, size_t index, size_t count,
                                    size_t most, bool *more);

/* Members. Lengths in bytes. `alphabet` NULL means any printable character that has a visible form. */
RA_MUST_CHECK bool strict_json_text(struct strict_json *json, const char *key, const char **value,
                                    size_t least, size_t most, const char *alphabet);
RA_MUST_CHECK bool strict_json_integer(struct strict_json *json, const char *key, int64_t *value,
                                       int64_t least, int64_t most);
/* One of `words`; the value is its index. */
RA_MUST_CHECK bool strict_json_word(struct strict_json *json, const char *key, unsigned *value,
                                    const char *const *words, unsigned count);
/* 32 bytes as hexadecimal; with `present` not NULL the empty string stands for absence. */
RA_MUST_CHECK bool strict_json_digest(struct strict_json *json, const char *key, uint8_t value[32],
                                      bool *present);
RA_MUST_CHECK bool strict_json_base64(struct strict_json *json, const char *key, struct bytes *value,
                                      size_t most);

#endif
