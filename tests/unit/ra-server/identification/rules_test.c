/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every row of sql/rules has a case named after its id; a row without one fails.
 */
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"
#include "rules_tables.h"

#include <stdio.h>
#include <string.h>

/* All of a table, so that one failure does not hide the others. */
static void run_table(const struct rule_table *table)
{
    char *unmet = talloc_strdup(NULL, "");
    for (size_t i = 0; i < table->count; i++)
        unmet = rules_check(unmet, &table->cases[i]);
    if (unmet[0] != '\0')
        print_error("%s\n", unmet);
    const bool met = unmet[0] == '\0';
    talloc_free(unmet);
    assert_true(met);
}

/* --- sources --- */

static const struct rules_rule *row_of(const struct ruleset *today, const struct ruleset *before_biometrics,
                                       const char *id)
{
    const struct rules_rule *rule = ruleset_rule(today, id);
    return rule != NULL ? rule : ruleset_rule(before_biometrics, id);
}

static void each_row_quotes_its_norm_and_mark(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    const struct ruleset *before_biometrics = rules_on_day(context, "2014-06-02");
    for (size_t i = 0; i < rule_source_count; i++) {
        const struct rule_source *source = &rule_sources[i];
        const struct rules_rule *rule = row_of(today, before_biometrics, source->id);
        if (rule == NULL)
            fail_msg("%s has no row", source->id);
        if (strcmp(rule->layer, source->layer) != 0 || strcmp(rule->evidence, source->evidence) != 0 ||
            strstr(rule->norm, source->norm) == NULL)
            fail_msg("%s says %s, %s, %s", source->id, rule->layer, rule->norm, rule->evidence);
    }
    talloc_free(context);
}

/* What was not read is nobody's norm, and what is IMA's own promise is marked so (rules 0.1, 0.2). */
static void an_unread_passage_is_no_norm(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    for (size_t i = 0; i < today->rule_count; i++) {
        const struct rules_rule *rule = &today->rules[i];
        const bool unread = strcmp(rule->evidence, "U") == 0 || strcmp(rule->evidence, "V") == 0;
        if ((unread && strcmp(rule->layer, "AC") != 0) ||
            (strcmp(rule->evidence, "SEED") == 0) != (strcmp(rule->layer, "SEED") == 0))
            fail_msg("%s/%s: %s with mark %s", rule->id, rule->variant, rule->layer, rule->evidence);
    }
    talloc_free(context);
}

static void every_row_has_words_for_both_sides(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    for (size_t i = 0; i < today->rule_count; i++) {
        const struct rules_rule *rule = &today->rules[i];
        const char *texts[] = {rule->text_citizen, rule->text_agent, rule->why};
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            size_t length = strlen(texts[j]);
            if (length < 10 || texts[j][length - 1] != '.')
                fail_msg("%s/%s: \"%s\" is no sentence", rule->id, rule->variant, texts[j]);
        }
        if (rule->norm[0] == '\0' || rule->section[0] == '\0')
            fail_msg("%s/%s without norm or section", rule->id, rule->variant);
    }
    talloc_free(context);
}

/* A refusal quotes a row; so each id that the evidence's judgement names must be one. */
static void refusals_quote_rows(void **state)
{
    static const char *const quoted[] = {"EXP-01", "EXP-02", "EXP-03", "EXP-06", "PHO-01",
                                         "CLR-01", "CAP-04", "REP-04", "DIV-01"};
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++)
        assert_non_null(ruleset_rule(today, quoted[i]));
    talloc_free(context);
}

/* --- identifiers (2.6) --- */

static void idn_01_cpf(void **state)
{
    char cpf[CPF_SIZE];
    struct field_problem problem;
    (void)state;
    assert_true(cpf_normalise("529.982.247-25", cpf, &problem));
    assert_string_equal(cpf, "52998224725");
    assert_false(cpf_normalise("52998224726", cpf, &problem));
    assert_false(cpf_normalise("11111111111", cpf, &problem));
}

