/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's side of ra-keyholder: a connection made before the cell closes, and a key that signs through
 * it. When the connection ends nothing is signed any more; the signer is started anew then.
 */
#ifndef PKI_SIGNER_KEY_HOLDER_H
#define PKI_SIGNER_KEY_HOLDER_H

#include "pki/base/error.h"

#include <openssl/x509.h>
#include <talloc.h>

struct key_holder;

/* Connects to HOME/run/key.sock. NULL when nobody answers there. On `context`; freeing it closes the
 * connection. */
struct key_holder *key_holder_connect(TALLOC_CTX *context, const char *home);

/* A key whose private half is the holder's and whose public half is the certificate's. The caller's to free,
 * before the holder. Any thread may sign with it. */
RA_MUST_CHECK bool key_holder_key(struct key_holder *holder, X509 *certificate, EVP_PKEY **key,
                                  struct ra_error *error);

#endif
