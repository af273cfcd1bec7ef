/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who a certificate names: its subject, and the fields of the otherNames of its subjectAltName.
 */
#include "pki/certificate/calendar.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/reader.h"
#include "pki/certificate/subject.h"
#include "pki/certificate/text.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

enum {
    PERSON_BLOCK_MIN = 45,
    PERSON_BLOCK_MAX = 55,
    VOTER_BLOCK_MIN = 19,
    VOTER_BLOCK_MAX = 41,
    CEI_WIDTH = 12,
    CNPJ_WIDTH = 14,
};

/* The reading under construction; the first lack of memory sticks. */
struct reader {
    struct certificate_reading *reading;
    bool no_memory;
};

static const char *keep(struct reader *reader, const char *text, size_t length)
{
    char *copy = talloc_strndup(reader->reading, text, length);
    reader->no_memory = reader->no_memory || copy == NULL;
    return copy != NULL ? copy : "";
}

/* A field by offset; all zeros (or blanks) mean absent. */
static const char *keep_number(struct reader *reader, const char *text, size_t width)
{
    size_t meaningless = strspn(text, "0 ");
    return meaningless >= width ? "" : keep(reader, text, width);
}

/* The tail of a block: text and its last two characters apart. Padding of blanks or zeros by some ACs is
 * dropped. */
static void keep_tail(struct reader *reader, const char *text, const char **head, const char **uf)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length < 2 || strspn(text, "0 ") >= length)
        return;
    *head = keep(reader, text, length - 2);
    *uf = keep(reader, text + length - 2, 2);
}

static bool check_length(struct reader *reader, const char *oid, const char *text, size_t min, size_t max)
{
    size_t length = strlen(text);
    if (length < min) {
        findings_add(reader->reading->notes, FINDING_RULE_SAN_SHORT,
                     "O campo %s tem %zu caracteres; o mínimo é %zu.", oid, length, min);
        return false;
    }
    if (length > max)
        findings_add(reader->reading->notes, FINDING_RULE_SAN_LONG,
                     "O campo %s tem %zu caracteres; o máximo é %zu.", oid, length, max);
    return true;
}

/* ddmmaaaa to YYYY-MM-DD. */
static void read_birth_date(struct reader *reader, const char *text)
{
    char date[DATE_SIZE];
    struct calendar_day day;
    if (strspn(text, "0") >= 8)
        return;
    snprintf(date, sizeof date, "%.4s-%.2s-%.2s", text + 4, text + 2, text);
    if (calendar_parse(date, &day) == CALENDAR_DAY)
        reader->reading->data.birth_date = keep(reader, date, sizeof date - 1);
    else
        findings_add(reader->reading->notes, FINDING_RULE_SAN_BIRTH_DATE,
                     "A data de nascimento não é um dia do calendário.");
}

/* .3.1 and .3.4: 8 + 11 + 11 + 15 + up to 10. */
static void read_person_block(struct reader *reader, const char *oid, const char *text)
{
    struct certificate_data *data = &reader->reading->data;
    if (!check_length(reader, oid, text, PERSON_BLOCK_MIN, PERSON_BLOCK_MAX))
        return;
    read_birth_date(reader, text);
    data->cpf = keep_number(reader, text + 8, 11);
    data->nis = keep_number(reader, text + 19, 11);
    const char *rg = text + 30;
    size_t padding = strspn(rg, "0 ");
    if (padding < 15)
        data->rg = keep(reader, rg + padding, 15 - padding);
    keep_tail(reader, text + PERSON_BLOCK_MIN, &data->rg_issuer, &data->rg_uf);
}

/* .3.5: 12 + 3 + 4 + up to 22. */
static void read_voter_block(struct reader *reader, const char *text)
{
    struct certificate_data *data = &reader->reading->data;
    if (!check_length(reader, ICP_OID_VOTER, text, VOTER_BLOCK_MIN, VOTER_BLOCK_MAX))
        return;
    data->voter_id = keep_number(reader, text, 12);
    data->voter_zone = keep_number(reader, text + 12, 3);
    data->voter_section = keep_number(reader, text + 15, 4);
    keep_tail(reader, text + VOTER_BLOCK_MIN, &data->voter_city, &data->voter_uf);
}

