/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Template from approved data, byte for byte: subject (Leiaute AC-RFB 5.0), otherNames
 * (DOC-ICP-04 7.1.2.3, 7.1.2.4), extensions (7.1.2.2, 7.1.2.7).
 */
#include "tests/unit/pki-certificate/fixtures.h"

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

static void person_block_golden_encodings(void **state)
{
    (void)state;
    char block[SUBJECT_PERSON_BLOCK_SIZE];
    struct certificate_data data = fixture_person;
    subject_person_block(&data, block);
    assert_string_equal(block, "150819851234567890912345678900000000012345678SSPSP");
    assert_int_equal(strlen(block), 50);
    data.nis = data.rg = data.rg_issuer = data.rg_uf = "";
    subject_person_block(&data, block);
    assert_string_equal(block, "150819851234567890900000000000000000000000000");
    assert_int_equal(strlen(block), 45);
}

static void person_block_cuts_the_issuer_and_keeps_the_uf(void **state)
{
    (void)state;
    char block[SUBJECT_PERSON_BLOCK_SIZE];
    struct certificate_data data = fixture_person;
    data.rg = "12345678X";
    data.rg_issuer = "SECRETARIA";
    data.rg_uf = "MG";
    subject_person_block(&data, block);
    assert_string_equal(block + 30, "00000012345678XSECRETARMG");
    assert_int_equal(strlen(block), 55);
}

static void voter_block_golden_encodings(void **state)
{
    (void)state;
    char block[SUBJECT_VOTER_BLOCK_SIZE];
    struct certificate_data data = fixture_person;
    subject_voter_block(&data, block);
    assert_string_equal(block, "1425014802481230456CAMPINASSP");
    assert_int_equal(strlen(block), 29);
    data.voter_city = "VILA BELA DA SANTISSIMA TRINDADE";
    data.voter_uf = "MT";
    subject_voter_block(&data, block);
    assert_string_equal(block + 19, "VILA BELA DA SANTISSMT");
    data.voter_city = "AAAAAAAAAAAAAAAAAAA BBBB";
    subject_voter_block(&data, block);
    assert_string_equal(block + 19, "AAAAAAAAAAAAAAAAAAAMT");
    data.voter_id = "";
    subject_voter_block(&data, block);
    assert_string_equal(block, "0000000000000000000");
}

/* "nid=TYPE:value" of every RDN, one a line. */
static void describe(const X509_NAME *name, char *output, size_t size)
{
    size_t used = 0;
    output[0] = '\0';
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        used += (size_t)snprintf(output + used, size - used, "%s=%s:%.*s\n",
                                 OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry))),
                                 ASN1_tag2str(ASN1_STRING_type(value)), ASN1_STRING_length(value),
                                 (const char *)ASN1_STRING_get0_data(value));
        assert_true(used < size);
    }
}

static void subject_of_a_person(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    X509_NAME *name = NULL;
    char text[1024];
    assert_true(subject_build_name(&world->person, &name, &error));
    describe(name, text, sizeof text);
    assert_string_equal(text, "C=PRINTABLESTRING:BR\n"
                              "O=PRINTABLESTRING:ICP-Brasil\n"
                              "OU=PRINTABLESTRING:11222333000181\n"
                              "OU=PRINTABLESTRING:presencial\n"
                              "OU=PRINTABLESTRING:Secretaria da Receita Federal do Brasil - RFB\n"
                              "OU=PRINTABLESTRING:RFB e-CPF A1\n"
                              "OU=PRINTABLESTRING:(EM BRANCO)\n"
                              "CN=PRINTABLESTRING:MARIA DO CARMO TESTE:12345678909\n");
    X509_NAME_free(name);
}

