/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules 3.2: what counts as a hit in the lista negativa, and what a hit means.
 */
#include "identification/neglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    N = 1 << NEGLIST_NAME,
    C = 1 << NEGLIST_CPF,
    E = 1 << NEGLIST_EMAIL,
    P = 1 << NEGLIST_PHONE,
    R = 1 << NEGLIST_COMPANY_NAME,
    J = 1 << NEGLIST_CNPJ,
    D = 1 << NEGLIST_DESCRIPTION,
};

/* The occurrence that the searches below are made against. */
static const struct neglist_typed occurrence = {
    .fields = {[NEGLIST_NAME] = "João D'Ávila da Conceição Prado",
               [NEGLIST_CPF] = "111.444.777-35",
               [NEGLIST_EMAIL] = "joao@Golpe.example",
               [NEGLIST_PHONE] = "(19) 98765-4321",
               [NEGLIST_COMPANY_NAME] = "Padaria Três Irmãos Ltda.",
               [NEGLIST_CNPJ] = "12.ABC.345/01DE-35",
               [NEGLIST_DESCRIPTION] = "Homem alto, calvo; tatuagem de âncora no pescoço"},
    .uf = "sp",
    .modus = "RG falso",
};

struct fixture {
    TALLOC_CTX *context;
    struct neglist_entry entry;
};

static int set_up(void **state)
{
    struct fixture *fixture = talloc_zero(NULL, struct fixture);
    struct ra_error error = {0};
    fixture->context = fixture;
    if (!neglist_entry_read(fixture, &occurrence, &fixture->entry, &error))
        fail_msg("%s %s", error.detail, error.field_count > 0 ? error.fields[0].message : "");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    talloc_free(*state);
    return 0;
}

static void read_query(TALLOC_CTX *context, const struct neglist_typed *typed, struct neglist_query *query)
{
    struct ra_error error = {0};
    if (!neglist_query_read(context, typed, query, &error))
        fail_msg("%s: %s", error.fields[0].field, error.fields[0].message);
}

/* --- which fields hit --- */

static void parts_as_typed(void **state)
{
    static const struct {
        enum neglist_field field;
        const char *typed;
        bool hits;
    } cases[] = {
        {NEGLIST_NAME, "joao", true},
        {NEGLIST_NAME, "JOÃO", true},
        {NEGLIST_NAME, "Joa\u0303o", true}, /* the accent as a mark of its own */
        {NEGLIST_NAME, "conceicao joao", true},
        {NEGLIST_NAME, "onceiç", true},
        {NEGLIST_NAME, "davila", true},
        {NEGLIST_NAME, "d’ávila", true},
        {NEGLIST_NAME, "avila", true},
        {NEGLIST_NAME, "João de Conceição", true},
        {NEGLIST_NAME, "joao pradox", false},
        {NEGLIST_NAME, "joaodavila", false}, /* a part lies within one word */
        {NEGLIST_NAME, "joao silva", false},
        {NEGLIST_CPF, "11144477735", true},
        {NEGLIST_CPF, "529.982.247-25", false},
        {NEGLIST_EMAIL, "joao@golpe.EXAMPLE", true},
        {NEGLIST_EMAIL, "ana@golpe.example", false},
        {NEGLIST_PHONE, "+55 19 98765-4321", true},
        {NEGLIST_PHONE, "019987654321", true},
        {NEGLIST_PHONE, "(11) 98765-4321", false},
        {NEGLIST_COMPANY_NAME, "padaria", true},
        {NEGLIST_COMPANY_NAME, "TRES IRMAOS", true},
        {NEGLIST_COMPANY_NAME, "Irmãos ME", true}, /* the legal form says nothing */
        {NEGLIST_COMPANY_NAME, "padaria quatro", false},
        {NEGLIST_CNPJ, "12abc34501de35", true},
        {NEGLIST_CNPJ, "11.222.333/0001-81", false},
        {NEGLIST_DESCRIPTION, "pescoco TATUAGEM", true},
        {NEGLIST_DESCRIPTION, "âncora", true},
        {NEGLIST_DESCRIPTION, "alto cabelo", false},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct neglist_typed typed = {0};
        struct neglist_query query = {0};
        typed.fields[cases[i].field] = cases[i].typed;
        read_query(fixture->context, &typed, &query);
        const unsigned wanted = cases[i].hits ? 1U << cases[i].field : 0;
        if (neglist_match(&query, &fixture->entry.data) != wanted)
            fail_msg("%s \"%s\"", neglist_field_word(cases[i].field), cases[i].typed);
        assert_int_equal(neglist_selects(&query, wanted), cases[i].hits);
    }
}

