/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Extensions: which are there, how often, how critical, and what they say. The subjectAltName and the
 * addresses have their own files.
 */
#include "pki/certificate/lint_internal.h"

#include <string.h>

enum {
    KEY_USAGE_HOLDER = 0xe0,  /* digitalSignature, nonRepudiation, keyEncipherment */
    KEY_USAGE_SIGNING = 0xc0, /* the first two */
    KEY_USAGE_RESPONDER = 0x80,
    KEY_USAGE_AUTHORITY = 0x06, /* keyCertSign, cRLSign */
    KEY_USAGE_CERT_SIGN = 0x04,
    KEY_ID = 0x80,
    POLICY_ARCS = 7,
};

bool lint_enter(struct bytes value, struct der *inner)
{
    struct der outer = der_over(value);
    return der_enter(&outer, DER_SEQUENCE, inner) && der_done(&outer);
}

void lint_malformed(const struct lint *lint, const char *name)
{
    findings_add(lint->findings, FINDING_RULE_EXTENSION_FORM, "A extensão %s está malformada.", name);
}

/* First octet of the bits of keyUsage; -1 when it is no such thing. Decipher-only is the ninth bit: never
 * ours. */
static int key_usage_bits(struct bytes value)
{
    struct der outer = der_over(value);
    struct der_element bits;
    if (!der_take(&outer, DER_BIT_STRING, &bits) || !der_done(&outer) || bits.content.length != 2 ||
        bits.content.data[0] > 7)
        return -1;
    return bits.content.data[1];
}

/* X.690 11.2.2: no zeros after the last bit of a list of named bits. */
static bool key_usage_shortest(struct bytes value)
{
    unsigned unused = 0;
    while (unused < 7 && (value.data[3] >> unused & 1U) == 0)
        unused++;
    return value.data[2] == unused;
}

/* cA of basicConstraints; false also for what cannot be read. *path is the pathLenConstraint, -1 without one.
 */
static bool read_constraints(struct bytes value, bool *authority, int *path)
{
    struct der fields;
    struct der_element flag, number;
    *authority = false;
    *path = -1;
    if (!lint_enter(value, &fields))
        return false;
    if (der_peek(&fields) == DER_BOOLEAN) {
        if (!der_take(&fields, DER_BOOLEAN, &flag) || flag.content.length != 1 ||
            flag.content.data[0] != 0xff)
            return false;
        *authority = true;
    }
    if (der_peek(&fields) == DER_INTEGER) {
        if (!der_take(&fields, DER_INTEGER, &number) || number.content.length != 1 ||
            number.content.data[0] > 0x7f)
            return false;
        *path = number.content.data[0];
    }
    return der_done(&fields);
}

/* --- what kind of subject it is --- */

static bool names_a_holder(const struct certificate_view *view)
{
    static const uint8_t icp_names[] = {DER_OID, 5, 0x60, 0x4c, 0x01, 0x03};
    const struct view_extension *names = certificate_view_find(&view->extensions, OID_ALT_NAME);
    for (size_t i = 0; names != NULL && i + sizeof icp_names < names->value.length; i++)
        if (memcmp(names->value.data + i, icp_names, sizeof icp_names) == 0)
            return true;
    return false;
}

static bool signs_certificates(const struct certificate_view *view)
{
    const struct view_extension *usage = certificate_view_find(&view->extensions, OID_KEY_USAGE);
    int bits = usage != NULL ? key_usage_bits(usage->value) : -1;
    return bits > 0 && (bits & KEY_USAGE_CERT_SIGN) != 0;
}

/* A holder's certificate that says CA:TRUE stays a holder's: only what names nobody and signs is an AC's. */
enum subject_kind lint_subject_kind(const struct certificate_view *view)
{
    bool authority = false;
    int path;
    const struct view_extension *constraints = certificate_view_find(&view->extensions, OID_CONSTRAINTS);
    const struct view_extension *extended = certificate_view_find(&view->extensions, OID_EXTENDED_USAGE);
    static const uint8_t signs_ocsp[] = {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
                                         0x01, 0x05, 0x05, 0x07, 0x03, 0x09};
    if (names_a_holder(view))
        return SUBJECT_HOLDER;
    if (constraints != NULL && read_constraints(constraints->value, &authority, &path) && authority &&
        signs_certificates(view))
        return SUBJECT_AUTHORITY;
    return extended != NULL && bytes_equal(extended->value, (struct bytes){signs_ocsp, sizeof signs_ocsp})
               ? SUBJECT_RESPONDER
               : SUBJECT_HOLDER;
}

