/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { NONCE_SIZE = 16, CLOCK_SLACK_S = 300, SECURITY_LEVEL = 2 /* 112 bits */ };

/* --- asking --- */

static bool copy_address(const ASN1_IA5STRING *text, char address[OCSP_URL_SIZE])
{
    const char *data = (const char *)ASN1_STRING_get0_data(text);
    int length = ASN1_STRING_length(text);
    if (length <= 0 || length >= OCSP_URL_SIZE || memchr(data, '\0', (size_t)length) != NULL)
        return false;
    memcpy(address, data, (size_t)length);
    address[length] = '\0';
    return strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0;
}

bool ocsp_address(X509 *certificate, char address[OCSP_URL_SIZE])
{
    AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    bool found = false;
    for (int i = 0; !found && i < sk_ACCESS_DESCRIPTION_num(list); i++) {
        const ACCESS_DESCRIPTION *access = sk_ACCESS_DESCRIPTION_value(list, i);
        found = OBJ_obj2nid(access->method) == NID_ad_OCSP && access->location->type == GEN_URI &&
                copy_address(access->location->d.uniformResourceIdentifier, address);
    }
    AUTHORITY_INFO_ACCESS_free(list);
    ERR_clear_error();
    return found;
}

X509 *ocsp_issuer(X509 *certificate, const STACK_OF(X509) *known)
{
    X509 *found = NULL;
    for (int i = 0; found == NULL && i < sk_X509_num(known); i++) {
        X509 *candidate = sk_X509_value(known, i);
        EVP_PKEY *key = X509_get0_pubkey(candidate);
        if (X509_NAME_cmp(X509_get_subject_name(candidate), X509_get_issuer_name(certificate)) == 0 &&
            key != NULL && X509_verify(certificate, key) == 1)
            found = candidate;
    }
    ERR_clear_error();
    return found;
}

/* SHA-1 names the issuer and proves nothing: the one digest that every responder understands (RFC 5019). */
static bool add_certificate(OCSP_REQUEST *request, X509 *certificate, X509 *issuer)
{
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
    if (id != NULL && OCSP_request_add0_id(request, id) != NULL)
        return true;
    OCSP_CERTID_free(id);
    return false;
}

bool ocsp_ask(TALLOC_CTX *context, X509 *certificate, X509 *issuer, struct bytes *request,
              struct ra_error *error)
{
    OCSP_REQUEST *made = OCSP_REQUEST_new();
    unsigned char *der = NULL;
    bool ok = made != NULL && add_certificate(made, certificate, issuer) &&
              OCSP_request_add1_nonce(made, NULL, NONCE_SIZE) == 1;
    int length = ok ? i2d_OCSP_REQUEST(made, &der) : 0;
    ok = length > 0 || ra_fail_crypto(error, "OCSP request");
    if (ok) {
        *request = bytes_copy(context, der, (size_t)length);
        ok = request->data != NULL || ra_fail(error, RA_NO_MEMORY, "OCSP request");
    }
    OPENSSL_free(der);
    OCSP_REQUEST_free(made);
    return ok;
}

/* --- reading --- */

/* The signed part of a successful answer without anything behind it; NULL otherwise. */
static OCSP_BASICRESP *read_answer(struct bytes answer)
{
    const unsigned char *at = answer.data;
    if (answer.length == 0 || answer.length > OCSP_ANSWER_MAX)
        return NULL;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)answer.length);
    OCSP_BASICRESP *basic = NULL;
    if (response != NULL && at == answer.data + answer.length &&
        OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        basic = OCSP_response_get1_basic(response);
    OCSP_RESPONSE_free(response);
    return basic;
}

bool ocsp_answers(struct bytes request, struct bytes answer)
{
    const unsigned char *at = request.data;
    OCSP_REQUEST *asked = d2i_OCSP_REQUEST(NULL, &at, (long)request.length);
    OCSP_BASICRESP *basic = read_answer(answer);
    /* 1: the same nonce; -1: only the request has one. */
    int verdict = asked != NULL && basic != NULL ? OCSP_check_nonce(asked, basic) : 0;
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(asked);
    ERR_clear_error();
    return verdict == 1 || verdict == -1;
}

/* --- judging --- */

static enum signed_verdict cannot_tell(struct ra_error *error, const char *reason, const char *detail)
{
    ra_fail_reason(error, RA_STATEMENT_REFUSED, reason, "%s", detail);
    return SIGNED_CANNOT_TELL;
}

