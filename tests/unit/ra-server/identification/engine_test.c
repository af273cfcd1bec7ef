/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds of the engine for any case: tried on thousands of random ones, always the same ones. And how a
 * new norm comes in: as one dated row.
 */
#include "rules_fixture.h"

#include <stdio.h>
#include <string.h>

enum { CASES = 3000, PEOPLE = 4, ROWS = 12 };

/* --- random cases --- */

/* SplitMix64: the same stream everywhere. */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *seed, size_t count)
{
    return (size_t)(next_random(seed) % count);
}

#define PICK(seed, array) (array)[below(seed, sizeof(array) / sizeof *(array))]

static const char *const days[] = {"",           "2015-01-01", "2025-11-24", "2026-08-25", "2026-08-26",
                                   "2026-11-23", "2026-11-24", "2026-11-25", "2031-06-30"};
static const char *const births[] = {"1940-02-29", "1990-05-10", "2008-11-24",
                                     "2008-11-25", "2010-11-25", "2016-01-01"};
static const char *const results[] = {"ok", "ok", "ok", "alert", "not_found", "conflict", "unavailable"};
static const char *const bases[] = {"cpf", "cnpj", "cnh", "psbio", "neglist"};
static const char *const states[] = {"accepted", "accepted", "accepted", "rejected", "waived", "pending"};
static const char *const reasons[] = {"", "divergence", "bad_condition"};
static const char *const declarable[] = {"nis", "cei", "voter_id"};
static const char *const person_ids[] = {"1", "2", "3", "4"};

struct random_case {
    struct engine_person people[PEOPLE + 1];
    struct engine_answer answers[ROWS];
    struct engine_document documents[ROWS];
    struct engine_consultation consultations[ROWS + 1];
    struct engine_mark marks[ROWS];
    const char *declared[3];
    struct engine_case of;
};

static void random_people(struct random_case *one, uint64_t *seed)
{
    static const enum rules_role others[] = {RULES_ROLE_REPRESENTATIVE, RULES_ROLE_ATTORNEY,
                                             RULES_ROLE_INTERPRETER};
    const bool company = below(seed, 2) == 1;
    size_t count = 1 + below(seed, PEOPLE);
    one->of.subject = company ? "pj" : "pf";
    for (size_t i = 0; i < count; i++)
        one->people[i] =
            (struct engine_person){.id = person_ids[i],
                                   .role = i > 0     ? PICK(seed, others)
                                           : company ? RULES_ROLE_RESPONSIBLE
                                                     : RULES_ROLE_HOLDER,
                                   .birth_date = PICK(seed, births),
                                   .declared = declarable,
                                   .declared_count = i == 0 ? below(seed, 4) : 0,
                                   .also_representative = company && i == 0 && below(seed, 3) == 0};
    if (company)
        one->people[count++] = (struct engine_person){.id = "", .role = RULES_ROLE_COMPANY, .birth_date = ""};
    one->of.people_count = count;
}

static const struct engine_person *random_person(const struct random_case *one, uint64_t *seed)
{
    return &one->people[below(seed, one->of.people_count)];
}

static void random_answers(const struct ruleset *ruleset, struct random_case *one, uint64_t *seed)
{
    one->of.answer_count = below(seed, ROWS + 1);
    for (size_t i = 0; i < one->of.answer_count; i++) {
        const struct rules_fact *fact = &ruleset->facts[below(seed, ruleset->fact_count)];
        one->answers[i] =
            (struct engine_answer){fact->of_person ? random_person(one, seed)->id : "", fact->key,
                                   fact->options.items[below(seed, fact->options.count)]};
    }
}

/* A rule that has items, so that what is random still meets something. */
static const struct rules_rule *random_item(const struct ruleset *ruleset, uint64_t *seed)
{
    const struct rules_rule *rule = NULL;
    do
        rule = &ruleset->rules[below(seed, ruleset->rule_count)];
    while (rule->kind == RULES_JUDGEMENT || rule->kind == RULES_PROCESS);
    return rule;
}

