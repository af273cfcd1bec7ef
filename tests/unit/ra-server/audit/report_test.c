/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report.pdf is read by people: words of the screens, the hour of the office, no code and no epoch.
 */
#include "audit/audit.h"
#include "audit/report_words.h"
#include "floors/check.h"

#include <string.h>

static void every_event_has_words(void **state)
{
    (void)state;
    for (int code = 0; code < AUDIT_CODE_COUNT; code++) {
        const char *word = audit_code_word((enum audit_code)code);
        if (strcmp(report_event(word), word) == 0)
            fail_msg("%s has no words in report_words.c", word);
    }
    assert_string_equal(report_event("A_LATER_ONE"), "A_LATER_ONE");
}

static void an_act_is_told_in_words_and_in_the_offices_hour(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"APPT_BOOKED",
         "{\"appointment\":1,\"start\":\"2026-11-27T11:20:00.000000Z\",\"mode\":\"in_person\"}",
         "Sessão marcada · sessão nº: 1, início: 27/11/2026, 8h20, modo: presencial"},
        {"VALIDATION_APPROVED",
         "{\"statement\":\"8a1f05aeac253c514d9a4a484f6a8221810da192632ea31820165913aa293338\",\"not_after\":"
         "1795850646}",
         "Validação assinada · declaração: 8a1f05aeac25…, vale até: 28/11/2026, 4h24"},
        {"CALLED", "{\"act\":\"call\"}", "Chamada ao guichê"},
        {"UNDONE", "{\"act\":\"call\"}", "Ato desfeito · ato: chamada"},
        {"PAYMENT_RECORDED", "{\"amount_cents\":17950,\"method\":\"card\"}",
         "Pagamento registrado · valor: R$ 179,50, modo: cartão"},
        {"NEGLIST_QUERIED", "{\"fields\":[\"name\",\"cpf\"],\"uf\":\"\",\"faces\":false,\"entries\":[]}",
         "Lista negativa consultada · campos: nome e CPF, faces comparadas: não"},
        {"EXPORT_MADE", "{\"from\":\"2026-11-27\",\"private\":true}",
         "Exportação da auditoria · de: 27/11/2026, com dados pessoais: sim"},
        {"EMAIL_CONFIRMED", "{}", "E-mail confirmado"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *detail = json_loads(cases[i][1], 0, NULL);
        char *line = report_act(NULL, cases[i][0], detail, -3 * 3600);
        assert_string_equal(line, cases[i][2]);
        talloc_free(line);
        json_decref(detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_words),
        cmocka_unit_test(an_act_is_told_in_words_and_in_the_offices_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
