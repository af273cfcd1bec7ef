/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the journal says, for who checks it against the log (pki/audit/journal_check.h). It can be had while
 * the signer runs, by who may read its folder. One JSON object a line:
 *
 *   {"journal":"guiche-journal-1","instance":"…","began":seconds}
 *   {"attempt":N,"state":"confirmed",…,"transaction":hex,"spki":hex,"serial":hex}   one for each attempt
 *
 * No order and no personal data: the transaction ties an attempt to its leaf.
 */
#ifndef PKI_SIGNER_EXAMINE_H
#define PKI_SIGNER_EXAMINE_H

#include "pki/base/error.h"

#include <stdio.h>

/* Proves the journal of `folder`, which must be this instance's, and writes it to `output`. */
RA_MUST_CHECK bool examine_journal(const char *folder, const char *instance, FILE *output,
                                   struct ra_error *error);

#endif
