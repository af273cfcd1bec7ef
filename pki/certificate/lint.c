/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of profile_check.h that need no order.
 */
#include "pki/certificate/identifiers.h"
#include "pki/certificate/profile_check.h"
#include "pki/certificate/reader.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

enum {
    RSA_BITS_MIN = 2048,
    PUBLIC_EXPONENT = 65537,
    CRL_ADDRESSES = 2,
    POLICY_ARCS = 7,
    SERIAL_BYTES_MAX = 20,
};

static const char source_form[] = "DOC-ICP-04 7.1.1";
static const char source_algorithm[] = "DOC-ICP-01.01";
static const char source_extensions[] = "DOC-ICP-04 7.1.2.2";
static const char source_key_usage[] = "DOC-ICP-04 7.1.2.7";
static const char source_san[] = "DOC-ICP-04 7.1.2.3";
static const char source_name[] = "DOC-ICP-04 7.1.4.1";
static const char source_layout[] = "Leiaute AC-RFB 5.0";

static void lint_form(const X509 *certificate, struct findings *findings)
{
    if (X509_get_version(certificate) != X509_VERSION_3)
        findings_add(findings, FINDING_ERROR, "version", source_form, "O certificado não é da versão 3.");
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    if (number == NULL || BN_is_zero(number) || BN_is_negative(number) ||
        BN_num_bytes(number) > SERIAL_BYTES_MAX)
        findings_add(findings, FINDING_ERROR, "serial", "RFC 5280 4.1.2.2",
                     "O número de série precisa ser positivo e ter até 20 bytes.");
    BN_free(number);
    if (ASN1_TIME_compare(X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)) != -1)
        findings_add(findings, FINDING_ERROR, "validity", "RFC 5280 4.1.2.5",
                     "A validade termina antes de começar, ou não pôde ser lida.");
}

static void lint_signature_algorithm(const X509 *certificate, struct findings *findings)
{
    int algorithm = X509_get_signature_nid(certificate);
    if (algorithm == NID_sha256WithRSAEncryption || algorithm == NID_sha512WithRSAEncryption)
        return;
    findings_add(findings, FINDING_ERROR, "signature-algorithm", source_algorithm,
                 "A AC assinou com %s; espera-se RSA com SHA-256 ou SHA-512.", OBJ_nid2sn(algorithm));
}

static void lint_public_key(X509 *certificate, struct findings *findings)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
        findings_add(findings, FINDING_ERROR, "key-algorithm", source_algorithm, "A chave não é RSA.");
        return;
    }
    int bits = EVP_PKEY_get_bits(key);
    if (bits < RSA_BITS_MIN)
        findings_add(findings, FINDING_ERROR, "key-size", source_algorithm,
                     "A chave RSA tem %d bits; o mínimo é %d.", bits, RSA_BITS_MIN);
    BIGNUM *exponent = NULL;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1 ||
        BN_is_word(exponent, PUBLIC_EXPONENT) != 1)
        findings_add(findings, FINDING_ERROR, "key-exponent", source_algorithm,
                     "O expoente público da chave não é 65537.");
    BN_free(exponent);
}

static bool may_be_critical(int nid)
{
    return nid == NID_key_usage || nid == NID_basic_constraints || nid == NID_ext_key_usage ||
           nid == NID_subject_alt_name || nid == NID_certificate_policies;
}

static void lint_criticality(const X509_EXTENSION *extension, int nid, const char *name,
                             struct findings *findings)
{
    bool critical = X509_EXTENSION_get_critical(extension) == 1;
    if (nid == NID_key_usage && !critical)
        findings_add(findings, FINDING_ERROR, "key-usage-critical", source_key_usage,
                     "A extensão keyUsage precisa ser crítica.");
    if (critical && !may_be_critical(nid))
        findings_add(findings, FINDING_ERROR, "critical-extension", "RFC 5280 4.2",
                     "A extensão %s não pode ser crítica neste certificado.", name);
    else if (critical && nid != NID_key_usage && nid != NID_basic_constraints)
        findings_add(findings, FINDING_WARNING, "criticality", source_extensions,
                     "A extensão %s veio como crítica; o leiaute a quer não crítica.", name);
}

static void lint_every_extension(const X509 *certificate, struct findings *findings)
{
    for (int i = 0; i < X509_get_ext_count(certificate); i++) {
        X509_EXTENSION *extension = X509_get_ext(certificate, i);
        const ASN1_OBJECT *type = X509_EXTENSION_get_object(extension);
        char name[80];
        OBJ_obj2txt(name, sizeof name, type, 0);
        lint_criticality(extension, OBJ_obj2nid(type), name, findings);
        if (X509_get_ext_by_OBJ(certificate, type, i) >= 0)
            findings_add(findings, FINDING_ERROR, "duplicate-extension", "RFC 5280 4.2",
                         "A extensão %s aparece mais de uma vez.", name);
    }
}

