/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Idempotency-Key: the answer of a successful unsafe request is kept for a day, and the same key with the
 * same request gets it again; with another request it is refused. Recorded in the request's own transaction,
 * so answer and effect stand or fall together. A key counts only for the same listener, method, path and
 * credentials.
 *
 * Answers carry bearer tokens and emission codes, which are never stored readable: the record is sealed
 * (crypto_secretbox) under a key made from the client's Idempotency-Key and a secret of the instance, and the
 * table knows only keyed hashes.
 */
#ifndef HTTP_IDEMPOTENCY_H
#define HTTP_IDEMPOTENCY_H

#include "http/internal.h"

struct idempotency;

enum idempotency_verdict {
    IDEMPOTENCY_NEW,      /* go on, and record the answer */
    IDEMPOTENCY_REPLAYED, /* the response is the one of then */
    IDEMPOTENCY_FAILED,   /* error is set: another request, or the database */
};

/* Reads the instance's secret from keys_dir/idempotency.key, making it once. */
RA_MUST_CHECK bool idempotency_new(TALLOC_CTX *context, const char *keys_dir,
                                   struct idempotency **idempotency, struct ra_error *error);

/* A key may be 1 to 255 visible ASCII characters. */
bool idempotency_key_is_valid(const char *key);

/* Looks the key up, waiting for a request with the same key that is under way; inside a transaction. */
enum idempotency_verdict idempotency_find(struct http_exchange *exchange, struct db *db,
                                          struct ra_error *error);

/* Records the rendered response (content BYTES or NONE; a file is not recorded); inside a transaction. */
RA_MUST_CHECK bool idempotency_record(struct http_exchange *exchange, struct db *db, struct ra_error *error);

#endif
