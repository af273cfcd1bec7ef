/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AC's own judgement of a requested certificate, and its making. The AR proposes subject and extensions;
 * only what a holder certificate may contain gets through (certificate-profiles 1.5), and what only the AC
 * knows is added. The AC refuses; it never bends a request into shape.
 */
#ifndef PKI_HOMOLOG_CA_ISSUANCE_H
#define PKI_HOMOLOG_CA_ISSUANCE_H

#include "pki/homolog-ca/hierarchy.h"

/* Homologation only: which lie a returned certificate shall tell, so that the AR's check of it can be tested.
 */
enum corruption {
    CORRUPTION_NONE,
    CORRUPTION_NAME,        /* another common name */
    CORRUPTION_KEY,         /* somebody else's key */
    CORRUPTION_PROFILE,     /* another policy */
    CORRUPTION_VALIDITY,    /* over before it was made */
    CORRUPTION_ISSUER_OVER, /* made by an authority of the issuer's name whose certificate is over */
    CORRUPTION_CHAIN_OVER,  /* the certificate is right; what is over is the issuer's that comes with it */
};

/* "none", "name", "key", "profile", "validity", "issuer-over", "chain-over"; false for any other word. */
RA_MUST_CHECK bool corruption_parse(const char *word, enum corruption *corruption);

/* A request as the message carries it. Borrowed. */
struct issuance_request {
    const X509_NAME *issuer; /* which authority is asked; NULL or empty means tiss */
    const X509_NAME *subject;
    const STACK_OF(X509_EXTENSION) *extensions;
    struct bytes public_key; /* SubjectPublicKeyInfo, DER */
    int64_t term_s;          /* validity asked for; it runs from now */
};

/* Makes the certificate. A refusal by policy is RA_RULE_REFUSED with an English sentence in `detail`, which
 * goes into the CMP status text; other codes are failures. *issuer says who signed. X509_free the result. */
RA_MUST_CHECK bool issuance_make(const struct hierarchy *hierarchy, const struct ra_clock *clock,
                                 const struct issuance_request *request, enum corruption corruption,
                                 X509 **certificate, enum authority_id *issuer, struct ra_error *error);

/* The issuer's certificate that CORRUPTION_ISSUER_OVER and CORRUPTION_CHAIN_OVER send along: over, and for
 * the key that signed. X509_free it. */
RA_MUST_CHECK bool issuance_expired_issuer(const struct hierarchy *hierarchy, enum authority_id issuer,
                                           enum corruption corruption, time_t now, X509 **certificate,
                                           struct ra_error *error);

#endif
