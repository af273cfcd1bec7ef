/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands in the otherNames of ICP-Brasil (DOC-ICP-04 7.1.2.3 and 7.1.2.4): widths, zeros and blanks, and
 * every number by its check digits.
 */
#include "pki/certificate/calendar.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/lint_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    PERSON_LEAST = 45,
    PERSON_MOST = 55,
    VOTER_LEAST = 19,
    VOTER_MOST = 41,
    CEI_WIDTH = 12,
    CNPJ_WIDTH = 14,
    NAME_MOST = 105,
};

static void add_digits(const struct lint *lint, const char *field, struct bytes value)
{
    char text[LINT_TEXT_SIZE];
    lint_text(value, text);
    findings_add(lint->findings, FINDING_RULE_SAN_DIGITS,
                 "%s: “%s” precisa ser só de algarismos, zeros quando não há número.", field, text);
}

/* A field of digits by offset into `number` ("" when it is all zeros); false and a finding for anything else.
 */
static bool take_digits(const struct lint *lint, const char *field, const uint8_t *at, size_t width,
                        char *number)
{
    bool zeros = true;
    number[0] = '\0';
    for (size_t i = 0; i < width; i++) {
        if (at[i] < '0' || at[i] > '9') {
            add_digits(lint, field, (struct bytes){at, width});
            return false;
        }
        zeros = zeros && at[i] == '0';
    }
    if (!zeros)
        snprintf(number, width + 1, "%.*s", (int)width, (const char *)at);
    return true;
}

static bool fits(const struct lint *lint, const char *field, struct bytes value, size_t least, size_t most)
{
    if (value.length < least) {
        findings_add(lint->findings, FINDING_RULE_SAN_SHORT, "%s tem %zu caracteres; o mínimo é %zu.", field,
                     value.length, least);
        return false;
    }
    if (value.length > most)
        findings_add(lint->findings, FINDING_RULE_SAN_LONG, "%s tem %zu caracteres; o máximo é %zu.", field,
                     value.length, most);
    return true;
}

static void lint_birth_date(const struct lint *lint, const char *field, const uint8_t *at)
{
    char digits[9];
    char date[DATE_SIZE];
    char issued[DATE_SIZE];
    struct calendar_day day;
    if (!take_digits(lint, field, at, 8, digits))
        return;
    snprintf(date, sizeof date, "%.4s-%.2s-%.2s", (const char *)at + 4, (const char *)at + 2,
             (const char *)at);
    if (digits[0] == '\0' || calendar_parse(date, &day) != CALENDAR_DAY || day.year < 1900) {
        findings_add(lint->findings, FINDING_RULE_SAN_BIRTH_DATE,
                     "%s: a data de nascimento está ausente ou não existe.", field);
        return;
    }
    profile_day(lint->not_before, issued);
    if (lint->not_before != 0 && strcmp(date, issued) > 0)
        findings_add(lint->findings, FINDING_RULE_SAN_BIRTH_FUTURE,
                     "%s: a data de nascimento é depois da emissão.", field);
}

static void lint_rg(const struct lint *lint, const char *field, const uint8_t *at, bool *absent)
{
    enum { WIDTH = 15 };
    *absent = true;
    for (size_t i = 0; i < WIDTH; i++) {
        bool good = (at[i] >= '0' && at[i] <= '9') || (at[i] >= 'A' && at[i] <= 'Z');
        *absent = *absent && at[i] == '0';
        if (!good) {
            char text[LINT_TEXT_SIZE];
            lint_text((struct bytes){at, WIDTH}, text);
            findings_add(lint->findings, FINDING_RULE_SAN_RG,
                         "%s: o RG “%s” só pode ter A-Z e 0-9, com zeros à esquerda.", field, text);
            return;
        }
    }
}

/* Text that ends with a UF, never padded (7.1.2.4). Its length without padding. */
static size_t lint_tail(const struct lint *lint, const char *field, struct bytes tail)
{
    size_t length = tail.length;
    while (length > 0 && tail.data[length - 1] == ' ')
        length--;
    bool zeros = length > 0;
    for (size_t i = 0; i < length; i++)
        zeros = zeros && (tail.data[i] == '0' || tail.data[i] == ' ');
    if (zeros)
        length = 0;
    if (length != tail.length)
        findings_add(lint->findings, FINDING_RULE_SAN_PADDING,
                     "%s: o último campo foi completado com %s; a norma o deixa do tamanho que tem.", field,
                     zeros ? "zeros" : "brancos");
    if (length == 0)
        return 0;
    char uf[3] = "";
    char stored[UF_SIZE];
    struct field_problem problem;
    if (length >= 2)
        snprintf(uf, sizeof uf, "%.2s", (const char *)tail.data + length - 2);
    if (!voter_uf_normalise(uf, stored, &problem) || strcmp(uf, stored) != 0)
        findings_add(lint->findings, FINDING_RULE_SAN_UF, "%s: os dois últimos caracteres não são uma UF.",
                     field);
    return length;
}

