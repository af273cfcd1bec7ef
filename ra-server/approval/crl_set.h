/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRLs and the certificates above people's own, as stacks of OpenSSL: choosing, proving, walking. No state
 * and no I/O but the reading of a folder.
 */
#ifndef APPROVAL_CRL_SET_H
#define APPROVAL_CRL_SET_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/x509.h>
#include <time.h>

enum {
    CRL_FILE_MAX = 4 << 20,
    CRL_FOLDER_MAX = 256,
    CRL_URL_SIZE = 256,
    CRL_DEPTH_MAX = 8,
    CRL_POINTS_MAX = 4
};

/* Reads a folder: *.crl (DER) into `crls`, *.pem (certificates) into `certificates`. What cannot be read is
 * passed over: it is missed, and said so, where it is needed. At most CRL_FOLDER_MAX files. */
RA_MUST_CHECK bool crl_set_read_folder(const char *folder, STACK_OF(X509) *certificates,
                                       STACK_OF(X509_CRL) *crls, struct ra_error *error);

/* The certificate with this subject; NULL without one. Borrowed. */
X509 *crl_set_issuer(const STACK_OF(X509) *certificates, const X509_NAME *subject);

/* The newest CRL of this issuer, NULL without one. Borrowed. */
X509_CRL *crl_set_newest(const STACK_OF(X509_CRL) *crls, const X509_NAME *issuer);

/* Puts `take` in the place of an older one of its issuer, if it is newer and `issuer`, its issuer's
 * certificate, has signed it; otherwise frees it. false when it was not taken. */
bool crl_set_offer(STACK_OF(X509_CRL) *crls, X509_CRL *take, X509 *issuer);

time_t crl_set_this_update(const X509_CRL *crl);
time_t crl_set_next_update(const X509_CRL *crl); /* 0 when the CRL does not say */

/* Where the certificate says that its issuer's CRL is (first http(s) address of cRLDistributionPoints); ""
 * without one. */
void crl_set_crl_address(X509 *certificate, char address[CRL_URL_SIZE]);

/* The address of the distribution point at that place, from 0 on; false where there is none. */
bool crl_set_crl_address_at(X509 *certificate, int at, char address[CRL_URL_SIZE]);

/* The certificates that travel inside a CMS object, its signer's among them; NULL when it is none. Free with
 * sk_X509_pop_free(…, X509_free). */
STACK_OF(X509) *crl_set_of_cms(struct bytes cms);

#endif
