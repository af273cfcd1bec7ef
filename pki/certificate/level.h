/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The level of security of a certificate (certificate-profiles 1.1): the number of its type, where the key is
 * kept. Who renews by signature needs level 3 or higher, and the new certificate is of the same level or a
 * lower one (DOC-ICP-05 3.3.2; rule REN-01).
 */
#ifndef PKI_CERTIFICATE_LEVEL_H
#define PKI_CERTIFICATE_LEVEL_H

#include <openssl/x509.h>

enum { LEVEL_UNKNOWN = 0, LEVEL_SOFTWARE = 1, LEVEL_HARDWARE = 3, LEVEL_HIGHEST = 4 };

/* By the policy's first six arcs: A1 and SE-S 1, A2 2, A3 and SE-H 3, A4 4; anything else is unknown. */
int policy_level(const char *oid);

/* Of a certificate with exactly one policy; LEVEL_UNKNOWN otherwise. */
int certificate_level(X509 *certificate);

#endif
