/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * issue and resume: from a decision to a certificate. Where an attempt stands decides what happens next; the
 * ledger knows it, and a thread works on an attempt only after claiming it, so that twins wait for each
 * other.
 */
#include "pki/base/decoded.h"
#include "pki/signer/asking.h"
#include "pki/signer/decide.h"
#include "pki/signer/log.h"
#include "pki/signer/signer.h"

#include <string.h>

enum { CLAIM_SECONDS = 60, RETRY_SECONDS = 5 };

static json_t *pending(const char *state, int retry_after_s, const char *transaction)
{
    return json_pack("{s:s,s:s,s:i,s:s}", "type", "pending", "state", state, "retry_after_s", retry_after_s,
                     "transaction", transaction);
}

static bool append_base64(TALLOC_CTX *memory, json_t *list, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    const char *text = length > 0 ? base64_encode(memory, (struct bytes){der, (size_t)length}) : NULL;
    OPENSSL_free(der);
    return text != NULL && json_array_append_new(list, json_string(text)) == 0;
}

/* Issuers up to the root, as far as our own files know them. */
static json_t *chain_of(const struct settings *settings, TALLOC_CTX *memory, X509 *certificate)
{
    enum { LONGEST_CHAIN = 8 };
    json_t *list = json_array();
    X509 *at = certificate;
    for (int i = 0; list != NULL && i < LONGEST_CHAIN; i++) {
        X509 *issuer = settings_issuer_of(settings, at);
        if (issuer == NULL || issuer == at)
            break;
        if (!append_base64(memory, list, issuer)) {
            json_decref(list);
            return NULL;
        }
        at = issuer;
    }
    return list;
}

static json_t *issued(struct signer *signer, TALLOC_CTX *memory, const char *order, int64_t attempt,
                      struct ra_error *error)
{
    struct ledger_attempt found;
    struct bytes der;
    ledger_find(signer->ledger, order, attempt, &found);
    if (!ledger_read_certificate(signer->ledger, order, attempt, memory, &der, error))
        return NULL;
    X509 *certificate = decoded_certificate(der);
    if (certificate == NULL) {
        ra_fail_crypto(error, "stored certificate");
        return NULL;
    }
    json_t *chain = chain_of(signer->settings, memory, certificate);
    X509_free(certificate);
    const char *encoded = base64_encode(memory, der);
    const char *transaction = hex_encode(memory, (struct bytes){found.transaction, sizeof found.transaction});
    return json_pack("{s:s,s:s,s:o,s:s,s:s}", "type", "issued", "certificate", encoded, "chain", chain,
                     "serial", found.serial, "transaction", transaction);
}

/* The office hears of a wrong certificate at once, not only when the AC has heard that it is refused. */
static json_t *pending_unknown(const struct asking *asking, int retry_after_s)
{
    json_t *answer = pending("unknown", retry_after_s, asking_transaction(asking));
    if (asking_differs(asking))
        (void)json_object_set_new(answer, "reason", json_string("certificate-mismatch"));
    return answer;
}

/* Asks the AC for an attempt that has its intent journaled, and says how it ended. */
static json_t *ask(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                   const char *order, int64_t attempt, struct bytes portal_answer, struct ra_error *error)
{
    struct asking *asking = asking_new(memory, signer, channel, order, attempt, error);
    if (asking == NULL)
        return NULL;
    int retry_after_s = RETRY_SECONDS;
    switch (asking_run(asking, portal_answer, &retry_after_s, error)) {
    case ASKING_CONFIRMED:
        log_event(LOG_LEVEL_INFO, "issued", "{s:s,s:I}", "order", order, "attempt", (json_int_t)attempt);
        return issued(signer, memory, order, attempt, error);
    case ASKING_WAITING:
        return pending("sent", retry_after_s, asking_transaction(asking));
    case ASKING_UNKNOWN:
        log_event(LOG_LEVEL_WARNING, "unknown", "{s:s,s:I,s:s}", "order", order, "attempt",
                  (json_int_t)attempt, "detail", error->detail);
        return pending_unknown(asking, retry_after_s);
    case ASKING_REFUSED:
        log_event(LOG_LEVEL_WARNING, "ac-refused", "{s:s,s:I,s:s}", "order", order, "attempt",
                  (json_int_t)attempt, "detail", error->detail);
        return NULL;
    case ASKING_FAILED:
        return NULL;
    }
    return NULL;
}

