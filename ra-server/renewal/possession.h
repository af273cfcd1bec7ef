/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who has a certificate's key: a signature of just now, for one purpose, on this instance, that opens
 * something once.
 */
#ifndef RENEWAL_POSSESSION_H
#define RENEWAL_POSSESSION_H

#include "http/http.h"
#include "jobs.h"
#include "pki/base/bytes.h"

#include <openssl/x509.h>

/* Member "certificate" of the body (PEM); `der` on the request's context. X509_free. */
RA_MUST_CHECK bool possession_certificate(struct http_request *request, X509 **certificate, struct bytes *der,
                                          struct ra_error *error);

struct possession {
    bool holds;
    uint8_t digest[32]; /* of what was said, and by which key */
};

/* Members "issued_at" and "signature": RSASSA-PKCS1-v1_5 and SHA-256 by the certificate's key over
 * purpose || 00 || instance || 00 || issued_at || 00. ->holds tells; false is a failure of ours. */
RA_MUST_CHECK bool possession_check(struct http_request *request, const char *purpose, X509 *certificate,
                                    struct possession *possession, struct ra_error *error);

/* Called before what was said opens anything. *first is false where it opened something before; false is a
 * failure of ours. */
RA_MUST_CHECK bool possession_spend(struct http_request *request, const struct possession *possession,
                                    bool *first, struct ra_error *error);

/* Forgets what is too old to be said again. */
RA_MUST_CHECK bool possession_sweep(struct job_run *run, struct ra_error *error);

#endif
