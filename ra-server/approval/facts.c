/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/facts.h"

#include "app.h"
#include "approval/agents.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/trust_state.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "media/media.h"
#include "renewal/renewal.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400, TWO_AGENTS = 2 };

bool approval_instance(struct http_request *request, const char **instance, struct ra_error *error)
{
    char known[STATEMENT_INSTANCE_SIZE];
    if (!trust_instance(request->app, known)) {
        json_t *status = NULL;
        if (!signer_status(signer_client_of(request->app), &status, error)) {
            return false;
        }
        const char *named = json_string_value(json_object_get(status, "instance"));
        if (named != NULL) {
            trust_instance_known(request->app, named);
        }
        json_decref(status);
        if (!trust_instance(request->app, known)) {
            return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador não disse que instalação é esta");
        }
    }
    *instance = talloc_strdup(request->context, known);
    return *instance != NULL || ra_fail(error, RA_NO_MEMORY, "instance");
}

bool approval_profile(struct ra_app *app, TALLOC_CTX *context, const char *id,
                      struct certificate_profile **profile, struct ra_error *error)
{
    const char *path = talloc_asprintf(context, "%s/%s.json", app->config->profiles_dir, id);
    struct ra_error cause = {0};
    if (path == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "profile");
    }
    if (strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(id) ||
        !profile_load(context, path, profile, &cause)) {
        return reason_fail(error, "profile-unknown", id);
    }
    return true;
}

static bool gather_people(struct http_request *request, const struct order *order,
                          struct statement_people *people, struct ra_error *error)
{
    struct statement_person *items =
        talloc_zero_array(request->context, struct statement_person, (unsigned)order->people_count + 1);
    if (items == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "people");
    }
    size_t count = 0;
    for (size_t at = 0; at < order->people_count; at++) {
        const char *role = order->people[at].role;
        if (strcmp(role, "interpreter") == 0) {
            continue; /* gains nothing by the certificate (decision 12) */
        }
        items[count].cpf = order->people[at].cpf;
        if (!statement_people_role_parse(strcmp(role, "attorney") == 0 ? "representative" : role,
                                         &items[count].role)) {
            return ra_fail(error, RA_INTERNAL, "a person of role %s", role);
        }
        count++;
    }
    *people = (struct statement_people){count, items};
    return true;
}

bool facts_gather_head(struct http_request *request, const struct order *order, struct facts *facts,
                       struct ra_error *error)
{
    struct approval_facts *rules = &facts->rules;
    int64_t hours = 0;
    int64_t days = 0;
    facts->order = order;
    rules->order = order->code;
    rules->attempt = order->attempt;
    rules->now = request->now_us / 1000000;
    if (!catalog_policy_number(request->app, request->now_us, "statement_hours", &hours, error) ||
        !catalog_policy_number(request->app, request->now_us, "code_days", &days, error)) {
        return false;
    }
    rules->statement_life_s = hours * HOUR_S;
    rules->code_life_s = days * DAY_S;
    return approval_instance(request, &rules->instance, error) &&
           gather_people(request, order, &rules->people, error);
}

bool facts_caller_is_nobody(struct http_request *request, const struct order *order, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    for (size_t at = 0; at < order->people_count; at++) {
        if (strcmp(order->people[at].cpf, caller->cpf) == 0) {
            return reason_fail(error, "agent-is-subject", NULL);
        }
    }
    return true;
}

static bool gather_place(struct http_request *request, const struct order *order,
                         struct approval_facts *rules, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(request->app, request->context, &office, error)) {
        return false;
    }
    rules->method = orders_method(order);
    rules->office = office->code;
    rules->ibge = office->ibge;
    if (rules->method == IDENTIFICATION_VIDEO) {
        rules->place_kind = STATEMENT_PLACE_VIDEO;
        return true;
    }
    return statement_place_kind_parse(office->place_kind, &rules->place_kind) ||
           ra_fail(error, RA_INTERNAL, "an office of kind %s", office->place_kind);
}

static bool gather_waivers(struct http_request *request, struct facts *facts, struct ra_error *error)
{
    if (!identification_waivers(request, facts->order, &facts->waivers, error)) {
        return false;
    }
    size_t count = json_array_size(facts->waivers);
    struct statement_waiver *items =
        talloc_zero_array(request->context, struct statement_waiver, (unsigned)count + 1);
    if (items == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "waivers");
    }
    for (size_t at = 0; at < count; at++) {
        const json_t *waiver = json_array_get(facts->waivers, at);
        items[at].rule = http_text(waiver, "rule");
        items[at].reason = http_text(waiver, "reason");
        if (items[at].rule == NULL || items[at].reason == NULL) {
            return ra_fail(error, RA_INTERNAL, "a waiver without rule or reason");
        }
    }
    facts->rules.waived = (struct statement_waivers){count, items};
    return true;
}

static bool gather_media(struct http_request *request, const struct order *order,
                         struct approval_facts *rules, struct ra_error *error)
{
    struct media_piece piece;
    if (!media_attested(request, order, &piece, error)) {
        return false;
    }
    rules->media.model = piece.model;
    rules->media.serial = piece.serial;
    rules->media.homologation = piece.homologation;
    return true;
}

