/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's .p12 file: key and certificates under PBES2 with AES-256-CBC and PBKDF2 HMAC-SHA-256 of
 * 600,000 iterations, MAC with SHA-256 of as many, a friendly name, the certificate's chain. What OpenSSL 3,
 * Java 8u301 and later, Windows 10 1709 and later and current browsers open.
 */
#ifndef PKI_TRUST_PKCS12_H
#define PKI_TRUST_PKCS12_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum {
    PKCS12_ITERATIONS = 600000,
    PKCS12_PASSPHRASE_MIN = 8,
    PKCS12_PASSPHRASE_MAX = 128,
};

/* All borrowed. */
struct pkcs12_parts {
    EVP_PKEY *key;
    X509 *certificate;         /* of that key */
    STACK_OF(X509) *chain;     /* issuers, may be NULL */
    const char *friendly_name; /* ASCII or UTF-8, 1..128 bytes */
};

/* Printable ASCII only (programs disagree on the encoding of anything else), 8 to 128 characters. RA_INVALID,
 * reasons "passphrase-short", "passphrase-long", "passphrase-character". */
RA_MUST_CHECK bool pkcs12_check_passphrase(const char *passphrase, struct ra_error *error);

/* The DER file on `context`; already opened again with the pass phrase and compared with the parts. */
RA_MUST_CHECK bool pkcs12_write(TALLOC_CTX *context, const struct pkcs12_parts *parts, const char *passphrase,
                                struct bytes *file, struct ra_error *error);

#endif
