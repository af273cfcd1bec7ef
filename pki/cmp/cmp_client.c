/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/cmp/cmp_client.h"

#include "pki/cmp/cmp_conversation.h"
#include "pki/cmp/cmp_message.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <string.h>

struct cmp_exchange {
    struct conversation conversation;
    const struct cmp_certificate_request *request;
    OSSL_CRMF_MSG *template;
    X509 *refused; /* by us, in the newest answer */
    struct ra_error check_error;
    STACK_OF(X509) *chain;
};

void cmp_outcome_clear(struct cmp_outcome *outcome)
{
    X509_free(outcome->certificate);
    sk_X509_pop_free(outcome->chain, X509_free);
    *outcome = (struct cmp_outcome){.result = CMP_UNKNOWN};
}

/* What says nothing about the certificate: memory or the library failed. */
static bool is_path_failure(int error)
{
    return error == X509_V_OK || error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED ||
           error == X509_V_ERR_STORE_LOOKUP || error == X509_V_ERR_INVALID_CALL;
}

/* When it begins is for the check to judge: clocks differ, and the caller knows by how much they may. */
static int pass_the_start(int ok, X509_STORE_CTX *path)
{
    if (ok == 1 || X509_STORE_CTX_get_error_depth(path) != 0 ||
        X509_STORE_CTX_get_error(path) != X509_V_ERR_CERT_NOT_YET_VALID)
        return ok;
    X509_STORE_CTX_set_error(path, X509_V_OK);
    return 1;
}

static enum cmp_check judge_path(X509_STORE_CTX *path, struct ra_error *error)
{
    if (X509_verify_cert(path) == 1)
        return CMP_CHECK_ACCEPTED;
    int failure = X509_STORE_CTX_get_error(path);
    if (is_path_failure(failure)) {
        ra_fail_crypto(error, "path of the certificate");
        return CMP_CHECK_UNDECIDED;
    }
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-path",
                   "o certificado devolvido não leva a uma raiz conhecida: %s",
                   X509_verify_cert_error_string(failure));
    return CMP_CHECK_REFUSED;
}

static bool keep_chain(struct cmp_exchange *exchange, X509_STORE_CTX *path, struct ra_error *error)
{
    sk_X509_pop_free(exchange->chain, X509_free);
    exchange->chain = X509_STORE_CTX_get1_chain(path);
    X509_free(sk_X509_shift(exchange->chain));
    return exchange->chain != NULL || ra_fail_crypto(error, "path of the certificate");
}

static enum cmp_check check_path(struct cmp_exchange *exchange, X509 *certificate, struct ra_error *error)
{
    enum cmp_check verdict = CMP_CHECK_UNDECIDED;
    X509_STORE *store = conversation_store(exchange->conversation.authority);
    X509_STORE_CTX *path = X509_STORE_CTX_new();
    STACK_OF(X509) *untrusted = conversation_untrusted(&exchange->conversation);
    if (store == NULL || path == NULL || untrusted == NULL ||
        X509_STORE_CTX_init(path, store, certificate, untrusted) != 1)
        ra_fail_crypto(error, "path of the certificate");
    else {
        X509_STORE_CTX_set_verify_cb(path, pass_the_start);
        verdict = judge_path(path, error);
    }
    if (verdict == CMP_CHECK_ACCEPTED && !keep_chain(exchange, path, error))
        verdict = CMP_CHECK_UNDECIDED;
    sk_X509_pop_free(untrusted, X509_free);
    X509_STORE_CTX_free(path);
    X509_STORE_free(store);
    return verdict;
}

static enum cmp_check check_certificate(struct cmp_exchange *exchange, X509 *certificate, bool same_key)
{
    struct ra_error *error = &exchange->check_error;
    *error = (struct ra_error){0};
    if (!same_key) {
        ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-key", "a AC certificou outra chave");
        return CMP_CHECK_REFUSED;
    }
    enum cmp_check verdict = check_path(exchange, certificate, error);
    if (verdict != CMP_CHECK_ACCEPTED)
        return verdict;
    return exchange->request->check(exchange->request->check_context, certificate, error);
}

