/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Carries questions to one official base and answers back, several at a time on one thread: POST of JSON over
 * mutual TLS (libcurl's multi interface). Peer and host are verified against the base's own roots; no
 * redirect, no proxy, no compression; the whole exchange has one time limit and the answer a size limit. It
 * reads nothing of the answer.
 *
 * Thread rules: a carrier belongs to one thread.
 */
#ifndef IDENTIFICATION_CONSULTATION_CARRIER_H
#define IDENTIFICATION_CONSULTATION_CARRIER_H

#include "identification/consultation_base.h"

enum { CONSULTATION_ANSWER_MAX = 65536 };

struct consultation_carrier;

/* Freed with talloc_free, which gives up what is under way. */
RA_MUST_CHECK bool consultation_carrier_new(TALLOC_CTX *context, struct consultation_carrier **carrier,
                                            struct ra_error *error);

/* Sends. `take_owner`, a talloc object, is kept (on success) until consultation_carrier_next hands it back.
 * The body is copied, the base borrowed for this call. */
RA_MUST_CHECK bool consultation_carrier_send(struct consultation_carrier *carrier,
                                             const struct consultation_base *base, const char *body,
                                             void *take_owner, struct ra_error *error);

/* Moves what is under way, for at most so long; returns early when something happened. */
void consultation_carrier_wait(struct consultation_carrier *carrier, int milliseconds);

/* What came of one question. */
struct consultation_arrival {
    void *owner;
    enum consultation_reason failure; /* NONE: `answer` is the body of a 200 */
    struct bytes answer;              /* also the body of a refusal, as far as it came */
};

/* The next finished one, owner and answer on `context`; false when there is none. */
bool consultation_carrier_next(struct consultation_carrier *carrier, TALLOC_CTX *context,
                               struct consultation_arrival *arrival);

/* Gives up everything that is under way, owners included. */
void consultation_carrier_abandon(struct consultation_carrier *carrier);

size_t consultation_carrier_under_way(const struct consultation_carrier *carrier);

#endif
