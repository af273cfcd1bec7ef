/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RSA moduli that can be factored by whoever knows how they were made. All that these checks see is public.
 *
 * Debian's keys of 2006 to 2008 (CVE-2008-0166) are always looked for (debian_keys.h). A list of the office's
 * own adds further ones, in the form of the package openssl-blacklist: each line the last 20 hexadecimal
 * digits of SHA-1("Modulus=" ‖ upper-case hexadecimal ‖ "\n"), comments after '#'.
 */
#ifndef PKI_CERTIFICATE_WEAK_KEYS_H
#define PKI_CERTIFICATE_WEAK_KEYS_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum weak_key {
    WEAK_KEY_NONE,
    WEAK_KEY_SMALL_FACTOR, /* a prime up to 167, as ROCA's test divides by, or it is even; csr_accept alone
                              goes on to 751: a request can still be made anew, and it is no hot path */
    WEAK_KEY_ROCA, /* Infineon RSALib: modulo small primes it lies in the subgroup of 65537 (CVE-2017-15361)
                    */
    WEAK_KEY_CLOSE_PRIMES, /* Fermat's method finds the factors within WEAK_KEY_FERMAT_ROUNDS (CVE-2022-26320)
                            */
    WEAK_KEY_DEBIAN,       /* among debian_keys.h */
    WEAK_KEY_LISTED,       /* in the office's list */
};

enum { WEAK_KEY_FERMAT_ROUNDS = 100, WEAK_KEY_MODULUS_MAX = 2048 /* octets */ };

/* Digests of weak moduli, sorted; one talloc object. Read-only: any number of threads. */
struct weak_key_list;

/* Reads a list. A line that is not of the form refuses
 * the whole file: a list half read would say "strong". `path` of bytes that were read already is for
 * messages. */
RA_MUST_CHECK bool weak_key_list_parse(TALLOC_CTX *context, struct bytes content, const char *path,
                                       struct weak_key_list **list, struct ra_error *error);
RA_MUST_CHECK bool weak_key_list_load(TALLOC_CTX *context, const char *path, struct weak_key_list **list,
                                      struct ra_error *error);

/* The same where an office may have no list: without a file *list is NULL. */
RA_MUST_CHECK bool weak_key_list_load_if_there(TALLOC_CTX *context, const char *path,
                                               struct weak_key_list **list, struct ra_error *error);

/* How many are known with `list`, which may be NULL. */
size_t weak_key_count(const struct weak_key_list *list);

/* `modulus` big-endian without leading zeros; `list` may be NULL. false only when memory or the library
 * fails. */
RA_MUST_CHECK bool weak_key_find(struct bytes modulus, const struct weak_key_list *list,
                                 enum weak_key *weakness);

#endif
