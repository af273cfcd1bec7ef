/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subjectAltName (DOC-ICP-04 7.1.2.3): which names are there, each once, in which encoding, and that they
 * name the holder whom the subject names. Fields are found by OID, never by position.
 */
#include "pki/certificate/identifiers.h"
#include "pki/certificate/lint_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    OTHER_NAME = 0xa0,
    EMAIL = 0x81,
    OTHER_NAME_MAX = 127, /* octets, so that its length takes one */
};

/* From 2029 on the new layout may leave .3.1 and .3.3 out: 2029-01-01T00:00:00-03:00. */
enum { NAMES_OPTIONAL_FROM = 1861930800 };

struct alt_name {
    struct lint *lint;
    unsigned seen[OID_ICP_COMPANY_CEI - OID_ICP_PERSON + 1];
    unsigned emails;
};

/* Content of an otherName; false when its inner type is no text. */
static bool open_inner(const struct lint *lint, const char *field, struct bytes value, struct bytes *content)
{
    struct der outer = der_over(value);
    struct der_element inner;
    if (!der_next(&outer, &inner) || !der_done(&outer)) {
        findings_add(lint->findings, FINDING_RULE_SAN_FORM, "%s está malformado.", field);
        return false;
    }
    *content = inner.content;
    switch (inner.whole.data[0]) {
    case DER_OCTET_STRING:
    case DER_PRINTABLE_STRING:
        return true;
    case DER_UTF8_STRING:
    case DER_IA5_STRING:
    case DER_T61_STRING:
        findings_add(lint->findings, FINDING_RULE_SAN_INNER_TYPE,
                     "%s tem etiqueta %02X por dentro; a norma admite OCTET STRING ou PrintableString.",
                     field, inner.whole.data[0]);
        return true;
    default:
        findings_add(lint->findings, FINDING_RULE_SAN_INNER_UNREADABLE,
                     "%s tem etiqueta %02X por dentro, que não é texto.", field, inner.whole.data[0]);
        return false;
    }
}

static void lint_icp_name(struct alt_name *names, int oid, struct bytes value)
{
    struct lint *lint = names->lint;
    struct bytes content;
    char field[16];
    snprintf(field, sizeof field, "Campo .3.%d", oid - OID_ICP_PERSON + 1);
    if (names->seen[oid - OID_ICP_PERSON]++ > 0) {
        findings_add(lint->findings, FINDING_RULE_SAN_DUPLICATE, "%s aparece mais de uma vez.", field);
        return;
    }
    if (!open_inner(lint, field, value, &content))
        return;
    lint_icp_field(lint, oid, field, content);
}

static bool is_icp_arc(struct bytes oid)
{
    static const uint8_t arc[] = {0x60, 0x4c, 0x01};
    return oid.length > sizeof arc && memcmp(oid.data, arc, sizeof arc) == 0;
}

static bool lint_other_name(struct alt_name *names, const struct der_element *entry)
{
    struct der fields = der_over(entry->content);
    struct der_element oid, value;
    if (!der_take(&fields, DER_OID, &oid) || !der_take(&fields, DER_CONTEXT_0, &value) || !der_done(&fields))
        return false;
    if (entry->whole.length > OTHER_NAME_MAX)
        findings_add(names->lint->findings, FINDING_RULE_SAN_SIZE,
                     "Um otherName tem %zu bytes; há leitores que só contam até %d.", entry->whole.length,
                     OTHER_NAME_MAX);
    int known = oid_known(oid.content);
    if (known >= OID_ICP_PERSON && known <= OID_ICP_COMPANY_CEI) {
        lint_icp_name(names, known, value.content);
    } else if (!is_icp_arc(oid.content) && known != OID_PRINCIPAL_NAME) {
        char text[OID_TEXT_SIZE];
        oid_text(oid.content, text);
        findings_add(names->lint->findings, FINDING_RULE_SAN_FOREIGN,
                     "Há um otherName que não é da ICP-Brasil: %s.", text);
    }
    return true;
}

static void lint_email(struct alt_name *names, struct bytes value)
{
    char text[EMAIL_SIZE + 1];
    char stored[EMAIL_SIZE];
    struct field_problem problem;
    bool plain = value.length < EMAIL_SIZE;
    for (size_t i = 0; i < value.length; i++)
        plain = plain && value.data[i] > ' ' && value.data[i] <= '~';
    snprintf(text, sizeof text, "%.*s", plain ? (int)value.length : 0, (const char *)value.data);
    if (!plain || !email_normalise(text, stored, &problem))
        findings_add(names->lint->findings, FINDING_RULE_SAN_EMAIL,
                     "O e-mail não é um endereço bem formado.");
    if (names->emails++ > 0)
        findings_add(names->lint->findings, FINDING_RULE_SAN_EMAIL_TWICE, "Há mais de um e-mail.");
}

