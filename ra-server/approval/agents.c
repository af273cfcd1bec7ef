/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/agents.h"

#include "app.h"
#include "approval/approval.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"

/* Asked each time: a figure kept from before could outlive the signer's own. */
static bool ask_signer(struct ra_app *app, int64_t *floor, struct ra_error *error)
{
    json_t *status = NULL;
    if (!signer_status(signer_client_of(app), &status, error)) {
        return false;
    }
    *floor = json_integer_value(json_object_get(status, "agents_floor"));
    json_decref(status);
    return true;
}

const char *agents_rule(enum identification_method method)
{
    return method == IDENTIFICATION_RENEWAL ? "renewal" : AGENTS_RULE;
}

const char *agents_source(enum identification_method method)
{
    return method == IDENTIFICATION_RENEWAL ? "DOC-ICP-05 3.3.2; DOC-ICP-05.02 2.1.6 e 2.1.7; regra 5.2"
                                            : AGENTS_SOURCE;
}

/* --- a case that is being validated --- */

static size_t needed(struct ra_app *app, struct approval_floor *floor)
{
    struct ra_error unreachable = {0};
    floor->signer_floor = 1; /* nobody is asked where the rest already wants two */
    if (approval_agents_needed(floor) == 1 && !ask_signer(app, &floor->signer_floor, &unreachable)) {
        floor->signer_floor = 0;
    }
    return approval_agents_needed(floor);
}

bool agents_gather(struct http_request *request, struct facts *facts, struct ra_error *error)
{
    struct approval_facts *rules = &facts->rules;
    if (rules->method == IDENTIFICATION_RENEWAL) {
        rules->agents = 1;
        return true;
    }
    struct approval_floor floor = {.profile_agents = (int64_t)rules->profile->agents,
                                   .waived = rules->waived.count};
    if (!catalog_policy_text(request->app, request->context, request->now_us, AGENTS_RULE, &floor.policy,
                             error) ||
        !identification_everybody_matched(request, facts->order, &floor.everybody_positive, error)) {
        return false;
    }
    rules->agents = needed(request->app, &floor);
    return true;
}

/* --- the mail half --- */

static bool takes_mail_half(const struct approval_facts *rules)
{
    return rules->agents == 1 && profile_binding_allowed(rules->profile, rules->method, PROFILE_BINDING_CODE);
}

static bool keep_key(struct http_request *request, struct approval_facts *rules, const char *public_key,
                     struct ra_error *error)
{
    uint8_t *key = talloc_array(request->context, uint8_t, 32);
    if (key == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "mail half");
    }
    rules->mail_key = key;
    return hex_decode(public_key, key, 32) || ra_fail(error, RA_INTERNAL, "a mail half without key");
}

bool agents_make_mail_half(struct http_request *request, struct facts *facts, struct ra_error *error)
{
    struct approval_facts *rules = &facts->rules;
    char public_key[65];
    int64_t until_us = (rules->now + rules->code_life_s) * 1000000;
    return !takes_mail_half(rules) ||
           (mail_half_make(request, facts->order, rules->data.email, until_us, public_key, error) &&
            keep_key(request, rules, public_key, error));
}

bool agents_find_mail_half(struct http_request *request, struct facts *facts, struct ra_error *error)
{
    char public_key[65];
    struct ra_error cause = {0};
    if (!takes_mail_half(&facts->rules)) {
        return true;
    }
    if (mail_half_public_key(request, facts->order, public_key, &cause)) {
        return keep_key(request, &facts->rules, public_key, error);
    }
    if (cause.code == RA_CONFLICT) {
        return true;
    }
    *error = cause;
    return false;
}

/* --- a case that one agent validated --- */

bool agents_require_one(struct ra_app *app, TALLOC_CTX *context, time_t now,
                        const struct statement_validation *validation, struct ra_error *error)
{
    struct certificate_profile *profile = NULL;
    if (validation->binding.kind == PROFILE_BINDING_RENEWAL) {
        return true;
    }
    /* That everybody was matched was judged when it was signed; a change since then has voided it. */
    struct approval_floor floor = {.everybody_positive = true, .waived = validation->waived.count};
    if (!catalog_policy_text(app, context, (int64_t)now * 1000000, AGENTS_RULE, &floor.policy, error) ||
        !approval_profile(app, context, validation->profile.id, &profile, error) ||
        !ask_signer(app, &floor.signer_floor, error)) {
        return false;
    }
    floor.profile_agents = (int64_t)profile->agents;
    return approval_agents_needed(&floor) == 1 || reason_fail(error, "floor", NULL);
}
