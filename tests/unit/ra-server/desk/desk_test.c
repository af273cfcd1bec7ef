/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_ticket_text(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    assert_string_equal(desk_ticket_text(context, "A", 14), "A014");
    assert_string_equal(desk_ticket_text(context, "B", 1234), "B1234");
    talloc_free(context);
}

static void test_priority_classes(void **state)
{
    (void)state;
    assert_true(desk_priority_known(""));
    assert_true(desk_priority_known("80+"));
    assert_true(desk_priority_known("donor"));
    assert_false(desk_priority_known("vip"));
}

static void test_each_call_has_its_sentence(void **state)
{
    (void)state;
    char sentence[DESK_SENTENCE_SIZE];
    desk_call_sentence("A014", "80+", false, false, sentence, sizeof sentence);
    assert_non_null(strstr(sentence, "Lei 10.741/2003, art. 3º § 2º"));
    desk_call_sentence("A015", "", false, false, sentence, sizeof sentence);
    assert_string_equal(sentence, "A015 chamado pela ordem da hora marcada.");
    desk_call_sentence("B002", "", true, false, sentence, sizeof sentence);
    assert_string_equal(sentence, "B002 chamado pela ordem de chegada.");
    desk_call_sentence("B002", "80+", true, true, sentence, sizeof sentence);
    assert_string_equal(sentence, "B002 chamado pelo agente.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticket_text),
        cmocka_unit_test(test_priority_classes),
        cmocka_unit_test(test_each_call_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
