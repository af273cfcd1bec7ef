/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How one piece of evidence is judged on the day of the session: a document for an item, a consultation, and
 * what was typed of either as it comes in. Pure functions; ids are those of the rules' document (EXP, PHO,
 * CLR, CND, REP-04, CAP-04).
 */
#ifndef IDENTIFICATION_EVIDENCE_H
#define IDENTIFICATION_EVIDENCE_H

#include "identification/engine.h"

/* Why a piece of evidence does not serve. `reason` is a stable word. */
struct evidence_fault {
    const char *reason;
    const char *rule;   /* id of the rules' document */
    const char *detail; /* Portuguese */
};

/* Does this document serve the item? Static texts in *fault when it does not. */
RA_MUST_CHECK bool evidence_document_serves(const struct ruleset *ruleset, const struct engine_case *of,
                                            const struct rules_rule *rule,
                                            const struct engine_document *document,
                                            struct evidence_fault *fault);

/* One that serves is enough; the fault told is that of the last one shown: the agent has it in hand. */
RA_MUST_CHECK bool evidence_documents_serve(const struct ruleset *ruleset, const struct engine_case *of,
                                            const struct rules_rule *rule, const struct engine_person *person,
                                            struct evidence_fault *fault);

/* The last consultation of that base about that person; NULL: none. */
const struct engine_consultation *evidence_last_consultation(const struct engine_case *of,
                                                             const char *person_id, const char *kind);

/* The last one that told anything: "could not tell" is passed over. NULL: none. */
const struct engine_consultation *evidence_last_told(const struct engine_case *of, const char *person_id,
                                                     const char *kind);

/* Kind, number and dates as typed when a document comes in: a known kind that still serves, real days, expiry
 * not before issue, issue not after `day`, a number of the kind's own shape. RA_INVALID with field errors. */
RA_MUST_CHECK bool evidence_document_fields(const struct ruleset *ruleset,
                                            const struct engine_document *document, const char *day,
                                            struct ra_error *error);

/* Days from one day to another (negative when `to` is earlier); both must be real days. */
long evidence_days_between(const char *from, const char *to);

#endif
