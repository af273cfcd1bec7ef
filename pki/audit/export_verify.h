/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks an audit export (contract 4) with nothing but the file and the log's verifier key, which comes from
 * elsewhere: every file against the manifest, the manifest's signature, the checkpoint's, that the lines of
 * events.jsonl are the leaves of the signed tree at their place, and that what private.jsonl discloses is
 * what the leaves committed to.
 *
 * The file is foreign: names, counts and sizes are bounded, content is streamed and never written to disk.
 */
#ifndef PKI_AUDIT_EXPORT_VERIFY_H
#define PKI_AUDIT_EXPORT_VERIFY_H

#include "pki/audit/manifest.h"
#include "pki/base/error.h"
#include "pki/trust/note.h"

#include <jansson.h>
#include <openssl/x509.h>
#include <talloc.h>

/* What was found, for people. */
struct export_report {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size;  /* leaves under the checkpoint */
    uint64_t first; /* the range in the export: leaves first .. after - 1 */
    uint64_t after;
    uint64_t disclosed; /* lines of private.jsonl, each proved against its leaf */
    unsigned files;     /* in the manifest */
    char
        signer[MANIFEST_SUBJECT_MAX]; /* subject of who signed the manifest, printable ASCII, others as '?' */
    bool signer_trusted;              /* a path to `anchors` was found at the manifest's made_at */
    char made_at[32];                 /* as the manifest says */
};

/* Called for every leaf, in order, as it is read: before the end of the export has proved it. false (error
 * set) ends the verification. */
typedef bool (*export_leaf_function)(void *context, const json_t *leaf, struct ra_error *error);

struct export_reader {
    export_leaf_function leaf;
    void *context;
};

/* `reader` may be NULL: nobody reads along. `anchors` (roots) may be NULL: then the manifest's signature is
 * proved but not who stands behind it. Returns true only when everything holds. RA_VERIFICATION_FAILED with
 * one of the reasons export-malformed not this kind of zip: a file too many, too large, missing, or not as
 * its format says export-manifest     a file differs from the manifest or is not in it export-signature
 * manifest.p7s does not hold, or (with anchors) its signer has no path export-proof        a proof is
 * malformed export-leaves       the lines are not the leaves of the signed tree export-commitment   disclosed
 * data is not what its leaf committed to note-malformed, note-origin, note-unsigned, note-signature,
 * consistency and RA_IO, RA_NO_MEMORY, RA_CRYPTO. */
RA_MUST_CHECK bool export_verify(const char *path, const struct note_verifier *verifier,
                                 const STACK_OF(X509) *anchors, const struct export_reader *reader,
                                 struct export_report *report, struct ra_error *error);

#endif
