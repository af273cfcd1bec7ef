/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people read of the answers: sentences in Portuguese, by the office's hour.
 */
#include "ra-cli/commands.h"
#include "ra-cli/leaf_view.h"
#include "ra-cli/moment.h"
#include "ra-cli/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *shown(cli_render *render, const char *answer)
{
    char *said = NULL;
    size_t size = 0;
    const struct cli cli = {0};
    json_t *json = json_loads(answer, 0, NULL);
    FILE *out = open_memstream(&said, &size);
    assert_non_null(json);
    assert_non_null(out);
    render(&cli, json, out);
    assert_int_equal(fclose(out), 0);
    json_decref(json);
    return said;
}

static void says(cli_render *render, const char *answer, const char *sentence)
{
    char *said = shown(render, answer);
    if (strstr(said, sentence) == NULL)
        fail_msg("'%s' does not say '%s'", said, sentence);
    free(said);
}

static void says_not(cli_render *render, const char *answer, const char *sentence)
{
    char *said = shown(render, answer);
    if (strstr(said, sentence) != NULL)
        fail_msg("'%s' says '%s'", said, sentence);
    free(said);
}

#define ORDINARY                                                                                             \
    "{\"order\":\"AB\",\"origin\":\"counter\",\"appointment\":{\"start\":\"2026-12-01T19:40:00Z\"},"         \
    "\"timeline\":[{\"text\":\"Pedido feito\",\"at\":\"2026-11-28T02:59:34.192390Z\"}]}"
#define REPLACED                                                                                             \
    "{\"order\":\"AB\",\"origin\":{\"kind\":\"replacement\",\"order\":\"CD\",\"why\":\"Revogado.\","         \
    "\"waived\":[]}}"

static void test_only_an_order_that_came_of_another_says_so(void **state)
{
    (void)state;
    says_not(render_show, ORDINARY, "Substituição");
    says_not(render_show, ORDINARY, "dispensad");
    says(render_show, REPLACED,
         "Substituição sem custo de CD; nada da identificação é dispensado. Revogado.");
}

static void test_hours_are_the_office_s(void **state)
{
    (void)state;
    says(render_show, ORDINARY, "Hora marcada    01/12/2026 16:40");
    says(render_show, ORDINARY, "Linha do tempo\n  27/11/2026 23:59 Pedido feito");
    says_not(render_show, ORDINARY, "UTC");
    says(render_tasks,
         "{\"tasks\":[{\"id\":7,\"order\":\"AB\",\"due\":\"2026-11-28T02:59:59.123456Z\",\"late\":false,"
         "\"text\":\"Enviar à AC\"}]}",
         "até 27/11 23:59  Enviar à AC\n");
    says(render_tasks,
         "{\"tasks\":[{\"id\":7,\"due\":\"2026-11-28T12:00:00Z\",\"late\":true,\"text\":\"X\"}]}",
         "ATRASADA, era até 28/11 09:00  X\n");
}

static void test_what_is_no_instant_is_shown_as_nothing(void **state)
{
    (void)state;
    char at[MOMENT_SIZE];
    assert_string_equal(moment_long("ontem", at), "");
    assert_string_equal(moment_day("2026-11-28", at), "28/11/2026");
    assert_false(moment_same_day("2026-11-28T02:59:00Z", "2026-11-28T03:01:00Z"));
    assert_true(moment_same_day("2026-11-28T00:01:00-03:00", "2026-11-29T02:00:00Z"));
}

#define VISIT(more)                                                                                          \
    "{\"order\":\"AB\",\"ticket\":\"A001\",\"priority\":\"\",\"needs\":[\"ramp\"],\"states\":{"              \
    "\"attendance\":"                                                                                        \
    "\"waiting\"}" more "}"

static void test_who_comes_on_another_day_is_told(void **state)
{
    (void)state;
    const char *early =
        VISIT(",\"booked_for\":\"2026-11-30T10:00:00-03:00\",\"now\":\"2026-11-27T14:00:00Z\"");
    says(render_visit, early, "A001, pedido AB: esperando.\n");
    says(render_visit, early, "Marcado para 30/11 às 10:00\n");
    says(render_visit, early, "Precisa de: rampa\n");
    says(render_visit, "{\"order\":\"AB\",\"states\":{\"attendance\":\"waiting\"},\"undone\":\"call\"}",
         "Desfeito: a chamada\n");
    says_not(render_visit,
             VISIT(",\"booked_for\":\"2026-11-27T22:00:00-03:00\",\"now\":\"2026-11-28T01:00:00Z\""),
             "Marcado");
}

