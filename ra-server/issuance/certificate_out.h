/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The certificate that came: is it the one that was ordered, once more and by this server's own eyes, and as
 * PEM for who gets it.
 */
#ifndef ISSUANCE_CERTIFICATE_OUT_H
#define ISSUANCE_CERTIFICATE_OUT_H

#include "app.h"
#include "orders/orders.h"
#include "pki/base/bytes.h"

#include <openssl/x509.h>

/* Reads the roots of the issued certificates (config ac_anchors). Free with X509_STORE_free. */
RA_MUST_CHECK bool certificate_anchors(const char *path, X509_STORE **anchors, struct ra_error *error);

/* What came: certificate and the chain above it, the issuer first. */
struct certificate_came {
    struct bytes certificate; /* DER */
    const struct bytes *chain;
    size_t chain_count;
    struct bytes spki_digest; /* of the key that was sent */
};

/* profile_check against the order's data, as of the certificate's own first second, which may not lie ahead
 * of `now_us` (whoever fetches it a year later gets it too), and the key. RA_CERTIFICATE_REFUSED, reason
 * "certificate-mismatch", with the first difference in the detail. */
RA_MUST_CHECK bool certificate_check(struct ra_app *app, TALLOC_CTX *context, X509_STORE *anchors,
                                     const struct order *order, const struct certificate_came *came,
                                     int64_t now_us, struct ra_error *error);

/* PEM of DER certificates, one after the other, on `context`. */
RA_MUST_CHECK bool certificate_pem(TALLOC_CTX *context, const struct bytes *certificates, size_t count,
                                   struct bytes *pem, struct ra_error *error);

/* The DER certificates of a PEM text, on `context`. */
RA_MUST_CHECK bool certificate_unpem(TALLOC_CTX *context, struct bytes pem, struct bytes **certificates,
                                     size_t *count, struct ra_error *error);

#endif
