/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The binding `renewal` (protocol 2; rules REN-01 to REN-07): the holder's own CMS, by a valid certificate
 * that the norm accepts, over instance, order, attempt, digest of the data and the new key. It stands in the
 * place of a meeting, so everything of it is judged here anew, with fresh CRLs.
 *
 * Reasons: those of signed_verify for the holder's signature; statement-instance order-mismatch
 * statement-expired statement-not-yet; renewal-data renewal-key renewal-same-key renewal-holder
 * renewal-level; those of status_check.
 */
#ifndef PKI_SIGNER_RENEWAL_H
#define PKI_SIGNER_RENEWAL_H

#include "pki/certificate/csr.h"
#include "pki/certificate/profile.h"
#include "pki/signer/approval.h"

/* What the renewal is for, as the agent signed it. Borrowed. */
struct renewal_case {
    const struct statement *validation;
    const struct certificate_profile *profile;
    const struct csr *csr;
};

/* A CRL may be fresh and older than a revocation: one that this signer itself was asked for counts at once.
 */
RA_MUST_CHECK bool renewal_check(TALLOC_CTX *context, const struct approval_context *about,
                                 struct ledger *ledger, const struct renewal_case *renewal,
                                 struct ra_error *error);

/* The waivers of a renewal are the norm's own (rules REN-…), which no second agent confirms. */
bool renewal_waivers_are_the_norm_s(const struct statement_waivers *waived);

#endif
