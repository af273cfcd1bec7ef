/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's signature on the term (contract 3, DOC-ICP-05 4.1 c): made with the new key, beside the CSR,
 * over the countersigned PDF. docs/term.md says the same for other languages, with vectors in
 * pki/vectors/term-signature.json.
 *
 * Signed bytes: "guiche-term-v1" || 00 || SHA-256 of the PDF. Signature: RSASSA-PKCS1-v1_5 with SHA-256
 * (RFC 8017 8.2), as long as the key's modulus. The bytes begin like no DER, so no request for a certificate
 * and no certificate can be taken for a signature on a term.
 *
 * Pure functions, safe in any thread; keys are borrowed and only read.
 */
#ifndef PKI_TRUST_TERM_H
#define PKI_TRUST_TERM_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>

enum { TERM_SIGNATURE_MAX = 1024 /* bytes: RSA of 8192 bits */ };

/* Stands in the place of the key in the proofs of the emission code (emission_case.spki) when the holder asks
 * to read the term: no SubjectPublicKeyInfo begins so. */
#define TERM_READING "guiche-term-read-v1"

/* Signs; on `context`. RA_CRYPTO when the key is not RSA or the library fails. */
RA_MUST_CHECK bool term_sign(TALLOC_CTX *context, EVP_PKEY *key, const uint8_t pdf_digest[32],
                             struct bytes *signature, struct ra_error *error);

/* true only for a good signature by `key`. Otherwise RA_RULE_REFUSED, reason "term-signature-invalid", with
 * the norm as source. */
RA_MUST_CHECK bool term_verify(EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes signature,
                               struct ra_error *error);

/* RA_RULE_REFUSED with that reason and the norm behind every rule about the term. Returns false. */
bool term_refuse(struct ra_error *error, const char *reason, const char *detail);

#endif
