/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/signed.h"

#include "pki/trust/signed_path.h"
#include "pki/trust/signed_shape.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>

/* One judgement under way; everything is released together. */
struct judgement {
    struct bytes cms;
    enum statement_type expected; /* of an attached content */
    const struct bytes *detached; /* the content that travelled apart; NULL: it is inside */
    struct signed_shape shape;
    X509_STORE *store;
    STACK_OF(X509) *untrusted;
    STACK_OF(X509) *pinned; /* NULL: any path to an anchor */
    CMS_ContentInfo *info;
    STACK_OF(X509) *inside;      /* certificates that came with the signature */
    STACK_OF(X509) *chain;       /* the path that was judged valid */
    X509 *signer;                /* borrowed from `inside` */
    STACK_OF(X509) **keep_chain; /* NULL, or who wants `chain` */
    struct ra_error *error;
};

static void judgement_clear(struct judgement *judgement)
{
    CMS_ContentInfo_free(judgement->info);
    sk_X509_pop_free(judgement->inside, X509_free);
    sk_X509_pop_free(judgement->chain, X509_free);
    X509_STORE_free(judgement->store);
    ERR_clear_error();
}

static bool refuse(struct ra_error *error, const char *reason, const char *detail)
{
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, reason, "%s", detail);
}

static bool malformed(struct ra_error *error)
{
    return refuse(error, "statement-malformed", "A declaração assinada não tem a forma devida.");
}

/* The eContentType is the expected one; another of ours is told apart from a stranger. */
static bool check_type(const struct judgement *judgement)
{
    if (judgement->detached != NULL)
        return true; /* the shape left no choice */
    ASN1_OBJECT *oid = OBJ_txt2obj(statement_content_oid(judgement->expected), 1);
    unsigned char *der = NULL;
    int length = oid != NULL ? i2d_ASN1_OBJECT(oid, &der) : -1;
    bool same = length > 0 && bytes_equal(judgement->shape.content_oid, (struct bytes){der, (size_t)length});
    OPENSSL_free(der);
    ASN1_OBJECT_free(oid);
    return same || refuse(judgement->error, "statement-type", "A declaração assinada é de outro tipo.");
}

/* The library reads the same as we did, to the byte, and writes it back alike; certificates and the rest
 * apart, since the same certificates come every time. */
static bool read_bare(struct judgement *judgement)
{
    struct bytes bare = signed_shape_bare(NULL, &judgement->shape);
    const unsigned char *at = bare.data;
    unsigned char *again = NULL;
    judgement->info = bare.data != NULL ? d2i_CMS_ContentInfo(NULL, &at, (long)bare.length) : NULL;
    int length = judgement->info != NULL && at == bare.data + bare.length
                     ? i2d_CMS_ContentInfo(judgement->info, &again)
                     : -1;
    bool same = length > 0 && bytes_equal(bare, (struct bytes){again, (size_t)length});
    OPENSSL_free(again);
    talloc_free((void *)(uintptr_t)bare.data);
    return same;
}

static bool decode(struct judgement *judgement)
{
    if (!signed_shape_read(judgement->cms, judgement->detached != NULL, &judgement->shape))
        return malformed(judgement->error);
    if (!check_type(judgement))
        return false;
    judgement->inside = signed_shape_certificates(&judgement->shape);
    return (judgement->inside != NULL && read_bare(judgement)) || malformed(judgement->error);
}

/* Exactly one SignerInfo, and exactly one certificate inside that it names. */
static bool find_signer(struct judgement *judgement)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(judgement->info);
    if (signers == NULL || sk_CMS_SignerInfo_num(signers) != 1)
        return malformed(judgement->error);
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(signers, 0);
    for (int i = 0; i < sk_X509_num(judgement->inside); i++) {
        X509 *candidate = sk_X509_value(judgement->inside, i);
        if (CMS_SignerInfo_cert_cmp(signer, candidate) != 0)
            continue;
        if (judgement->signer != NULL)
            return malformed(judgement->error);
        judgement->signer = candidate;
    }
    if (judgement->signer == NULL || !signed_shape_names(&judgement->shape, judgement->signer))
        return malformed(judgement->error);
    /* What is judged is what verifies: the library shall not look for a certificate of its own choice. */
    CMS_SignerInfo_set1_signer_cert(signer, judgement->signer);
    return true;
}

/* A pinned authority does not make its subscribers pinned. */
static bool is_pinned(const struct judgement *judgement)
{
    for (int i = 0; i < sk_X509_num(judgement->pinned); i++)
        if (X509_cmp(judgement->signer, sk_X509_value(judgement->pinned, i)) == 0)
            return true;
    return refuse(judgement->error, "statement-certificate",
                  "Quem assinou não é um dos administradores configurados.");
}