static void random_documents(const struct ruleset *ruleset, struct random_case *one, uint64_t *seed)
{
    one->of.document_count = below(seed, ROWS + 1);
    for (size_t i = 0; i < one->of.document_count; i++) {
        const struct rules_rule *rule = random_item(ruleset, seed);
        const bool fits = rule->alternatives.count > 0 && below(seed, 4) > 0;
        one->documents[i] = (struct engine_document){
            .person_id = random_person(one, seed)->id,
            .item = rule->id,
            .kind = fits ? rule->alternatives.items[below(seed, rule->alternatives.count)]
                         : ruleset->kinds[below(seed, ruleset->kind_count)].kind,
            .number = "",
            .issued_on = PICK(seed, days),
            .expires_on = PICK(seed, days),
            .via = below(seed, 4) == 0 ? "2" : "",
            .original_seen = below(seed, 5) > 0,
            .photo = below(seed, 8) > 0,
            .legible = below(seed, 8) > 0};
    }
}

static void random_consultations(struct random_case *one, uint64_t *seed)
{
    one->of.consultation_count = below(seed, ROWS + 1);
    for (size_t i = 0; i < one->of.consultation_count; i++)
        one->consultations[i] =
            (struct engine_consultation){.person_id = random_person(one, seed)->id,
                                         .kind = PICK(seed, bases),
                                         .result = PICK(seed, results),
                                         .day = below(seed, 4) == 0 ? "2026-11-23" : RULES_TODAY,
                                         .base = "senatran",
                                         .protocol = "1",
                                         .registration = "1",
                                         .form_number = "1",
                                         .via_seen = "",
                                         .has_evidence = below(seed, 2) == 0};
}

static void random_marks(const struct ruleset *ruleset, struct random_case *one, uint64_t *seed)
{
    one->of.mark_count = below(seed, ROWS + 1);
    for (size_t i = 0; i < one->of.mark_count; i++)
        one->marks[i] = (struct engine_mark){random_person(one, seed)->id, random_item(ruleset, seed)->id,
                                             PICK(seed, states), PICK(seed, reasons)};
}

static void make_case(const struct ruleset *ruleset, struct random_case *one, uint64_t seed)
{
    *one =
        (struct random_case){.of = {.day = RULES_TODAY, .requested_on = "2026-11-20", .media = "software"}};
    one->of.mode = below(&seed, 5) == 0 ? "video" : "in_person";
    random_people(one, &seed);
    random_answers(ruleset, one, &seed);
    random_documents(ruleset, one, &seed);
    random_consultations(one, &seed);
    random_marks(ruleset, one, &seed);
    one->of.people = one->people;
    one->of.answers = one->answers;
    one->of.documents = one->documents;
    one->of.consultations = one->consultations;
    one->of.marks = one->marks;
}

static struct engine_verdict judged(TALLOC_CTX *context, const struct ruleset *ruleset,
                                    const struct engine_case *of)
{
    struct ra_error error = {0};
    struct engine_verdict verdict = {0};
    assert_done(engine_judge(context, ruleset, of, &verdict, &error));
    return verdict;
}

static char *judged_text(TALLOC_CTX *context, const struct ruleset *ruleset, const struct engine_case *of)
{
    struct engine_verdict verdict = judged(context, ruleset, of);
    return rules_verdict_text(context, &verdict);
}

/* --- what holds of every case --- */

typedef void property(TALLOC_CTX *context, const struct ruleset *ruleset, struct random_case *one,
                      uint64_t seed);

static void holds(property *of_each)
{
    TALLOC_CTX *context = talloc_new(NULL);
    const struct ruleset *ruleset = rules_on_day(context, RULES_TODAY);
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        TALLOC_CTX *each = talloc_new(context);
        struct random_case one;
        make_case(ruleset, &one, seed);
        of_each(each, ruleset, &one, seed);
        talloc_free(each);
    }
    talloc_free(context);
}