static json_t *refuse_mismatch(struct ra_error *error)
{
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch",
                   "A AC devolveu um certificado diferente do aprovado; é preciso uma nova tentativa.");
    return NULL;
}

/* --- issue --- */

static json_t *data_value(const struct certificate_data *data)
{
    json_t *object = json_object();
#define X(member) json_object_set_new(object, #member, json_string(data->member));
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return object;
}

static json_t *request_value(TALLOC_CTX *memory, const struct decision *decision, time_t now)
{
    const struct statement_validation *facts = decision->facts;
    const struct signed_statement *second = decision->verification.signed_by;
    const char *verification =
        second != NULL ? hex_encode(memory, (struct bytes){second->digest, sizeof second->digest}) : "";
    return json_pack("{s:s,s:s,s:I,s:s,s:s,s:I,s:I,s:s,s:s,s:o}", "profile", decision->profile->id, "digest",
                     hex_encode(memory, (struct bytes){facts->profile.digest, 32}), "term_months",
                     (json_int_t)facts->profile.term_months, "method",
                     identification_method_word(facts->method), "key",
                     base64_encode(memory, decision->csr->spki), "at", (json_int_t)now, "until",
                     (json_int_t)decision->until, "validation",
                     hex_encode(memory, (struct bytes){decision->validation.signed_by->digest, 32}),
                     "verification", verification, "data", data_value(&facts->data));
}

/* An AC that takes PKCS#10 alone is asked again with the same one after a restart. */
static bool keep_csr(const struct signer *signer, TALLOC_CTX *memory, const struct decision *decision,
                     json_t *request)
{
    if (signer->settings->cmp_form != CMP_FORM_P10CR)
        return true;
    return json_object_set_new(request, "csr", json_string(base64_encode(memory, decision->csr->der))) == 0;
}

/* Binds the key to the attempt under a new transaction: nothing of it has left the signer. */
static bool intend(struct signer *signer, TALLOC_CTX *memory, const struct decision *decision, time_t now,
                   struct ra_error *error)
{
    uint8_t transaction[LEDGER_TRANSACTION_SIZE];
    json_t *request = request_value(memory, decision, now);
    const struct ledger_intent intent = {.order = decision->order,
                                         .attempt = decision->attempt,
                                         .spki = decision->csr->spki_digest,
                                         .transaction = transaction,
                                         .request = request,
                                         .crls = &decision->crls};
    bool ok = random_bytes(transaction, sizeof transaction) || ra_fail_crypto(error, "transaction id");
    if (ok && (request == NULL || !keep_csr(signer, memory, decision, request)))
        ok = ra_fail(error, RA_NO_MEMORY, "intent");
    ok = ok && ledger_intend(signer->ledger, &intent, error);
    json_decref(request);
    return ok;
}

/* Another thread is at it and did not end in time. */
static json_t *busy(struct signer *signer, TALLOC_CTX *memory, const char *order, int64_t attempt)
{
    struct ledger_attempt found;
    ledger_find(signer->ledger, order, attempt, &found);
    return pending("sent", RETRY_SECONDS,
                   hex_encode(memory, (struct bytes){found.transaction, sizeof found.transaction}));
}

static json_t *issue_claimed(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                             const struct decision *decision, time_t now, struct ra_error *error)
{
    struct ledger_attempt found;
    /* Once more: while this thread waited for the claim, its twin may have bound another key. */
    if (!ledger_admit(signer->ledger, decision->order, decision->attempt, decision->csr->spki_digest, error))
        return NULL;
    ledger_find(signer->ledger, decision->order, decision->attempt, &found);
    switch (found.state) {
    case ATTEMPT_NONE:
    case ATTEMPT_INTENT:
    case ATTEMPT_AC_REFUSED:
        if (!intend(signer, memory, decision, now, error))
            return NULL;
        return ask(signer, channel, memory, decision->order, decision->attempt, (struct bytes){NULL, 0},
                   error);
    case ATTEMPT_SENT:
    case ATTEMPT_UNKNOWN:
    case ATTEMPT_ISSUED:
        return ask(signer, channel, memory, decision->order, decision->attempt, (struct bytes){NULL, 0},
                   error);
    case ATTEMPT_CONFIRMED:
        return issued(signer, memory, decision->order, decision->attempt, error);
    case ATTEMPT_MISMATCH:
    case ATTEMPT_NOT_WITHDRAWN:
        return refuse_mismatch(error);
    }
    ra_fail(error, RA_INTERNAL, "attempt state");
    return NULL;
}

