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

/* The same row of numbers in every run (xorshift32), to choose places and changes by. */
static inline uint32_t next_number(void)
{
    static uint32_t number = 2463534242;
    number ^= number << 13;
    number ^= number >> 17;
    number ^= number << 5;
    return number;
}

#endif
