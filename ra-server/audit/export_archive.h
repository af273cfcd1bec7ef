/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file that an auditor takes home (an export of contract 4, a dossier): a zip written file by file in
 * constant memory, each hashed on its way, and at the end the manifest of all hashes with its CMS signature.
 * What stands in the files is the caller's.
 */
#ifndef AUDIT_EXPORT_ARCHIVE_H
#define AUDIT_EXPORT_ARCHIVE_H

#include "config/config.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/identity.h"

#include <jansson.h>
#include <time.h>

enum { EXPORT_FILES_MAX = 2048, EXPORT_NAME_SIZE = 96 };

struct export_archive;

/* Writes to `fd` (borrowed), from where it stands. `made_at` becomes every file's time. On `context`; freeing
 * it before export_archive_finish leaves an unusable file and writes nothing. Free it before `fd` is closed.
 */
RA_MUST_CHECK bool export_archive_open(TALLOC_CTX *context, int fd, time_t made_at,
                                       struct export_archive **archive, struct ra_error *error);

/* One file after the other: begin, any number of writes, and the next begin or finish ends it. */
RA_MUST_CHECK bool export_archive_begin(struct export_archive *archive, const char *name,
                                        struct ra_error *error);
/* The same for content that does not shrink (images, PDF), of exactly `size` bytes: kept as it is. */
RA_MUST_CHECK bool export_archive_begin_stored(struct export_archive *archive, const char *name, int64_t size,
                                               struct ra_error *error);
RA_MUST_CHECK bool export_archive_write(struct export_archive *archive, struct bytes part,
                                        struct ra_error *error);

/* Begin and write of a whole small file. */
RA_MUST_CHECK bool export_archive_file(struct export_archive *archive, const char *name, struct bytes content,
                                       struct ra_error *error);

/* The identity that signs packages (configuration export_identity), on `context`. RA_UNAVAILABLE, reason
 * "export-identity", when it cannot be used. */
RA_MUST_CHECK bool export_archive_signer(TALLOC_CTX *context, const struct config *config,
                                         struct identity **signer, struct ra_error *error);

/* Adds "files": {name: {"sha256","size"}} to `take_manifest`, writes manifest.json and manifest.p7s (detached
 * CMS, DER, by `signer`) and closes the zip. */
RA_MUST_CHECK bool export_archive_finish(struct export_archive *archive, json_t *take_manifest,
                                         const struct identity *signer, struct ra_error *error);

#endif
