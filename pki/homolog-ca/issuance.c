/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/issuance.h"

#include "pki/base/rsa_key.h"
#include "pki/homolog-ca/certificate_builder.h"
#include "pki/homolog-ca/expired.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { DAY_S = 86400 };

bool corruption_parse(const char *word, enum corruption *corruption)
{
    static const char *const words[] = {[CORRUPTION_NONE] = "none",
                                        [CORRUPTION_NAME] = "name",
                                        [CORRUPTION_KEY] = "key",
                                        [CORRUPTION_PROFILE] = "profile",
                                        [CORRUPTION_VALIDITY] = "validity",
                                        [CORRUPTION_ISSUER_OVER] = "issuer-over",
                                        [CORRUPTION_CHAIN_OVER] = "chain-over"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *corruption = (enum corruption)i;
            return true;
        }
    return false;
}

static bool refuse(struct ra_error *error, const char *why)
{
    return ra_fail_reason(error, RA_RULE_REFUSED, "ac-policy", "%s", why);
}

static bool choose_issuer(const struct hierarchy *hierarchy, const X509_NAME *asked,
                          enum authority_id *issuer, struct ra_error *error)
{
    *issuer = AUTHORITY_TISS;
    if (asked == NULL || X509_NAME_entry_count(asked) == 0)
        return true;
    for (int i = 0; i < AUTHORITY_COUNT; i++)
        if (AUTHORITIES[i].leaves != NULL &&
            X509_NAME_cmp(X509_get_subject_name(hierarchy->certificate[i]), asked) == 0) {
            *issuer = (enum authority_id)i;
            return true;
        }
    return refuse(error, "the issuer asked for does not issue holder certificates here");
}

static bool check_subject(const X509_NAME *subject, struct ra_error *error)
{
    char country[3] = "", common_name[65] = "";
    if (subject == NULL ||
        X509_NAME_get_text_by_NID(subject, NID_countryName, country, sizeof country) != 2 ||
        strcmp(country, "BR") != 0)
        return refuse(error, "subject: C=BR is required");
    if (X509_NAME_get_text_by_NID(subject, NID_commonName, common_name, sizeof common_name) < 1)
        return refuse(error, "subject: a common name is required");
    return true;
}

static bool check_key_usage(X509_EXTENSION *extension, struct ra_error *error)
{
    static const int ALLOWED = 0x80 | 0x40 | 0x20; /* digitalSignature, nonRepudiation, keyEncipherment */
    ASN1_BIT_STRING *usage = X509V3_EXT_d2i(extension);
    const unsigned char *bits = usage != NULL ? ASN1_STRING_get0_data(usage) : NULL;
    int length = usage != NULL ? ASN1_STRING_length(usage) : 0;
    bool ok = length == 1 && (bits[0] & 0x80) != 0 && (bits[0] & ~ALLOWED) == 0;
    ASN1_BIT_STRING_free(usage);
    return ok || refuse(error, "keyUsage: digitalSignature, with nonRepudiation and keyEncipherment at most");
}

static bool check_extended_usage(X509_EXTENSION *extension, struct ra_error *error)
{
    EXTENDED_KEY_USAGE *usages = X509V3_EXT_d2i(extension);
    bool ok = sk_ASN1_OBJECT_num(usages) > 0;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i));
        ok = ok && (nid == NID_client_auth || nid == NID_email_protect || nid == NID_ms_smartcard_login);
    }
    EXTENDED_KEY_USAGE_free(usages);
    return ok || refuse(error, "extendedKeyUsage: clientAuth, emailProtection and smart-card logon only");
}

static const struct leaf_policy *find_leaf(enum authority_id issuer, const ASN1_OBJECT *oid)
{
    char text[80];
    if (OBJ_obj2txt(text, sizeof text, oid, 1) <= 0)
        return NULL;
    for (const struct leaf_policy *leaf = AUTHORITIES[issuer].leaves; leaf->oid != NULL; leaf++)
        if (strcmp(leaf->oid, text) == 0)
            return leaf;
    return NULL;
}

static bool check_policies(X509_EXTENSION *extension, enum authority_id issuer,
                           const struct leaf_policy **leaf, struct ra_error *error)
{
    CERTIFICATEPOLICIES *policies = X509V3_EXT_d2i(extension);
    *leaf = sk_POLICYINFO_num(policies) == 1 ? find_leaf(issuer, sk_POLICYINFO_value(policies, 0)->policyid)
                                             : NULL;
    CERTIFICATEPOLICIES_free(policies);
    return *leaf != NULL || refuse(error, "certificatePolicies: exactly one policy of the issuing authority");
}

