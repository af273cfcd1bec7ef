/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules 3.9: what an agent may tell of a fraud, whom it lists, and what the comunicado says.
 */
#include "floors/check.h"
#include "fraud/fraud_rules.h"

#include <stdlib.h>
#include <string.h>

static struct order_person people[] = {
    {.id = "p1",
     .role = "responsible",
     .name = "MARINA GONCALVES PRADO",
     .cpf = "11144477735",
     .birth_date = "1985-08-15",
     .email = "marina@cidadao.example",
     .phone = "+5519987654321",
     .rg = "1",
     .rg_issuer = "SSP",
     .rg_uf = "SP"},
    {.id = "p2",
     .role = "representative",
     .name = "MARINA GONCALVES PRADO",
     .cpf = "11144477735",
     .birth_date = "1985-08-15",
     .email = "",
     .phone = "",
     .rg = "",
     .rg_issuer = "",
     .rg_uf = ""},
    {.id = "p3",
     .role = "representative",
     .name = "JOAQUIM NABUCO",
     .cpf = "52998224725",
     .birth_date = "1970-01-02",
     .email = "",
     .phone = "",
     .rg = "",
     .rg_issuer = "",
     .rg_uf = ""},
};
static struct order_company bakery = {
    .cnpj = "12ABC34501DE35", .name = "PADARIA TRES IRMAOS LTDA", .uf = "SP", .city = "CAMPINAS", .cei = ""};
static const struct order the_case = {
    .id = 1,
    .code = "ABCDEFGH2345",
    .ref = "5b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a005",
    .product_name = "e-CNPJ A1",
    .origin = "site",
    .attempt = 2,
    .serial = "00ab",
    .created_us = INT64_C(1795000000000000),
    .people = people,
    .people_count = 3,
    .subject = people,
    .company = &bakery,
    .states = {[ORDERS_MACHINE_IDENTIFICATION] = "refused", [ORDERS_MACHINE_ISSUANCE] = "none"}};
static const struct catalog_office office = {.name = "Sede",
                                             .legal_name = "AR Exemplo",
                                             .cnpj = "48197859000169",
                                             .address = "Rua A",
                                             .district = "Centro",
                                             .city = "Campinas",
                                             .uf = "SP",
                                             .ibge = "3509502",
                                             .place_kind = "IT"};

static json_t *json(const char *text)
{
    json_error_t where;
    json_t *value = json_loads(text, 0, &where);
    if (value == NULL)
        fail_msg("%s: %s", text, where.text);
    return value;
}

static char *repeated(const char *text, size_t times)
{
    const size_t length = strlen(text);
    char *made = calloc(times * length + 1, 1);
    assert_non_null(made);
    for (size_t i = 0; i < times; i++)
        memcpy(made + i * length, text, length);
    return made;
}

static bool read_text(TALLOC_CTX *context, const char *text, struct fraud_report *report,
                      struct ra_error *error)
{
    json_t *body = json(text);
    const bool ok = fraud_report_read(context, body, report, error);
    json_decref(body);
    return ok;
}

