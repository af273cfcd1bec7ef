/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fermat's test with base 2, for several numbers at once. For a number that was drawn at random it says the
 * same as the Miller-Rabin test of OpenSSL with a random base: the odds that they differ are below 2^-40.
 */
#ifndef PKI_WEAK_KEYS_FERMAT_H
#define PKI_WEAK_KEYS_FERMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FERMAT_LANES = 8, FERMAT_OCTETS_MAX = 256 };

/* Odd numbers, or NULL for a lane that rests, of `length` octets (128 or 256), big-endian, the highest bit
 * set. false when OpenSSL fails. */
bool fermat_test(const uint8_t *const numbers[FERMAT_LANES], size_t length,
                 bool probably_prime[FERMAT_LANES]);

#endif