/* --- each extension --- */

/* EC, Ed25519 and Ed448 sign and enwrap nothing. */
static bool key_only_signs(const struct certificate_view *view)
{
    struct der outer = der_over(view->spki), fields;
    struct der_element algorithm;
    struct bytes type, parameters;
    if (!der_enter(&outer, DER_SEQUENCE, &fields) || !der_take(&fields, DER_SEQUENCE, &algorithm) ||
        !algorithm_view_open(algorithm.whole, &type, &parameters))
        return false;
    int known = oid_known(type);
    return known == OID_EC || known == OID_ED25519 || known == OID_ED448;
}

static void lint_holder_usage(const struct lint *lint, int bits)
{
    bool only_signs = key_only_signs(lint->view);
    if (bits != KEY_USAGE_HOLDER && (!only_signs || bits != KEY_USAGE_SIGNING))
        findings_add(
            lint->findings, FINDING_RULE_KEY_USAGE,
            only_signs
                ? "keyUsage precisa ter digitalSignature e nonRepudiation."
                : "keyUsage precisa ter digitalSignature, nonRepudiation e keyEncipherment, e só eles.");
    if (only_signs && bits == KEY_USAGE_HOLDER)
        findings_add(lint->findings, FINDING_RULE_KEY_USAGE_ALGORITHM,
                     "keyUsage traz keyEncipherment, e a chave é de um algoritmo que só assina.");
}

static void lint_key_usage(const struct lint *lint)
{
    const struct view_extension *usage = certificate_view_find(&lint->view->extensions, OID_KEY_USAGE);
    int bits = usage != NULL ? key_usage_bits(usage->value) : -1;
    switch (lint->kind) {
    case SUBJECT_HOLDER:
        lint_holder_usage(lint, bits);
        break;
    case SUBJECT_AUTHORITY:
        if (bits != KEY_USAGE_AUTHORITY)
            findings_add(lint->findings, FINDING_RULE_KEY_USAGE,
                         "keyUsage de uma AC precisa ter keyCertSign e cRLSign, e só eles.");
        break;
    case SUBJECT_RESPONDER:
        if (bits != KEY_USAGE_RESPONDER)
            findings_add(lint->findings, FINDING_RULE_KEY_USAGE,
                         "keyUsage de quem assina OCSP precisa ter digitalSignature, e só ele.");
        break;
    }
    if (bits > 0 && !key_usage_shortest(usage->value))
        lint_malformed(lint, "keyUsage");
    if (usage != NULL && !usage->critical)
        findings_add(lint->findings, FINDING_RULE_KEY_USAGE_CRITICAL,
                     "A extensão keyUsage precisa ser crítica.");
}

static void lint_one_usage(const struct lint *lint, struct bytes oid, bool *client, bool *email)
{
    char name[OID_TEXT_SIZE];
    switch (oid_known(oid)) {
    case OID_CLIENT_AUTH:
        *client = true;
        return;
    case OID_EMAIL_PROTECTION:
        *email = true;
        return;
    case OID_SMART_CARD_LOGON:
        findings_add(lint->findings, FINDING_RULE_EXTENDED_USAGE_LOGON,
                     "extendedKeyUsage traz também o logon com cartão da Microsoft.");
        return;
    default:
        oid_text(oid, name);
        findings_add(lint->findings, FINDING_RULE_EXTENDED_USAGE_EXTRA, "extendedKeyUsage traz também %s.",
                     name);
        return;
    }
}

static void lint_extended_usage(const struct lint *lint)
{
    const struct view_extension *extended =
        certificate_view_find(&lint->view->extensions, OID_EXTENDED_USAGE);
    struct der list;
    struct der_element oid;
    bool client = false, email = false;
    if (lint->kind != SUBJECT_HOLDER)
        return; /* the responder was known by it; an AC has none */
    if (extended != NULL && !lint_enter(extended->value, &list)) {
        lint_malformed(lint, "extendedKeyUsage");
        return;
    }
    while (extended != NULL && !der_done(&list)) {
        if (!der_take(&list, DER_OID, &oid)) {
            lint_malformed(lint, "extendedKeyUsage");
            return;
        }
        lint_one_usage(lint, oid.content, &client, &email);
    }
    if (!client || !email)
        findings_add(lint->findings, FINDING_RULE_EXTENDED_USAGE,
                     "extendedKeyUsage precisa ter clientAuth e emailProtection.");
}

