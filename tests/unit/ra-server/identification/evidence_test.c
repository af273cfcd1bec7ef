/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is typed of a document as it comes in, and the days between. How a document is judged: rules_test.c.
 */
#include "identification/evidence.h"
#include "rules_fixture.h"

#include <string.h>

struct field_case {
    const char *what;
    struct engine_document document; /* kind, number, issue, expiry and via alone */
    const char *field, *code;        /* NULL: good */
};

#define TYPED(kind_, number_, issued_, expires_, via_)                                                       \
    {                                                                                                        \
        .person_id = "1", .item = "PFBR-01", .kind = kind_, .number = number_, .issued_on = issued_,         \
        .expires_on = expires_, .via = via_                                                                  \
    }

static const struct field_case fields[] = {
    {"a whole CNH", TYPED("cnh", "01234567890", "2022-01-01", "2032-01-01", "1"), NULL, NULL},
    {"nothing typed", TYPED("", "", "", "", ""), NULL, NULL},
    {"no such kind", TYPED("carteirinha", "", "", "", ""), "kind", "unknown"},
    {"letters where digits belong", TYPED("cnh", "0123456789A", "", "", ""), "number", "shape"},
    {"too few digits", TYPED("cnh", "12345678", "", "", ""), "number", "shape"},
    {"a CIN's number is the CPF", TYPED("cin", "52998224725", "", "", ""), NULL, NULL},
    {"a CIN's number has eleven digits", TYPED("cin", "5299822472", "", "", ""), "number", "shape"},
    {"the shape is of the whole number", TYPED("cin", "x52998224725", "", "", ""), "number", "shape"},
    {"a título's number", TYPED("voter_card", "004356870906", "", "", ""), NULL, NULL},
    {"a título with a letter", TYPED("voter_card", "00435687090X", "", "", ""), "number", "shape"},
    {"an RG may have letters", TYPED("rg", "12.345.678-X", "", "", ""), NULL, NULL},
    {"sixty characters",
     TYPED("rg", "123456789012345678901234567890123456789012345678901234567890", "", "", ""), NULL, NULL},
    {"sixty-one", TYPED("rg", "1234567890123456789012345678901234567890123456789012345678901", "", "", ""),
     "number", "length"},
    {"expires before it was issued", TYPED("cnh", "", "2022-01-01", "2021-12-31", ""), "expires", "order"},
    {"expires on the day of its issue", TYPED("cnh", "", "2022-01-01", "2022-01-01", ""), NULL, NULL},
    {"issued tomorrow", TYPED("cnh", "", "2026-11-25", "", ""), "issued", "future"},
    {"issued today", TYPED("cnh", "", "2026-11-24", "", ""), NULL, NULL},
    {"a 29th of February that was", TYPED("cnh", "", "2024-02-29", "2034-02-28", ""), NULL, NULL},
    {"a 29th of February that was not", TYPED("cnh", "", "2023-02-29", "", ""), "issued", "date"},
    {"a 31st of February", TYPED("cnh", "", "", "2027-02-31", ""), "expires", "date"},
    {"a date as people write it", TYPED("cnh", "", "", "31/12/2030", ""), "expires", "date"},
    {"a copy that is no number", TYPED("cnh", "", "", "", "2a"), "via", "digits"},
    {"a copy too far", TYPED("cnh", "", "", "", "100"), "via", "digits"},
    {"the second copy", TYPED("cnh", "", "", "", "2"), NULL, NULL},
};

static bool has(const struct ra_error *error, const char *field, const char *code)
{
    for (size_t i = 0; i < error->field_count; i++)
        if (strcmp(error->fields[i].field, field) == 0 && strcmp(error->fields[i].code, code) == 0)
            return true;
    return false;
}

static void fields_as_typed(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *ruleset = rules_on_day(context, RULES_TODAY);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct ra_error error = {0};
        bool good = evidence_document_fields(ruleset, &fields[i].document, RULES_TODAY, &error);
        if (good != (fields[i].field == NULL) || (!good && !has(&error, fields[i].field, fields[i].code)))
            fail_msg("%s: %s %s", fields[i].what, good ? "good" : error.fields[0].field,
                     good ? "" : error.fields[0].code);
    }
    talloc_free(context);
}

static void every_fault_is_told_at_once(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *ruleset = rules_on_day(context, RULES_TODAY);
    const struct engine_document document = TYPED("cnh", "abc", "2030-01-01", "2020-01-01", "x");
    struct ra_error error = {0};
    assert_false(evidence_document_fields(ruleset, &document, RULES_TODAY, &error));
    assert_int_equal(error.code, RA_INVALID);
    assert_true(has(&error, "number", "shape"));
    assert_true(has(&error, "issued", "future"));
    assert_true(has(&error, "expires", "order"));
    assert_true(has(&error, "via", "digits"));
    talloc_free(context);
}

/* The patterns of the rows are compiled when a number comes in: a bad one would refuse every number. */
static void every_pattern_of_a_number_is_one(void **state)
{
    (void)state;
    char *wrong = rules_owner_sql("select string_agg(kind, ',') as value from document_kind "
                                  "where number_pattern <> '' and (number_hint = '' or '' ~ number_pattern)");
    assert_string_equal(wrong, "");
    talloc_free(wrong);
}

static void days_between(void **state)
{
    static const struct {
        const char *from, *to;
        long days;
    } cases[] = {
        {"2026-11-24", "2026-11-24", 0},       {"2026-11-24", "2026-11-25", 1},
        {"2026-11-25", "2026-11-24", -1},      {"2024-02-28", "2024-03-01", 2},
        {"2023-02-28", "2023-03-01", 1},       {"2024-02-29", "2025-02-28", 365},
        {"1970-01-01", "2026-11-24", 20781},   {"1999-12-31", "2000-01-01", 1},
        {"2000-02-29", "2000-03-01", 1},       {"1900-02-28", "1900-03-01", 1},
        {"0001-01-01", "9999-12-31", 3652058}, {"2023-02-29", "2026-11-24", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (evidence_days_between(cases[i].from, cases[i].to) != cases[i].days)
            fail_msg("%s to %s: %ld", cases[i].from, cases[i].to,
                     evidence_days_between(cases[i].from, cases[i].to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_as_typed),
        cmocka_unit_test(every_fault_is_told_at_once),
        cmocka_unit_test(every_pattern_of_a_number_is_one),
        cmocka_unit_test(days_between),
    };
    return cmocka_run_group_tests(tests, rules_fixture_start, rules_fixture_stop);
}
