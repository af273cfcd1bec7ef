/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Version, serial, validity, signature algorithms.
 */
#include "pki/certificate/lint_internal.h"

#include <string.h>

enum { SERIAL_OCTETS_MAX = 20, UTC_LENGTH = 13, GENERALIZED_LENGTH = 15, DAY_S = 86400 };

static int two_digits(const uint8_t *at)
{
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* Days from 1970-01-01 of a day of the Gregorian calendar; the year begins in March. */
static int64_t days_of(int year, int month, int day)
{
    int64_t from_march = month > 2 ? year : year - 1;
    int64_t century = from_march / 400;
    int64_t of_century = from_march - century * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return century * 146097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool lint_time(const struct der_element *time, time_t *instant)
{
    const uint8_t *at = time->content.data;
    size_t length = time->content.length;
    *instant = 0;
    if (length < UTC_LENGTH || at[length - 1] != 'Z')
        return false;
    for (size_t i = 0; i + 1 < length; i++)
        if (at[i] < '0' || at[i] > '9')
            return false;
    bool utc = time->whole.data[0] == DER_UTC_TIME;
    if (length != (utc ? UTC_LENGTH : GENERALIZED_LENGTH) ||
        (!utc && time->whole.data[0] != DER_GENERALIZED_TIME))
        return false;
    int year = utc ? two_digits(at) : two_digits(at) * 100 + two_digits(at + 2);
    at += utc ? 2 : 4;
    if (utc)
        year += year < 50 ? 2000 : 1900;
    else if (year < 2050)
        return false; /* until 2049 it is UTCTime */
    int month = two_digits(at), day = two_digits(at + 2);
    int hour = two_digits(at + 4), minute = two_digits(at + 6), second = two_digits(at + 8);
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *instant = days_of(year, month, day) * DAY_S + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    return true;
}

void lint_text(struct bytes content, char output[LINT_TEXT_SIZE])
{
    size_t length = content.length < LINT_TEXT_SIZE - 1 ? content.length : LINT_TEXT_SIZE - 1;
    for (size_t i = 0; i < length; i++)
        output[i] = (char)(content.data[i] >= ' ' && content.data[i] <= '~' ? content.data[i] : '?');
    output[length] = '\0';
}

bool lint_serial_good(struct bytes serial)
{
    bool zero = true;
    for (size_t i = 0; i < serial.length; i++)
        zero = zero && serial.data[i] == 0;
    if (zero || serial.data[0] >= 0x80)
        return false;
    bool padded = serial.length > 1 && serial.data[0] == 0 && serial.data[1] < 0x80;
    size_t octets = serial.data[0] == 0 ? serial.length - 1 : serial.length;
    return !padded && octets <= SERIAL_OCTETS_MAX;
}

void lint_serial(struct bytes serial, struct findings *findings)
{
    if (!lint_serial_good(serial))
        findings_add(findings, FINDING_RULE_SERIAL,
                     "O número de série precisa ser positivo e ter até 20 bytes.");
    else if (serial.length > SERIAL_OCTETS_MAX)
        findings_add(findings, FINDING_RULE_SERIAL_SIGN,
                     "O número de série tem 20 bytes e mais um para o sinal; há leitores que só contam 20.");
}

void lint_issuer_name(struct bytes issuer, struct findings *findings)
{
    struct der list, set, pair;
    struct der_element type, value;
    bool whole = lint_enter(issuer, &list) && !der_done(&list);
    while (whole && !der_done(&list))
        whole = der_enter(&list, DER_SET, &set) && der_enter(&set, DER_SEQUENCE, &pair) &&
                der_take(&pair, DER_OID, &type) && der_next(&pair, &value) && der_done(&pair) &&
                value.content.length > 0;
    if (!whole)
        findings_add(findings, FINDING_RULE_ISSUER_FORM, "O nome do emissor está vazio ou malformado.");
}

void lint_signature_bits(struct bytes signature, struct findings *findings)
{
    if (signature.length < 2 || signature.data[0] != 0)
        findings_add(findings, FINDING_RULE_ENCODING, "A assinatura não é feita de octetos inteiros.");
}

/* RSA writes NULL after the algorithm (RFC 4055 5), ECDSA and EdDSA nothing (RFC 5758 3.2, RFC 8410 3). */
static void lint_parameters(int algorithm, struct bytes parameters, struct findings *findings)
{
    static const uint8_t null[] = {DER_NULL, 0};
    bool rsa = algorithm == OID_SHA256_RSA || algorithm == OID_SHA512_RSA;
    if (rsa ? !bytes_equal(parameters, (struct bytes){null, sizeof null}) : parameters.length > 0)
        findings_add(findings, FINDING_RULE_SIGNATURE_PARAMETERS,
                     "O algoritmo de assinatura não traz os parâmetros que o padrão manda.");
}

enum algorithm_class { ALGORITHM_ACCEPTED, ALGORITHM_REFUSED, ALGORITHM_UNVERIFIABLE };

/* DOC-ICP-01.01, suites; what OpenSSL 3.0 cannot work with is no reason to call it wrong. */
static enum algorithm_class class_of(int algorithm)
{
    switch (algorithm) {
    case OID_SHA256_RSA:
    case OID_SHA512_RSA:
    case OID_SHA256_ECDSA:
    case OID_SHA512_ECDSA:
    case OID_ED25519:
    case OID_ED448:
        return ALGORITHM_ACCEPTED;
    case OID_MD5_RSA:
    case OID_SHA1_RSA:
    case OID_SHA224_RSA:
    case OID_SHA384_RSA:
    case OID_RSA_PSS:
    case OID_SHA1_ECDSA:
    case OID_SHA384_ECDSA:
        return ALGORITHM_REFUSED;
    default:
        return ALGORITHM_UNVERIFIABLE;
    }
}

void lint_signature_algorithms(struct bytes inner, struct bytes outer, struct findings *findings)
{
    struct bytes type, parameters;
    char name[OID_TEXT_SIZE];
    if (inner.length != outer.length || memcmp(inner.data, outer.data, inner.length) != 0)
        findings_add(findings, FINDING_RULE_SIGNATURE_TWICE,
                     "O algoritmo de assinatura está escrito de dois modos diferentes.");
    if (!algorithm_view_open(outer, &type, &parameters)) {
        findings_add(findings, FINDING_RULE_ENCODING, "O algoritmo de assinatura não pôde ser lido.");
        return;
    }
    oid_text(type, name);
    switch (class_of(oid_known(type))) {
    case ALGORITHM_ACCEPTED:
        lint_parameters(oid_known(type), parameters, findings);
        return;
    case ALGORITHM_REFUSED:
        findings_add(findings, FINDING_RULE_SIGNATURE_ALGORITHM,
                     "O algoritmo de assinatura %s não é dos que a ICP-Brasil admite.", name);
        return;
    case ALGORITHM_UNVERIFIABLE:
        findings_add(findings, FINDING_RULE_SIGNATURE_UNVERIFIABLE,
                     "A assinatura usa %s, que não se verifica aqui: não se sabe se é válida.", name);
        return;
    }
}

static void lint_validity(struct lint *lint)
{
    const struct certificate_view *view = lint->view;
    time_t now = lint->about->now;
    if (!lint_time(&view->not_before, &lint->not_before) || !lint_time(&view->not_after, &lint->not_after)) {
        findings_add(lint->findings, FINDING_RULE_TIME_FORM,
                     "A validade não está escrita como UTCTime até 2049, com segundos e Z.");
        return;
    }
    if (lint->not_before >= lint->not_after)
        findings_add(lint->findings, FINDING_RULE_VALIDITY, "A validade termina antes de começar.");
    if (now != 0 && lint->not_after < now)
        findings_add(lint->findings, FINDING_RULE_EXPIRED, "O certificado está vencido.");
    if (now != 0 && lint->not_before > now)
        findings_add(lint->findings, FINDING_RULE_NOT_YET_VALID, "O certificado ainda não vale.");
}

/* DOC-ICP-04, table 6. */
static int longest_years(uint32_t policy)
{
    switch (policy) {
    case POLICY_A1:
    case POLICY_S1:
    case POLICY_SE_S:
        return 1;
    case POLICY_A2:
        return 2;
    case POLICY_A3:
    case POLICY_SE_H:
        return 5;
    case POLICY_A4:
    case POLICY_S4:
        return 11; /* six, or eleven on chains that are wholly ECC */
    default:
        return 0;
    }
}

static void lint_longest(const struct lint *lint)
{
    int years = longest_years(lint->policy);
    if (years == 0 || lint->not_after == 0)
        return;
    if (lint->rsa_bits > 0 && years == 11)
        years = 6;
    int64_t most = (int64_t)years * 365 * DAY_S + ((int64_t)years / 4 + 2) * DAY_S;
    if (lint->not_after - lint->not_before > most)
        findings_add(lint->findings, FINDING_RULE_VALIDITY_POLICY,
                     "A validade passa de %d %s, o máximo deste tipo de certificado.", years,
                     years == 1 ? "ano" : "anos");
}

void lint_form(struct lint *lint)
{
    if (lint->view->version != 3)
        findings_add(lint->findings, FINDING_RULE_VERSION, "O certificado não é da versão 3.");
    lint_serial(lint->view->serial, lint->findings);
    lint_signature_algorithms(lint->view->inner_algorithm, lint->view->outer_algorithm, lint->findings);
    lint_signature_bits(lint->view->signature, lint->findings);
    lint_issuer_name(lint->view->issuer, lint->findings);
    if (lint->view->unique_ids)
        findings_add(lint->findings, FINDING_RULE_UNIQUE_ID,
                     "O certificado traz issuerUniqueID ou subjectUniqueID, que não se usam.");
    if (lint->kind == SUBJECT_HOLDER && bytes_equal(lint->view->issuer, lint->view->subject))
        findings_add(lint->findings, FINDING_RULE_ISSUER_SELF,
                     "O emissor é o próprio titular: nenhuma AC emitiu este certificado.");
    lint_validity(lint);
    if (lint->kind == SUBJECT_HOLDER)
        lint_longest(lint);
}