static void lint_key_usage(X509 *certificate, struct findings *findings)
{
    const uint32_t expected = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION | KU_KEY_ENCIPHERMENT;
    if (X509_get_ext_by_NID(certificate, NID_key_usage, -1) < 0 ||
        X509_get_key_usage(certificate) != expected)
        findings_add(findings, FINDING_ERROR, "key-usage", source_key_usage,
                     "keyUsage precisa ter digitalSignature, nonRepudiation e keyEncipherment, e só eles.");
}

static void lint_extended_key_usage(const X509 *certificate, struct findings *findings)
{
    EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    bool client = false;
    bool email = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usage); i++) {
        char name[80];
        int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, i));
        client = client || nid == NID_client_auth;
        email = email || nid == NID_email_protect;
        if (nid == NID_client_auth || nid == NID_email_protect)
            continue;
        OBJ_obj2txt(name, sizeof name, sk_ASN1_OBJECT_value(usage, i), 0);
        findings_add(findings, nid == NID_ms_smartcard_login ? FINDING_WARNING : FINDING_ERROR,
                     "extended-key-usage-extra", source_key_usage, "extendedKeyUsage traz também %s.", name);
    }
    EXTENDED_KEY_USAGE_free(usage);
    if (!client || !email)
        findings_add(findings, FINDING_ERROR, "extended-key-usage", source_key_usage,
                     "extendedKeyUsage precisa ter clientAuth e emailProtection.");
}

/* One of the arcs of holder policies, with exactly one number more. */
static bool is_holder_policy(const char *oid)
{
    static const char arc[] = "2.16.76.1.2.";
    size_t dots = 0;
    for (const char *c = oid; *c != '\0'; c++)
        dots += *c == '.' ? 1 : 0;
    return strncmp(oid, arc, sizeof arc - 1) == 0 && dots == POLICY_ARCS - 1;
}

static bool has_cps(const POLICYINFO *policy)
{
    for (int i = 0; i < sk_POLICYQUALINFO_num(policy->qualifiers); i++)
        if (OBJ_obj2nid(sk_POLICYQUALINFO_value(policy->qualifiers, i)->pqualid) == NID_id_qt_cps)
            return true;
    return false;
}

static void lint_policies(const X509 *certificate, struct findings *findings)
{
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    if (sk_POLICYINFO_num(policies) != 1) {
        findings_add(findings, FINDING_ERROR, "policy-count", source_extensions,
                     "certificatePolicies precisa ter exatamente uma política.");
        CERTIFICATEPOLICIES_free(policies);
        return;
    }
    char oid[80];
    const POLICYINFO *policy = sk_POLICYINFO_value(policies, 0);
    OBJ_obj2txt(oid, sizeof oid, policy->policyid, 1);
    if (!is_holder_policy(oid))
        findings_add(findings, FINDING_ERROR, "policy-arc", "DOC-ICP-04 1.2.2",
                     "A política %s não é de certificado de titular da ICP-Brasil.", oid);
    if (!has_cps(policy))
        findings_add(findings, FINDING_WARNING, "policy-cps", source_extensions,
                     "A política não traz o endereço da DPC.");
    CERTIFICATEPOLICIES_free(policies);
}

static bool has_address(const DIST_POINT *point)
{
    if (point->distpoint == NULL || point->distpoint->type != 0)
        return false;
    const GENERAL_NAMES *names = point->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        if (sk_GENERAL_NAME_value(names, i)->type == GEN_URI)
            return true;
    return false;
}

static void lint_crl_points(const X509 *certificate, struct findings *findings)
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    int addresses = 0;
    for (int i = 0; i < sk_DIST_POINT_num(points); i++)
        addresses += has_address(sk_DIST_POINT_value(points, i)) ? 1 : 0;
    CRL_DIST_POINTS_free(points);
    if (addresses < CRL_ADDRESSES)
        findings_add(findings, FINDING_WARNING, "crl-points", source_extensions,
                     "Há %d endereços de LCR; a norma pede dois.", addresses);
}

static void lint_authority_access(const X509 *certificate, struct findings *findings)
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++)
        found = found || OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(access, i)->method) == NID_ad_ca_issuers;
    AUTHORITY_INFO_ACCESS_free(access);
    if (!found)
        findings_add(findings, FINDING_WARNING, "ca-issuers", source_extensions,
                     "authorityInfoAccess não traz o endereço da cadeia (caIssuers).");
}

