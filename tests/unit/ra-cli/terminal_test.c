/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *input;
    const char *shown;
} texts[] = {
    {"Marina Gonçalves", "Marina Gonçalves"},
    {"\x1b[31mvermelho\x1b[0m", "\\x{1B}[31mvermelho\\x{1B}[0m"},
    {"linha\nnova", "linha\\x{A}nova"},
    {"c1 \xc2\x9b"
     "2J",
     "c1 \\x{9B}2J"},
    {"direita \xe2\x80\xae"
     "esquerda",
     "direita \\x{202E}esquerda"},
    {"zero \xe2\x80\x8b.", "zero \\x{200B}."},
    {"hífen\xc2\xad.", "hífen\\x{AD}."},
    {"letra \xd8\x9c.", "letra \\x{61C}."},
    {"marca \xf3\xa0\x81\x81.", "marca \\x{E0041}."},
    {"inválido \xff.", "inválido \\x{FF}."},
    {"longo demais \xc0\xaf", "longo demais \\x{C0}\\x{AF}"},
};

static void test_strangers_text_keeps_no_power(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *data = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&data, &size);
        assert_non_null(out);
        terminal_text(out, texts[i].input);
        fclose(out);
        assert_string_equal(data, texts[i].shown);
        free(data);
    }
}

static void test_json_keeps_the_value_and_no_power(void **state)
{
    (void)state;
    static const char text[] = "ação \xc2\x9b"
                               "2J \xe2\x80\xae \xf3\xa0\x81\x81 \x1b[2J \x7f";
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    json_t *value = json_pack("{s:s}", "name", text);
    assert_non_null(out);
    assert_true(terminal_json(out, value));
    fclose(out);
    assert_string_equal(data, "{\"name\":\"ação \\u009B2J \\u202E \\uDB40\\uDC41 \\u001B[2J \\u007F\"}\n");
    json_t *read = json_loads(data, 0, NULL);
    assert_true(json_equal(read, value));
    json_decref(read);
    json_decref(value);
    free(data);
}

static void test_a_whole_sheet_is_lines_and_nothing_else(void **state)
{
    (void)state;
    static const char sheet[] = "Dia \x1b[2J\r\nação\0fim \xe2\x80\xae \xff\n";
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    assert_non_null(out);
    terminal_sheet(out, sheet, sizeof sheet - 1);
    fclose(out);
    assert_string_equal(data, "Dia \\x{1B}[2J\\x{D}\nação\\x{0}fim \\x{202E} \\x{FF}\n");
    free(data);
}

static void test_columns(void **state)
{
    (void)state;
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    assert_non_null(out);
    terminal_column(out, "ação", 6);
    fputc('|', out);
    terminal_column(out, "comprido demais", 6);
    fclose(out);
    assert_string_equal(data, "ação  |compr…");
    free(data);
}

static void test_paragraphs_hang(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        size_t column, indent, width;
    } paragraphs[] = {
        {"um dois três", "um dois três\n", 0, 0, 80},
        {"um dois três", "um dois\n    três\n", 0, 4, 11},
        {"um dois três", "um\n  dois três\n", 8, 2, 11},
        {"ação ação", "ação ação\n", 0, 2, 9}, /* columns, not bytes */
        {"  muitos    brancos  ", "muitos brancos\n", 0, 0, 80},
        {"compridademais x", "compridademais\n  x\n", 0, 2, 6},
        {"cor \x1b[31m", "cor \\x{1B}[31m\n", 0, 0, 80},
        {"", "\n", 0, 0, 80},
    };
    for (size_t i = 0; i < sizeof paragraphs / sizeof *paragraphs; i++) {
        char *data = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&data, &size);
        assert_non_null(out);
        assert_int_equal(terminal_width(out), 80);
        terminal_paragraph(out, paragraphs[i].text, paragraphs[i].column, paragraphs[i].indent,
                           paragraphs[i].width);
        fclose(out);
        assert_string_equal(data, paragraphs[i].shown);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strangers_text_keeps_no_power),
        cmocka_unit_test(test_json_keeps_the_value_and_no_power),
        cmocka_unit_test(test_a_whole_sheet_is_lines_and_nothing_else),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_paragraphs_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
