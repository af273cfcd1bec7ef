/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificates that come again and again (authorities, agents), decoded once: reading one costs OpenSSL 3.0
 * five times a verification by it. Only the decoding is remembered, by all the bytes; nothing here is a
 * judgement, and who judges judges anew.
 *
 * Thread rules: any number of threads. What is handed out is shared: nobody may change it.
 */
#ifndef PKI_BASE_DECODED_H
#define PKI_BASE_DECODED_H

#include "pki/base/bytes.h"

#include <openssl/x509.h>

enum {
    DECODED_MAX = 256 /* certificates kept */,
    DECODED_LENGTH_MAX = 16384 /* bytes of one that is kept */
};

/* The one certificate in DER that `der` is, to its last byte; NULL when it is none. A new reference:
 * X509_free. */
X509 *decoded_certificate(struct bytes der);

/* One that was decoded or made elsewhere and will be asked for by its bytes soon. From now on it is shared:
 * nobody may change it. */
void decoded_keep(X509 *certificate);

#endif
