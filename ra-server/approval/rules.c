/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/rules.h"

#include "issuance/reasons.h"

#include <string.h>

enum { CRL_REASON_KEY_COMPROMISE = 1 };

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

static bool same_digest(const uint8_t *left, const uint8_t *right)
{
    return bytes_equal((struct bytes){left, 32}, (struct bytes){right, 32});
}

static bool is_among(const struct statement_people *people, const char *cpf)
{
    for (size_t at = 0; at < people->count; at++) {
        if (same(people->items[at].cpf, cpf)) {
            return true;
        }
    }
    return false;
}

bool rules_check_head(const struct signed_statement *statement, const struct approval_facts *facts,
                      const struct approval_signer *caller, int64_t life_s, struct ra_error *error)
{
    const struct statement *content = statement->statement;
    if (!same(content->instance, facts->instance)) {
        return reason_fail(error, "statement-instance", NULL);
    }
    if (!same(content->order, facts->order) || content->attempt != facts->attempt) {
        return reason_fail(error, "order-mismatch", NULL);
    }
    if (!same_digest(statement->signer_spki, caller->spki)) {
        return reason_fail(error, "signer-not-caller", NULL);
    }
    if (is_among(&facts->people, caller->cpf)) {
        return reason_fail(error, "agent-is-subject", NULL);
    }
    return statement_check_time(content, facts->now, life_s, error);
}

/* --- validation --- */

