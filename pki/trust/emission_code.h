/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The emission code (protocol 3): two halves of 80 bits that reach the holder by two channels, as paper and
 * mail. A half becomes an Ed25519 key; the agents' statements bind the public keys, the holder proves
 * possession over the request. docs/emission-code.md says the same for other languages, with vectors in
 * pki/vectors/emission-code.json.
 *
 * Text form: 16 characters of Crockford base 32 in four groups of four, each followed by its check character,
 * with hyphens between: "XXXXc-XXXXc-XXXXc-XXXXc". Reading ignores hyphens and blanks, case, and takes O as
 * 0, I and L as 1. Check character of group g (1 to 4) with the values x1..x4, in GF(32) =
 * GF(2)[a]/(a^5+a^2+1): a^4*x1 + a^3*x2 + a^2*x3 + a*x4 + g. It catches every single wrong character, every
 * exchange of two characters of a group, and every exchange of two groups.
 *
 * Derivation: HKDF-SHA-256(ikm = the 10 bytes, salt = instance, info = "counter" or "mail" || 00 || order)
 * gives the 32-byte Ed25519 seed. Proof: Ed25519 over "guiche-emission-v1" || 00 || instance || 00 || order
 * || 00 || SHA-256(validation CMS) || SubjectPublicKeyInfo DER. In both, `instance` is its text, 32
 * lower-case hexadecimal digits as ASCII bytes, and `order` its code as ASCII bytes.
 *
 * Halves are secrets: callers keep them in memory that they wipe. Pure functions, safe in any thread.
 */
#ifndef PKI_TRUST_EMISSION_CODE_H
#define PKI_TRUST_EMISSION_CODE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum {
    EMISSION_HALF_SIZE = 10,  /* bytes of a half */
    EMISSION_TEXT_SIZE = 24,  /* "XXXXc-XXXXc-XXXXc-XXXXc" and NUL */
    EMISSION_INPUT_MAX = 64,  /* characters typed, blanks and hyphens included */
    EMISSION_KEY_SIZE = 32,   /* Ed25519 public key */
    EMISSION_PROOF_SIZE = 64, /* Ed25519 signature */
};

enum emission_half {
    EMISSION_COUNTER, /* "counter": código do papel */
    EMISSION_MAIL,    /* "mail": código do e-mail */
};

/* A new random half. */
RA_MUST_CHECK bool emission_half_make(uint8_t half[EMISSION_HALF_SIZE], struct ra_error *error);

/* The text to show and print. */
void emission_half_format(const uint8_t half[EMISSION_HALF_SIZE], char text[EMISSION_TEXT_SIZE]);

/* Reads what a person typed, or the fragment of a link. RA_INVALID with the reasons "code-length",
 * "code-character", "code-check", and a Portuguese detail that names the group to look at again. */
RA_MUST_CHECK bool emission_half_parse(const char *text, uint8_t half[EMISSION_HALF_SIZE],
                                       struct ra_error *error);

/* What a proof is about. Borrowed. */
struct emission_case {
    const char *instance;      /* 32 lower-case hexadecimal digits */
    const char *order;         /* order code, ASCII */
    const uint8_t *validation; /* 32 bytes: SHA-256 of the validation's CMS */
    struct bytes spki;         /* SubjectPublicKeyInfo of the request, DER */
};

/* Public key of a half, for the statement. */
RA_MUST_CHECK bool emission_public_key(const uint8_t half[EMISSION_HALF_SIZE], enum emission_half kind,
                                       const char *instance, const char *order,
                                       uint8_t public_key[EMISSION_KEY_SIZE], struct ra_error *error);

/* The holder's proof with one half. */
RA_MUST_CHECK bool emission_prove(const uint8_t half[EMISSION_HALF_SIZE], enum emission_half kind,
                                  const struct emission_case *about, uint8_t proof[EMISSION_PROOF_SIZE],
                                  struct ra_error *error);

/* true only for a good proof; otherwise RA_PROOF_REFUSED, reason "proof-counter" or "proof-mail" by `kind`
 * (RA_CRYPTO when the library fails). A proof of any other length is refused. */
RA_MUST_CHECK bool emission_verify(const uint8_t public_key[EMISSION_KEY_SIZE], enum emission_half kind,
                                   const struct emission_case *about, struct bytes proof,
                                   struct ra_error *error);

#endif
