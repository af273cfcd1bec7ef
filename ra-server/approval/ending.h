/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stopping a case by one agent's statement (protocol 2, 6), alone (refuse, revoke) or as a part of a larger
 * act (fraud). In three steps, so that the larger act is done whole or not at all: the statement is read and
 * judged before anything is written; it is written in the transaction of the rest; the signer is told last.
 *
 * Ownership: everything hangs on the request's context. Thread rules: the request's worker.
 */
#ifndef APPROVAL_ENDING_H
#define APPROVAL_ENDING_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/trust/signed.h"

enum ending_kind {
    ENDING_NONE,       /* nothing is left to stop: refused, or revoked */
    ENDING_REFUSAL,    /* nothing was asked of the AC */
    ENDING_REVOCATION, /* there is a certificate */
    ENDING_LATER,      /* the AC is being asked this moment: neither is possible */
};

enum { ENDING_ANY_REASON = -1, ENDING_KEY_COMPROMISE = 1 }; /* of RFC 5280 */

/* What stops a case in that state. Pure. */
enum ending_kind ending_of(const char *identification, const char *issuance);

/* The same for an order, where a revocation that already rests on statements enough is nothing left to stop.
 */
RA_MUST_CHECK bool ending_now(struct http_request *request, const struct order *order, enum ending_kind *kind,
                              struct ra_error *error);

struct ending;

/* Loads the order of the path for update and judges `cms` of the body as the statement that this kind
 * (ENDING_REFUSAL or ENDING_REVOCATION) asks for; a revocation's reason must be `reason`. What does not hold
 * is recorded and refused, so nothing may have been written before. */
RA_MUST_CHECK bool ending_read(struct http_request *request, enum ending_kind kind, int64_t reason,
                               struct ending **ending, struct ra_error *error);

struct order *ending_order(const struct ending *ending);

/* SHA-256 of the statement, hexadecimal. */
const char *ending_digest(const struct ending *ending);

/* Keeps the statement, moves the case, writes log and notices. */
RA_MUST_CHECK bool ending_write(struct http_request *request, const struct ending *ending,
                                struct ra_error *error);

/* The last thing before the answer: a refusal goes to the signer's journal, a revocation's job is woken after
 * the commit. Should the commit fail, the journal is stricter than the database, and the same act again mends
 * it. */
RA_MUST_CHECK bool ending_settle(struct http_request *request, const struct ending *ending,
                                 struct ra_error *error);

#endif
