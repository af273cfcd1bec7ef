/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocation and refusal. To revoke: one agent's statement for a compromised key (or fraud), two agents'
 * otherwise, all over the same serial, order, attempt and reason (protocol 6). To refuse an attempt: one
 * agent's statement.
 */
#include "pki/certificate/reader.h"
#include "pki/signer/asking.h"
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
    const struct statement *statement; /* the first agent's */
    X509 *certificate;
    struct ledger_crls crls;
    struct ledger_revocation record;
    char *transaction;
    bool sent;
};

static bool verify_one(struct revoking *revoking, const struct approval_context *about, struct bytes cms,
                       struct agent_statement *agent, struct ra_error *error)
{
    int64_t longest = (int64_t)about->settings->validation_hours * HOUR_S;
    return approval_verify(revoking->memory, about, cms, STATEMENT_REVOCATION, agent, error) &&
           approval_check_head(about, agent->statement, longest, error);
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

static bool verify_statements(struct revoking *revoking, const struct revoke_request *request,
                              struct ra_error *error)
{
    struct approval_context about = signer_approval_context(revoking->signer, request->crls);
    struct agent_statement agents[REQUEST_STATEMENTS_MAX] = {{.signed_by = NULL}};
    if (request->statement_count == 0 || !approval_roster(&about, error))
        return false;
    for (size_t i = 0; i < request->statement_count; i++)
        if (!verify_one(revoking, &about, request->statements[i], &agents[i], error))
            return false;
    revoking->statement = agents[0].statement;
    if (request->statement_count == 2 && (!same_subject(agents[0].statement, agents[1].statement, error) ||
                                          !approval_distinct(&agents[0], &agents[1], error)))
        return false;
    if (request->statement_count < 2 && revoking->statement->revocation.reason != REASON_KEY_COMPROMISE)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "floor",
                              "Este motivo de revogação precisa de dois agentes.");
    return approval_crl_numbers(&about, request->statements, request->statement_count, &revoking->crls,
                                error) &&
           ledger_admit_crls(revoking->signer->ledger, &revoking->crls, error);
}

/* The statements name order and serial; the certificate must be that one, and what the journal knows must
 * agree. */
static bool check_certificate(struct revoking *revoking, struct ra_error *error)
{
    const struct statement *statement = revoking->statement;
    char serial[LEDGER_SERIAL_SIZE];
    int64_t attempt = 0;
    if (!certificate_serial(revoking->certificate, serial) ||
        strcmp(serial, statement->revocation.serial) != 0)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "data-mismatch",
                              "O certificado não tem a série declarada pelos agentes.");
    const char *order = ledger_order_of_serial(revoking->signer->ledger, revoking->memory, serial, &attempt);
    if (order != NULL && (strcmp(order, statement->order) != 0 || attempt != statement->attempt))
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "order-mismatch",
                              "O certificado é de outro pedido.");
    if (settings_issuer_of(revoking->signer->settings, revoking->certificate) == NULL)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "data-mismatch",
                              "O certificado não é da AC desta AR.");
    return true;
}

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
    const struct statement *statement = revoking->statement;
    revoking->record.done = done;
    return ledger_revoke(revoking->signer->ledger, statement->order, statement->revocation.serial,
                         statement->revocation.reason, &revoking->record, &revoking->crls, error);
}

/* Asking twice does no harm (revoked is revoked), so every try has a transaction of its own. */
static bool intend(struct revoking *revoking, struct ra_error *error)
{
    ledger_find_revocation(revoking->signer->ledger, revoking->statement->revocation.serial,
                           &revoking->record);
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
        log_event(LOG_LEVEL_INFO, "revoked", "{s:s,s:s,s:I}", "order", revoking->statement->order, "serial",
                  revoking->statement->revocation.serial, "reason",
                  (json_int_t)revoking->statement->revocation.reason);
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
    if (!cmp_revoke(&authority, revoking->record.transaction, revoking->certificate,
                    (int)revoking->statement->revocation.reason, &outcome, error))
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
    if (!request_parse_revoke(memory, request, &parsed, error) ||
        !verify_statements(&revoking, &parsed, error) ||
        !certificate_decode(parsed.certificate, &revoking.certificate, error))
        return NULL;
    json_t *answer = NULL;
    if (check_certificate(&revoking, error) && intend(&revoking, error))
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
