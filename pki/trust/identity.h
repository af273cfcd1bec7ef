/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who signs: a private key, its certificate, and the certificates up to (not including) the root. Opaque, so
 * that a key inside a token can stand behind the same functions. Read from PEM (key, certificate and chain in
 * one file, in any order) or PKCS#12 (files with the RC2 of old are refused, with the remedy).
 *
 * An identity is a talloc object; freeing it wipes the key. Read-only after loading: any number of threads.
 */
#ifndef PKI_TRUST_IDENTITY_H
#define PKI_TRUST_IDENTITY_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

struct identity;

enum {
    IDENTITY_FILE_MAX = 262144, /* bytes */
    IDENTITY_CHAIN_MAX = 8,     /* certificates above the leaf that are kept */
    IDENTITY_PASSPHRASE_SIZE = 256,
};

/* Asks for the pass phrase of a protected file: NUL-terminated into `buffer` of `size` bytes. false gives up
 * (and sets *error). Called only when the file needs one, at most once. The buffer is wiped by the caller. */
typedef bool identity_ask(void *state, char *buffer, size_t size, struct ra_error *error);

struct identity_passphrase {
    identity_ask *ask; /* NULL: a protected file is an error */
    void *state;
};

/* Reads a file. RA_INVALID with a Portuguese detail and a reason: "identity-malformed",
 * "identity-passphrase", "identity-without-key", "identity-without-certificate", "identity-key-mismatch";
 * RA_IO, RA_TOO_LARGE. */
RA_MUST_CHECK bool identity_load(TALLOC_CTX *context, const char *path,
                                 const struct identity_passphrase *passphrase, struct identity **identity,
                                 struct ra_error *error);

/* The same from bytes in memory, which are neither kept nor wiped. */
RA_MUST_CHECK bool identity_parse(TALLOC_CTX *context, struct bytes file,
                                  const struct identity_passphrase *passphrase, struct identity **identity,
                                  struct ra_error *error);

/* From a key that is there already, in a token for one. `take_key` is taken, also on failure; of
 * `certificates` (borrowed) the key's own is the identity's, and its issuers are the chain. */
RA_MUST_CHECK bool identity_assemble(TALLOC_CTX *context, EVP_PKEY *take_key, STACK_OF(X509) *certificates,
                                     struct identity **identity, struct ra_error *error);

/* Borrowed from the identity; never NULL. The key may only be used, not exported: it may live in a token. */
EVP_PKEY *identity_key(const struct identity *identity);
X509 *identity_certificate(const struct identity *identity);

/* Issuers in order, the leaf's first, without any self-signed one; may be empty, never NULL. Borrowed. */
STACK_OF(X509) *identity_chain(const struct identity *identity);

/* SHA-256 of the certificate's SubjectPublicKeyInfo in DER. */
const uint8_t *identity_spki(const struct identity *identity);

#endif
