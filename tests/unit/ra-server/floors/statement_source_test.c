/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "db/statement_source.h"

#include <string.h>

static void reads_names_types_and_text(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct statement_sources sources = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    assert_done(statement_source_read(context, "orders.sql",
                                      "-- SPDX-License-Identifier: GPL-3.0-or-later\n"
                                      "-- About the room.\n\n"
                                      "-- name: order_by_code\n"
                                      "-- params: code text, at timestamptz,\n"
                                      "-- params: tags text[]\n"
                                      "-- Why it is so.\n"
                                      "select 'it''s $9; fine' -- $8 in a comment\n"
                                      "  from orders where code = $1 and at < $2 and tag = any($3);\n\n"
                                      "-- Before the next one.\n"
                                      "-- name: ping\n"
                                      "select 1\n",
                                      &sources, &error));
    assert_int_equal(sources.count, 2);
    assert_string_equal(sources.items[0].name, "order_by_code");
    assert_int_equal(sources.items[0].parameter_count, 3);
    assert_int_equal(sources.items[0].types[0], 25);
    assert_int_equal(sources.items[0].types[1], 1184);
    assert_int_equal(sources.items[0].types[2], 1009);
    assert_string_equal(sources.items[0].origin, "orders.sql:4");
    assert_non_null(strstr(sources.items[0].sql, "any($3)"));
    assert_null(strstr(sources.items[0].sql, "Why"));
    assert_true(sources.items[0].sql[strlen(sources.items[0].sql) - 1] == ')');
    assert_string_equal(sources.items[1].sql, "select 1");
    talloc_free(context);
}

static void refuses_what_would_fail_later(void **state)
{
    (void)state;
    static const char *const samples[][2] = {
        {"select 1;\n", "before the first"},
        {"-- name: Upper\nselect 1\n", "lower-case"},
        {"-- name: a b\nselect 1\n", "lower-case"},
        {"-- name: a\n-- name: b\nselect 1\n", "has no SQL"},
        {"-- name: a\nselect 1\n-- name: a\nselect 2\n", "used at f.sql:1"},
        {"-- name: a\n-- params: x money\nselect $1\n", "unknown type"},
        {"-- name: a\n-- params: x\nselect $1\n", "name and a type"},
        {"-- name: a\n-- params: x text\nselect 1\n", "declares 1 parameters"},
        {"-- name: a\nselect $1\n", "declares 0 parameters"},
        {"-- name: a\n-- params: x text, y text\nselect $1, $3\n", "declares 2 parameters"},
        {"-- name: a\nselect $65\n", "declares 0 parameters"},
        {"-- name: a\nselect 1; delete from x;\n", "more than one statement"},
        {"-- name: a\nselect $1\n-- params: x text\n", "stands between"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct ra_error error = {0};
        struct statement_sources sources = {0};
        TALLOC_CTX *context = talloc_new(NULL);
        assert_false(statement_source_read(context, "f.sql", samples[i][0], &sources, &error));
        if (strstr(error.detail, samples[i][1]) == NULL || strstr(error.detail, "f.sql:") == NULL)
            fail_msg("%s gave: %s", samples[i][0], error.detail);
        talloc_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_types_and_text),
        cmocka_unit_test(refuses_what_would_fail_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
