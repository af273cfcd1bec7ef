/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmocka with the headers that it wants before it, and what every test of the trust library shares.
 */
#ifndef TESTS_UNIT_PKI_TRUST_CHECK_H
#define TESTS_UNIT_PKI_TRUST_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
