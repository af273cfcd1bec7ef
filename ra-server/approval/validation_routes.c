/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first agent: facts to sign, the validation as it comes back, and the way back for corrections.
 */
#include "approval/agents.h"
#include "approval/approval.h"
#include "approval/handlers.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "issuance/issuance.h"
#include "issuance/mail_half.h"
#include "issuance/reasons.h"
#include "notice/notice.h"
#include "orders/orders.h"
#include "renewal/renewal.h"
#include "term/term.h"

#include <string.h>

static const char *const before_validation[] = {"open", "returned", NULL};
static const char *const returnable[] = {"validated", "verified", NULL};

/* What must be so before anybody signs. */
static bool check_ready(struct http_request *request, const struct order *order, struct ra_error *error)
{
    return renewal_require_alive(order, error) && incoming_require_state(order, before_validation, error) &&
           orders_check_gates(request, order, "validate", error) &&
           identification_require_complete(request, order, error);
}

bool validation_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct facts facts = {0};
    json_t *checklist = NULL;
    bool done = orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) &&
                check_ready(request, order, error) && facts_gather(request, order, &facts, error) &&
                agents_gather(request, &facts, error) && agents_make_mail_half(request, &facts, error) &&
                identification_checklist(request, order, &checklist, error) &&
                audit_case_read(request, order, "validation", error);
    if (done) {
        http_reply(response, 200, facts_json(&facts, checklist));
    }
    json_decref(checklist);
    facts_release(&facts);
    return done;
}

static const char *binding_word(const struct statement_binding *binding)
{
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        return "code";
    case PROFILE_BINDING_SPKI:
        return "spki";
    case PROFILE_BINDING_RENEWAL:
        return "renewal";
    case PROFILE_BINDING_COUNT:
    default:
        return "";
    }
}

static json_t *validation_detail(struct http_request *request, const struct incoming *incoming, size_t agents)
{
    const struct statement *content = incoming->statement->statement;
    const struct statement_validation *validation = &content->validation;
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:i}", "statement",
                     incoming_digest(request, incoming->statement), "attempt", (json_int_t)content->attempt,
                     "profile", validation->profile.id, "method",
                     identification_method_word(validation->method), "place",
                     statement_place_kind_word(validation->place.kind), "ibge", validation->place.ibge,
                     "binding", binding_word(&validation->binding), "not_after",
                     (json_int_t)content->not_after, "agents", (int)agents);
}

/* Bound to a key that another certificate has, the case could only be sent back later. */
static bool check_key(struct http_request *request, const struct incoming *incoming, struct ra_error *error)
{
    const struct statement_binding *binding = &incoming->statement->statement->validation.binding;
    struct renewal_facts renewal;
    if (binding->kind == PROFILE_BINDING_SPKI) {
        return issuance_key_is_free(request, incoming->order->id, binding->spki, error);
    }
    if (binding->kind != PROFILE_BINDING_RENEWAL) {
        return true;
    }
    return renewal_of(request->db, request->context, incoming->order->id, &renewal, error) &&
           (bytes_equal(binding->cms, renewal.cms) || reason_fail(error, "binding-mismatch", "renewal"));
}

/* `*agents`: how many this case needs, now that it is signed. */
static bool check_validation(struct http_request *request, const struct incoming *incoming, size_t *agents,
                             struct ra_error *error)
{
    struct facts facts = {0};
    bool good = check_ready(request, incoming->order, error) &&
                facts_caller_is_nobody(request, incoming->order, error) &&
                facts_gather(request, incoming->order, &facts, error) &&
                agents_gather(request, &facts, error) && agents_find_mail_half(request, &facts, error) &&
                rules_check_validation(incoming->statement, &facts.rules, &incoming->caller, error) &&
                check_key(request, incoming, error);
    *agents = facts.rules.agents;
    facts_release(&facts);
    return good;
}

/* Nobody signs after this agent: the case goes on as after a verification, and the log says by which rule. */
static bool go_on_alone(struct http_request *request, const struct incoming *incoming, struct ra_error *error)
{
    struct order *order = incoming->order;
    const struct statement_validation *validation = &incoming->statement->statement->validation;
    bool code = validation->binding.kind == PROFILE_BINDING_CODE;
    const char *rule = agents_rule(validation->method);
    return orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, "verified", error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "ready", error) &&
           orders_milestone(request, order, "verified", rule, error) &&
           audit_record(request, AUDIT_SECOND_AGENT_WAIVED, order,
                        json_pack("{s:s, s:I, s:s, s:s}", "statement",
                                  incoming_digest(request, incoming->statement), "attempt",
                                  (json_int_t)order->attempt, "rule", rule, "source",
                                  agents_source(validation->method)),
                        NULL, error) &&
           renewal_tell_ready(request, order, incoming->statement->statement->not_after, error) &&
           (code ? mail_half_send(request, order, error) : mail_half_destroy(request, order, error));
}

