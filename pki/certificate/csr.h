/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Acceptance of a certificate request (PKCS#10, RFC 2986): only its public key is ever taken, and only after
 * the proof that the sender holds the private one. Subject and requested extensions are neither read nor
 * trusted.
 *
 * Refusals are RA_CSR_REFUSED with one of these reasons, and a Portuguese detail:
 *   csr-malformed     not one DER or PEM request of at most CSR_MAX bytes without anything else; or a
 * challengePassword csr-unverifiable  key or signature of an algorithm that this program does not know:
 * neither good nor bad, and never let through csr-algorithm     key other than RSA, or signed with anything
 * but sha256/384/512WithRSAEncryption csr-key-size      RSA of a size that the profile does not admit
 *   csr-exponent      public exponent other than 65537
 *   csr-weak-key      a modulus that can be factored: small factor, ROCA, close primes, in the list
 * (weak_keys.h) csr-signature     the self-signature is not valid
 */
#ifndef PKI_CERTIFICATE_CSR_H
#define PKI_CERTIFICATE_CSR_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/certificate/profile.h"
#include "pki/certificate/weak_keys.h"

#include <openssl/x509.h>

enum { CSR_MAX = 16384 }; /* bytes, PEM or DER */

/* Owned by its talloc parent; freeing it frees the OpenSSL object. Not to be modified. */
struct csr {
    X509_REQ *request;
    struct bytes der;        /* the request, without PEM armour */
    struct bytes spki;       /* SubjectPublicKeyInfo, DER; after csr_check in its one canonical encoding */
    uint8_t spki_digest[32]; /* SHA-256 of `spki` */
    unsigned key_bits;
    int key_type; /* EVP_PKEY_RSA… */
};

/* Decodes only: form and size. For tools that describe requests; never enough to issue. */
RA_MUST_CHECK bool csr_decode(TALLOC_CTX *context, struct bytes input, struct csr **csr,
                              struct ra_error *error);

/* Key, exponent, digest and self-signature of a decoded request, against the sizes of `profile`. `weak_keys`
 * NULL: no further ones than Debian's. For who tells people early what csr_accept would refuse: a modulus
 * that is one prime or a power of it is found there alone, at the price of six signatures. */
RA_MUST_CHECK bool csr_check(const struct csr *csr, const struct certificate_profile *profile,
                             const struct weak_key_list *weak_keys, struct ra_error *error);

/* The kind (EVP_PKEY_RSA…, EVP_PKEY_NONE: unknown) and size of a key alone, by the same reasons: for who
 * promises a key before there is a request. */
RA_MUST_CHECK bool csr_check_key(int type, unsigned bits, const struct certificate_profile *profile,
                                 struct ra_error *error);

/* csr_decode, csr_check, and the modulus: the way in for every request that may become a certificate. */
RA_MUST_CHECK bool csr_accept(TALLOC_CTX *context, struct bytes input,
                              const struct certificate_profile *profile,
                              const struct weak_key_list *weak_keys, struct csr **csr,
                              struct ra_error *error);

#endif
