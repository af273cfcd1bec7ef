/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One agent's statement, believed or not: signature and path with fresh CRLs, role in the roster now, the
 * certificate's own CPF, instance, life. What the statement says is for who asks.
 *
 * Reasons: those of signed_verify, roster_require and statement_check_time; roster-missing,
 * statement-instance; crl-lower is the ledger's (CRLs older than ones seen).
 */
#ifndef PKI_SIGNER_APPROVAL_H
#define PKI_SIGNER_APPROVAL_H

#include "pki/signer/ledger.h"
#include "pki/signer/request.h"
#include "pki/signer/settings.h"
#include "pki/trust/roster.h"

/* All borrowed. */
struct approval_context {
    const struct settings *settings;
    const struct roster *roster; /* NULL: none was ever accepted */
    STACK_OF(X509_CRL) *crls;    /* those that came with the request */
    struct ocsp_given ocsp;      /* those that came with the request */
    int64_t began;               /* the journal's beginning: statements signed before it are refused */
    time_t now;
};

struct agent_statement {
    struct signed_statement *signed_by;
    const struct statement *statement; /* signed_by's */
    const struct roster_entry *entry;  /* the roster's */
};

/* There is a roster and it is in force. */
RA_MUST_CHECK bool approval_roster(const struct approval_context *about, struct ra_error *error);

/* Signature, path, CRLs, roster. Only what signed_verify calls valid passes. */
RA_MUST_CHECK bool approval_verify(TALLOC_CTX *context, const struct approval_context *about,
                                   struct bytes cms, enum statement_type type, struct agent_statement *result,
                                   struct ra_error *error);

/* Instance and life; `longest_life_s` in seconds. */
RA_MUST_CHECK bool approval_check_head(const struct approval_context *about,
                                       const struct statement *statement, int64_t longest_life_s,
                                       struct ra_error *error);

/* Two statements of two people: neither key nor CPF in common. Reason same-agent. */
RA_MUST_CHECK bool approval_distinct(const struct agent_statement *one, const struct agent_statement *other,
                                     struct ra_error *error);

/* Numbers of the CRLs whose signature holds under a certificate of the statements or of the settings: what
 * the ledger compares and keeps. A number counts for the key that signed it, so that an invented CRL only
 * counts for an invented key. */
RA_MUST_CHECK bool approval_crl_numbers(const struct approval_context *about, const struct bytes *objects,
                                        size_t count, struct ledger_crls *numbers, struct ra_error *error);

#endif
