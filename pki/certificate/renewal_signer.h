/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * May this certificate sign the renewal (rules REN-01 to REN-03, REN-06): whose it is, and its level. Pure;
 * whether it is valid and signed is somebody else's question.
 */
#ifndef PKI_CERTIFICATE_RENEWAL_SIGNER_H
#define PKI_CERTIFICATE_RENEWAL_SIGNER_H

#include "pki/certificate/data.h"
#include "pki/certificate/profile.h"

#include <openssl/x509.h>

enum renewal_fault {
    RENEWAL_FAULT_NONE,
    RENEWAL_FAULT_HOLDER, /* not the same person, company and responsible person */
    RENEWAL_FAULT_LOW,    /* of a lower level than may sign, or of none */
    RENEWAL_FAULT_HIGHER, /* the new certificate is of a higher level */
};

/* `data` and `wanted` are those of the new certificate. false: the certificate cannot be read. */
RA_MUST_CHECK bool renewal_signer_judge(TALLOC_CTX *context, X509 *certificate,
                                        const struct certificate_data *data,
                                        const struct certificate_profile *wanted, int lowest_level,
                                        enum renewal_fault *fault, struct ra_error *error);

#endif
