/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The RSA keys that Debian's OpenSSL could make from 2006 to 2008 (CVE-2008-0166): the file debian-keys,
 * which is a part of the program, so that no place that judges a key can be without it. Which keys, and how
 * the file was made: docs/lint.md.
 */
#ifndef PKI_CERTIFICATE_DEBIAN_KEYS_H
#define PKI_CERTIFICATE_DEBIAN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEBIAN_KEY_SIZE = 8 /* octets */ };

/* `tail`: the last octets of SHA-1("Modulus=" ‖ upper-case hexadecimal ‖ "\n"). By accident a strong key is
 * among them once in 10^13. */
bool debian_keys_hold(const uint8_t tail[DEBIAN_KEY_SIZE]);

size_t debian_keys_count(void);

#endif
