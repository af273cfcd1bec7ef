/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/signed_path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

enum { DEEPEST_PATH = 8, SECURITY_LEVEL = 2 /* 112 bits */, SMALLEST_KEY = 2048 };

static bool store_set(X509_STORE *store, time_t now, unsigned long flags)
{
    X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_time(parameters, now);
    X509_VERIFY_PARAM_set_depth(parameters, DEEPEST_PATH);
    X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
    return X509_VERIFY_PARAM_set_flags(parameters, flags) == 1 &&
           X509_STORE_set_purpose(store, X509_PURPOSE_ANY) == 1;
}

static bool store_add(X509_STORE *store, STACK_OF(X509) *certificates)
{
    for (int i = 0; certificates != NULL && i < sk_X509_num(certificates); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(certificates, i)) != 1)
            return false;
    return true;
}

/* One that says of no end (RFC 5280 5.1.2.5 demands it) would never be old, and counts for none. */
static bool store_add_crls(X509_STORE *store, STACK_OF(X509_CRL) *crls)
{
    for (int i = 0; crls != NULL && i < sk_X509_CRL_num(crls); i++) {
        X509_CRL *crl = sk_X509_CRL_value(crls, i);
        if (X509_CRL_get0_nextUpdate(crl) != NULL && X509_STORE_add_crl(store, crl) != 1)
            return false;
    }
    return true;
}

/* A path must end in a self-signed certificate of the store (no X509_V_FLAG_PARTIAL_CHAIN): an intermediate
 * in the file of roots fills a gap and cuts nothing short. */
X509_STORE *signed_path_store_without_crls(const struct signed_trust *trust)
{
    X509_STORE *store = X509_STORE_new();
    if (store == NULL || !store_set(store, trust->now, X509_V_FLAG_X509_STRICT) ||
        !store_add(store, trust->anchors)) {
        X509_STORE_free(store);
        return NULL;
    }
    return store;
}

X509_STORE *signed_path_store(const struct signed_trust *trust)
{
    X509_STORE *store = signed_path_store_without_crls(trust);
    if (store == NULL ||
        X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store),
                                    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1 ||
        !store_add_crls(store, trust->crls)) {
        X509_STORE_free(store);
        return NULL;
    }
    return store;
}

X509_STORE *signed_path_pinned_store(STACK_OF(X509) *pinned, time_t now)
{
    X509_STORE *store = X509_STORE_new();
    if (store == NULL || !store_set(store, now, X509_V_FLAG_PARTIAL_CHAIN) || !store_add(store, pinned)) {
        X509_STORE_free(store);
        return NULL;
    }
    return store;
}

bool signed_path_may_sign(X509 *certificate, struct ra_error *error)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    bool strong =
        key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= SMALLEST_KEY;
    ERR_clear_error();
    if (!strong)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-certificate",
                              "A chave do certificado não é RSA de ao menos %d bits.", SMALLEST_KEY);
    /* Without the extension OpenSSL answers that everything is allowed. */
    bool stated = (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) != 0;
    if (!stated || (X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-certificate",
                              "O certificado não serve para assinar.");
    return true;
}

static enum signed_verdict explain(int code, struct ra_error *error)
{
    const char *text = X509_verify_cert_error_string(code);
    switch (code) {
    case X509_V_ERR_CERT_REVOKED:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "certificate-revoked",
                       "O certificado de quem assinou está revogado.");
        return SIGNED_INVALID;
    case X509_V_ERR_CRL_HAS_EXPIRED:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "crl-expired",
                       "A lista de certificados revogados venceu: %s", text);
        return SIGNED_CANNOT_TELL;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "crl-missing",
                       "Falta uma lista de certificados revogados que sirva: %s", text);
        return SIGNED_CANNOT_TELL;
    case X509_V_ERR_OUT_OF_MEM:
        ra_fail(error, RA_NO_MEMORY, "path validation");
        return SIGNED_CANNOT_TELL;
    default:
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-certificate",
                       "O certificado de quem assinou não é aceito: %s", text);
        return SIGNED_INVALID;
    }
}

static bool push_all(STACK_OF(X509) *target, STACK_OF(X509) *source)
{
    for (int i = 0; source != NULL && i < sk_X509_num(source); i++)
        if (sk_X509_push(target, sk_X509_value(source, i)) <= 0)
            return false;
    return true;
}

static const unsigned long CRL_FLAGS = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;

/* One judgement; *chain is the caller's when valid. */
static enum signed_verdict run(X509_STORE *store, X509 *leaf, STACK_OF(X509) *helpers, bool with_crls,
                               STACK_OF(X509) **chain, struct ra_error *error)
{
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    *chain = NULL;
    if (context == NULL || X509_STORE_CTX_init(context, store, leaf, helpers) != 1 ||
        (!with_crls && X509_VERIFY_PARAM_clear_flags(X509_STORE_CTX_get0_param(context), CRL_FLAGS) != 1)) {
        ra_fail_crypto(error, "path validation");
    } else if (X509_verify_cert(context) != 1) {
        verdict = explain(X509_STORE_CTX_get_error(context), error);
    } else {
        *chain = X509_STORE_CTX_get1_chain(context);
        if (*chain != NULL)
            verdict = SIGNED_VALID;
        else
            ra_fail_crypto(error, "path validation");
    }
    X509_STORE_CTX_free(context);
    return verdict;
}

enum signed_verdict signed_path_check(X509_STORE *store, X509 *leaf, STACK_OF(X509) *inside,
                                      STACK_OF(X509) *untrusted, STACK_OF(X509) **chain,
                                      struct ra_error *error)
{
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    STACK_OF(X509) *helpers = sk_X509_new_null();
    *chain = NULL;
    ERR_clear_error();
    if (helpers == NULL || !push_all(helpers, inside) || !push_all(helpers, untrusted)) {
        ra_fail(error, RA_NO_MEMORY, "path validation");
    } else {
        /* OpenSSL looks for CRLs before it checks signatures: a stranger's path would be "CRL missing". So
         * what fails is looked at once more without them, and the path's own fault comes first. */
        verdict = run(store, leaf, helpers, true, chain, error);
        struct ra_error without = {0};
        STACK_OF(X509) *ignored = NULL;
        enum signed_verdict alone =
            verdict == SIGNED_VALID ? SIGNED_VALID : run(store, leaf, helpers, false, &ignored, &without);
        sk_X509_pop_free(ignored, X509_free);
        if (alone != SIGNED_VALID) {
            verdict = alone;
            *error = without;
        }
    }
    ERR_clear_error();
    sk_X509_free(helpers);
    return verdict;
}
