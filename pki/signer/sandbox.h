/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the process gives up. No core dumps and no reading of its memory by others; no new privileges; and a
 * seccomp filter that lets through only the system calls a running signer needs. Once it holds, no socket of
 * any kind can be made or connected, no program executed, no process traced, no file opened for writing,
 * emptied or removed. What is refused fails with EPERM.
 */
#ifndef PKI_SIGNER_SANDBOX_H
#define PKI_SIGNER_SANDBOX_H

#include "pki/base/error.h"

/* Before any key is read: not dumpable, no cores, keys in locked memory where the limits permit. */
RA_MUST_CHECK bool sandbox_hide_memory(struct ra_error *error);

/* After the listening socket and all files are open, before the first thread. For good. */
RA_MUST_CHECK bool sandbox_enter(struct ra_error *error);

#endif