#define EXPORTED(trusted)                                                                                    \
    "{\"verified\":true,\"origin\":\"casa\",\"tree_size\":381,\"first\":0,\"after\":381,\"events\":381,"     \
    "\"disclosed\":12,\"files\":4,\"signer\":\"CN=EXPORTADOR\",\"signer_trusted\":" trusted                  \
    ",\"made_at\":\"2026-11-27T03:11:52.063819Z\"}"

static void test_the_auditor_reads_sentences(void **state)
{
    (void)state;
    says(render_audit_verified, EXPORTED("true"), "O registro confere: 381 eventos,");
    says(render_audit_verified, EXPORTED("true"), "27/11/2026 00:11 (UTC-0300)");
    says(render_audit_verified, EXPORTED("true"), "vem de uma das raízes dadas");
    says(render_audit_verified, EXPORTED("false"), "NÃO foi conferido");
    says_not(render_audit_verified, EXPORTED("true"), "tree_size");
    says(render_audit_verified,
         "{\"verified\":true,\"origin\":\"casa\",\"order\":\"AB\",\"tree_size\":33,\"events\":5}",
         "A prova confere. Pedido AB: 5 atos do certificado (validar, verificar, emitir, revogar), todos "
         "entre os primeiros 33 eventos do registro");
}

static void test_free_hours_are_a_line_a_day(void **state)
{
    (void)state;
    says(render_availability,
         "{\"slots\":[{\"start\":\"2026-11-27T08:00:00-03:00\",\"seats\":3},{\"start\":"
         "\"2026-11-27T08:20:00-03:00\",\"seats\":1},{\"start\":\"2026-11-30T08:00:00-03:00\",\"seats\":2}]}",
         "27/11/2026  08:00 (3) 08:20 (1) \n30/11/2026  08:00 (2) \n");
}

static void test_the_term_is_whole_and_without_marks(void **state)
{
    (void)state;
    char *said = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&said, &size);
    term_show(out, "# Termo\n> Do pedido AB\n## Titular\n= CPF | 529.982.247-25\nO titular guarda a chave.\n"
                   "- não a empresta\n_ Assinatura\n% Rodapé\n");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(said, "Termo\nDo pedido AB\n\nTitular\n"
                              "  CPF                           529.982.247-25\n"
                              "O titular guarda a chave.\n  - não a empresta\n"
                              "  ____________________  Assinatura\nRodapé\n");
    free(said);
}

static void test_a_leaf_is_read_field_by_field(void **state)
{
    (void)state;
    static const char *const leaves[][2] = {
        {"item|PFBR-01|holder|waived|porque sim|d54b",
         "  Item PFBR-01, titular, DISPENSADO, motivo porque sim\n"},
        {"consultation|cpf|holder|ok|receita|77||2026-11-27T03:00:00Z|d54b||||",
         "  Consulta cpf, de titular, resultado sem restrição, base receita, protocolo 77, registrada em "
         "2026-11-27T03:00:00Z\n"},
        {"document|d1|PFBR-01|holder|615b|rg|123||||1|p1|SSP|1|0|both|",
         "  Documento para o item PFBR-01, de titular, SHA-256 615b, espécie rg, número 123, original visto "
         "sim, órgão SSP, foto sim, legível não, lados both\n"},
        {"novidade|a|b", "  novidade|a|b\n"}};
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
        char *said = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&said, &size);
        leaf_show(out, leaves[i][0]);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(said, leaves[i][1]);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_an_order_that_came_of_another_says_so),
        cmocka_unit_test(test_hours_are_the_office_s),
        cmocka_unit_test(test_what_is_no_instant_is_shown_as_nothing),
        cmocka_unit_test(test_who_comes_on_another_day_is_told),
        cmocka_unit_test(test_the_auditor_reads_sentences),
        cmocka_unit_test(test_free_hours_are_a_line_a_day),
        cmocka_unit_test(test_a_leaf_is_read_field_by_field),
        cmocka_unit_test(test_the_term_is_whole_and_without_marks),
    };
    moment_zone("America/Sao_Paulo");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