bool facts_gather(struct http_request *request, const struct order *order, struct facts *facts,
                  struct ra_error *error)
{
    struct certificate_profile *profile = NULL;
    struct approval_facts *rules = &facts->rules;
    struct renewal_facts renewal;
    if (!facts_gather_head(request, order, facts, error) ||
        !renewal_of(request->db, request->context, order->id, &renewal, error) ||
        !approval_profile(request->app, request->context, order->profile_id, &profile, error) ||
        !gather_place(request, order, rules, error) || !gather_waivers(request, facts, error) ||
        !gather_media(request, order, rules, error) ||
        !identification_dossier(request, order, &facts->dossier, rules->dossier, error)) {
        return false;
    }
    orders_certificate_data(order, &rules->data);
    facts->renewal_cms = renewal.cms;
    rules->agents = TWO_AGENTS;
    rules->profile = profile;
    rules->term_months = order->validity_months;
    return identification_rules_version(request, order, &rules->rules, error);
}

void facts_release(struct facts *facts)
{
    json_decref(facts->dossier);
    json_decref(facts->waivers);
    facts->dossier = NULL;
    facts->waivers = NULL;
}

/* --- as JSON --- */

static json_t *data_json(const struct certificate_data *data)
{
    json_t *json = json_object();
#define X(member)                                                                                            \
    if (json_object_set_new(json, #member, json_string(data->member)) != 0) {                                \
        json_decref(json);                                                                                   \
        return NULL;                                                                                         \
    }
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return json;
}

static json_t *people_json(const struct statement_people *people)
{
    json_t *array = json_array();
    for (size_t at = 0; at < people->count; at++) {
        json_t *person = json_pack("{s:s, s:s}", "cpf", people->items[at].cpf, "role",
                                   statement_people_role_word(people->items[at].role));
        if (json_array_append_new(array, person) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *bindings_json(const struct approval_facts *rules)
{
    static const struct {
        enum profile_binding binding;
        const char *word;
    } known[] = {
        {PROFILE_BINDING_CODE, "code"}, {PROFILE_BINDING_SPKI, "spki"}, {PROFILE_BINDING_RENEWAL, "renewal"}};
    json_t *array = json_array();
    for (size_t at = 0; at < sizeof known / sizeof known[0]; at++) {
        if (profile_binding_allowed(rules->profile, rules->method, known[at].binding) &&
            json_array_append_new(array, json_string(known[at].word)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *key_bits_json(const struct certificate_profile *profile)
{
    json_t *array = json_array();
    for (size_t at = 0; at < profile->key_bits_count; at++) {
        json_array_append_new(array, json_integer(profile->key_bits[at]));
    }
    return array;
}

static json_t *profile_json(const struct approval_facts *rules)
{
    char *digest = hex_encode(NULL, (struct bytes){rules->profile->digest, sizeof rules->profile->digest});
    json_t *json = digest == NULL ? NULL
                                  : json_pack("{s:s, s:s, s:I, s:s, s:o}", "id", rules->profile->id, "digest",
                                              digest, "term_months", (json_int_t)rules->term_months, "media",
                                              profile_media_word(rules->profile->media), "key_bits",
                                              key_bits_json(rules->profile));
    talloc_free(digest);
    return json;
}

/* Says that nobody signs after this agent, and why; the key of the mail half goes into what is signed. */
static bool add_one_agent(const struct approval_facts *rules, json_t *json)
{
    char *key = rules->mail_key != NULL ? hex_encode(NULL, (struct bytes){rules->mail_key, 32}) : NULL;
    bool added = json_object_set_new(json, "agents_rule", json_string(agents_rule(rules->method))) == 0 &&
                 json_object_set_new(json, "agents_source", json_string(agents_source(rules->method))) == 0 &&
                 (rules->mail_key == NULL ||
                  (key != NULL && json_object_set_new(json, "mail_public_key", json_string(key)) == 0));
    talloc_free(key);
    return added;
}

/* What the holder signed goes into what the agent signs. */
static bool add_renewal(const struct facts *facts, json_t *json)
{
    if (facts->rules.method != IDENTIFICATION_RENEWAL) {
        return true;
    }
    char *cms = base64_encode(NULL, facts->renewal_cms);
    bool added = cms != NULL && json_object_set_new(json, "renewal_cms", json_string(cms)) == 0;
    talloc_free(cms);
    return added;
}

static json_t *case_json(const struct facts *facts, json_t *checklist)
{
    const struct approval_facts *rules = &facts->rules;
    return json_pack(
        "{s:s, s:s, s:I, s:o, s:o, s:o, s:s, s:{s:s, s:s, s:s}, s:s, s:O, s:{s:s, s:s, s:s}, s:o, s:i, "
        "s:O, s:O, s:s}",
        "instance", rules->instance, "order", rules->order, "attempt", (json_int_t)rules->attempt, "profile",
        profile_json(rules), "data", data_json(&rules->data), "people", people_json(&rules->people), "method",
        identification_method_word(rules->method), "place", "kind",
        statement_place_kind_word(rules->place_kind), "office", rules->office, "ibge", rules->ibge, "rules",
        rules->rules, "waived", facts->waivers, "media", "model", rules->media.model, "serial",
        rules->media.serial, "homologation", rules->media.homologation, "bindings", bindings_json(rules),
        "agents", (int)rules->agents, "dossier", facts->dossier, "checklist", checklist, "product_name",
        facts->order->product_name);
}

json_t *facts_json(const struct facts *facts, json_t *checklist)
{
    json_t *json = case_json(facts, checklist);
    if (json == NULL ||
        ((facts->rules.agents != 1 || add_one_agent(&facts->rules, json)) && add_renewal(facts, json))) {
        return json;
    }
    json_decref(json);
    return NULL;
}
