/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/cmp/cmp_conversation.h"

#include "pki/cmp/cmp_message.h"

#include <openssl/err.h>

enum { SECURITY_LEVEL = 2 /* 112 bits */ };

/* OpenSSL prints its error queue to stderr unless somebody listens. The caller reports errors as values. */
static int swallow_log(const char *function, const char *file, int line, OSSL_CMP_severity level,
                       const char *text)
{
    (void)function, (void)file, (void)line, (void)level, (void)text;
    return 1;
}

STACK_OF(X509) *conversation_untrusted(const struct conversation *conversation)
{
    enum { SOURCES = 2 };
    const STACK_OF(X509) *const sources[SOURCES] = {conversation->extra, conversation->authority->untrusted};
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    for (size_t source = 0; untrusted != NULL && source < SOURCES; source++)
        for (int i = 0; i < sk_X509_num(sources[source]); i++)
            if (X509_add_cert(untrusted, sk_X509_value(sources[source], i), X509_ADD_FLAG_UP_REF) != 1) {
                sk_X509_pop_free(untrusted, X509_free);
                return NULL;
            }
    return untrusted;
}

/* No protection covers the certificates that come along: apart from the message they are as good, and the
 * same ones come every time. */
static bool take_extra(struct conversation *conversation, STACK_OF(X509) *take)
{
    struct ra_error ignored = {0};
    if (take == NULL)
        return true;
    sk_X509_pop_free(conversation->extra, X509_free);
    conversation->extra = take;
    STACK_OF(X509) *untrusted =
        cmp_keep(&conversation->kept, take, &ignored) ? conversation_untrusted(conversation) : NULL;
    bool ok = untrusted != NULL && OSSL_CMP_CTX_set1_untrusted(conversation->cmp, untrusted) == 1;
    sk_X509_pop_free(untrusted, X509_free);
    return ok;
}

static OSSL_CMP_MSG *decode_message(struct conversation *conversation, struct bytes encoded)
{
    struct ra_error ignored = {0};
    struct bytes bare = {NULL, 0};
    STACK_OF(X509) *extra = NULL;
    if (encoded.length == 0 || encoded.length > CMP_MESSAGE_LIMIT ||
        !cmp_split(conversation->memory, encoded, &bare, &extra, &ignored) ||
        !take_extra(conversation, extra))
        return NULL;
    const unsigned char *at = bare.data;
    OSSL_CMP_MSG *message = d2i_OSSL_CMP_MSG(NULL, &at, (long)bare.length);
    if (message != NULL && at != bare.data + bare.length) {
        OSSL_CMP_MSG_free(message);
        return NULL;
    }
    return message;
}

static OSSL_CMP_MSG *transfer(OSSL_CMP_CTX *cmp, const OSSL_CMP_MSG *request)
{
    struct conversation *conversation = OSSL_CMP_CTX_get_transfer_cb_arg(cmp);
    if (conversation->withheld)
        return NULL;
    conversation->sent = OSSL_CMP_MSG_get_bodytype(request);
    conversation->received = -1;
    unsigned char *encoded = NULL;
    int length = i2d_OSSL_CMP_MSG(request, &encoded);
    if (length <= 0) {
        ra_fail_crypto(&conversation->carry_error, "encode the CMP request");
        return NULL;
    }
    TALLOC_FREE(conversation->memory);
    conversation->memory = talloc_new(NULL);
    struct bytes response = {NULL, 0};
    bool carried = conversation->memory != NULL &&
                   conversation->authority->carry(
                       conversation->authority->carry_context, (struct bytes){encoded, (size_t)length},
                       conversation->memory, &response, &conversation->carry_error);
    OPENSSL_free(encoded);
    if (!carried)
        return NULL;
    OSSL_CMP_MSG *message = decode_message(conversation, response);
    if (message == NULL) {
        ra_fail_reason(&conversation->carry_error, RA_UPSTREAM, "malformed",
                       "a resposta da AC não é uma mensagem CMP");
        return NULL;
    }
    conversation->received = OSSL_CMP_MSG_get_bodytype(message);
    return message;
}

/* The AC's messages must come from a certificate made for that (RFC 6402 2.10): any holder under the same
 * roots can sign, only a CMP authority may answer. */
static int require_cmc_ca(int ok, X509_STORE_CTX *path)
{
    if (ok != 1 || X509_STORE_CTX_get_error_depth(path) != 0)
        return ok;
    X509 *signer = X509_STORE_CTX_get_current_cert(path);
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(signer, NID_ext_key_usage, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
        found = found || OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i)) == NID_cmcCA;
    EXTENDED_KEY_USAGE_free(usages);
    if (!found)
        X509_STORE_CTX_set_error(path, X509_V_ERR_INVALID_PURPOSE);
    return found;
}

X509_STORE *conversation_store(const struct cmp_authority *authority)
{
    X509_STORE *store = X509_STORE_new();
    if (store == NULL)
        return NULL;
    bool ok = X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT) == 1;
    for (int i = 0; ok && i < sk_X509_num(authority->anchors); i++)
        ok = X509_STORE_add_cert(store, sk_X509_value(authority->anchors, i)) == 1;
    if (!ok) {
        X509_STORE_free(store);
        return NULL;
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), clock_now(authority->clock));
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), SECURITY_LEVEL);
    return store;
}

static bool set_transaction(OSSL_CMP_CTX *cmp, const uint8_t transaction[CMP_TRANSACTION_SIZE])
{
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    bool ok = id != NULL && ASN1_OCTET_STRING_set(id, transaction, CMP_TRANSACTION_SIZE) == 1 &&
              OSSL_CMP_CTX_set1_transactionID(cmp, id) == 1;
    ASN1_OCTET_STRING_free(id);
    return ok;
}

