/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log's checkpoint as a signed note (C2SP signed-note, tlog-checkpoint), Ed25519 (signature type 01):
 *
 *     <origin>\n<size, decimal>\n<root, base64>\n
 *     \n
 *     — <origin> <base64 of 4-byte key id || 64-byte signature>\n
 *
 * The key's name is the log's origin. Key id: first 4 bytes of SHA-256(name || 0A || 01 || public key).
 * Verifier line (identities/log.vkey): name+<key id in 8 hexadecimal digits>+<base64 of 01 || public key>.
 * Extension lines are refused; signature lines of other keys (witnesses) are passed over.
 *
 * A key is a talloc object; freeing it wipes it. Safe in any thread.
 */
#ifndef PKI_TRUST_NOTE_H
#define PKI_TRUST_NOTE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/merkle.h"

enum {
    NOTE_MAX = 8192,     /* bytes of a note */
    NOTE_NAME_MAX = 128, /* bytes; no blanks, no '+', printable ASCII */
    NOTE_SIGNATURES_MAX = 16,
    NOTE_KEY_SIZE = 32,
};

struct checkpoint {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size; /* leaves */
    struct merkle_hash root;
};

struct note_verifier {
    char name[NOTE_NAME_MAX + 1];
    uint8_t id[4];
    uint8_t public_key[NOTE_KEY_SIZE];
};

/* Opaque signing key of the log. */
struct note_key;

/* Makes a key and writes it to `path` (PKCS#8 PEM, mode 0600); an existing file is RA_CONFLICT. */
RA_MUST_CHECK bool note_key_create(const char *path, struct ra_error *error);

/* Reads a PKCS#8 PEM file with an Ed25519 key; `name` is the log's origin. RA_INVALID for anything else. */
RA_MUST_CHECK bool note_key_load(TALLOC_CTX *context, const char *path, const char *name,
                                 struct note_key **key, struct ra_error *error);

/* The verifier of a signing key; borrowed from it. */
const struct note_verifier *note_key_verifier(const struct note_key *key);

/* The verifier line without newline, on `context`; NULL when memory ran out. */
char *note_verifier_line(TALLOC_CTX *context, const struct note_verifier *verifier);

/* Strict reading of a verifier line, one newline at its end permitted. RA_INVALID, also when the key id does
 * not follow from name and key. */
RA_MUST_CHECK bool note_verifier_parse(const char *line, struct note_verifier *verifier,
                                       struct ra_error *error);

/* The signed note, NUL-terminated, on `context`. The origin is the key's name: checkpoint->origin is ignored.
 */
RA_MUST_CHECK bool checkpoint_sign(TALLOC_CTX *context, const struct note_key *key,
                                   const struct checkpoint *checkpoint, char **note, struct ra_error *error);

/* Parses strictly and verifies: the origin must be the verifier's name and its signature must be there, once,
 * and good. RA_VERIFICATION_FAILED with reason "note-malformed", "note-origin", "note-unsigned",
 * "note-signature". */
RA_MUST_CHECK bool checkpoint_verify(struct bytes note, const struct note_verifier *verifier,
                                     struct checkpoint *checkpoint, struct ra_error *error);

#endif
