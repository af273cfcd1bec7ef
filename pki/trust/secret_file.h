/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files with keys or passphrases in them.
 */
#ifndef PKI_TRUST_SECRET_FILE_H
#define PKI_TRUST_SECRET_FILE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

/* As file_read; the bytes are wiped when they are freed. */
RA_MUST_CHECK bool secret_file_read(TALLOC_CTX *context, const char *path, size_t limit,
                                    struct bytes *content, struct ra_error *error);

#endif
