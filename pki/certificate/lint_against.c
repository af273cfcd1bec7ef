/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate against what stands beside it: its AC, that AC's CRL, the product it was sold as. Here
 * signatures are verified, so OpenSSL's objects are built.
 */
#include "pki/certificate/lint_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

static bool lists_policy(const X509 *certificate, const ASN1_OBJECT *policy)
{
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++)
        found = found || OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid, policy) == 0;
    CERTIFICATEPOLICIES_free(policies);
    return found;
}

/* The AC lists the leaf's policy: no explicit policy is asked of path validation, which real paths would
 * fail. */
static void lint_issuer_policy(X509 *certificate, X509 *issuer, struct findings *findings)
{
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        char text[80];
        const ASN1_OBJECT *policy = sk_POLICYINFO_value(policies, i)->policyid;
        if (lists_policy(issuer, policy))
            continue;
        OBJ_obj2txt(text, sizeof text, policy, 1);
        findings_add(findings, FINDING_RULE_ISSUER_POLICY, "A AC não está habilitada para a política %s.",
                     text);
    }
    CERTIFICATEPOLICIES_free(policies);
}

static bool is_authority(X509 *issuer)
{
    return (X509_get_extension_flags(issuer) & EXFLAG_CA) != 0 &&
           (X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) != 0;
}

void lint_against_issuer(X509 *certificate, X509 *issuer, struct findings *findings)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0)
        findings_add(findings, FINDING_RULE_ISSUER_NAME, "O emissor do certificado não é esta AC.");
    if (key == NULL || X509_verify(certificate, key) != 1)
        findings_add(findings, FINDING_RULE_ISSUER_SIGNATURE, "A assinatura do certificado não é desta AC.");
    const ASN1_OCTET_STRING *authority = X509_get0_authority_key_id(certificate);
    const ASN1_OCTET_STRING *subject = X509_get0_subject_key_id(issuer);
    if (authority == NULL || subject == NULL || ASN1_OCTET_STRING_cmp(authority, subject) != 0)
        findings_add(findings, FINDING_RULE_ISSUER_KEY,
                     "authorityKeyIdentifier não é o identificador da chave da AC.");
    if (!is_authority(issuer))
        findings_add(findings, FINDING_RULE_ISSUER_NO_AUTHORITY, "Quem assinou não é uma AC.");
    if (ASN1_TIME_compare(X509_get0_notAfter(certificate), X509_get0_notAfter(issuer)) == 1)
        findings_add(findings, FINDING_RULE_ISSUER_OUTLIVED,
                     "O certificado vale por mais tempo que o da AC.");
    if ((X509_get_extension_flags(certificate) & EXFLAG_CA) ==
        0) /* an AC lists other policies than those above */
        lint_issuer_policy(certificate, issuer, findings);
    ERR_clear_error();
}

void lint_crl_against(struct bytes der, X509 *issuer, struct findings *findings)
{
    const unsigned char *at = der.data;
    X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)der.length);
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    AUTHORITY_KEYID *authority =
        list != NULL ? X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, NULL, NULL) : NULL;
    const ASN1_OCTET_STRING *subject = X509_get0_subject_key_id(issuer);
    if (list == NULL)
        findings_add(findings, FINDING_RULE_ENCODING, "A LCR não pôde ser lida.");
    else if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) != 0)
        findings_add(findings, FINDING_RULE_ISSUER_NAME, "O emissor da LCR não é esta AC.");
    if (list != NULL && (key == NULL || X509_CRL_verify(list, key) != 1))
        findings_add(findings, FINDING_RULE_ISSUER_SIGNATURE, "A assinatura da LCR não é desta AC.");
    if (authority != NULL && authority->keyid != NULL &&
        (subject == NULL || ASN1_OCTET_STRING_cmp(authority->keyid, subject) != 0))
        findings_add(findings, FINDING_RULE_ISSUER_KEY,
                     "authorityKeyIdentifier da LCR não é o identificador da chave da AC.");
    if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
        findings_add(findings, FINDING_RULE_ISSUER_NO_AUTHORITY, "Quem assinou a LCR não pode assinar LCR.");
    AUTHORITY_KEYID_free(authority);
    X509_CRL_free(list);
    ERR_clear_error();
}

