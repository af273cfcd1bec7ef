/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check digits, masks and messages of identifiers.h. The numbers are public test vectors or were computed;
 * none is meant to be anybody's.
 */
#include "pki/certificate/identifiers.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

typedef bool normaliser(const char *input, char *output, struct field_problem *problem);

enum { OUTPUT_SIZE = 256 };

static void accepts(normaliser *normalise, const char *input, const char *expected)
{
    char output[OUTPUT_SIZE] = "untouched";
    struct field_problem problem = {.code = "", .message = ""};
    if (!normalise(input, output, &problem))
        fail_msg("%s: %s %s", input, problem.code, problem.message);
    assert_string_equal(output, expected);
}

static void refuses(normaliser *normalise, const char *input, const char *code)
{
    char output[OUTPUT_SIZE] = "untouched";
    struct field_problem problem = {.code = "", .message = ""};
    if (normalise(input, output, &problem))
        fail_msg("%s was accepted", input);
    if (strcmp(problem.code, code) != 0)
        fail_msg("%s: %s instead of %s", input, problem.code, code);
    assert_string_equal(output, "");
    assert_true(strlen(problem.message) > 10);
    size_t last = strlen(problem.message) - 1;
    assert_int_equal(problem.message[last], '.');
}

/* Space-separated numbers that stay as they are. */
static void accepts_all(normaliser *normalise, const char *vectors)
{
    char copy[2048];
    char *rest = NULL;
    snprintf(copy, sizeof copy, "%s", vectors);
    for (char *one = strtok_r(copy, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest))
        accepts(normalise, one, one);
}

static void refuses_all(normaliser *normalise, const char *vectors, const char *code)
{
    char copy[2048];
    char *rest = NULL;
    snprintf(copy, sizeof copy, "%s", vectors);
    for (char *one = strtok_r(copy, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest))
        refuses(normalise, one, code);
}

static void cpf_vectors(void **state)
{
    (void)state;
    accepts_all(cpf_normalise,
                "11144477735 88641577947 34608514300 47393545608 01169538452 35629682563 24843803480 "
                "39053344705 33237532240 52998224725 93274300500 12345678909 00000000191 98765432100 "
                "10000000019 99999999808 01234567890");
    refuses_all(cpf_normalise,
                "24843803470 09907586561 23100299900 12345678900 11144477736 11144477725 98765432101 "
                "52998224735",
                "check-digit");
    refuses_all(
        cpf_normalise,
        "00000000000 11111111111 22222222222 33333333333 44444444444 55555555555 66666666666 77777777777 "
        "88888888888 99999999999",
        "repeated");
    refuses_all(cpf_normalise, "1234567890 123456789012", "length");
}

static void cpf_takes_the_mask_and_nothing_else(void **state)
{
    (void)state;
    accepts(cpf_normalise, "111.444.777-35", "11144477735");
    accepts(cpf_normalise, "  111 444 777 35 ", "11144477735");
    refuses(cpf_normalise, "", "empty");
    refuses(cpf_normalise, " .-/", "empty");
    refuses(cpf_normalise, "111444777E5", "charset");
    refuses(cpf_normalise, "111444777\n35", "charset");
    refuses(cpf_normalise, "１１１44477735", "charset");
}

static void an_input_without_end_is_refused(void **state)
{
    (void)state;
    char input[IDENTIFIER_INPUT_MAX + 100];
    memset(input, ' ', sizeof input);
    input[sizeof input - 1] = '\0';
    memcpy(input, "11144477735", 11);
    input[sizeof input - 2] = 'x';
    refuses(cpf_normalise, input, "charset");
    refuses(phone_normalise, input, "charset");
}

