/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the holder's CSR to the certificate (protocol 3, 6; design 2.9, 2.10). The row of the intent is there
 * before the signer is asked; the signer, apart, decides and builds the request to the AC; this room carries
 * its sealed messages to the AC and back. After a crash at any point a job brings every order to one known
 * state.
 */
#ifndef ISSUANCE_ISSUANCE_H
#define ISSUANCE_ISSUANCE_H

#include "http/http.h"
#include "pki/base/bytes.h"
#include "rooms.h"

#include <openssl/x509.h>

struct db;

/* The certificate of one attempt in DER, on `context`; RA_NOT_FOUND without one. For who revokes it. */
RA_MUST_CHECK bool issuance_certificate(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                        struct bytes *certificate, struct ra_error *error);

/* The certificate of its issuer, as it came with it; the caller's, X509_free. RA_NOT_FOUND without one. */
RA_MUST_CHECK bool issuance_issuer(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                   X509 **issuer, struct ra_error *error);

/* The chain that came with this certificate (DER), the issuer first; the caller's, sk_X509_pop_free. NULL for
 * one that was not issued here. */
RA_MUST_CHECK bool issuance_chain_of(struct db *db, TALLOC_CTX *context, struct bytes certificate,
                                     STACK_OF(X509) **chain, struct ra_error *error);

/* The key stands in no other order's certificate or request. RA_KEY_MISMATCH, reason "key-already-used". */
RA_MUST_CHECK bool issuance_key_is_free(struct http_request *request, int64_t order_id,
                                        const uint8_t spki_digest[32], struct ra_error *error);

extern const struct room issuance_room;

#endif
