/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of one leaf of the log, in one fixed shape (identification-rules 3.8): pure, no I/O. The bytes
 * are made once, stored as they are and never rebuilt: whoever checks hashes what he was given.
 *
 *   {"v":1,"id":uuid,"event":WORD,"ts_utc":RFC 3339,"ts_local":RFC 3339 with the office's offset,
 *    "actor":{"kind":word,"spki":hex or "","serial":hex or ""},"station":text,
 *    "place":{"office":code,"ibge":7 digits,"kind":word},"clock_offset_ms":integer or null,
 *    "order":uuid or "","person":uuid or "","detail":{…},"commit":hex or ""}
 *
 * ASCII, no white space, no line break: a leaf is a line of the export. An agent is named by the SHA-256 of
 * the public key, which the signed rosters tie to a person; his name is of the private half. commit =
 * SHA-256(salt ‖ private data).
 */
#ifndef AUDIT_LEAF_H
#define AUDIT_LEAF_H

#include "audit/audit.h"
#include "pki/base/bytes.h"

enum { AUDIT_SALT_SIZE = 32, AUDIT_LEAF_MAX = 16384 };

struct audit_leaf {
    const char *event;
    int64_t at_us;
    int64_t utc_offset_s;
    const char *actor_kind; /* "agent", "auditor", "admin", "holder", "system" */
    const char *actor_spki; /* "" for who has no certificate */
    const char *actor_serial;
    const char *station;
    const char *office;
    const char *ibge;
    const char *place_kind;
    bool clock_known;
    int64_t clock_offset_ms;
    const char *order_ref;
    const char *person;
    const json_t *detail; /* typed values only: audit_leaf_separate first */
    const char *commit;   /* hexadecimal, "" without private data */
};

/* Moves what is no typed value from `detail` to `*personal` (made when needed), and takes `person` out of
 * `detail` into `person` (at least 37 bytes; "" when there is none or it is no uuid). */
RA_MUST_CHECK bool audit_leaf_separate(json_t *detail, json_t **personal, char person[37],
                                       struct ra_error *error);

/* The leaf, on `context`, under a new random id. */
RA_MUST_CHECK bool audit_leaf_build(TALLOC_CTX *context, const struct audit_leaf *leaf, struct bytes *bytes,
                                    struct ra_error *error);

/* The private half of an event: its exact bytes, a fresh salt and the commitment to both. */
struct audit_private {
    struct bytes data;
    uint8_t salt[AUDIT_SALT_SIZE];
    char commit[65];
};

/* SHA-256(salt ‖ data), in hexadecimal. */
RA_MUST_CHECK bool audit_commitment(struct bytes salt, struct bytes data, char commit[65],
                                    struct ra_error *error);

/* The member of the private half that names who acted, where that is somebody with a certificate. */
#define AUDIT_ACTOR_NAME "actor_name"

/* `personal` NULL or empty: everything empty. On `context`. */
RA_MUST_CHECK bool audit_private_build(TALLOC_CTX *context, const json_t *personal,
                                       struct audit_private *private_part, struct ra_error *error);

#endif
