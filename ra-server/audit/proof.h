/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The proof of one case: the acts that made the certificate and what became of it, each with its inclusion in
 * the newest signed tree.
 *
 *   {"format":"guiche-proof-v1","order":code,"ref":uuid,"checkpoint":note,
 *    "leaves":[{"n":place,"leaf":exact text,"proof":[hex]}]}
 */
#ifndef AUDIT_PROOF_H
#define AUDIT_PROOF_H

#include "http/http.h"
#include "orders/orders.h"

struct audit_proof {
    json_t *document; /* the caller's reference */
    uint64_t size;    /* leaves under the checkpoint */
    size_t leaves;    /* proved */
    size_t waiting;   /* acts of the case that the checkpoint does not cover yet */
};

RA_MUST_CHECK bool audit_proof_of(struct http_request *request, const struct order *order,
                                  struct audit_proof *proof, struct ra_error *error);

#endif
