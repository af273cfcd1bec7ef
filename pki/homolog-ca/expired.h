/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificates whose time is over, for fault tests.
 */
#ifndef PKI_HOMOLOG_CA_EXPIRED_H
#define PKI_HOMOLOG_CA_EXPIRED_H

#include "pki/base/error.h"

#include <openssl/x509.h>
#include <time.h>

/* The same certificate anew, ended a day ago; where `key` is not NULL, for that key. Signed by the issuer's
 * key. X509_free it. RA_CRYPTO when the library fails. */
RA_MUST_CHECK bool expired_copy(X509 *original, EVP_PKEY *key, EVP_PKEY *issuer_key, time_t now, X509 **copy,
                                struct ra_error *error);

#endif
