/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/signed.h"

#include "pki/base/decoded.h"
#include "pki/trust/signed_path.h"
#include "pki/trust/signed_shape.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define ID_DATA "1.2.840.113549.1.7.1"

/* --- signing --- */

static bool add_chain(CMS_ContentInfo *cms, STACK_OF(X509) *chain)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (CMS_add1_cert(cms, sk_X509_value(chain, i)) != 1)
            return false;
    return true;
}

/* The instance's time, not the machine's: OpenSSL adds its own only when there is none. */
static bool add_signing_time(CMS_SignerInfo *signer, time_t now)
{
    ASN1_TIME *time = X509_time_adj_ex(NULL, 0, 0, &now);
    bool done = time != NULL && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime,
                                                            ASN1_STRING_type(time), time, -1) == 1;
    ASN1_TIME_free(time);
    return done;
}

/* What is signed: a statement's content goes inside, under the type's own name; anything else travels apart.
 */
struct draft {
    const char *content_oid;
    struct bytes content;
    bool detached;
    bool with_chain;
    time_t now;
};

static CMS_ContentInfo *build(const struct identity *identity, const struct draft *draft)
{
    unsigned flags = CMS_BINARY | (draft->detached ? CMS_DETACHED : 0);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);
    ASN1_OBJECT *oid = OBJ_txt2obj(draft->content_oid, 1);
    BIO *input = BIO_new_mem_buf(draft->content.data, (int)draft->content.length);
    CMS_SignerInfo *signer = NULL;
    bool done = cms != NULL && oid != NULL && input != NULL && CMS_set1_eContentType(cms, oid) == 1;
    if (done)
        signer = CMS_add1_signer(cms, identity_certificate(identity), identity_key(identity), EVP_sha256(),
                                 CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP);
    done = signer != NULL && (!draft->with_chain || add_chain(cms, identity_chain(identity))) &&
           add_signing_time(signer, draft->now) && CMS_final(cms, input, NULL, flags) == 1;
    BIO_free(input);
    ASN1_OBJECT_free(oid);
    if (!done) {
        CMS_ContentInfo_free(cms);
        cms = NULL;
    }
    return cms;
}

static bool read_shape(struct bytes cms, bool detached, struct signed_shape *shape)
{
    return cms.length <= SIGNED_MAX &&
           (detached ? signed_shape_read_detached(cms, shape) : signed_shape_read(cms, shape));
}

static bool sign_draft(TALLOC_CTX *context, const struct identity *identity, const struct draft *draft,
                       struct bytes *cms, struct ra_error *error)
{
    struct signed_shape shape;
    unsigned char *der = NULL;
    if (!signed_path_may_sign(identity_certificate(identity), error))
        return false;
    ERR_clear_error();
    CMS_ContentInfo *built = build(identity, draft);
    int length = built != NULL ? i2d_CMS_ContentInfo(built, &der) : -1;
    CMS_ContentInfo_free(built);
    if (length <= 0)
        return ra_fail_crypto(error, "signing");
    *cms = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    if (cms->data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "signing");
    if (read_shape(*cms, draft->detached, &shape))
        return true;
    *cms = (struct bytes){NULL, 0};
    return ra_fail(error, RA_CRYPTO, "signing: the library wrote another shape");
}

bool signed_sign(TALLOC_CTX *context, const struct identity *identity, enum statement_type type,
                 struct bytes content, time_t now, struct bytes *cms, struct ra_error *error)
{
    struct statement *statement = NULL;
    const struct draft draft = {.content_oid = statement_content_oid(type),
                                .content = content,
                                .with_chain = type != STATEMENT_ROSTER,
                                .now = now};
    *cms = (struct bytes){NULL, 0};
    if (!statement_parse(context, content, type, &statement, error))
        return false;
    talloc_free(statement);
    return sign_draft(context, identity, &draft, cms, error);
}

bool signed_sign_detached(TALLOC_CTX *context, const struct identity *identity, struct bytes content,
                          time_t now, struct bytes *cms, struct ra_error *error)
{
    const struct draft draft = {
        .content_oid = ID_DATA, .content = content, .detached = true, .with_chain = true, .now = now};
    *cms = (struct bytes){NULL, 0};
    if (content.length > INT_MAX)
        return ra_fail(error, RA_TOO_LARGE, "signing: the content is too long");
    return sign_draft(context, identity, &draft, cms, error);
}

/* --- verifying --- */

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
    if (!read_shape(judgement->cms, judgement->detached != NULL, &judgement->shape))
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
    if (cms.length > SIGNED_MAX || !signed_shape_read(cms, &shape))
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

/* --- small readers --- */

STACK_OF(X509) *signed_certificates(struct bytes cms)
{
    struct signed_shape shape;
    ERR_clear_error();
    STACK_OF(X509) *inside = read_shape(cms, false, &shape) || read_shape(cms, true, &shape)
                                 ? signed_shape_certificates(&shape)
                                 : NULL;
    ERR_clear_error();
    return inside;
}

bool signed_spki_digest(const X509 *certificate, uint8_t digest[32], struct ra_error *error)
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (length <= 0)
        return ra_fail_crypto(error, "public key");
    bool done = sha256((struct bytes){der, (size_t)length}, digest);
    OPENSSL_free(der);
    return done || ra_fail_crypto(error, "public key");
}

static bool not_certificates(struct ra_error *error)
{
    ERR_clear_error();
    return ra_fail(error, RA_INVALID, "O texto não é uma lista de certificados em PEM.");
}

/* One PEM block; *ended when there is none. */
static bool read_block(BIO *input, STACK_OF(X509) *certificates, bool *ended)
{
    char *name = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    X509 *certificate = NULL;
    ERR_clear_error();
    *ended = PEM_read_bio(input, &name, &header, &data, &length) != 1;
    if (*ended)
        return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (strcmp(name, PEM_STRING_X509) == 0 && length > 0)
        certificate = decoded_certificate((struct bytes){data, (size_t)length});
    bool done = certificate != NULL && sk_X509_push(certificates, certificate) > 0;
    if (!done)
        X509_free(certificate);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return done;
}

bool signed_read_certificates(struct bytes pem, STACK_OF(X509) **certificates, struct ra_error *error)
{
    bool ended = false;
    *certificates = NULL;
    if (pem.length == 0 || pem.length > INT32_MAX)
        return not_certificates(error);
    BIO *input = BIO_new_mem_buf(pem.data, (int)pem.length);
    STACK_OF(X509) *found = sk_X509_new_null();
    bool done = input != NULL && found != NULL;
    while (done && !ended)
        done = read_block(input, found, &ended);
    BIO_free(input);
    if (!done || sk_X509_num(found) == 0) {
        sk_X509_pop_free(found, X509_free);
        return not_certificates(error);
    }
    ERR_clear_error();
    *certificates = found;
    return true;
}

bool signed_read_crl(struct bytes der, STACK_OF(X509_CRL) *crls, struct ra_error *error)
{
    const unsigned char *at = der.data;
    X509_CRL *crl = der.length <= INT32_MAX ? d2i_X509_CRL(NULL, &at, (long)der.length) : NULL;
    if (crl == NULL || at != der.data + der.length || sk_X509_CRL_push(crls, crl) <= 0) {
        X509_CRL_free(crl);
        ERR_clear_error();
        return ra_fail(error, RA_INVALID, "A lista de certificados revogados está malformada.");
    }
    return true;
}
