/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks the proof document of one case (GET /api/office/audit/prove/{code}): each leaf stands in the signed
 * tree, and all of them are of the case that the document names.
 */
#ifndef PKI_AUDIT_PROOF_VERIFY_H
#define PKI_AUDIT_PROOF_VERIFY_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/note.h"

enum { PROOF_MAX = 4 << 20, PROOF_LEAVES_MAX = 10000 };

struct proof_report {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size;   /* leaves under the checkpoint */
    uint64_t leaves; /* proved */
    char order[16];
    char ref[40];
};

/* RA_VERIFICATION_FAILED with the reasons proof-malformed, inclusion, proof-order, and those of
 * checkpoint_verify. */
RA_MUST_CHECK bool proof_verify(struct bytes document, const struct note_verifier *verifier,
                                struct proof_report *report, struct ra_error *error);

#endif
