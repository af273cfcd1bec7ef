/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/cmp_session.h"

#include "pki/base/decoded.h"
#include "pki/homolog-ca/expired.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { DEFAULT_TERM_S = 365 * 86400, MICROSECONDS = 1000000 };

struct bytes session_id(const struct session *session)
{
    return (struct bytes){session->id, session->id_length};
}

static OSSL_CMP_PKISI *rejection(int failure_bit, const char *text)
{
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << failure_bit, text);
}

/* What went wrong here is not the requester's to know: the client must ask again. */
static OSSL_CMP_PKISI *failure(const struct ra_error *error)
{
    fprintf(stderr, "homolog-ca: %s\n", error->detail);
    return rejection(OSSL_CMP_PKIFAILUREINFO_systemFailure, "the CA could not do its work now");
}

static OSSL_CMP_PKISI *accepted(void)
{
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

/* The request in hand, decoded from either form. Owns what it points to through `scratch` and the two
 * objects. */
struct certificate_order_in {
    TALLOC_CTX *scratch;
    struct issuance_request request;
    X509_REQ *csr;
    STACK_OF(X509_EXTENSION) *csr_extensions;
    uint8_t key_digest[32];
};

static void order_clear(struct certificate_order_in *order)
{
    sk_X509_EXTENSION_pop_free(order->csr_extensions, X509_EXTENSION_free);
    X509_REQ_free(order->csr);
    talloc_free(order->scratch);
}

static bool read_crmf(struct certificate_order_in *order, const OSSL_CRMF_MSG *crmf, struct ra_error *error)
{
    const OSSL_CRMF_CERTTEMPLATE *template = OSSL_CRMF_MSG_get0_tmpl(crmf);
    unsigned char *der = NULL;
    int length = template != NULL ? i2d_OSSL_CRMF_CERTTEMPLATE(template, &der) : 0;
    struct bytes encoded =
        length > 0 ? bytes_copy(order->scratch, der, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(der);
    struct cmp_template fields;
    if (!cmp_read_template(order->scratch, encoded, &fields, error))
        return false;
    order->request = (struct issuance_request){
        .issuer = OSSL_CRMF_CERTTEMPLATE_get0_issuer(template),
        .subject = OSSL_CRMF_CERTTEMPLATE_get0_subject(template),
        .extensions = OSSL_CRMF_CERTTEMPLATE_get0_extensions(template),
        .public_key = fields.public_key,
        .term_s = DEFAULT_TERM_S,
    };
    if (fields.not_before_us != 0 && fields.not_after_us != 0)
        order->request.term_s = (fields.not_after_us - fields.not_before_us) / MICROSECONDS;
    return true;
}

static bool read_csr(struct certificate_order_in *order, const X509_REQ *csr, struct ra_error *error)
{
    order->csr = X509_REQ_dup(csr);
    order->csr_extensions = order->csr != NULL ? X509_REQ_get_extensions(order->csr) : NULL;
    unsigned char *der = NULL;
    int length = order->csr != NULL ? i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(order->csr), &der) : 0;
    struct bytes key = length > 0 ? bytes_copy(order->scratch, der, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(der);
    if (key.length == 0)
        return ra_fail_reason(error, RA_BAD_REQUEST, "malformed", "PKCS#10 without a key");
    order->request = (struct issuance_request){.subject = X509_REQ_get_subject_name(order->csr),
                                               .extensions = order->csr_extensions,
                                               .public_key = key,
                                               .term_s = DEFAULT_TERM_S};
    return true;
}

static bool read_order(struct certificate_order_in *order, const OSSL_CRMF_MSG *crmf, const X509_REQ *csr,
                       struct ra_error *error)
{
    *order = (struct certificate_order_in){.scratch = talloc_new(NULL)};
    if (order->scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "request");
    if (!(csr != NULL ? read_csr(order, csr, error) : read_crmf(order, crmf, error)))
        return false;
    return sha256(order->request.public_key, order->key_digest) || ra_fail_crypto(error, "digest of the key");
}

/* The issuer's certificate beside a lie about its time. */
static bool spoil_chain(const struct session *session, enum authority_id issuer, STACK_OF(X509) *path)
{
    struct ra_error ignored = {0};
    const enum corruption corruption = session->fault.corruption;
    X509 *expired = NULL;
    if (corruption != CORRUPTION_ISSUER_OVER && corruption != CORRUPTION_CHAIN_OVER)
        return true;
    if (!issuance_expired_issuer(session->registry->hierarchy, issuer, corruption,
                                 clock_now(session->registry->clock), &expired, &ignored))
        return false;
    X509_free(sk_X509_value(path, 0));
    (void)sk_X509_set(path, 0, expired);
    return true;
}

static bool hand_out(const struct session *session, X509 *certificate, X509 **output, STACK_OF(X509) **chain)
{
    const struct hierarchy *hierarchy = session->registry->hierarchy;
    enum authority_id issuer = authority_of(hierarchy, X509_get_issuer_name(certificate));
    STACK_OF(X509) *path = issuer != AUTHORITY_COUNT ? hierarchy_chain(hierarchy, issuer) : NULL;
    if (path == NULL || !spoil_chain(session, issuer, path) || X509_up_ref(certificate) != 1) {
        sk_X509_pop_free(path, X509_free);
        return false;
    }
    X509_free(sk_X509_pop(path)); /* who needs the root from the AC itself must not trust it */
    *output = certificate;
    *chain = path;
    return true;
}

/* A transaction we know: the stored certificate for the same key, nothing for another one. */
static OSSL_CMP_PKISI *answer_again(const struct session *session, const struct transaction *known,
                                    const struct certificate_order_in *order, X509 **certificate,
                                    STACK_OF(X509) **chain)
{
    struct ra_error error = {0};
    if (!bytes_equal((struct bytes){known->key_digest, 32}, (struct bytes){order->key_digest, 32}))
        return rejection(OSSL_CMP_PKIFAILUREINFO_badCertTemplate, "this transaction belongs to another key");
    switch (known->state) {
    case TRANSACTION_REVOKED:
        return rejection(OSSL_CMP_PKIFAILUREINFO_certRevoked,
                         "the certificate of this transaction was revoked");
    case TRANSACTION_ISSUED:
    case TRANSACTION_CONFIRMED:
        /* A kill may have struck between the record and this file. */
        if (!store_index_issued(session->registry->store, known->certificate, &error))
            return failure(&error);
        if (!hand_out(session, known->certificate, certificate, chain))
            return rejection(OSSL_CMP_PKIFAILUREINFO_systemFailure, "the CA could not do its work now");
        return accepted();
    case TRANSACTION_WAITING:
    default:
        return rejection(OSSL_CMP_PKIFAILUREINFO_systemFailure, "unknown state");
    }
}

static bool must_wait(const struct session *session)
{
    return session->waits_given < session->options->poll_count || session->fault.wait != FAULT_WAIT_NOT;
}

static OSSL_CMP_PKISI *start_waiting(struct session *session, const OSSL_CMP_MSG *message,
                                     const struct transaction *known,
                                     const struct certificate_order_in *order)
{
    struct ra_error error = {0};
    struct transaction record = {.state = TRANSACTION_WAITING, .at = clock_now(session->registry->clock)};
    memcpy(record.key_digest, order->key_digest, sizeof record.key_digest);
    if (known == NULL && !transaction_write(session->registry->store, session_id(session), &record, &error))
        return failure(&error);
    OSSL_CMP_MSG_free(session->original);
    session->original = OSSL_CMP_MSG_dup(message);
    if (session->original == NULL)
        return rejection(OSSL_CMP_PKIFAILUREINFO_systemFailure, "the CA could not do its work now");
    return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_waiting, 0, NULL);
}

static OSSL_CMP_PKISI *issue_now(const struct session *session, const struct certificate_order_in *order,
                                 X509 **certificate, STACK_OF(X509) **chain)
{
    const struct registry *registry = session->registry;
    struct ra_error error = {0};
    struct transaction record = {.state = TRANSACTION_ISSUED, .at = clock_now(registry->clock)};
    memcpy(record.key_digest, order->key_digest, sizeof record.key_digest);
    enum authority_id issuer;
    if (!issuance_make(registry->hierarchy, registry->clock, &order->request, session->fault.corruption,
                       &record.certificate, &issuer, &error))
        return error.code == RA_RULE_REFUSED
                   ? rejection(OSSL_CMP_PKIFAILUREINFO_badCertTemplate, error.detail)
                   : failure(&error);
    OSSL_CMP_PKISI *status = NULL;
    if (!transaction_write(registry->store, session_id(session), &record, &error) ||
        !store_index_issued(registry->store, record.certificate, &error))
        status = failure(&error);
    else if (hand_out(session, record.certificate, certificate, chain))
        status = accepted();
    decoded_keep(record.certificate); /* certConf comes next */
    X509_free(record.certificate);
    return status;
}

static OSSL_CMP_PKISI *decide(struct session *session, const OSSL_CMP_MSG *message,
                              const struct certificate_order_in *order, X509 **certificate,
                              STACK_OF(X509) **chain)
{
    struct ra_error error = {0};
    struct transaction known;
    bool found = false;
    if (!transaction_read(session->registry->store, session_id(session), &known, &found, &error))
        return failure(&error);
    OSSL_CMP_PKISI *status;
    const bool same_key =
        found && bytes_equal((struct bytes){known.key_digest, 32}, (struct bytes){order->key_digest, 32});
    const bool again = session->fault.second && same_key && known.certificate != NULL;
    if (found && !again && !(same_key && known.state == TRANSACTION_WAITING))
        status = answer_again(session, &known, order, certificate, chain);
    else if (must_wait(session))
        status = start_waiting(session, message, found ? &known : NULL, order);
    else
        status = issue_now(session, order, certificate, chain);
    X509_free(known.certificate);
    return status;
}

/* OpenSSL would bring kur here too: a renewal is a new order with new statements, never a key update. */
static bool is_offered(int body_type)
{
    return body_type == CMP_BODY_IR || body_type == CMP_BODY_CR || body_type == CMP_BODY_P10CR;
}

static OSSL_CMP_PKISI *on_certificate_request(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, int id,
                                              const OSSL_CRMF_MSG *crmf, const X509_REQ *csr,
                                              X509 **certificate, STACK_OF(X509) **chain,
                                              STACK_OF(X509) **roots)
{
    (void)id;
    *roots = NULL;
    if (!is_offered(OSSL_CMP_MSG_get_bodytype(message)))
        return rejection(OSSL_CMP_PKIFAILUREINFO_badRequest, "only ir, cr and p10cr are offered");
    struct session *session = OSSL_CMP_SRV_CTX_get0_custom_ctx(cmp);
    struct certificate_order_in order;
    struct ra_error error = {0};
    OSSL_CMP_PKISI *status = read_order(&order, crmf, csr, &error)
                                 ? decide(session, message, &order, certificate, chain)
                                 : rejection(OSSL_CMP_PKIFAILUREINFO_badCertTemplate, error.detail);
    order_clear(&order);
    return status;
}

static int on_poll(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, int id, OSSL_CMP_MSG **request,
                   int64_t *check_after)
{
    (void)message, (void)id;
    struct session *session = OSSL_CMP_SRV_CTX_get0_custom_ctx(cmp);
    *request = NULL;
    *check_after = session->fault.wait == FAULT_WAIT_FOREVER ? INT32_MAX : session->options->poll_seconds;
    if (must_wait(session) && session->fault.wait != FAULT_WAIT_ONCE) {
        session->waits_given++;
        return 1;
    }
    session->fault.wait = FAULT_WAIT_NOT;
    *request = session->original; /* OpenSSL frees it */
    session->original = NULL;
    return *request != NULL;
}

/* PKIStatusInfo begins with PKIStatus, an INTEGER; OpenSSL 3.0 has no getter for it. Absent means accepted.
 */
static bool is_acceptance(const OSSL_CMP_PKISI *info)
{
    if (info == NULL)
        return true;
    unsigned char *der = NULL;
    int length = i2d_OSSL_CMP_PKISI(info, &der);
    const unsigned char *at = der;
    ASN1_SEQUENCE_ANY *parts = length > 0 ? d2i_ASN1_SEQUENCE_ANY(NULL, &at, length) : NULL;
    ASN1_TYPE *first = sk_ASN1_TYPE_num(parts) > 0 ? sk_ASN1_TYPE_value(parts, 0) : NULL;
    long status =
        first != NULL && first->type == V_ASN1_INTEGER ? ASN1_INTEGER_get(first->value.integer) : -1;
    sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
    OPENSSL_free(der);
    return status == OSSL_CMP_PKISTATUS_accepted || status == OSSL_CMP_PKISTATUS_grantedWithMods;
}

static bool hash_matches(X509 *certificate, const ASN1_OCTET_STRING *hash)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    struct bytes theirs = {ASN1_STRING_get0_data(hash), (size_t)ASN1_STRING_length(hash)};
    return X509_digest(certificate, EVP_sha256(), digest, &length) == 1 &&
           bytes_equal(theirs, (struct bytes){digest, length});
}

