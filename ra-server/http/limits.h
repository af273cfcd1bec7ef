/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often one address may ask: a token bucket for each address (IPv6: for each /64), in memory, of fixed
 * size. The least recently seen address of a full set is forgotten; that can only be generous.
 *
 * Thread rules: limits_take is safe from any thread.
 */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

struct limits;

/* `per_minute` requests a minute, all of them at once if need be. */
RA_MUST_CHECK bool limits_new(TALLOC_CTX *context, int64_t per_minute, struct limits **limits,
                              struct ra_error *error);

/* Takes one. `now_ms` is a monotonic time. 0: go on; otherwise seconds until the next one is due. Addresses
 * that cannot be read share one bucket. */
unsigned limits_take(struct limits *limits, const char *address, int64_t now_ms);

#endif
