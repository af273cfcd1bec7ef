/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is an agent, an auditor, an administrator (protocol 5). One complete document, signed to a threshold by
 * administrators whose certificates are pinned; what a database says counts for nothing.
 *
 * A roster travels as a bundle: a DER SEQUENCE OF the CMS objects (signed.h, type STATEMENT_ROSTER), one for
 * each administrator who signed, all over the very same content bytes. Signing is therefore: sign the
 * content, or take the content of the first CMS as it is and sign it too; then bundle.
 *
 * Read-only after verification: any number of threads.
 */
#ifndef PKI_TRUST_ROSTER_H
#define PKI_TRUST_ROSTER_H

#include "pki/trust/signed.h"

enum {
    ROSTER_SIGNERS_MAX = 8,      /* CMS objects in a bundle */
    ROSTER_BUNDLE_MAX = 1048576, /* bytes */
};

struct roster_trust {
    const char *instance;           /* 32 hexadecimal digits; another instance's roster is refused */
    STACK_OF(X509) *administrators; /* pinned */
    unsigned threshold;             /* 1..ROSTER_SIGNERS_MAX distinct pinned keys must have signed */
    int64_t longest_life_s;         /* not_after - issued_at at most */
    int64_t lowest_version;         /* the highest version seen so far; 0 when none was */
    time_t now;                     /* by the instance's clock */
};

/* One talloc object. */
struct roster {
    const struct statement *statement; /* type STATEMENT_ROSTER; entries in statement->roster */
    struct bytes content;              /* what was signed, to be signed by another administrator */
    uint8_t digest[32]; /* SHA-256 of `content`: the same version with another digest is a fork */
    size_t signers;     /* distinct pinned keys that signed */
};

/* Bundles CMS objects; they are not judged. On `context`. */
RA_MUST_CHECK bool roster_bundle(TALLOC_CTX *context, const struct bytes *objects, size_t count,
                                 struct bytes *bundle, struct ra_error *error);

/* Cuts a bundle into its CMS objects (borrowed from it), not judged: ROSTER_SIGNERS_MAX slots. */
RA_MUST_CHECK bool roster_unbundle(struct bytes bundle, struct bytes objects[ROSTER_SIGNERS_MAX],
                                   size_t *count, struct ra_error *error);

/* Judges a bundle; *roster is set only with SIGNED_VALID. One bad or doubled signature spoils the bundle.
 * Reasons beyond those of signed_verify (RA_STATEMENT_REFUSED): statement-instance  of another instance
 *   statement-not-yet   issued ahead of the clock
 *   roster-expired      past not_after, or longer-lived than allowed
 *   roster-lower        version below lowest_version
 *   roster-threshold    fewer distinct pinned administrators than demanded
 *   roster-role         an entry makes an agent of an administrator (pinned key, or CPF of an admin entry) */
RA_MUST_CHECK enum signed_verdict roster_verify(TALLOC_CTX *context, struct bytes bundle,
                                                const struct roster_trust *trust, struct roster **roster,
                                                struct ra_error *error);

/* The entry of a key, whatever its role, in force at `when`; NULL when there is none. Borrowed. */
const struct roster_entry *roster_find(const struct roster *roster, const uint8_t spki[32], int64_t when);

/* The entry of a key with this role at `when`, for signers of statements. RA_STATEMENT_REFUSED:
 * "roster-expired" (the roster itself is past not_after at `when`), "roster-not-listed", "roster-role".
 * *entry is borrowed. */
RA_MUST_CHECK bool roster_require(const struct roster *roster, const uint8_t spki[32], enum roster_role role,
                                  int64_t when, const struct roster_entry **entry, struct ra_error *error);

#endif
