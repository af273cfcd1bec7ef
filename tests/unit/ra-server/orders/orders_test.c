/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pure rules of orders: codes, the form, what a text in the search box may be.
 */
#include "orders/orders.h"
#include "orders/orders_find.h"
#include "orders/orders_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PERSON                                                                                               \
    "\"name\":\"Marina Gonçalves Prado\",\"cpf\":\"123.456.789-09\",\"birth_date\":\"1985-08-15\","         \
    "\"email\":\"marina.prado@cidadao.example\",\"phone\":\"(19) 98765-4321\""
#define COMPANY                                                                                              \
    "\"cnpj\":\"12abc34501de35\",\"name\":\"Padaria Três Irmãs Ltda\",\"uf\":\"sp\",\"city\":\"Campinas\""

static bool read_form(TALLOC_CTX *context, const char *json, enum certificate_holder holder,
                      struct order_form *form, struct ra_error *error)
{
    json_t *body = json_loads(json, 0, NULL);
    assert_non_null(body);
    *error = (struct ra_error){0};
    bool done = order_form_read(context, body, holder, "2026-11-24", 16, form, error);
    json_decref(body);
    return done;
}

static bool has(const struct ra_error *error, const char *field, const char *code)
{
    for (size_t i = 0; i < error->field_count; i++)
        if (strcmp(error->fields[i].field, field) == 0 && strcmp(error->fields[i].code, code) == 0)
            return error->fields[i].message[0] != '\0';
    return false;
}

/* --- codes --- */

static void a_code_is_read_as_people_copy_it(void **state)
{
    (void)state;
    char code[ORDERS_CODE_SIZE];
    assert_true(orders_code_normalise("g7mz-4k2q-x9tb", code));
    assert_string_equal(code, "G7MZ4K2QX9TB");
    assert_true(orders_code_normalise(" OIL0 1234 5678", code));
    assert_string_equal(code, "011012345678");
    assert_false(orders_code_normalise("G7MZ4K2QX9T", code));
    assert_false(orders_code_normalise("G7MZ4K2QX9TBC", code));
    assert_false(orders_code_normalise("G7MZ4K2QX9TU", code)); /* U is no letter of Crockford's */
    assert_false(orders_code_normalise("G7MZ4K2QX9T\xC3\xA9", code));
    assert_false(orders_code_normalise("", code));
    assert_false(orders_code_normalise(NULL, code));
}

static void codes_made_are_codes_and_differ(void **state)
{
    (void)state;
    char one[ORDERS_CODE_SIZE], other[ORDERS_CODE_SIZE], read[ORDERS_CODE_SIZE];
    struct ra_error error = {0};
    for (int i = 0; i < 200; i++) {
        assert_true(orders_code_generate(one, &error) && orders_code_generate(other, &error));
        assert_true(orders_code_normalise(one, read));
        assert_string_equal(one, read);
        assert_string_not_equal(one, other);
    }
}

/* --- the form --- */

static void a_persons_order_comes_out_normalised(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_true(read_form(*state, "{\"product\":\"ecpf-a1\",\"holder\":{" PERSON "}}",
                          CERTIFICATE_HOLDER_PERSON, &form, &error));
    assert_string_equal(form.data.name, "MARINA GONCALVES PRADO");
    assert_string_equal(form.data.cpf, "12345678909");
    assert_string_equal(form.phone, "+5519987654321");
    assert_string_equal(form.data.cnpj, "");
}

