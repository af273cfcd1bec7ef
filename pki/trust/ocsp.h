/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AC's word of this moment about one certificate (RFC 6960), asked and judged. Whoever judges believes no
 * carrier: the answer must be signed by the issuer itself, or by a responder that the issuer named for it
 * (4.2.2.2) and, unless it bears ocsp-nocheck, did not revoke; with SHA-2; and be in force.
 *
 * A CRL is asked for besides: this says what happened since.
 */
#ifndef PKI_TRUST_OCSP_H
#define PKI_TRUST_OCSP_H

#include "pki/trust/signed.h"

enum {
    OCSP_ANSWER_MAX = 16384,   /* bytes */
    OCSP_URL_SIZE = 256,       /* with the NUL */
    OCSP_OLDEST_S = 24 * 3600, /* whatever nextUpdate says */
    OCSP_UNDATED_S = 3600,     /* where there is no nextUpdate */
};

/* What is asked, and what the answer is judged by. All borrowed. */
struct ocsp_question {
    X509 *certificate;
    X509 *issuer;             /* whose key signed `certificate`: ocsp_issuer */
    STACK_OF(X509_CRL) *crls; /* the issuer's among them: a revoked responder says nothing */
    time_t now;               /* by the instance's clock */
};

/* Where the certificate says that its AC answers (the first http or https address of id-ad-ocsp); false where
 * it names none. */
bool ocsp_address(X509 *certificate, char address[OCSP_URL_SIZE]);

/* The certificate among `known` that signed `certificate`; NULL without one. Borrowed. */
X509 *ocsp_issuer(X509 *certificate, const STACK_OF(X509) *known);

/* An OCSPRequest about one certificate with a random nonce (RFC 8954), on `context`. */
RA_MUST_CHECK bool ocsp_ask(TALLOC_CTX *context, X509 *certificate, X509 *issuer, struct bytes *request,
                            struct ra_error *error);

/* The answer is one to this request: no other nonce in it. One without any passes, as responders that sign
 * beforehand give; how old it may be is ocsp_judge's. */
bool ocsp_answers(struct bytes request, struct bytes answer);

/* SIGNED_VALID: "good". SIGNED_INVALID: "revoked" (reason certificate-revoked) or "unknown" (ocsp-unknown).
 * SIGNED_CANNOT_TELL: no answer about this certificate, not proved, not in force (ocsp-missing,
 * ocsp-expired). */
RA_MUST_CHECK enum signed_verdict ocsp_judge(const struct ocsp_question *question, struct bytes answer,
                                             struct ra_error *error);

#endif