static void same_twice(TALLOC_CTX *context, const struct ruleset *ruleset, struct random_case *one,
                       uint64_t seed)
{
    struct random_case again; /* the same texts at other addresses of the arrays */
    make_case(ruleset, &again, seed);
    assert_string_equal(judged_text(context, ruleset, &one->of), judged_text(context, ruleset, &again.of));
}

static void the_same_case_gives_the_same_answer(void **state)
{
    (void)state;
    holds(same_twice);
}

static void complete_means_all(TALLOC_CTX *context, const struct ruleset *ruleset, struct random_case *one,
                               uint64_t seed)
{
    const struct engine_verdict verdict = judged(context, ruleset, &one->of);
    bool all = true, diverges = false;
    for (size_t i = 0; i < verdict.item_count; i++) {
        const struct engine_item *item = &verdict.items[i];
        const bool good = item->state == ENGINE_ACCEPTED || item->state == ENGINE_WAIVED;
        all = all && (good || !item->rule->required);
        diverges = diverges || (item->state == ENGINE_REJECTED && strcmp(item->reason, "divergence") == 0);
        if (item->state == ENGINE_WAIVED && !item->may_waive)
            fail_msg("case %d: %s waived where no rule permits it", (int)seed, item->rule->id);
        if ((item->state == ENGINE_ACCEPTED) != (item->reason[0] == '\0') && item->state != ENGINE_REJECTED &&
            item->state != ENGINE_WAIVED)
            fail_msg("case %d: %s is %s without a reason", (int)seed, item->rule->id,
                     engine_state_word(item->state));
    }
    if (verdict.complete != (all && !diverges) || (verdict.suspended != NULL) != diverges)
        fail_msg("case %d: %s", (int)seed, rules_verdict_text(context, &verdict));
}

static void never_complete_with_something_open(void **state)
{
    (void)state;
    holds(complete_means_all);
}

static void each_item_once(TALLOC_CTX *context, const struct ruleset *ruleset, struct random_case *one,
                           uint64_t seed)
{
    const struct engine_verdict verdict = judged(context, ruleset, &one->of);
    for (size_t i = 0; i < verdict.item_count; i++)
        for (size_t j = 0; j < i; j++)
            if (verdict.items[i].person == verdict.items[j].person &&
                strcmp(verdict.items[i].rule->id, verdict.items[j].rule->id) == 0)
                fail_msg("case %d: %s twice, as %s and %s", (int)seed, verdict.items[i].rule->id,
                         verdict.items[i].rule->variant, verdict.items[j].rule->variant);
}

/* A mark names rule and person: two variants side by side would share it. */
static void an_item_stands_once_for_each_person(void **state)
{
    (void)state;
    holds(each_item_once);
}

static enum engine_state state_of(const struct engine_verdict *verdict, const struct engine_item *item)
{
    for (size_t i = 0; i < verdict->item_count; i++)
        if (verdict->items[i].rule == item->rule &&
            strcmp(verdict->items[i].person->id, item->person->id) == 0)
            return verdict->items[i].state;
    return ENGINE_STATE_COUNT;
}

static void unavailable_accepts_nothing(TALLOC_CTX *context, const struct ruleset *ruleset,
                                        struct random_case *one, uint64_t seed)
{
    const struct engine_verdict before = judged(context, ruleset, &one->of);
    one->consultations[one->of.consultation_count++] =
        (struct engine_consultation){.person_id = random_person(one, &seed)->id,
                                     .kind = PICK(&seed, bases),
                                     .result = "unavailable",
                                     .day = RULES_TODAY,
                                     .base = "",
                                     .protocol = "",
                                     .registration = "",
                                     .form_number = "",
                                     .via_seen = ""};
    const struct engine_verdict after = judged(context, ruleset, &one->of);
    for (size_t i = 0; i < after.item_count; i++)
        if (after.items[i].state == ENGINE_ACCEPTED && state_of(&before, &after.items[i]) != ENGINE_ACCEPTED)
            fail_msg("an answer that says nothing accepted %s", after.items[i].rule->id);
    if (before.suspended != NULL && after.suspended == NULL)
        fail_msg("an answer that says nothing lifted the divergence of %s", before.suspended->rule->id);
}

