/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's own word that a certificate is to be revoked (protocol 6; certificate-profiles 2.5), signed in
 * one of three ways over the same bytes:
 *
 *   key          by the certificate's own key
 *   password     by an Ed25519 key derived from the password chosen at emission. Its public half was signed
 *                by the certificate's key then, and travels in the proof with that signature: who holds a
 *                copy of the database can put no other public half in its place
 *   responsible  by the key of the valid e-CPF of the person responsible for a company's certificate
 *
 * Signed bytes: "guiche-holder-revocation-v1" || 00 || instance || 00 || order || 00 || reason || 00 ||
 * issued_at || 00, where `instance` is its 32 lower-case hexadecimal digits, `order` its code, `reason` and
 * `issued_at` (Unix seconds) plain decimal, all as ASCII bytes.
 *
 * Registration of a password's key, by the certificate's key: "guiche-revocation-key-v1" || 00 || instance ||
 * 00 || order || 00 || the 32 bytes of the public half.
 *
 * Seed of a password: scrypt (RFC 7914) with N = 2^16, r = 8, p = 1 over its ASCII bytes, salt
 * "guiche-revocation-password-v1" || 00 || instance || 00 || order || 00; 32 bytes.
 *
 * docs/revocation.md says the same for other languages, with vectors in pki/vectors/revocation.json.
 * Passwords and seeds are secrets: callers keep them in memory that they wipe. Pure functions, safe in any
 * thread; deriving a seed takes 64 MiB and a tenth of a second or more.
 */
#ifndef PKI_TRUST_HOLDER_REVOCATION_H
#define PKI_TRUST_HOLDER_REVOCATION_H

#include "pki/trust/key_signature.h"

enum {
    REVOCATION_PASSWORD_MIN = 10, /* characters */
    REVOCATION_PASSWORD_MAX = 128,
};

/* X(identifier, "word of the proof") */
#define HOLDER_REVOCATION_KINDS(X)                                                                           \
    X(HOLDER_REVOCATION_KEY, "key")                                                                          \
    X(HOLDER_REVOCATION_PASSWORD, "password")                                                                \
    X(HOLDER_REVOCATION_RESPONSIBLE, "responsible")

enum holder_revocation_kind {
#define X(id, word) id,
    HOLDER_REVOCATION_KINDS(X)
#undef X
        HOLDER_REVOCATION_KIND_COUNT
};

const char *holder_revocation_kind_word(enum holder_revocation_kind kind); /* "" out of range */
RA_MUST_CHECK bool holder_revocation_kind_parse(const char *word, enum holder_revocation_kind *kind);

/* What is asked for. Borrowed. */
struct holder_revocation {
    const char *instance;
    const char *order;
    int64_t reason;    /* RFC 5280: 0, 1, 3, 4, 5 or 9 */
    int64_t issued_at; /* Unix seconds by the holder's clock */
};

/* One of the reasons that are offered (certificate-profiles 2.5; never 6, certificateHold). */
bool revocation_reason_is_offered(int64_t reason);

/* By a certificate's key; on `context`. */
RA_MUST_CHECK bool holder_revocation_sign(TALLOC_CTX *context, EVP_PKEY *key,
                                          const struct holder_revocation *about, struct bytes *signature,
                                          struct ra_error *error);

/* true only for a good signature by that key. Otherwise RA_PROOF_REFUSED, reason "proof-revocation". */
RA_MUST_CHECK bool holder_revocation_verify(EVP_PKEY *key, const struct holder_revocation *about,
                                            struct bytes signature, struct ra_error *error);

/* Printable ASCII, REVOCATION_PASSWORD_MIN to _MAX characters. RA_INVALID, reasons "password-short",
 * "password-long", "password-character". */
RA_MUST_CHECK bool revocation_password_check(const char *password, struct ra_error *error);

/* The seed of a password. RA_CRYPTO when the library cannot. */
RA_MUST_CHECK bool revocation_password_seed(const char *password, const char *instance, const char *order,
                                            uint8_t seed[ED25519_SEED_SIZE], struct ra_error *error);

/* By a password's key. */
RA_MUST_CHECK bool revocation_password_sign(const uint8_t seed[ED25519_SEED_SIZE],
                                            const struct holder_revocation *about,
                                            uint8_t signature[ED25519_SIGNATURE_SIZE],
                                            struct ra_error *error);

/* As holder_revocation_verify, by the public half of a password. */
RA_MUST_CHECK bool revocation_password_verify(const uint8_t public_key[ED25519_KEY_SIZE],
                                              const struct holder_revocation *about, struct bytes signature,
                                              struct ra_error *error);

/* The public half of a password, bound to the certificate's key. */
struct revocation_key {
    struct bytes public_key;   /* ED25519_KEY_SIZE bytes; none: no password was chosen */
    struct bytes registration; /* signature of the certificate's key */
};

RA_MUST_CHECK bool revocation_key_register(TALLOC_CTX *context, EVP_PKEY *certificate_key,
                                           const char *instance, const char *order,
                                           const uint8_t public_key[ED25519_KEY_SIZE],
                                           struct bytes *registration, struct ra_error *error);

/* true only when this very public half was registered by that key for this order. RA_PROOF_REFUSED, reason
 * "revocation-key". */
RA_MUST_CHECK bool revocation_key_check(EVP_PKEY *certificate_key, const char *instance, const char *order,
                                        const struct revocation_key *registered, struct ra_error *error);

#endif
