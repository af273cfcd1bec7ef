/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making the signed objects of signed.h.
 */
#include "pki/trust/signed.h"
#include "pki/trust/signed_path.h"
#include "pki/trust/signed_shape.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#define ID_DATA "1.2.840.113549.1.7.1"

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
    if (signed_shape_read(*cms, draft->detached, &shape))
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
