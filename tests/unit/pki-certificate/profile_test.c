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
        const char *type;
        enum profile_layout layout;
        const char *arc, *type_ou;
        unsigned term;
        enum profile_media media;
        unsigned bits;
    } rows[] = {
        {"RFB_ECPF_A1", CERTIFICATE_HOLDER_PERSON, "A1", PROFILE_LAYOUT_RFB, "2.16.76.1.2.1", "RFB e-CPF A1",
         12, PROFILE_MEDIA_SOFTWARE, 2048},
        {"RFB_ECPF_A3", CERTIFICATE_HOLDER_PERSON, "A3", PROFILE_LAYOUT_RFB, "2.16.76.1.2.3", "RFB e-CPF A3",
         60, PROFILE_MEDIA_TOKEN, 2048},
        {"RFB_ECPF_A4", CERTIFICATE_HOLDER_PERSON, "A4", PROFILE_LAYOUT_RFB, "2.16.76.1.2.4", "RFB e-CPF A4",
         72, PROFILE_MEDIA_TOKEN, 4096},
        {"RFB_ECNPJ_A1", CERTIFICATE_HOLDER_COMPANY, "A1", PROFILE_LAYOUT_RFB, "2.16.76.1.2.1",
         "RFB e-CNPJ A1", 12, PROFILE_MEDIA_SOFTWARE, 2048},
        {"RFB_ECNPJ_A3", CERTIFICATE_HOLDER_COMPANY, "A3", PROFILE_LAYOUT_RFB, "2.16.76.1.2.3",
         "RFB e-CNPJ A3", 60, PROFILE_MEDIA_TOKEN, 2048},
        {"MUL_PF_A1", CERTIFICATE_HOLDER_PERSON, "A1", PROFILE_LAYOUT_MULTIPLE, "2.16.76.1.2.1",
         "Certificado PF A1", 12, PROFILE_MEDIA_SOFTWARE, 2048},
        {"MUL_PF_A3", CERTIFICATE_HOLDER_PERSON, "A3", PROFILE_LAYOUT_MULTIPLE, "2.16.76.1.2.3",
         "Certificado PF A3", 60, PROFILE_MEDIA_TOKEN, 2048},
        {"MUL_PJ_A1", CERTIFICATE_HOLDER_COMPANY, "A1", PROFILE_LAYOUT_MULTIPLE, "2.16.76.1.2.1",
         "Certificado PJ A1", 12, PROFILE_MEDIA_SOFTWARE, 2048},
        {"MUL_PJ_A3", CERTIFICATE_HOLDER_COMPANY, "A3", PROFILE_LAYOUT_MULTIPLE, "2.16.76.1.2.3",
         "Certificado PJ A3", 60, PROFILE_MEDIA_TOKEN, 2048},
        {"NG_PF_A3", CERTIFICATE_HOLDER_PERSON, "A3", PROFILE_LAYOUT_NEW, "2.16.76.1.2.3", "", 60,
         PROFILE_MEDIA_TOKEN, 2048},
        {"NG_PF_A4", CERTIFICATE_HOLDER_PERSON, "A4", PROFILE_LAYOUT_NEW, "2.16.76.1.2.4", "", 72,
         PROFILE_MEDIA_TOKEN, 4096},
        {"NG_PJ_SES", CERTIFICATE_HOLDER_COMPANY, "SE-S", PROFILE_LAYOUT_NEW, "2.16.76.1.2.201", "", 12,
         PROFILE_MEDIA_SOFTWARE, 2048},
        {"NG_PJ_SEH", CERTIFICATE_HOLDER_COMPANY, "SE-H", PROFILE_LAYOUT_NEW, "2.16.76.1.2.202", "", 60,
         PROFILE_MEDIA_TOKEN, 2048},
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
        assert_int_equal(profile->layout, rows[i].layout);
        assert_true(profile_key_bits_allowed(profile, rows[i].bits));
        assert_false(profile_key_bits_allowed(profile, rows[i].bits == 2048 ? 4096 : 2048));
        bool software = rows[i].media == PROFILE_MEDIA_SOFTWARE;
        assert_int_equal(profile_binding_allowed(profile, IDENTIFICATION_IN_PERSON, PROFILE_BINDING_CODE),
                         software);
        assert_true(profile_binding_allowed(profile, IDENTIFICATION_IN_PERSON, PROFILE_BINDING_SPKI));
        assert_int_equal(profile_binding_allowed(profile, IDENTIFICATION_VIDEO, PROFILE_BINDING_SPKI),
                         software);
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
        {"\"type_ou\": \"RFB e-CPF A1\",", ""},
        {"\"rfb\"", "\"new\""}, /* has no OU to put type_ou in */
        {"\"AC de Teste RFB v5\"", "\"\""},
        {"2029-02-20", "2029-02-30"},
        {", \"until\": \"2029-02-20\"", ""},
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

/* certificate-profiles 1.7, and what the shop window shows as the last day. */
static void the_last_day_of_a_term(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    static const struct {
        const char *id;
        unsigned months;
        const char *last;
    } cases[] = {
        {"RFB_ECPF_A1", 12, "2028-02-20"},
        {"RFB_ECPF_A3", 24, "2027-02-20"},
        {"RFB_ECPF_A3", 36, "2026-02-20"},
        {"NG_PF_A3", 36, "2034-10-22"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char day[DATE_SIZE];
        const struct certificate_profile *profile = load(memory, cases[i].id);
        profile_last_day(profile, cases[i].months, day);
        assert_string_equal(day, cases[i].last);
        assert_true(profile_term_allowed(profile, cases[i].months, day));
    }
    talloc_free(memory);
}

/* Nothing may outlive the issuing AC (certificate-profiles 1.7): long terms close before the row does. */
static void a_term_that_would_outlive_the_issuing_ac_is_closed(void **state)
{
    (void)state;
    TALLOC_CTX *memory = talloc_new(NULL);
    static const struct {
        const char *id;
        unsigned months;
        const char *day;
        bool allowed;
    } cases[] = {
        {"RFB_ECPF_A1", 12, "2026-11-23", true},  {"RFB_ECPF_A1", 24, "2026-11-23", false},
        {"RFB_ECPF_A1", 0, "2026-11-23", false},  {"RFB_ECPF_A1", 6, "2026-11-23", false},
        {"RFB_ECPF_A3", 12, "2026-11-23", true},  {"RFB_ECPF_A3", 24, "2026-11-23", true},
        {"RFB_ECPF_A3", 36, "2026-11-23", false}, {"RFB_ECPF_A3", 36, "2026-02-20", true},
        {"RFB_ECPF_A3", 24, "2027-02-20", true},  {"RFB_ECPF_A3", 24, "2027-02-21", false},
        {"RFB_ECPF_A3", 12, "2028-02-20", true},  {"RFB_ECPF_A1", 12, "2028-02-21", false},
        {"NG_PF_A3", 36, "2024-10-31", false},    {"NG_PF_A3", 36, "2024-11-01", true},
        {"NG_PF_A3", 60, "2026-11-23", true},     {"NG_PJ_SES", 24, "2026-11-23", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (profile_term_allowed(load(memory, cases[i].id), cases[i].months, cases[i].day) !=
            cases[i].allowed)
            fail_msg("%s, %u months on %s", cases[i].id, cases[i].months, cases[i].day);
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
    assert_int_equal(holder, CERTIFICATE_HOLDER_COMPANY);
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
        cmocka_unit_test(the_last_day_of_a_term),
        cmocka_unit_test(a_term_that_would_outlive_the_issuing_ac_is_closed),
        cmocka_unit_test(the_day_is_brasilias),
        cmocka_unit_test(words_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