static void refuses(const char *text, const char *field, const char *code)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct fraud_report report;
    struct ra_error error = {0};
    assert_false(read_text(context, text, &report, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_int_equal(error.field_count, 1);
    assert_string_equal(error.fields[0].field, field);
    assert_string_equal(error.fields[0].code, code);
    talloc_free(context);
}

static void what_is_told_is_whole_and_in_one_line(void **state)
{
    (void)state;
    refuses("{\"kind\":\"fraud\",\"description\":\"x\"}", "kind", "unknown");
    refuses("{\"description\":\"x\"}", "kind", "unknown");
    refuses("{\"kind\":7,\"description\":\"x\"}", "kind", "unknown");
    refuses("{\"kind\":\"attempt\"}", "description", "required");
    refuses("{\"kind\":\"attempt\",\"description\":\"  \"}", "description", "required");
    refuses("{\"kind\":\"attempt\",\"description\":[]}", "description", "type");
    refuses("{\"kind\":\"attempt\",\"description\":\"a\\nb\"}", "description", "control");
    refuses("{\"kind\":\"attempt\",\"description\":\"x\",\"modus\":\"a\\u001b[2J\"}", "modus", "control");
    refuses("{\"kind\":\"attempt\",\"description\":\"x\",\"physical\":\"\\u007f\"}", "physical", "control");
    refuses("{\"kind\":\"attempt\",\"description\":\"x\",\"physic\":\"alto\"}", "physic", "unknown");
    refuses("{\"kind\":\"attempt\",\"description\":\"x\",\"people\":\"all\"}", "people", "type");
    refuses("{\"kind\":\"attempt\",\"description\":\"x\",\"people\":[7]}", "people", "type");
}

static void texts_are_counted_in_characters(void **state)
{
    (void)state;
    for (size_t length = FRAUD_TEXT_MAX; length <= FRAUD_TEXT_MAX + 1; length++) {
        TALLOC_CTX *context = talloc_new(NULL);
        struct fraud_report report;
        struct ra_error error = {0};
        char *text = repeated("é", length);
        json_t *body = json_pack("{s:s, s:s}", "kind", "realised", "description", text);
        assert_int_equal(fraud_report_read(context, body, &report, &error), length == FRAUD_TEXT_MAX);
        json_decref(body);
        free(text);
        talloc_free(context);
    }
}

static void a_protocol_is_there_and_short(void **state)
{
    (void)state;
    char *most = repeated("9", FRAUD_PROTOCOL_MAX), *more = repeated("9", FRAUD_PROTOCOL_MAX + 1);
    const struct {
        json_t *body;
        bool good;
    } cases[] = {{json("{\"protocol\":\"AC-2026/17\"}"), true},
                 {json_pack("{s:s}", "protocol", most), true},
                 {json_pack("{s:s}", "protocol", more), false},
                 {json("{\"protocol\":\" \"}"), false},
                 {json("{\"protocol\":17}"), false},
                 {json("{}"), false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_error error = {0};
        const char *protocol = NULL;
        assert_int_equal(fraud_protocol_read(cases[i].body, &protocol, &error), cases[i].good);
        json_decref(cases[i].body);
    }
    free(most);
    free(more);
}

/* Names of those chosen, by id: "p1 p3". */
static void chooses(const char *const *names, size_t count, const char *wanted)
{
    TALLOC_CTX *context = talloc_new(NULL);
    const struct fraud_report report = {.people = names, .people_count = count};
    const struct order_person **chosen = NULL;
    struct ra_error error = {0};
    size_t found = 0;
    char *ids = talloc_strdup(context, "");
    const bool ok = fraud_people(context, &the_case, &report, &chosen, &found, &error);
    assert_int_equal(ok, wanted != NULL);
    for (size_t i = 0; ok && i < found; i++)
        ids = talloc_asprintf(context, "%s%s%s", ids, i == 0 ? "" : " ", chosen[i]->id);
    if (ok)
        assert_string_equal(ids, wanted);
    else
        assert_string_equal(error.fields[0].field, "people");
    talloc_free(context);
}

static void everybody_once_or_those_named(void **state)
{
    (void)state;
    chooses(NULL, 0, "p1 p3");
    chooses((const char *const[]){"all"}, 1, "p1 p3");
    chooses((const char *const[]){"responsible"}, 1, "p1");
    chooses((const char *const[]){"representative"}, 1, "p2 p3");
    chooses((const char *const[]){"529.982.247-25"}, 1, "p3");
    chooses((const char *const[]){"52998224725", "responsible"}, 2, "p1 p3");
    chooses((const char *const[]){"attorney"}, 1, NULL);
    chooses((const char *const[]){"responsible", "12345678909"}, 2, NULL);
    chooses((const char *const[]){""}, 1, NULL);
}

static void an_occurrence_is_the_person_here_and_the_company_once(void **state)
{
    (void)state;
    struct fraud_report report = {.description = "foto trocada", .modus = "", .physical = "alto, calvo"};
    struct neglist_typed typed;
    fraud_occurrence(&the_case, &office, &report, &people[0], true, &typed);
    assert_string_equal(typed.fields[NEGLIST_CPF], "11144477735");
    assert_string_equal(typed.fields[NEGLIST_CNPJ], "12ABC34501DE35");
    assert_string_equal(typed.fields[NEGLIST_DESCRIPTION], "alto, calvo");
    assert_string_equal(typed.modus, "foto trocada");
    assert_string_equal(typed.uf, "SP");
    assert_string_equal(typed.municipalities[0], "3509502");
    report.modus = "CNH montada";
    fraud_occurrence(&the_case, &office, &report, &people[2], false, &typed);
    assert_string_equal(typed.modus, "CNH montada");
    assert_string_equal(typed.fields[NEGLIST_CPF], "52998224725");
    assert_null(typed.fields[NEGLIST_CNPJ]);
    assert_null(typed.fields[NEGLIST_COMPANY_NAME]);
}

static void the_comunicado_tells_what_is_known_and_done(void **state)
{
    (void)state;
    const struct fraud_report report = {
        .kind = "attempt", .description = "foto trocada", .modus = "m", .physical = "p"};
    json_t *known = json("{\"documents\":[{\"kind\":\"CNH\"}],\"consultations\":[],\"dates\":[],\"case\":7}");
    json_t *entries = json("[\"e1\",\"e2\"]");
    const struct fraud_form form = {.order = &the_case,
                                    .office = &office,
                                    .report = &report,
                                    .known = known,
                                    .agent = "Ana Agente",
                                    .cpf = "39053344705",
                                    .station = "g1",
                                    .at_us = INT64_C(1795000000000000),
                                    .due_us = INT64_C(1795003600000000),
                                    .stop = ENDING_REFUSAL,
                                    .statement = "aa",
                                    .entries = entries,
                                    .images = 3,
                                    .unreadable = 1};
    json_t *made = fraud_form_json(&form);
    json_t *wanted = json("{\"stop\":\"refusal\",\"statement\":\"aa\",\"entries\":[\"e1\",\"e2\"],\"images\":"
                          "3,\"unreadable\":1}");
    assert_non_null(made);
    assert_true(json_equal(json_object_get(made, "done"), wanted));
    assert_int_equal(json_array_size(json_object_get(made, "people")), 3);
    assert_string_equal(http_text(made, "case.order"), "ABCDEFGH2345");
    assert_string_equal(http_text(made, "company.cnpj"), "12ABC34501DE35");
    assert_string_equal(http_text(made, "place.ibge"), "3509502");
    assert_string_equal(http_text(made, "agent.cpf"), "39053344705");
    assert_string_equal(http_text(made, "due"), "2026-11-18T12:06:40.000000Z");
    assert_int_equal(json_array_size(json_object_get(made, "documents")), 1);
    json_decref(made);
    json_decref(wanted);
    json_decref(entries);
    json_decref(known);
}

static void a_stop_has_its_word(void **state)
{
    (void)state;
    assert_string_equal(fraud_stop_word(ENDING_NONE), "none");
    assert_string_equal(fraud_stop_word(ENDING_REFUSAL), "refusal");
    assert_string_equal(fraud_stop_word(ENDING_REVOCATION), "revocation");
    assert_string_equal(fraud_stop_word(ENDING_LATER), "later");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_is_whole_and_in_one_line),
        cmocka_unit_test(texts_are_counted_in_characters),
        cmocka_unit_test(a_protocol_is_there_and_short),
        cmocka_unit_test(everybody_once_or_those_named),
        cmocka_unit_test(an_occurrence_is_the_person_here_and_the_company_once),
        cmocka_unit_test(the_comunicado_tells_what_is_known_and_done),
        cmocka_unit_test(a_stop_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