bool rules_check_data(const struct certificate_data *signed_data, const struct certificate_data *data,
                      struct ra_error *error)
{
#define X(member)                                                                                            \
    if (!same(signed_data->member, data->member)) {                                                          \
        return reason_fail(error, "data-mismatch", #member);                                                 \
    }
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return true;
}

static bool same_people(const struct statement_people *left, const struct statement_people *right)
{
    bool equal = left->count == right->count;
    for (size_t at = 0; equal && at < left->count; at++) {
        equal =
            same(left->items[at].cpf, right->items[at].cpf) && left->items[at].role == right->items[at].role;
    }
    return equal;
}

static bool same_waivers(const struct statement_waivers *left, const struct statement_waivers *right)
{
    bool equal = left->count == right->count;
    for (size_t at = 0; equal && at < left->count; at++) {
        equal = same(left->items[at].rule, right->items[at].rule) &&
                same(left->items[at].reason, right->items[at].reason);
    }
    return equal;
}

static bool check_profile(const struct statement_validation *validation, const struct approval_facts *facts,
                          struct ra_error *error)
{
    const struct certificate_profile *profile = facts->profile;
    char today[DATE_SIZE];
    profile_day((time_t)facts->now, today);
    if (!same(validation->profile.id, profile->id)) {
        return reason_fail(error, "data-mismatch", "profile");
    }
    if (!same_digest(validation->profile.digest, profile->digest)) {
        return reason_fail(error, "profile-digest", NULL);
    }
    if (validation->profile.term_months != facts->term_months ||
        validation->profile.media != profile->media) {
        return reason_fail(error, "data-mismatch", "profile");
    }
    if (!profile_open_on(profile, today)) {
        return reason_fail(error, "profile-closed", NULL);
    }
    if (!profile_term_allowed(profile, (unsigned)facts->term_months, today)) {
        return reason_fail(error, "profile-term", NULL);
    }
    return true;
}

static bool check_circumstances(const struct statement_validation *validation,
                                const struct approval_facts *facts, struct ra_error *error)
{
    if (validation->method != facts->method) {
        return reason_fail(error, "data-mismatch", "method");
    }
    if (validation->place.kind != facts->place_kind || !same(validation->place.office, facts->office) ||
        !same(validation->place.ibge, facts->ibge)) {
        return reason_fail(error, "data-mismatch", "place");
    }
    if (!same(validation->rules, facts->rules)) {
        return reason_fail(error, "data-mismatch", "rules");
    }
    if (!same_waivers(&validation->waived, &facts->waived)) {
        return reason_fail(error, "waiver-mismatch", NULL);
    }
    if (!same_digest(validation->dossier, facts->dossier)) {
        return reason_fail(error, "dossier-mismatch", NULL);
    }
    if (!same(validation->media.model, facts->media.model) ||
        !same(validation->media.serial, facts->media.serial) ||
        !same(validation->media.homologation, facts->media.homologation)) {
        return reason_fail(error, "data-mismatch", "media");
    }
    return true;
}

/* The case that the validation describes is still the case there is. */
static bool check_case(const struct statement_validation *validation, const struct approval_facts *facts,
                       struct ra_error *error)
{
    if (!same_people(&validation->people, &facts->people)) {
        return reason_fail(error, "data-mismatch", "people");
    }
    return rules_check_data(&validation->data, &facts->data, error) &&
           check_profile(validation, facts, error) && check_circumstances(validation, facts, error);
}

static int64_t life_of(const struct statement_validation *validation, const struct approval_facts *facts)
{
    return validation->binding.kind == PROFILE_BINDING_CODE ? facts->code_life_s : facts->statement_life_s;
}

/* The mail half's key stands in the validation exactly when nobody signs after it. */
static bool check_mail(const struct statement_binding *binding, const struct approval_facts *facts,
                       struct ra_error *error)
{
    if (binding->kind != PROFILE_BINDING_CODE) {
        return true;
    }
    if (facts->agents != 1) {
        return !binding->has_mail || reason_fail(error, "binding-not-allowed", NULL);
    }
    return (binding->has_mail && facts->mail_key != NULL && same_digest(binding->mail, facts->mail_key)) ||
           reason_fail(error, "binding-mismatch", "mail");
}

bool rules_check_validation(const struct signed_statement *statement, const struct approval_facts *facts,
                            const struct approval_signer *caller, struct ra_error *error)
{
    const struct statement_validation *validation = &statement->statement->validation;
    if (!rules_check_head(statement, facts, caller, life_of(validation, facts), error) ||
        !check_case(validation, facts, error)) {
        return false;
    }
    if (!profile_binding_allowed(facts->profile, facts->method, validation->binding.kind)) {
        return reason_fail(error, "binding-not-allowed", NULL);
    }
    return check_mail(&validation->binding, facts, error);
}

/* --- verification --- */

bool rules_check_verification(const struct signed_statement *statement, const struct approval_facts *facts,
                              const struct approval_verified *verified, const struct approval_signer *caller,
                              struct ra_error *error)
{
    const struct statement_verification *content = &statement->statement->verification;
    const struct statement_validation *validation = &verified->validation->statement->validation;
    if (!rules_check_head(statement, facts, caller, life_of(validation, facts), error)) {
        return false;
    }
    if (same_digest(statement->signer_spki, verified->validation->signer_spki) ||
        same(caller->cpf, verified->validator_cpf)) {
        return reason_fail(error, "same-agent", NULL);
    }
    if (!same_digest(content->validation, verified->validation->digest)) {
        return reason_fail(error, "validation-mismatch", NULL);
    }
    if (!same_waivers(&content->waived, &validation->waived)) {
        return reason_fail(error, "waiver-mismatch", NULL);
    }
    if (content->has_mail != (verified->mail_key != NULL) ||
        (content->has_mail && !same_digest(content->mail, verified->mail_key))) {
        return reason_fail(error, "binding-mismatch", "mail");
    }
    return check_case(validation, facts, error) &&
           statement_check_time(verified->validation->statement, facts->now, life_of(validation, facts),
                                error);
}

/* --- one agent or two --- */

size_t approval_agents_needed(const struct approval_floor *floor)
{
    bool one = same(floor->policy, "waived") && floor->signer_floor == 1 && floor->profile_agents == 1 &&
               floor->everybody_positive && floor->waived == 0;
    return one ? 1 : 2;
}

/* What a renewal waives it waives by the norm, named in each reason (rules REN-…). */
static bool are_the_norm_s(const struct statement_waivers *waived)
{
    for (size_t at = 0; at < waived->count; at++) {
        if (strncmp(waived->items[at].reason, "REN-", 4) != 0) {
            return false;
        }
    }
    return true;
}

bool rules_stands_alone(const struct statement_validation *validation)
{
    switch (validation->binding.kind) {
    case PROFILE_BINDING_CODE:
        return validation->binding.has_mail && validation->waived.count == 0;
    case PROFILE_BINDING_SPKI:
        return validation->waived.count == 0;
    case PROFILE_BINDING_RENEWAL:
        return are_the_norm_s(&validation->waived);
    case PROFILE_BINDING_COUNT:
    default:
        return false;
    }
}

size_t rules_revocation_floor(int64_t reason)
{
    return reason == CRL_REASON_KEY_COMPROMISE ? 1 : 2;
}
