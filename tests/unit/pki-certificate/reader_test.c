/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading certificates of any AC: order, inner types, padding, absence (certificate layout 1.6,
 * consumers 5.2).
 */
#include "pki/certificate/reader.h"
#include "tests/unit/pki-certificate/fixtures.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include <openssl/pem.h>

static struct certificate_reading *read(const struct world *world, X509 *certificate)
{
    struct ra_error error = {.code = RA_OK};
    struct certificate_reading *reading = NULL;
    assert_true(certificate_read(world->memory, certificate, &reading, &error));
    return reading;
}

/* Reads a certificate whose SAN is given in OpenSSL's notation. */
static struct certificate_reading *read_san(const struct world *world, const char *san)
{
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    set_extension(certificate, world->issuer, NID_subject_alt_name, false, san);
    struct certificate_reading *reading = read(world, certificate);
    X509_free(certificate);
    return reading;
}

static void assert_data_equal(const struct certificate_data *left, const struct certificate_data *right)
{
#define X(member) assert_string_equal(left->member, right->member);
    CERTIFICATE_DATA_FIELDS(X)
#undef X
}

static void what_was_written_is_read(void **state)
{
    const struct world *world = *state;
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    struct certificate_reading *reading = read(world, certificate);
    assert_data_equal(&reading->data, &fixture_person);
    assert_true(reading->has_person);
    assert_false(reading->has_cnpj);
    assert_string_equal(reading->common_name, "MARIA DO CARMO TESTE:12345678909");
    assert_string_equal(reading->common_name_number, "12345678909");
    assert_string_equal(reading->serial, "1267");
    assert_string_equal(reading->issuer, "CN=AC de Teste RFB v5,O=ICP-Brasil TESTE,C=BR");
    assert_non_null(strstr(reading->subject, "OU=presencial,OU=11222333000181,O=ICP-Brasil,C=BR"));
    assert_int_equal(reading->not_before, FIXTURE_NOW - 60);
    assert_int_equal(reading->not_after, FIXTURE_NOW - 60 + 365 * 86400);
    assert_true(bytes_equal(reading->spki, fixture_spki(reading, world->holder_key)));
    assert_int_equal(reading->notes->count, 0);
    X509_free(certificate);
}

static void a_company_is_read(void **state)
{
    const struct world *world = *state;
    X509 *certificate = fixture_certificate(world, &world->company, NULL);
    struct certificate_reading *reading = read(world, certificate);
    assert_data_equal(&reading->data, &fixture_company);
    assert_true(reading->has_cnpj);
    assert_true(reading->has_responsible);
    assert_false(reading->has_person);
    assert_string_equal(reading->common_name_number, "12ABC34501DE35");
    X509_free(certificate);
}

#define PERSON_45 "150819851234567890900000000000000000000000000"

static void every_inner_type_is_read_and_odd_ones_are_noted(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *type;
        bool odd;
    } types[] = {{"PRINTABLE", false}, {"UTF8", true}, {"IA5", true}, {"T61", true}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *san =
            talloc_asprintf(world->memory, "otherName:2.16.76.1.3.1;%s:" PERSON_45, types[i].type);
        struct certificate_reading *reading = read_san(world, san);
        assert_string_equal(reading->data.cpf, "12345678909");
        assert_string_equal(reading->data.birth_date, "1985-08-15");
        const struct finding *note = findings_find(reading->notes, "san-inner-type");
        assert_int_equal(note != NULL, types[i].odd);
        if (note != NULL)
            assert_int_equal(note->severity, FINDING_WARNING);
    }
    struct certificate_reading *reading = read_san(world, "otherName:2.16.76.1.3.1;INTEGER:7");
    assert_int_equal(findings_find(reading->notes, "san-inner-unreadable")->severity, FINDING_ERROR);
    assert_string_equal(reading->data.cpf, "");
}

