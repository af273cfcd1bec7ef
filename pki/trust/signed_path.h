/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path validation behind signed.h. Internal to the trust library.
 */
#ifndef PKI_TRUST_SIGNED_PATH_H
#define PKI_TRUST_SIGNED_PATH_H

#include "pki/trust/signed.h"

/* The store by which a path is judged at `trust->now`: roots and CRLs inside, any purpose, RFC 5280 strictly,
 * 112 bits, CRLs demanded on every level. NULL on failure. X509_STORE_free. */
X509_STORE *signed_path_store(const struct signed_trust *trust);

/* The same without CRLs, for who judges revocation otherwise. */
X509_STORE *signed_path_store_without_crls(const struct signed_trust *trust);

/* A store that trusts these very certificates and nothing else, without CRLs. */
X509_STORE *signed_path_pinned_store(STACK_OF(X509) *pinned, time_t now);

/* Builds and judges the path of `leaf`; *chain (leaf first, with the anchor) is the caller's,
 * sk_X509_pop_free, and NULL unless valid. `inside` are the certificates that came with the signature. */
RA_MUST_CHECK enum signed_verdict signed_path_check(X509_STORE *store, X509 *leaf, STACK_OF(X509) *inside,
                                                    STACK_OF(X509) *untrusted, STACK_OF(X509) **chain,
                                                    struct ra_error *error);

/* Key usage and key strength of a signer: RA_STATEMENT_REFUSED, "statement-certificate". */
RA_MUST_CHECK bool signed_path_may_sign(X509 *certificate, struct ra_error *error);

#endif