static bool accept_validation(struct http_request *request, const struct incoming *incoming,
                              const struct term_countersigned *term, size_t agents, struct ra_error *error)
{
    const char *binding = binding_word(&incoming->statement->statement->validation.binding);
    return incoming_store(request, incoming, error) &&
           identification_fix_rules(request, incoming->order, error) &&
           term_keep_countersigned(request, incoming->order, term, error) &&
           orders_set_state(request, incoming->order, ORDERS_MACHINE_IDENTIFICATION, "validated", error) &&
           orders_milestone(request, incoming->order, "validated", binding, error) &&
           audit_record(request, AUDIT_VALIDATION_APPROVED, incoming->order,
                        validation_detail(request, incoming, agents), NULL, error) &&
           (agents != 1 || go_on_alone(request, incoming, error));
}

bool validation_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct incoming incoming = {0};
    struct term_countersigned term;
    if (!incoming_read(request, STATEMENT_VALIDATION, &incoming, error)) {
        return false;
    }
    size_t agents = 0;
    if (!check_validation(request, &incoming, &agents, error) ||
        !term_read_countersigned(request, incoming.order, &term, error)) {
        return incoming_reject(request, incoming.order, STATEMENT_VALIDATION, error);
    }
    if (!accept_validation(request, &incoming, &term, agents, error)) {
        return false;
    }
    /* Where the holder emits, for the slip: from the configuration, never from the Host that was sent. */
    const char *page = talloc_asprintf(request->context, "%s/emitir/%s", request->app->config->public_url,
                                       incoming.order->code);
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:s, s:i}", "statement", incoming_digest(request, incoming.statement),
                         "binding", binding_word(&incoming.statement->statement->validation.binding),
                         "emission_page", page, "agents", (int)agents));
    return true;
}

/* Back for correction: what the first agent signed is void, a new attempt begins (protocol 2). */
static bool send_back(struct http_request *request, struct order *order, const char *reason, json_t **missing,
                      struct ra_error *error)
{
    return mail_half_destroy(request, order, error) &&
           orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, "returned", error) &&
           orders_milestone(request, order, "returned", reason, error) &&
           audit_record(request, AUDIT_VERIFICATION_RETURNED, order,
                        json_pack("{s:i}", "attempt", order->attempt), json_pack("{s:s}", "reason", reason),
                        error) &&
           orders_next_attempt(request, order, error) &&
           orders_milestone(request, order, "new_attempt", "returned", error) &&
           identification_send_back(request, order, json_object_get(request->body, "items"), error) &&
           identification_missing(request, order, missing, error) &&
           notice_enqueue(request, order, NOTICE_RETURNED,
                          json_pack("{s:s,s:O,s:b}", "reason", reason, "missing", *missing, "has_missing",
                                    json_array_size(*missing) > 0),
                          error);
}

/* The AC's answer was no certificate: what both agents signed is void, the dossier is as it was, and a new
 * key has to be bound. */
static bool start_again(struct http_request *request, struct order *order, const char *reason,
                        json_t **missing, struct ra_error *error)
{
    return approval_void_attempt(request, order, "ac", error) &&
           audit_record(request, AUDIT_VERIFICATION_RETURNED, order,
                        json_pack("{s:i}", "attempt", order->attempt), json_pack("{s:s}", "reason", reason),
                        error) &&
           identification_missing(request, order, missing, error);
}

bool return_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    json_t *missing = NULL;
    const char *reason = http_text(request->body, "reason");
    if (reason == NULL || reason[0] == '\0' || strlen(reason) > STATEMENT_REASON_MAX) {
        return ra_fail_field(error, "reason", "required",
                             "Diga o motivo da devolução, em até 500 caracteres.");
    }
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !incoming_require_state(order, returnable, error)) {
        return false;
    }
    bool failed = orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "failed");
    if (!(failed ? start_again(request, order, reason, &missing, error)
                 : send_back(request, order, reason, &missing, error))) {
        json_decref(missing);
        return false;
    }
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:i, s:o}", "order", order->code, "state", failed ? "open" : "returned",
                         "attempt", order->attempt, "missing", missing));
    return true;
}
