/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instance_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

bool instance_lock_take(const struct config *config, int *lock, struct ra_error *error)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/run/lock", config->home);
    if (length < 0 || (size_t)length >= sizeof path)
        return ra_fail(error, RA_INVALID, "the path of home is too long");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ra_fail_errno(error, path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            ra_fail(error, RA_CONFLICT, "another ra-server runs on %s", config->home);
        else
            ra_fail_errno(error, path);
        close(fd);
        return false;
    }
    *lock = fd;
    return true;
}