/* .3.1 and .3.4: birth 8, CPF 11, NIS 11, RG 15, issuer and UF up to 10. */
static void lint_person_block(struct lint *lint, const char *field, struct bytes value)
{
    char number[LINT_NUMBER_SIZE];
    char stored[CPF_SIZE];
    struct field_problem problem;
    bool no_rg;
    if (!fits(lint, field, value, PERSON_LEAST, PERSON_MOST))
        return;
    lint_birth_date(lint, field, value.data);
    if (take_digits(lint, field, value.data + 8, 11, number)) {
        if (!cpf_normalise(number, stored, &problem))
            findings_add(lint->findings, FINDING_RULE_SAN_CPF, "%s: CPF: %s", field, problem.message);
        snprintf(lint->cpf, sizeof lint->cpf, "%s", number);
    }
    if (take_digits(lint, field, value.data + 19, 11, number) && number[0] != '\0' &&
        !nis_normalise(number, stored, &problem))
        findings_add(lint->findings, FINDING_RULE_SAN_NIS, "%s: NIS: %s", field, problem.message);
    lint_rg(lint, field, value.data + 30, &no_rg);
    size_t tail =
        lint_tail(lint, field, (struct bytes){value.data + PERSON_LEAST, value.length - PERSON_LEAST});
    if (no_rg && tail > 0)
        findings_add(lint->findings, FINDING_RULE_SAN_RG_ISSUER, "%s: há órgão expedidor sem RG.", field);
    if (!no_rg && tail == 0)
        findings_add(lint->findings, FINDING_RULE_SAN_RG_ISSUER, "%s: há RG sem órgão expedidor e UF.",
                     field);
}

/* .3.5: título 12, zona 3, seção 4, município and UF up to 22. */
static void lint_voter_block(const struct lint *lint, const char *field, struct bytes value)
{
    char number[LINT_NUMBER_SIZE], zone[8], section[8];
    char stored[VOTER_ID_SIZE];
    struct field_problem problem;
    if (!fits(lint, field, value, VOTER_LEAST, VOTER_MOST) ||
        !take_digits(lint, field, value.data, 12, number) ||
        !take_digits(lint, field, value.data + 12, 3, zone) ||
        !take_digits(lint, field, value.data + 15, 4, section))
        return;
    size_t tail =
        lint_tail(lint, field, (struct bytes){value.data + VOTER_LEAST, value.length - VOTER_LEAST});
    if (number[0] == '\0') {
        if (zone[0] != '\0' || section[0] != '\0' || tail > 0)
            findings_add(lint->findings, FINDING_RULE_SAN_VOTER_ABSENT,
                         "%s: sem título, zona e seção são zeros e o município não aparece.", field);
        return;
    }
    if (!voter_id_normalise(number, stored, &problem))
        findings_add(lint->findings, FINDING_RULE_SAN_VOTER, "%s: título: %s", field, problem.message);
}

static void lint_cei(const struct lint *lint, const char *field, struct bytes value)
{
    char number[LINT_NUMBER_SIZE];
    char stored[CEI_SIZE];
    struct field_problem problem;
    if (!fits(lint, field, value, CEI_WIDTH, CEI_WIDTH) ||
        !take_digits(lint, field, value.data, CEI_WIDTH, number))
        return;
    if (number[0] != '\0' && !cei_normalise(number, stored, &problem))
        findings_add(lint->findings, FINDING_RULE_SAN_CEI, "%s: CEI: %s", field, problem.message);
}

static void lint_cnpj(struct lint *lint, const char *field, struct bytes value)
{
    char text[LINT_TEXT_SIZE];
    char stored[CNPJ_SIZE];
    struct field_problem problem;
    if (!fits(lint, field, value, CNPJ_WIDTH, CNPJ_WIDTH))
        return;
    lint_text(value, text);
    if (!cnpj_normalise(text, stored, &problem) || strcmp(text, stored) != 0)
        findings_add(lint->findings, FINDING_RULE_SAN_CNPJ, "%s: o CNPJ “%s” está ausente ou não existe.",
                     field, text);
    snprintf(lint->cnpj, sizeof lint->cnpj, "%.*s", CNPJ_WIDTH, text);
}

static void lint_responsible_name(const struct lint *lint, const char *field, struct bytes value)
{
    if (value.length == 0)
        findings_add(lint->findings, FINDING_RULE_SAN_RESPONSIBLE_NAME, "%s: falta o nome do responsável.",
                     field);
    if (value.length > NAME_MOST)
        findings_add(lint->findings, FINDING_RULE_SAN_LONG, "%s tem %zu caracteres; o máximo é %d.", field,
                     value.length, NAME_MOST);
}

/* Letters only in capitals, no accents, no masks: A-Z and 0-9, and in names what 7.1.5.2 allows. */
static void lint_charset(const struct lint *lint, const char *field, struct bytes value)
{
    for (size_t i = 0; i < value.length; i++) {
        uint8_t c = value.data[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c != 0 && strchr(" !\"#$%&'()*+,-./:;=?@\\", c) != NULL);
        if (!good) {
            findings_add(lint->findings, FINDING_RULE_SAN_CHARSET,
                         "%s tem caracteres fora de A-Z, 0-9 e da pontuação que a norma admite.", field);
            return;
        }
    }
}

void lint_icp_field(struct lint *lint, int oid, const char *field, struct bytes content)
{
    lint_charset(lint, field, content);
    switch (oid) {
    case OID_ICP_PERSON:
    case OID_ICP_RESPONSIBLE:
        lint_person_block(lint, field, content);
        return;
    case OID_ICP_RESPONSIBLE_NAME:
        lint_responsible_name(lint, field, content);
        return;
    case OID_ICP_CNPJ:
        lint_cnpj(lint, field, content);
        return;
    case OID_ICP_VOTER:
        lint_voter_block(lint, field, content);
        return;
    default:
        lint_cei(lint, field, content);
        return;
    }
}
