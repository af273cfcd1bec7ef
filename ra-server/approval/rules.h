/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a statement must say to be taken, given the facts: pure, no I/O. The same rules as the signer's
 * (protocol 6), found here first so that people learn at once; stable reasons are the signer's words
 * (issuance/reasons.h).
 */
#ifndef APPROVAL_RULES_H
#define APPROVAL_RULES_H

#include "orders/orders.h"
#include "pki/certificate/profile.h"
#include "pki/trust/signed.h"

/* The case as this server knows it now. Borrowed. */
struct approval_facts {
    const char *instance;
    const char *order; /* code */
    int64_t attempt;
    struct certificate_data data;
    struct statement_people people; /* as people_of_order makes them */
    const struct certificate_profile *profile;
    int64_t term_months;
    enum identification_method method;
    enum statement_place_kind place_kind;
    const char *office;
    const char *ibge;
    const char *rules;
    struct statement_waivers waived;
    struct {
        const char *model, *serial, *homologation; /* of the token on the desk; "" without one */
    } media;
    uint8_t dossier[32];
    size_t agents;           /* that must sign, as approval_agents_needed says; only of a validation */
    const uint8_t *mail_key; /* 32 bytes, of the mail half where one agent signs; NULL: none was made */
    int64_t now;             /* Unix seconds */
    int64_t statement_life_s;
    int64_t code_life_s;
};

/* Who hands a statement in: must be who signed it. */
struct approval_signer {
    const uint8_t *spki; /* 32 bytes, of the caller */
    const char *cpf;     /* of the caller */
};

/* Head, signer and life of any statement. `life_s` is the longest allowed. */
RA_MUST_CHECK bool rules_check_head(const struct signed_statement *statement,
                                    const struct approval_facts *facts, const struct approval_signer *caller,
                                    int64_t life_s, struct ra_error *error);

/* Everything a validation says is what the case is. */
RA_MUST_CHECK bool rules_check_validation(const struct signed_statement *statement,
                                          const struct approval_facts *facts,
                                          const struct approval_signer *caller, struct ra_error *error);

/* The data that was signed, field by field against another. RA_STATEMENT_REFUSED, reason "data-mismatch". */
RA_MUST_CHECK bool rules_check_data(const struct certificate_data *signed_data,
                                    const struct certificate_data *data, struct ra_error *error);

/* What a verification must match: the validation that is there, and the mail half's key. */
struct approval_verified {
    const struct signed_statement *validation;
    const char *validator_cpf;
    const uint8_t *mail_key; /* 32 bytes; NULL when the binding takes none */
};
RA_MUST_CHECK bool rules_check_verification(const struct signed_statement *statement,
                                            const struct approval_facts *facts,
                                            const struct approval_verified *verified,
                                            const struct approval_signer *caller, struct ra_error *error);

/* What may lower two agents to one (rules 3.6). Borrowed. */
struct approval_floor {
    const char *policy;      /* second_agent_with_psbio: "required" or "waived" */
    int64_t signer_floor;    /* as the signer's own configuration says; 0: it could not be asked */
    int64_t profile_agents;  /* as the profile's row says, which the signer holds too */
    bool everybody_positive; /* PSBio knows each person of the case, whose data did not change */
    size_t waived;           /* items; each waits for a second agent's confirmation */
};

/* 1 only when policy, signer, profile and case all agree; 2 otherwise. */
size_t approval_agents_needed(const struct approval_floor *floor);

/* May this validation stand without a verification, where one agent is enough? With the binding "code" it
 * must carry the mail half's key itself. */
bool rules_stands_alone(const struct statement_validation *validation);

/* Statements a revocation needs: one agent's for keyCompromise, two otherwise (protocol 6). */
size_t rules_revocation_floor(int64_t reason);

#endif
