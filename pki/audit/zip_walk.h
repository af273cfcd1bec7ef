/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks a foreign zip as streams: nothing is ever written to disk, names are only compared, never opened.
 */
#ifndef PKI_AUDIT_ZIP_WALK_H
#define PKI_AUDIT_ZIP_WALK_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum zip_choice { ZIP_REFUSE, ZIP_SKIP, ZIP_READ };

struct zip_visitor {
    /* What to do with an ordinary file of this name (never NULL, as it stands in the zip). That a name comes
     * twice is the visitor's to notice. */
    enum zip_choice (*choose)(void *state, const char *name);
    /* A stretch of the chosen file; `end` with the last, empty one. */
    bool (*part)(void *state, struct bytes part, bool end, struct ra_error *error);
    void *state;
    const char *reason; /* of RA_VERIFICATION_FAILED when the zip is not as it should be */
};

/* In the order of the zip's directory. Folders, links, devices and encrypted files are refused, and so is
 * what `choose` refuses. RA_IO when the file cannot be opened. */
RA_MUST_CHECK bool zip_walk(const char *path, const struct zip_visitor *visitor, struct ra_error *error);

#endif
