/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocation and refusal. To revoke: one agent's statement for a compromised key (or fraud), two agents'
 * otherwise, all over the same serial, order, attempt and reason; or the holder's own word (protocol 6). To
 * refuse an attempt: one agent's statement.
 */
#include "pki/certificate/reader.h"
#include "pki/signer/asking.h"
#include "pki/signer/holder_revoke.h"
#include "pki/signer/log.h"
#include "pki/signer/request.h"
#include "pki/signer/signer.h"

#include <string.h>

enum { HOUR_S = 3600, RETRY_SECONDS = 5, REASON_KEY_COMPROMISE = 1 };

/* One revocation on its way. */
struct revoking {
    struct signer *signer;
    const struct signer_channel *channel;
    TALLOC_CTX *memory;
    const char *order;
    int64_t attempt;
    int64_t reason;
    struct ledger_name name; /* of the certificate */
    X509 *certificate;
    struct ledger_crls crls;
    struct ledger_revocation record; /* as the journal has it */
    char *transaction;
    bool sent;
};

/* --- what it rests on --- */

/* Once the AC was asked, the word has been believed: an AC that is away for longer than a statement lives
 * does not turn it into nothing. */
static bool check_head(const struct revoking *revoking, const struct approval_context *about,
                       const struct statement *statement, struct ra_error *error)
{
    if (!revoking->record.known)
        return approval_check_head(about, statement, (int64_t)about->settings->validation_hours * HOUR_S,
                                   error);
    return strcmp(statement->instance, about->settings->instance) == 0 ||
           ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-instance",
                          "A declaração é de outra instalação.");
}

static bool verify_one(struct revoking *revoking, const struct approval_context *about, struct bytes cms,
                       struct agent_statement *agent, struct ra_error *error)
{
    return approval_verify(revoking->memory, about, cms, STATEMENT_REVOCATION, agent, error) &&
           check_head(revoking, about, agent->statement, error);
}

static bool same_subject(const struct statement *one, const struct statement *other, struct ra_error *error)
{
    if (strcmp(one->order, other->order) == 0 && one->attempt == other->attempt &&
        strcmp(one->revocation.serial, other->revocation.serial) == 0 &&
        one->revocation.reason == other->revocation.reason)
        return true;
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, "order-mismatch",
                          "As duas declarações não falam do mesmo certificado e motivo.");
}

static bool check_serial(const struct revoking *revoking, const struct statement *statement,
                         struct ra_error *error)
{
    return strcmp(revoking->name.serial, statement->revocation.serial) == 0 ||
           ra_fail_reason(error, RA_STATEMENT_REFUSED, "data-mismatch",
                          "O certificado não tem a série declarada pelos agentes.");
}

static bool verify_statements(struct revoking *revoking, const struct approval_context *about,
                              const struct revoke_request *request, struct ra_error *error)
{
    struct agent_statement agents[REQUEST_STATEMENTS_MAX] = {{.signed_by = NULL}};
    if (!approval_roster(about, error))
        return false;
    for (size_t i = 0; i < request->statement_count; i++)
        if (!verify_one(revoking, about, request->statements[i], &agents[i], error))
            return false;
    const struct statement *first = agents[0].statement;
    if (first == NULL)
        return ra_fail(error, RA_INTERNAL, "a revocation without statements");
    if (request->statement_count == 2 && (!same_subject(first, agents[1].statement, error) ||
                                          !approval_distinct(&agents[0], &agents[1], error)))
        return false;
    if (request->statement_count < 2 && first->revocation.reason != REASON_KEY_COMPROMISE)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "floor",
                              "Este motivo de revogação precisa de dois agentes.");
    revoking->order = first->order;
    revoking->attempt = first->attempt;
    revoking->reason = first->revocation.reason;
    return approval_crl_numbers(about, request->statements, request->statement_count, &revoking->crls,
                                error) &&
           ledger_admit_crls(revoking->signer->ledger, &revoking->crls, error) &&
           check_serial(revoking, first, error);
}

static bool verify_holder(struct revoking *revoking, const struct approval_context *about,
                          const struct holder_proof *proof, struct ra_error *error)
{
    revoking->order = proof->order;
    revoking->attempt = proof->attempt;
    revoking->reason = proof->reason;
    return holder_revoke_verify(about, revoking->signer->ledger, proof, revoking->certificate,
                                revoking->record.known, &revoking->crls, error);
}

static bool verify(struct revoking *revoking, const struct revoke_request *request, struct ra_error *error)
{
    struct approval_context about = signer_approval_context(revoking->signer, request->crls);
    about.ocsp = request->ocsp;
    return request->by_holder ? verify_holder(revoking, &about, &request->holder, error)
                              : verify_statements(revoking, &about, request, error);
}

/* --- which certificate --- */

static bool read_certificate(struct revoking *revoking, struct bytes der, struct ra_error *error)
{
    if (!certificate_decode(der, &revoking->certificate, error))
        return false;
    if (!certificate_name(revoking->certificate, &revoking->name) ||
        settings_issuer_of(revoking->signer->settings, revoking->certificate) == NULL)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "data-mismatch",
                              "O certificado não é da AC desta AR.");
    ledger_find_revocation(revoking->signer->ledger, &revoking->name, &revoking->record);
    return true;
}

/* What the journal knows must agree with the order that is named. Agents name a serial alone: where it is
 * that of the order's certificate, another AC's under the same one is not meant. */
