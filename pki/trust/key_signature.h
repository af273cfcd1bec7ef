/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bare signatures over short messages that no statement is: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2) by
 * a certificate's key, Ed25519 (RFC 8032) by a key that people derive from something they know. Every message
 * begins with a word and a zero byte that no other message of this system begins with, and like no DER.
 *
 * Pure functions, safe in any thread; keys are borrowed and only read.
 */
#ifndef PKI_TRUST_KEY_SIGNATURE_H
#define PKI_TRUST_KEY_SIGNATURE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>

enum {
    KEY_SIGNATURE_MAX = 1024, /* bytes: RSA of 8192 bits */
    KEY_MESSAGE_MAX = 256,    /* bytes of a message */
    ED25519_SEED_SIZE = 32,
    ED25519_KEY_SIZE = 32,
    ED25519_SIGNATURE_SIZE = 64,
};

/* A message under construction: texts, each with the zero byte after it, and bytes. A part that does not fit
 * makes the whole unusable, said by key_message_bytes. */
struct key_message {
    uint8_t data[KEY_MESSAGE_MAX];
    size_t length;
    bool overflown;
};

void key_message_text(struct key_message *message, const char *text);
void key_message_append(struct key_message *message, struct bytes part);

/* Borrowed from the message. RA_INTERNAL when a part did not fit. */
RA_MUST_CHECK bool key_message_bytes(const struct key_message *message, struct bytes *bytes,
                                     struct ra_error *error);

/* On `context`. RA_CRYPTO when the key is not RSA or the library fails. */
RA_MUST_CHECK bool rsa_sign(TALLOC_CTX *context, EVP_PKEY *key, struct bytes message, struct bytes *signature,
                            struct ra_error *error);

/* Only a good signature by an RSA key is true. `key` may be NULL, as of a certificate whose key nobody can
 * read. */
bool rsa_verifies(EVP_PKEY *key, struct bytes message, struct bytes signature);

RA_MUST_CHECK bool ed25519_public(const uint8_t seed[ED25519_SEED_SIZE], uint8_t public_key[ED25519_KEY_SIZE],
                                  struct ra_error *error);
RA_MUST_CHECK bool ed25519_sign(const uint8_t seed[ED25519_SEED_SIZE], struct bytes message,
                                uint8_t signature[ED25519_SIGNATURE_SIZE], struct ra_error *error);
bool ed25519_verifies(const uint8_t public_key[ED25519_KEY_SIZE], struct bytes message,
                      struct bytes signature);

#endif
