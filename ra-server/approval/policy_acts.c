/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/policy_acts.h"

#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/policy_store.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "jobs.h"
#include "pki/certificate/calendar.h"
#include "pki/certificate/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long a proposal may wait for the other administrator. */
enum { LONGEST_LIFE_S = 30 * 86400 };

bool policy_version_of(const struct http_request *request, int64_t *version, struct ra_error *error)
{
    const char *text = http_path_parameter(request, "change");
    char *end = NULL;
    errno = 0;
    long long number = text != NULL && text[0] >= '1' && text[0] <= '9' ? strtoll(text, &end, 10) : 0;
    if (number < 1 || number > INT32_MAX || errno != 0 || *end != '\0') {
        return ra_fail(error, RA_NOT_FOUND, "Não há mudança de política com esse número.");
    }
    *version = number;
    return true;
}

static bool refuse(const char *word, struct ra_error *error)
{
    (void)!policy_allows(word, error);
    return false;
}

/* --- a signature as it comes in --- */

struct signing {
    struct bytes cms;
    struct signed_statement *signature;
    const struct statement_rules *rules;
};

static time_t now_of(const struct http_request *request)
{
    return (time_t)(request->now_us / 1000000);
}

static bool check_head(struct http_request *request, const struct signed_statement *signature,
                       struct ra_error *error)
{
    const char *instance = "";
    const char *spki =
        hex_encode(request->context, (struct bytes){signature->signer_spki, sizeof signature->signer_spki});
    if (spki == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "policy");
    }
    if (strcmp(spki, office_caller(request)->spki) != 0) {
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "signer-not-caller",
                              "A mudança foi assinada por outra pessoa.");
    }
    if (!approval_instance(request, &instance, error)) {
        return false;
    }
    if (strcmp(signature->statement->instance, instance) != 0) {
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-instance",
                              "A mudança é de outra instalação do sistema.");
    }
    return statement_check_time(signature->statement, now_of(request), LONGEST_LIFE_S, error);
}

static bool check_signature(struct http_request *request, struct signing *signing, struct ra_error *error)
{
    if (!trust_verify_administrator(request->app, request->context, signing->cms, STATEMENT_RULES,
                                    now_of(request), &signing->signature, error)) {
        return false;
    }
    signing->rules = &signing->signature->statement->rules;
    return check_head(request, signing->signature, error);
}

/* Form of value and day, then what the database has against it. */
static bool check_change(struct http_request *request, const struct statement_rules *rules,
                         struct ra_error *error)
{
    char today[CATALOG_DAY_SIZE];
    struct calendar_day day;
    json_t *value = NULL;
    json_t *before = NULL;
    bool readable = policy_value_read(rules->value, &value, error) &&
                    (rules->before[0] == '\0' || policy_value_read(rules->before, &before, error));
    json_decref(value);
    json_decref(before);
    if (!readable) {
        return false;
    }
    if (calendar_parse(rules->valid_from, &day) != CALENDAR_DAY) {
        return refuse("rules-day", error);
    }
    catalog_today(request->app, request->now_us, today);
    return policy_store_check(request->db, request->context, rules, today, error);
}

/* Leaves a trace of what was turned away for `*error`; always false. Only before anything was written. */
static bool reject(struct http_request *request, struct ra_error *error)
{
    enum ra_error_category category = ra_error_info(error->code)->category;
    struct ra_error unrecorded = {0};
    if (category != RA_CATEGORY_INPUT && category != RA_CATEGORY_CONFLICT) {
        return false;
    }
    const char *reason = error->reason[0] != '\0' ? error->reason : ra_error_info(error->code)->code;
    json_t *detail = json_pack("{s:s, s:s}", "typ", statement_typ(STATEMENT_RULES), "reason", reason);
    if (audit_record(request, AUDIT_STATEMENT_REJECTED, NULL, detail, NULL, &unrecorded)) {
        http_keep_changes(request);
    } else {
        *error = unrecorded;
    }
    return false;
}

static bool read_cms(struct http_request *request, struct signing *signing, struct ra_error *error)
{
    const char *text = http_text(request->body, "cms");
    if (text == NULL || !base64_decode(request->context, text, strlen(text), &signing->cms)) {
        return ra_fail_field(error, "cms", "base64", "Envie a mudança assinada em base64.");
    }
    return true;
}

static bool record(struct http_request *request, enum audit_code code, const struct signing *signing,
                   const char *state, struct ra_error *error)
{
    const struct statement_rules *rules = signing->rules;
    uint8_t digest[32];
    if (!sha256(signing->signature->content, digest)) {
        return ra_fail_crypto(error, "policy");
    }
    const char *content = hex_encode(request->context, (struct bytes){digest, sizeof digest});
    const char *cms = hex_encode(request->context, (struct bytes){signing->signature->digest, 32});
    json_t *detail =
        content == NULL || cms == NULL
            ? NULL
            : json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "change", (json_int_t)rules->version,
                        "key", rules->key, "before", rules->before, "value", rules->value, "from",
                        rules->valid_from, "content", content, "statement", cms, "state", state);
    return audit_record(request, code, NULL, detail, json_pack("{s:s}", "reason", rules->reason), error);
}