static void subject_of_a_company(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    X509_NAME *name = NULL;
    char text[1024];
    assert_true(subject_build_name(&world->company, &name, &error));
    describe(name, text, sizeof text);
    /* The ampersand takes the CN, and only the CN, out of PrintableString. */
    assert_string_equal(text, "C=PRINTABLESTRING:BR\n"
                              "O=PRINTABLESTRING:ICP-Brasil\n"
                              "ST=PRINTABLESTRING:SP\n"
                              "L=PRINTABLESTRING:CAMPINAS\n"
                              "OU=PRINTABLESTRING:11222333000181\n"
                              "OU=PRINTABLESTRING:videoconferencia\n"
                              "OU=PRINTABLESTRING:RFB e-CNPJ A1\n"
                              "OU=PRINTABLESTRING:Secretaria da Receita Federal do Brasil - RFB\n"
                              "CN=UTF8STRING:PADARIA & CONFEITARIA TESTE LTDA:12ABC34501DE35\n");
    X509_NAME_free(name);
}

static void the_method_of_identification_is_an_ou(void **state)
{
    const struct world *world = *state;
    static const char *const values[] = {"presencial", "videoconferencia", "certificado digital"};
    for (int method = 0; method < IDENTIFICATION_METHOD_COUNT; method++) {
        struct ra_error error = {.code = RA_OK};
        struct certificate_order order = world->person;
        X509_NAME *name = NULL;
        order.method = (enum identification_method)method;
        assert_true(subject_build_name(&order, &name, &error));
        const ASN1_STRING *ou = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 3));
        assert_int_equal(ASN1_STRING_length(ou), strlen(values[method]));
        assert_memory_equal(ASN1_STRING_get0_data(ou), values[method], strlen(values[method]));
        X509_NAME_free(name);
    }
}

static void assert_general_name(const GENERAL_NAMES *names, int at, const char *hexadecimal)
{
    unsigned char *der = NULL;
    uint8_t expected[128];
    size_t size = strlen(hexadecimal) / 2;
    assert_true(at < sk_GENERAL_NAME_num(names));
    assert_true(size <= sizeof expected && hex_decode(hexadecimal, expected, size));
    int length = i2d_GENERAL_NAME(sk_GENERAL_NAME_value(names, at), &der);
    assert_int_equal(length, size);
    assert_memory_equal(der, expected, size);
    OPENSSL_free(der);
}

static void san_of_a_person_byte_for_byte(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    GENERAL_NAMES *names = NULL;
    assert_true(subject_build_alt_names(&world->person, &names, &error));
    assert_int_equal(sk_GENERAL_NAME_num(names), 4);
    assert_general_name(names, 0,
                        "a03d0605604c010301a0340432"
                        "313530383139383531323334353637383930393132333435363738393030303030303030303132333435"
                        "3637385353505350");
    assert_general_name(names, 1, "a0170605604c010306a00e040c303030303030303030303030");
    assert_general_name(names, 2,
                        "a0280605604c010305a01f041d"
                        "3134323530313438303234383132333034353643414d50494e41535350");
    assert_general_name(names, 3, "81156d61726961406578656d706c6f2e746573742e6272");
    GENERAL_NAMES_free(names);
}

static void san_of_a_company_byte_for_byte(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    GENERAL_NAMES *names = NULL;
    assert_true(subject_build_alt_names(&world->company, &names, &error));
    assert_int_equal(sk_GENERAL_NAME_num(names), 5);
    assert_general_name(
        names, 0,
        "a0380605604c010304a02f042d"
        "313530383139383531323334353637383930393030303030303030303030303030303030303030303030303030");
    assert_general_name(names, 1,
                        "a01f0605604c010302a0160414"
                        "4d4152494120444f204341524d4f205445535445");
    assert_general_name(names, 2, "a0190605604c010303a010040e3132414243333435303144453335");
    assert_general_name(names, 3, "a0170605604c010307a00e040c303030303030303030303030");
    assert_int_equal(sk_GENERAL_NAME_value(names, 4)->type, GEN_EMAIL);
    GENERAL_NAMES_free(names);
}

static void other_names_stay_within_short_lengths(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    GENERAL_NAMES *names = NULL;
    char name[PERSON_NAME_SIZE];
    struct certificate_data data = fixture_company;
    memset(name, 'A', PERSON_NAME_MAX);
    name[PERSON_NAME_MAX] = '\0';
    data.name = name;
    data.rg = "123456789012345";
    data.rg_issuer = "SECRETARIA";
    data.rg_uf = "SP";
    struct certificate_order order = world->company;
    order.data = &data;
    assert_true(subject_build_alt_names(&order, &names, &error));
    for (int i = 0; i < 4; i++) {
        int length = i2d_GENERAL_NAME(sk_GENERAL_NAME_value(names, i), NULL);
        assert_true(length < 128);
    }
    assert_int_equal(i2d_GENERAL_NAME(sk_GENERAL_NAME_value(names, 0), NULL), 68);
    GENERAL_NAMES_free(names);
}

