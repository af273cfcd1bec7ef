/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/user.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

bool user_parse_uid(const char *text, uid_t *uid)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *uid = (uid_t)value;
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && value < UINT_MAX;
}
