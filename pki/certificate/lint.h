/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ICP-Brasil linter: what a certificate, a request or a CRL has to be, with no order at hand (DOC-ICP-04
 * 7, DOC-ICP-01.01, Leiaute AC-RFB, RFC 5280, and what readers of certificates stumble over). It works on the
 * DER bytes, builds no key and asks nothing of the network. Findings and their norms stand in
 * finding_rules.h.
 *
 * It never says that a signature is valid: that is path validation's (profile_check.h). An algorithm that
 * this program cannot work with is a finding of its own, apart from those the norm refuses.
 */
#ifndef PKI_CERTIFICATE_LINT_H
#define PKI_CERTIFICATE_LINT_H

#include "pki/base/error.h"
#include "pki/certificate/findings.h"
#include "pki/certificate/profile.h"
#include "pki/certificate/weak_keys.h"

#include <openssl/x509.h>
#include <time.h>

/* What the object is judged by. Everything borrowed; zeros and NULL leave a question out. */
struct lint_about {
    time_t now;                                /* 0: no day is today */
    const struct weak_key_list *weak_keys;     /* NULL: no further keys than Debian's */
    X509 *issuer;                              /* the AC that should have signed it */
    struct bytes crl;                          /* DER of a CRL that should list it or not */
    const struct certificate_profile *profile; /* the product */
};

enum lint_kind {
    LINT_CERTIFICATE,
    LINT_REQUEST,
    LINT_CRL,
};

/* One DER object each. false only when memory or the library fails: what is no certificate at all is the
 * finding "encoding". */
RA_MUST_CHECK bool lint_certificate(struct bytes der, const struct lint_about *about,
                                    struct findings *findings, struct ra_error *error);
RA_MUST_CHECK bool lint_request(struct bytes der, const struct lint_about *about, struct findings *findings,
                                struct ra_error *error);
RA_MUST_CHECK bool lint_crl(struct bytes der, const struct lint_about *about, struct findings *findings,
                            struct ra_error *error);

enum { LINT_OBJECTS_MAX = 64 };

struct lint_object {
    enum lint_kind kind;
    struct bytes der;
};

struct lint_objects {
    size_t count;
    struct lint_object items[LINT_OBJECTS_MAX];
};

/* What a file holds: one of the three in DER, any of them in PEM one after the other, or the certificates and
 * CRLs that a PKCS#7 carries. Told apart by the label or by their form; what has neither is a certificate
 * that is none. The bytes are borrowed from `content` or on `context`. RA_INVALID when there is nothing,
 * RA_TOO_LARGE when there are more than LINT_OBJECTS_MAX. */
RA_MUST_CHECK bool lint_open(TALLOC_CTX *context, struct bytes content, struct lint_objects *objects,
                             struct ra_error *error);

/* One of them, as above. */
RA_MUST_CHECK bool lint_object(const struct lint_object *object, const struct lint_about *about,
                               struct findings *findings, struct ra_error *error);

/* The one at `at` of those of a file. One alone is judged by all that `about` has. Of several, a certificate
 * or a CRL stands beside about->issuer where that bears its issuer's name, else beside the one of the file
 * that bears it: first the one whose key verifies the signature, then the one that authorityKeyIdentifier
 * means; a root beside nobody. about->crl is asked of the certificates of its AC; where the file has none, of
 * all. *beside: an AC stood beside it, or a request's own key. */
RA_MUST_CHECK bool lint_one_of(const struct lint_objects *objects, size_t at, const struct lint_about *about,
                               struct findings *findings, bool *beside, struct ra_error *error);

/* "certificate", "request", "crl". */
const char *lint_kind_word(enum lint_kind kind);

/* The certificate against the AC that should have signed it: name, signature, key identifier, policy, end.
 * The same for lint_about.issuer and for profile_check. */
void lint_against_issuer(X509 *certificate, X509 *issuer, struct findings *findings);

#endif
