/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Roster, checkpoint and status: the requests that ask nothing of the AC.
 */
#ifndef PKI_SIGNER_RECORDS_H
#define PKI_SIGNER_RECORDS_H

#include "pki/signer/signer.h"

/* Proves the journaled roster with signer->settings, as of the moment it was accepted. *roster on `context`;
 * NULL when there is none or these files do not support it (then with an alarm in the log). false only when
 * the journal cannot be read. */
RA_MUST_CHECK bool records_read_roster(struct signer *signer, TALLOC_CTX *context, struct roster **roster,
                                       struct ra_error *error);

#endif