static json_t *answer_json(int64_t version, const char *state, size_t signatures)
{
    return json_pack("{s:I, s:s, s:I}", "change", (json_int_t)version, "state", state, "signatures",
                     (json_int_t)signatures);
}

/* --- propose --- */

static bool check_proposal(struct http_request *request, struct signing *signing, struct ra_error *error)
{
    int64_t next = 0;
    if (!check_signature(request, signing, error) ||
        !policy_store_next(request->db, request->context, &next, error)) {
        return false;
    }
    if (signing->rules->version != next) {
        return refuse("rules-version", error);
    }
    return check_change(request, signing->rules, error);
}

bool policy_propose(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct signing signing = {0};
    if (!read_cms(request, &signing, error) || !policy_store_lock(request->db, error)) {
        return false;
    }
    if (!check_proposal(request, &signing, error)) {
        return reject(request, error);
    }
    int64_t version = signing.rules->version;
    if (!policy_store_propose(request->db, version, signing.signature->content, error) ||
        !policy_store_sign(request->db, version, signing.cms, signing.signature, office_caller(request)->name,
                           request->now_us, error) ||
        !record(request, AUDIT_RULES_PROPOSED, &signing, "pending", error)) {
        return false;
    }
    http_reply(response, 201, answer_json(version, "pending", 1));
    return true;
}

/* --- sign what another proposed --- */

static bool read_signer(const struct signed_statement *signature, struct policy_signer *signer,
                        struct ra_error *error)
{
    memcpy(signer->spki, signature->signer_spki, sizeof signer->spki);
    return certificate_read_cpf(signature->signer, signer->cpf, error);
}

/* The signatures that are there are judged anew: a certificate may have been revoked meanwhile. */
static bool check_signers(struct http_request *request, const struct policy_proposal *proposal,
                          const struct signing *signing, struct ra_error *error)
{
    struct policy_signer signers[POLICY_SIGNERS_MAX + 1];
    for (size_t at = 0; at < proposal->count; at++) {
        struct signed_statement *earlier = NULL;
        if (!trust_verify_administrator(request->app, request->context, proposal->signatures[at],
                                        STATEMENT_RULES, now_of(request), &earlier, error) ||
            !read_signer(earlier, &signers[at], error)) {
            return false;
        }
    }
    return read_signer(signing->signature, &signers[proposal->count], error) &&
           policy_signers_differ(signers, proposal->count + 1, error);
}

static bool check_confirmation(struct http_request *request, const struct policy_proposal *proposal,
                               struct signing *signing, struct ra_error *error)
{
    if (proposal->outcome[0] != '\0') {
        return refuse("rules-ended", error);
    }
    if (!check_signature(request, signing, error)) {
        return false;
    }
    if (!bytes_equal(signing->signature->content, proposal->content)) {
        return refuse("rules-content", error);
    }
    return check_signers(request, proposal, signing, error) && check_change(request, signing->rules, error);
}

static void read_policies_anew(struct ra_app *app, void *argument)
{
    (void)argument;
    if (app->jobs != NULL) {
        jobs_wake(app->jobs, "catalogue");
        jobs_wake(app->jobs, "rules");
    }
}

static bool put_in_force(struct http_request *request, int64_t version, struct ra_error *error)
{
    return policy_store_end(request->db, version, "in_force", office_caller(request)->name, request->now_us,
                            error) &&
           http_after_commit(request, read_policies_anew, NULL, error);
}

bool policy_sign(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct signing signing = {0};
    struct policy_proposal proposal = {0};
    int64_t version = 0;
    if (!policy_version_of(request, &version, error) || !read_cms(request, &signing, error) ||
        !policy_store_lock(request->db, error) ||
        !policy_store_find(request->db, request->context, version, &proposal, error)) {
        return false;
    }
    if (!check_confirmation(request, &proposal, &signing, error)) {
        return reject(request, error);
    }
    size_t signatures = proposal.count + 1;
    bool enough = signatures >= (size_t)request->app->config->rules_threshold;
    const char *state = enough ? "in_force" : "pending";
    if (!policy_store_sign(request->db, version, signing.cms, signing.signature, office_caller(request)->name,
                           request->now_us, error) ||
        (enough && !put_in_force(request, version, error)) ||
        !record(request, AUDIT_RULES_CONFIRMED, &signing, state, error)) {
        return false;
    }
    http_reply(response, 201, answer_json(version, state, signatures));
    return true;
}

/* --- withdraw --- */

bool policy_withdraw(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct policy_proposal proposal = {0};
    int64_t version = 0;
    if (!policy_version_of(request, &version, error) || !policy_store_lock(request->db, error) ||
        !policy_store_find(request->db, request->context, version, &proposal, error)) {
        return false;
    }
    if (proposal.outcome[0] != '\0') {
        return refuse("rules-ended", error);
    }
    if (!policy_store_end(request->db, version, "withdrawn", office_caller(request)->name, request->now_us,
                          error) ||
        !audit_record(request, AUDIT_RULES_WITHDRAWN, NULL, json_pack("{s:I}", "change", (json_int_t)version),
                      NULL, error)) {
        return false;
    }
    http_reply(response, 200, answer_json(version, "withdrawn", proposal.count));
    return true;
}
