/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies change under the signatures of several pinned administrators over the same bytes (a statement of
 * type STATEMENT_RULES), never backwards in time (identification-rules 0.2, 2.7). One proposes, the others
 * confirm; with the last signature that `rules_threshold` asks for the database makes the new row itself, out
 * of what was signed. This server can neither write `policy` nor take back what was handed in.
 *
 * The pure part is here; whether a key takes a value, and from which day, is the database's to say
 * (policy_change_problem, migration 0015).
 */
#ifndef APPROVAL_POLICY_H
#define APPROVAL_POLICY_H

#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { POLICY_SIGNERS_MAX = 8 };

struct policy_signer {
    uint8_t spki[32];
    char cpf[12];
};

/* Reads a value: JSON in its one compact form, so that the text that was read and signed is what is set (no
 * member twice, no blanks, no other way to write a number). New reference. RA_STATEMENT_REFUSED, reason
 * "rules-value". */
RA_MUST_CHECK bool policy_value_read(const char *text, json_t **value, struct ra_error *error);

/* Every signature is another key's and another person's. RA_STATEMENT_REFUSED, reason "same-administrator".
 */
RA_MUST_CHECK bool policy_signers_differ(const struct policy_signer *signers, size_t count,
                                         struct ra_error *error);

/* true for "" (nothing against it); else the refusal that the word stands for: rules-key, rules-value,
 * rules-day, rules-backwards, rules-same-day, rules-before, rules-version, rules-content, rules-ended. */
RA_MUST_CHECK bool policy_allows(const char *problem, struct ra_error *error);

extern const struct room policy_room;

#endif
