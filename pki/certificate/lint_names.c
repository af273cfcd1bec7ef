/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The subject: string types, characters, widths, and what it says of the holder, in whatever order its
 * attributes stand (ACs do not agree on the order of the OUs).
 */
#include "pki/certificate/identifiers.h"
#include "pki/certificate/lint_internal.h"
#include "pki/certificate/names.h"
#include "pki/certificate/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ENTRIES_MAX = 32, NAME_BOUND = 64, PLACE_BOUND = 128 };

/* What has been seen among the attributes. */
struct subject {
    struct lint *lint;
    size_t entries;
    unsigned countries, organizations, common_names, numbers, units;
    bool country_good, organization_good;
    bool unit_ar, unit_method;
};

static bool is_printable_string(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        bool alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alphanumeric && (c == 0 || strchr(" '()+,-./:=?", c) == NULL))
            return false;
    }
    return true;
}

/* DOC-ICP-04 7.1.5.2, Table 7. */
static bool is_norm_text(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        bool alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alphanumeric && (c == 0 || strchr(" !\"#$%&'()*+,-./:;=?@\\", c) == NULL))
            return false;
    }
    return true;
}

static bool is_utf8(struct bytes text, size_t *characters)
{
    uint32_t point;
    *characters = 0;
    for (size_t at = 0, size; at < text.length; at += size, (*characters)++)
        if ((size = utf8_next(text, at, &point)) == 0)
            return false;
    return true;
}

static void lint_string(struct lint *lint, int type, const struct der_element *value)
{
    size_t characters = value->content.length;
    char text[LINT_TEXT_SIZE];
    lint_text(value->content, text);
    switch (value->whole.data[0]) {
    case DER_PRINTABLE_STRING:
        if (!is_printable_string(value->content))
            findings_add(lint->findings, FINDING_RULE_STRING_CHARSET,
                         "“%s” é PrintableString com caracteres que ela não tem.", text);
        break;
    case DER_UTF8_STRING:
        if (!is_utf8(value->content, &characters))
            findings_add(lint->findings, FINDING_RULE_STRING_CHARSET, "“%s” não é UTF-8 bem formado.", text);
        if (type == OID_COUNTRY || type == OID_SERIAL_NUMBER)
            findings_add(lint->findings, FINDING_RULE_STRING_TYPE, "“%s” precisa ser PrintableString.", text);
        break;
    default:
        findings_add(lint->findings, FINDING_RULE_STRING_TYPE,
                     "“%s” não é PrintableString nem UTF8String (etiqueta %02X).", text,
                     value->whole.data[0]);
        break;
    }
    if (!is_norm_text(value->content))
        findings_add(lint->findings, FINDING_RULE_NAME_CHARSET,
                     "“%s” tem caracteres que a norma não admite em nomes.", text);
    size_t bound = type == OID_STATE || type == OID_LOCALITY ? PLACE_BOUND : NAME_BOUND;
    if (characters == 0 || characters > bound)
        findings_add(lint->findings, FINDING_RULE_RDN_LENGTH, "“%s” tem %zu caracteres; o máximo é %zu.",
                     text, characters, bound);
}

static bool text_is(struct bytes content, const char *text)
{
    return bytes_equal(content, bytes_of_text(text));
}

/* Names are compared without case and without blanks around (RFC 5280 7.1). */
static bool folds_to(struct bytes content, const char *text)
{
    return content.length == strlen(text) &&
           strncasecmp((const char *)content.data, text, content.length) == 0;
}

static bool is_cnpj(const char *text)
{
    char stored[CNPJ_SIZE];
    struct field_problem problem;
    return strlen(text) == CNPJ_SIZE - 1 && cnpj_normalise(text, stored, &problem) &&
           strcmp(text, stored) == 0;
}

static bool is_cpf(const char *text)
{
    char stored[CPF_SIZE];
    struct field_problem problem;
    return strlen(text) == CPF_SIZE - 1 && cpf_normalise(text, stored, &problem) && strcmp(text, stored) == 0;
}

/* "RFB e-CPF A1", "Certificado PJ A3": the type at the end must be the policy's. */
static void lint_unit_type(const struct lint *lint, const char *text)
{
    size_t length = strlen(text);
    bool names_type = (strncasecmp(text, "RFB e-", 6) == 0 || strncasecmp(text, "Certificado P", 13) == 0) &&
                      length > 3 && text[length - 3] == ' ' && text[length - 2] == 'A';
    if (!names_type || lint->policy == 0)
        return;
    if ((uint32_t)(text[length - 1] - '0') != lint->policy)
        findings_add(lint->findings, FINDING_RULE_OU_POLICY, "A OU diz “%s”, e a política é de outro tipo.",
                     text);
}

static struct bytes trimmed(struct bytes content)
{
    while (content.length > 0 && content.data[0] == ' ')
        content = (struct bytes){content.data + 1, content.length - 1};
    while (content.length > 0 && content.data[content.length - 1] == ' ')
        content.length--;
    return content;
}

static void see_unit(struct subject *subject, struct bytes content)
{
    char text[LINT_TEXT_SIZE];
    lint_text(content, text);
    subject->units++;
    subject->unit_ar = subject->unit_ar || is_cnpj(text);
    subject->unit_method = subject->unit_method || folds_to(content, "presencial") ||
                           folds_to(content, "videoconferencia") ||
                           folds_to(content, "certificado digital") || folds_to(content, "AR eletronica");
    lint_unit_type(subject->lint, text);
}

