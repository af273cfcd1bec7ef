/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The revocation room (rules 3.10, certificate-profiles 2.5): from the first request to the moment the serial
 * stands in the AC's CRL. Who may ask is protocol 6: the holder by the certificate's key or by the password
 * chosen at emission, the person responsible for a company, the AR's agents, the AC or a court through two of
 * them. The agents' statements themselves are the approval room's; that a revocation is right is the
 * signer's to decide; here is the clock, the asking, the looking, and the papers.
 *
 * Thread rules: everything belongs to the request or to the job.
 */
#ifndef REVOCATION_REVOCATION_H
#define REVOCATION_REVOCATION_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/trust/holder_revocation.h"
#include "rooms.h"

/* Somebody asked: starts the clock of the order's certificate, unless it runs, and has the job look after the
 * commit. `by` is "holder" or the agent's name. */
RA_MUST_CHECK bool revocation_open(struct http_request *request, const struct order *order, const char *by,
                                   struct ra_error *error);

/* The order of an AC or of a court lies in the dossier: one agent is not enough, whatever the reason. */
RA_MUST_CHECK bool revocation_by_authority(struct db *db, TALLOC_CTX *context, const struct order *order,
                                           bool *by_authority, struct ra_error *error);

/* The member "revocation_key" of a body {"public_key","signature"} in base64; absent is empty. RA_INVALID
 * with the field. On `context`. */
RA_MUST_CHECK bool revocation_key_read(TALLOC_CTX *context, const json_t *body, struct revocation_key *key,
                                       struct ra_error *error);

/* Judges it by the key of the request for the certificate and keeps it for the current attempt; an empty one
 * leaves nothing. */
RA_MUST_CHECK bool revocation_key_keep(struct http_request *request, const struct order *order,
                                       EVP_PKEY *certificate_key, const struct revocation_key *key,
                                       struct ra_error *error);

extern const struct room revocation_room;

#endif
