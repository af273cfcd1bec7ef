/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/names.h"

#include "pki/certificate/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Base letters of U+00C0 to U+017F (Latin-1 Supplement and Latin Extended-A) by their canonical
 * decomposition; '-' where there is none (ß, ø, ł, æ…), which refuses the letter. */
static const char base_letters[] = "AAAAAA-CEEEEIIII-NOOOOO--UUUUY--"  /* U+00C0 */
                                   "AAAAAA-CEEEEIIII-NOOOOO--UUUUY-Y"  /* U+00E0 */
                                   "AAAAAACCCCCCCCDD--EEEEEEEEEEGGGG"  /* U+0100 */
                                   "GGGGHH--IIIIIIIII---JJKK-LLLLLL-"  /* U+0120 */
                                   "---NNNNNN---OOOOOO--RRRRRRSSSSSS"  /* U+0140 */
                                   "SSTTTT--UUUUUUUUUUUUWWYYYZZZZZZ-"; /* U+0160 */
enum { BASE_FIRST = 0xC0, BASE_LAST = 0x17F };
static_assert(sizeof base_letters == BASE_LAST - BASE_FIRST + 2, "one letter for each code point");

/* DOC-ICP-04 7.1.5.2, table 7, apart from letters, digits and space. */
static const char allowed_symbols[] = "!\"#$%&'()*+,-./:;=?@\\";

/* What is being read and how messages call it. */
struct name_kind {
    const char *noun;
    size_t max; /* characters */
};

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

static bool is_combining_mark(uint32_t point)
{
    return point >= 0x300 && point <= 0x36F;
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

char name_character(uint32_t point)
{
    if (point >= BASE_FIRST && point <= BASE_LAST) {
        char base = base_letters[point - BASE_FIRST];
        if (base == '-')
            return '\0';
        return base;
    }
    if (point == 0 || point > 0x7E)
        return '\0';
    char c = (char)point;
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    if (is_letter(c) || (c >= '0' && c <= '9') || c == ' ' || strchr(allowed_symbols, c) != NULL)
        return c;
    return '\0';
}

/* Shows the character itself only where it can harm no terminal and no line of text. */
static bool refuse_character(struct field_problem *problem, const struct name_kind *kind, size_t position,
                             const char *bytes, size_t size, uint32_t point)
{
    bool ascii = point > 0x20 && point < 0x7F;
    bool latin = point > 0xA0 && point <= BASE_LAST && point != 0xAD;
    if (ascii || latin)
        return refuse(problem, "character", "O caractere %zu do %s (%.*s) não pode ir no certificado.",
                      position, kind->noun, (int)size, bytes);
    if (point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD)
        return refuse(
            problem, "character",
            "O caractere %zu do %s é invisível e não pode ir no certificado. Apague-o e digite de novo.",
            position, kind->noun);
    return refuse(
        problem, "character",
        "O caractere %zu do %s (U+%04X) não pode ir no certificado. Use só letras do nosso alfabeto.",
        position, kind->noun, (unsigned)point);
}

/* A name under construction: squeezed, never with a blank at either end but for a pending one. */
struct name_builder {
    char *text;
    size_t length; /* characters kept; those beyond the kind's maximum are counted only */
    bool blank_pending;
    bool has_letter;
};

static void append(struct name_builder *builder, size_t max, char c)
{
    if (c == ' ') {
        builder->blank_pending = builder->length > 0;
        return;
    }
    if (builder->blank_pending && builder->length < max)
        builder->text[builder->length] = ' ';
    builder->length += builder->blank_pending ? 1 : 0;
    builder->blank_pending = false;
    if (builder->length < max)
        builder->text[builder->length] = c;
    builder->length++;
    builder->has_letter = builder->has_letter || is_letter(c);
}

/* `text` holds kind->max + 1 bytes. */
static bool build(struct bytes input, const struct name_kind *kind, char *text, struct field_problem *problem)
{
    struct name_builder builder = {.text = text};
    char last = '\0';
    size_t position = 1;
    for (size_t at = 0, size; at < input.length; at += size, position++) {
        uint32_t point = 0;
        size = utf8_next(input, at, &point);
        if (size == 0)
            return refuse(problem, "character", "O caractere %zu do %s chegou corrompido. Digite de novo.",
                          position, kind->noun);
        if (is_combining_mark(point) && is_letter(last))
            continue;
        last = name_character(point);
        if (last == '\0')
            return refuse_character(problem, kind, position, (const char *)input.data + at, size, point);
        append(&builder, kind->max, last);
    }
    if (builder.length == 0)
        return refuse(problem, "empty", "Informe o %s.", kind->noun);
    if (!builder.has_letter)
        return refuse(problem, "charset", "O %s precisa ter letras.", kind->noun);
    if (builder.length > kind->max)
        return refuse(
            problem, "length",
            "O %s tem no máximo %zu caracteres; aqui há %zu. Um mais longo não cabe no certificado: se "
            "é o seu caso, fale com o atendimento.",
            kind->noun, kind->max, builder.length);
    text[builder.length] = '\0';
    return true;
}

static bool normalise(struct bytes input, const struct name_kind *kind, char *output,
                      struct field_problem *problem)
{
    if (build(input, kind, output, problem))
        return true;
    output[0] = '\0';
    return false;
}

bool person_name_normalise(struct bytes input, char output[PERSON_NAME_SIZE], struct field_problem *problem)
{
    static const struct name_kind kind = {"nome", PERSON_NAME_MAX};
    return normalise(input, &kind, output, problem);
}

bool company_name_normalise(struct bytes input, char output[COMPANY_NAME_SIZE], struct field_problem *problem)
{
    static const struct name_kind kind = {"nome empresarial", COMPANY_NAME_MAX};
    return normalise(input, &kind, output, problem);
}

bool city_name_normalise(struct bytes input, char output[CITY_NAME_SIZE], struct field_problem *problem)
{
    static const struct name_kind kind = {"município", CITY_NAME_MAX};
    return normalise(input, &kind, output, problem);
}

void common_name_format(const char *name, size_t name_max, const char *number, char output[COMMON_NAME_SIZE])
{
    size_t length = strnlen(name, name_max);
    while (length > 0 && name[length - 1] == ' ')
        length--;
    snprintf(output, COMMON_NAME_SIZE, "%.*s:%s", (int)length, name, number);
}
