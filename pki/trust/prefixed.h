/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a holder signs with the key of a certificate beside TLS and documents: "prefix" || 00 || 32 bytes.
 * Each use has a prefix of its own, so that no signature serves for another; the bytes begin like no DER.
 * RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2).
 *
 * Pure functions, safe in any thread; keys are borrowed and only read.
 */
#ifndef PKI_TRUST_PREFIXED_H
#define PKI_TRUST_PREFIXED_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>

enum { PREFIXED_SIGNATURE_MAX = 1024 /* bytes: RSA of 8192 bits */ };

/* Signs, on `context`. RA_CRYPTO when the key is not RSA or the library fails. */
RA_MUST_CHECK bool prefixed_sign(TALLOC_CTX *context, EVP_PKEY *key, const char *prefix,
                                 const uint8_t value[32], struct bytes *signature, struct ra_error *error);

/* A good signature by `key`? Leaves no OpenSSL errors behind. */
bool prefixed_verify(EVP_PKEY *key, const char *prefix, const uint8_t value[32], struct bytes signature);

#endif