static void cnpj_vectors(void **state)
{
    (void)state;
    accepts_all(cnpj_normalise,
                "12ABC34501DE35 12ABC345000188 A1B2C3D4000193 ZZZZZZZZ000191 00000000000A04 ABCDEFGH000195 "
                "1A2B3C4D000250 Z0Z0Z0Z0ZZZZ00 AAAAAAAA000191 7HXK2P9Q000151 12345678000A08");
    accepts_all(cnpj_normalise,
                "11222333000181 63025530002409 61519128000150 68745386000102 26637142000158 00000000000191 "
                "33683111000107 07195358000166 11017153000168 11017153000249 47080619000117 16727230000197 "
                "99999999000191 12345678000195 12345678000276");
    refuses_all(cnpj_normalise,
                "74221325000160 26637142000154 26637142000168 12ABC34501DE45 12ABC34501DE36 "
                "16727230000198 12ABC34501ED35 12ABD34501DE35",
                "check-digit");
    refuses_all(cnpj_normalise, "00000000000000 11111111111111", "repeated");
    refuses_all(cnpj_normalise, "12ABC34501DE9B 12ABC34501DE3A 12AB?34501DE35", "charset");
    refuses_all(cnpj_normalise, "12ABC34501DE3 12ABC34501DE350", "length");
}

static void cnpj_is_raised_and_unmasked(void **state)
{
    (void)state;
    accepts(cnpj_normalise, "12abc34501de35", "12ABC34501DE35");
    accepts(cnpj_normalise, "12.ABC.345/01DE-35", "12ABC34501DE35");
    accepts(cnpj_normalise, "11.222.333/0001-81", "11222333000181");
}

static void nis_vectors(void **state)
{
    (void)state;
    accepts_all(nis_normalise,
                "12345678919 34608514300 47393545608 71282677380 23795126955 50012973803 27890141144 "
                "26827649960 61301862917 46952280637 12345678900 17012345673 10000000008 20000000013");
    refuses_all(nis_normalise,
                "24843803470 71282677382 23795126954 50012973801 27890141149 26827649962 61301862914 "
                "12345678901 17012345674",
                "check-digit");
    refuses_all(nis_normalise, "11111111111 00000000000", "repeated");
    refuses_all(nis_normalise, "1701234567 170123456730", "length");
    accepts(nis_normalise, "123.45678.91-9", "12345678919");
}

static void voter_id_vectors(void **state)
{
    (void)state;
    accepts_all(voter_id_normalise,
                "543275360116 142501480248 557833330370 013785610434 253346440540 033734180663 585353130710 "
                "884328631058 553505611201 028565701333 245770031481 713782341503 403374181694 452083221724 "
                "280044020205 102385010671 836571371619 743650641660 153036161686 525028881694");
    accepts_all(voter_id_normalise, "162749070141 000000090141 000000120141 000000140116");
    refuses_all(voter_id_normalise,
                "543275360106 452083221714 253346440520 553505611231 884328631048 543275360119 452083221728 "
                "253346440547 553505611206 884328631055 836531371619 743620641660",
                "check-digit");
    refuses_all(voter_id_normalise, "471235380051 815155812960", "uf");
    refuses_all(voter_id_normalise, "1234 5432753601160", "length");
    accepts(voter_id_normalise, "13785610434", "013785610434");
    accepts(voter_id_normalise, "1425 0148 0248", "142501480248");
}

static void zone_and_section_get_their_zeros(void **state)
{
    (void)state;
    accepts(voter_zone_normalise, "7", "007");
    accepts(voter_zone_normalise, "123", "123");
    accepts(voter_section_normalise, "456", "0456");
    refuses(voter_zone_normalise, "1234", "length");
    refuses(voter_section_normalise, "12345", "length");
    refuses(voter_zone_normalise, "000", "zero");
    refuses(voter_section_normalise, "", "empty");
    refuses(voter_section_normalise, "12a", "charset");
}

static void cei_vectors(void **state)
{
    (void)state;
    accepts_all(cei_normalise,
                "115830024985 512160000004 700012345673 212345678901 512000000011 600000000010 "
                "123456789010 000000000016 100000000003 512250000016 700012345689 400123456787 "
                "999999999995 300000000121");
    refuses_all(cei_normalise,
                "115830024984 512160000005 700012345670 212345678900 512000000010 600000000011",
                "check-digit");
    refuses_all(cei_normalise, "1158300249 1158300249850", "length");
    refuses(cei_normalise, "000000000000", "zero");
    accepts(cei_normalise, "11.583.00249/85", "115830024985");
}

