/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The published vectors (pki/vectors/lint.json): what they say is what the linter says, as of FIXTURE_NOW.
 */
#include "pki/base/file.h"
#include "tests/unit/pki-certificate/lint_case.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include <jansson.h>

static void examine(TALLOC_CTX *memory, const char *file, const json_t *expected)
{
    static const struct lint_about today = {.now = FIXTURE_NOW};
    struct ra_error error = {0};
    struct bytes content;
    struct findings *findings = findings_new(memory);
    const char *path = talloc_asprintf(memory, "pki/vectors/lint/%s.der", file);
    if (!file_read(memory, path, 65536, &content, &error) ||
        !lint_file(memory, content, &today, findings, &error))
        fail_msg("%s: %s", path, error.detail);
    assert_int_equal(json_array_size(expected), findings->count);
    for (size_t i = 0; i < findings->count; i++) {
        const json_t *row = json_array_get(expected, i);
        assert_string_equal(json_string_value(json_object_get(row, "code")), findings->items[i].code);
        assert_string_equal(json_string_value(json_object_get(row, "severity")),
                            finding_severity_word(findings->items[i].severity));
        assert_string_equal(json_string_value(json_object_get(row, "source")), findings->items[i].source);
    }
}

static void every_vector_holds(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    json_t *vectors = json_load_file("pki/vectors/lint.json", JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_array_size(vectors) > 80);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        const json_t *vector = json_array_get(vectors, i);
        examine(memory, json_string_value(json_object_get(vector, "file")),
                json_object_get(vector, "findings"));
    }
    json_decref(vectors);
    talloc_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
