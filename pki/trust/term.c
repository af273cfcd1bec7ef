/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/term.h"

#include "pki/trust/prefixed.h"

#include <stdio.h>

static const char prefix[] = "guiche-term-v1";

bool term_sign(TALLOC_CTX *context, EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes *signature,
               struct ra_error *error)
{
    return prefixed_sign(context, key, prefix, pdf_digest, signature, error);
}

bool term_verify(EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes signature, struct ra_error *error)
{
    return prefixed_verify(key, prefix, pdf_digest, signature) ||
           term_refuse(error, "term-signature-invalid",
                       "A assinatura do termo de titularidade não confere com a chave do pedido.");
}

bool term_refuse(struct ra_error *error, const char *reason, const char *detail)
{
    (void)ra_fail_reason(error, RA_RULE_REFUSED, reason, "%s", detail);
    (void)snprintf(error->source, sizeof error->source, "%s", "DOC-ICP-05 4.1 c (Res. 211/2024)");
    return false;
}
