/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's own word that a certificate is to be revoked, believed or not: in the place of the agents'
 * statements (protocol 6). Nothing but the certificate itself, the signer's own files and, for the person
 * responsible for a company, fresh CRLs is believed.
 *
 * Reasons: proof-revocation proof-expired revocation-key; for the responsible person's e-CPF those of
 * signed_check_certificate, responsible-mismatch, order-mismatch; crl-lower.
 */
#ifndef PKI_SIGNER_HOLDER_REVOKE_H
#define PKI_SIGNER_HOLDER_REVOKE_H

#include "pki/signer/approval.h"
#include "pki/signer/request.h"

/* `certificate` is what is to be revoked; that it is the AC's is for the caller to have seen. `begun`: the AC
 * was asked before, so that the proof's age does not count any more. */
RA_MUST_CHECK bool holder_revoke_verify(const struct approval_context *about, struct ledger *ledger,
                                        const struct holder_proof *proof, X509 *certificate, bool begun,
                                        struct ledger_crls *crls, struct ra_error *error);

#endif