static bool signed_with_sha2(const OCSP_BASICRESP *basic)
{
    const ASN1_OBJECT *algorithm = NULL;
    int digest = NID_undef;
    X509_ALGOR_get0(&algorithm, NULL, NULL, OCSP_resp_get0_tbs_sigalg(basic));
    return OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, NULL) == 1 &&
           (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512);
}

/* Nothing but the issuer is trusted, so that a responder's path is "responder, issuer". */
static X509_STORE *store_of(const struct ocsp_question *question)
{
    X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM *parameters = store != NULL ? X509_STORE_get0_param(store) : NULL;
    bool ok = parameters != NULL && X509_STORE_add_cert(store, question->issuer) == 1;
    if (ok) {
        X509_VERIFY_PARAM_set_time(parameters, question->now);
        X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
        ok = X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK) == 1;
    }
    for (int i = 0; ok && i < sk_X509_CRL_num(question->crls); i++)
        ok = X509_STORE_add_crl(store, sk_X509_CRL_value(question->crls, i)) == 1;
    if (ok)
        return store;
    X509_STORE_free(store);
    return NULL;
}

/* The issuer's own signature (OCSP_TRUSTOTHER: it is at hand and needs no path), or a responder's. */
static bool is_proved(const struct ocsp_question *question, OCSP_BASICRESP *basic)
{
    X509_STORE *store = store_of(question);
    STACK_OF(X509) *issuer = sk_X509_new_null();
    bool proved = store != NULL && issuer != NULL && sk_X509_push(issuer, question->issuer) > 0 &&
                  signed_with_sha2(basic) && OCSP_basic_verify(basic, issuer, store, OCSP_TRUSTOTHER) == 1;
    sk_X509_free(issuer);
    X509_STORE_free(store);
    return proved;
}

static bool is_in_force(const ASN1_GENERALIZEDTIME *from, const ASN1_GENERALIZEDTIME *until, time_t now)
{
    time_t latest = now + CLOCK_SLACK_S;
    time_t oldest = now - (until != NULL ? OCSP_OLDEST_S : OCSP_UNDATED_S);
    /* X509_cmp_time: -1 at or before, 1 after, 0 when the text is no time. */
    return from != NULL && X509_cmp_time(from, &latest) == -1 && X509_cmp_time(from, &oldest) == 1 &&
           (until == NULL || X509_cmp_time(until, &now) == 1);
}

/* The one answer about this certificate, under either digest; its status, or -1. */
static int find_status(const struct ocsp_question *question, OCSP_BASICRESP *basic,
                       ASN1_GENERALIZEDTIME **from, ASN1_GENERALIZEDTIME **until)
{
    enum { DIGESTS = 2 };
    const EVP_MD *const digests[DIGESTS] = {EVP_sha1(), EVP_sha256()};
    int status = -1, reason = 0;
    for (size_t i = 0; status < 0 && i < DIGESTS; i++) {
        OCSP_CERTID *id = OCSP_cert_to_id(digests[i], question->certificate, question->issuer);
        if (id == NULL || OCSP_resp_find_status(basic, id, &status, &reason, NULL, from, until) != 1)
            status = -1;
        OCSP_CERTID_free(id);
    }
    return status;
}

static enum signed_verdict judge_status(const struct ocsp_question *question, OCSP_BASICRESP *basic,
                                        struct ra_error *error)
{
    ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
    int status = find_status(question, basic, &from, &until);
    if (status < 0)
        return cannot_tell(error, "ocsp-missing", "A resposta OCSP não fala deste certificado.");
    if (!is_in_force(from, until, question->now))
        return cannot_tell(error, "ocsp-expired", "A resposta OCSP não está em vigor.");
    switch (status) {
    case V_OCSP_CERTSTATUS_GOOD:
        return SIGNED_VALID;
    case V_OCSP_CERTSTATUS_REVOKED:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "certificate-revoked",
                       "A AC diz que o certificado de quem assinou está revogado.");
        return SIGNED_INVALID;
    default:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "ocsp-unknown",
                       "A AC não conhece o certificado de quem assinou.");
        return SIGNED_INVALID;
    }
}

enum signed_verdict ocsp_judge(const struct ocsp_question *question, struct bytes answer,
                               struct ra_error *error)
{
    ERR_clear_error();
    OCSP_BASICRESP *basic = read_answer(answer);
    enum signed_verdict verdict =
        basic != NULL && is_proved(question, basic)
            ? judge_status(question, basic, error)
            : cannot_tell(error, "ocsp-missing", "A resposta OCSP não se prova pela chave da AC.");
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return verdict;
}