bool session_withdraw(const struct session *session, struct transaction *transaction, struct ra_error *error)
{
    transaction->state = TRANSACTION_REVOKED;
    transaction->at = clock_now(session->registry->clock);
    return revocation_add(session->registry, transaction->certificate, CRL_REASON_UNSPECIFIED, error) &&
           transaction_move(session->registry->store, session_id(session), transaction, error);
}

static bool settle_confirmation(const struct session *session, struct transaction *known, bool acceptance,
                                struct ra_error *error)
{
    switch (known->state) {
    case TRANSACTION_ISSUED:
        if (!acceptance)
            return session_withdraw(session, known, error);
        known->state = TRANSACTION_CONFIRMED;
        known->at = clock_now(session->registry->clock);
        return transaction_move(session->registry->store, session_id(session), known, error);
    case TRANSACTION_CONFIRMED:
        return acceptance || session_withdraw(session, known, error);
    case TRANSACTION_REVOKED:
        return !acceptance || ra_fail(error, RA_CONFLICT, "confirmation of a revoked certificate");
    case TRANSACTION_WAITING:
    default:
        return ra_fail(error, RA_CONFLICT, "confirmation without a certificate");
    }
}

static int on_confirmation(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, int id,
                           const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *info)
{
    (void)message, (void)id;
    struct session *session = OSSL_CMP_SRV_CTX_get0_custom_ctx(cmp);
    struct ra_error error = {0};
    struct transaction known;
    bool found = false;
    bool ok = transaction_read(session->registry->store, session_id(session), &known, &found, &error);
    if (ok && (!found || known.certificate == NULL || !hash_matches(known.certificate, hash)))
        ok = ra_fail(&error, RA_CONFLICT, "certConf for another certificate");
    ok = ok && settle_confirmation(session, &known, is_acceptance(info), &error);
    X509_free(known.certificate);
    if (!ok)
        ERR_raise_data(ERR_LIB_CMP, CMP_R_CERTHASH_UNMATCHED, "%s", error.detail);
    return ok;
}