static void read_person(struct reader *reader, const char *text)
{
    reader->reading->has_person = true;
    read_person_block(reader, ICP_OID_PERSON, text);
}

/* A certificate with .3.1 is a person's: a stray .3.4 must not overwrite who that is. */
static void read_responsible(struct reader *reader, const char *text)
{
    reader->reading->has_responsible = true;
    if (!reader->reading->has_person)
        read_person_block(reader, ICP_OID_RESPONSIBLE, text);
}

static void read_responsible_name(struct reader *reader, const char *text)
{
    reader->reading->data.name = keep(reader, text, strlen(text));
}

static void read_cnpj(struct reader *reader, const char *text)
{
    reader->reading->has_cnpj = true;
    if (check_length(reader, ICP_OID_CNPJ, text, CNPJ_WIDTH, CNPJ_WIDTH))
        reader->reading->data.cnpj = keep_number(reader, text, CNPJ_WIDTH);
}

static void read_person_cei(struct reader *reader, const char *text)
{
    if (check_length(reader, ICP_OID_PERSON_CEI, text, CEI_WIDTH, CEI_WIDTH))
        reader->reading->data.cei = keep_number(reader, text, CEI_WIDTH);
}

static void read_company_cei(struct reader *reader, const char *text)
{
    if (check_length(reader, ICP_OID_COMPANY_CEI, text, CEI_WIDTH, CEI_WIDTH))
        reader->reading->data.company_cei = keep_number(reader, text, CEI_WIDTH);
}

/* .3.1 before .3.4, whatever their order in the certificate. */
static const struct other_name_rule {
    const char *oid;
    void (*read)(struct reader *reader, const char *text);
} other_name_rules[] = {
    {ICP_OID_PERSON, read_person},
    {ICP_OID_RESPONSIBLE, read_responsible},
    {ICP_OID_RESPONSIBLE_NAME, read_responsible_name},
    {ICP_OID_CNPJ, read_cnpj},
    {ICP_OID_VOTER, read_voter_block},
    {ICP_OID_PERSON_CEI, read_person_cei},
    {ICP_OID_COMPANY_CEI, read_company_cei},
};

/* Content of an otherName; NULL when its inner type cannot be read as text. */
static char *other_name_text(struct reader *reader, const char *oid, const ASN1_TYPE *value)
{
    bool changed = false;
    int type = ASN1_TYPE_get(value);
    switch (type) {
    case V_ASN1_OCTET_STRING:
    case V_ASN1_PRINTABLESTRING:
        break;
    case V_ASN1_UTF8STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_T61STRING:
        findings_add(reader->reading->notes, FINDING_RULE_SAN_INNER_TYPE,
                     "O campo %s é %s; a norma admite OCTET STRING ou PrintableString.", oid,
                     ASN1_tag2str(type));
        break;
    default:
        findings_add(reader->reading->notes, FINDING_RULE_SAN_INNER_UNREADABLE,
                     "O campo %s é %s, que não é texto.", oid,
                     type >= 0 ? ASN1_tag2str(type) : "desconhecido");
        return NULL;
    }
    const ASN1_STRING *string = value->value.asn1_string;
    struct bytes content = {ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)};
    char *text = text_ascii(reader->reading, content, &changed);
    reader->no_memory = reader->no_memory || text == NULL;
    if (changed)
        findings_add(reader->reading->notes, FINDING_RULE_SAN_CHARSET,
                     "O campo %s tem caracteres fora do ASCII imprimível.", oid);
    return text;
}

static bool has_oid(const GENERAL_NAME *name, const char *oid)
{
    char text[64];
    return name->type == GEN_OTHERNAME &&
           OBJ_obj2txt(text, sizeof text, name->d.otherName->type_id, 1) < (int)sizeof text &&
           strcmp(text, oid) == 0;
}

/* The first with this OID is read; another one is noted. */
static void read_other_name(struct reader *reader, const GENERAL_NAMES *names,
                            const struct other_name_rule *rule)
{
    bool found = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (!has_oid(name, rule->oid))
            continue;
        if (found) {
            findings_add(reader->reading->notes, FINDING_RULE_SAN_DUPLICATE,
                         "O campo %s aparece mais de uma vez.", rule->oid);
            return;
        }
        found = true;
        char *text = other_name_text(reader, rule->oid, name->d.otherName->value);
        if (text != NULL)
            rule->read(reader, text);
    }
}

