/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RSA public keys out of a SubjectPublicKeyInfo, read here: OpenSSL 3.0 searches its decoders anew for every
 * key, which costs more than a verification by it.
 *
 * Thread rules: pure.
 */
#ifndef PKI_BASE_RSA_KEY_H
#define PKI_BASE_RSA_KEY_H

#include "pki/base/bytes.h"

#include <openssl/evp.h>

/* The two numbers of a key, without sign octets; they borrow from the input. */
struct rsa_numbers {
    struct bytes modulus;
    struct bytes exponent;
};

/* rsaEncryption with NULL (RFC 3279 2.3.1), both numbers positive, everything in DER to its last byte. */
RA_MUST_CHECK bool rsa_key_read(struct bytes spki, struct rsa_numbers *numbers);

/* The key; NULL when it is none by rsa_key_read or memory ran out. The caller's: EVP_PKEY_free. */
EVP_PKEY *rsa_key_public(struct bytes spki);

#endif