static void caepf_vectors(void **state)
{
    (void)state;
    accepts_all(caepf_normalise, "41142260000101 11144477700154 52998224700125 12345678900100 12345678900281 "
                                 "98765432100153 39053344700192 00000000100157 88641577900128 35629682500171 "
                                 "33237532200115 93274300500130");
    refuses_all(caepf_normalise, "41142260000102 11144477700155 52998224700124 12345678900101",
                "check-digit");
}

static void rg_keeps_its_letter(void **state)
{
    (void)state;
    accepts(rg_normalise, "12.345.678-x", "12345678X");
    accepts(rg_normalise, "123456789012345", "123456789012345");
    refuses(rg_normalise, "1234567890123456", "length");
    refuses(rg_normalise, "000", "zero");
    refuses(rg_normalise, "12*3", "charset");
    accepts(rg_issuer_normalise, "ssp", "SSP");
    accepts(rg_issuer_normalise, "Detran", "DETRAN");
    refuses(rg_issuer_normalise, "SSP/SP", "charset");
    refuses(rg_issuer_normalise, "S", "length");
}

static void ufs(void **state)
{
    (void)state;
    accepts_all(uf_normalise,
                "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO");
    accepts(uf_normalise, "sp", "SP");
    refuses_all(uf_normalise, "ZZ XX S SPA 35 S-", "uf");
    refuses(uf_normalise, "", "empty");
    accepts(voter_uf_normalise, "ZZ", "ZZ");
    refuses(voter_uf_normalise, "YY", "uf");
}

static void birth_dates_are_days_of_the_calendar(void **state)
{
    (void)state;
    accepts_all(birth_date_normalise, "1985-08-15 2000-02-29 1900-01-01 2024-02-29 1999-12-31");
    refuses_all(birth_date_normalise,
                "2021-02-31 1900-02-29 2023-02-29 2001-04-31 2001-13-01 2001-00-10 2001-01-00 "
                "1899-12-31 0000-01-01",
                "calendar");
    accepts(birth_date_normalise, "15/08/1985", "1985-08-15");
    refuses_all(birth_date_normalise, "31/02/1980 29/02/1900 00/01/1980 15/13/1980 31/12/1899", "calendar");
    refuses_all(birth_date_normalise,
                "15/8/1985 15-08-1985 15/08/85 1985/08/15 15/08/198x 1985-8-15 85-08-15 1985-08-15Z "
                "1985-08-1x 19850815",
                "format");
    refuses(birth_date_normalise, "", "empty");
}

static void age_counts_completed_years(void **state)
{
    (void)state;
    assert_int_equal(age_on("2010-11-24", "2026-11-23"), 15);
    assert_int_equal(age_on("2010-11-23", "2026-11-23"), 16);
    assert_int_equal(age_on("2008-02-29", "2026-02-28"), 17);
    assert_int_equal(age_on("2008-02-29", "2026-03-01"), 18);
    assert_int_equal(age_on("2008-02-29", "2028-02-29"), 20);
    assert_int_equal(age_on("2026-11-23", "2026-11-23"), 0);
    assert_true(age_on("2026-11-24", "2026-11-23") < 0);
    assert_true(age_on("2026-02-30", "2026-11-23") < 0);
    assert_true(age_on("2000-01-01", "never") < 0);
}

static void phones_become_e164(void **state)
{
    (void)state;
    accepts(phone_normalise, "(19) 98765-4321", "+5519987654321");
    accepts(phone_normalise, "19 3755-6789", "+551937556789");
    accepts(phone_normalise, "+55 19 98765-4321", "+5519987654321");
    accepts(phone_normalise, "5519987654321", "+5519987654321");
    accepts(phone_normalise, "019 98765.4321", "+5519987654321");
    /* 55 is also the DDD of Santa Maria. */
    accepts(phone_normalise, "(55) 98765-4321", "+5555987654321");
    accepts(phone_normalise, "55 3222-1234", "+555532221234");
    refuses(phone_normalise, "", "empty");
    refuses(phone_normalise, "98765-4321", "length");
    refuses(phone_normalise, "+1 202 555 0100", "length");
    refuses(phone_normalise, "+19987654321", "length");
    refuses(phone_normalise, "(20) 98765-4321", "area-code");
    refuses(phone_normalise, "(10) 98765-4321", "area-code");
    refuses(phone_normalise, "(19) 88765-4321", "number");
    refuses(phone_normalise, "(19) 9765-4321", "number");
    refuses(phone_normalise, "(19) 1765-4321", "number");
    refuses(phone_normalise, "19 98765-4321 ramal 2", "charset");
    refuses(phone_normalise, "19+987654321", "charset");
    refuses(phone_normalise, "199876543219876543219876543219876543219", "length");
}

