/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One ra-server per home. A second one would take the first one's socket files away and run the same jobs
 * beside it. The lock is flock(2) on HOME/run/lock: the kernel gives it back when the process ends, however
 * it ends, and the file stays.
 */
#ifndef RA_SERVER_INSTANCE_LOCK_H
#define RA_SERVER_INSTANCE_LOCK_H

#include "config/config.h"

/* RA_CONFLICT when another process holds it, without waiting. `*lock` is a descriptor to close at the very
 * end: closing it gives the home back. */
RA_MUST_CHECK bool instance_lock_take(const struct config *config, int *lock, struct ra_error *error);

#endif
