/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DOC-ICP-04 7.1.5.2: which characters reach a certificate, and how the CN is cut (7.1.4.1).
 */
#include "pki/certificate/names.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

static void accepts(const char *input, const char *expected)
{
    char output[PERSON_NAME_SIZE] = "untouched";
    struct field_problem problem = {.code = "", .message = ""};
    if (!person_name_normalise(bytes_of_text(input), output, &problem))
        fail_msg("%s: %s %s", input, problem.code, problem.message);
    assert_string_equal(output, expected);
}

static void refuses_bytes(struct bytes input, const char *code, const char *message)
{
    char output[PERSON_NAME_SIZE] = "untouched";
    struct field_problem problem = {.code = "", .message = ""};
    assert_false(person_name_normalise(input, output, &problem));
    assert_string_equal(problem.code, code);
    if (message != NULL)
        assert_string_equal(problem.message, message);
    assert_string_equal(output, "");
}

static void refuses(const char *input, const char *code, const char *message)
{
    refuses_bytes(bytes_of_text(input), code, message);
}

static void diacritics_are_dropped_and_letters_raised(void **state)
{
    (void)state;
    accepts("José da Conceição Araújo", "JOSE DA CONCEICAO ARAUJO");
    accepts("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "AAAAAACEEEEIIIINOOOOOUUUUYY");
    accepts("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ", "AAAAAACEEEEIIIINOOOOOUUUUY");
    accepts("Āčďęğĥĩĵķļńőřşţűŵŷž", "ACDEGHIJKLNORSTUWYZ");
    /* Already decomposed, as some systems send it. */
    accepts("Jose\xcc\x81 Conceic\xcc\xa7\xc3\xa3o", "JOSE CONCEICAO");
}

static void spaces_are_squeezed_and_trimmed(void **state)
{
    (void)state;
    accepts("  Ana   Maria  ", "ANA MARIA");
}

static void the_symbols_of_table_7_stay(void **state)
{
    (void)state;
    accepts("A!\"#$%&'()*+,-./:;=?@\\Z", "A!\"#$%&'()*+,-./:;=?@\\Z");
    accepts("D'Ávila-Sá 3", "D'AVILA-SA 3");
    refuses("A_B", "character", "O caractere 2 do nome (_) não pode ir no certificado.");
    for (const char *c = "<>[]^_`{|}~"; *c != '\0'; c++)
        refuses_bytes((struct bytes){(const uint8_t *)c, 1}, "character", NULL);
}

static void other_characters_are_refused_by_position(void **state)
{
    (void)state;
    refuses("Strauß", "character", "O caractere 6 do nome (ß) não pode ir no certificado.");
    refuses("José Ørsted", "character", "O caractere 6 do nome (Ø) não pode ir no certificado.");
    refuses("Ana 😀", "character",
            "O caractere 5 do nome (U+1F600) não pode ir no certificado. Use só letras do nosso alfabeto.");
    refuses("Αnna", "character",
            "O caractere 1 do nome (U+0391) não pode ir no certificado. Use só letras do nosso alfabeto.");
    refuses("Łukasz", "character", NULL);
    refuses("1º", "character", NULL);
    /* A mark with nothing to sit on. */
    refuses("\xcc\x81"
            "Ana",
            "character", NULL);
}

static void invisible_characters_are_never_shown(void **state)
{
    (void)state;
    const char *invisible =
        "O caractere 4 do nome é invisível e não pode ir no certificado. Apague-o e digite de novo.";
    refuses("Ana\x1b[31m", "character", invisible);
    refuses("Ana\tMaria", "character", invisible);
    refuses("Ana\xc2\xa0Maria", "character", invisible);
    refuses("Ana\xc2\xadMaria", "character", invisible);
    refuses_bytes((struct bytes){(const uint8_t *)"Ana\0Maria", 9}, "character", invisible);
    /* Direction override: named by number, not printed. */
    refuses("Ana\xe2\x80\xaeMaria", "character",
            "O caractere 4 do nome (U+202E) não pode ir no certificado. Use só letras do nosso alfabeto.");
}

static void malformed_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "An\xff", "An\xc3", "An\xc0\xaf", "An\xed\xa0\x80", "An\xf4\x90\x80\x80", "An\x80"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        refuses(broken[i], "character", "O caractere 3 do nome chegou corrompido. Digite de novo.");
}

static void a_name_has_letters(void **state)
{
    (void)state;
    refuses("", "empty", "Informe o nome.");
    refuses("   ", "empty", NULL);
    refuses("123 - 4", "charset", "O nome precisa ter letras.");
}

static void lengths_are_counted_in_characters(void **state)
{
    (void)state;
    char name[2 * PERSON_NAME_MAX + 8];
    char expected[PERSON_NAME_SIZE];
    char output[COMPANY_NAME_SIZE];
    struct field_problem problem;
    for (size_t i = 0; i < PERSON_NAME_MAX; i++)
        memcpy(name + (size_t)2 * i, "\xc3\xa3", 2);
    name[(size_t)2 * PERSON_NAME_MAX] = '\0';
    memset(expected, 'A', PERSON_NAME_MAX);
    expected[PERSON_NAME_MAX] = '\0';
    accepts(name, expected);
    strncat(name, " b", 3);
    refuses(name, "length",
            "O nome tem no máximo 100 caracteres; aqui há 102. Um mais longo não cabe no certificado: se é o "
            "seu caso, fale com o atendimento.");
    assert_true(company_name_normalise(bytes_of_text(name), output, &problem));
    assert_int_equal(strlen(output), 102);
    assert_false(city_name_normalise(bytes_of_text(name), output, &problem));
    assert_string_equal(problem.code, "length");
    assert_non_null(strstr(problem.message, "município"));
}

static void the_cn_is_cut_never_abbreviated(void **state)
{
    (void)state;
    char output[COMMON_NAME_SIZE];
    common_name_format("ANA MARIA", COMMON_NAME_PERSON_MAX, "11144477735", output);
    assert_string_equal(output, "ANA MARIA:11144477735");
    common_name_format("0123456789012345678901234567890123456789012345678901XYZ", COMMON_NAME_PERSON_MAX,
                       "11144477735", output);
    assert_string_equal(output, "0123456789012345678901234567890123456789012345678901:11144477735");
    assert_int_equal(strlen(output), 64);
    /* The cut falls after a blank, which goes too. */
    common_name_format("012345678901234567890123456789012345678901234567890 XYZ", COMMON_NAME_PERSON_MAX,
                       "11144477735", output);
    assert_string_equal(output, "012345678901234567890123456789012345678901234567890:11144477735");
    common_name_format("01234567890123456789012345678901234567890123456789XYZ", COMMON_NAME_COMPANY_MAX,
                       "12ABC34501DE35", output);
    assert_int_equal(strlen(output), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diacritics_are_dropped_and_letters_raised),
        cmocka_unit_test(spaces_are_squeezed_and_trimmed),
        cmocka_unit_test(the_symbols_of_table_7_stay),
        cmocka_unit_test(other_characters_are_refused_by_position),
        cmocka_unit_test(invisible_characters_are_never_shown),
        cmocka_unit_test(malformed_utf8_is_refused),
        cmocka_unit_test(a_name_has_letters),
        cmocka_unit_test(lengths_are_counted_in_characters),
        cmocka_unit_test(the_cn_is_cut_never_abbreviated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