static void lint_authority_key(const X509 *certificate, struct findings *findings)
{
    AUTHORITY_KEYID *authority = X509_get_ext_d2i(certificate, NID_authority_key_identifier, NULL, NULL);
    if (authority == NULL || authority->keyid == NULL)
        findings_add(findings, FINDING_ERROR, "authority-key", source_extensions,
                     "authorityKeyIdentifier está ausente ou sem keyIdentifier.");
    AUTHORITY_KEYID_free(authority);
}

static void lint_basic_constraints(const X509 *certificate, struct findings *findings)
{
    int critical = -1;
    BASIC_CONSTRAINTS *constraints = X509_get_ext_d2i(certificate, NID_basic_constraints, &critical, NULL);
    if (constraints == NULL && critical != -1)
        findings_add(findings, FINDING_ERROR, "basic-constraints", source_extensions,
                     "basicConstraints está malformado ou repetido.");
    if (constraints != NULL && constraints->ca != 0)
        findings_add(findings, FINDING_ERROR, "basic-constraints", source_extensions,
                     "Um certificado de titular não pode ser de AC.");
    BASIC_CONSTRAINTS_free(constraints);
}

static void lint_cpf(const struct certificate_reading *reading, struct findings *findings)
{
    char cpf[CPF_SIZE];
    struct field_problem problem;
    if (!cpf_normalise(reading->data.cpf, cpf, &problem))
        findings_add(findings, FINDING_ERROR, "san-cpf", source_san, "CPF no subjectAltName: %s",
                     problem.message);
    if (reading->data.birth_date[0] == '\0')
        findings_add(findings, FINDING_ERROR, "san-birth-date", source_san,
                     "O subjectAltName não traz a data de nascimento.");
}

static void lint_cnpj(const struct certificate_reading *reading, bool new_layout, struct findings *findings)
{
    char cnpj[CNPJ_SIZE];
    struct field_problem problem;
    if (!cnpj_normalise(reading->data.cnpj, cnpj, &problem) || strcmp(cnpj, reading->data.cnpj) != 0)
        findings_add(findings, FINDING_ERROR, "san-cnpj", source_san,
                     "O CNPJ no subjectAltName está ausente ou não existe.");
    if (new_layout)
        return;
    if (!reading->has_responsible)
        findings_add(findings, FINDING_ERROR, "san-responsible", source_san,
                     "O subjectAltName não traz os dados do responsável (2.16.76.1.3.4).");
    if (reading->data.name[0] == '\0')
        findings_add(findings, FINDING_ERROR, "san-responsible-name", source_san,
                     "O subjectAltName não traz o nome do responsável (2.16.76.1.3.2).");
}

static void lint_identity(const struct certificate_reading *reading, struct findings *findings)
{
    for (size_t i = 0; i < reading->notes->count; i++) {
        const struct finding *note = &reading->notes->items[i];
        findings_add(findings, note->severity, note->code, note->source, "%s", note->detail);
    }
    if (!reading->has_person && !reading->has_cnpj) {
        findings_add(findings, FINDING_ERROR, "san-identity", source_san,
                     "O subjectAltName não traz o campo 2.16.76.1.3.1 nem o 2.16.76.1.3.3.");
        return;
    }
    /* The new layout says who it is in the attribute serialNumber and keeps one otherName. */
    bool new_layout = reading->subject_serial[0] != '\0';
    if (reading->has_person || !new_layout)
        lint_cpf(reading, findings);
    if (reading->has_cnpj)
        lint_cnpj(reading, new_layout, findings);
    if (reading->data.email[0] == '\0')
        findings_add(findings, FINDING_ERROR, "san-email", source_san, "O subjectAltName não traz o e-mail.");
    const char *number = reading->has_cnpj ? reading->data.cnpj : reading->data.cpf;
    if (number[0] != '\0' && strcmp(reading->common_name_number, number) != 0)
        findings_add(findings, FINDING_ERROR, "common-name", source_layout,
                     "O CN não termina com o número do titular depois dos dois-pontos.");
    if (strlen(reading->common_name) >= COMMON_NAME_SIZE)
        findings_add(findings, FINDING_ERROR, "common-name", source_name, "O CN passa de 64 caracteres.");
}

bool certificate_lint(X509 *certificate, struct findings *findings, struct ra_error *error)
{
    struct certificate_reading *reading;
    if (!certificate_read(NULL, certificate, &reading, error))
        return false;
    lint_form(certificate, findings);
    lint_signature_algorithm(certificate, findings);
    lint_public_key(certificate, findings);
    lint_every_extension(certificate, findings);
    lint_key_usage(certificate, findings);
    lint_extended_key_usage(certificate, findings);
    lint_policies(certificate, findings);
    lint_crl_points(certificate, findings);
    lint_authority_access(certificate, findings);
    lint_authority_key(certificate, findings);
    lint_basic_constraints(certificate, findings);
    lint_identity(reading, findings);
    talloc_free(reading);
    ERR_clear_error();
    return true;
}