json_t *handle_issue(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                     json_t *request, struct ra_error *error)
{
    struct issue_request parsed;
    struct decision *decision = talloc_zero(memory, struct decision);
    if (decision == NULL) {
        ra_fail(error, RA_NO_MEMORY, "decision");
        return NULL;
    }
    if (!request_parse_issue(memory, request, &parsed, error))
        return NULL;
    struct approval_context about = signer_approval_context(signer, parsed.crls);
    about.ocsp = parsed.ocsp;
    if (!signer_decide(memory, &about, signer->ledger, &parsed, decision, error))
        return NULL;
    if (!ledger_claim(signer->ledger, decision->order, decision->attempt, CLAIM_SECONDS))
        return busy(signer, memory, decision->order, decision->attempt);
    json_t *answer = issue_claimed(signer, channel, memory, decision, about.now, error);
    ledger_release(signer->ledger, decision->order, decision->attempt);
    return answer;
}

/* --- resume --- */

/* Told at each asking, although agents refused the attempt: the answer that told it first may have been lost.
 */
static json_t *refuse_not_withdrawn(const struct ledger_attempt *found, struct ra_error *error)
{
    if (!found->refused && !found->superseded)
        return refuse_mismatch(error);
    asking_not_withdrawn(error);
    return NULL;
}

static json_t *resume_claimed(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                              const struct resume_request *asked, struct ra_error *error)
{
    struct ledger_attempt found;
    ledger_find(signer->ledger, asked->order, asked->attempt, &found);
    switch (found.state) {
    case ATTEMPT_NONE:
        break;
    case ATTEMPT_INTENT:
        if (!ledger_admit(signer->ledger, asked->order, asked->attempt, found.spki, error))
            return NULL;
        return ask(signer, channel, memory, asked->order, asked->attempt, asked->answer, error);
    case ATTEMPT_SENT:
    case ATTEMPT_UNKNOWN:
    case ATTEMPT_ISSUED:
        /* Also where agents refused it since: what the AC may have made is then refused to the AC. */
        return ask(signer, channel, memory, asked->order, asked->attempt, asked->answer, error);
    case ATTEMPT_CONFIRMED:
        return issued(signer, memory, asked->order, asked->attempt, error);
    case ATTEMPT_AC_REFUSED:
        if (!ledger_admit(signer->ledger, asked->order, asked->attempt, found.spki, error))
            return NULL;
        ra_fail_reason(error, RA_UPSTREAM, "ac-refused", "A AC recusou o pedido.");
        return NULL;
    case ATTEMPT_MISMATCH:
        if (!ledger_admit(signer->ledger, asked->order, asked->attempt, found.spki, error))
            return NULL;
        return refuse_mismatch(error);
    case ATTEMPT_NOT_WITHDRAWN:
        return refuse_not_withdrawn(&found, error);
    }
    ra_fail(error, RA_INTERNAL, "attempt state");
    return NULL;
}

json_t *handle_resume(struct signer *signer, const struct signer_channel *channel, TALLOC_CTX *memory,
                      json_t *request, struct ra_error *error)
{
    struct resume_request asked;
    struct ledger_attempt found;
    if (!request_parse_resume(memory, request, &asked, error))
        return NULL;
    ledger_find(signer->ledger, asked.order, asked.attempt, &found);
    if (found.state == ATTEMPT_NONE) {
        ra_fail_reason(error, RA_NOT_FOUND, "order-mismatch", "Não há emissão em curso para esta tentativa.");
        return NULL;
    }
    if (!ledger_claim(signer->ledger, asked.order, asked.attempt, CLAIM_SECONDS))
        return busy(signer, memory, asked.order, asked.attempt);
    json_t *answer = resume_claimed(signer, channel, memory, &asked, error);
    ledger_release(signer->ledger, asked.order, asked.attempt);
    return answer;
}
