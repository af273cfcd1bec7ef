/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers of users of the system, as options give them.
 */
#ifndef PKI_BASE_USER_H
#define PKI_BASE_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* Decimal digits alone, below the number that means nobody ((uid_t)-1). */
bool user_parse_uid(const char *text, uid_t *uid);

#endif