static void any_order_will_do(void **state)
{
    const struct world *world = *state;
    struct certificate_reading *reading = read_san(
        world, "email:a@b.test,otherName:2.16.76.1.3.7;PRINTABLE:000000000000,"
               "otherName:2.16.76.1.3.3;PRINTABLE:11222333000181,"
               "otherName:2.16.76.1.3.2;PRINTABLE:ANA TESTE,otherName:2.16.76.1.3.4;PRINTABLE:" PERSON_45);
    assert_string_equal(reading->data.email, "a@b.test");
    assert_string_equal(reading->data.cnpj, "11222333000181");
    assert_string_equal(reading->data.name, "ANA TESTE");
    assert_string_equal(reading->data.cpf, "12345678909");
    assert_string_equal(reading->data.company_cei, "");
}

static void padding_of_other_acs_is_tolerated(void **state)
{
    const struct world *world = *state;
    static const struct {
        const char *block, *rg, *issuer, *uf;
    } blocks[] = {
        {PERSON_45, "", "", ""},
        {"150819851234567890912345678900000000012345678SSPSP", "12345678", "SSP", "SP"},
        {"150819851234567890912345678900000000012345678SSPSP     ", "12345678", "SSP", "SP"},
        {"1508198512345678909123456789000000000123456780000000000", "12345678", "", ""},
        {"150819851234567890912345678900"
         "00000000012345XSSPSP ",
         "12345X", "SSP", "SP"},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        struct certificate_reading *reading = read_san(
            world, talloc_asprintf(world->memory, "otherName:2.16.76.1.3.1;PRINTABLE:%s", blocks[i].block));
        assert_string_equal(reading->data.cpf, "12345678909");
        assert_string_equal(reading->data.rg, blocks[i].rg);
        assert_string_equal(reading->data.rg_issuer, blocks[i].issuer);
        assert_string_equal(reading->data.rg_uf, blocks[i].uf);
    }
}

static void short_blocks_are_not_guessed_at(void **state)
{
    const struct world *world = *state;
    struct certificate_reading *reading = read_san(
        world, "otherName:2.16.76.1.3.1;PRINTABLE:15081985123456789090000000000000000000000000,"
               "otherName:2.16.76.1.3.5;PRINTABLE:123,otherName:2.16.76.1.3.3;PRINTABLE:1122233300018");
    assert_string_equal(reading->data.cpf, "");
    assert_string_equal(reading->data.voter_id, "");
    assert_string_equal(reading->data.cnpj, "");
    assert_int_equal(findings_find(reading->notes, "san-short")->severity, FINDING_ERROR);
}

static void zeros_are_absent(void **state)
{
    const struct world *world = *state;
    struct certificate_reading *reading =
        read_san(world, "otherName:2.16.76.1.3.1;PRINTABLE:000000000000000000000000000000000000000000000,"
                        "otherName:2.16.76.1.3.5;PRINTABLE:0000000000000000000,"
                        "otherName:2.16.76.1.3.6;PRINTABLE:000000000000");
    assert_true(reading->has_person);
    assert_string_equal(reading->data.birth_date, "");
    assert_string_equal(reading->data.cpf, "");
    assert_string_equal(reading->data.nis, "");
    assert_string_equal(reading->data.rg, "");
    assert_string_equal(reading->data.voter_id, "");
    assert_string_equal(reading->data.voter_zone, "");
    assert_string_equal(reading->data.cei, "");
}

static void an_impossible_birth_date_is_noted(void **state)
{
    const struct world *world = *state;
    struct certificate_reading *reading =
        read_san(world, "otherName:2.16.76.1.3.1;PRINTABLE:310219851234567890900000000000000000000000000");
    assert_string_equal(reading->data.birth_date, "");
    assert_string_equal(reading->data.cpf, "12345678909");
    assert_non_null(findings_find(reading->notes, "san-birth-date"));
}

