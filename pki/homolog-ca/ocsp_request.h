/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an OCSP request must be before anybody looks for whom it asks.
 */
#ifndef PKI_HOMOLOG_CA_OCSP_REQUEST_H
#define PKI_HOMOLOG_CA_OCSP_REQUEST_H

#include "pki/base/bytes.h"

#include <openssl/ocsp.h>

enum { OCSP_REQUEST_LIMIT = 4096, OCSP_QUESTIONS_MAX = 16 };

/* One OCSPRequest (RFC 6960 4.1.1) and nothing behind it, with 1 to OCSP_QUESTIONS_MAX questions, a nonce of
 * 1 to 32 octets if any (RFC 8954 2.1). NULL otherwise; OCSP_REQUEST_free. */
OCSP_REQUEST *ocsp_request_read(struct bytes request);

#endif
