/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/identifiers.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What the messages of one identifier say. */
struct identifier_words {
    const char *name;    /* "CPF", masculine */
    const char *unit;    /* "dígitos", "caracteres" */
    const char *charset; /* whole sentence */
};

static const struct identifier_words cpf_words = {"CPF", "dígitos", "O CPF só tem números."};
static const struct identifier_words cnpj_words = {
    "CNPJ", "caracteres", "O CNPJ só tem letras e números, e os dois últimos são sempre números."};
static const struct identifier_words nis_words = {"NIS (PIS/PASEP)", "dígitos",
                                                  "O NIS (PIS/PASEP) só tem números."};
static const struct identifier_words voter_id_words = {"título de eleitor", "dígitos",
                                                       "O título de eleitor só tem números."};
static const struct identifier_words cei_words = {"CEI", "dígitos", "O CEI só tem números."};
static const struct identifier_words caepf_words = {"CAEPF", "dígitos", "O CAEPF só tem números."};

bool field_fail(struct ra_error *error, const char *field, const struct field_problem *problem)
{
    return ra_fail_field(error, field, problem->code, problem->message);
}

RA_PRINTF(3, 4)
static bool refuse(struct field_problem *problem, const char *code, const char *format, ...)
{
    va_list arguments;
    problem->code = code;
    va_start(arguments, format);
    vsnprintf(problem->message, sizeof problem->message, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char to_upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* Text left when the characters of `mask` are gone and letters are upper case. */
struct unmasked {
    char text[32];
    size_t length; /* of everything, also beyond what `text` holds */
};

/* false when another character than digits (and letters, where allowed) is inside, or the input is absurdly
 * long. */
static bool unmask(const char *input, const char *mask, bool letters, struct unmasked *output)
{
    *output = (struct unmasked){.length = 0};
    for (size_t i = 0; input[i] != '\0'; i++) {
        if (i == IDENTIFIER_INPUT_MAX)
            return false;
        char c = to_upper(input[i]);
        if (strchr(mask, c) != NULL)
            continue;
        if (!(letters ? is_alphanumeric(c) : is_digit(c)))
            return false;
        if (output->length + 1 < sizeof output->text)
            output->text[output->length] = c;
        output->length++;
    }
    return true;
}

/* The common start of every fixed-width identifier. */
static bool unmask_exactly(const char *input, const struct identifier_words *words, bool letters,
                           size_t width, struct unmasked *output, struct field_problem *problem)
{
    if (!unmask(input, ".-/ ", letters, output))
        return refuse(problem, "charset", "%s", words->charset);
    if (output->length == 0)
        return refuse(problem, "empty", "Informe o %s.", words->name);
    if (output->length != width)
        return refuse(problem, "length", "São %zu %s no %s; aqui há %zu.", width, words->unit, words->name,
                      output->length);
    return true;
}

static bool refuse_check_digit(struct field_problem *problem, const struct identifier_words *words)
{
    return refuse(problem, "check-digit",
                  "Este %s não existe: os dígitos finais não conferem. Confira o número no documento.",
                  words->name);
}

static bool all_same(const char *text)
{
    return text[0] != '\0' && strspn(text, (char[]){text[0], '\0'}) == strlen(text);
}

static bool refuse_repeated(struct field_problem *problem, const struct identifier_words *words)
{
    return refuse(problem, "repeated", "Este %s não existe: é o mesmo número repetido.", words->name);
}

/* Sum of value * weight; a letter's value is its ASCII code less 48, as in the alphanumeric CNPJ. */
static unsigned weighted_sum(const char *text, const uint8_t *weights, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (unsigned)(text[i] - '0') * weights[i];
    return sum;
}

/* Modulus 11 of CPF, CNPJ and NIS. */
static char digit_below_two_is_zero(unsigned sum)
{
    unsigned rest = sum % 11;
    return (char)('0' + (rest < 2 ? 0 : 11 - rest));
}

bool cpf_normalise(const char *input, char output[CPF_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    struct unmasked cpf;
    output[0] = '\0';
    if (!unmask_exactly(input, &cpf_words, false, 11, &cpf, problem))
        return false;
    if (all_same(cpf.text))
        return refuse_repeated(problem, &cpf_words);
    if (digit_below_two_is_zero(weighted_sum(cpf.text, weights + 1, 9)) != cpf.text[9] ||
        digit_below_two_is_zero(weighted_sum(cpf.text, weights, 10)) != cpf.text[10])
        return refuse_check_digit(problem, &cpf_words);
    memcpy(output, cpf.text, CPF_SIZE);
    return true;
}

/* A root of zeros is not refused: the oldest numeric registrations have it (00000000000191). */
bool cnpj_normalise(const char *input, char output[CNPJ_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    struct unmasked cnpj;
    output[0] = '\0';
    if (!unmask_exactly(input, &cnpj_words, true, 14, &cnpj, problem))
        return false;
    if (!is_digit(cnpj.text[12]) || !is_digit(cnpj.text[13]))
        return refuse(problem, "charset", "%s", cnpj_words.charset);
    if (all_same(cnpj.text))
        return refuse_repeated(problem, &cnpj_words);
    if (digit_below_two_is_zero(weighted_sum(cnpj.text, weights + 1, 12)) != cnpj.text[12] ||
        digit_below_two_is_zero(weighted_sum(cnpj.text, weights, 13)) != cnpj.text[13])
        return refuse_check_digit(problem, &cnpj_words);
    memcpy(output, cnpj.text, CNPJ_SIZE);
    return true;
}

bool nis_normalise(const char *input, char output[NIS_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    struct unmasked nis;
    output[0] = '\0';
    if (!unmask_exactly(input, &nis_words, false, 11, &nis, problem))
        return false;
    if (all_same(nis.text))
        return refuse_repeated(problem, &nis_words);
    if (digit_below_two_is_zero(weighted_sum(nis.text, weights, 10)) != nis.text[10])
        return refuse_check_digit(problem, &nis_words);
    memcpy(output, nis.text, NIS_SIZE);
    return true;
}

/* Right-aligns the digits in `width` positions, zeros on the left. */
static void pad_with_zeros(const struct unmasked *number, size_t width, char *output)
{
    memset(output, '0', width);
    memcpy(output + width - number->length, number->text, number->length);
    output[width] = '\0';
}

/* Modulus 11 of the título: 10 is 0, and in São Paulo and Minas Gerais (UF 01 and 02) 0 is 1. */
static char voter_digit(unsigned sum, unsigned uf)
{
    unsigned rest = sum % 11;
    if (rest == 10)
        return '0';
    if (rest == 0 && uf <= 2)
        return '1';
    return (char)('0' + rest);
}

bool voter_id_normalise(const char *input, char output[VOTER_ID_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t uf_weights[] = {7, 8, 9};
    struct unmasked number;
    char voter[VOTER_ID_SIZE];
    output[0] = '\0';
    if (!unmask(input, ".-/ ", false, &number))
        return refuse(problem, "charset", "%s", voter_id_words.charset);
    if (number.length == 0)
        return refuse(problem, "empty", "Informe o número do título de eleitor.");
    /* UF and check digits are four; older numbers have less than eight before them. */
    if (number.length < 5 || number.length > 12)
        return refuse(problem, "length", "São 12 dígitos no título de eleitor; aqui há %zu.", number.length);
    pad_with_zeros(&number, 12, voter);
    unsigned uf = (unsigned)(voter[8] - '0') * 10 + (unsigned)(voter[9] - '0');
    if (uf < 1 || uf > 28)
        return refuse(problem, "uf", "Este título de eleitor não existe: o código do estado não confere.");
    char third[3] = {voter[8], voter[9], voter[10]};
    if (voter_digit(weighted_sum(voter, weights, 8), uf) != voter[10] ||
        voter_digit(weighted_sum(third, uf_weights, 3), uf) != voter[11])
        return refuse_check_digit(problem, &voter_id_words);
    memcpy(output, voter, VOTER_ID_SIZE);
    return true;
}

static bool small_number(const char *input, const char *name, size_t width, char *output,
                         struct field_problem *problem)
{
    struct unmasked number;
    output[0] = '\0';
    if (!unmask(input, " ", false, &number))
        return refuse(problem, "charset", "A %s do título só tem números.", name);
    if (number.length == 0)
        return refuse(problem, "empty", "Informe a %s do título de eleitor.", name);
    if (number.length > width)
        return refuse(problem, "length", "A %s do título tem no máximo %zu dígitos.", name, width);
    if (strspn(number.text, "0") == number.length)
        return refuse(problem, "zero", "A %s do título não pode ser zero.", name);
    pad_with_zeros(&number, width, output);
    return true;
}

bool voter_zone_normalise(const char *input, char output[VOTER_ZONE_SIZE], struct field_problem *problem)
{
    return small_number(input, "zona", 3, output, problem);
}

bool voter_section_normalise(const char *input, char output[VOTER_SECTION_SIZE],
                             struct field_problem *problem)
{
    return small_number(input, "seção", 4, output, problem);
}

bool cei_normalise(const char *input, char output[CEI_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4};
    struct unmasked cei;
    output[0] = '\0';
    if (!unmask_exactly(input, &cei_words, false, 12, &cei, problem))
        return false;
    /* Zeros mean "no CEI" in the certificate. */
    if (strspn(cei.text, "0") == cei.length)
        return refuse(problem, "zero",
                      "Este CEI não existe: só tem zeros. Se não houver CEI, deixe em branco.");
    unsigned sum = weighted_sum(cei.text, weights, 11);
    unsigned tens_and_units = (sum / 10 % 10 + sum % 10) % 10;
    if ((10 - tens_and_units) % 10 != (unsigned)(cei.text[11] - '0'))
        return refuse_check_digit(problem, &cei_words);
    memcpy(output, cei.text, CEI_SIZE);
    return true;
}

bool caepf_normalise(const char *input, char output[CAEPF_SIZE], struct field_problem *problem)
{
    static const uint8_t weights[] = {5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    struct unmasked caepf;
    output[0] = '\0';
    if (!unmask_exactly(input, &caepf_words, false, 14, &caepf, problem))
        return false;
    char digits[13];
    memcpy(digits, caepf.text, 12);
    unsigned first = weighted_sum(digits, weights + 1, 12) % 11 % 10;
    digits[12] = (char)('0' + first);
    unsigned second = weighted_sum(digits, weights, 13) % 11 % 10;
    unsigned expected = (first * 10 + second + 12) % 100;
    if (expected != (unsigned)(caepf.text[12] - '0') * 10 + (unsigned)(caepf.text[13] - '0'))
        return refuse_check_digit(problem, &caepf_words);
    memcpy(output, caepf.text, CAEPF_SIZE);
    return true;
}

bool rg_normalise(const char *input, char output[RG_SIZE], struct field_problem *problem)
{
    struct unmasked rg;
    output[0] = '\0';
    if (!unmask(input, ".-/ ", true, &rg))
        return refuse(problem, "charset", "O RG só tem números e letras.");
    if (rg.length == 0)
        return refuse(problem, "empty", "Informe o RG.");
    if (rg.length >= RG_SIZE)
        return refuse(problem, "length", "O RG tem no máximo 15 caracteres; aqui há %zu.", rg.length);
    /* Zeros mean "no RG" in the certificate. */
    if (strspn(rg.text, "0") == rg.length)
        return refuse(problem, "zero", "O RG não pode ter só zeros. Se não houver RG, deixe em branco.");
    memcpy(output, rg.text, rg.length + 1);
    return true;
}

bool rg_issuer_normalise(const char *input, char output[RG_ISSUER_SIZE], struct field_problem *problem)
{
    struct unmasked issuer;
    output[0] = '\0';
    /* A slash is no mask here: in "SSP/SP" the UF would come twice. */
    if (!unmask(input, ".- ", true, &issuer))
        return refuse(
            problem, "charset",
            "Informe só a sigla do órgão que emitiu o RG, como SSP; o estado vai no campo ao lado.");
    if (issuer.length == 0)
        return refuse(problem, "empty", "Informe o órgão que emitiu o RG.");
    if (issuer.length < 2 || issuer.length >= RG_ISSUER_SIZE)
        return refuse(problem, "length", "A sigla do órgão que emitiu o RG tem de 2 a 20 caracteres.");
    memcpy(output, issuer.text, issuer.length + 1);
    return true;
}

static bool is_uf(const char *text)
{
    static const char ufs[][UF_SIZE] = {"AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO",
                                        "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR",
                                        "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"};
    for (size_t i = 0; i < sizeof ufs / sizeof ufs[0]; i++)
        if (strcmp(ufs[i], text) == 0)
            return true;
    return false;
}

static bool uf_or(const char *input, const char *other, char output[UF_SIZE], struct field_problem *problem)
{
    struct unmasked uf;
    output[0] = '\0';
    bool plain = unmask(input, " ", true, &uf);
    if (plain && uf.length == 0)
        return refuse(problem, "empty", "Informe a sigla do estado.");
    if (!plain || uf.length != 2 || !(is_uf(uf.text) || strcmp(uf.text, other) == 0))
        return refuse(problem, "uf", "Informe a sigla de um estado, como SP.");
    memcpy(output, uf.text, UF_SIZE);
    return true;
}

bool uf_normalise(const char *input, char output[UF_SIZE], struct field_problem *problem)
{
    return uf_or(input, "", output, problem);
}

bool voter_uf_normalise(const char *input, char output[UF_SIZE], struct field_problem *problem)
{
    return uf_or(input, "ZZ", output, problem);
}