static OSSL_CMP_PKISI *on_revocation(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message,
                                     const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
    (void)message;
    struct session *session = OSSL_CMP_SRV_CTX_get0_custom_ctx(cmp);
    struct ra_error error = {0};
    int reason = 0;
    if (issuer == NULL || serial == NULL || !cmp_read_revocation_reason(session->message, &reason, &error))
        return rejection(OSSL_CMP_PKIFAILUREINFO_badDataFormat, "issuer, serial and reason are needed");
    char text[SERIAL_TEXT_SIZE];
    serial_text(serial, text);
    X509 *certificate = NULL;
    if (!store_find_certificate(session->registry->store, "issued", text, &certificate, &error) ||
        X509_NAME_cmp(X509_get_issuer_name(certificate), issuer) != 0) {
        X509_free(certificate);
        return rejection(OSSL_CMP_PKIFAILUREINFO_badCertId, "no such certificate was issued here");
    }
    bool ok = revocation_add(session->registry, certificate, reason, &error);
    X509_free(certificate);
    if (ok)
        return accepted();
    return error.code == RA_INVALID ? rejection(OSSL_CMP_PKIFAILUREINFO_badRequest, error.detail)
                                    : failure(&error);
}

static void on_error(OSSL_CMP_SRV_CTX *cmp, const OSSL_CMP_MSG *message, const OSSL_CMP_PKISI *status,
                     const ASN1_INTEGER *code, const OSSL_CMP_PKIFREETEXT *details)
{
    /* The client gave up; a certificate it did not confirm is revoked in time. */
    (void)cmp, (void)message, (void)status, (void)code, (void)details;
}

