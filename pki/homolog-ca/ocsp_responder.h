/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The homologation CA's OCSP (RFC 6960; certificate-profiles 2.5 and 3.2, TOCSP): signed at once for each
 * request by a responder that the issuer itself named (EKU OCSPSigning, ocsp-nocheck, 90 days, made anew at
 * half of them). Good is what this CA issued and has not revoked; what it never issued is unknown.
 *
 * Answers for the authorities that issue to holders, about certificates of one of them in each request; a
 * nonce comes back as it was sent (RFC 8954: 1 to 32 octets).
 *
 * Thread rules: ocsp_respond from any number of threads.
 */
#ifndef PKI_HOMOLOG_CA_OCSP_RESPONDER_H
#define PKI_HOMOLOG_CA_OCSP_RESPONDER_H

#include "pki/homolog-ca/revocation.h"

enum { OCSP_LIFE_S = 3600 };

struct ocsp_responder;

/* On `context`; `registry` is borrowed. The key is keys/ocsp.pem, made when it is not there. */
struct ocsp_responder *ocsp_responder_new(TALLOC_CTX *context, const struct registry *registry,
                                          struct ra_error *error);

/* One OCSPRequest in, one OCSPResponse out, on `memory`. What cannot be answered is answered so
 * (malformedRequest, unauthorized, internalError); false only when not even that can be encoded. */
RA_MUST_CHECK bool ocsp_respond(struct ocsp_responder *responder, TALLOC_CTX *memory, struct bytes request,
                                struct bytes *response, struct ra_error *error);

#endif
