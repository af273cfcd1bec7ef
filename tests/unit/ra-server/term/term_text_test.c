/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Identification rules 3.5: what the term says, and to whom.
 */
#include "floors/check.h"
#include "sample.h"

#include <string.h>

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

static const char *fact(const struct term_blocks *blocks, const char *label, unsigned number)
{
    for (size_t at = 0; at < blocks->count; at++)
        if (blocks->items[at].kind == TERM_FACT && strcmp(blocks->items[at].label, label) == 0 &&
            number-- == 0)
            return blocks->items[at].text;
    return "";
}

static bool has_section(const struct term_blocks *blocks, const char *title)
{
    for (size_t at = 0; at < blocks->count; at++)
        if (blocks->items[at].kind == TERM_SECTION && strcmp(blocks->items[at].text, title) == 0)
            return true;
    return false;
}

static void rules_3_5_a_person_is_holder_and_responsible(void **state)
{
    const struct term_blocks blocks = sample_blocks(*state, SAMPLE_PERSON);
    assert_string_equal(term_blocks_first(&blocks, TERM_TITLE), "Termo de titularidade");
    assert_true(has_section(&blocks, "Titular"));
    assert_false(has_section(&blocks, "Representantes legais"));
    assert_string_equal(fact(&blocks, "Nome", 0), "MARINA GONCALVES PRADO");
    assert_string_equal(fact(&blocks, "CPF", 0), "529.982.247-25");
    assert_string_equal(fact(&blocks, "Nascimento", 0), "15/08/1985");
    assert_string_equal(fact(&blocks, "Validade", 0), "12 meses, contados da emissão");
    assert_string_equal(fact(&blocks, "Agente", 0), "ANA BEATRIZ SOUZA TESTE");
    assert_string_equal(fact(&blocks, "Data", 0), "24/11/2026");
    assert_string_equal(term_blocks_first(&blocks, TERM_SIGN_HERE), "MARINA GONCALVES PRADO");
}

static void rules_3_5_a_company_has_its_three_roles_apart(void **state)
{
    const struct term_blocks blocks = sample_blocks(*state, SAMPLE_COMPANY);
    assert_true(has_section(&blocks, "Titular: a empresa"));
    assert_true(has_section(&blocks, "Responsável pelo certificado: a pessoa"));
    assert_true(has_section(&blocks, "Representantes legais"));
    assert_string_equal(fact(&blocks, "Nome empresarial", 0), "PADARIA TRES IRMAOS & CIA LTDA");
    assert_string_equal(fact(&blocks, "CNPJ", 0), "12.ABC.345/01DE-35");
    assert_string_equal(fact(&blocks, "Nome", 0), "MARINA GONCALVES PRADO");
    assert_string_equal(fact(&blocks, "Representante", 0), "RAFAEL TEIXEIRA LOPES, CPF 111.444.777-35");
    assert_string_equal(fact(&blocks, "Representante", 1), "");
}

static void rules_3_5_who_acts_for_a_person_is_named_apart(void **state)
{
    const struct term_blocks minor = sample_blocks(*state, SAMPLE_MINOR);
    const struct term_blocks person = sample_blocks(*state, SAMPLE_PERSON);
    assert_true(has_section(&minor, "Quem age pelo titular"));
    assert_false(has_section(&person, "Quem age pelo titular"));
    assert_string_equal(fact(&minor, "Representante", 0), "RAFAEL TEIXEIRA LOPES, CPF 111.444.777-35");
    assert_string_equal(term_blocks_first(&minor, TERM_SIGN_HERE),
                        "MARINA GONCALVES PRADO, por quem age em seu nome");
}

static void a_company_without_representatives_says_so(void **state)
{
    const struct bytes text = sample_text(*state, SAMPLE_COMPANY_ALONE);
    assert_non_null(strstr((const char *)text.data, "não indica representante além do responsável"));
    assert_null(strstr((const char *)text.data, "= Representante |"));
}

/* identification-rules 0.1: what is believed and was not read shows its mark. */
static void the_demonstration_text_carries_its_mark_and_the_norm(void **state)
{
    for (unsigned sample = SAMPLE_PERSON; sample < SAMPLES; sample++) {
        const struct term_blocks blocks = sample_blocks(*state, (enum sample)sample);
        assert_non_null(strstr(term_blocks_first(&blocks, TERM_NOTICE), "[U]"));
        assert_non_null(strstr(term_blocks_first(&blocks, TERM_FOOTER), "DOC-ICP-05, item 4.1 c"));
        assert_non_null(strstr(term_blocks_first(&blocks, TERM_FOOTER), "211/2024"));
        assert_non_null(strstr(term_blocks_first(&blocks, TERM_FOOTER), "00112233445566778899aabbccddeeff"));
    }
}

/* What a stranger typed stays in its line, whatever it begins with. */
static void a_name_cannot_become_a_heading_nor_a_fact(void **state)
{
    TALLOC_CTX *context = *state;
    struct ra_error error = {0};
    struct term_blocks blocks;
    static const char text[] = "# T\n% f\n= Nome | ## X | Y\n- - Z\n";
    assert_done(term_blocks_read(context, bytes_of_text(text), &blocks, &error));
    assert_int_equal(blocks.count, 4);
    assert_string_equal(blocks.items[2].label, "Nome");
    assert_string_equal(blocks.items[2].text, "## X | Y");
    assert_string_equal(blocks.items[3].text, "- Z");
}

static void a_text_without_title_footer_or_value_is_refused(void **state)
{
    static const char *const bad[] = {"", "# T\n", "% f\n", "# T\n% f\n= sem valor\n"};
    for (size_t at = 0; at < sizeof bad / sizeof bad[0]; at++) {
        struct ra_error error = {0};
        struct term_blocks blocks;
        assert_refused(term_blocks_read(*state, bytes_of_text(bad[at]), &blocks, &error), RA_INTERNAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_3_5_a_person_is_holder_and_responsible),
        cmocka_unit_test(rules_3_5_a_company_has_its_three_roles_apart),
        cmocka_unit_test(rules_3_5_who_acts_for_a_person_is_named_apart),
        cmocka_unit_test(a_company_without_representatives_says_so),
        cmocka_unit_test(the_demonstration_text_carries_its_mark_and_the_norm),
        cmocka_unit_test(a_name_cannot_become_a_heading_nor_a_fact),
        cmocka_unit_test(a_text_without_title_footer_or_value_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
