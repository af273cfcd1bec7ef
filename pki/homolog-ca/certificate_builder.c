/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/certificate_builder.h"

#include "pki/base/bytes.h"
#include "pki/homolog-ca/store.h"

#include <openssl/conf.h>
#include <string.h>

bool name_add(X509_NAME *name, const char *attribute, const char *value, struct ra_error *error)
{
    if (X509_NAME_add_entry_by_txt(name, attribute, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) !=
        1)
        return ra_fail_crypto(error, attribute);
    return true;
}

static bool set_serial(X509 *certificate)
{
    uint8_t serial[SERIAL_SIZE];
    if (!random_bytes(serial, sizeof serial))
        return false;
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40); /* positive, and always 16 bytes */
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

bool builder_begin(const X509_NAME *issuer, const X509_NAME *subject, EVP_PKEY *key, time_t not_before,
                   time_t not_after, X509 **certificate, struct ra_error *error)
{
    X509 *made = *certificate = X509_new();
    bool ok = made != NULL && X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made) &&
              X509_set_issuer_name(made, issuer) == 1 && X509_set_subject_name(made, subject) == 1 &&
              X509_set_pubkey(made, key) == 1 &&
              ASN1_TIME_set(X509_getm_notBefore(made), not_before) != NULL &&
              ASN1_TIME_set(X509_getm_notAfter(made), not_after) != NULL;
    if (ok)
        return true;
    X509_free(made);
    *certificate = NULL;
    return ra_fail_crypto(error, "begin a certificate");
}

bool builder_add_text(X509 *certificate, X509 *issuer, int nid, const char *value, struct ra_error *error)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer != NULL ? issuer : certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    bool ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok || ra_fail_crypto(error, OBJ_nid2sn(nid));
}

static POLICYINFO *new_policy(const char *oid, const char *cps)
{
    POLICYINFO *policy = POLICYINFO_new();
    POLICYQUALINFO *qualifier = POLICYQUALINFO_new();
    bool ok = policy != NULL && qualifier != NULL;
    if (ok) {
        ASN1_OBJECT_free(policy->policyid);
        policy->policyid = OBJ_txt2obj(oid, 1);
        qualifier->pqualid = OBJ_nid2obj(NID_id_qt_cps);
        qualifier->d.cpsuri = ASN1_IA5STRING_new();
        policy->qualifiers = sk_POLICYQUALINFO_new_null();
        ok = policy->policyid != NULL && qualifier->pqualid != NULL && qualifier->d.cpsuri != NULL &&
             policy->qualifiers != NULL && ASN1_STRING_set(qualifier->d.cpsuri, cps, -1) == 1 &&
             sk_POLICYQUALINFO_push(policy->qualifiers, qualifier) > 0;
    }
    if (ok)
        return policy;
    POLICYQUALINFO_free(qualifier);
    POLICYINFO_free(policy);
    return NULL;
}

bool builder_add_policies(X509 *certificate, const char *const *oids, const char *cps, struct ra_error *error)
{
    CERTIFICATEPOLICIES *policies = sk_POLICYINFO_new_null();
    bool ok = policies != NULL;
    for (size_t i = 0; ok && oids[i] != NULL; i++) {
        POLICYINFO *policy = new_policy(oids[i], cps);
        ok = policy != NULL && sk_POLICYINFO_push(policies, policy) > 0;
        if (!ok)
            POLICYINFO_free(policy);
    }
    ok = ok && X509_add1_ext_i2d(certificate, NID_certificate_policies, policies, 0, X509V3_ADD_REPLACE) == 1;
    CERTIFICATEPOLICIES_free(policies);
    return ok || ra_fail_crypto(error, "certificatePolicies");
}

bool builder_push_text_name(GENERAL_NAMES *names, int type, const char *value, struct ra_error *error)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    if (name == NULL || text == NULL || ASN1_STRING_set(text, value, -1) != 1) {
        GENERAL_NAME_free(name);
        ASN1_IA5STRING_free(text);
        return ra_fail_crypto(error, "GeneralName");
    }
    GENERAL_NAME_set0_value(name, type, text);
    if (sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return ra_fail_crypto(error, "GeneralName");
}

