/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "";
}

static void tells_all_that_the_contract_promises(void **state)
{
    (void)state;
    struct ra_error error = {0};
    ra_fail_reason(&error, RA_INVALID, "some-reason", "Confira %s.", "os dados");
    snprintf(error.source, sizeof error.source, "DOC-ICP-05 3.2.3.1");
    ra_fail_field(&error, "holder.cpf", "check-digit", "O CPF não confere.");
    json_t *extra = json_pack("{s:[s], s:i}", "alternatives", "10:00", "status", 1);
    json_t *problem = problem_document(&error, "abc", extra);
    assert_string_equal(text(problem, "type"), "urn:guiche:problem:invalid");
    assert_string_equal(text(problem, "detail"), "Confira os dados.");
    assert_string_equal(text(problem, "reason"), "some-reason");
    assert_string_equal(text(problem, "source"), "DOC-ICP-05 3.2.3.1");
    assert_string_equal(text(problem, "instance"), "urn:guiche:request:abc");
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), 422);
    assert_int_equal(json_array_size(json_object_get(problem, "alternatives")), 1);
    const json_t *field = json_array_get(json_object_get(problem, "errors"), 0);
    assert_string_equal(text(field, "field"), "holder.cpf");
    assert_string_equal(text(field, "code"), "check-digit");
    json_decref(extra);
    json_decref(problem);
}

static void keeps_the_inside_to_itself(void **state)
{
    (void)state;
    static const enum ra_error_code private_codes[] = {RA_INTERNAL, RA_NO_MEMORY, RA_CRYPTO, RA_IO,
                                                       RA_DATABASE};
    for (size_t i = 0; i < sizeof private_codes / sizeof private_codes[0]; i++) {
        struct ra_error error = {0};
        ra_fail_reason(&error, private_codes[i], "constraint_name", "%s", "relation secret does not exist");
        json_t *problem = problem_document(&error, "abc", NULL);
        char *all = json_dumps(problem, 0);
        assert_null(strstr(all, "secret"));
        assert_null(strstr(all, "constraint_name"));
        free(all);
        json_decref(problem);
    }
}

static void pages_find_their_errors_by_field(void **state)
{
    (void)state;
    struct ra_error error = {0};
    ra_fail_field(&error, "holder.cpf", "check-digit", "first");
    ra_fail_field(&error, "holder.cpf", "required", "second");
    ra_fail_field(&error, "product", "required", "third");
    ra_fail_field(&error, "product.odd", "required", "below a text");
    json_t *model = json_object();
    assert_true(problem_add_to_model(model, &error, "abc"));
    const json_t *by_field = json_object_get(model, "error_by_field");
    assert_string_equal(text(json_object_get(by_field, "holder"), "cpf"), "first");
    assert_string_equal(text(by_field, "product"), "third");
    assert_int_equal(json_array_size(json_object_get(model, "errors")), 4);
    assert_true(json_is_true(json_object_get(json_object_get(model, "is"), "invalid")));
    json_decref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_all_that_the_contract_promises),
        cmocka_unit_test(keeps_the_inside_to_itself),
        cmocka_unit_test(pages_find_their_errors_by_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
