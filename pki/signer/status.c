/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/status.h"

#include "pki/trust/ocsp.h"

static bool missing(struct ra_error *error)
{
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, "ocsp-missing",
                          "Falta a resposta OCSP da AC sobre o certificado de quem assinou.");
}

/* The first answer that can tell has the last word; what cannot tell only says why. */
bool status_check(const struct approval_context *about, X509 *certificate, struct ra_error *error)
{
    char address[OCSP_URL_SIZE];
    if (!ocsp_address(certificate, address))
        return true;
    struct ocsp_question question = {.certificate = certificate, .crls = about->crls, .now = about->now};
    question.issuer = ocsp_issuer(certificate, about->settings->ac_known);
    if (question.issuer == NULL)
        question.issuer = ocsp_issuer(certificate, about->settings->ac_anchors);
    if (question.issuer == NULL || about->ocsp.count == 0)
        return missing(error);
    for (size_t i = 0; i < about->ocsp.count; i++) {
        switch (ocsp_judge(&question, about->ocsp.answers[i], error)) {
        case SIGNED_VALID:
            return true;
        case SIGNED_INVALID:
            return false;
        case SIGNED_CANNOT_TELL:
            break;
        default:
            return missing(error);
        }
    }
    return false;
}
