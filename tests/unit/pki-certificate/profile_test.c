/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Profile rows: the shipped files, the strict parser, windows and terms.
 */
#include "pki/base/file.h"
#include "pki/certificate/profile.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

static struct certificate_profile *load(TALLOC_CTX *memory, const char *id)
{
    struct ra_error error = {.code = RA_OK};
    struct certificate_profile *profile = NULL;
    char path[128];
    snprintf(path, sizeof path, "pki/profiles/%s.json", id);
    if (!profile_load(memory, path, &profile, &error))
        fail_msg("%s: %s", path, error.detail);
    assert_string_equal(profile->id, id);
    return profile;
}

static void the_shipped_rows(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    static const struct {
        const char *id;
        enum certificate_holder holder;
        const char *type, *arc, *type_ou;
        unsigned term;
        enum profile_media media;
        bool code, video;
    } rows[] = {
        {"RFB_ECPF_A1", CERTIFICATE_HOLDER_PERSON, "A1", "2.16.76.1.2.1", "RFB e-CPF A1", 12,
         PROFILE_MEDIA_SOFTWARE, true, true},
        {"RFB_ECPF_A3", CERTIFICATE_HOLDER_PERSON, "A3", "2.16.76.1.2.3", "RFB e-CPF A3", 24,
         PROFILE_MEDIA_TOKEN, false, false},
        {"RFB_ECNPJ_A1", CERTIFICATE_HOLDER_COMPANY, "A1", "2.16.76.1.2.1", "RFB e-CNPJ A1", 12,
         PROFILE_MEDIA_SOFTWARE, true, true},
        {"RFB_ECNPJ_A3", CERTIFICATE_HOLDER_COMPANY, "A3", "2.16.76.1.2.3", "RFB e-CNPJ A3", 24,
         PROFILE_MEDIA_TOKEN, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct certificate_profile *profile = load(memory, rows[i].id);
        assert_int_equal(profile->holder, rows[i].holder);
        assert_string_equal(profile->type, rows[i].type);
        assert_string_equal(profile->policy_arc, rows[i].arc);
        assert_string_equal(profile->type_ou, rows[i].type_ou);
        assert_int_equal(profile->term_months, rows[i].term);
        assert_int_equal(profile->media, rows[i].media);
        assert_int_equal(profile->agents, 2);
        assert_true(profile_key_bits_allowed(profile, 2048));
        assert_false(profile_key_bits_allowed(profile, 4096));
        assert_int_equal(profile_binding_allowed(profile, IDENTIFICATION_IN_PERSON, PROFILE_BINDING_CODE),
                         rows[i].code);
        assert_true(profile_binding_allowed(profile, IDENTIFICATION_IN_PERSON, PROFILE_BINDING_SPKI));
        assert_int_equal(profile_binding_allowed(profile, IDENTIFICATION_VIDEO, PROFILE_BINDING_SPKI),
                         rows[i].video);
        assert_false(profile_binding_allowed(profile, IDENTIFICATION_VIDEO, PROFILE_BINDING_CODE));
        assert_true(profile_binding_allowed(profile, IDENTIFICATION_RENEWAL, PROFILE_BINDING_RENEWAL));
        assert_false(profile_binding_allowed(profile, IDENTIFICATION_METHOD_COUNT, PROFILE_BINDING_SPKI));
    }
    talloc_free(memory);
}

static void the_digest_is_of_the_file(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct bytes content;
    uint8_t digest[32];
    assert_true(file_read(memory, "pki/profiles/RFB_ECPF_A1.json", PROFILE_FILE_MAX, &content, &error));
    assert_true(sha256(content, digest));
    assert_memory_equal(load(memory, "RFB_ECPF_A1")->digest, digest, 32);
    talloc_free(memory);
}

/* The shipped row with one piece of text replaced; must be refused. */
static void refuses_with(const char *from, const char *to)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct ra_error error = {.code = RA_OK};
    struct certificate_profile *profile = NULL;
    struct bytes content;
    assert_true(file_read(memory, "pki/profiles/RFB_ECPF_A1.json", PROFILE_FILE_MAX, &content, &error));
    const char *text = (const char *)content.data;
    const char *at = strstr(text, from);
    assert_non_null(at);
    const char *bent = talloc_asprintf(memory, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    if (profile_parse(memory, bytes_of_text(bent), &profile, &error))
        fail_msg("accepted with %s", to);
    assert_int_equal(error.code, RA_BAD_JSON);
    assert_null(profile);
    talloc_free(memory);
}

static void what_is_not_exactly_a_row_is_refused(void **state)
{
    (void)state;
    static const char *const bent[][2] = {
        {"\"RFB_ECPF_A1\"", "\"../RFB\""},
        {"\"RFB_ECPF_A1\"", "\"\""},
        {"\"pf\"", "\"xx\""},
        {"\"A1\"", "1"},
        {"\"rfb\"", "\"ng\""},
        {"\"2.16.76.1.2.1\"", "\"2.16.76.1.3.1\""},
        {"\"2.16.76.1.2.1\"", "\"2.16.76.1.2.1.2\""},
        {"2.16.76.1.2.1.999999", "2.16.76.1.2.3.999999"},
        {"2.16.76.1.2.1.999999", "2.16.76.1.2.1"},
        {"2.16.76.1.2.1.999999", "2.16.76.1.2.1.07"},
        {"http://", "ftp://"},
        {"dpc-rfb.pdf", "dpc rfb.pdf"},
        {"12,", "13,"},
        {"12,", "0,"},
        {"12,", "-12,"},
        {"12,", "1200,"},
        {"12,", "4294967308,"},
        {"12,", "12.0,"},
        {"\"software\"", "\"paper\""},
        {"\"rsa\"", "\"ec\""},
        {"[2048]", "[1024]"},
        {"[2048]", "[]"},
        {"[2048]", "2048"},
        {"[2048]", "[\"2048\"]"},
        {"[2048]", "[2048, 2048, 2048, 2048, 2048]"},
        {"2020-01-01", "2020-02-30"},
        {"2020-01-01", "2029-03-03"},
        {"[\"code\", \"spki\"]", "[\"code\", \"code\"]"},
        {"[\"code\", \"spki\"]", "[\"other\"]"},
        {"[\"code\", \"spki\"]", "\"code\""},
        {"\"agents\": 2", "\"agents\": 0"},
        {"\"agents\": 2", "\"agents\": 3"},
        {"\"agents\": 2", "\"agents\": 2, \"agents\": 1"},
        {"\"agents\": 2", "\"agents\": 2, \"extra\": 1"},
        {"\"agents\": 2,", ""},
        {"\"evidence\": \"S\"\n}", "\"evidence\": \"S\"\n} {}"},
        {"\"RFB e-CPF A1\"", "\"RFB e-CPF A1\\u0007\""},
        {"\"RFB e-CPF A1\"", "\"A very long unit name that would not fit the sixty-four characters of OU\""},
    };
    for (size_t i = 0; i < sizeof bent / sizeof bent[0]; i++)
        refuses_with(bent[i][0], bent[i][1]);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[]", "null", "{", "{}", "bom dia"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ra_error error = {.code = RA_OK};
        struct certificate_profile *profile = NULL;
        assert_false(profile_parse(NULL, bytes_of_text(texts[i]), &profile, &error));
        assert_int_equal(error.code, RA_BAD_JSON);
    }
}

static void windows_include_both_ends(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    const struct certificate_profile *profile = load(memory, "RFB_ECPF_A1");
    assert_true(profile_open_on(profile, "2020-01-01"));
    assert_true(profile_open_on(profile, "2029-03-02"));
    assert_false(profile_open_on(profile, "2019-12-31"));
    assert_false(profile_open_on(profile, "2029-03-03"));
    assert_false(profile_open_on(profile, "2026-02-30"));
    assert_false(profile_open_on(profile, ""));
    talloc_free(memory);
}

/* certificate layout 1.7: nothing may outlive the chain, so long terms close before the row does. */
static void terms_end_with_the_chain(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    const struct certificate_profile *a1 = load(memory, "RFB_ECPF_A1");
    const struct certificate_profile *a3 = load(memory, "RFB_ECPF_A3");
    assert_true(profile_term_allowed(a1, 12, "2026-11-23"));
    assert_false(profile_term_allowed(a1, 24, "2026-11-23"));
    assert_false(profile_term_allowed(a1, 0, "2026-11-23"));
    assert_false(profile_term_allowed(a1, 6, "2026-11-23"));
    assert_true(profile_term_allowed(a3, 12, "2026-11-23"));
    assert_true(profile_term_allowed(a3, 24, "2026-11-23"));
    assert_false(profile_term_allowed(a3, 36, "2026-11-23"));
    assert_true(profile_term_allowed(a3, 24, "2027-03-02"));
    assert_false(profile_term_allowed(a3, 24, "2027-03-03"));
    assert_true(profile_term_allowed(a3, 12, "2027-03-03"));
    assert_true(profile_term_allowed(a1, 12, "2028-02-29"));
    assert_false(profile_term_allowed(a1, 12, "2028-03-03"));
    talloc_free(memory);
}

static void the_day_is_brasilias(void **state)
{
    (void)state;
    char day[DATE_SIZE];
    profile_day(1795435200, day); /* 2026-11-23T12:00:00Z */
    assert_string_equal(day, "2026-11-23");
    profile_day(1795402799, day); /* 2026-11-23T02:59:59Z */
    assert_string_equal(day, "2026-11-22");
    profile_day(1795402800, day);
    assert_string_equal(day, "2026-11-23");
}

static void words_go_both_ways(void **state)
{
    (void)state;
    enum identification_method method;
    enum profile_binding binding;
    enum profile_media media;
    enum certificate_holder holder;
    assert_true(identification_method_parse("video", &method));
    assert_string_equal(identification_method_word(method), "video");
    assert_true(profile_binding_parse("renewal", &binding));
    assert_int_equal(binding, PROFILE_BINDING_RENEWAL);
    assert_true(profile_media_parse("token", &media));
    assert_string_equal(profile_media_word(media), "token");
    assert_true(certificate_holder_parse("pj", &holder));
    assert_string_equal(certificate_holder_word(holder), "pj");
    assert_false(identification_method_parse("VIDEO", &method));
    assert_false(profile_binding_parse("", &binding));
    assert_false(profile_media_parse("disk", &media));
    assert_false(certificate_holder_parse("p", &holder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_rows),
        cmocka_unit_test(the_digest_is_of_the_file),
        cmocka_unit_test(what_is_not_exactly_a_row_is_refused),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(windows_include_both_ends),
        cmocka_unit_test(terms_end_with_the_chain),
        cmocka_unit_test(the_day_is_brasilias),
        cmocka_unit_test(words_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
