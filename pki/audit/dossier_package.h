/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the zip of a dossier package: every file hashed as it passes, the small ones kept, the documents
 * never. The file is foreign: names, counts and sizes are bounded by pki/audit/dossier_format.h before
 * anything is believed.
 */
#ifndef PKI_AUDIT_DOSSIER_PACKAGE_H
#define PKI_AUDIT_DOSSIER_PACKAGE_H

#include "pki/audit/dossier_format.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

struct dossier_part {
    char name[DOSSIER_NAME_SIZE];
    enum dossier_file file;
    uint8_t digest[32];
    uint64_t size;
    struct bytes content; /* NUL-terminated beyond its length; {NULL, 0} for what is not kept */
};

/* One talloc object, the parts in the order of the zip. */
struct dossier_package {
    struct dossier_part *parts;
    size_t count;
};

/* RA_VERIFICATION_FAILED, reason "dossier-malformed": not a zip, an unknown or doubled name, a link, too many
 * or too large. RA_IO when it cannot be opened. */
RA_MUST_CHECK bool dossier_package_read(TALLOC_CTX *context, const char *path,
                                        struct dossier_package **package, struct ra_error *error);

/* RA_VERIFICATION_FAILED, reason "dossier-malformed"; `what` ends the sentence. Returns false. */
bool dossier_malformed(struct ra_error *error, const char *what);

bool dossier_package_has(const struct dossier_package *package, const char *name);

/* The only file of a fixed name; NULL when it is not there. Borrowed. */
const struct dossier_part *dossier_package_find(const struct dossier_package *package,
                                                enum dossier_file file);

#endif