static int store_index;
static pthread_once_t store_index_once = PTHREAD_ONCE_INIT;

static void make_store_index(void)
{
    store_index = X509_STORE_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static bool has_ra_usage(X509 *certificate)
{
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
        found = found || OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i)) == NID_cmcRA;
    EXTENDED_KEY_USAGE_free(usages);
    return found;
}

/* Who may ask: a certificate made for ARs (id-kp-cmcRA, RFC 6402 2.10), by us, not revoked. */
static int require_ra(int ok, X509_STORE_CTX *path)
{
    if (ok != 1 || X509_STORE_CTX_get_error_depth(path) != 0)
        return ok;
    const struct registry *registry = X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(path), store_index);
    X509 *signer = X509_STORE_CTX_get_current_cert(path);
    if (has_ra_usage(signer) &&
        authority_of(registry->hierarchy, X509_get_issuer_name(signer)) == AUTHORITY_TISS &&
        !revocation_is_recorded(registry, signer))
        return 1;
    X509_STORE_CTX_set_error(path, X509_V_ERR_INVALID_PURPOSE);
    return 0;
}

static bool set_trust(struct registry *registry, OSSL_CMP_CTX *cmp)
{
    pthread_once(&store_index_once, make_store_index);
    X509_STORE *store = X509_STORE_new();
    if (store == NULL || X509_STORE_add_cert(store, registry->hierarchy->certificate[AUTHORITY_TR5]) != 1 ||
        X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT) != 1 ||
        X509_STORE_set_ex_data(store, store_index, registry) != 1) {
        X509_STORE_free(store);
        return false;
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), clock_now(registry->clock));
    X509_STORE_set_verify_cb(store, require_ra);
    if (OSSL_CMP_CTX_set0_trustedStore(cmp, store) == 1)
        return true;
    X509_STORE_free(store);
    return false;
}