static bool check_alt_name(X509_EXTENSION *extension, struct ra_error *error)
{
    GENERAL_NAMES *names = X509V3_EXT_d2i(extension);
    bool ok = sk_GENERAL_NAME_num(names) > 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = sk_GENERAL_NAME_value(names, i)->type;
        ok = ok && (type == GEN_OTHERNAME || type == GEN_EMAIL);
    }
    GENERAL_NAMES_free(names);
    return ok || refuse(error, "subjectAltName: otherName and rfc822Name only");
}

static bool check_constraints(X509_EXTENSION *extension, struct ra_error *error)
{
    BASIC_CONSTRAINTS *constraints = X509V3_EXT_d2i(extension);
    bool ok = constraints != NULL && constraints->ca == 0 && constraints->pathlen == NULL;
    BASIC_CONSTRAINTS_free(constraints);
    return ok || refuse(error, "basicConstraints: CA:FALSE only");
}

static bool check_extension(X509_EXTENSION *extension, int nid, enum authority_id issuer,
                            const struct leaf_policy **leaf, struct ra_error *error)
{
    bool critical = X509_EXTENSION_get_critical(extension) == 1;
    if (critical != (nid == NID_key_usage) && nid != NID_basic_constraints)
        return refuse(error, "only keyUsage is critical");
    switch (nid) {
    case NID_key_usage:
        return check_key_usage(extension, error);
    case NID_ext_key_usage:
        return check_extended_usage(extension, error);
    case NID_certificate_policies:
        return check_policies(extension, issuer, leaf, error);
    case NID_subject_alt_name:
        return check_alt_name(extension, error);
    case NID_basic_constraints:
        return check_constraints(extension, error);
    default:
        return refuse(error, "an extension that the AR may not ask for");
    }
}

static bool check_extensions(const STACK_OF(X509_EXTENSION) *extensions, enum authority_id issuer,
                             const struct leaf_policy **leaf, struct ra_error *error)
{
    static const int REQUIRED[] = {NID_key_usage, NID_ext_key_usage, NID_certificate_policies,
                                   NID_subject_alt_name};
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
        X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509v3_get_ext_by_NID(extensions, nid, i) >= 0)
            return refuse(error, "an extension is there twice");
        if (!check_extension(extension, nid, issuer, leaf, error))
            return false;
    }
    for (size_t i = 0; i < sizeof REQUIRED / sizeof *REQUIRED; i++)
        if (X509v3_get_ext_by_NID(extensions, REQUIRED[i], -1) < 0)
            return refuse(error,
                          "keyUsage, extendedKeyUsage, certificatePolicies and subjectAltName are required");
    return true;
}

/* DOC-ICP-01.01: holder keys of A1, A3 and SE are RSA 2048 here, those of A4 RSA 4096; exponent 65537. */
static bool read_key(struct bytes spki, int bits, EVP_PKEY **key, struct ra_error *error)
{
    BIGNUM *exponent = NULL;
    *key = rsa_key_public(spki);
    bool ok = *key != NULL && EVP_PKEY_get_bits(*key) == bits &&
              EVP_PKEY_get_bn_param(*key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
              BN_is_word(exponent, RSA_F4) == 1;
    BN_free(exponent);
    if (ok)
        return true;
    EVP_PKEY_free(*key);
    *key = NULL;
    return refuse(error, "the public key must be RSA of the size of the policy, with exponent 65537");
}

static bool check_term(const struct hierarchy *hierarchy, enum authority_id issuer,
                       const struct leaf_policy *leaf, int64_t term_s, time_t now, struct ra_error *error)
{
    struct tm end = {0};
    int64_t longest = leaf == NULL ? 0 : ((int64_t)leaf->years * 366 + 1) * DAY_S;
    if (term_s < DAY_S || term_s > longest)
        return refuse(error, "the validity asked for is not that of the policy");
    if (ASN1_TIME_to_tm(X509_get0_notAfter(hierarchy->certificate[issuer]), &end) != 1 ||
        now + term_s > timegm(&end))
        return refuse(error, "the validity asked for goes beyond the issuer's");
    return true;
}

static bool replace_common_name(X509 *certificate, struct ra_error *error)
{
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    int at = name != NULL ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
    if (at >= 0)
        X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
    bool ok = at >= 0 && name_add(name, "CN", "NOME TROCADO PELA AC DE TESTE:00000000191", error) &&
              X509_set_subject_name(certificate, name) == 1;
    X509_NAME_free(name);
    return ok || ra_fail_crypto(error, "corrupt the name");
}

static bool replace_key(X509 *certificate, struct ra_error *error)
{
    EVP_PKEY *other = EVP_RSA_gen((unsigned)EVP_PKEY_get_bits(X509_get0_pubkey(certificate)));
    bool ok = other != NULL && X509_set_pubkey(certificate, other) == 1;
    EVP_PKEY_free(other);
    return ok || ra_fail_crypto(error, "corrupt the key");
}

/* The key that signs CMP messages is at hand for an authority that never was. */
static EVP_PKEY *signing_key(const struct hierarchy *hierarchy, enum authority_id issuer,
                             enum corruption corruption)
{
    return corruption == CORRUPTION_ISSUER_OVER ? hierarchy->cmp_key : hierarchy->key[issuer];
}

bool issuance_expired_issuer(const struct hierarchy *hierarchy, enum authority_id issuer,
                             enum corruption corruption, time_t now, X509 **certificate,
                             struct ra_error *error)
{
    return expired_copy(hierarchy->certificate[issuer], signing_key(hierarchy, issuer, corruption),
                        hierarchy->key[AUTHORITIES[issuer].issuer], now, certificate, error);
}

static bool move_to_expired_issuer(const struct hierarchy *hierarchy, enum authority_id issuer, time_t now,
                                   X509 *certificate, struct ra_error *error)
{
    X509 *expired = NULL;
    int at = X509_get_ext_by_NID(certificate, NID_authority_key_identifier, -1);
    if (at >= 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, at));
    bool ok = issuance_expired_issuer(hierarchy, issuer, CORRUPTION_ISSUER_OVER, now, &expired, error) &&
              builder_add_text(certificate, expired, NID_authority_key_identifier, "keyid:always", error);
    X509_free(expired);
    return ok;
}