/* Everything inside belongs to the path, once: what nobody checks must not travel. */
static bool nothing_else_inside(const struct judgement *judgement)
{
    for (int i = 0; i < sk_X509_num(judgement->inside); i++) {
        X509 *one = sk_X509_value(judgement->inside, i);
        bool in_path = false;
        for (int j = 0; j < sk_X509_num(judgement->chain); j++)
            in_path = in_path || X509_cmp(one, sk_X509_value(judgement->chain, j)) == 0;
        for (int j = 0; j < i; j++)
            in_path = in_path && X509_cmp(one, sk_X509_value(judgement->inside, j)) != 0;
        if (!in_path)
            return malformed(judgement->error);
    }
    return true;
}

/* The path was judged already, with its CRLs. For what is left the signer is trusted by itself: the library
 * would judge the whole path a second time. */
static X509_STORE *signer_alone(const struct judgement *judgement)
{
    time_t when = X509_VERIFY_PARAM_get_time(X509_STORE_get0_param(judgement->store));
    STACK_OF(X509) *one = sk_X509_new_null();
    X509_STORE *store =
        one != NULL && sk_X509_push(one, judgement->signer) > 0 ? signed_path_pinned_store(one, when) : NULL;
    sk_X509_free(one);
    return store;
}

/* Signature, digest of the content, contentType, and signingCertificateV2 against the signer. */
static bool check_signature(const struct judgement *judgement)
{
    const struct bytes *apart = judgement->detached;
    BIO *content = apart != NULL ? BIO_new_mem_buf(apart->data, (int)apart->length) : NULL;
    BIO *sink = BIO_new(BIO_s_null());
    X509_STORE *store = signer_alone(judgement);
    bool good = store != NULL && sink != NULL && (apart == NULL || content != NULL) &&
                CMS_verify(judgement->info, NULL, store, content, sink, CMS_BINARY | CMS_CADES) == 1;
    X509_STORE_free(store);
    BIO_free(sink);
    BIO_free(content);
    return good || refuse(judgement->error, "statement-signature", "A assinatura da declaração não confere.");
}

static enum signed_verdict judge(struct judgement *judgement)
{
    ERR_clear_error();
    if (!decode(judgement) || !find_signer(judgement) || (judgement->pinned != NULL && !is_pinned(judgement)))
        return SIGNED_INVALID;
    enum signed_verdict verdict =
        signed_path_check(judgement->store, judgement->signer, judgement->inside, judgement->untrusted,
                          &judgement->chain, judgement->error);
    if (verdict != SIGNED_VALID)
        return verdict;
    if (!signed_path_may_sign(judgement->signer, judgement->error) || !nothing_else_inside(judgement) ||
        !check_signature(judgement))
        return SIGNED_INVALID;
    return SIGNED_VALID;
}

static int result_release(struct signed_statement *result)
{
    X509_free(result->signer);
    return 0;
}

/* *result on `context`. The content's JSON is judged here too. */
static enum signed_verdict deliver(TALLOC_CTX *context, const struct judgement *judgement,
                                   struct signed_statement **result)
{
    struct ra_error *error = judgement->error;
    struct signed_statement *made = talloc_zero(context, struct signed_statement);
    if (made == NULL) {
        ra_fail(error, RA_NO_MEMORY, "signed statement");
        return SIGNED_CANNOT_TELL;
    }
    talloc_set_destructor(made, result_release);
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    made->content = bytes_copy(made, judgement->shape.content.data, judgement->shape.content.length);
    if (X509_up_ref(judgement->signer) == 1)
        made->signer = judgement->signer;
    if (made->signer == NULL || (made->content.data == NULL && judgement->shape.content.length > 0))
        ra_fail(error, RA_NO_MEMORY, "signed statement");
    else if (!sha256(judgement->cms, made->digest))
        ra_fail_crypto(error, "signed statement");
    else if (!signed_spki_digest(made->signer, made->signer_spki, error))
        verdict = SIGNED_CANNOT_TELL;
    else if (!statement_parse(made, made->content, judgement->expected, &made->statement, error))
        verdict = error->code == RA_STATEMENT_REFUSED ? SIGNED_INVALID : SIGNED_CANNOT_TELL;
    else
        verdict = SIGNED_VALID;
    if (verdict == SIGNED_VALID)
        *result = made;
    else
        talloc_free(made);
    return verdict;
}

