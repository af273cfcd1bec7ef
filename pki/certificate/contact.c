/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part of identifiers.h that is no number of a register: birth date, telephone, e-mail.
 */
#include "pki/certificate/calendar.h"
#include "pki/certificate/identifiers.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { EMAIL_LOCAL_MAX = 64, EMAIL_LABEL_MAX = 63, FIRST_BIRTH_YEAR = 1900 };

static bool refuse(struct field_problem *problem, const char *code, const char *message)
{
    problem->code = code;
    snprintf(problem->message, sizeof problem->message, "%s", message);
    return false;
}

/* As people write it, "15/08/1985", in the order of the calendar. */
static void turn_round(const char *input, char output[DATE_SIZE])
{
    if (strnlen(input, DATE_SIZE) != DATE_SIZE - 1 || input[2] != '/' || input[5] != '/')
        return;
    snprintf(output, DATE_SIZE, "%.4s-%.2s-%.2s", input + 6, input + 3, input);
}

bool birth_date_normalise(const char *input, char output[DATE_SIZE], struct field_problem *problem)
{
    struct calendar_day day;
    char turned[DATE_SIZE] = "";
    output[0] = '\0';
    if (input[0] == '\0')
        return refuse(problem, "empty", "Informe a data de nascimento.");
    turn_round(input, turned);
    if (turned[0] != '\0')
        input = turned;
    switch (calendar_parse(input, &day)) {
    case CALENDAR_SHAPE:
        return refuse(problem, "format", "Escreva o dia, o mês e o ano, como 15/08/1985.");
    case CALENDAR_NO_DAY:
        return refuse(problem, "calendar", "Este dia não existe no calendário. Confira dia, mês e ano.");
    case CALENDAR_DAY:
        break;
    default:
        return refuse(problem, "format", "A data não pôde ser lida.");
    }
    if (day.year < FIRST_BIRTH_YEAR)
        return refuse(problem, "calendar", "O ano de nascimento não pode ser anterior a 1900.");
    memcpy(output, input, DATE_SIZE);
    return true;
}

int age_on(const char *birth_date, const char *day)
{
    struct calendar_day birth;
    struct calendar_day today;
    if (calendar_parse(birth_date, &birth) != CALENDAR_DAY || calendar_parse(day, &today) != CALENDAR_DAY ||
        calendar_compare(today, birth) < 0)
        return -1;
    bool before_birthday = today.month < birth.month || (today.month == birth.month && today.day < birth.day);
    return today.year - birth.year - (before_birthday ? 1 : 0);
}

/* DDD in use (Anatel's numbering plan), the second digits of each first one. */
static bool is_area_code(char first, char second)
{
    static const char *const seconds[] = {
        ['1' - '0'] = "123456789", ['2' - '0'] = "12478",     ['3' - '0'] = "1234578",
        ['4' - '0'] = "123456789", ['5' - '0'] = "1345",      ['6' - '0'] = "123456789",
        ['7' - '0'] = "134579",    ['8' - '0'] = "123456789", ['9' - '0'] = "123456789",
    };
    if (first < '1' || first > '9' || second < '1' || second > '9')
        return false;
    return strchr(seconds[first - '0'], second) != NULL;
}

/* Digits alone into `digits`, which holds `size`; *length counts all of them. A plus sign may only come
 * first. */
static bool phone_digits(const char *input, char *digits, size_t size, size_t *length, bool *plus)
{
    *length = 0;
    *plus = false;
    for (size_t i = 0; input[i] != '\0'; i++) {
        char c = input[i];
        if (i == IDENTIFIER_INPUT_MAX)
            return false;
        if (strchr(" ()-.", c) != NULL)
            continue;
        if (c == '+' && *length == 0 && !*plus) {
            *plus = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        if (*length + 1 < size)
            digits[*length] = c;
        (*length)++;
    }
    digits[*length < size ? *length : size - 1] = '\0';
    return true;
}

bool phone_normalise(const char *input, char output[PHONE_SIZE], struct field_problem *problem)
{
    char digits[16];
    size_t length;
    bool plus;
    output[0] = '\0';
    if (!phone_digits(input, digits, sizeof digits, &length, &plus))
        return refuse(problem, "charset", "O telefone só tem números: DDD e número, como (19) 98765-4321.");
    if (length == 0)
        return refuse(problem, "empty", "Informe o telefone com DDD.");
    const char *number = digits;
    bool international = strncmp(number, "55", 2) == 0 && (length == 12 || length == 13);
    if (plus && !international)
        return refuse(problem, "length", "Informe um telefone do Brasil: +55, DDD e número.");
    size_t prefix = international ? 2 : number[0] == '0' ? 1 : 0;
    number += prefix;
    length -= prefix;
    if (length != 10 && length != 11)
        return refuse(problem, "length", "Informe o DDD e o número: 10 dígitos, ou 11 se for celular.");
    if (!is_area_code(number[0], number[1]))
        return refuse(problem, "area-code", "Este DDD não existe.");
    if (length == 11 ? number[2] != '9' : number[2] < '2' || number[2] > '5')
        return refuse(problem, "number",
                      "Depois do DDD, celular tem 9 dígitos e começa com 9; fixo tem 8 e começa com 2 a 5.");
    snprintf(output, PHONE_SIZE, "+55%.11s", number);
    return true;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* dot-atom of RFC 5322. */
static bool is_local_part(const char *text, size_t length)
{
    if (length == 0 || length > EMAIL_LOCAL_MAX || text[0] == '.' || text[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && text[i + 1] == '.')
            return false;
        if (!is_letter_or_digit(text[i]) && strchr(".!#$%&'*+-/=?^_`{|}~", text[i]) == NULL)
            return false;
    }
    return true;
}

static bool is_label(const char *text, size_t length)
{
    if (length == 0 || length > EMAIL_LABEL_MAX || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(text[i]) && text[i] != '-')
            return false;
    return true;
}

/* Two labels or more; the last one begins with a letter, so that an address of numbers is no domain. */
static bool is_domain(const char *text)
{
    size_t labels = 1;
    for (const char *dot = strchr(text, '.'); dot != NULL; dot = strchr(text, '.'), labels++) {
        if (!is_label(text, (size_t)(dot - text)))
            return false;
        text = dot + 1;
    }
    return labels >= 2 && is_label(text, strlen(text)) && (text[0] < '0' || text[0] > '9');
}

bool email_normalise(const char *input, char output[EMAIL_SIZE], struct field_problem *problem)
{
    output[0] = '\0';
    while (*input == ' ')
        input++;
    size_t length = strnlen(input, IDENTIFIER_INPUT_MAX);
    while (length > 0 && input[length - 1] == ' ')
        length--;
    if (length == 0)
        return refuse(problem, "empty", "Informe o e-mail.");
    if (length >= EMAIL_SIZE)
        return refuse(problem, "length", "O e-mail tem no máximo 254 caracteres.");
    for (size_t i = 0; i < length; i++)
        if (input[i] <= ' ' || input[i] > '~')
            return refuse(problem, "charset", "O e-mail não pode ter espaços, acentos nem outros símbolos.");
    char address[EMAIL_SIZE];
    memcpy(address, input, length);
    address[length] = '\0';
    char *at = strrchr(address, '@');
    if (at == NULL || !is_local_part(address, (size_t)(at - address)) || !is_domain(at + 1))
        return refuse(problem, "format", "Este e-mail não parece certo. Escreva como nome@exemplo.com.br.");
    for (char *c = at + 1; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    memcpy(output, address, length + 1);
    return true;
}
