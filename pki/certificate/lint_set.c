/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One object of several: which AC it is judged beside, and whether the CRL at hand is for it.
 */
#include "pki/base/decoded.h"
#include "pki/certificate/lint_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* What an AC signed, decoded: a certificate or a CRL; neither where it is a request or cannot be read. */
struct signed_object {
    X509 *certificate;
    X509_CRL *list;
};

/* How well an AC of the right name fits; the signature says more than what is written beside it. */
enum fit { FIT_NONE, FIT_NAME, FIT_KEY_IDENTIFIER, FIT_SIGNATURE };

/* Only what lint_object goes on to judge beside an AC: the outer shape has to be whole too. */
static struct signed_object signed_object(const struct lint_object *object)
{
    struct signed_object decoded = {0};
    struct certificate_view certificate;
    struct crl_view list;
    const unsigned char *at = object->der.data;
    if (object->kind == LINT_CERTIFICATE && certificate_view_open(object->der, &certificate))
        decoded.certificate = decoded_certificate(object->der);
    else if (object->kind == LINT_CRL && crl_view_open(object->der, &list))
        decoded.list = d2i_X509_CRL(NULL, &at, (long)object->der.length);
    return decoded;
}

static const X509_NAME *issuer_name(const struct signed_object *object)
{
    if (object->certificate != NULL)
        return X509_get_issuer_name(object->certificate);
    return object->list != NULL ? X509_CRL_get_issuer(object->list) : NULL;
}

static bool bears_name(X509 *issuer, const X509_NAME *name)
{
    return issuer != NULL && name != NULL && X509_NAME_cmp(X509_get_subject_name(issuer), name) == 0;
}

static bool verifies(X509 *issuer, const struct signed_object *object)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (key == NULL)
        return false;
    return object->certificate != NULL ? X509_verify(object->certificate, key) == 1
                                       : X509_CRL_verify(object->list, key) == 1;
}

static bool names_key(const struct signed_object *object, X509 *issuer)
{
    AUTHORITY_KEYID *authority =
        object->certificate != NULL
            ? X509_get_ext_d2i(object->certificate, NID_authority_key_identifier, NULL, NULL)
            : X509_CRL_get_ext_d2i(object->list, NID_authority_key_identifier, NULL, NULL);
    const ASN1_OCTET_STRING *subject = X509_get0_subject_key_id(issuer);
    bool same = authority != NULL && authority->keyid != NULL && subject != NULL &&
                ASN1_OCTET_STRING_cmp(authority->keyid, subject) == 0;
    AUTHORITY_KEYID_free(authority);
    return same;
}

static enum fit fit_of(X509 *issuer, const struct signed_object *object)
{
    if (!bears_name(issuer, issuer_name(object)))
        return FIT_NONE;
    if (verifies(issuer, object))
        return FIT_SIGNATURE;
    return names_key(object, issuer) ? FIT_KEY_IDENTIFIER : FIT_NAME;
}

/* A root has nobody above it, whatever else bears its name. */
static bool signed_itself(const struct signed_object *object)
{
    return object->certificate != NULL && fit_of(object->certificate, object) == FIT_SIGNATURE;
}

/* The AC that fits best, the first of equals; NULL without. The caller's to free. */
static X509 *issuer_among(const struct lint_objects *objects, size_t of, const struct signed_object *object)
{
    X509 *best = NULL;
    enum fit best_fit = FIT_NONE;
    for (size_t i = 0; i < objects->count && best_fit != FIT_SIGNATURE; i++) {
        if (i == of || objects->items[i].kind != LINT_CERTIFICATE)
            continue;
        X509 *candidate = decoded_certificate(objects->items[i].der);
        enum fit fit = candidate != NULL ? fit_of(candidate, object) : FIT_NONE;
        X509 *worse = fit > best_fit ? best : candidate;
        if (fit > best_fit) {
            best = candidate;
            best_fit = fit;
        }
        X509_free(worse);
    }
    return best;
}

/* --- the CRL --- */

static X509_NAME *name_of(struct bytes der)
{
    const unsigned char *at = der.data;
    return d2i_X509_NAME(NULL, &at, (long)der.length);
}

static bool issued_by(const struct lint_object *object, const X509_NAME *issuer)
{
    struct certificate_view view;
    if (issuer == NULL || object->kind != LINT_CERTIFICATE || !certificate_view_open(object->der, &view))
        return false;
    X509_NAME *name = name_of(view.issuer);
    bool same = name != NULL && X509_NAME_cmp(name, issuer) == 0;
    X509_NAME_free(name);
    return same;
}

/* Empty where the list is about others of the set. A list about none of them is not passed over in silence:
 * each is told that it is foreign. */
static struct bytes crl_for(const struct lint_objects *objects, size_t at, struct bytes crl)
{
    struct crl_view view;
    X509_NAME *issuer = crl_view_open(crl, &view) ? name_of(view.issuer) : NULL;
    bool own = issued_by(&objects->items[at], issuer);
    bool somebodys = own;
    for (size_t i = 0; !somebodys && i < objects->count; i++)
        somebodys = issued_by(&objects->items[i], issuer);
    X509_NAME_free(issuer);
    return own || !somebodys ? crl : (struct bytes){NULL, 0};
}

bool lint_one_of(const struct lint_objects *objects, size_t at, const struct lint_about *about,
                 struct findings *findings, bool *beside, struct ra_error *error)
{
    const struct lint_object *object = &objects->items[at];
    struct lint_about own = *about;
    X509 *found = NULL;
    if (objects->count > 1) {
        struct signed_object decoded = signed_object(object);
        const X509_NAME *name = issuer_name(&decoded);
        if (!bears_name(about->issuer, name))
            own.issuer = found =
                name != NULL && !signed_itself(&decoded) ? issuer_among(objects, at, &decoded) : NULL;
        own.crl = crl_for(objects, at, about->crl);
        X509_CRL_free(decoded.list);
        X509_free(decoded.certificate);
        ERR_clear_error();
    }
    *beside = own.issuer != NULL || object->kind == LINT_REQUEST;
    bool done = lint_object(object, &own, findings, error);
    X509_free(found);
    return done;
}