/* Clears the judgement at the end. */
static enum signed_verdict conclude(TALLOC_CTX *context, struct judgement *judgement,
                                    struct signed_statement **result)
{
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    *result = NULL;
    if (judgement->store == NULL)
        ra_fail_crypto(judgement->error, "trust store");
    else
        verdict = judge(judgement);
    if (verdict == SIGNED_VALID)
        verdict = deliver(context, judgement, result);
    if (verdict == SIGNED_VALID && judgement->keep_chain != NULL) {
        *judgement->keep_chain = judgement->chain;
        judgement->chain = NULL;
    }
    judgement_clear(judgement);
    return verdict;
}

enum signed_verdict signed_verify(TALLOC_CTX *context, struct bytes cms, enum statement_type expected,
                                  const struct signed_trust *trust, struct signed_statement **result,
                                  struct ra_error *error)
{
    struct judgement judgement = {.cms = cms,
                                  .expected = expected,
                                  .store = signed_path_store(trust),
                                  .untrusted = trust->untrusted,
                                  .error = error};
    return conclude(context, &judgement, result);
}

/* When the content says that it was signed: as good as the signature, which is judged right after. */
static bool read_instant(struct bytes cms, enum statement_type expected, time_t *instant,
                         struct ra_error *error)
{
    struct signed_shape shape;
    struct statement *statement = NULL;
    if (!signed_shape_read(cms, false, &shape))
        return malformed(error);
    if (!statement_parse(NULL, shape.content, expected, &statement, error))
        return false;
    *instant = (time_t)statement->issued_at;
    talloc_free(statement);
    return true;
}

enum signed_verdict signed_verify_archived(TALLOC_CTX *context, struct bytes cms,
                                           enum statement_type expected, const struct signed_trust *trust,
                                           struct signed_statement **result, STACK_OF(X509) **chain,
                                           struct ra_error *error)
{
    struct signed_trust then = *trust;
    *result = NULL;
    *chain = NULL;
    if (!read_instant(cms, expected, &then.now, error))
        return error->code == RA_STATEMENT_REFUSED ? SIGNED_INVALID : SIGNED_CANNOT_TELL;
    struct judgement judgement = {.cms = cms,
                                  .expected = expected,
                                  .store = signed_path_store_without_crls(&then),
                                  .untrusted = trust->untrusted,
                                  .keep_chain = chain,
                                  .error = error};
    return conclude(context, &judgement, result);
}

enum signed_verdict signed_verify_pinned(TALLOC_CTX *context, struct bytes cms, enum statement_type expected,
                                         STACK_OF(X509) *pinned, time_t now, struct signed_statement **result,
                                         struct ra_error *error)
{
    *result = NULL;
    if (pinned == NULL || sk_X509_num(pinned) == 0) {
        refuse(error, "statement-certificate", "Não há administradores configurados.");
        return SIGNED_INVALID;
    }
    struct judgement judgement = {.cms = cms,
                                  .expected = expected,
                                  .store = signed_path_pinned_store(pinned, now),
                                  .pinned = pinned,
                                  .error = error};
    return conclude(context, &judgement, result);
}

enum signed_verdict signed_verify_detached(struct bytes cms, struct bytes content,
                                           const struct signed_trust *trust, uint8_t signer_spki[32],
                                           struct ra_error *error)
{
    struct judgement judgement = {.cms = cms,
                                  .detached = &content,
                                  .store = signed_path_store(trust),
                                  .untrusted = trust->untrusted,
                                  .error = error};
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    if (content.length > INT_MAX)
        ra_fail(error, RA_TOO_LARGE, "the content is too long");
    else if (judgement.store == NULL)
        ra_fail_crypto(error, "trust store");
    else
        verdict = judge(&judgement);
    if (verdict == SIGNED_VALID && !signed_spki_digest(judgement.signer, signer_spki, error))
        verdict = SIGNED_CANNOT_TELL;
    judgement_clear(&judgement);
    return verdict;
}

enum signed_verdict signed_check_certificate(X509 *certificate, const struct signed_trust *trust,
                                             struct ra_error *error)
{
    STACK_OF(X509) *chain = NULL;
    X509_STORE *store = signed_path_store(trust);
    enum signed_verdict verdict = SIGNED_CANNOT_TELL;
    if (store == NULL)
        ra_fail_crypto(error, "trust store");
    else
        verdict = signed_path_check(store, certificate, NULL, trust->untrusted, &chain, error);
    if (verdict == SIGNED_VALID && !signed_path_may_sign(certificate, error))
        verdict = SIGNED_INVALID;
    sk_X509_pop_free(chain, X509_free);
    X509_STORE_free(store);
    return verdict;
}