static enum cmp_check check_and_tell(struct cmp_exchange *exchange, X509 *certificate, bool same_key)
{
    const struct cmp_certificate_request *request = exchange->request;
    enum cmp_check verdict = check_certificate(exchange, certificate, same_key);
    const struct ra_error why = exchange->check_error;
    return verdict == CMP_CHECK_REFUSED && request->refusing != NULL &&
                   !request->refusing(request->check_context, &why, &exchange->check_error)
               ? CMP_CHECK_UNDECIDED
               : verdict;
}

static void forget_refused(struct cmp_exchange *exchange)
{
    X509_free(exchange->refused);
    exchange->refused = NULL;
}

/* The library sends certConf after this, whatever it returns; so what is undecided shuts the carrier. */
static int judge_certificate(OSSL_CMP_CTX *cmp, X509 *certificate, int fail_info, const char **text)
{
    struct cmp_exchange *exchange = OSSL_CMP_CTX_get_certConf_cb_arg(cmp);
    /* What the check finds is no trouble with the answer: see refusal_was_told. */
    ERR_set_mark();
    const enum cmp_check verdict = check_and_tell(exchange, certificate, fail_info == 0);
    ERR_pop_to_mark();
    switch (verdict) {
    case CMP_CHECK_ACCEPTED:
        return 0;
    case CMP_CHECK_REFUSED:
        forget_refused(exchange);
        if (X509_up_ref(certificate) != 1) {
            ra_fail_crypto(&exchange->check_error, "refused certificate");
            break;
        }
        exchange->refused = certificate;
        *text = "the certificate is not the one ordered";
        return fail_info != 0 ? fail_info : 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
    case CMP_CHECK_UNDECIDED:
        break;
    }
    exchange->conversation.withheld = true;
    exchange->conversation.carry_error = exchange->check_error;
    return 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure;
}

