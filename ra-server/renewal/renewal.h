/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The renewal room (identification-rules 5.2): the way a certificate may be renewed, and the online one,
 * where the holder's own signature by a valid certificate stands in the place of a meeting (protocol 2,
 * binding `renewal`). The new certificate is a new order with its own dossier, consultations and one agent's
 * statement.
 *
 * Thread rules: everything belongs to the request or to the job.
 */
#ifndef RENEWAL_RENEWAL_H
#define RENEWAL_RENEWAL_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/bytes.h"
#include "rooms.h"

struct db;

/* What a renewal's order rests on; on the context. `given` false: the order is no renewal. */
struct renewal_facts {
    bool given;
    bool is_signed;   /* the holder's words are there */
    const char *rule; /* "REN-02", "REN-03": what waives, see renewal_rules.h */
    struct bytes cms;
    struct bytes spki_digest;
    struct bytes old_certificate; /* DER */
};

RA_MUST_CHECK bool renewal_of(struct db *db, TALLOC_CTX *context, int64_t order_id,
                              struct renewal_facts *facts, struct ra_error *error);

/* For whoever wrote the last statement that a case needs: of a renewal, the holder is told by mail that the
 * certificate can be emitted until `until_s`, when the statements end. Of any other order nothing. */
RA_MUST_CHECK bool renewal_tell_ready(struct http_request *request, const struct order *order,
                                      int64_t until_s, struct ra_error *error);

/* Before an agent signs: a renewal whose certificate is revoked, or about to be, has ended (RA_CONFLICT,
 * reason renewal-ended). Of any other order true. */
RA_MUST_CHECK bool renewal_require_alive(const struct order *order, struct ra_error *error);

/* The codes of the renewals that were signed with this order's certificate and end with it; new reference. */
RA_MUST_CHECK bool renewal_dependents(struct http_request *request, const struct order *order, json_t **codes,
                                      struct ra_error *error);

extern const struct room renewal_room;

#endif
