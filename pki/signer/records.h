/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Roster, checkpoint and status: the requests that ask nothing of the AC.
 */
#ifndef PKI_SIGNER_RECORDS_H
#define PKI_SIGNER_RECORDS_H

#include "pki/signer/signer.h"

/* Proves the journaled roster with today's files, as of the moment it was accepted, and puts it in force.
 * Called once, before any request. false only when the journal cannot be read. */
RA_MUST_CHECK bool records_restore_roster(struct signer *signer, struct ra_error *error);

#endif