static int swallow_log(const char *function, const char *file, int line, OSSL_CMP_severity level,
                       const char *text)
{
    (void)function, (void)file, (void)line, (void)level, (void)text;
    return 1;
}

static bool set_identity(const struct session *session, OSSL_CMP_CTX *cmp)
{
    const struct hierarchy *hierarchy = session->registry->hierarchy;
    struct ra_error ignored = {0};
    X509 *expired = NULL;
    if (session->fault.signer_over &&
        !expired_copy(hierarchy->cmp_certificate, NULL, hierarchy->key[AUTHORITY_TISS],
                      clock_now(session->registry->clock), &expired, &ignored))
        return false;
    bool ok = OSSL_CMP_CTX_set1_cert(cmp, expired != NULL ? expired : hierarchy->cmp_certificate) == 1 &&
              OSSL_CMP_CTX_set1_pkey(cmp, hierarchy->cmp_key) == 1;
    X509_free(expired);
    return ok;
}

bool session_know(struct session *session, STACK_OF(X509) *extra, struct ra_error *error)
{
    STACK_OF(X509) *known = hierarchy_chain(session->registry->hierarchy, AUTHORITY_TISS);
    if (!cmp_keep(&session->kept, extra, error)) {
        sk_X509_pop_free(known, X509_free);
        return false;
    }
    bool ok = known != NULL;
    for (int i = 0; ok && i < sk_X509_num(extra); i++)
        ok = X509_add_cert(known, sk_X509_value(extra, i), X509_ADD_FLAG_UP_REF) == 1;
    ok = ok && OSSL_CMP_CTX_set1_untrusted(OSSL_CMP_SRV_CTX_get0_cmp_ctx(session->cmp), known) == 1;
    sk_X509_pop_free(known, X509_free);
    return ok || ra_fail_crypto(error, "certificates of a CMP message");
}

bool session_begin(struct session *session, struct ra_error *error)
{
    session_end(session);
    session->cmp = OSSL_CMP_SRV_CTX_new(NULL, NULL);
    OSSL_CMP_CTX *cmp = session->cmp != NULL ? OSSL_CMP_SRV_CTX_get0_cmp_ctx(session->cmp) : NULL;
    if (cmp == NULL || OSSL_CMP_CTX_set_log_cb(cmp, swallow_log) != 1 || !set_trust(session->registry, cmp) ||
        !set_identity(session, cmp) ||
        OSSL_CMP_SRV_CTX_init(session->cmp, session, on_certificate_request, on_revocation, NULL, on_error,
                              on_confirmation, on_poll) != 1 ||
        OSSL_CMP_SRV_CTX_set_accept_raverified(session->cmp, 1) != 1)
        return ra_fail_crypto(error, "set up the CMP server");
    return true;
}

void session_end(struct session *session)
{
    OSSL_CMP_SRV_CTX_free(session->cmp);
    OSSL_CMP_MSG_free(session->original);
    sk_X509_pop_free(session->kept, X509_free);
    session->kept = NULL;
    session->cmp = NULL;
    session->original = NULL;
}