static void idn_02_cnpj_with_letters(void **state)
{
    char cnpj[CNPJ_SIZE];
    struct field_problem problem;
    (void)state;
    assert_true(cnpj_normalise("12.abc.345/01de-35", cnpj, &problem));
    assert_string_equal(cnpj, "12ABC34501DE35");
    assert_true(cnpj_normalise("00000000000191", cnpj, &problem));
    assert_false(cnpj_normalise("12ABC34501DE36", cnpj, &problem));
    assert_false(cnpj_normalise("12ABC34501DEA5", cnpj, &problem)); /* letters never check */
}

static void idn_03_municipality_of_the_office(void **state)
{
    (void)state;
    char *wrong =
        rules_owner_sql("select count(*)::text as value from office where ibge !~ '^([0-9]{7}|90[0-9]{3})$'");
    assert_string_equal(wrong, "0");
    talloc_free(wrong);
}

static void idn_04_name_unabbreviated_as_given(void **state)
{
    char name[PERSON_NAME_SIZE];
    struct field_problem problem;
    (void)state;
    assert_true(person_name_normalise(bytes_of_text("  João   da Silva  "), name, &problem));
    assert_non_null(strstr(name, "da Silva") != NULL ? name : strstr(name, "DA SILVA"));
}

/* --- the house's numbers (2.7, 3.7, 3.9, 3.10) --- */

static void policies_are_as_recommended(void **state)
{
    static const struct {
        const char *rule, *key, *value;
    } policies[] = {
        {"CNF-01", "accept_rg_and_cards", "true"},
        {"CNF-02", "sworn_translation_nonresident", "true"},
        {"CNF-03", "accept_expired_cnh", "true"},
        {"CNF-04", "documents_waived_by_psbio", "false"},
        {"CNF-05", "cnpj_card_max_age_days", "0"},
        {"EXP-05", "accept_expired_passport", "false"},
        {"EXP-05", "accept_expired_rne_over_60", "false"},
        {"REP-04", "poa_max_age_days", "90"},
        {"REP-04", "poa_age_reference", "\"validation_date\""},
        {"BIO-11", "psbio_conflict_business_days", "1"},
        {"BIO-09", "second_agent_with_psbio", "\"required\""},
        {"AGT-02", "second_agent_with_psbio", "\"required\""},
        {"TRM-06", "promise_minutes", "60"},
        {"RET-02", "retention_dossier_years", "10"},
        {"RET-03", "retention_audit_years", "7"},
        {"FRD-01", "fraud_report_deadline_business_days", "0"},
        {"REV-03", "revocation_hard_limit_hours", "24"},
        {"REV-03", "revocation_alarm_hours", "6"},
        {"REV-03", "revocation_target_hours", "1"},
    };
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        const struct rules_rule *rule = ruleset_rule(today, policies[i].rule);
        json_t *wanted = json_loads(policies[i].value, JSON_DECODE_ANY, NULL);
        if (rule == NULL || strstr(rule->text_agent, policies[i].key) == NULL)
            fail_msg("%s does not name its policy %s", policies[i].rule, policies[i].key);
        if (!json_equal(json_object_get(today->policies, policies[i].key), wanted))
            fail_msg("%s: policy %s is not %s", policies[i].rule, policies[i].key, policies[i].value);
        json_decref(wanted);
    }
    talloc_free(context);
}

/* --- the rows and the cases --- */

/* Is `id` among the ids, parted by ", ", that a case's name begins with? */
static bool is_named(const char *name, const char *id)
{
    size_t length = strlen(id);
    for (const char *at = name; at != NULL;) {
        if (strncmp(at, id, length) == 0 && (at[length] == ',' || at[length] == ' '))
            return true;
        const char *end = strpbrk(at, ", ");
        at = end != NULL && *end == ',' ? end + 2 : NULL;
    }
    return false;
}

static const struct rule_table *const tables[] = {&people_rules, &evidence_rules, &capacity_rules,
                                                  &company_rules, &attorney_rules};