static bool check_order(const struct revoking *revoking, struct ra_error *error)
{
    struct ledger *ledger = revoking->signer->ledger;
    struct ledger_attempt named;
    int64_t attempt = 0;
    const char *order = ledger_order_of(ledger, revoking->memory, &revoking->name, &attempt);
    ledger_find(ledger, revoking->order, revoking->attempt, &named);
    const bool agrees = order != NULL ? strcmp(order, revoking->order) == 0 && attempt == revoking->attempt
                                      : strcmp(named.serial, revoking->name.serial) != 0;
    return agrees ||
           ra_fail_reason(error, RA_STATEMENT_REFUSED, "order-mismatch", "O certificado é de outro pedido.");
}

/* --- asking the AC --- */

static bool carry(void *context, struct bytes message, TALLOC_CTX *memory, struct bytes *answer,
                  struct ra_error *error)
{
    struct revoking *revoking = context;
    revoking->sent = true;
    return signer_carry(revoking->signer, revoking->channel, revoking->transaction, message, memory, answer,
                        error);
}

static bool keep(struct revoking *revoking, bool done, struct ra_error *error)
{
    revoking->record.done = done;
    return ledger_revoke(revoking->signer->ledger, revoking->order, &revoking->name, revoking->reason,
                         &revoking->record, &revoking->crls, error);
}

/* Asking twice does no harm (revoked is revoked), so every try has a transaction of its own. */
static bool intend(struct revoking *revoking, struct ra_error *error)
{
    bool ask = !revoking->record.done;
    if (ask && !random_bytes(revoking->record.transaction, sizeof revoking->record.transaction))
        return ra_fail_crypto(error, "transaction id");
    revoking->transaction =
        hex_encode(revoking->memory, (struct bytes){revoking->record.transaction, LEDGER_TRANSACTION_SIZE});
    if (revoking->transaction == NULL)
        return ra_fail(error, RA_NO_MEMORY, "revocation");
    return !ask || keep(revoking, false, error);
}

static json_t *revoked(const struct revoking *revoking)
{
    return json_pack("{s:s,s:s}", "type", "revoked", "transaction", revoking->transaction);
}

static json_t *pending(const struct revoking *revoking, const char *state)
{
    return json_pack("{s:s,s:s,s:i,s:s}", "type", "pending", "state", state, "retry_after_s", RETRY_SECONDS,
                     "transaction", revoking->transaction);
}

static json_t *settle(struct revoking *revoking, const struct cmp_outcome *outcome, struct ra_error *error)
{
    switch (outcome->result) {
    case CMP_GRANTED:
        log_event(LOG_LEVEL_INFO, "revoked", "{s:s,s:s,s:I}", "order", revoking->order, "serial",
                  revoking->name.serial, "reason", (json_int_t)revoking->reason);
        return keep(revoking, true, error) ? revoked(revoking) : NULL;
    case CMP_REFUSED:
    case CMP_CERTIFICATE_REFUSED:
        ra_fail_reason(error, RA_UPSTREAM, "ac-refused", "A AC recusou a revogação: %s",
                       outcome->status_text);
        return NULL;
    case CMP_WAITING:
    case CMP_UNKNOWN:
        break;
    }
    return revoking->sent ? pending(revoking, "unknown") : NULL;
}

/* With a portal people ask for it there; the journal keeps that it was approved. */
static json_t *ask(struct revoking *revoking, struct ra_error *error)
{
    struct cmp_authority authority;
    struct cmp_outcome outcome = {.result = CMP_UNKNOWN};
    if (revoking->signer->settings->ac_driver == AC_DRIVER_PORTAL)
        return pending(revoking, "sent");
    asking_authority(revoking->signer, carry, revoking, &authority);
    if (!cmp_revoke(&authority, revoking->record.transaction, revoking->certificate, (int)revoking->reason,
                    &outcome, error))
        outcome.result = CMP_UNKNOWN;
    json_t *answer = settle(revoking, &outcome, error);
    cmp_outcome_clear(&outcome);
    return answer;
}

json_t *handle_revoke(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                      json_t *request, struct ra_error *error)
{
    struct revoke_request parsed;
    struct revoking revoking = {.signer = signer, .channel = channel, .memory = memory};
    json_t *answer = NULL;
    if (request_parse_revoke(memory, request, &parsed, error) &&
        read_certificate(&revoking, parsed.certificate, error) && verify(&revoking, &parsed, error) &&
        check_order(&revoking, error) && intend(&revoking, error))
        answer = revoking.record.done ? revoked(&revoking) : ask(&revoking, error);
    X509_free(revoking.certificate);
    return answer;
}

/* --- refusal --- */

json_t *handle_refusal(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                       json_t *request, struct ra_error *error)
{
    (void)channel;
    struct refusal_request parsed;
    struct agent_statement agent;
    struct ledger_crls crls;
    if (!request_parse_refusal(memory, request, &parsed, error))
        return NULL;
    struct approval_context about = signer_approval_context(signer, parsed.crls);
    int64_t longest = (int64_t)signer->settings->validation_hours * HOUR_S;
    if (!approval_roster(&about, error) ||
        !approval_verify(memory, &about, parsed.statement, STATEMENT_REFUSAL, &agent, error) ||
        !approval_check_head(&about, agent.statement, longest, error) ||
        !approval_crl_numbers(&about, &parsed.statement, 1, &crls, error) ||
        !ledger_admit_crls(signer->ledger, &crls, error) ||
        !ledger_refuse(signer->ledger, agent.statement->order, agent.statement->attempt,
                       agent.signed_by->digest, &crls, error))
        return NULL;
    log_event(LOG_LEVEL_INFO, "refusal", "{s:s,s:I}", "order", agent.statement->order, "attempt",
              (json_int_t)agent.statement->attempt);
    return json_pack("{s:s}", "type", "refused-recorded");
}