static bool set_trust(OSSL_CMP_CTX *cmp, const struct cmp_authority *authority)
{
    X509_STORE *store = conversation_store(authority);
    if (store == NULL)
        return false;
    X509_STORE_set_verify_cb(store, require_cmc_ca);
    if (OSSL_CMP_CTX_set0_trustedStore(cmp, store) != 1) {
        X509_STORE_free(store);
        return false;
    }
    return authority->untrusted == NULL || OSSL_CMP_CTX_set1_untrusted(cmp, authority->untrusted) == 1;
}

static bool set_signature(OSSL_CMP_CTX *cmp, const struct cmp_authority *authority)
{
    return OSSL_CMP_CTX_set1_cert(cmp, authority->ra_certificate) == 1 &&
           OSSL_CMP_CTX_set1_pkey(cmp, authority->ra_key) == 1;
}

static bool set_protection(OSSL_CMP_CTX *cmp, const struct cmp_authority *authority)
{
    const struct bytes reference = authority->mac_reference, secret = authority->mac_secret;
    if (secret.length == 0)
        return set_signature(cmp, authority);
    return reference.length <= INT_MAX && secret.length <= INT_MAX &&
           OSSL_CMP_CTX_set1_referenceValue(cmp, reference.data, (int)reference.length) == 1 &&
           OSSL_CMP_CTX_set1_secretValue(cmp, secret.data, (int)secret.length) == 1;
}

bool conversation_open(struct conversation *conversation, const struct cmp_authority *authority,
                       const uint8_t transaction[CMP_TRANSACTION_SIZE], struct ra_error *error)
{
    *conversation = (struct conversation){.authority = authority, .sent = -1, .received = -1};
    OSSL_CMP_CTX *cmp = conversation->cmp = OSSL_CMP_CTX_new(NULL, NULL);
    if (cmp == NULL || OSSL_CMP_CTX_set_log_cb(cmp, swallow_log) != 1 || !set_trust(cmp, authority) ||
        !set_protection(cmp, authority) || OSSL_CMP_CTX_set_transfer_cb(cmp, transfer) != 1 ||
        OSSL_CMP_CTX_set_transfer_cb_arg(cmp, conversation) != 1 || !set_transaction(cmp, transaction))
        return ra_fail_crypto(error, "set up the CMP client");
    return true;
}

void conversation_close(struct conversation *conversation)
{
    OSSL_CMP_CTX_free(conversation->cmp);
    conversation->cmp = NULL;
    sk_X509_pop_free(conversation->extra, X509_free);
    sk_X509_pop_free(conversation->kept, X509_free);
    conversation->extra = conversation->kept = NULL;
    TALLOC_FREE(conversation->memory);
}

/* Failure bits that say nothing about the request itself, but of the AC, of the message or of who asks: with
 * them the certificate may exist or may come yet. */
static bool is_passing_failure(int fail_info)
{
    static const int PASSING[] = {
        OSSL_CMP_PKIFAILUREINFO_transactionIdInUse, OSSL_CMP_PKIFAILUREINFO_systemUnavail,
        OSSL_CMP_PKIFAILUREINFO_systemFailure,      OSSL_CMP_PKIFAILUREINFO_timeNotAvailable,
        OSSL_CMP_PKIFAILUREINFO_badMessageCheck,    OSSL_CMP_PKIFAILUREINFO_badTime,
        OSSL_CMP_PKIFAILUREINFO_badSenderNonce,     OSSL_CMP_PKIFAILUREINFO_badRecipientNonce,
        OSSL_CMP_PKIFAILUREINFO_signerNotTrusted};
    for (size_t i = 0; i < sizeof PASSING / sizeof *PASSING; i++)
        if (fail_info >= 0 && (fail_info & 1 << PASSING[i]) != 0)
            return true;
    return false;
}

bool conversation_refused(const struct conversation *conversation)
{
    if (OSSL_CMP_CTX_get_status(conversation->cmp) != OSSL_CMP_PKISTATUS_rejection ||
        is_passing_failure(OSSL_CMP_CTX_get_failInfoCode(conversation->cmp)))
        return false;
    switch (conversation->received) {
    case CMP_BODY_IP:
    case CMP_BODY_CP:
    case CMP_BODY_RP:
        return true;
    case CMP_BODY_ERROR:
        return conversation->sent == CMP_BODY_IR || conversation->sent == CMP_BODY_P10CR ||
               conversation->sent == CMP_BODY_RR;
    default:
        return false;
    }
}

void conversation_status_text(const struct conversation *conversation, char text[CMP_STATUS_TEXT_SIZE])
{
    text[0] = '\0';
    if (OSSL_CMP_CTX_get_status(conversation->cmp) < 0 ||
        OSSL_CMP_CTX_snprint_PKIStatus(conversation->cmp, text, CMP_STATUS_TEXT_SIZE) == NULL)
        return;
    for (char *at = text; *at != '\0'; at++)
        if (*at < 0x20 || *at > 0x7e)
            *at = '?';
}

bool conversation_fail(const struct conversation *conversation, struct ra_error *error)
{
    if (conversation->carry_error.code != RA_OK) {
        *error = conversation->carry_error;
        return false;
    }
    char text[CMP_STATUS_TEXT_SIZE];
    conversation_status_text(conversation, text);
    const char *cause = ERR_reason_error_string(ERR_peek_error());
    ra_fail_reason(error, RA_UPSTREAM, "ac-answer", "a resposta da AC não pôde ser aceita: %s %s",
                   cause != NULL ? cause : "sem detalhe", text);
    ERR_clear_error();
    return false;
}
