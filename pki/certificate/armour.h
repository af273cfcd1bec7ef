/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One object of a PKI from bytes that somebody sent: PEM or DER, exactly one.
 */
#ifndef PKI_CERTIFICATE_ARMOUR_H
#define PKI_CERTIFICATE_ARMOUR_H

#include "pki/base/bytes.h"

/* Input that begins with a SEQUENCE tag is taken as DER, untouched. Otherwise it must be one unencrypted PEM
 * block with one of `labels` (NULL-terminated list), before it text at most, after it white space alone. The
 * result is on `context`; false for anything else, with OpenSSL's error queue left clean. */
RA_MUST_CHECK bool armour_open(TALLOC_CTX *context, struct bytes input, const char *const labels[],
                               struct bytes *der);

#endif
