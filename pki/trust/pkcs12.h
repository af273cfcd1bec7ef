/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's .p12 file: key and certificates under PBES2 with AES-256-CBC and PBKDF2 HMAC-SHA-256 of
 * 100,000 iterations, MAC with SHA-256 of as many (Windows and .NET refuse files that ask for more than
 * 600,000 in all), a friendly name, the certificate's chain. What OpenSSL 3, GnuTLS, NSS, Java 8u301 and
 * later, Windows 10 1709 and later and current browsers open. The emission page writes the same
 * (web/emission/p12.mjs).
 *
 * The compatible variant (PBE-SHA1-3DES, HMAC-SHA-1) is for programs that answer "wrong password" to the
 * right one: weaker, and made only when somebody asks for it.
 */
#ifndef PKI_TRUST_PKCS12_H
#define PKI_TRUST_PKCS12_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum {
    PKCS12_ITERATIONS = 100000,
    PKCS12_COMPATIBLE_ITERATIONS = 10000,
    PKCS12_PASSPHRASE_MIN = 8,
    PKCS12_PASSPHRASE_MAX = 128,
    PKCS12_SUGGESTED_SIZE = 20, /* with its NUL */
    PKCS12_NAME_SIZE = 129,
    PKCS12_FILE_MAX = 262144, /* bytes */
};

enum pkcs12_variant { PKCS12_AES, PKCS12_COMPATIBLE };

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

/* Four groups of four that are easy to copy by hand: no letter that looks like another, 79 bits. */
RA_MUST_CHECK bool pkcs12_suggest_passphrase(char passphrase[PKCS12_SUGGESTED_SIZE], struct ra_error *error);

/* What programs list a certificate by: whose it is (the common name without the CPF or CNPJ) and until when,
 * "MARINA GONCALVES PRADO - expira em 26/11/2027". */
RA_MUST_CHECK bool pkcs12_friendly_name(X509 *certificate, char name[PKCS12_NAME_SIZE],
                                        struct ra_error *error);

/* The DER file on `context`; already opened again with the pass phrase and compared with the parts. */
RA_MUST_CHECK bool pkcs12_write(TALLOC_CTX *context, const struct pkcs12_parts *parts,
                                enum pkcs12_variant variant, const char *passphrase, struct bytes *file,
                                struct ra_error *error);

/* Reads a file of either variant; key, certificate and chain (perhaps empty, never NULL) are the caller's to
 * free. RA_INVALID, reasons "passphrase-wrong", "pkcs12-malformed". */
RA_MUST_CHECK bool pkcs12_read(struct bytes file, const char *passphrase, EVP_PKEY **key, X509 **certificate,
                               STACK_OF(X509) **chain, struct ra_error *error);

/* Opens such bytes as any program would and compares what is in them; for a file that was written to a disk.
 */
RA_MUST_CHECK bool pkcs12_opens(struct bytes file, const char *passphrase, const struct pkcs12_parts *parts,
                                struct ra_error *error);

#endif