static bool seen(const struct alt_name *names, int oid)
{
    return names->seen[oid - OID_ICP_PERSON] > 0;
}

static void require(const struct alt_name *names, const int *oids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!seen(names, oids[i]))
            findings_add(names->lint->findings, FINDING_RULE_SAN_SET, "Falta o campo .3.%d.",
                         oids[i] - OID_ICP_PERSON + 1);
}

/* Which fields the holder's kind and layout ask for. */
static void lint_set(const struct alt_name *names)
{
    static const int person[] = {OID_ICP_PERSON, OID_ICP_PERSON_CEI, OID_ICP_VOTER};
    static const int company[] = {OID_ICP_RESPONSIBLE, OID_ICP_RESPONSIBLE_NAME, OID_ICP_CNPJ,
                                  OID_ICP_COMPANY_CEI};
    static const int extinct[] = {OID_ICP_RESPONSIBLE_NAME, OID_ICP_RESPONSIBLE, OID_ICP_VOTER,
                                  OID_ICP_COMPANY_CEI};
    struct lint *lint = names->lint;
    bool new_layout = lint->subject_number[0] != '\0';
    bool optional = new_layout && lint->not_before >= NAMES_OPTIONAL_FROM;
    if (!lint->has_person && !lint->has_cnpj && !optional) {
        findings_add(lint->findings, FINDING_RULE_SAN_IDENTITY,
                     "O subjectAltName não traz o campo .3.1 nem o .3.3 (2.16.76.1.3).");
        return;
    }
    if (!new_layout) {
        require(names, lint->has_cnpj ? company : person,
                lint->has_cnpj ? sizeof company / sizeof company[0] : sizeof person / sizeof person[0]);
        return;
    }
    for (size_t i = 0; i < sizeof extinct / sizeof extinct[0]; i++)
        if (seen(names, extinct[i]))
            findings_add(lint->findings, FINDING_RULE_SAN_EXTINCT,
                         "O campo .3.%d não existe mais na cadeia nova.", extinct[i] - OID_ICP_PERSON + 1);
}

/* CN, serialNumber and subjectAltName name the same holder. */
static void lint_same_number(const struct lint *lint)
{
    const char *number = lint->has_cnpj ? lint->cnpj : lint->has_person ? lint->cpf : "";
    const char *colon = strrchr(lint->common_name, ':');
    if (number[0] == '\0')
        return;
    if (colon != NULL && strcmp(colon + 1, number) != 0)
        findings_add(lint->findings, FINDING_RULE_COMMON_NAME,
                     "O número depois dos dois-pontos no CN não é o do subjectAltName.");
    if (lint->subject_number[0] != '\0' && strcmp(lint->subject_number, number) != 0)
        findings_add(lint->findings, FINDING_RULE_SUBJECT_SERIAL,
                     "O serialNumber do nome não é o número do subjectAltName.");
}

void lint_alt_name(struct lint *lint)
{
    const struct view_extension *extension = certificate_view_find(&lint->view->extensions, OID_ALT_NAME);
    struct alt_name names = {.lint = lint};
    struct der list;
    if (lint->kind != SUBJECT_HOLDER)
        return;
    struct der outer = der_over(extension != NULL ? extension->value : (struct bytes){NULL, 0});
    bool whole =
        extension != NULL && der_enter(&outer, DER_SEQUENCE, &list) && der_done(&outer) && !der_done(&list);
    while (whole && !der_done(&list)) {
        struct der_element entry;
        whole =
            der_next(&list, &entry) && (entry.whole.data[0] != OTHER_NAME || lint_other_name(&names, &entry));
        if (whole && entry.whole.data[0] == EMAIL)
            lint_email(&names, entry.content);
        else if (whole && entry.whole.data[0] != OTHER_NAME)
            findings_add(lint->findings, FINDING_RULE_SAN_KIND,
                         "O subjectAltName traz um item (etiqueta %02X) que não é otherName nem e-mail.",
                         entry.whole.data[0]);
    }
    if (!whole)
        findings_add(lint->findings, FINDING_RULE_SAN_FORM, "O subjectAltName está ausente ou malformado.");
    lint->has_person = seen(&names, OID_ICP_PERSON);
    lint->has_responsible = seen(&names, OID_ICP_RESPONSIBLE);
    lint->has_cnpj = seen(&names, OID_ICP_CNPJ);
    if (names.emails == 0)
        findings_add(lint->findings, FINDING_RULE_SAN_EMAIL, "O subjectAltName não traz o e-mail.");
    lint_set(&names);
    lint_same_number(lint);
}