static uint32_t policy_type(struct bytes oid)
{
    static const uint32_t holders[] = {2, 16, 76, 1, 2};
    uint32_t arcs[POLICY_ARCS];
    if (oid_arcs(oid, arcs, POLICY_ARCS) != POLICY_ARCS || memcmp(arcs, holders, sizeof holders) != 0)
        return 0;
    return arcs[5];
}

uint32_t lint_policy_type(const struct certificate_view *view)
{
    const struct view_extension *policies = certificate_view_find(&view->extensions, OID_POLICIES);
    struct der list, policy;
    struct der_element oid;
    if (policies == NULL || !lint_enter(policies->value, &list) || !der_enter(&list, DER_SEQUENCE, &policy) ||
        !der_take(&policy, DER_OID, &oid) || !der_done(&list))
        return 0;
    return policy_type(oid.content);
}

/* Which persons may hold which type (DOC-ICP-04 1.1 by Res. 211/2024, for the new chain). */
static void lint_policy_holder(const struct lint *lint)
{
    bool seal = lint->policy == POLICY_SE_S || lint->policy == POLICY_SE_H;
    bool person = lint->has_person;
    bool new_layout = lint->subject_number[0] != '\0';
    if (seal && person)
        findings_add(lint->findings, FINDING_RULE_POLICY_HOLDER, "Selo eletrônico é só de pessoa jurídica.");
    if (new_layout && !seal && lint->has_cnpj)
        findings_add(lint->findings, FINDING_RULE_POLICY_HOLDER,
                     "Na cadeia nova, pessoa jurídica só tem selo eletrônico.");
    if ((new_layout && lint->policy == POLICY_A1) || lint->policy == POLICY_A2 ||
        (lint->policy >= POLICY_S1 && lint->policy <= POLICY_S4))
        findings_add(lint->findings, FINDING_RULE_POLICY_EXTINCT,
                     "Este tipo de certificado foi extinto; não se emite mais.");
}

static void lint_policy(struct lint *lint, struct bytes value)
{
    struct der list, policy;
    struct der_element oid;
    char name[OID_TEXT_SIZE];
    if (!lint_enter(value, &list) || !der_enter(&list, DER_SEQUENCE, &policy) ||
        !der_take(&policy, DER_OID, &oid)) {
        lint_malformed(lint, "certificatePolicies");
        return;
    }
    if (!der_done(&list)) {
        findings_add(lint->findings, FINDING_RULE_POLICY_COUNT,
                     "certificatePolicies precisa ter exatamente uma política.");
        return;
    }
    if (lint->policy == 0) {
        oid_text(oid.content, name);
        findings_add(lint->findings, FINDING_RULE_POLICY_ARC,
                     "A política %s não é de certificado de titular da ICP-Brasil.", name);
    }
    lint_practice_statement(lint, policy);
    lint_policy_holder(lint);
}

static void lint_policies(struct lint *lint)
{
    const struct view_extension *policies = certificate_view_find(&lint->view->extensions, OID_POLICIES);
    if (lint->kind != SUBJECT_HOLDER)
        return;
    if (policies == NULL)
        findings_add(lint->findings, FINDING_RULE_POLICY_COUNT,
                     "certificatePolicies precisa ter exatamente uma política.");
    else
        lint_policy(lint, policies->value);
}

bool lint_authority_key(struct bytes value, bool *more)
{
    struct der fields;
    struct der_element key;
    bool known = lint_enter(value, &fields) && der_take(&fields, KEY_ID, &key) && key.content.length > 0;
    *more = known && !der_done(&fields);
    return known;
}

static bool is_key_identifier(struct bytes value)
{
    struct der outer = der_over(value);
    struct der_element key;
    return der_take(&outer, DER_OCTET_STRING, &key) && der_done(&outer) && key.content.length > 0;
}

