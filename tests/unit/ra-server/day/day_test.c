/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closing of the day: what must be explained, and what is signed.
 */
#include "day/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static json_t *facts_with(const char *tokens, int cash)
{
    json_t *facts =
        json_pack("{s:i, s:[{s:s}], s:[], s:[{s:s, s:i, s:i}]}", "served", 3, "open", "order", "AAAAAAAAAAAA",
                  "unverified", "money", "method", "cash", "count", 2, "cents", cash);
    json_object_set_new(facts, "tokens", json_loads(tokens, 0, NULL));
    return facts;
}

static void a_difference_must_be_explained(void **state)
{
    static const struct {
        const char *tokens;
        int recorded;
        int counted;
        const char *reason;
        const char *refusal; /* NULL: it closes */
    } cases[] = {
        {"{\"house\":0}", 1000, 1000, "", NULL},
        {"{\"house\":0}", 1000, 999, "", "difference-unexplained"},
        {"{\"house\":0}", 1000, 1001, "", "difference-unexplained"},
        {"{\"house\":0}", 1000, 999, "troco", NULL},
        {"{\"house\":2}", 0, 0, "", "tokens-uncounted"},
        {"{\"house\":2}", 0, 0, "gaveta trancada", NULL},
        {"{\"house\":2,\"counted\":2,\"missing\":[],\"unexpected\":[],\"later\":0}", 0, 0, "", NULL},
        {"{\"house\":2,\"counted\":1,\"missing\":[\"T1\"],\"unexpected\":[],\"later\":0}", 0, 0, "",
         "tokens-uncounted"},
        {"{\"house\":2,\"counted\":3,\"missing\":[],\"unexpected\":[\"T9\"],\"later\":0}", 0, 0, "",
         "tokens-uncounted"},
        {"{\"house\":2,\"counted\":2,\"missing\":[],\"unexpected\":[],\"later\":1}", 0, 0, "",
         "tokens-uncounted"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_error error = {0};
        json_t *facts = facts_with(cases[i].tokens, cases[i].recorded);
        const struct day_counted counted = {cases[i].counted, cases[i].reason};
        assert_int_equal(day_may_close(facts, &counted, &error), cases[i].refusal == NULL);
        if (cases[i].refusal != NULL)
            assert_string_equal(error.reason, cases[i].refusal);
        json_decref(facts);
    }
}

static void the_closing_names_every_figure_and_no_person(void **state)
{
    json_t *facts = facts_with("{\"house\":2,\"defective\":1}", 14900);
    const struct day_counted counted = {14800, "troco errado"};
    char *text = day_closing_text(NULL, "sede", "2026-11-26", "ANA", facts, &counted);
    (void)state;
    assert_int_equal(strncmp(text, "guiche-day-closing-v1\n", 22), 0);
    static const char *const lines[] = {"Unidade: sede\n",
                                        "Dia: 2026-11-26\n",
                                        "Agente: ANA\n",
                                        "Atendidos: 3\n",
                                        "Atendimentos em aberto: 1 (AAAAAAAAAAAA)\n",
                                        "À espera do segundo agente: 0\n",
                                        "Tokens na casa: 2, com defeito: 1\n",
                                        "Diferença de tokens: os tokens não foram contados hoje\n",
                                        "Recebido em dinheiro (2): R$ 149,00\n",
                                        "Dinheiro contado no caixa: R$ 148,00\n",
                                        "Diferença: -R$ 1,00\n",
                                        "Motivo: troco errado\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(text, lines[i]));
    talloc_free(text);
    json_decref(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_difference_must_be_explained),
                                       cmocka_unit_test(the_closing_names_every_figure_and_no_person)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