static void a_companys_order_takes_an_alphanumeric_cnpj_in_lower_case(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_true(
        read_form(*state,
                  "{\"product\":\"ecnpj-a1\",\"holder\":{" PERSON "},\"company\":{" COMPANY
                  ",\"representatives\":[{\"name\":\"Ana Lima\",\"cpf\":\"52998224725\",\"birth_date\":"
                  "\"1980-01-31\"}]}}",
                  CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_string_equal(form.data.cnpj, "12ABC34501DE35");
    assert_string_equal(form.data.company_name, "PADARIA TRES IRMAS LTDA");
    assert_string_equal(form.data.company_uf, "SP");
    assert_int_equal(form.representative_count, 1);
    assert_string_equal(form.representatives[0].cpf, "52998224725");
    assert_string_equal(form.representatives[0].email, "");
}

static void every_fault_is_told_at_once(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_false(
        read_form(*state,
                  "{\"product\":\"ecpf-a1\",\"price\":\"0\",\"holder\":{\"name\":\"Jo\\u001b[31m\",\"cpf\":"
                  "\"12345678900\",\"birth_date\":\"1985-02-31\",\"email\":\"marina\",\"phone\":\"1\","
                  "\"admin\":\"1\",\"nis\":7}}",
                  CERTIFICATE_HOLDER_PERSON, &form, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_true(has(&error, "price", "unknown-member"));
    assert_true(has(&error, "holder.admin", "unknown-member"));
    assert_true(has(&error, "holder.nis", "type"));
    assert_true(has(&error, "holder.name", "character"));
    assert_true(has(&error, "holder.cpf", "check-digit"));
    assert_true(has(&error, "holder.birth_date", "calendar"));
    assert_true(has(&error, "holder.email", "format"));
    assert_true(has(&error, "holder.phone", "length"));
}

static void a_name_of_foreign_characters_is_refused(void **state)
{
    static const char *const names[] = {"Stra\u00dfe", "Ana \U0001F600", "Ana\\u0007",
                                        "\u0410\u043d\u043d\u0430", "\u202eAna"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct order_form form;
        struct ra_error error;
        char *json = talloc_asprintf(
            *state,
            "{\"product\":\"ecpf-a1\",\"holder\":{\"name\":\"%s\",\"cpf\":\"12345678909\","
            "\"birth_date\":\"1985-08-15\",\"email\":\"a@b.example\",\"phone\":\"19987654321\"}}",
            names[i]);
        assert_false(read_form(*state, json, CERTIFICATE_HOLDER_PERSON, &form, &error));
        assert_int_equal(error.field_count, 1);
        assert_true(has(&error, "holder.name", "character"));
    }
}

static void member_names_from_outside_are_not_repeated_raw(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_false(read_form(*state, "{\"holder\":{" PERSON "},\"\\u001b[2J<script>\":\"x\"}",
                           CERTIFICATE_HOLDER_PERSON, &form, &error));
    assert_true(has(&error, "?", "unknown-member"));
}

static void company_and_person_do_not_mix(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_false(read_form(*state, "{\"holder\":{" PERSON "},\"company\":{" COMPANY "}}",
                           CERTIFICATE_HOLDER_PERSON, &form, &error));
    assert_true(has(&error, "company", "unexpected"));
    assert_false(read_form(*state, "{\"holder\":{" PERSON "}}", CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "company", "required"));
    assert_false(read_form(*state, "{\"product\":\"ecpf-a1\"}", CERTIFICATE_HOLDER_PERSON, &form, &error));
    assert_true(has(&error, "holder", "required"));
}

static void representatives_are_few_and_different(void **state)
{
    struct order_form form;
    struct ra_error error;
#define ANA  "{\"name\":\"Ana Lima\",\"cpf\":\"52998224725\",\"birth_date\":\"1980-01-31\"}"
#define FOUR ANA "," ANA "," ANA "," ANA
    assert_false(read_form(
        *state, "{\"holder\":{" PERSON "},\"company\":{" COMPANY ",\"representatives\":[" ANA "," ANA "]}}",
        CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "company.representatives", "repeated"));
    assert_false(read_form(*state,
                           "{\"holder\":{" PERSON "},\"company\":{" COMPANY ",\"representatives\":[" FOUR
                           "," FOUR "," FOUR "]}}",
                           CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "company.representatives", "too-many"));
    assert_false(read_form(*state,
                           "{\"holder\":{" PERSON "},\"company\":{" COMPANY
                           ",\"representatives\":[{\"name\":\"Ana\"}]}}",
                           CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "company.representatives.0.cpf", "empty"));
}

static bool born(TALLOC_CTX *context, const char *birth_date, struct ra_error *error)
{
    struct order_form form;
    char *json =
        talloc_asprintf(context,
                        "{\"holder\":{\"name\":\"Ana Lima\",\"cpf\":\"12345678909\",\"birth_date\":\"%s\","
                        "\"email\":\"a@b.example\",\"phone\":\"19987654321\"}}",
                        birth_date);
    return read_form(context, json, CERTIFICATE_HOLDER_PERSON, &form, error);
}

static void cap_01_refuses_who_is_under_sixteen(void **state)
{
    struct ra_error error;
    assert_true(born(*state, "2010-11-24", &error));
    assert_false(born(*state, "2010-11-25", &error));
    assert_int_equal(error.code, RA_RULE_REFUSED);
    assert_string_equal(error.reason, "CAP-01");
    assert_true(strstr(error.source, "CAP-01") != NULL);
    assert_true(has(&error, "holder.birth_date", "CAP-01"));
    assert_true(strstr(error.detail, "mãe, o pai ou o tutor") != NULL);
    assert_false(born(*state, "2026-11-25", &error));
    assert_true(has(&error, "holder.birth_date", "future"));
}

#define MOTHER "\"name\":\"Rita Lima\",\"cpf\":\"52998224725\",\"birth_date\":\"1980-01-31\""

static bool represented(TALLOC_CTX *context, const char *birth_date, const char *representatives,
                        struct order_form *form, struct ra_error *error)
{
    char *json =
        talloc_asprintf(context,
                        "{\"holder\":{\"name\":\"Ana Lima\",\"cpf\":\"12345678909\",\"birth_date\":\"%s\","
                        "\"email\":\"a@b.example\",\"phone\":\"19987654321\"},\"representatives\":%s}",
                        birth_date, representatives);
    return read_form(context, json, CERTIFICATE_HOLDER_PERSON, form, error);
}

static void cap_01_admits_a_child_with_who_represents(void **state)
{
    struct order_form form;
    struct ra_error error;
    assert_true(represented(*state, "2016-01-01", "[{" MOTHER ",\"as\":\"parent\"}]", &form, &error));
    assert_int_equal(form.representative_count, 1);
    assert_string_equal(form.representatives[0].as, "parent");
    assert_string_equal(form.representatives[0].name, "RITA LIMA");
    assert_string_equal(form.representatives[0].email, "");
    assert_true(represented(*state, "2009-06-01", "[{" MOTHER ",\"as\":\"guardian\"}]", &form, &error));
}

static void what_a_page_leaves_blank_is_nobody(void **state)
{
    struct order_form form;
    struct ra_error error;
    static const char blank[] =
        "[{\"as\":\"\",\"name\":\"\",\"cpf\":\"\",\"birth_date\":\"\",\"email\":\"\"}]";
    assert_true(represented(*state, "1990-05-10", blank, &form, &error));
    assert_int_equal(form.representative_count, 0);
    assert_false(represented(*state, "2016-01-01", blank, &form, &error));
    assert_string_equal(error.reason, "CAP-01");
}

static void cap_02_cap_03_who_may_represent(void **state)
{
    static const struct {
        const char *born, *representatives, *field, *code;
    } cases[] = {
        {"2016-01-01", "[{" MOTHER "}]", "representatives.0.as", "unknown"},
        {"2016-01-01", "[{" MOTHER ",\"as\":\"friend\"}]", "representatives.0.as", "unknown"},
        {"2016-01-01",
         "[{\"name\":\"Rita Lima\",\"cpf\":\"52998224725\",\"birth_date\":\"2008-11-25\",\"as\":\"parent\"}]",
         "representatives.0.birth_date", "CAP-03"},
        {"2016-01-01",
         "[{\"name\":\"Ana Lima\",\"cpf\":\"12345678909\",\"birth_date\":\"1980-01-31\",\"as\":\"parent\"}]",
         "representatives.0.cpf", "repeated"},
        {"2016-01-01", "[{" MOTHER ",\"as\":\"parent\",\"nis\":\"1\"}]", "representatives.0.nis",
         "unknown-member"},
        {"2016-01-01", "\"Rita\"", "representatives", "type"},
        {"1990-05-10", "[{" MOTHER ",\"as\":\"parent\"}]", "representatives.0.as", "CAP-02"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct order_form form;
        struct ra_error error;
        if (represented(*state, cases[i].born, cases[i].representatives, &form, &error) ||
            !has(&error, cases[i].field, cases[i].code))
            fail_msg("%s: not refused as %s %s", cases[i].representatives, cases[i].field, cases[i].code);
    }
    struct order_form form;
    struct ra_error error;
    assert_true(represented(*state, "1990-05-10", "[{" MOTHER ",\"as\":\"curator\"}]", &form, &error));
    assert_false(read_form(
        *state, "{\"holder\":{" PERSON "},\"company\":{" COMPANY "},\"representatives\":[{" MOTHER "}]}",
        CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "representatives", "unexpected"));
    assert_false(read_form(*state,
                           "{\"holder\":{" PERSON "},\"company\":{" COMPANY ",\"representatives\":[{" MOTHER
                           ",\"as\":\"parent\"}]}}",
                           CERTIFICATE_HOLDER_COMPANY, &form, &error));
    assert_true(has(&error, "company.representatives.0.as", "unknown-member"));
}

static void a_contact_changes_by_what_is_given(void **state)
{
    const char *email = NULL, *phone = NULL;
    struct ra_error error = {0};
    json_t *body = json_pack("{s:s}", "email", " Marina@Cidadao.Example ");
    assert_true(order_contact_read(*state, body, &email, &phone, &error));
    assert_string_equal(email, "Marina@cidadao.example");
    assert_null(phone);
    json_decref(body);
    body = json_object();
    assert_false(order_contact_read(*state, body, &email, &phone, &error));
    json_decref(body);
    body = json_pack("{s:s, s:s}", "phone", "123", "cpf", "52998224725");
    error = (struct ra_error){0};
    assert_false(order_contact_read(*state, body, &email, &phone, &error));
    assert_true(has(&error, "cpf", "unknown-member") && has(&error, "phone", "length"));
    json_decref(body);
}

/* --- searching --- */

static void a_text_is_sought_as_all_it_may_be(void **state)
{
    (void)state;
    struct orders_search search;
    assert_true(orders_search_read("123.456.789-09", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_CPF], "12345678909");
    assert_true(orders_search_read("(19) 98765-4321", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_PHONE], "+5519987654321");
    assert_string_equal(search.terms[ORDERS_SEARCH_CPF], "");
    assert_true(orders_search_read("12.abc.345/01de-35", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_CNPJ], "12ABC34501DE35");
    assert_true(orders_search_read("g7mz-4k2q-x9tb", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_CODE], "G7MZ4K2QX9TB");
    assert_true(orders_search_read("0A:1B:2C:3D:4E", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_SERIAL], "0a1b2c3d4e");
    assert_true(orders_search_read("gonçalves", &search));
    assert_string_equal(search.terms[ORDERS_SEARCH_NAME], "GONCALVES");
    assert_false(orders_search_read("", &search));
    assert_false(orders_search_read("ab", &search));
    assert_false(orders_search_read("\x1b[2J", &search));
}

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return *state == NULL;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_as_people_copy_it),
        cmocka_unit_test(codes_made_are_codes_and_differ),
        WITH_CONTEXT(a_persons_order_comes_out_normalised),
        WITH_CONTEXT(a_companys_order_takes_an_alphanumeric_cnpj_in_lower_case),
        WITH_CONTEXT(every_fault_is_told_at_once),
        WITH_CONTEXT(a_name_of_foreign_characters_is_refused),
        WITH_CONTEXT(member_names_from_outside_are_not_repeated_raw),
        WITH_CONTEXT(company_and_person_do_not_mix),
        WITH_CONTEXT(representatives_are_few_and_different),
        WITH_CONTEXT(cap_01_refuses_who_is_under_sixteen),
        WITH_CONTEXT(cap_01_admits_a_child_with_who_represents),
        WITH_CONTEXT(what_a_page_leaves_blank_is_nobody),
        WITH_CONTEXT(cap_02_cap_03_who_may_represent),
        WITH_CONTEXT(a_contact_changes_by_what_is_given),
        cmocka_unit_test(a_text_is_sought_as_all_it_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