static void read_emails(struct reader *reader, const GENERAL_NAMES *names)
{
    bool found = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_EMAIL)
            continue;
        if (found) {
            findings_add(reader->reading->notes, FINDING_RULE_SAN_EMAIL_TWICE, "Há mais de um e-mail.");
            return;
        }
        found = true;
        struct bytes content = {ASN1_STRING_get0_data(name->d.rfc822Name),
                                (size_t)ASN1_STRING_length(name->d.rfc822Name)};
        const char *email = text_ascii(reader->reading, content, NULL);
        reader->no_memory = reader->no_memory || email == NULL;
        reader->reading->data.email = email != NULL ? email : "";
    }
}

/* The last value of an attribute (the most specific), printable; "" when absent. */
static const char *read_attribute(struct reader *reader, const X509_NAME *name, int nid)
{
    unsigned char *utf8 = NULL;
    int last = -1;
    for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
         at = X509_NAME_get_index_by_NID(name, nid, at))
        last = at;
    if (last < 0)
        return "";
    int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (length < 0)
        return "";
    const char *text = text_printable(reader->reading, (struct bytes){utf8, (size_t)length}, NULL);
    OPENSSL_free(utf8);
    reader->no_memory = reader->no_memory || text == NULL;
    return text != NULL ? text : "";
}

static void read_subject(struct reader *reader, const X509_NAME *name)
{
    struct certificate_reading *reading = reader->reading;
    reading->common_name = read_attribute(reader, name, NID_commonName);
    reading->subject_serial = read_attribute(reader, name, NID_serialNumber);
    reading->data.company_uf = read_attribute(reader, name, NID_stateOrProvinceName);
    reading->data.company_city = read_attribute(reader, name, NID_localityName);
    const char *colon = strrchr(reading->common_name, ':');
    reading->common_name_number = colon != NULL ? colon + 1 : "";
}

/* Who the CN names depends on the SAN: a company when there is a CNPJ. */
static void read_common_name(struct reader *reader)
{
    struct certificate_reading *reading = reader->reading;
    const char *colon = strrchr(reading->common_name, ':');
    size_t length = colon != NULL ? (size_t)(colon - reading->common_name) : strlen(reading->common_name);
    if (reading->has_cnpj)
        reading->data.company_name = keep(reader, reading->common_name, length);
    else if (reading->has_person || reading->data.name[0] == '\0')
        reading->data.name = keep(reader, reading->common_name, length);
}

static struct certificate_reading *reading_new(TALLOC_CTX *context)
{
    struct certificate_reading *reading = talloc_zero(context, struct certificate_reading);
    if (reading == NULL)
        return NULL;
#define X(member) reading->data.member = "";
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    reading->common_name = reading->common_name_number = reading->subject_serial = "";
    reading->subject = reading->issuer = reading->serial = "";
    reading->notes = findings_new(reading);
    if (reading->notes != NULL)
        return reading;
    talloc_free(reading);
    return NULL;
}

bool certificate_read_names(TALLOC_CTX *context, const X509_NAME *subject, const GENERAL_NAMES *names,
                            struct certificate_reading **reading, struct ra_error *error)
{
    struct reader reader = {.reading = reading_new(context)};
    *reading = NULL;
    if (reader.reading == NULL) {
        ra_fail(error, RA_NO_MEMORY, "certificate");
        return false;
    }
    read_subject(&reader, subject);
    if (names != NULL) {
        for (size_t i = 0; i < sizeof other_name_rules / sizeof other_name_rules[0]; i++)
            read_other_name(&reader, names, &other_name_rules[i]);
        read_emails(&reader, names);
    }
    read_common_name(&reader);
    ERR_clear_error();
    if (reader.no_memory) {
        talloc_free(reader.reading);
        ra_fail(error, RA_NO_MEMORY, "certificate");
        return false;
    }
    *reading = reader.reading;
    return true;
}
