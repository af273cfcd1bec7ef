/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seals the mail half under the key file KEYS_DIR/mail-half.key (32 random bytes, 0600, outside database and
 * backups): XChaCha20-Poly1305, bound to order and attempt, so that a sealed half moved to another row opens
 * nothing. The key is read for each use and wiped.
 */
#ifndef ISSUANCE_HALF_SEAL_H
#define ISSUANCE_HALF_SEAL_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/emission_code.h"

/* nonce ‖ sealed half, on `context`. RA_IO when the key file cannot be read. */
RA_MUST_CHECK bool half_seal(TALLOC_CTX *context, const char *keys_dir,
                             const uint8_t half[EMISSION_HALF_SIZE], int64_t order_id, int64_t attempt,
                             struct bytes *sealed, struct ra_error *error);

/* RA_VERIFICATION_FAILED when it was not sealed under this key for this order and attempt. The caller wipes
 * `half`. */
RA_MUST_CHECK bool half_open(const char *keys_dir, struct bytes sealed, int64_t order_id, int64_t attempt,
                             uint8_t half[EMISSION_HALF_SIZE], struct ra_error *error);

#endif
