/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a leaf (identification-rules 3.8), what may stand in it, and the line of a spreadsheet.
 */
#include "audit/export_csv.h"
#include "audit/leaf.h"
#include "floors/check.h"

#include <jansson.h>
#include <string.h>

static struct audit_leaf sample(const json_t *detail)
{
    return (struct audit_leaf){
        .event = "CERT_ISSUED",
        .at_us = INT64_C(1795443906123456),
        .utc_offset_s = -10800,
        .actor_kind = "agent",
        .actor_spki = "ab",
        .actor_serial = "01",
        .station = "balcao \"2\"",
        .office = "sede",
        .ibge = "3509502",
        .place_kind = "IT",
        .clock_known = true,
        .clock_offset_ms = -12,
        .order_ref = "6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c",
        .person = "",
        .detail = detail,
        .commit = "",
    };
}

static void a_leaf_has_one_shape(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    json_t *detail = json_pack("{s:s, s:i}", "serial", "0a1b", "attempt", 1);
    const struct audit_leaf leaf = sample(detail);
    struct bytes bytes;
    assert_done(audit_leaf_build(context, &leaf, &bytes, &error));
    static const char head[] = "{\"v\":1,\"id\":\"";
    static const char tail[] =
        "\",\"event\":\"CERT_ISSUED\",\"ts_utc\":\"2026-11-23T14:25:06.123456Z\","
        "\"ts_local\":\"2026-11-23T11:25:06.123456-03:00\",\"actor\":{\"kind\":\"agent\",\"spki\":\"ab\","
        "\"serial\":\"01\"},\"station\":\"balcao "
        "\\\"2\\\"\",\"place\":{\"office\":\"sede\",\"ibge\":\"3509502\","
        "\"kind\":\"IT\"},\"clock_offset_ms\":-12,\"order\":\"6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c\","
        "\"person\":\"\",\"detail\":{\"serial\":\"0a1b\",\"attempt\":1},\"commit\":\"\"}";
    assert_int_equal(bytes.length, strlen(head) + 36 + strlen(tail));
    assert_memory_equal(bytes.data, head, strlen(head));
    assert_memory_equal(bytes.data + strlen(head) + 36, tail, strlen(tail));
    json_decref(detail);
    talloc_free(context);
}

static void two_leaves_of_one_act_differ(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    json_t *detail = json_object();
    const struct audit_leaf leaf = sample(detail);
    struct bytes first;
    struct bytes second;
    assert_done(audit_leaf_build(context, &leaf, &first, &error));
    assert_done(audit_leaf_build(context, &leaf, &second, &error));
    assert_false(bytes_equal(first, second));
    json_decref(detail);
    talloc_free(context);
}

static void an_unknown_clock_is_null(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    json_t *detail = json_object();
    struct audit_leaf leaf = sample(detail);
    struct bytes bytes;
    leaf.clock_known = false;
    assert_done(audit_leaf_build(context, &leaf, &bytes, &error));
    json_t *json = json_loadb((const char *)bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_is_null(json_object_get(json, "clock_offset_ms")));
    json_decref(json);
    json_decref(detail);
    talloc_free(context);
}

static void typed_values_stay_and_all_else_becomes_personal(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char person[37];
    json_t *personal = NULL;
    json_t *detail = json_pack("{s:s, s:i, s:b, s:[s, i], s:s, s:s, s:s, s:s, s:{s:s}, s:f, s:n}", "item",
                               "PFBR-01", "attempt", 2, "mail", 1, "kinds", "cnh", 3, "reason",
                               "foto ilegível", "to", "ana@example.org", "cpf", "11144477735", "cnpj",
                               "11222333000181", "nested", "a", "b", "real", 1.5, "nothing");
    assert_done(audit_leaf_separate(detail, &personal, person, &error));
    assert_int_equal(json_object_size(detail), 4);
    assert_non_null(json_object_get(detail, "item"));
    assert_non_null(json_object_get(detail, "attempt"));
    assert_non_null(json_object_get(detail, "mail"));
    assert_non_null(json_object_get(detail, "kinds"));
    assert_int_equal(json_object_size(personal), 7);
    assert_string_equal(json_string_value(json_object_get(personal, "cpf")), "11144477735");
    assert_string_equal(person, "");
    json_decref(detail);
    json_decref(personal);
}