/* A consultation compares whole names: those of one person may be longer or shorter, but begin alike. */
static void names_as_consulted(void **state)
{
    static const struct {
        enum neglist_field field;
        const char *listed, *consulted;
        bool hits;
    } cases[] = {
        {NEGLIST_NAME, "Maria Silva", "MARIA SILVA", true},
        {NEGLIST_NAME, "Maria da Silva", "MARIA DE SILVA", true},
        {NEGLIST_NAME, "Maria Silva", "MARIA APARECIDA DA SILVA", true},
        {NEGLIST_NAME, "Maria Aparecida da Silva", "MARIA SILVA", true},
        {NEGLIST_NAME, "Aparecida Silva", "MARIA APARECIDA SILVA", false}, /* another first name */
        {NEGLIST_NAME, "Maria", "MARIA SILVA", false},
        {NEGLIST_NAME, "Maria", "MARIA", true},
        {NEGLIST_NAME, "Mari Silva", "MARIA SILVA", false}, /* no parts of words */
        {NEGLIST_NAME, "Maria Souza Silva", "MARIA LIMA SILVA", false},
        {NEGLIST_NAME, "Silva Maria", "MARIA SILVA", true},
        {NEGLIST_NAME, "Maria Maria", "MARIA SILVA", false},
        {NEGLIST_COMPANY_NAME, "Padaria Três Irmãos Ltda", "PADARIA TRES IRMAOS", true},
        {NEGLIST_COMPANY_NAME, "Padaria Três Irmãos S/A", "PADARIA TRES IRMAOS EIRELI", true},
        {NEGLIST_COMPANY_NAME, "Padaria Ltda", "PADARIA TRES IRMAOS LTDA", false},
        {NEGLIST_COMPANY_NAME, "Padaria Três", "PADARIA TRES IRMAOS LTDA", true},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct neglist_typed listed = {0}, consulted = {0};
        struct neglist_entry entry;
        struct neglist_query query = {.whole_names = true};
        struct ra_error error = {0};
        listed.fields[cases[i].field] = cases[i].listed;
        consulted.fields[cases[i].field] = cases[i].consulted;
        assert_true(neglist_entry_read(fixture->context, &listed, &entry, &error));
        read_query(fixture->context, &consulted, &query);
        if (neglist_match(&query, &entry.data) != (cases[i].hits ? 1U << cases[i].field : 0))
            fail_msg("%s is %s", cases[i].listed, cases[i].consulted);
    }
}

static void an_absent_field_never_hits(void **state)
{
    const struct fixture *fixture = *state;
    struct neglist_typed bare = {.fields = {[NEGLIST_NAME] = "Outra Pessoa"}};
    struct neglist_typed full = occurrence;
    struct neglist_entry entry;
    struct neglist_query query = {0};
    struct ra_error error = {0};
    assert_true(neglist_entry_read(fixture->context, &bare, &entry, &error));
    read_query(fixture->context, &full, &query);
    assert_int_equal(neglist_match(&query, &entry.data), 0);
}

/* --- modes --- */

