/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread at a time works on the issue of an order: five equal clicks wait for each other and get the same
 * answer, and the job that resumes keeps off what a request is at. A lock of this process over order ids; the
 * signer has its own.
 */
#ifndef ISSUANCE_INFLIGHT_H
#define ISSUANCE_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

enum { INFLIGHT_MAX = 128 };

struct inflight;

struct inflight *inflight_new(TALLOC_CTX *context); /* NULL when memory ran out */

/* Takes the order, waiting up to `patience_ms` (0: not at all). false when it is still taken, or too many
 * are. */
bool inflight_take(struct inflight *inflight, int64_t order_id, unsigned patience_ms);
void inflight_release(struct inflight *inflight, int64_t order_id);

#endif
