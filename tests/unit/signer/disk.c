/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/signer/disk.h"

#include <errno.h>
#include <unistd.h>

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);
ssize_t __real_pread(int file, void *buffer, size_t size, off_t offset);
ssize_t __wrap_pread(int file, void *buffer, size_t size, off_t offset);

static int until_failure, until_unread;

void disk_fail_sync(int number)
{
    __atomic_store_n(&until_failure, number, __ATOMIC_SEQ_CST);
}

void disk_fail_read(int number)
{
    __atomic_store_n(&until_unread, number, __ATOMIC_SEQ_CST);
}

ssize_t __wrap_pread(int file, void *buffer, size_t size, off_t offset)
{
    if (__atomic_load_n(&until_unread, __ATOMIC_SEQ_CST) == 0 ||
        __atomic_sub_fetch(&until_unread, 1, __ATOMIC_SEQ_CST) != 0)
        return __real_pread(file, buffer, size, offset);
    errno = EIO;
    return -1;
}

int __wrap_fdatasync(int file)
{
    if (__atomic_load_n(&until_failure, __ATOMIC_SEQ_CST) == 0 ||
        __atomic_sub_fetch(&until_failure, 1, __ATOMIC_SEQ_CST) > 0)
        return __real_fdatasync(file);
    errno = EIO;
    return -1;
}
