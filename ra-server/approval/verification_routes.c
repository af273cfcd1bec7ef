/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The second agent: what the first one signed with all that is needed to judge it, and the verification as it
 * comes back.
 */
#include "approval/approval_store.h"
#include "approval/handlers.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "issuance/signer_client.h"
#include "orders/orders.h"
#include "pki/certificate/reader.h"
#include "renewal/renewal.h"

#include <string.h>

static const char *const awaiting_second[] = {"validated", NULL};

/* The validation of the current attempt, judged anew: its agent may have left the roster meanwhile. */
static bool load_validation(struct http_request *request, const struct order *order, struct bytes *cms,
                            struct signed_statement **validation, struct ra_error *error)
{
    struct stored_statement stored = {0};
    if (!approval_store_one(request->db, request->context, order->id, order->attempt, STATEMENT_VALIDATION,
                            &stored, error)) {
        return false;
    }
    *cms = stored.cms;
    return trust_verify_statement(request->app, request->context, stored.cms, STATEMENT_VALIDATION,
                                  (time_t)(request->now_us / 1000000), validation, error);
}

static bool takes_mail_half(const struct signed_statement *validation)
{
    const struct statement_binding *binding = &validation->statement->validation.binding;
    return binding->kind == PROFILE_BINDING_CODE && !binding->has_mail;
}

static bool mail_key(struct http_request *request, const struct order *order,
                     const struct signed_statement *validation, char public_key[65], struct ra_error *error)
{
    public_key[0] = '\0';
    if (!takes_mail_half(validation)) {
        return true;
    }
    return mail_half_make(request, order, validation->statement->validation.data.email,
                          validation->statement->not_after * 1000000, public_key, error);
}

static bool gather_crls(struct http_request *request, X509 *validator, json_t **crls, struct ra_error *error)
{
    X509 *caller = NULL;
    *crls = json_array();
    bool done = (*crls != NULL || ra_fail(error, RA_NO_MEMORY, "CRLs")) &&
                trust_add_crls(request->app, validator, *crls, error) &&
                certificate_decode(request->client_certificate, &caller, error) &&
                trust_add_crls(request->app, caller, *crls, error);
    X509_free(caller);
    return done;
}

static json_t *verification_json(struct http_request *request, struct bytes cms, struct bytes roster,
                                 const char *anchors, json_t *crls, json_t *dossier, const char *public_key)
{
    (void)request;
    return json_pack("{s:o, s:o, s:s, s:O, s:O, s:s}", "validation", signer_base64(cms), "roster",
                     signer_base64(roster), "agents_anchors", anchors, "crls", crls, "dossier", dossier,
                     "mail_public_key", public_key);
}

bool verification_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct bytes cms = {NULL, 0};
    struct bytes roster = {NULL, 0};
    struct signed_statement *validation = NULL;
    const char *anchors = "";
    char public_key[65];
    uint8_t root[32];
    json_t *dossier = NULL;
    json_t *crls = NULL;
    bool done = orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) &&
                renewal_require_alive(order, error) &&
                incoming_require_state(order, awaiting_second, error) &&
                load_validation(request, order, &cms, &validation, error) &&
                mail_key(request, order, validation, public_key, error) &&
                approval_store_roster(request->db, request->context, &roster, error) &&
                trust_anchors_pem(request->app, request->context, &anchors, error) &&
                gather_crls(request, validation->signer, &crls, error) &&
                identification_dossier(request, order, &dossier, root, error) &&
                audit_case_read(request, order, "verification", error);
    if (done) {
        http_reply(response, 200,
                   verification_json(request, cms, roster, anchors, crls, dossier, public_key));
    }
    json_decref(dossier);
    json_decref(crls);
    return done;
}

/* --- the verification --- */

static bool check_verification(struct http_request *request, const struct incoming *incoming,
                               const struct signed_statement *validation, struct ra_error *error)
{
    struct facts facts = {0};
    char validator_cpf[12];
    char public_key[65];
    uint8_t key[32];
    bool mail = takes_mail_half(validation);
    bool good = facts_caller_is_nobody(request, incoming->order, error) &&
                facts_gather(request, incoming->order, &facts, error) &&
                certificate_read_cpf(validation->signer, validator_cpf, error) &&
                (!mail || mail_half_public_key(request, incoming->order, public_key, error));
    if (good && mail && !hex_decode(public_key, key, sizeof key)) {
        good = ra_fail(error, RA_INTERNAL, "a mail half without key");
    }
    if (good) {
        const struct approval_verified verified = {
            .validation = validation, .validator_cpf = validator_cpf, .mail_key = mail ? key : NULL};
        good =
            rules_check_verification(incoming->statement, &facts.rules, &verified, &incoming->caller, error);
    }
    facts_release(&facts);
    return good;
}

static bool accept_verification(struct http_request *request, const struct incoming *incoming,
                                const struct signed_statement *validation_statement, struct ra_error *error)
{
    const struct statement *content = incoming->statement->statement;
    const int64_t first_ends = validation_statement->statement->not_after;
    const bool mail = takes_mail_half(validation_statement);
    const char *validation =
        hex_encode(request->context, (struct bytes){content->verification.validation, 32});
    return incoming_store(request, incoming, error) &&
           orders_set_state(request, incoming->order, ORDERS_MACHINE_IDENTIFICATION, "verified", error) &&
           orders_set_state(request, incoming->order, ORDERS_MACHINE_ISSUANCE, "ready", error) &&
           orders_milestone(request, incoming->order, "verified", "", error) &&
           audit_record(request, AUDIT_VERIFICATION_APPROVED, incoming->order,
                        json_pack("{s:s, s:s, s:I, s:b}", "statement",
                                  incoming_digest(request, incoming->statement), "validation", validation,
                                  "attempt", (json_int_t)content->attempt, "mail", mail),
                        NULL, error) &&
           renewal_tell_ready(request, incoming->order,
                              content->not_after < first_ends ? content->not_after : first_ends, error) &&
           (!mail || mail_half_send(request, incoming->order, error));
}

bool verification_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct incoming incoming = {0};
    struct signed_statement *validation = NULL;
    struct bytes cms = {NULL, 0};
    if (!incoming_read(request, STATEMENT_VERIFICATION, &incoming, error)) {
        return false;
    }
    if (!renewal_require_alive(incoming.order, error) ||
        !incoming_require_state(incoming.order, awaiting_second, error) ||
        !load_validation(request, incoming.order, &cms, &validation, error) ||
        !check_verification(request, &incoming, validation, error)) {
        return incoming_reject(request, incoming.order, STATEMENT_VERIFICATION, error);
    }
    if (!accept_verification(request, &incoming, validation, error)) {
        return false;
    }
    http_reply(response, 201, json_pack("{s:s}", "statement", incoming_digest(request, incoming.statement)));
    return true;
}