static void an_array_with_one_name_in_it_is_personal(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char person[37];
    json_t *personal = NULL;
    json_t *detail = json_pack("{s:[s, s]}", "who", "a", "Ana Souza");
    assert_done(audit_leaf_separate(detail, &personal, person, &error));
    assert_int_equal(json_object_size(detail), 0);
    assert_int_equal(json_object_size(personal), 1);
    json_decref(detail);
    json_decref(personal);
}

static void a_person_is_named_by_uuid_alone(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char person[37];
    json_t *personal = NULL;
    json_t *detail = json_pack("{s:s}", "person", "6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c");
    assert_done(audit_leaf_separate(detail, &personal, person, &error));
    assert_string_equal(person, "6f1c1d9e-0c1e-4a7e-9b0a-2d2f6e0a1b2c");
    assert_int_equal(json_object_size(detail), 0);
    json_decref(detail);

    detail = json_pack("{s:s}", "person", "Ana Souza");
    assert_done(audit_leaf_separate(detail, &personal, person, &error));
    assert_string_equal(person, "");
    assert_string_equal(json_string_value(json_object_get(personal, "person")), "Ana Souza");
    json_decref(detail);
    json_decref(personal);
}

static void a_commitment_is_the_digest_of_salt_and_bytes(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    struct audit_private first;
    struct audit_private second;
    json_t *personal = json_pack("{s:s}", "name", "ANA SOUZA");
    assert_done(audit_private_build(context, personal, &first, &error));
    assert_done(audit_private_build(context, personal, &second, &error));
    assert_string_not_equal(first.commit, second.commit);
    assert_true(bytes_equal(first.data, bytes_of_text("{\"name\":\"ANA SOUZA\"}")));

    uint8_t opened[128];
    uint8_t digest[32];
    memcpy(opened, first.salt, sizeof first.salt);
    memcpy(opened + sizeof first.salt, first.data.data, first.data.length);
    assert_true(sha256((struct bytes){opened, sizeof first.salt + first.data.length}, digest));
    assert_string_equal(hex_encode(context, (struct bytes){digest, sizeof digest}), first.commit);
    json_decref(personal);

    assert_done(audit_private_build(context, NULL, &first, &error));
    assert_string_equal(first.commit, "");
    assert_int_equal(first.data.length, 0);
    talloc_free(context);
}

static void a_cell_is_never_a_formula(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    char *line = NULL;
    static const char *const evil[] = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"};
    for (size_t at = 0; at < sizeof evil / sizeof evil[0]; at++) {
        json_t *leaf = json_pack("{s:s, s:i}", "station", evil[at], "clock_offset_ms", -5);
        char *text = json_dumps(leaf, JSON_COMPACT);
        assert_done(export_csv_line(context, 7, bytes_of_text(text), &line, &error));
        assert_non_null(strstr(line, talloc_asprintf(context, ",\"'%s\",", evil[at])));
        assert_non_null(strstr(line, ",\"-5\","));
        assert_memory_equal(line, "7,", 2);
        free(text);
        json_decref(leaf);
    }
    talloc_free(context);
}

static void quotes_in_a_cell_are_doubled(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    char *line = NULL;
    assert_done(export_csv_line(context, 0, bytes_of_text("{\"station\":\"a\\\"b,c\"}"), &line, &error));
    assert_non_null(strstr(line, ",\"a\"\"b,c\","));
    assert_refused(export_csv_line(context, 0, bytes_of_text("no json"), &line, &error), RA_INTERNAL);
    talloc_free(context);
}

static void every_code_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (unsigned one = 0; one < AUDIT_CODE_COUNT; one++) {
        for (unsigned other = 0; other < one; other++) {
            assert_string_not_equal(audit_code_word((enum audit_code)one),
                                    audit_code_word((enum audit_code)other));
        }
    }
    assert_string_equal(audit_code_word(AUDIT_CODE_COUNT), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_has_one_shape),
        cmocka_unit_test(two_leaves_of_one_act_differ),
        cmocka_unit_test(an_unknown_clock_is_null),
        cmocka_unit_test(typed_values_stay_and_all_else_becomes_personal),
        cmocka_unit_test(an_array_with_one_name_in_it_is_personal),
        cmocka_unit_test(a_person_is_named_by_uuid_alone),
        cmocka_unit_test(a_commitment_is_the_digest_of_salt_and_bytes),
        cmocka_unit_test(a_cell_is_never_a_formula),
        cmocka_unit_test(quotes_in_a_cell_are_doubled),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
