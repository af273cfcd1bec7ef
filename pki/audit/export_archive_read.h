/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the zip of an audit export, twice: first the small files whole, then all of them as streams.
 */
#ifndef PKI_AUDIT_EXPORT_ARCHIVE_READ_H
#define PKI_AUDIT_EXPORT_ARCHIVE_READ_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum {
    EXPORT_FILES_MAX = 16,
    EXPORT_SMALL_MAX = 1 << 20, /* bytes of a file that is read whole */
};

/* X(member, "name in the zip", read whole) */
#define EXPORT_FILES(X)                                                                                      \
    X(events, "events.jsonl", false)                                                                         \
    X(csv, "events.csv", false)                                                                              \
    X(report, "report.pdf", false)                                                                           \
    X(private_data, "private.jsonl", false)                                                                  \
    X(checkpoint, "checkpoint", true)                                                                        \
    X(start, "proofs/start.json", true)                                                                      \
    X(consistency, "proofs/consistency.json", true)                                                          \
    X(manifest, "manifest.json", true)                                                                       \
    X(signature, "manifest.p7s", true)                                                                       \
    X(readme, "LEIAME.txt", true)

enum export_file {
#define X(member, name, small) EXPORT_FILE_##member,
    EXPORT_FILES(X)
#undef X
        EXPORT_FILE_COUNT
};

const char *export_file_name(enum export_file file);

/* A stretch of a file's bytes; `end` with the last, empty one. */
typedef bool export_part(void *state, enum export_file file, struct bytes part, bool end,
                         struct ra_error *error);

/* Walks the files in the order of the zip. A name that the table lacks, or that comes twice, is
 * RA_VERIFICATION_FAILED, reason "export-malformed". */
RA_MUST_CHECK bool export_archive_walk(const char *path, export_part *part, void *state,
                                       struct ra_error *error);

/* The small files, whole, on `context`; {NULL, 0} where one is not there. */
RA_MUST_CHECK bool export_archive_small(TALLOC_CTX *context, const char *path,
                                        struct bytes files[EXPORT_FILE_COUNT], struct ra_error *error);

#endif