static X509_EXTENSIONS *copy_extensions(const X509_EXTENSIONS *extensions)
{
    return sk_X509_EXTENSION_deep_copy(extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
}

static bool set_template_parts(OSSL_CMP_CTX *cmp, const struct cmp_certificate_request *request)
{
    X509_EXTENSIONS *extensions = copy_extensions(request->extensions);
    if (extensions == NULL || OSSL_CMP_CTX_set0_reqExtensions(cmp, extensions) != 1) {
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        return false;
    }
    if (EVP_PKEY_up_ref(request->public_key) != 1)
        return false;
    if (OSSL_CMP_CTX_set0_newPkey(cmp, 0, request->public_key) != 1) {
        EVP_PKEY_free(request->public_key);
        return false;
    }
    return (request->issuer == NULL || OSSL_CMP_CTX_set1_issuer(cmp, request->issuer) == 1) &&
           OSSL_CMP_CTX_set1_subjectName(cmp, request->subject) == 1 &&
           OSSL_CMP_CTX_set_option(cmp, OSSL_CMP_OPT_SUBJECTALTNAME_NODEFAULT, 1) == 1 &&
           OSSL_CMP_CTX_set_option(cmp, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED) == 1;
}

/* The library's own validity option counts days from the machine's clock; ours is the instance's. */
static bool set_validity(OSSL_CRMF_MSG *template, const struct cmp_certificate_request *request)
{
    ASN1_TIME *before = ASN1_TIME_set(NULL, request->not_before);
    ASN1_TIME *after = ASN1_TIME_set(NULL, request->not_after);
    if (before != NULL && after != NULL && OSSL_CRMF_MSG_set0_validity(template, before, after) == 1)
        return true;
    ASN1_TIME_free(before);
    ASN1_TIME_free(after);
    return false;
}

static int destroy_exchange(struct cmp_exchange *exchange)
{
    OSSL_CRMF_MSG_free(exchange->template);
    sk_X509_pop_free(exchange->chain, X509_free);
    forget_refused(exchange);
    conversation_close(&exchange->conversation);
    return 0;
}

static bool build_template(struct cmp_exchange *exchange)
{
    OSSL_CMP_CTX *cmp = exchange->conversation.cmp;
    if (!set_template_parts(cmp, exchange->request))
        return false;
    exchange->template = OSSL_CMP_CTX_setup_CRM(cmp, 0, 0);
    return exchange->template != NULL && set_validity(exchange->template, exchange->request) &&
           OSSL_CRMF_MSG_create_popo(OSSL_CRMF_POPO_RAVERIFIED, exchange->template, NULL, NULL, NULL, NULL) ==
               1;
}

static bool build_request(struct cmp_exchange *exchange)
{
    const X509_REQ *csr = exchange->request->csr;
    return csr != NULL ? OSSL_CMP_CTX_set1_p10CSR(exchange->conversation.cmp, csr) == 1
                       : build_template(exchange);
}

struct cmp_exchange *cmp_exchange_new(TALLOC_CTX *context, const struct cmp_authority *authority,
                                      const struct cmp_certificate_request *request, struct ra_error *error)
{
    struct cmp_exchange *exchange = talloc_zero(context, struct cmp_exchange);
    if (exchange == NULL) {
        ra_fail(error, RA_NO_MEMORY, "CMP exchange");
        return NULL;
    }
    talloc_set_destructor(exchange, destroy_exchange);
    exchange->request = request;
    if (!conversation_open(&exchange->conversation, authority, request->transaction, error)) {
        talloc_free(exchange);
        return NULL;
    }
    OSSL_CMP_CTX *cmp = exchange->conversation.cmp;
    if (!build_request(exchange) || OSSL_CMP_CTX_set_certConf_cb(cmp, judge_certificate) != 1 ||
        OSSL_CMP_CTX_set_certConf_cb_arg(cmp, exchange) != 1) {
        ra_fail_crypto(error, "build the request for a certificate");
        talloc_free(exchange);
        return NULL;
    }
    return exchange;
}

/* After our refusal the newest exchange was certConf. It was told when the only complaint left is the
 * library's own about the certificate: any trouble with the answer would stand before it. */
static bool refusal_was_told(void)
{
    return ERR_GET_REASON(ERR_peek_error()) == CMP_R_CERTIFICATE_NOT_ACCEPTED;
}

/* Another conversation, its id the same for every try: revoked is revoked, and the AC may say so again. */
static bool revoke_refused(struct cmp_exchange *exchange, struct cmp_outcome *answer, struct ra_error *error)
{
    const struct cmp_certificate_request *request = exchange->request;
    uint8_t transaction[EVP_MAX_MD_SIZE];
    static_assert((int)CMP_TRANSACTION_SIZE <= (int)SHA256_DIGEST_LENGTH, "half a digest");
    if (EVP_Digest(request->transaction, sizeof request->transaction, transaction, NULL, EVP_sha256(),
                   NULL) != 1)
        return ra_fail_crypto(error, "transaction id");
    return cmp_revoke(exchange->conversation.authority, transaction, exchange->refused,
                      CRL_REASON_UNSPECIFIED, answer, error);
}

/* An AC that takes our word for granted (implicitConfirm, which nobody asked for) hears no certConf. */
static bool withdraw(struct cmp_exchange *exchange, struct cmp_outcome *outcome, struct ra_error *error)
{
    struct cmp_outcome answer;
    if (!revoke_refused(exchange, &answer, error))
        return false;
    switch (answer.result) {
    case CMP_GRANTED:
        outcome->withdrawal = CMP_WITHDRAWAL_REVOKED;
        return true;
    case CMP_REFUSED:
    case CMP_CERTIFICATE_REFUSED:
        outcome->withdrawal = CMP_WITHDRAWAL_DENIED;
        memcpy(outcome->status_text, answer.status_text, sizeof outcome->status_text);
        return true;
    case CMP_WAITING:
    case CMP_UNKNOWN:
        break;
    }
    return ra_fail_reason(error, RA_UPSTREAM, "ac-answer", "a AC ainda não revogou o certificado recusado");
}

static bool settle_refusal(struct cmp_exchange *exchange, struct cmp_outcome *outcome, struct ra_error *error)
{
    const bool told = exchange->conversation.sent == CMP_BODY_CERTCONF;
    ERR_clear_error();
    if (!told && !withdraw(exchange, outcome, error))
        return false;
    outcome->result = CMP_CERTIFICATE_REFUSED;
    *error = exchange->check_error;
    return true;
}

static bool settle_failure(struct cmp_exchange *exchange, struct cmp_outcome *outcome, struct ra_error *error)
{
    const struct conversation *conversation = &exchange->conversation;
    if (conversation->withheld)
        return conversation_fail(conversation, error);
    if (exchange->refused != NULL && refusal_was_told() &&
        (conversation->received == CMP_BODY_PKICONF || conversation->sent != CMP_BODY_CERTCONF))
        return settle_refusal(exchange, outcome, error);
    if (conversation_refused(conversation)) {
        outcome->result = CMP_REFUSED;
        conversation_status_text(conversation, outcome->status_text);
        ERR_clear_error();
        return true;
    }
    return conversation_fail(conversation, error);
}

static bool settle_grant(struct cmp_exchange *exchange, struct cmp_outcome *outcome, struct ra_error *error)
{
    X509 *certificate = OSSL_CMP_CTX_get0_newCert(exchange->conversation.cmp);
    if (certificate == NULL || exchange->chain == NULL || X509_up_ref(certificate) != 1)
        return ra_fail_crypto(error, "take the new certificate");
    outcome->certificate = certificate;
    outcome->chain = exchange->chain;
    exchange->chain = NULL;
    outcome->result = CMP_GRANTED;
    ERR_clear_error();
    return true;
}

bool cmp_exchange_advance(struct cmp_exchange *exchange, struct cmp_outcome *outcome, struct ra_error *error)
{
    *outcome = (struct cmp_outcome){.result = CMP_UNKNOWN};
    forget_refused(exchange);
    exchange->conversation.withheld = false;
    exchange->conversation.carry_error = (struct ra_error){0};
    ERR_clear_error();
    int after = 0;
    const int form = exchange->request->csr != NULL ? OSSL_CMP_P10CR : OSSL_CMP_IR;
    int answer = OSSL_CMP_try_certreq(exchange->conversation.cmp, form, exchange->template, &after);
    if (answer == 1)
        return settle_grant(exchange, outcome, error);
    if (answer == -1) {
        outcome->result = CMP_WAITING;
        outcome->retry_after_s = after < 1 ? 1 : after > CMP_RETRY_MAX_S ? CMP_RETRY_MAX_S : after;
        ERR_clear_error();
        return true;
    }
    return settle_failure(exchange, outcome, error);
}

static bool is_offered_reason(int reason)
{
    switch (reason) {
    case CRL_REASON_UNSPECIFIED:
    case CRL_REASON_KEY_COMPROMISE:
    case CRL_REASON_AFFILIATION_CHANGED:
    case CRL_REASON_SUPERSEDED:
    case CRL_REASON_CESSATION_OF_OPERATION:
    case CRL_REASON_PRIVILEGE_WITHDRAWN:
        return true;
    default:
        return false;
    }
}

static bool was_already_revoked(const struct conversation *conversation)
{
    int fail_info = OSSL_CMP_CTX_get_failInfoCode(conversation->cmp);
    return fail_info >= 0 && (fail_info & 1 << OSSL_CMP_PKIFAILUREINFO_certRevoked) != 0;
}

static bool settle_revocation(const struct conversation *conversation, int answer,
                              struct cmp_outcome *outcome, struct ra_error *error)
{
    if (answer != 1 && !conversation_refused(conversation))
        return conversation_fail(conversation, error);
    bool done = answer == 1 || was_already_revoked(conversation);
    outcome->result = done ? CMP_GRANTED : CMP_REFUSED;
    conversation_status_text(conversation, outcome->status_text);
    ERR_clear_error();
    return true;
}

bool cmp_revoke(const struct cmp_authority *authority, const uint8_t transaction[CMP_TRANSACTION_SIZE],
                X509 *certificate, int reason, struct cmp_outcome *outcome, struct ra_error *error)
{
    *outcome = (struct cmp_outcome){.result = CMP_UNKNOWN};
    if (!is_offered_reason(reason))
        return ra_fail_reason(error, RA_INVALID, "revocation-reason",
                              "motivo de revogação %d não é oferecido", reason);
    struct conversation conversation;
    ERR_clear_error();
    bool ok = conversation_open(&conversation, authority, transaction, error);
    if (ok && (OSSL_CMP_CTX_set1_oldCert(conversation.cmp, certificate) != 1 ||
               OSSL_CMP_CTX_set_option(conversation.cmp, OSSL_CMP_OPT_REVOCATION_REASON, reason) != 1))
        ok = ra_fail_crypto(error, "build the revocation request");
    if (ok)
        ok = settle_revocation(&conversation, OSSL_CMP_exec_RR_ses(conversation.cmp), outcome, error);
    conversation_close(&conversation);
    return ok;
}