static void could_not_tell_never_turns_an_item_accepted(void **state)
{
    (void)state;
    holds(unavailable_accepts_nothing);
}

static void may_accept_agrees(TALLOC_CTX *context, const struct ruleset *ruleset, struct random_case *one,
                              uint64_t seed)
{
    const struct engine_verdict verdict = judged(context, ruleset, &one->of);
    for (size_t i = 0; i < verdict.item_count; i++) {
        const struct engine_item *item = &verdict.items[i];
        struct ra_error error = {0};
        const bool may = engine_may_accept(ruleset, &one->of, item, &error);
        if (!may && (error.code != RA_RULE_REFUSED || error.reason[0] == '\0' || error.source[0] == '\0'))
            fail_msg("case %d: %s refused without reason or source", (int)seed, item->rule->id);
        if (!may && item->state == ENGINE_ACCEPTED)
            fail_msg("case %d: %s is accepted and may not be: %s", (int)seed, item->rule->id, error.reason);
    }
}

static void what_is_accepted_may_be_accepted(void **state)
{
    (void)state;
    holds(may_accept_agrees);
}

/* --- a new norm --- */

/* The texts of all cases judged by one set of rules, as one. */
static char *judged_all(TALLOC_CTX *context, const struct ruleset *ruleset, const struct ruleset *cases_from)
{
    char *all = talloc_strdup(context, "");
    for (uint64_t seed = 1; seed <= CASES / 10; seed++) {
        struct random_case one;
        make_case(cases_from, &one, seed);
        all = talloc_asprintf_append(all, "%s\n", judged_text(context, ruleset, &one.of));
    }
    return all;
}

static void without(json_t *snapshot, const char *id, const char *variant)
{
    size_t index;
    json_t *row, *rules = json_object_get(snapshot, "rules");
    json_array_foreach(rules, index, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "id")), id) == 0 &&
            strcmp(json_string_value(json_object_get(row, "variant")), variant) == 0) {
            json_array_remove(rules, index);
            return;
        }
    }
    fail_msg("%s/%s is not among the rules", id, variant);
}

static void assert_same_rules_but_for(const char *day, const char *other_day, const char *id)
{
    json_t *one = rules_snapshot_json(day), *other = rules_snapshot_json(other_day);
    without(other, id, "");
    if (json_array_size(json_object_get(one, "rules")) > json_array_size(json_object_get(other, "rules")))
        without(one, id, "");
    json_object_del(one, "day");
    json_object_del(other, "day");
    assert_true(json_equal(one, other));
    json_decref(one);
    json_decref(other);
}

#define NEW_ROW                                                                                              \
    "insert into ra.identification_rule (id, section, kind, roles, alternatives, text_citizen, text_agent, " \
    "why, position, layer, norm, evidence, valid_from) values "

