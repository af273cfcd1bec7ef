/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/signer/disk.h"

#include <errno.h>

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);

static int until_failure;

void disk_fail_sync(int number)
{
    __atomic_store_n(&until_failure, number, __ATOMIC_SEQ_CST);
}

int __wrap_fdatasync(int file)
{
    if (__atomic_load_n(&until_failure, __ATOMIC_SEQ_CST) == 0 ||
        __atomic_sub_fetch(&until_failure, 1, __ATOMIC_SEQ_CST) > 0)
        return __real_fdatasync(file);
    errno = EIO;
    return -1;
}
