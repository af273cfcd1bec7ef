/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of the dossiers at rest (design 2.13): dossier_dir/<order ref>/<SHA-256 of the plain bytes>,
 * encrypted with libsodium's secretstream (XChaCha20-Poly1305) in chunks, under a key per dossier that is
 * wrapped by the master key file keys_dir/dossier-master.key. Deleting a dossier's wrapped key erases the
 * dossier.
 *
 * Written beside, fsynced and renamed: a file is there whole or not at all. Thread rules: none shared.
 */
#ifndef IDENTIFICATION_VAULT_H
#define IDENTIFICATION_VAULT_H

#include "config/config.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdint.h>

enum { VAULT_KEY_SIZE = 32, VAULT_WRAPPED_SIZE = 24 + 16 + 32 };

/* A key of one dossier; wipe it after use. */
struct vault_key {
    uint8_t bytes[VAULT_KEY_SIZE];
};

/* A fresh key and its wrapped form (VAULT_WRAPPED_SIZE bytes). */
RA_MUST_CHECK bool vault_make_key(const struct config *config, struct vault_key *key,
                                  uint8_t wrapped[VAULT_WRAPPED_SIZE], struct ra_error *error);

/* Opens a wrapped key; anything but a genuine one is RA_INTERNAL. */
RA_MUST_CHECK bool vault_open_key(const struct config *config, struct bytes wrapped, struct vault_key *key,
                                  struct ra_error *error);

/* Encrypts what `descriptor` holds from its start into the dossier. The same content again changes nothing.
 */
RA_MUST_CHECK bool vault_put(const struct config *config, const struct vault_key *key, const char *ref,
                             const uint8_t digest[32], int descriptor, struct ra_error *error);

/* Decrypts a file into `output` (an open, empty file); a changed, cut or foreign file is RA_INTERNAL and
 * nothing of it may be used. */
RA_MUST_CHECK bool vault_get(const struct config *config, const struct vault_key *key, const char *ref,
                             const uint8_t digest[32], int output, struct ra_error *error);

void vault_wipe(struct vault_key *key);

#endif
