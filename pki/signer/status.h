/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the AC says at this moment about the certificate that a holder signed with (protocol 6). A certificate
 * that names an OCSP responder is not believed without its answer; for one that names none the CRL, which is
 * asked for everywhere, is all there is. Agents' certificates are judged by CRLs alone (protocol 5).
 *
 * Reasons: certificate-revoked ocsp-unknown ocsp-missing ocsp-expired.
 */
#ifndef PKI_SIGNER_STATUS_H
#define PKI_SIGNER_STATUS_H

#include "pki/signer/approval.h"

RA_MUST_CHECK bool status_check(const struct approval_context *about, X509 *certificate,
                                struct ra_error *error);

#endif
