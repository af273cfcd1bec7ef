/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An AC that takes the AR's confirmation for granted, which nobody asked it for.
 */
#ifndef TESTS_SUPPORT_IMPLICIT_CONFIRM_H
#define TESTS_SUPPORT_IMPLICIT_CONFIRM_H

#include "pki/base/bytes.h"

#include <openssl/evp.h>
#include <talloc.h>

/* The AC's answer with implicitConfirm (RFC 4210 5.1.1.1) in its header, signed by its key as any other. */
struct bytes implicit_confirm(TALLOC_CTX *memory, struct bytes message, EVP_PKEY *key);

#endif
