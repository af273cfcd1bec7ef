/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The new key of a renewal against the product's profile, before the holder pays for it and an agent signs:
 * what its request would be refused for at the end (pki/certificate/csr.h: csr-key-size, csr-algorithm,
 * csr-unverifiable) is refused when it is promised, and again when it is signed for.
 */
#ifndef RENEWAL_RENEWAL_KEY_H
#define RENEWAL_RENEWAL_KEY_H

#include "http/http.h"
#include "pki/certificate/profile.h"

/* The member "new_key" of a body, {"algorithm","bits"}; absent is no promise. RA_INVALID or RA_CSR_REFUSED.
 */
RA_MUST_CHECK bool renewal_key_check_promise(const json_t *body, const struct certificate_profile *profile,
                                             struct ra_error *error);

/* The member "spki" of a body, a SubjectPublicKeyInfo (DER) in base64: the key whose SHA-256 the holder
 * signed. RA_INVALID, RA_CSR_REFUSED, or RA_STATEMENT_REFUSED "renewal-mismatch" where it is another. */
RA_MUST_CHECK bool renewal_key_check_signed(struct http_request *request, const uint8_t signed_digest[32],
                                            const struct certificate_profile *profile,
                                            struct ra_error *error);

/* The RSA sizes that the profile admits, the usual one first; new reference. */
json_t *renewal_key_bits_json(const struct certificate_profile *profile);

#endif