static bool end_yesterday(X509 *certificate, time_t now, struct ra_error *error)
{
    return (ASN1_TIME_set(X509_getm_notBefore(certificate), now - (time_t)366 * DAY_S) != NULL &&
            ASN1_TIME_set(X509_getm_notAfter(certificate), now - DAY_S) != NULL) ||
           ra_fail_crypto(error, "corrupt the validity");
}

static bool corrupt(const struct hierarchy *hierarchy, enum authority_id issuer, time_t now,
                    X509 *certificate, enum corruption corruption, struct ra_error *error)
{
    static const char *const OTHER_POLICY[] = {"2.16.76.1.2.103.999999", NULL};
    switch (corruption) {
    case CORRUPTION_NONE:
    case CORRUPTION_CHAIN_OVER:
        return true;
    case CORRUPTION_NAME:
        return replace_common_name(certificate, error);
    case CORRUPTION_KEY:
        return replace_key(certificate, error);
    case CORRUPTION_PROFILE:
        return builder_add_policies(certificate, OTHER_POLICY, "http://dpc.teste.invalid/dpc.pdf", error);
    case CORRUPTION_VALIDITY:
        return end_yesterday(certificate, now, error);
    case CORRUPTION_ISSUER_OVER:
        return move_to_expired_issuer(hierarchy, issuer, now, certificate, error);
    }
    return refuse(error, "unknown corruption");
}

static bool assemble(const struct hierarchy *hierarchy, enum authority_id issuer,
                     const struct issuance_request *request, EVP_PKEY *key, time_t now,
                     enum corruption corruption, X509 **certificate, struct ra_error *error)
{
    X509 *authority = hierarchy->certificate[issuer], *made = NULL;
    bool ok = builder_begin(X509_get_subject_name(authority), request->subject, key, now,
                            now + (time_t)request->term_s, &made, error);
    for (int i = 0; ok && i < sk_X509_EXTENSION_num(request->extensions); i++)
        if (X509_add_ext(made, sk_X509_EXTENSION_value(request->extensions, i), -1) != 1)
            ok = ra_fail_crypto(error, "copy an extension");
    ok = ok && hierarchy_add_issuer_extensions(hierarchy, issuer, made, error) &&
         corrupt(hierarchy, issuer, now, made, corruption, error);
    if (ok && X509_sign(made, signing_key(hierarchy, issuer, corruption), EVP_sha256()) <= 0)
        ok = ra_fail_crypto(error, "sign the certificate");
    if (!ok) {
        X509_free(made);
        made = NULL;
    }
    *certificate = made;
    return ok;
}

bool issuance_make(const struct hierarchy *hierarchy, const struct ra_clock *clock,
                   const struct issuance_request *request, enum corruption corruption, X509 **certificate,
                   enum authority_id *issuer, struct ra_error *error)
{
    const struct leaf_policy *leaf = NULL;
    EVP_PKEY *key = NULL;
    time_t now = clock_now(clock);
    *certificate = NULL;
    bool ok = choose_issuer(hierarchy, request->issuer, issuer, error) &&
              check_subject(request->subject, error) &&
              check_extensions(request->extensions, *issuer, &leaf, error) &&
              check_term(hierarchy, *issuer, leaf, request->term_s, now, error) &&
              read_key(request->public_key, leaf != NULL ? leaf->key_bits : 0, &key, error) &&
              assemble(hierarchy, *issuer, request, key, now, corruption, certificate, error);
    EVP_PKEY_free(key);
    return ok;
}
