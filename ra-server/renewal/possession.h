/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who has a certificate's key: a signature of just now, for one purpose, on this instance.
 */
#ifndef RENEWAL_POSSESSION_H
#define RENEWAL_POSSESSION_H

#include "http/http.h"
#include "pki/base/bytes.h"

#include <openssl/x509.h>

/* Member "certificate" of the body (PEM); `der` on the request's context. X509_free. */
RA_MUST_CHECK bool possession_certificate(struct http_request *request, X509 **certificate, struct bytes *der,
                                          struct ra_error *error);

/* Members "issued_at" and "signature": RSASSA-PKCS1-v1_5 and SHA-256 by the certificate's key over
 * purpose || 00 || instance || 00 || issued_at || 00. *holds tells; false is a failure of ours. */
RA_MUST_CHECK bool possession_holds(struct http_request *request, const char *purpose, X509 *certificate,
                                    bool *holds, struct ra_error *error);

#endif