static void all_fields_and_any_field(void **state)
{
    static const struct {
        const char *name, *cpf;
        bool any, all;
    } cases[] = {
        {"joao", "11144477735", true, true},
        {"joao", "52998224725", true, false},
        {"maria", "11144477735", true, false},
        {"maria", "52998224725", false, false},
        {"joao", NULL, true, true},
        {NULL, "52998224725", false, false},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct neglist_typed typed = {
            .fields = {[NEGLIST_NAME] = cases[i].name, [NEGLIST_CPF] = cases[i].cpf}};
        struct neglist_query any = {0}, all = {.every_field = true};
        read_query(fixture->context, &typed, &any);
        read_query(fixture->context, &typed, &all);
        const unsigned matched = neglist_match(&any, &fixture->entry.data);
        assert_int_equal(neglist_selects(&any, matched), cases[i].any);
        assert_int_equal(neglist_selects(&all, matched), cases[i].all);
    }
}

static void a_listing_takes_everybody(void **state)
{
    const struct fixture *fixture = *state;
    const struct neglist_typed typed = {.uf = "SP"};
    struct neglist_query query = {0}, faces = {.faces_only = true};
    read_query(fixture->context, &typed, &query);
    assert_true(neglist_selects(&query, 0));
    read_query(fixture->context, &(struct neglist_typed){0}, &faces);
    assert_true(neglist_selects(&faces, 0));
}

/* --- what a hit means --- */

