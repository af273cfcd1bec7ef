/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands in an audit export (contract 4): an unbroken range of the signed log, line by line the very
 * bytes of its leaves, and what proves where the range lies.
 *
 * - events.jsonl: leaf bytes and a newline, in the order of the leaves
 * - events.csv: when asked for: the same for spreadsheets
 * - report.pdf: when asked for: the same for reading (audit/export_report.h)
 * - checkpoint: C2SP signed note over `size` leaves
 * - proofs/start.json: when first > 0: {"size":first,"peaks":[hex]}: roots of the complete subtrees of the
 *   first `first` leaves, largest first
 * - proofs/consistency.json: when after < size: {"old_size":after,"new_size":size,"proof":[hex]}, RFC 6962
 *   2.1.2
 * - private.jsonl: for auditors: {"n","salt","data"}: SHA-256(salt ‖ data) is the leaf's `commit`
 * - manifest.json, manifest.p7s, LEIAME.txt
 */
#ifndef AUDIT_EXPORT_H
#define AUDIT_EXPORT_H

#include "audit/log_reader.h"
#include "http/http.h"

enum export_format { EXPORT_JSONL, EXPORT_CSV, EXPORT_PDF };

struct export_wish {
    const char *from; /* days, as asked, for the manifest */
    const char *to;
    int64_t since_us; /* included */
    int64_t until_us; /* excluded */
    enum export_format format;
    bool with_private;
};

struct export_done {
    uint64_t first; /* the range: leaves first .. after - 1 */
    uint64_t after;
    uint64_t size; /* of the checkpoint */
};

/* Writes the zip to `fd`. RA_CONFLICT, reason "log-unsigned", when there is no checkpoint yet; RA_UNAVAILABLE
 * when the identity that signs exports (configuration export_identity) cannot be read. */
RA_MUST_CHECK bool export_write(struct http_request *request, const struct export_wish *wish, int fd,
                                struct export_done *done, struct ra_error *error);

#endif
