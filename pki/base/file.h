/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole small files: read with a cap, write so that a crash leaves the old or the new content, never a half.
 */
#ifndef PKI_BASE_FILE_H
#define PKI_BASE_FILE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <sys/types.h>

/* The whole file on `context`, to its end also where it has no size to tell (a pipe, /dev/stdin),
 * NUL-terminated beyond `length`; longer than `limit` bytes is RA_TOO_LARGE,
 * what cannot be read as ra_fail_file says it, both in Portuguese. */
RA_MUST_CHECK bool file_read(TALLOC_CTX *context, const char *path, size_t limit, struct bytes *content,
                             struct ra_error *error);

/* The same from an open descriptor, which stays open; `path` is for messages alone. */
RA_MUST_CHECK bool file_read_open(TALLOC_CTX *context, int descriptor, const char *path, size_t limit,
                                  struct bytes *content, struct ra_error *error);

/* Temporary file beside it, fsync, rename, fsync of the folder. `mode` is exact, whatever the umask. */
RA_MUST_CHECK bool file_write(const char *path, struct bytes content, mode_t mode, struct ra_error *error);

/* The same without waiting for the disk, for what can be made again: killed, the old or the new content;
 * after a power failure anything. */
RA_MUST_CHECK bool file_write_lazily(const char *path, struct bytes content, mode_t mode,
                                     struct ra_error *error);

/* Writes all of it to an open descriptor, through interruptions and short writes; false leaves errno. */
RA_MUST_CHECK bool file_write_all(int descriptor, struct bytes content);

#endif
