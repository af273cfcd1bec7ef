/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who am I, who are the agents, and the CRLs that ra-cli judges statements with.
 */
#include "app.h"
#include "approval/approval.h"
#include "approval/approval_store.h"
#include "approval/handlers.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "pki/certificate/reader.h"

#include <string.h>

/* --- me --- */

static json_t *office_json(const struct catalog_office *office)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "code", office->code, "name", office->name, "ibge",
                     office->ibge, "place_kind", office->place_kind, "zone", office->zone, "cnpj",
                     office->cnpj);
}

bool roster_me(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    struct catalog_office *office = NULL;
    const char *instance = "";
    int64_t version = 0;
    int64_t not_after = 0;
    int64_t hours = 0;
    int64_t days = 0;
    (void)trust_roster_facts(request->app, &version, &not_after);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !approval_instance(request, &instance, error) ||
        !catalog_policy_number(request->app, request->now_us, "statement_hours", &hours, error) ||
        !catalog_policy_number(request->app, request->now_us, "code_days", &days, error) ||
        !audit_record(request, AUDIT_LOGIN_OK, NULL, json_object(), NULL, error)) {
        return false;
    }
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I}", "name", caller->name,
                         "cpf", caller->cpf, "role", office_role_word(caller->role), "spki", caller->spki,
                         "instance", instance, "office", office_json(office), "roster_version",
                         (json_int_t)version, "roster_not_after", (json_int_t)not_after, "now",
                         (json_int_t)(request->now_us / 1000000), "statement_hours", (json_int_t)hours,
                         "code_days", (json_int_t)days));
    return true;
}

/* --- CRLs --- */

bool roster_crls(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    X509 *caller = NULL;
    json_t *crls = json_array();
    bool done = (crls != NULL || ra_fail(error, RA_NO_MEMORY, "CRLs")) &&
                certificate_decode(request->client_certificate, &caller, error) &&
                trust_add_crls(request->app, caller, crls, error);
    if (done) {
        http_reply(response, 200, json_pack("{s:O}", "crls", crls));
    }
    json_decref(crls);
    X509_free(caller);
    return done;
}

/* --- the roster --- */

bool roster_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct bytes bundle = {NULL, 0};
    int64_t version = 0;
    int64_t not_after = 0;
    if (!approval_store_roster(request->db, request->context, &bundle, error)) {
        return false;
    }
    if (bundle.length == 0) {
        return ra_fail_reason(error, RA_NOT_FOUND, "roster-missing", "Ainda não há lista de agentes.");
    }
    (void)trust_roster_facts(request->app, &version, &not_after);
    http_reply(response, 200,
               json_pack("{s:o, s:I, s:I}", "roster", signer_base64(bundle), "version", (json_int_t)version,
                         "not_after", (json_int_t)not_after));
    return true;
}

static bool ask_signer(struct http_request *request, struct bytes bundle, struct ra_error *error)
{
    json_t *answer = NULL;
    json_t *message = json_pack("{s:s, s:o}", "type", "roster", "roster", signer_base64(bundle));
    if (!signer_ask(signer_client_of(request->app), message, NULL, NULL, &answer, error)) {
        return false;
    }
    bool accepted = signer_expect(answer, "roster", error);
    json_decref(answer);
    return accepted;
}

static bool record_entry(struct http_request *request, enum audit_code code, const struct roster_entry *entry,
                         struct ra_error *error)
{
    const char *spki = hex_encode(request->context, (struct bytes){entry->spki, sizeof entry->spki});
    return audit_record(request, code, NULL,
                        json_pack("{s:s, s:s, s:I, s:I}", "agent", spki, "role",
                                  roster_role_word(entry->role), "from", (json_int_t)entry->from, "until",
                                  (json_int_t)entry->until),
                        json_pack("{s:s, s:s}", "name", entry->name, "cpf", entry->cpf), error);
}

