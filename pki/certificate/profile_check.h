/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is the certificate that came back the one that was ordered? Every difference is found, not just the first.
 * An error means "not what was ordered": it must be refused in certConf and never delivered; a warning is
 * recorded only.
 *
 * The part that needs no order (the form of an ICP-Brasil holder certificate) is the linter's, lint.h.
 */
#ifndef PKI_CERTIFICATE_PROFILE_CHECK_H
#define PKI_CERTIFICATE_PROFILE_CHECK_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/certificate/findings.h"
#include "pki/certificate/subject.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

/* All borrowed; none may be NULL but `untrusted`. */
struct profile_check_input {
    X509 *certificate;
    X509 *issuer;              /* certificate of the AC that was asked */
    STACK_OF(X509) *untrusted; /* intermediate certificates; may be NULL */
    X509_STORE *anchors;       /* allowed roots */
    const struct certificate_order *order;
    unsigned term_months; /* ordered */
    struct bytes spki;    /* DER of the key that was sent */
    time_t now;           /* instance's clock */
};

/* Tri-state; only MATCHES passes. */
enum profile_check_verdict {
    PROFILE_CHECK_MATCHES,   /* no error among the findings (there may be warnings) */
    PROFILE_CHECK_DIFFERS,   /* at least one error; error is RA_CERTIFICATE_REFUSED, reason
                                "certificate-mismatch" */
    PROFILE_CHECK_UNDECIDED, /* memory or library failure, error set */
};

/* certificate-profiles 5.3 in full. Policy processing never requires an explicit
 * policy: real paths fail it; the leaf's OID is compared with the issuing AC's list instead. Findings are on
 * `context`. */
RA_MUST_CHECK enum profile_check_verdict profile_check(TALLOC_CTX *context,
                                                       const struct profile_check_input *input,
                                                       struct findings **findings, struct ra_error *error);

#endif