static void emails(void **state)
{
    (void)state;
    accepts(email_normalise, "Maria.Silva+ra@Exemplo.COM.br", "Maria.Silva+ra@exemplo.com.br");
    accepts(email_normalise, "  a@b.co ", "a@b.co");
    accepts(email_normalise, "o'brien_1@sub-1.exemplo.org", "o'brien_1@sub-1.exemplo.org");
    refuses(email_normalise, "  ", "empty");
    refuses_all(
        email_normalise,
        "maria @b.co@ a@ a@b a@.b.co a@b..co a@-b.co a@b-.co .a@b.co a.@b.co a..b@c.co a@b@c.co \"a\"@b.co "
        "a@[127.0.0.1] a@127.0.0.1 a@b_c.co a,b@c.co <a@b.co>",
        "format");
    refuses(email_normalise, "joão@exemplo.com", "charset");
    refuses(email_normalise, "a@b.co\r\nBcc:c@d.co", "charset");
    refuses(email_normalise, "a b@c.co", "charset");
}

static void email_lengths(void **state)
{
    (void)state;
    char text[400];
    char label[64];
    memset(label, 'a', 63);
    label[63] = '\0';
    /* 63 + 1 + 63 + 1 + 63 + 1 + 59 + 3 = 254 */
    snprintf(text, sizeof text, "%s@%s.%s.%.59s.br", label, label, label, label);
    assert_int_equal(strlen(text), 254);
    accepts(email_normalise, text, text);
    snprintf(text, sizeof text, "%s@%s.%s.%.60s.br", label, label, label, label);
    refuses(email_normalise, text, "length");
    snprintf(text, sizeof text, "%saa@b.co", label);
    refuses(email_normalise, text, "format");
    snprintf(text, sizeof text, "a@%sa.co", label);
    refuses(email_normalise, text, "format");
}

static void a_problem_goes_beside_its_field(void **state)
{
    (void)state;
    struct ra_error error = {.code = RA_OK};
    struct field_problem problem;
    char cpf[CPF_SIZE];
    assert_false(cpf_normalise("11144477736", cpf, &problem));
    assert_false(field_fail(&error, "holder.cpf", &problem));
    assert_int_equal(error.code, RA_INVALID);
    assert_int_equal(error.field_count, 1);
    assert_string_equal(error.fields[0].field, "holder.cpf");
    assert_string_equal(error.fields[0].code, "check-digit");
    assert_string_equal(error.fields[0].message,
                        "Este CPF não existe: os dígitos finais não conferem. Confira o "
                        "número no documento.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpf_vectors),
        cmocka_unit_test(cpf_takes_the_mask_and_nothing_else),
        cmocka_unit_test(an_input_without_end_is_refused),
        cmocka_unit_test(cnpj_vectors),
        cmocka_unit_test(cnpj_is_raised_and_unmasked),
        cmocka_unit_test(nis_vectors),
        cmocka_unit_test(voter_id_vectors),
        cmocka_unit_test(zone_and_section_get_their_zeros),
        cmocka_unit_test(cei_vectors),
        cmocka_unit_test(caepf_vectors),
        cmocka_unit_test(rg_keeps_its_letter),
        cmocka_unit_test(ufs),
        cmocka_unit_test(birth_dates_are_days_of_the_calendar),
        cmocka_unit_test(age_counts_completed_years),
        cmocka_unit_test(phones_become_e164),
        cmocka_unit_test(emails),
        cmocka_unit_test(email_lengths),
        cmocka_unit_test(a_problem_goes_beside_its_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