static bool has_entry(const struct statement *roster, const struct roster_entry *entry)
{
    for (size_t at = 0; roster != NULL && at < roster->roster.count; at++) {
        const struct roster_entry *other = &roster->roster.entries[at];
        if (memcmp(other->spki, entry->spki, sizeof entry->spki) == 0 && other->role == entry->role) {
            return true;
        }
    }
    return false;
}

/* An event for each entry of `these` that `those` lacks: an agent comes or goes; whoever audits or
 * administers is given a permission or loses it. */
static bool record_difference(struct http_request *request, enum audit_code agent, enum audit_code permission,
                              const struct statement *these, const struct statement *those,
                              struct ra_error *error)
{
    for (size_t at = 0; these != NULL && at < these->roster.count; at++) {
        const struct roster_entry *entry = &these->roster.entries[at];
        const enum audit_code code = entry->role == ROSTER_AGENT ? agent : permission;
        if (!has_entry(those, entry) && !record_entry(request, code, entry, error)) {
            return false;
        }
    }
    return true;
}

/* What the roster before said, NULL without one that can still be read. */
static const struct statement *statement_before(struct http_request *request, struct ra_error *error,
                                                bool *readable)
{
    struct bytes bundle = {NULL, 0};
    struct bytes objects[ROSTER_SIGNERS_MAX];
    struct roster *before = NULL;
    struct ra_error ignored = {0};
    size_t count = 0;
    *readable = approval_store_roster(request->db, request->context, &bundle, error);
    if (!*readable || bundle.length == 0 || !roster_unbundle(bundle, objects, &count, &ignored)) {
        return NULL;
    }
    return trust_roster_read(request->app, request->context, bundle, &before) ? before->statement : NULL;
}

static bool record_roster(struct http_request *request, const struct roster *roster,
                          const struct statement *before, struct ra_error *error)
{
    const struct statement *after = roster->statement;
    const char *digest = hex_encode(request->context, (struct bytes){roster->digest, sizeof roster->digest});
    return audit_record(request, AUDIT_ROSTER_ACCEPTED, NULL,
                        json_pack("{s:I, s:s, s:I, s:I}", "version", (json_int_t)after->roster.version,
                                  "digest", digest, "signers", (json_int_t)roster->signers, "not_after",
                                  (json_int_t)after->not_after),
                        NULL, error) &&
           record_difference(request, AUDIT_AGENT_ADDED, AUDIT_PERM_GRANTED, after, before, error) &&
           record_difference(request, AUDIT_AGENT_REMOVED, AUDIT_PERM_REVOKED, before, after, error);
}

/* After the commit: from now on this is the roster in force. */
static void install(struct ra_app *app, void *argument)
{
    const struct bytes *bundle = argument;
    struct ra_error error = {0};
    if (!trust_roster_install(app, *bundle, clock_now(&app->clock), &error)) {
        log_error("roster-not-installed", "approval", &error);
    }
}

bool roster_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const char *text = http_text(request->body, "roster");
    struct bytes *bundle = talloc_zero(request->context, struct bytes);
    struct roster *roster = NULL;
    const char *instance = "";
    bool readable = false;
    if (bundle == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "roster");
    }
    if (text == NULL || !base64_decode(request->context, text, strlen(text), bundle)) {
        return ra_fail_field(error, "roster", "base64", "Envie a lista assinada em base64.");
    }
    if (!approval_instance(request, &instance, error) ||
        !trust_roster_judge(request->app, request->context, *bundle, (time_t)(request->now_us / 1000000),
                            &roster, error) ||
        !ask_signer(request, *bundle, error)) {
        return false;
    }
    const struct statement *before = statement_before(request, error, &readable);
    if (!readable ||
        !approval_store_roster_insert(request->db, roster->statement, *bundle, request->now_us, error) ||
        !record_roster(request, roster, before, error) ||
        !http_after_commit(request, install, bundle, error)) {
        return false;
    }
    http_reply(response, 201,
               json_pack("{s:I, s:I}", "version", (json_int_t)roster->statement->roster.version, "not_after",
                         (json_int_t)roster->statement->not_after));
    return true;
}
