/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/lint.h"

#include "pki/certificate/lint_internal.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

bool lint_certificate(struct bytes der, const struct lint_about *about, struct findings *findings,
                      struct ra_error *error)
{
    struct certificate_view view;
    struct lint lint = {.about = about, .findings = findings, .error = error, .view = &view};
    if (!certificate_view_open(der, &view)) {
        findings_add(findings, FINDING_RULE_ENCODING, "Isto não é um certificado X.509 bem formado.");
        return true;
    }
    lint.kind = lint_subject_kind(&view);
    lint.policy = lint_policy_type(&view);
    if (!lint_key(view.spki, about, lint.kind, lint.policy, &lint.rsa_bits, findings, error))
        return false;
    lint_form(&lint);
    lint_subject(&lint);
    lint_alt_name(&lint);
    lint_extensions(&lint);
    return lint_against(&lint, der);
}

/* --- requests --- */

static void lint_attributes(struct bytes attributes, struct findings *findings)
{
    struct der list = der_over(attributes);
    struct der fields;
    struct der_element type;
    while (!der_done(&list)) {
        if (!der_enter(&list, DER_SEQUENCE, &fields) || !der_take(&fields, DER_OID, &type)) {
            findings_add(findings, FINDING_RULE_ENCODING, "Os atributos do pedido estão malformados.");
            return;
        }
        if (oid_known(type.content) == OID_CHALLENGE_PASSWORD)
            findings_add(findings, FINDING_RULE_REQUEST_PASSWORD,
                         "O pedido traz uma senha (challengePassword) à vista.");
        if (oid_known(type.content) == OID_EXTENSION_REQUEST)
            findings_add(findings, FINDING_RULE_REQUEST_IGNORED,
                         "O pedido traz extensões: não são usadas, valem os dados aprovados.");
    }
}

/* A request's signature proves possession and goes nowhere: what the AR accepts there (csr.h) is one more
 * than DOC-ICP-01.01 lists, because Java signs so with large keys. */
static void lint_request_algorithm(struct bytes algorithm, struct findings *findings)
{
    struct bytes type, parameters;
    if (!algorithm_view_open(algorithm, &type, &parameters) || oid_known(type) != OID_SHA384_RSA)
        lint_signature_algorithms(algorithm, algorithm, findings);
}

/* The proof of possession, where this library can work with the algorithm. */
static void lint_possession(struct bytes der, struct findings *findings)
{
    const unsigned char *at = der.data;
    X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.length);
    EVP_PKEY *key = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;
    if (request == NULL)
        findings_add(findings, FINDING_RULE_ENCODING, "O pedido não pôde ser lido.");
    else if (key != NULL && X509_REQ_verify(request, key) != 1)
        findings_add(findings, FINDING_RULE_REQUEST_SIGNATURE,
                     "A assinatura do pedido não confere com a chave que ele traz.");
    X509_REQ_free(request);
    ERR_clear_error();
}

bool lint_request(struct bytes der, const struct lint_about *about, struct findings *findings,
                  struct ra_error *error)
{
    struct request_view view;
    unsigned bits = 0;
    if (!request_view_open(der, &view)) {
        findings_add(findings, FINDING_RULE_ENCODING, "Isto não é um pedido PKCS#10 bem formado.");
        return true;
    }
    if (view.version != 1)
        findings_add(findings, FINDING_RULE_ENCODING, "O pedido não é da versão 1.");
    lint_request_algorithm(view.outer_algorithm, findings);
    lint_signature_bits(view.signature, findings);
    lint_attributes(view.attributes, findings);
    if (!lint_key(view.spki, about, SUBJECT_HOLDER, 0, &bits, findings, error))
        return false;
    if (about->profile != NULL && !profile_key_bits_allowed(about->profile, bits))
        findings_add(findings, FINDING_RULE_KEY_BITS, "O perfil não admite esta chave (RSA de %u bits).",
                     bits);
    lint_possession(der, findings);
    return true;
}

/* --- files --- */

const char *lint_kind_word(enum lint_kind kind)
{
    switch (kind) {
    case LINT_CERTIFICATE:
        return "certificate";
    case LINT_REQUEST:
        return "request";
    case LINT_CRL:
        return "crl";
    }
    return "";
}

bool lint_object(const struct lint_object *object, const struct lint_about *about, struct findings *findings,
                 struct ra_error *error)
{
    switch (object->kind) {
    case LINT_CERTIFICATE:
        return lint_certificate(object->der, about, findings, error);
    case LINT_REQUEST:
        return lint_request(object->der, about, findings, error);
    case LINT_CRL:
        return lint_crl(object->der, about, findings, error);
    }
    return false;
}
