/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes what a test examined as a published vector (pki/vectors/lint), when LINT_VECTORS names a folder:
 * that is how they are made anew. Otherwise it does nothing.
 */
#ifndef TESTS_PKI_CERTIFICATE_VECTORS_H
#define TESTS_PKI_CERTIFICATE_VECTORS_H

#include "pki/base/bytes.h"
#include "pki/certificate/findings.h"

/* NAME.der, and its row at the end of lint.json; characters that are no file's become '-'. */
void vector_write(const char *name, struct bytes der, const struct findings *findings);

#endif
