/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small steps from which every certificate of the homologation CA is put together (RFC 5280;
 * certificate-profiles 1.2, 1.5, 3.1). Extensions are built from typed objects, never from text that came
 * from outside. All functions: false with RA_CRYPTO when the library fails.
 */
#ifndef PKI_HOMOLOG_CA_CERTIFICATE_BUILDER_H
#define PKI_HOMOLOG_CA_CERTIFICATE_BUILDER_H

#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

/* One attribute of a distinguished name: C and serialNumber become PrintableString, the rest UTF8String. */
RA_MUST_CHECK bool name_add(X509_NAME *name, const char *attribute, const char *value,
                            struct ra_error *error);

/* A v3 certificate with a random positive serial of 16 bytes, names, validity and key; unsigned. X509_free
 * it. */
RA_MUST_CHECK bool builder_begin(const X509_NAME *issuer, const X509_NAME *subject, EVP_PKEY *key,
                                 time_t not_before, time_t not_after, X509 **certificate,
                                 struct ra_error *error);

/* An extension from OpenSSL's configuration syntax; `value` is a constant of this program. `issuer` NULL:
 * itself. */
RA_MUST_CHECK bool builder_add_text(X509 *certificate, X509 *issuer, int nid, const char *value,
                                    struct ra_error *error);

/* certificatePolicies: each OID with the CPS qualifier. The list ends with NULL. */
RA_MUST_CHECK bool builder_add_policies(X509 *certificate, const char *const *oids, const char *cps,
                                        struct ra_error *error);

/* cRLDistributionPoints: one DistributionPoint for each address. The list ends with NULL. */
RA_MUST_CHECK bool builder_add_crl_points(X509 *certificate, const char *const *addresses,
                                          struct ra_error *error);

/* authorityInfoAccess: first caIssuers, the chain as PKCS#7 certs-only, then the OCSP responder
 * (certificate-profiles 1.5). */
RA_MUST_CHECK bool builder_add_access(X509 *certificate, const char *chain, const char *responder,
                                      struct ra_error *error);

/* otherName with an OCTET STRING inside (certificate-profiles 1.6), and rfc822Name, onto a list. */
RA_MUST_CHECK bool builder_push_other_name(GENERAL_NAMES *names, const char *oid, const char *value,
                                           struct ra_error *error);
RA_MUST_CHECK bool builder_push_text_name(GENERAL_NAMES *names, int type, const char *value,
                                          struct ra_error *error);

#endif
