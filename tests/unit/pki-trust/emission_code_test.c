/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pki/base/file.h"
#include "pki/trust/emission_code.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char instance[] = "00112233445566778899aabbccddeeff";
static const char order[] = "7Q2KX0M4ZT9A";

static void random_half(uint8_t half[EMISSION_HALF_SIZE])
{
    struct ra_error error = {0};
    assert_true(emission_half_make(half, &error));
}

static const char *reason_of(const char *text)
{
    static struct ra_error error;
    uint8_t half[EMISSION_HALF_SIZE];
    error = (struct ra_error){0};
    if (emission_half_parse(text, half, &error))
        fail_msg("%s was accepted", text);
    assert_int_equal(error.code, RA_INVALID);
    assert_true(error.detail[0] != '\0');
    return error.reason;
}

static void halves_survive_the_way_to_text_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        struct ra_error error = {0};
        uint8_t half[EMISSION_HALF_SIZE];
        uint8_t read[EMISSION_HALF_SIZE];
        char text[EMISSION_TEXT_SIZE];
        random_half(half);
        emission_half_format(half, text);
        assert_int_equal(strlen(text), EMISSION_TEXT_SIZE - 1);
        assert_true(emission_half_parse(text, read, &error));
        assert_memory_equal(half, read, sizeof half);
    }
}

static void two_halves_are_never_the_same(void **state)
{
    (void)state;
    uint8_t one[EMISSION_HALF_SIZE], other[EMISSION_HALF_SIZE];
    random_half(one);
    random_half(other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void what_people_type_is_normalised(void **state)
{
    (void)state;
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE] = {0x08, 0x42, 0x00, 0, 0, 0, 0, 0, 0x08, 0x41};
    uint8_t read[EMISSION_HALF_SIZE];
    char text[EMISSION_TEXT_SIZE];
    char typed[EMISSION_TEXT_SIZE * 2 + 2];
    emission_half_format(half, text);
    /* lower case, o for 0, i or l for 1, blanks for hyphens */
    for (size_t i = 0; i <= strlen(text); i++)
        typed[i] = (char)(text[i] == '0'   ? 'o'
                          : text[i] == '1' ? (i % 2 == 0 ? 'l' : 'I')
                          : text[i] == '-' ? ' '
                                           : tolower(text[i]));
    assert_true(emission_half_parse(typed, read, &error));
    assert_memory_equal(half, read, sizeof half);
    /* no hyphens at all, or one after every character */
    size_t at = 0;
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != '-') {
            typed[at++] = text[i];
            typed[at++] = '-';
        }
    typed[at] = '\0';
    assert_true(emission_half_parse(typed, read, &error));
    assert_memory_equal(half, read, sizeof half);
}

static void every_single_wrong_character_is_caught(void **state)
{
    (void)state;
    uint8_t half[EMISSION_HALF_SIZE];
    char text[EMISSION_TEXT_SIZE];
    random_half(half);
    emission_half_format(half, text);
    for (size_t i = 0; i < strlen(text); i++) {
        char kept = text[i];
        for (size_t j = 0; kept != '-' && j < 32; j++) {
            text[i] = alphabet[j];
            if (text[i] != kept)
                assert_string_equal(reason_of(text), "code-check");
        }
        text[i] = kept;
    }
}

static void every_exchange_of_two_characters_in_a_group_is_caught(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 50; round++) {
        uint8_t half[EMISSION_HALF_SIZE];
        char text[EMISSION_TEXT_SIZE];
        random_half(half);
        emission_half_format(half, text);
        for (size_t group = 0; group < 4; group++)
            for (size_t i = group * 6; i < group * 6 + 5; i++)
                for (size_t j = group * 6; j < i; j++) {
                    if (text[i] == text[j])
                        continue;
                    char kept = text[i];
                    text[i] = text[j];
                    text[j] = kept;
                    assert_string_equal(reason_of(text), "code-check");
                    text[j] = text[i];
                    text[i] = kept;
                }
    }
}

