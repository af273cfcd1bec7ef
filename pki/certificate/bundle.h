/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files in which an AC's portal gives certificates: PKCS#7 certs-only (RFC 2315, .p7b) or one bare
 * certificate, DER or PEM. They are foreign bytes; nothing in them is believed, only decoded.
 */
#ifndef PKI_CERTIFICATE_BUNDLE_H
#define PKI_CERTIFICATE_BUNDLE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/x509.h>

enum { BUNDLE_MAX = 65536, BUNDLE_CERTIFICATES_MAX = 16 }; /* bytes; certificates in one file */

/* *list is the caller's to free with its members, and has at least one. RA_INVALID, reason
 * "bundle-malformed": none of these forms, nothing in it, too much in it, or something after it. */
RA_MUST_CHECK bool bundle_read(struct bytes file, STACK_OF(X509) **list, struct ra_error *error);

#endif
