/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stable words with which a statement, a request or a key is refused: the signer's own, used by this
 * server too where it finds the same fault first. One table: word, code of the error, sentence for people.
 */
#ifndef ISSUANCE_REASONS_H
#define ISSUANCE_REASONS_H

#include "pki/base/error.h"

/* Sets the error of that reason: its code, its sentence, and the word itself as reason. `detail` (may be NULL
 * or
 * "") is added in parentheses. A word that the table lacks is RA_INTERNAL. Returns false. */
bool reason_fail(struct ra_error *error, const char *word, const char *detail);

#endif
