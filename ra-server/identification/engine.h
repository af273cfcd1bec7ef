/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine of identification: rules in force, facts of a case and the day of its session go in, the
 * checklist comes out, each item with its state and the reason of that state. Pure: no I/O, no clock, the
 * same answer for the same input for ever.
 *
 * Layers are united and the stricter wins (rules 0.2): a row of any layer that applies is an item. Three
 * states of the world: only what is known to be good is accepted; "could not tell" leaves an item pending.
 *
 * Ownership: inputs are borrowed; the verdict hangs on the context given and points into rules and case.
 * Thread rules: none shared.
 */
#ifndef IDENTIFICATION_ENGINE_H
#define IDENTIFICATION_ENGINE_H

#include "identification/ruleset.h"

/* Days are YYYY-MM-DD, "" unknown; absent texts are "". */
struct engine_document {
    const char *person_id; /* "" = the company */
    const char *item;      /* rule id it was shown for */
    const char *kind;
    const char *number;
    const char *issued_on, *expires_on;
    const char *via; /* which copy of a CNH; "" or "1" is the first */
    bool original_seen, photo, legible;
};

struct engine_consultation {
    const char *person_id; /* "" = the company */
    const char *kind;
    const char *result; /* ok alert not_found conflict unavailable */
    const char *day;    /* when the base answered */
    const char *base, *protocol, *registration, *form_number, *via_seen;
    bool has_evidence;
};

/* What agents said of an item; the last word counts. */
struct engine_mark {
    const char *person_id; /* "" = the company */
    const char *rule_id;
    const char *state; /* accepted rejected waived pending */
    const char *reason;
};

struct engine_answer {
    const char *person_id; /* "" = the case */
    const char *key;
    const char *value;
};

struct engine_person {
    const char *id; /* "" for the company */
    enum rules_role role;
    const char *birth_date;      /* "" for the company */
    bool also_representative;    /* the responsible person is a legal representative too */
    const char *const *declared; /* optional numbers that reach the certificate: "nis", "cei", "voter_id" */
    size_t declared_count;
};

struct engine_case {
    const char *day;          /* of the session (EXP-01): never of the booking */
    const char *requested_on; /* day of the order; for `poa_age_reference` */
    const char *subject;      /* "pf" or "pj" */
    const char *mode;         /* "in_person" or "video" */
    const char *media;        /* "software", "token", "cloud" */
    const char *renewal; /* of a renewal by signature: why items are waived, "REN-02: …"; "" or NULL: none */
    const struct engine_person *people; /* the subject first; the company, if any, last */
    size_t people_count;
    const struct engine_answer *answers;
    size_t answer_count;
    const struct engine_document *documents;
    size_t document_count;
    const struct engine_consultation *consultations; /* oldest first */
    size_t consultation_count;
    const struct engine_mark *marks;
    size_t mark_count;
};

enum engine_state { ENGINE_PENDING, ENGINE_ACCEPTED, ENGINE_REJECTED, ENGINE_WAIVED, ENGINE_STATE_COUNT };

struct engine_item {
    const struct rules_rule *rule;
    const struct engine_person *person;
    enum engine_state state;
    const char *reason; /* stable word of why it is not accepted, or what the agent wrote; "" when accepted */
    const char *detail; /* the same as a Portuguese sentence; "" when there is nothing to say */
    const char *source; /* norm behind `reason`; "" = the rule's own */
    bool may_waive;     /* a rule row permits it now */
};

struct engine_question {
    const struct rules_fact *fact;
    const struct engine_person *person; /* NULL: of the case */
    const char *value;                  /* the answer, or the default */
    bool answered;
};

struct engine_verdict {
    struct engine_item *items;
    size_t item_count;
    struct engine_question *questions; /* those that matter to this case */
    size_t question_count;
    bool complete;                       /* every required item is accepted or waived, nothing is suspended */
    const struct engine_item *suspended; /* DIV-01: the item whose data diverge; NULL: none */
};

const char *engine_state_word(enum engine_state state);

/* RA_NO_MEMORY alone. */
RA_MUST_CHECK bool engine_judge(TALLOC_CTX *context, const struct ruleset *ruleset,
                                const struct engine_case *of, struct engine_verdict *verdict,
                                struct ra_error *error);

/* May the agent accept this item now, on what the dossier holds? RA_RULE_REFUSED with the stable reason, the
 * Portuguese sentence and the source of the rule that stands in the way. */
RA_MUST_CHECK bool engine_may_accept(const struct ruleset *ruleset, const struct engine_case *of,
                                     const struct engine_item *item, struct ra_error *error);

#endif
