/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const identity_kinds[] = {"cnh", "ctps", "passport", "rg"};

struct document_case {
    const char *what;
    struct rule_document document;
    bool cnh_consulted;
    bool in_person;
    const char *reason; /* NULL: accepted */
};

static const struct document_case cases[] = {
    {"PFBR-01 a valid CNH", {"cnh", "2022-01-01", "2032-01-01", "", true}, false, true, NULL},
    {"PFBR-01b a CTPS without expiry", {"ctps", "2022-01-01", "", "", true}, false, true, NULL},
    {"EXP-01 last day of validity", {"passport", "2016-11-24", "2026-11-24", "", true}, false, true, NULL},
    {"EXP-01 expired yesterday",
     {"passport", "2016-11-23", "2026-11-23", "", true},
     false,
     true,
     "document-expired"},
    {"EXP-01 expired RG", {"rg", "2000-01-01", "2020-01-01", "", true}, false, true, "document-expired"},
    {"EXP-02 expired CNH without consultation",
     {"cnh", "2015-01-01", "2025-01-01", "", true},
     false,
     true,
     "cnh-not-consulted"},
    {"EXP-02 expired CNH, consulted", {"cnh", "2015-01-01", "2025-01-01", "", true}, true, true, NULL},
    {"EXP-03 second copy without consultation",
     {"cnh", "2022-01-01", "2032-01-01", "2", true},
     false,
     true,
     "cnh-not-consulted"},
    {"EXP-03 second copy, consulted", {"cnh", "2022-01-01", "2032-01-01", "2", true}, true, true, NULL},
    {"EXP-03 a consultation does not save a passport",
     {"passport", "2010-01-01", "2020-01-01", "", true},
     true,
     true,
     "document-expired"},
    {"the original was not seen",
     {"cnh", "2022-01-01", "2032-01-01", "", false},
     false,
     true,
     "original-not-seen"},
    {"by video the original is shown to the camera",
     {"cnh", "2022-01-01", "2032-01-01", "", false},
     false,
     false,
     NULL},
    {"a kind that does not serve", {"cnpj_card", "", "", "", true}, false, true, "document-kind"},
};

static void test_document_item(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_error error = {0};
        const struct rule_item item = {.id = "PFBR-01",
                                       .source = "Carta de Serviços 5.1.13",
                                       .alternatives = identity_kinds,
                                       .alternative_count = 4,
                                       .documents = &cases[i].document,
                                       .document_count = 1,
                                       .cnh_consulted = cases[i].cnh_consulted,
                                       .in_person = cases[i].in_person,
                                       .day = "2026-11-24"};
        bool accepted = rule_document_item(&item, &error);
        if (accepted != (cases[i].reason == NULL))
            fail_msg("%s: %s", cases[i].what, accepted ? "accepted" : error.reason);
        if (accepted)
            continue;
        assert_string_equal(error.reason, cases[i].reason);
        assert_int_equal(error.code, RA_RULE_REFUSED);
        assert_true(error.source[0] != '\0');
    }
}

static void test_one_good_document_is_enough(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct rule_document two[] = {{"passport", "2010-01-01", "2020-01-01", "", true},
                                        {"rg", "2019-01-01", "", "", true}};
    const struct rule_item item = {.id = "PFBR-01",
                                   .source = "",
                                   .alternatives = identity_kinds,
                                   .alternative_count = 4,
                                   .documents = two,
                                   .document_count = 2,
                                   .in_person = true,
                                   .day = "2026-11-24"};
    assert_true(rule_document_item(&item, &error));
}

static void test_nothing_scanned(void **state)
{
    (void)state;
    struct ra_error error = {0};
    const struct rule_item item = {.id = "PJ-01", .source = "Carta", .in_person = true, .day = "2026-11-24"};
    assert_false(rule_document_item(&item, &error));
    assert_string_equal(error.reason, "document-missing");
}

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        struct rule_document document;
        const char *field; /* NULL: good */
    } fields[] = {
        {{"cnh", "2022-01-01", "2032-01-01", "", true}, NULL},
        {{"", "", "", "", false}, NULL},
        {{"cnh", "2022-02-31", "", "", true}, "issued"},
        {{"cnh", "2026-11-25", "", "", true}, "issued"},
        {{"cnh", "2022-01-01", "2021-12-31", "", true}, "expires"},
        {{"cnh", "", "31/12/2030", "", true}, "expires"},
        {{"carteirinha", "", "", "", true}, "kind"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct ra_error error = {0};
        bool good = rule_document_fields(&fields[i].document, "2026-11-24", &error);
        assert_int_equal(good, fields[i].field == NULL);
        if (!good)
            assert_string_equal(error.fields[0].field, fields[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_item),
        cmocka_unit_test(test_one_good_document_is_enough),
        cmocka_unit_test(test_nothing_scanned),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
