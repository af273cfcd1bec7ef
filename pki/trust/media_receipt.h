/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder's signature on the receipt of a token, by the key in it (docs/token.md). Signed bytes:
 * "guiche-media-receipt-v1" || 00 || SHA-256 of the PDF, as prefixed.h says. Pure, any thread.
 */
#ifndef PKI_TRUST_MEDIA_RECEIPT_H
#define PKI_TRUST_MEDIA_RECEIPT_H

#include "pki/trust/prefixed.h"

RA_MUST_CHECK bool media_receipt_sign(TALLOC_CTX *context, EVP_PKEY *key, const uint8_t pdf_digest[32],
                                      struct bytes *signature, struct ra_error *error);

/* Otherwise RA_RULE_REFUSED, reason "media-receipt-invalid". */
RA_MUST_CHECK bool media_receipt_verify(EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes signature,
                                        struct ra_error *error);

#endif
