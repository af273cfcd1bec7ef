/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/media_receipt.h"

static const char prefix[] = "guiche-media-receipt-v1";

bool media_receipt_sign(TALLOC_CTX *context, EVP_PKEY *key, const uint8_t pdf_digest[32],
                        struct bytes *signature, struct ra_error *error)
{
    return prefixed_sign(context, key, prefix, pdf_digest, signature, error);
}

bool media_receipt_verify(EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes signature,
                          struct ra_error *error)
{
    return prefixed_verify(key, prefix, pdf_digest, signature) ||
           ra_fail_reason(error, RA_RULE_REFUSED, "media-receipt-invalid",
                          "A assinatura do recibo não confere com a chave do certificado.");
}