static void lint_revocation(X509 *certificate, const struct lint_about *about, struct findings *findings)
{
    const struct bytes crl = about->crl;
    time_t now = about->now;
    const unsigned char *at = crl.data;
    X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)crl.length);
    X509_REVOKED *entry = NULL;
    if (list == NULL || X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) != 0) {
        findings_add(findings, FINDING_RULE_CRL_FOREIGN, "A LCR não é da AC que emitiu o certificado.");
        X509_CRL_free(list);
        ERR_clear_error();
        return;
    }
    if (about->issuer != NULL && X509_CRL_verify(list, X509_get0_pubkey(about->issuer)) != 1) {
        findings_add(findings, FINDING_RULE_CRL_FOREIGN,
                     "A assinatura da LCR não é da AC: não se sabe se o certificado foi revogado.");
        X509_CRL_free(list);
        return;
    }
    if (X509_CRL_get0_by_cert(list, &entry, certificate) == 1)
        findings_add(findings, FINDING_RULE_REVOKED, "O certificado está na LCR: foi revogado.");
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
    if (now != 0 && (next == NULL || X509_cmp_time(next, &now) < 0))
        findings_add(findings, FINDING_RULE_CRL_EXPIRED, "A LCR está vencida: não se sabe se foi revogado.");
    X509_CRL_free(list);
}

static void lint_product(const struct lint *lint)
{
    const struct certificate_profile *profile = lint->about->profile;
    const struct view_extension *policies = certificate_view_find(&lint->view->extensions, OID_POLICIES);
    char oid[OID_TEXT_SIZE] = "";
    struct der outer = der_over(policies != NULL ? policies->value : (struct bytes){NULL, 0});
    struct der list, policy;
    struct der_element type;
    if (der_enter(&outer, DER_SEQUENCE, &list) && der_enter(&list, DER_SEQUENCE, &policy) &&
        der_take(&policy, DER_OID, &type))
        oid_text(type.content, oid);
    if (strcmp(oid, profile->policy_oid) != 0)
        findings_add(lint->findings, FINDING_RULE_POLICY,
                     "A política do certificado não é a do produto (%s).", profile->policy_oid);
    if (!profile_key_bits_allowed(profile, lint->rsa_bits))
        findings_add(lint->findings, FINDING_RULE_KEY_BITS,
                     "O perfil não admite esta chave (RSA de %u bits).", lint->rsa_bits);
    if (lint->has_cnpj != (profile->holder == CERTIFICATE_HOLDER_COMPANY))
        findings_add(lint->findings, FINDING_RULE_POLICY_HOLDER, "O produto %s é para outro tipo de titular.",
                     profile->id);
    if ((lint->subject_number[0] != '\0') != (profile->layout == PROFILE_LAYOUT_NEW))
        findings_add(lint->findings, FINDING_RULE_SUBJECT_SERIAL, "O nome não segue o leiaute do produto %s.",
                     profile->id);
}

bool lint_against(const struct lint *lint, struct bytes der)
{
    const struct lint_about *about = lint->about;
    if (about->profile != NULL && lint->kind == SUBJECT_HOLDER)
        lint_product(lint);
    if (about->issuer == NULL && about->crl.length == 0)
        return true;
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    if (certificate == NULL) {
        ERR_clear_error();
        findings_add(lint->findings, FINDING_RULE_ENCODING, "O certificado não pôde ser lido.");
        return true;
    }
    if (about->issuer != NULL)
        lint_against_issuer(certificate, about->issuer, lint->findings);
    if (about->crl.length > 0)
        lint_revocation(certificate, about, lint->findings);
    X509_free(certificate);
    ERR_clear_error();
    return true;
}