static void strength_of_each_combination(void **state)
{
    static const struct {
        unsigned matched;
        enum neglist_strength strength;
    } cases[] = {
        {0, NEGLIST_NO_HIT},     {C, NEGLIST_STRONG},     {J, NEGLIST_STRONG},
        {E, NEGLIST_STRONG},     {N, NEGLIST_WEAK},       {P, NEGLIST_WEAK},
        {R, NEGLIST_WEAK},       {D, NEGLIST_WEAK},       {N | P, NEGLIST_STRONG},
        {N | R, NEGLIST_STRONG}, {P | R, NEGLIST_STRONG}, {N | P | R, NEGLIST_STRONG},
        {N | D, NEGLIST_WEAK},   {P | D, NEGLIST_WEAK},   {C | D, NEGLIST_STRONG},
        {N | C, NEGLIST_STRONG}, {N | E, NEGLIST_STRONG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (neglist_strength(cases[i].matched) != cases[i].strength)
            fail_msg("fields %x", cases[i].matched);
    assert_int_equal(neglist_strength(1U << NEGLIST_FIELD_COUNT), NEGLIST_NO_HIT);
}

static void verdict_of_hits(void **state)
{
    (void)state;
    assert_int_equal(neglist_verdict(0, 0), NEGLIST_CLEAN);
    assert_int_equal(neglist_verdict(1, 0), NEGLIST_HIT);
    assert_int_equal(neglist_verdict(1, 9), NEGLIST_HIT);
    assert_int_equal(neglist_verdict(0, 1), NEGLIST_COULD_NOT_TELL);
    assert_string_equal(neglist_verdict_word(NEGLIST_CLEAN), "clean");
    assert_string_equal(neglist_verdict_word(NEGLIST_HIT), "hit");
    assert_string_equal(neglist_verdict_word(NEGLIST_COULD_NOT_TELL), "could_not_tell");
    assert_string_equal(neglist_verdict_word((enum neglist_verdict)77), "could_not_tell");
}

/* --- what cannot be looked for --- */

static void ill_typed_searches_are_refused(void **state)
{
    static const char *const cities[] = {"3509502", "330455"}, *const other[] = {"3304557"},
                             *const none[] = {"9900000"};
    static const struct {
        struct neglist_typed typed;
        const char *field, *code;
    } cases[] = {
        {{.fields = {[NEGLIST_CPF] = "11144477736"}}, "cpf", "check-digit"},
        {{.fields = {[NEGLIST_CPF] = "x", [NEGLIST_NAME] = "joao"}}, "cpf", "charset"},
        {{.fields = {[NEGLIST_CNPJ] = "12ABC34501DE36"}}, "cnpj", "check-digit"},
        {{.fields = {[NEGLIST_EMAIL] = "joao"}}, "email", "format"},
        {{.fields = {[NEGLIST_PHONE] = "12"}}, "phone", "length"},
        {{.fields = {[NEGLIST_NAME] = "ab"}}, "name", "length"},
        {{.fields = {[NEGLIST_NAME] = "da de do"}}, "name", "length"},
        {{.fields = {[NEGLIST_NAME] = "Али"}}, "name", "length"},
        {{.fields = {[NEGLIST_COMPANY_NAME] = "LTDA ME"}}, "company_name", "length"},
        {{.fields = {[NEGLIST_DESCRIPTION] = "e o"}}, "description", "length"},
        {{.uf = "XX"}, "uf", "uf"},
        {{.municipalities = cities, .municipality_count = 2}, "municipality", "format"},
        {{.uf = "SP", .municipalities = other, .municipality_count = 1}, "municipality", "uf"},
        {{.municipalities = none, .municipality_count = 1}, "municipality", "uf"},
        {{.municipalities = none, .municipality_count = 17}, "municipality", "too-many"},
        {{.fields = {[NEGLIST_NAME] = "  "}}, "name", "empty"},
        {{.uf = ""}, "name", "empty"},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct neglist_query query = {0};
        struct ra_error error = {0};
        if (neglist_query_read(fixture->context, &cases[i].typed, &query, &error))
            fail_msg("case %zu was taken", i);
        assert_int_equal(error.code, RA_INVALID);
        assert_string_equal(error.fields[0].field, cases[i].field);
        if (strcmp(error.fields[0].code, cases[i].code) != 0)
            fail_msg("case %zu: %s", i, error.fields[0].code);
    }
}

static void occurrences_are_normalised_and_say_something(void **state)
{
    const struct fixture *fixture = *state;
    const struct neglist_data *data = &fixture->entry.data;
    assert_string_equal(data->texts[NEGLIST_NAME], "JOAO D'AVILA DA CONCEICAO PRADO");
    assert_string_equal(data->texts[NEGLIST_CPF], "11144477735");
    assert_string_equal(data->texts[NEGLIST_PHONE], "+5519987654321");
    assert_string_equal(data->texts[NEGLIST_CNPJ], "12ABC34501DE35");
    assert_string_equal(fixture->entry.uf, "SP");
    assert_string_equal(fixture->entry.source, "local");
    assert_int_equal(data->words[NEGLIST_NAME].count, 4);
    assert_string_equal(data->words[NEGLIST_NAME].items[1], "DAVILA");
    assert_int_equal(data->words[NEGLIST_COMPANY_NAME].count, 3);

    static const struct neglist_typed refused[] = {
        {.uf = "SP", .modus = "some"},
        {.fields = {[NEGLIST_NAME] = "Ana"}, .source = "jornal"},
        {.fields = {[NEGLIST_NAME] = "A\x01na"}},
        {.fields = {[NEGLIST_CPF] = "11111111111"}},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct neglist_entry entry;
        struct ra_error error = {0};
        assert_false(neglist_entry_read(fixture->context, &refused[i], &entry, &error));
        assert_int_equal(error.code, RA_INVALID);
    }
}

static void reasons_have_a_length(void **state)
{
    char longest[NEGLIST_REASON_MAX * 2 + 3];
    struct ra_error error = {0};
    (void)state;
    for (size_t i = 0; i < NEGLIST_REASON_MAX; i++)
        memcpy(longest + 2 * i, "é", 2);
    longest[NEGLIST_REASON_MAX * 2] = '\0';
    assert_true(neglist_reason_check(longest, &error));
    memcpy(longest + NEGLIST_REASON_MAX * 2, "x", 2);
    assert_false(neglist_reason_check(longest, &error));
    assert_false(neglist_reason_check(" \n", &error));
    assert_false(neglist_reason_check(NULL, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_as_typed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_as_consulted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_absent_field_never_hits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_fields_and_any_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_listing_takes_everybody, set_up, tear_down),
        cmocka_unit_test(strength_of_each_combination),
        cmocka_unit_test(verdict_of_hits),
        cmocka_unit_test_setup_teardown(ill_typed_searches_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(occurrences_are_normalised_and_say_something, set_up, tear_down),
        cmocka_unit_test(reasons_have_a_length),
    };
    return cmocka_run_group_tests_name("3.2 lista negativa", tests, NULL, NULL);
}
