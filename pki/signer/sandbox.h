/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the process gives up. No core dumps and no reading of its memory by others; no new privileges; no file
 * but those of its own conf/ (Landlock) and those already open; and a seccomp filter that lets through only
 * the system calls a running signer needs. Once both hold, no socket of any kind can be made or connected, no
 * program executed, no process traced, no file opened for writing, emptied or removed. What is refused fails
 * with EPERM, a file elsewhere with EACCES.
 */
#ifndef PKI_SIGNER_SANDBOX_H
#define PKI_SIGNER_SANDBOX_H

#include "pki/base/error.h"

/* Before any key is read: not dumpable, no cores, keys in locked memory where the limits permit. */
RA_MUST_CHECK bool sandbox_hide_memory(struct ra_error *error);

/* After the listening socket and all files are open, before the first thread. For good. Only HOME/conf can be
 * read from then on; *confined is false where the kernel has no Landlock, and then other files can be, too.
 */
RA_MUST_CHECK bool sandbox_enter(const char *home, bool *confined, struct ra_error *error);

#endif
