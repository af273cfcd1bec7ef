/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RSA_generate_key_ex() of OpenSSL 0.9.8 over md_rand.h: which numbers it draws, which it sieves out, what
 * each test of primality draws besides. The same numbers give the same key.
 */
#ifndef PKI_WEAK_KEYS_KEY_SEARCH_H
#define PKI_WEAK_KEYS_KEY_SEARCH_H

#include "pki/weak-keys/fermat.h"
#include "pki/weak-keys/md_rand.h"

/* Called for each key in no fixed order; the primes are of `length` octets, big-endian, p > q. */
typedef bool key_search_found(void *closure, uint32_t process, const uint8_t *p, const uint8_t *q,
                              size_t length);

/* Keys of 2048 or 4096 bits of the processes `first` to `last`. false when OpenSSL fails or `found` says
 * false. */
bool key_search(unsigned bits, enum machine machine, enum random_file file, uint32_t first, uint32_t last,
                key_search_found *found, void *closure);

#endif