static void every_exchange_of_two_groups_is_caught(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        uint8_t half[EMISSION_HALF_SIZE];
        char text[EMISSION_TEXT_SIZE], swapped[EMISSION_TEXT_SIZE];
        random_half(half);
        emission_half_format(half, text);
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < i; j++) {
                memcpy(swapped, text, sizeof text);
                memcpy(swapped + i * 6, text + j * 6, 5);
                memcpy(swapped + j * 6, text + i * 6, 5);
                if (strcmp(text, swapped) != 0)
                    assert_string_equal(reason_of(swapped), "code-check");
            }
    }
}

static void texts_of_another_length_or_alphabet_are_refused(void **state)
{
    (void)state;
    assert_string_equal(reason_of(""), "code-length");
    assert_string_equal(reason_of("-----"), "code-length");
    assert_string_equal(reason_of("00001-00002-00003-0000"), "code-length");
    assert_string_equal(reason_of("00001-00002-00003-000044"), "code-length");
    assert_string_equal(reason_of("0000-0000-0000-0000"), "code-length");
    assert_string_equal(reason_of("0000U-00002-00003-00004"), "code-character");
    assert_string_equal(reason_of("00001_00002_00003_00004"), "code-character");
    assert_string_equal(reason_of("00001-00002-00003-0000\xc3\xa7"), "code-character");
    assert_string_equal(reason_of("0000\x01-00002-00003-00004"), "code-character");
    char longest[EMISSION_INPUT_MAX + 2];
    memset(longest, '-', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_string_equal(reason_of(longest), "code-length");
}

static void the_message_names_the_group_at_fault(void **state)
{
    (void)state;
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE] = {0};
    assert_false(emission_half_parse("00001-00002-00013-00004", half, &error));
    assert_non_null(strstr(error.detail, "grupo 3"));
    assert_true(emission_half_parse("00001-00002-00003-00004", half, &error));
}

static struct emission_case sample_case(void)
{
    static const uint8_t validation[32] = {1, 2, 3};
    return (struct emission_case){instance, order, validation, {(const uint8_t *)"spki of the request", 19}};
}

static void a_good_proof_of_each_half_passes(void **state)
{
    (void)state;
    uint8_t half[EMISSION_HALF_SIZE];
    struct emission_case about = sample_case();
    random_half(half);
    for (unsigned kind = 0; kind < 2; kind++) {
        struct ra_error error = {0};
        uint8_t key[EMISSION_KEY_SIZE], proof[EMISSION_PROOF_SIZE];
        assert_true(emission_public_key(half, (enum emission_half)kind, instance, order, key, &error));
        assert_true(emission_prove(half, (enum emission_half)kind, &about, proof, &error));
        assert_true(emission_verify(key, (enum emission_half)kind, &about,
                                    (struct bytes){proof, sizeof proof}, &error));
    }
}

static void keys_differ_by_half_kind_instance_and_order(void **state)
{
    (void)state;
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE] = {7};
    uint8_t other_half[EMISSION_HALF_SIZE] = {8};
    uint8_t keys[5][EMISSION_KEY_SIZE];
    assert_true(emission_public_key(half, EMISSION_COUNTER, instance, order, keys[0], &error));
    assert_true(emission_public_key(half, EMISSION_MAIL, instance, order, keys[1], &error));
    assert_true(emission_public_key(half, EMISSION_COUNTER, "ff112233445566778899aabbccddeeff", order,
                                    keys[2], &error));
    assert_true(emission_public_key(half, EMISSION_COUNTER, instance, "7Q2KX0M4ZT9B", keys[3], &error));
    assert_true(emission_public_key(other_half, EMISSION_COUNTER, instance, order, keys[4], &error));
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], EMISSION_KEY_SIZE);
}