static void lint_key_identifiers(const struct lint *lint)
{
    const struct view_extension *authority =
        certificate_view_find(&lint->view->extensions, OID_AUTHORITY_KEY);
    const struct view_extension *subject = certificate_view_find(&lint->view->extensions, OID_SUBJECT_KEY);
    bool root = bytes_equal(lint->view->issuer, lint->view->subject);
    bool more = false;
    bool known = authority != NULL && lint_authority_key(authority->value, &more);
    if (!known && (!root || authority != NULL))
        findings_add(lint->findings, FINDING_RULE_AUTHORITY_KEY,
                     "authorityKeyIdentifier está ausente ou sem keyIdentifier.");
    if (more && lint->kind == SUBJECT_HOLDER)
        findings_add(lint->findings, FINDING_RULE_AUTHORITY_KEY_MORE,
                     "authorityKeyIdentifier traz mais do que o keyIdentifier.");
    if (subject == NULL && lint->kind == SUBJECT_AUTHORITY)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_KEY,
                     "O certificado da AC não traz subjectKeyIdentifier.");
    if (subject != NULL && !is_key_identifier(subject->value))
        findings_add(lint->findings, FINDING_RULE_SUBJECT_KEY, "subjectKeyIdentifier está malformado.");
}

static void lint_constraints(const struct lint *lint)
{
    const struct view_extension *constraints =
        certificate_view_find(&lint->view->extensions, OID_CONSTRAINTS);
    bool authority = false;
    int path = -1;
    if (constraints == NULL)
        return;
    if (!read_constraints(constraints->value, &authority, &path))
        findings_add(lint->findings, FINDING_RULE_BASIC_CONSTRAINTS, "basicConstraints está malformado.");
    else if (lint->kind != SUBJECT_AUTHORITY && (authority || path >= 0))
        findings_add(lint->findings, FINDING_RULE_BASIC_CONSTRAINTS,
                     "Um certificado de titular não pode ser de AC.");
    else if (lint->kind == SUBJECT_AUTHORITY && !constraints->critical)
        findings_add(lint->findings, FINDING_RULE_BASIC_CONSTRAINTS, "basicConstraints de uma AC é crítica.");
}

/* --- all of them --- */

static void lint_criticality(const struct lint *lint, const struct view_extension *extension)
{
    char name[OID_TEXT_SIZE];
    if (extension->critical_spelled)
        findings_add(lint->findings, FINDING_RULE_EXTENSION_FORM,
                     "Uma extensão diz critical de um modo que o DER não admite.");
    if (!extension->critical)
        return;
    oid_text(extension->type, name);
    switch (extension->oid) {
    case OID_KEY_USAGE:
    case OID_CONSTRAINTS:
        return;
    case OID_EXTENDED_USAGE:
    case OID_ALT_NAME:
    case OID_POLICIES:
        findings_add(lint->findings, FINDING_RULE_CRITICALITY,
                     "A extensão %s veio como crítica; o leiaute a quer não crítica.", name);
        return;
    default:
        findings_add(lint->findings, FINDING_RULE_EXTENSION_CRITICAL,
                     "A extensão %s não pode ser crítica neste certificado.", name);
        return;
    }
}

static void lint_each(const struct lint *lint)
{
    const struct view_extensions *extensions = &lint->view->extensions;
    char name[OID_TEXT_SIZE];
    if (extensions->malformed)
        findings_add(lint->findings, FINDING_RULE_EXTENSION_FORM, "A lista de extensões está malformada.");
    for (size_t i = 0; i < extensions->count; i++) {
        const struct view_extension *extension = &extensions->items[i];
        lint_criticality(lint, extension);
        for (size_t j = 0; j < i; j++)
            if (extensions->items[j].oid == extension->oid &&
                bytes_equal(extensions->items[j].type, extension->type)) {
                oid_text(extension->type, name);
                findings_add(lint->findings, FINDING_RULE_EXTENSION_DUPLICATE,
                             "A extensão %s aparece mais de uma vez.", name);
                break;
            }
    }
}

void lint_extensions(struct lint *lint)
{
    lint_each(lint);
    lint_key_usage(lint);
    lint_extended_usage(lint);
    lint_policies(lint);
    lint_addresses(lint);
    lint_key_identifiers(lint);
    lint_constraints(lint);
}