enum { TABLES = sizeof tables / sizeof *tables };

static bool has_case(const char *id)
{
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; i < tables[t]->count; i++)
            if (is_named(tables[t]->cases[i].name, id))
                return true;
    return false;
}

static bool has_source(const char *id)
{
    for (size_t i = 0; i < rule_source_count; i++)
        if (strcmp(rule_sources[i].id, id) == 0)
            return true;
    return false;
}

/* An item needs a case of the engine; a row that is none, at least its source checked. */
static void every_row_has_a_test_named_after_it(void **state)
{
    (void)state;
    char *ids = rules_owner_sql("select string_agg(distinct id || case when kind in ('judgement', 'process') "
                                "then '-' else '+' end, ' ') as value "
                                "from identification_rule");
    char *rest = NULL, *missing = talloc_strdup(ids, "");
    for (char *word = strtok_r(ids, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *kind = word + strlen(word) - 1;
        const bool is_item = *kind == '+';
        *kind = '\0';
        if (!has_case(word) && (is_item || !has_source(word)))
            missing = talloc_asprintf_append(missing, " %s", word);
    }
    if (missing[0] != '\0')
        fail_msg("rows without a test:%s", missing);
    talloc_free(ids);
}

static void note_reached(const struct ruleset *today, const struct engine_verdict *verdict, bool *reached)
{
    for (size_t i = 0; i < verdict->item_count; i++)
        for (size_t r = 0; r < today->rule_count; r++)
            if (strcmp(today->rules[r].id, verdict->items[i].rule->id) == 0 &&
                strcmp(today->rules[r].variant, verdict->items[i].rule->variant) == 0)
                reached[r] = true;
}

static void every_variant_of_an_item_is_reached(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *today = rules_on_day(context, RULES_TODAY);
    bool *reached = talloc_zero_array(context, bool, (unsigned)today->rule_count);
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; i < tables[t]->count; i++) {
            struct read_case *read = rules_read_case(context, tables[t]->cases[i].given);
            note_reached(today, &read->verdict, reached);
            talloc_free(read);
        }
    for (size_t r = 0; r < today->rule_count; r++)
        if (!reached[r] && today->rules[r].kind != RULES_JUDGEMENT && today->rules[r].kind != RULES_PROCESS)
            fail_msg("no case reaches %s/%s", today->rules[r].id, today->rules[r].variant);
    talloc_free(context);
}

/* --- main --- */

static void people_of_a_case(void **state)
{
    (void)state;
    run_table(&people_rules);
}

static void evidence_of_people(void **state)
{
    (void)state;
    run_table(&evidence_rules);
}

static void minors_and_curatela(void **state)
{
    (void)state;
    run_table(&capacity_rules);
}

static void companies(void **state)
{
    (void)state;
    run_table(&company_rules);
}

static void attorneys(void **state)
{
    (void)state;
    run_table(&attorney_rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_of_a_case),
        cmocka_unit_test(evidence_of_people),
        cmocka_unit_test(minors_and_curatela),
        cmocka_unit_test(companies),
        cmocka_unit_test(attorneys),
        cmocka_unit_test(every_row_has_a_test_named_after_it),
        cmocka_unit_test(every_variant_of_an_item_is_reached),
        cmocka_unit_test(each_row_quotes_its_norm_and_mark),
        cmocka_unit_test(an_unread_passage_is_no_norm),
        cmocka_unit_test(every_row_has_words_for_both_sides),
        cmocka_unit_test(refusals_quote_rows),
        cmocka_unit_test(idn_01_cpf),
        cmocka_unit_test(idn_02_cnpj_with_letters),
        cmocka_unit_test(idn_03_municipality_of_the_office),
        cmocka_unit_test(idn_04_name_unabbreviated_as_given),
        cmocka_unit_test(policies_are_as_recommended),
    };
    return cmocka_run_group_tests(tests, rules_fixture_start, rules_fixture_stop);
}