static void extensions_of_the_template(void **state)
{
    const struct world *world = *state;
    static const struct {
        int nid;
        bool critical;
        const char *value; /* hexadecimal; NULL: not compared here */
    } expected[] = {
        {NID_key_usage, true, "030205e0"},
        {NID_ext_key_usage, false, "301406082b0601050507030206082b06010505070304"},
        {NID_certificate_policies, false,
         "303f303d0608604c010201bd843f3031302f06082b0601050507020116"
         "23687474703a2f2f61632d74657374652e6578616d706c652f6470632d7266622e706466"},
        {NID_subject_alt_name, false, NULL},
        {NID_basic_constraints, false, "3000"},
    };
    struct ra_error error = {.code = RA_OK};
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    assert_true(subject_build_extensions(&world->person, &extensions, &error));
    assert_int_equal(sk_X509_EXTENSION_num(extensions), 5);
    for (int i = 0; i < 5; i++) {
        X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, i);
        assert_int_equal(OBJ_obj2nid(X509_EXTENSION_get_object(extension)), expected[i].nid);
        assert_int_equal(X509_EXTENSION_get_critical(extension), expected[i].critical ? 1 : 0);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        char *text =
            hex_encode(NULL, (struct bytes){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)});
        if (expected[i].value != NULL)
            assert_string_equal(text, expected[i].value);
        talloc_free(text);
    }
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static void data_out_of_form_builds_nothing(void **state)
{
    const struct world *world = *state;
    struct ra_error error = {.code = RA_OK};
    struct certificate_data data = fixture_person;
    struct certificate_order order = world->person;
    X509_NAME *name = NULL;
    GENERAL_NAMES *names = NULL;
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    order.data = &data;
    data.cpf = "00000000000";
    assert_false(subject_build_name(&order, &name, &error));
    assert_string_equal(error.fields[0].field, "holder.cpf");
    data.cpf = "123.456.789-09";
    error = (struct ra_error){.code = RA_OK};
    assert_false(subject_build_alt_names(&order, &names, &error));
    assert_string_equal(error.fields[0].code, "not-normalised");
    data.cpf = "12345678909";
    data.birth_date = "";
    error = (struct ra_error){.code = RA_OK};
    assert_false(subject_build_extensions(&order, &extensions, &error));
    assert_string_equal(error.fields[0].code, "required");
    assert_null(name);
    assert_null(names);
    assert_null(extensions);
}

static void the_cnpj_of_the_ar_is_checked(void **state)
{
    const struct world *world = *state;
    static const char *const wrong[] = {"", "11222333000182", "11.222.333/0001-81", "12abc34501de35"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ra_error error = {.code = RA_OK};
        struct certificate_order order = world->person;
        X509_NAME *name = NULL;
        order.ra_cnpj = wrong[i];
        assert_false(subject_build_name(&order, &name, &error));
        assert_int_equal(error.code, RA_INTERNAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(person_block_golden_encodings),
        cmocka_unit_test(person_block_cuts_the_issuer_and_keeps_the_uf),
        cmocka_unit_test(voter_block_golden_encodings),
        cmocka_unit_test(subject_of_a_person),
        cmocka_unit_test(subject_of_a_company),
        cmocka_unit_test(the_method_of_identification_is_an_ou),
        cmocka_unit_test(san_of_a_person_byte_for_byte),
        cmocka_unit_test(san_of_a_company_byte_for_byte),
        cmocka_unit_test(other_names_stay_within_short_lengths),
        cmocka_unit_test(extensions_of_the_template),
        cmocka_unit_test(data_out_of_form_builds_nothing),
        cmocka_unit_test(the_cnpj_of_the_ar_is_checked),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
