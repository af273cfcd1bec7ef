/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/approval.h"

#include "approval/agents.h"
#include "approval/approval_store.h"
#include "approval/crl_set.h"
#include "approval/rules.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"

#include <openssl/x509v3.h>
#include <string.h>

bool approval_certificate_asked_for(const struct order *order)
{
    static const char *const words[] = {"requested", "unknown", "issued", "delivered", "revocation_requested",
                                        "revoked"};
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
        if (orders_in_state(order, ORDERS_MACHINE_ISSUANCE, words[at])) {
            return true;
        }
    }
    return false;
}

static bool start_over(struct http_request *request, struct order *order, const char *why,
                       struct ra_error *error)
{
    int64_t void_attempt = order->attempt;
    bool unissued = orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "none");
    return mail_half_destroy(request, order, error) &&
           (unissued || orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "none", error)) &&
           orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, "open", error) &&
           orders_next_attempt(request, order, error) &&
           orders_milestone(request, order, "new_attempt", why, error) &&
           audit_record(request, AUDIT_ATTEMPT_VOIDED, order,
                        json_pack("{s:I, s:i, s:s}", "void", (json_int_t)void_attempt, "attempt",
                                  order->attempt, "why", why),
                        NULL, error);
}

bool approval_void_attempt(struct http_request *request, struct order *order, const char *why,
                           struct ra_error *error)
{
    bool stated = orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "validated") ||
                  orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "verified");
    if (approval_certificate_asked_for(order)) {
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "certificate-asked-for",
                              "O certificado já foi pedido à AC: o que foi assinado não muda mais.");
    }
    return !stated || start_over(request, order, why, error);
}

/* --- for the issuance --- */

bool approval_pair_load(struct ra_app *app, struct db *db, TALLOC_CTX *context, time_t now, int64_t order_id,
                        int64_t attempt, struct approval_pair *pair, struct ra_error *error)
{
    *pair = (struct approval_pair){.verification = NULL};
    if (!approval_store_pair(db, context, order_id, attempt, &pair->validation_cms, &pair->verification_cms,
                             error)) {
        return false;
    }
    if (pair->validation_cms.length == 0) {
        return approval_store_absent(STATEMENT_VALIDATION, error);
    }
    if (!trust_verify_statement(app, context, pair->validation_cms, STATEMENT_VALIDATION, now,
                                &pair->validation, error)) {
        return false;
    }
    const struct statement_validation *validation = &pair->validation->statement->validation;
    if (pair->verification_cms.length > 0) {
        return trust_verify_statement(app, context, pair->verification_cms, STATEMENT_VERIFICATION, now,
                                      &pair->verification, error);
    }
    return rules_stands_alone(validation) ? agents_require_one(app, context, now, validation, error)
                                          : approval_store_absent(STATEMENT_VERIFICATION, error);
}

bool approval_pair_matches(const struct approval_pair *pair, const struct order *order,
                           struct ra_error *error)
{
    const struct statement_validation *validation = &pair->validation->statement->validation;
    struct certificate_data data;
    orders_certificate_data(order, &data);
    if (strcmp(validation->profile.id, order->profile_id) != 0 ||
        validation->profile.term_months != order->validity_months) {
        return reason_fail(error, "data-mismatch", "profile");
    }
    return rules_check_data(&validation->data, &data, error);
}

/* Of a renewal: what the holder signed is judged with fresh CRLs too. */
static bool add_crls_of_holder(struct ra_app *app, const struct approval_pair *pair, json_t *crls,
                               struct ra_error *error)
{
    const struct statement_binding *binding = &pair->validation->statement->validation.binding;
    bool done = true;
    if (binding->kind != PROFILE_BINDING_RENEWAL) {
        return true;
    }
    STACK_OF(X509) *inside = crl_set_of_cms(binding->cms);
    trust_learn(app, inside);
    for (int at = 0; done && at < sk_X509_num(inside) && at < CRL_DEPTH_MAX; at++) {
        done = trust_add_crls(app, sk_X509_value(inside, at), crls, error);
    }
    sk_X509_pop_free(inside, X509_free);
    return done;
}

bool approval_pair_ocsp(struct ra_app *app, const struct approval_pair *pair, json_t **answers,
                        struct ra_error *error)
{
    const struct statement_binding *binding = &pair->validation->statement->validation.binding;
    *answers = json_array();
    bool done = *answers != NULL || ra_fail(error, RA_NO_MEMORY, "OCSP answers");
    STACK_OF(X509) *inside = binding->kind == PROFILE_BINDING_RENEWAL ? crl_set_of_cms(binding->cms) : NULL;
    for (int at = 0; done && at < sk_X509_num(inside) && at < CRL_DEPTH_MAX; at++) {
        X509 *certificate = sk_X509_value(inside, at);
        done = X509_check_ca(certificate) != 0 || trust_add_ocsp(app, certificate, *answers, error);
    }
    sk_X509_pop_free(inside, X509_free);
    if (!done) {
        json_decref(*answers);
        *answers = NULL;
    }
    return done;
}

bool approval_pair_crls(struct ra_app *app, const struct approval_pair *pair, json_t **crls,
                        struct ra_error *error)
{
    *crls = json_array();
    if (*crls == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "CRLs");
    }
    if (!trust_add_crls(app, pair->validation->signer, *crls, error) ||
        (pair->verification != NULL && !trust_add_crls(app, pair->verification->signer, *crls, error)) ||
        !add_crls_of_holder(app, pair, *crls, error)) {
        json_decref(*crls);
        *crls = NULL;
        return false;
    }
    return true;
}