static void a_stray_responsible_does_not_replace_the_person(void **state)
{
    const struct world *world = *state;
    struct certificate_reading *reading = read_san(
        world, "otherName:2.16.76.1.3.4;PRINTABLE:010119709876543210000000000000000000000000000,"
               "otherName:2.16.76.1.3.2;PRINTABLE:OUTRA PESSOA,otherName:2.16.76.1.3.1;PRINTABLE:" PERSON_45);
    assert_string_equal(reading->data.cpf, "12345678909");
    assert_string_equal(reading->data.birth_date, "1985-08-15");
    assert_string_equal(reading->data.name, "MARIA DO CARMO TESTE");
}

static void terminal_escapes_do_not_come_through(void **state)
{
    const struct world *world = *state;
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    X509_NAME *name = X509_NAME_new();
    static const unsigned char hostile[] = "ANA\x1b[31m\xe2\x80\xae:12345678909";
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, hostile,
                                                sizeof hostile - 1, -1, 0),
                     1);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    struct certificate_reading *reading = read(world, certificate);
    assert_string_equal(reading->common_name, "ANA?[31m?:12345678909");
    assert_null(strchr(reading->subject, '\x1b'));
    assert_null(strstr(reading->subject, "\xe2\x80\xae"));
    X509_NAME_free(name);
    X509_free(certificate);
}

static void the_cpf_of_an_agent(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    char cpf[12];
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    assert_true(certificate_read_cpf(certificate, cpf, &error));
    assert_string_equal(cpf, "12345678909");
    static const char *const without[] = {
        NULL,
        "email:a@b.test",
        "otherName:2.16.76.1.3.4;PRINTABLE:" PERSON_45,
        "otherName:2.16.76.1.3.1;PRINTABLE:150819851234567890800000000000000000000000000",
        "otherName:2.16.76.1.3.1;PRINTABLE:150819850000000000000000000000000000000000000",
        "otherName:2.16.76.1.3.1;PRINTABLE:" PERSON_45 ",otherName:2.16.76.1.3.1;PRINTABLE:" PERSON_45,
        "otherName:2.16.76.1.3.1;PRINTABLE:150819851 234567890900000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        error = (struct ra_error){.code = RA_OK};
        set_extension(certificate, world->issuer, NID_subject_alt_name, false, without[i]);
        assert_false(certificate_read_cpf(certificate, cpf, &error));
        assert_string_equal(error.reason, "certificate-without-cpf");
        assert_string_equal(cpf, "");
    }
    X509_free(certificate);
}

static void one_certificate_and_nothing_else_is_decoded(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    X509 *certificate = fixture_certificate(world, &world->person, NULL);
    X509 *decoded = NULL;
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    assert_true(length > 0);
    uint8_t *longer = talloc_zero_size(world->memory, (size_t)length + 1);
    memcpy(longer, der, (size_t)length);
    assert_true(certificate_decode((struct bytes){der, (size_t)length}, &decoded, &error));
    assert_int_equal(X509_cmp(decoded, certificate), 0);
    X509_free(decoded);
    assert_false(certificate_decode((struct bytes){longer, (size_t)length + 1}, &decoded, &error));
    assert_string_equal(error.reason, "certificate-malformed");
    assert_null(decoded);
    assert_false(certificate_decode((struct bytes){der, (size_t)length - 1}, &decoded, &error));
    assert_false(certificate_decode((struct bytes){NULL, 0}, &decoded, &error));
    assert_false(certificate_decode(bytes_of_text("-----BEGIN CERTIFICATE-----\n"), &decoded, &error));
    OPENSSL_free(der);
    X509_free(certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_company_is_read),
        cmocka_unit_test(every_inner_type_is_read_and_odd_ones_are_noted),
        cmocka_unit_test(any_order_will_do),
        cmocka_unit_test(padding_of_other_acs_is_tolerated),
        cmocka_unit_test(short_blocks_are_not_guessed_at),
        cmocka_unit_test(zeros_are_absent),
        cmocka_unit_test(an_impossible_birth_date_is_noted),
        cmocka_unit_test(a_stray_responsible_does_not_replace_the_person),
        cmocka_unit_test(terminal_escapes_do_not_come_through),
        cmocka_unit_test(the_cpf_of_an_agent),
        cmocka_unit_test(one_certificate_and_nothing_else_is_decoded),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