static void a_proof_holds_for_nothing_else(void **state)
{
    (void)state;
    struct ra_error error = {0};
    static const uint8_t other_validation[32] = {1, 2, 4};
    uint8_t half[EMISSION_HALF_SIZE], key[EMISSION_KEY_SIZE], proof[EMISSION_PROOF_SIZE];
    struct emission_case good = sample_case();
    random_half(half);
    assert_true(emission_public_key(half, EMISSION_COUNTER, instance, order, key, &error));
    assert_true(emission_prove(half, EMISSION_COUNTER, &good, proof, &error));
    struct emission_case others[] = {good, good, good, good, good, good};
    others[0].instance = "ff112233445566778899aabbccddeeff";
    others[1].order = "7Q2KX0M4ZT9B";
    others[2].validation = other_validation;
    others[3].spki = bytes_of_text("SPKI of the request");
    others[4].spki = bytes_of_text("spki of the request ");
    others[5].spki = (struct bytes){NULL, 0};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        error = (struct ra_error){0};
        assert_false(
            emission_verify(key, EMISSION_COUNTER, &others[i], (struct bytes){proof, sizeof proof}, &error));
        assert_int_equal(error.code, RA_PROOF_REFUSED);
        assert_string_equal(error.reason, "proof-counter");
    }
}

static void broken_proofs_and_other_keys_are_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE], key[EMISSION_KEY_SIZE], proof[EMISSION_PROOF_SIZE + 1];
    uint8_t other_key[EMISSION_KEY_SIZE];
    struct emission_case about = sample_case();
    random_half(half);
    assert_true(emission_public_key(half, EMISSION_MAIL, instance, order, key, &error));
    assert_true(emission_prove(half, EMISSION_MAIL, &about, proof, &error));
    for (size_t length = 0; length < EMISSION_PROOF_SIZE; length++)
        assert_false(emission_verify(key, EMISSION_MAIL, &about, (struct bytes){proof, length}, &error));
    proof[EMISSION_PROOF_SIZE] = 0;
    assert_false(emission_verify(key, EMISSION_MAIL, &about, (struct bytes){proof, sizeof proof}, &error));
    for (size_t i = 0; i < EMISSION_PROOF_SIZE; i++) {
        proof[i] ^= 0x10;
        assert_false(
            emission_verify(key, EMISSION_MAIL, &about, (struct bytes){proof, EMISSION_PROOF_SIZE}, &error));
        assert_string_equal(error.reason, "proof-mail");
        proof[i] ^= 0x10;
    }
    /* The other half's key, derived from the same bytes. */
    assert_true(emission_public_key(half, EMISSION_COUNTER, instance, order, other_key, &error));
    assert_false(emission_verify(other_key, EMISSION_MAIL, &about, (struct bytes){proof, EMISSION_PROOF_SIZE},
                                 &error));
    memset(other_key, 0, sizeof other_key);
    assert_false(emission_verify(other_key, EMISSION_MAIL, &about, (struct bytes){proof, EMISSION_PROOF_SIZE},
                                 &error));
}

static void what_does_not_fit_is_refused_before_hashing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE] = {1}, proof[EMISSION_PROOF_SIZE], key[EMISSION_KEY_SIZE];
    static uint8_t large[8192];
    char long_order[512];
    struct emission_case about = sample_case();
    about.spki = (struct bytes){large, sizeof large};
    assert_false(emission_prove(half, EMISSION_COUNTER, &about, proof, &error));
    memset(long_order, 'A', sizeof long_order - 1);
    long_order[sizeof long_order - 1] = '\0';
    assert_false(emission_public_key(half, EMISSION_COUNTER, instance, long_order, key, &error));
    assert_false(emission_public_key(half, (enum emission_half)7, instance, order, key, &error));
}

static const char *text_at(const json_t *vector, const char *key)
{
    const char *text = json_string_value(json_object_get(vector, key));
    if (text == NULL)
        fail_msg("the vector has no %s", key);
    return text;
}

static void decode_at(const json_t *vector, const char *key, uint8_t *output, size_t size)
{
    if (!hex_decode(text_at(vector, key), output, size))
        fail_msg("%s is not %zu bytes", key, size);
}

