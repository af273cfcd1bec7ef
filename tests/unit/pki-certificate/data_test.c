/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificate data as a whole: what is required, what goes together, what is dropped, what is not mended.
 */
#include "pki/certificate/data.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

static const struct certificate_data typed = {
    .name = " José  da Conceição ",
    .cpf = "111.444.777-35",
    .birth_date = "1980-01-31",
    .email = "jose@Exemplo.TEST.br",
    .nis = "123.45678.91-9",
    .rg = "12.345.678-x",
    .rg_issuer = "ssp",
    .rg_uf = "sp",
    .voter_id = "1425 0148 0248",
    .voter_zone = "12",
    .voter_section = "34",
    .voter_city = "São José dos Campos",
    .voter_uf = "sp",
    .cei = "11.583.00249/85",
    .company_name = "Padaria & Cia",
    .cnpj = "12.abc.345/01de-35",
    .company_uf = "sp",
    .company_city = "Águas de Lindóia",
};

static const char *code_of(const struct ra_error *error, const char *field)
{
    for (size_t i = 0; i < error->field_count; i++)
        if (strcmp(error->fields[i].field, field) == 0)
            return error->fields[i].code;
    return "none";
}

static void a_person_is_normalised_whole(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct certificate_data stored;
    assert_true(certificate_data_normalise(memory, CERTIFICATE_HOLDER_PERSON, &typed, &stored, &error));
    assert_string_equal(stored.name, "JOSE DA CONCEICAO");
    assert_string_equal(stored.cpf, "11144477735");
    assert_string_equal(stored.email, "jose@exemplo.test.br");
    assert_string_equal(stored.rg, "12345678X");
    assert_string_equal(stored.voter_zone, "012");
    assert_string_equal(stored.voter_section, "0034");
    assert_string_equal(stored.voter_city, "SAO JOSE DOS CAMPOS");
    assert_string_equal(stored.cei, "115830024985");
    assert_string_equal(stored.cnpj, "");
    assert_string_equal(stored.company_name, "");
    assert_true(certificate_data_check(CERTIFICATE_HOLDER_PERSON, &stored, &error));
    talloc_free(memory);
}

static void a_company_is_normalised_whole(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct certificate_data stored;
    assert_true(certificate_data_normalise(memory, CERTIFICATE_HOLDER_COMPANY, &typed, &stored, &error));
    assert_string_equal(stored.company_name, "PADARIA & CIA");
    assert_string_equal(stored.cnpj, "12ABC34501DE35");
    assert_string_equal(stored.company_city, "AGUAS DE LINDOIA");
    assert_string_equal(stored.company_cei, "");
    assert_string_equal(stored.rg_uf, "SP");
    /* Not in an e-CNPJ. */
    assert_string_equal(stored.voter_id, "");
    assert_string_equal(stored.cei, "");
    assert_true(certificate_data_check(CERTIFICATE_HOLDER_COMPANY, &stored, &error));
    talloc_free(memory);
}

static void every_field_at_fault_is_named(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct certificate_data stored;
    struct certificate_data wrong = {
        .cpf = "11144477736", .birth_date = "2001-02-31", .name = "Strauß", .cnpj = "1"};
    assert_false(certificate_data_normalise(memory, CERTIFICATE_HOLDER_COMPANY, &wrong, &stored, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_int_equal(error.field_count, 8);
    assert_string_equal(code_of(&error, "holder.name"), "character");
    assert_string_equal(code_of(&error, "holder.cpf"), "check-digit");
    assert_string_equal(code_of(&error, "holder.birth_date"), "calendar");
    assert_string_equal(code_of(&error, "holder.email"), "required");
    assert_string_equal(code_of(&error, "company.name"), "required");
    assert_string_equal(code_of(&error, "company.cnpj"), "length");
    assert_string_equal(code_of(&error, "company.uf"), "required");
    assert_string_equal(code_of(&error, "company.city"), "required");
    talloc_free(memory);
}

static void rg_and_titulo_come_whole(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct certificate_data stored;
    struct certificate_data half = {.name = "Ana",
                                    .cpf = "11144477735",
                                    .birth_date = "1980-01-31",
                                    .email = "a@b.test",
                                    .rg = "123",
                                    .voter_id = "142501480248",
                                    .voter_zone = "1"};
    assert_false(certificate_data_normalise(memory, CERTIFICATE_HOLDER_PERSON, &half, &stored, &error));
    assert_int_equal(error.field_count, 5);
    assert_string_equal(code_of(&error, "holder.rg_issuer"), "incomplete");
    assert_string_equal(code_of(&error, "holder.rg_uf"), "incomplete");
    assert_string_equal(code_of(&error, "holder.voter_section"), "incomplete");
    assert_string_equal(code_of(&error, "holder.voter_city"), "incomplete");
    assert_string_equal(code_of(&error, "holder.voter_uf"), "incomplete");
    error = (struct ra_error){.code = RA_OK};
    half.rg = half.voter_id = half.voter_zone = NULL;
    half.rg_uf = "SP";
    assert_false(certificate_data_normalise(memory, CERTIFICATE_HOLDER_PERSON, &half, &stored, &error));
    assert_int_equal(error.field_count, 1);
    assert_string_equal(code_of(&error, "holder.rg_uf"), "incomplete");
    talloc_free(memory);
}

static void the_check_mends_nothing(void **state)
{
    (void)state;
    struct ra_error error = {.code = RA_OK};
    assert_false(certificate_data_check(CERTIFICATE_HOLDER_PERSON, &typed, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_string_equal(code_of(&error, "holder.cpf"), "not-normalised");
    assert_string_equal(code_of(&error, "holder.birth_date"), "none");
    assert_string_equal(code_of(&error, "company.cnpj"), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_normalised_whole),  cmocka_unit_test(a_company_is_normalised_whole),
        cmocka_unit_test(every_field_at_fault_is_named), cmocka_unit_test(rg_and_titulo_come_whole),
        cmocka_unit_test(the_check_mends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