static void see_value(struct subject *subject, int type, struct bytes content)
{
    struct lint *lint = subject->lint;
    switch (type) {
    case OID_COUNTRY:
        subject->countries++;
        subject->country_good = text_is(content, "BR");
        break;
    case OID_ORGANIZATION:
        subject->organizations++;
        subject->organization_good = folds_to(trimmed(content), "ICP-Brasil");
        break;
    case OID_COMMON_NAME:
        subject->common_names++;
        lint_text(content, lint->common_name);
        break;
    case OID_SERIAL_NUMBER:
        subject->numbers++;
        if (content.length < LINT_NUMBER_SIZE)
            snprintf(lint->subject_number, LINT_NUMBER_SIZE, "%.*s", (int)content.length,
                     (const char *)content.data);
        else
            snprintf(lint->subject_number, LINT_NUMBER_SIZE, "%s", "?");
        break;
    case OID_UNIT:
        see_unit(subject, trimmed(content));
        break;
    default:
        break;
    }
}

/* Legacy: C, O, OU, ST, L, CN; the new layout also serialNumber. A blank at the edge is what a cut left, and
 * two readers make two names of it. */
static void lint_attribute(const struct lint *lint, const struct der_element *type,
                           const struct der_element *value)
{
    char name[OID_TEXT_SIZE], text[LINT_TEXT_SIZE];
    lint_text(value->content, text);
    switch (oid_known(type->content)) {
    case OID_COUNTRY:
    case OID_ORGANIZATION:
    case OID_UNIT:
    case OID_STATE:
    case OID_LOCALITY:
    case OID_COMMON_NAME:
    case OID_SERIAL_NUMBER:
        break;
    default:
        oid_text(type->content, name);
        findings_add(lint->findings, FINDING_RULE_SUBJECT_ATTRIBUTE,
                     "O nome do titular traz o atributo %s, que nenhum leiaute tem.", name);
        break;
    }
    if (trimmed(value->content).length != value->content.length)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_BLANKS, "“%s” começa ou termina com branco.", text);
}

static bool see_entry(struct subject *subject, struct der *list)
{
    struct der set, pair;
    struct der_element type, value;
    if (subject->entries++ == ENTRIES_MAX || !der_enter(list, DER_SET, &set) ||
        !der_enter(&set, DER_SEQUENCE, &pair) || !der_take(&pair, DER_OID, &type) ||
        !der_next(&pair, &value) || !der_done(&pair) || !der_done(&set))
        return false;
    int known = oid_known(type.content);
    if (subject->lint->kind == SUBJECT_HOLDER) {
        lint_string(subject->lint, known, &value);
        lint_attribute(subject->lint, &type, &value);
    }
    see_value(subject, known, value.content);
    return true;
}

/* NAME:NUMBER, the name at most 52 characters for a person and 49 for a company, in capitals. */
static void lint_common_name(const struct lint *lint)
{
    const char *colon = strrchr(lint->common_name, ':');
    bool person = colon != NULL && is_cpf(colon + 1);
    if (colon == NULL || (!person && !is_cnpj(colon + 1))) {
        findings_add(lint->findings, FINDING_RULE_COMMON_NAME,
                     "O CN não termina com dois-pontos e um CPF ou CNPJ que exista.");
        return;
    }
    size_t width = (size_t)(colon - lint->common_name);
    size_t most = person ? COMMON_NAME_PERSON_MAX : COMMON_NAME_COMPANY_MAX;
    if (width == 0 || width > most)
        findings_add(lint->findings, FINDING_RULE_COMMON_NAME_WIDTH,
                     "O nome no CN tem %zu caracteres; o máximo antes do número é %zu.", width, most);
    if (width > 0 && colon[-1] == ' ')
        findings_add(lint->findings, FINDING_RULE_SUBJECT_BLANKS, "O nome no CN termina com branco.");
    if (strpbrk(lint->common_name, "abcdefghijklmnopqrstuvwxyz") != NULL)
        findings_add(lint->findings, FINDING_RULE_COMMON_NAME_CASE, "O nome no CN não está em maiúsculas.");
    if (strchr(lint->common_name, ',') != NULL)
        findings_add(lint->findings, FINDING_RULE_COMMON_NAME_COMMA,
                     "O nome no CN tem vírgula; há leitores que param nela.");
}

static void lint_units(const struct subject *subject)
{
    const struct lint *lint = subject->lint;
    if (subject->numbers > 0)
        return; /* the new layout has none */
    if (!subject->unit_ar)
        findings_add(lint->findings, FINDING_RULE_OU_AR, "Nenhuma OU traz o CNPJ da AR.");
    if (!subject->unit_method)
        findings_add(lint->findings, FINDING_RULE_OU_METHOD, "Nenhuma OU diz o tipo de identificação.");
}

void lint_subject(struct lint *lint)
{
    struct subject subject = {.lint = lint};
    struct der outer = der_over(lint->view->subject);
    struct der list;
    bool whole = der_enter(&outer, DER_SEQUENCE, &list);
    while (whole && !der_done(&list))
        whole = see_entry(&subject, &list);
    if (!whole || subject.common_names != 1)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_FORM,
                     "O nome do titular está malformado, com atributos agrupados, ou sem um CN.");
    if (lint->kind != SUBJECT_HOLDER)
        return;
    if (subject.countries != 1 || !subject.country_good)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_COUNTRY,
                     "O nome do titular não traz C=BR uma vez.");
    if (subject.organizations != 1 || !subject.organization_good)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_ORGANIZATION,
                     "O nome do titular não traz O=ICP-Brasil uma vez.");
    if (subject.numbers > 1 ||
        (subject.numbers == 1 && !is_cpf(lint->subject_number) && !is_cnpj(lint->subject_number)))
        findings_add(lint->findings, FINDING_RULE_SUBJECT_SERIAL,
                     "O atributo serialNumber não é um CPF nem um CNPJ que exista.");
    lint_common_name(lint);
    lint_units(&subject);
}