static void check_half(const json_t *vector, const char *name, enum emission_half kind,
                       const struct emission_case *about)
{
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE], read[EMISSION_HALF_SIZE];
    uint8_t key[EMISSION_KEY_SIZE], expected_key[EMISSION_KEY_SIZE];
    uint8_t proof[EMISSION_PROOF_SIZE], expected_proof[EMISSION_PROOF_SIZE];
    char text[EMISSION_TEXT_SIZE];
    const json_t *part = json_object_get(vector, name);
    decode_at(part, "half", half, sizeof half);
    decode_at(part, "public_key", expected_key, sizeof expected_key);
    decode_at(part, "proof", expected_proof, sizeof expected_proof);
    emission_half_format(half, text);
    assert_string_equal(text, text_at(part, "text"));
    assert_true(emission_half_parse(text, read, &error));
    assert_memory_equal(half, read, sizeof half);
    assert_true(emission_public_key(half, kind, about->instance, about->order, key, &error));
    assert_memory_equal(key, expected_key, sizeof key);
    assert_true(emission_prove(half, kind, about, proof, &error));
    assert_memory_equal(proof, expected_proof, sizeof proof);
    assert_true(
        emission_verify(key, kind, about, (struct bytes){expected_proof, sizeof expected_proof}, &error));
}

/* pki/vectors/emission-code.json is also what the emission page is tested against; it was made by another
 * program. */
static void the_shared_vectors_hold(void **state)
{
    (void)state;
    json_t *document = json_load_file("pki/vectors/emission-code.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    json_t *vectors = json_object_get(document, "cases");
    assert_true(json_array_size(vectors) >= 10);
    size_t i;
    json_t *vector;
    json_array_foreach(vectors, i, vector)
    {
        uint8_t validation[32];
        uint8_t spki[1024];
        const char *hex = text_at(vector, "spki");
        size_t length = strlen(hex) / 2;
        assert_in_range(length, 1, sizeof spki);
        decode_at(vector, "spki", spki, length);
        decode_at(vector, "validation_sha256", validation, sizeof validation);
        struct emission_case about = {
            text_at(vector, "instance"), text_at(vector, "order"), validation, {spki, length}};
        check_half(vector, "counter", EMISSION_COUNTER, &about);
        check_half(vector, "mail", EMISSION_MAIL, &about);
    }
    json_decref(document);
}

static void the_shared_spellings_are_read_alike(void **state)
{
    (void)state;
    json_t *document = json_load_file("pki/vectors/emission-code.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    json_t *accepted = json_object_get(document, "accepted");
    json_t *refused = json_object_get(document, "refused");
    assert_true(json_array_size(accepted) >= 5);
    assert_true(json_array_size(refused) >= 10);
    size_t i;
    json_t *spelling;
    json_array_foreach(accepted, i, spelling)
    {
        struct ra_error error = {0};
        uint8_t half[EMISSION_HALF_SIZE], expected[EMISSION_HALF_SIZE];
        decode_at(spelling, "half", expected, sizeof expected);
        if (!emission_half_parse(text_at(spelling, "text"), half, &error))
            fail_msg("%s: %s", text_at(spelling, "text"), error.detail);
        assert_memory_equal(half, expected, sizeof half);
    }
    json_array_foreach(refused, i, spelling)
        assert_string_equal(reason_of(text_at(spelling, "text")), text_at(spelling, "reason"));
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_survive_the_way_to_text_and_back),
        cmocka_unit_test(two_halves_are_never_the_same),
        cmocka_unit_test(what_people_type_is_normalised),
        cmocka_unit_test(every_single_wrong_character_is_caught),
        cmocka_unit_test(every_exchange_of_two_characters_in_a_group_is_caught),
        cmocka_unit_test(every_exchange_of_two_groups_is_caught),
        cmocka_unit_test(texts_of_another_length_or_alphabet_are_refused),
        cmocka_unit_test(the_message_names_the_group_at_fault),
        cmocka_unit_test(a_good_proof_of_each_half_passes),
        cmocka_unit_test(keys_differ_by_half_kind_instance_and_order),
        cmocka_unit_test(a_proof_holds_for_nothing_else),
        cmocka_unit_test(broken_proofs_and_other_keys_are_refused),
        cmocka_unit_test(what_does_not_fit_is_refused_before_hashing),
        cmocka_unit_test(the_shared_vectors_hold),
        cmocka_unit_test(the_shared_spellings_are_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