static void a_new_norm_is_one_dated_row(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    json_t *old = rules_snapshot_json(RULES_TODAY);
    const struct ruleset *before = rules_of_json(context, old);
    char *answers = judged_all(context, before, before);
    talloc_free(rules_owner_sql(NEW_ROW
                                "('NEW-01', '2.1', 'document', '{holder}', '{address_proof}', 'Traga.', "
                                "'Confira.', 'Norma nova.', 60, 'NORM', 'Res. 999/2026', 'T', '2026-11-25') "
                                "returning id as value"));
    json_t *same_day = rules_snapshot_json(RULES_TODAY);
    assert_true(json_equal(old, same_day)); /* nothing changed today */
    assert_same_rules_but_for(RULES_TODAY, "2026-11-25", "NEW-01");

    const struct ruleset *tomorrow = rules_on_day(context, "2026-11-25");
    struct read_case *case_of_today = rules_read_case(context, "pf");
    struct engine_verdict verdict = judged(context, tomorrow, &case_of_today->of);
    assert_int_equal(verdict.item_count, case_of_today->verdict.item_count + 1);
    assert_int_equal(state_of(&verdict, &(struct engine_item){.rule = ruleset_rule(tomorrow, "NEW-01"),
                                                              .person = case_of_today->of.people}),
                     ENGINE_PENDING);

    /* A dossier of before, judged by the rules that were kept with it, gives what it gave. */
    const struct ruleset *kept = rules_of_json(context, old);
    assert_string_equal(judged_all(context, kept, before), answers);
    assert_string_not_equal(judged_all(context, tomorrow, before), answers);
    json_decref(old);
    json_decref(same_day);
    talloc_free(
        rules_owner_sql("delete from ra.identification_rule where id = 'NEW-01' returning id as value"));
    talloc_free(context);
}

static void a_new_row_takes_the_place_of_the_former(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    talloc_free(rules_owner_sql(
        NEW_ROW "('CAP-06', '2.5.4', 'document', '{holder}', '{emancipation,other}', 'Traga.', "
                "'Confira.', 'Norma nova.', 21, 'NORM', 'Res. 999/2026', 'T', '2026-11-25') "
                "returning id as value"));
    assert_string_equal(ruleset_rule(rules_on_day(context, RULES_TODAY), "CAP-06")->norm, "Código Civil");
    assert_string_equal(ruleset_rule(rules_on_day(context, "2026-11-25"), "CAP-06")->norm, "Res. 999/2026");
    assert_same_rules_but_for("2026-11-25", "2026-11-26", "CAP-06");
    talloc_free(rules_owner_sql(
        "delete from ra.identification_rule where norm = 'Res. 999/2026' returning id as value"));
    talloc_free(context);
}

/* A tag or a kind that nobody makes would leave its rule asleep: the set is not read at all. */
static void a_misspelt_row_is_refused(void **state)
{
    static const struct {
        const char *column, *value;
    } misspelt[] = {{"when_all", "residense=brazilian"},
                    {"when_all", "residence=brasilian"},
                    {"unless_any", "age"},
                    {"satisfied_by", "some:nature=ltda"},
                    {"waive_when", "some:subject=pf"},
                    {"alternatives", "carteirinha"},
                    {"roles", "owner"}};
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    for (size_t i = 0; i < sizeof misspelt / sizeof *misspelt; i++) {
        json_t *snapshot = rules_snapshot_json(RULES_TODAY);
        json_t *row = json_array_get(json_object_get(snapshot, "rules"), 0);
        struct ruleset *ruleset = NULL;
        struct ra_error error = {0};
        json_object_set_new(row, misspelt[i].column, json_pack("[s]", misspelt[i].value));
        if (ruleset_read(context, snapshot, "test", &ruleset, &error))
            fail_msg("%s {%s} was read", misspelt[i].column, misspelt[i].value);
        assert_int_equal(error.code, RA_INTERNAL);
        json_decref(snapshot);
    }
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_case_gives_the_same_answer),
        cmocka_unit_test(never_complete_with_something_open),
        cmocka_unit_test(an_item_stands_once_for_each_person),
        cmocka_unit_test(could_not_tell_never_turns_an_item_accepted),
        cmocka_unit_test(what_is_accepted_may_be_accepted),
        cmocka_unit_test(a_new_norm_is_one_dated_row),
        cmocka_unit_test(a_new_row_takes_the_place_of_the_former),
        cmocka_unit_test(a_misspelt_row_is_refused),
    };
    return cmocka_run_group_tests(tests, rules_fixture_start, rules_fixture_stop);
}