bool builder_push_other_name(GENERAL_NAMES *names, const char *oid, const char *value, struct ra_error *error)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OBJECT *type = OBJ_txt2obj(oid, 1);
    ASN1_STRING *text = ASN1_STRING_type_new(V_ASN1_OCTET_STRING);
    ASN1_TYPE *wrapped = ASN1_TYPE_new();
    if (name == NULL || type == NULL || text == NULL || wrapped == NULL ||
        ASN1_STRING_set(text, value, -1) != 1) {
        GENERAL_NAME_free(name);
        ASN1_OBJECT_free(type);
        ASN1_STRING_free(text);
        ASN1_TYPE_free(wrapped);
        return ra_fail_crypto(error, "otherName");
    }
    ASN1_TYPE_set(wrapped, V_ASN1_OCTET_STRING, text);
    if (GENERAL_NAME_set0_othername(name, type, wrapped) != 1) {
        GENERAL_NAME_free(name);
        ASN1_OBJECT_free(type);
        ASN1_TYPE_free(wrapped);
        return ra_fail_crypto(error, "otherName");
    }
    if (sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return ra_fail_crypto(error, "otherName");
}

static DIST_POINT *new_distribution_point(const char *address, struct ra_error *error)
{
    DIST_POINT *point = DIST_POINT_new();
    bool ok = point != NULL && (point->distpoint = DIST_POINT_NAME_new()) != NULL &&
              (point->distpoint->name.fullname = GENERAL_NAMES_new()) != NULL;
    if (ok) {
        point->distpoint->type = 0; /* fullName */
        ok = builder_push_text_name(point->distpoint->name.fullname, GEN_URI, address, error);
    }
    if (ok)
        return point;
    DIST_POINT_free(point);
    return NULL;
}

bool builder_add_crl_points(X509 *certificate, const char *const *addresses, struct ra_error *error)
{
    CRL_DIST_POINTS *points = sk_DIST_POINT_new_null();
    bool ok = points != NULL;
    for (size_t i = 0; ok && addresses[i] != NULL; i++) {
        DIST_POINT *point = new_distribution_point(addresses[i], error);
        ok = point != NULL && sk_DIST_POINT_push(points, point) > 0;
        if (!ok)
            DIST_POINT_free(point);
    }
    ok =
        ok && X509_add1_ext_i2d(certificate, NID_crl_distribution_points, points, 0, X509V3_ADD_DEFAULT) == 1;
    CRL_DIST_POINTS_free(points);
    return ok || ra_fail_crypto(error, "cRLDistributionPoints");
}

static bool push_access(AUTHORITY_INFO_ACCESS *list, int method, const char *address)
{
    ACCESS_DESCRIPTION *access = ACCESS_DESCRIPTION_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    bool ok = access != NULL && text != NULL && ASN1_STRING_set(text, address, -1) == 1;
    if (ok) {
        access->method = OBJ_nid2obj(method);
        GENERAL_NAME_set0_value(access->location, GEN_URI, text);
        text = NULL;
        ok = sk_ACCESS_DESCRIPTION_push(list, access) > 0;
    }
    if (!ok)
        ACCESS_DESCRIPTION_free(access);
    ASN1_IA5STRING_free(text);
    return ok;
}

bool builder_add_access(X509 *certificate, const char *chain, const char *responder, struct ra_error *error)
{
    AUTHORITY_INFO_ACCESS *list = sk_ACCESS_DESCRIPTION_new_null();
    bool ok = list != NULL && push_access(list, NID_ad_ca_issuers, chain) &&
              push_access(list, NID_ad_OCSP, responder) &&
              X509_add1_ext_i2d(certificate, NID_info_access, list, 0, X509V3_ADD_DEFAULT) == 1;
    AUTHORITY_INFO_ACCESS_free(list);
    return ok || ra_fail_crypto(error, "authorityInfoAccess");
}
