/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A private RSA key that lies elsewhere - in a token, in another process - behind an EVP_PKEY, so that
 * requests, CMS, CMP and TLS sign with it as with any other. It signs; it never decrypts.
 *
 * Thread rules: `sign` may be called from several threads at once and looks after itself.
 */
#ifndef PKI_TRUST_REMOTE_KEY_H
#define PKI_TRUST_REMOTE_KEY_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/evp.h>

enum remote_padding {
    REMOTE_PADDING_PKCS1, /* input is a DigestInfo (RFC 8017 9.2); the holder pads */
    REMOTE_PADDING_NONE,  /* input is a whole padded block, as OpenSSL makes for PSS */
};

/* Signs `input` into `output` (room for the modulus); *size is the room, then what was written. */
typedef bool remote_key_sign(void *context, enum remote_padding padding, struct bytes input, uint8_t *output,
                             size_t *size);

/* Called once, when the key is freed; may be NULL. */
typedef void remote_key_release(void *context);

/* The key whose public half is `public_key` (RSA). *key is the caller's to EVP_PKEY_free; `context` is the
 * key's from success on. RA_INVALID, reason "remote-key-type": not RSA. */
RA_MUST_CHECK bool remote_key_new(EVP_PKEY *public_key, remote_key_sign *sign, remote_key_release *release,
                                  void *context, EVP_PKEY **key, struct ra_error *error);

#endif
