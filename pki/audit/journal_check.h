/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's journal against the log: every certificate that the signer let go stands in the log, and every
 * certificate of the log came from the signer (protocol 6 and 7). The two are kept by different programs
 * under different users, so one that was altered no longer fits the other.
 *
 * The journal is what `ra-signer --print-journal` wrote, before the export was made; the export must begin
 * with the log's first leaf.
 */
#ifndef PKI_AUDIT_JOURNAL_CHECK_H
#define PKI_AUDIT_JOURNAL_CHECK_H

#include "pki/audit/export_verify.h"

struct journal_report {
    struct export_report export;
    uint64_t attempts;    /* in the journal */
    uint64_t confirmed;   /* of them, with a certificate that was let go */
    uint64_t logged;      /* certificates in the log */
    uint64_t kept_by_ac;  /* attempts whose certificate was refused here and not taken back by the AC */
    json_t *disagreement; /* array of {"transaction","serial","what"}; the caller's reference */
};

/* true when both were read and the export holds; then `report->disagreement` says where they differ, empty
 * when nowhere. RA_VERIFICATION_FAILED: "journal-malformed", "export-not-whole" (it does not begin with the
 * first leaf), or what export_verify says. */
RA_MUST_CHECK bool journal_check(TALLOC_CTX *context, const char *journal, const char *export,
                                 const struct note_verifier *verifier, const STACK_OF(X509) *anchors,
                                 struct journal_report *report, struct ra_error *error);

#endif
