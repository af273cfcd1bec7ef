/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/engine.h"

#include "identification/engine_tags.h"
#include "identification/evidence.h"
#include "renewal/renewal_rules.h"

#include <stdio.h>
#include <string.h>

static const char *const state_words[] = {
    [ENGINE_PENDING] = "pending",
    [ENGINE_ACCEPTED] = "accepted",
    [ENGINE_REJECTED] = "rejected",
    [ENGINE_WAIVED] = "waived",
};

const char *engine_state_word(enum engine_state state)
{
    return state < ENGINE_STATE_COUNT ? state_words[state] : "";
}

/* One judgement while it runs. */
struct judging {
    const struct ruleset *ruleset;
    const struct engine_case *of;
    struct engine_verdict *verdict;
    struct rules_tags *tags; /* one set for each person */
    struct rules_tags case_tags;
};

/* --- the state of an item --- */

static void say(struct engine_item *item, enum engine_state state, const char *reason, const char *detail)
{
    item->state = state;
    item->reason = reason;
    item->detail = detail;
}

static void say_fault(const struct judging *judging, struct engine_item *item,
                      const struct evidence_fault *fault)
{
    const struct rules_rule *behind = ruleset_rule(judging->ruleset, fault->rule);
    say(item, ENGINE_PENDING, fault->reason, fault->detail);
    item->source = behind == NULL ? "" : behind->source;
}

static bool passes(const struct rules_rule *rule, const char *result)
{
    for (size_t i = 0; i < rule->passes.count; i++)
        if (strcmp(rule->passes.items[i], result) == 0)
            return true;
    return false;
}

static void judge_result(struct engine_item *item, const char *result)
{
    if (strcmp(result, "unavailable") == 0)
        say(item, ENGINE_PENDING, "could-not-tell",
            "A base não respondeu: tente de novo. Sem resposta, não passa.");
    else if (strcmp(result, "conflict") == 0)
        say(item, ENGINE_REJECTED, item->rule->diverges ? "divergence" : "conflict",
            item->rule->diverges
                ? "Os dados divergem da base: o titular precisa regularizar no órgão responsável."
                : "A base acusa conflito: a emissão para até a resposta.");
    else if (strcmp(result, "not_found") == 0)
        say(item, ENGINE_REJECTED, "not-found", "A base não conhece este registro.");
    else
        say(item, ENGINE_REJECTED, "alert", "A base acusa um impedimento.");
}

/* DIV-01: what the base last told stands until it tells otherwise. Neither a day gone by nor an answer that
 * says nothing lifts it. */
static bool base_diverges(const struct judging *judging, const struct engine_item *item)
{
    if (!item->rule->diverges)
        return false;
    const struct engine_consultation *told =
        evidence_last_told(judging->of, item->person->id, item->rule->consult);
    return told != NULL && strcmp(told->result, "conflict") == 0;
}

/* A row's 0 is "on the day of the session", unless the policy allows more. */
static bool is_stale(const struct judging *judging, const struct rules_rule *rule,
                     const struct engine_consultation *consultation)
{
    if (rule->recency_days < 0)
        return false;
    long most = rule->recency_days > 0
                    ? rule->recency_days
                    : (long)ruleset_number(judging->ruleset, "consultation_max_age_days", 0);
    return evidence_days_between(consultation->day, judging->of->day) > most;
}

static void judge_consultation(const struct judging *judging, struct engine_item *item)
{
    const struct rules_rule *rule = item->rule;
    const struct engine_consultation *last =
        evidence_last_consultation(judging->of, item->person->id, rule->consult);
    if (last == NULL)
        say(item, ENGINE_PENDING, "consultation-missing", "Consulte a base e registre o resultado.");
    else if (base_diverges(judging, item))
        judge_result(item, "conflict");
    else if (is_stale(judging, rule, last))
        say(item, ENGINE_PENDING, "consultation-old", "A consulta é de outro dia: consulte de novo.");
    else if (passes(rule, last->result))
        say(item, ENGINE_ACCEPTED, "", "");
    else
        judge_result(item, last->result);
}

/* CPF_NOT_FOUND goes on to enrolment (IN 08/2015 2.2.5.4), so what is to be enrolled must be there. */
static void judge_biometric(const struct judging *judging, struct engine_item *item)
{
    const struct engine_consultation *last =
        evidence_last_consultation(judging->of, item->person->id, item->rule->consult);
    struct evidence_fault fault;
    judge_consultation(judging, item);
    if (item->state != ENGINE_ACCEPTED || last == NULL || strcmp(last->result, "not_found") != 0)
        return;
    if (!evidence_documents_serve(judging->ruleset, judging->of, item->rule, item->person, &fault))
        say(item, ENGINE_PENDING, "capture-missing",
            "O CPF não está na base biométrica: colha face ou digitais para o cadastro.");
}

static const struct engine_mark *mark_of(const struct engine_case *of, const struct engine_item *item)
{
    const struct engine_mark *last = NULL;
    for (size_t i = 0; i < of->mark_count; i++)
        if (strcmp(of->marks[i].rule_id, item->rule->id) == 0 &&
            strcmp(of->marks[i].person_id, item->person->id) == 0)
            last = &of->marks[i];
    return last;
}

/* An accepted document is judged again each time: what was good when it was shown may have expired since. */
static void judge_marked(const struct judging *judging, struct engine_item *item,
                         const struct engine_mark *mark)
{
    struct evidence_fault fault;
    const bool accepted = mark != NULL && strcmp(mark->state, "accepted") == 0;
    if (item->rule->kind == RULES_DOCUMENT &&
        !evidence_documents_serve(judging->ruleset, judging->of, item->rule, item->person, &fault)) {
        say_fault(judging, item, &fault);
        return;
    }
    if (accepted)
        say(item, ENGINE_ACCEPTED, "", "");
    else
        say(item, ENGINE_PENDING, "not-judged",
            item->rule->kind == RULES_PRESENCE ? "A pessoa ainda não se apresentou."
                                               : "Confira e aceite o item.");
}

static void judge_by_kind(const struct judging *judging, struct engine_item *item,
                          const struct engine_mark *mark)
{
    switch (item->rule->kind) {
    case RULES_CONSULTATION:
        judge_consultation(judging, item);
        return;
    case RULES_BIOMETRIC:
        judge_biometric(judging, item);
        return;
    case RULES_DOCUMENT:
    case RULES_PRESENCE:
    case RULES_ATTESTATION:
        judge_marked(judging, item, mark);
        return;
    case RULES_JUDGEMENT:
    case RULES_PROCESS:
    case RULES_KIND_COUNT:
    default:
        say(item, ENGINE_REJECTED, "no-item", "Esta regra não é um item.");
        return;
    }
}

/* Only a document that is not there needs to be dispensed with. */
static void waive_by_rule(struct engine_item *item)
{
    if (item->rule->kind == RULES_DOCUMENT && item->state == ENGINE_PENDING)
        say(item, ENGINE_WAIVED, "docs_waived_by_psbio",
            "Dispensado: a base biométrica identificou a pessoa.");
}

static const char *kind_word(enum rules_kind kind)
{
    switch (kind) {
    case RULES_DOCUMENT:
        return "document";
    case RULES_BIOMETRIC:
        return "biometric";
    case RULES_PRESENCE:
        return "presence";
    case RULES_CONSULTATION:
    case RULES_ATTESTATION:
    case RULES_JUDGEMENT:
    case RULES_PROCESS:
    case RULES_KIND_COUNT:
    default:
        return "";
    }
}

/* REN-02, REN-03: the holder's signature stands in the place of the meeting; what an agent rejected stays. */
static void waive_by_renewal(const struct engine_case *of, struct engine_item *item)
{
    if (of->renewal != NULL && of->renewal[0] != '\0' && item->state == ENGINE_PENDING &&
        renewal_waives(kind_word(item->rule->kind), item->person->role == RULES_ROLE_COMPANY))
        say(item, ENGINE_WAIVED, of->renewal, "");
}

static void judge_item(const struct judging *judging, const struct rules_tags *tags, struct engine_item *item)
{
    const struct rules_rule *rule = item->rule;
    const struct engine_mark *mark = mark_of(judging->of, item);
    const bool attested = rule->kind == RULES_ATTESTATION || rule->kind == RULES_PRESENCE;
    const bool satisfied = rule->satisfied_by_itself && ruleset_contains(tags, &rule->satisfied_by);
    item->reason = item->detail = item->source = "";
    item->may_waive = rule->waivable && ruleset_contains(tags, &rule->waive_when);
    if (mark != NULL && strcmp(mark->state, "waived") == 0 && item->may_waive)
        say(item, ENGINE_WAIVED, mark->reason, "");
    else if (mark != NULL && strcmp(mark->state, "rejected") == 0 && !base_diverges(judging, item))
        say(item, ENGINE_REJECTED, mark->reason, "");
    else if (attested && satisfied)
        say(item, ENGINE_ACCEPTED, "", "");
    else if (attested && rule->satisfied_by_itself)
        say(item, ENGINE_PENDING, "not-satisfied", "");
    else
        judge_by_kind(judging, item, mark);
    if (satisfied)
        waive_by_rule(item);
    waive_by_renewal(judging->of, item);
}

/* --- the checklist --- */

static bool applies(const struct rules_rule *rule, const struct engine_person *person,
                    const struct rules_tags *tags)
{
    return (rule->roles & (1U << person->role)) != 0 && ruleset_contains(tags, &rule->when_all) &&
           !ruleset_overlaps(tags, &rule->unless_any);
}

static bool is_item(const struct rules_rule *rule)
{
    return rule->kind != RULES_JUDGEMENT && rule->kind != RULES_PROCESS;
}

static bool suspends(const struct engine_item *item)
{
    return item->state == ENGINE_REJECTED && strcmp(item->reason, "divergence") == 0;
}

static void conclude(struct engine_verdict *verdict)
{
    verdict->complete = true;
    for (size_t i = 0; i < verdict->item_count; i++) {
        const struct engine_item *item = &verdict->items[i];
        if (verdict->suspended == NULL && suspends(item))
            verdict->suspended = item;
        if (item->rule->required && item->state != ENGINE_ACCEPTED && item->state != ENGINE_WAIVED)
            verdict->complete = false;
    }
    verdict->complete = verdict->complete && verdict->suspended == NULL;
}

/* Person by person, as the people stand at the counter. */
static void list_items(const struct judging *judging)
{
    const struct engine_case *of = judging->of;
    struct engine_verdict *verdict = judging->verdict;
    for (size_t p = 0; p < of->people_count; p++) {
        for (size_t r = 0; r < judging->ruleset->rule_count; r++) {
            const struct rules_rule *rule = &judging->ruleset->rules[r];
            if (!is_item(rule) || !applies(rule, &of->people[p], &judging->tags[p]))
                continue;
            struct engine_item *item = &verdict->items[verdict->item_count++];
            item->rule = rule;
            item->person = &of->people[p];
            judge_item(judging, &judging->tags[p], item);
        }
    }
}

static void ask(const struct judging *judging, const struct rules_fact *fact,
                const struct engine_person *person, const struct rules_tags *tags)
{
    struct engine_verdict *verdict = judging->verdict;
    if (!ruleset_contains(tags, &fact->asked_when) || ruleset_overlaps(tags, &fact->asked_unless))
        return;
    const char *value = engine_answer(judging->of, person == NULL ? "" : person->id, fact->key);
    verdict->questions[verdict->question_count++] =
        (struct engine_question){fact, person, value == NULL ? fact->default_value : value, value != NULL};
}

static void list_questions(const struct judging *judging)
{
    const struct ruleset *ruleset = judging->ruleset;
    for (size_t i = 0; i < ruleset->fact_count; i++)
        if (!ruleset->facts[i].of_person)
            ask(judging, &ruleset->facts[i], NULL, &judging->case_tags);
    for (size_t p = 0; p < judging->of->people_count; p++)
        for (size_t i = 0; i < ruleset->fact_count; i++)
            if (ruleset->facts[i].of_person &&
                (ruleset->facts[i].roles & (1U << judging->of->people[p].role)) != 0)
                ask(judging, &ruleset->facts[i], &judging->of->people[p], &judging->tags[p]);
}

bool engine_judge(TALLOC_CTX *context, const struct ruleset *ruleset, const struct engine_case *of,
                  struct engine_verdict *verdict, struct ra_error *error)
{
    const unsigned people = (unsigned)of->people_count;
    *verdict = (struct engine_verdict){
        .items = talloc_zero_array(context, struct engine_item, people * (unsigned)ruleset->rule_count + 1),
        .questions = talloc_zero_array(context, struct engine_question,
                                       (people + 1) * (unsigned)ruleset->fact_count + 1)};
    struct judging judging = {.ruleset = ruleset,
                              .of = of,
                              .verdict = verdict,
                              .tags = talloc_zero_array(context, struct rules_tags, people + 1)};
    if (verdict->items == NULL || verdict->questions == NULL || judging.tags == NULL)
        return ra_fail(error, RA_NO_MEMORY, "checklist");
    engine_tag_case(ruleset, of, &judging.case_tags);
    for (size_t p = 0; p < of->people_count; p++)
        engine_tag_person(ruleset, of, &judging.case_tags, &of->people[p], &judging.tags[p]);
    list_items(&judging);
    list_questions(&judging);
    conclude(verdict);
    talloc_free(judging.tags);
    return true;
}

/* --- accepting --- */

static bool refuse(const struct engine_item *item, const char *reason, const char *detail, const char *source,
                   struct ra_error *error)
{
    ra_fail_reason(error, RA_RULE_REFUSED, reason, "%s: %s", item->rule->id, detail);
    snprintf(error->source, sizeof error->source, "%s", source[0] == '\0' ? item->rule->source : source);
    return false;
}

static bool may_accept_document(const struct ruleset *ruleset, const struct engine_case *of,
                                const struct engine_item *item, struct ra_error *error)
{
    struct evidence_fault fault;
    if (evidence_documents_serve(ruleset, of, item->rule, item->person, &fault))
        return true;
    const struct rules_rule *behind = ruleset_rule(ruleset, fault.rule);
    return refuse(item, fault.reason, fault.detail, behind == NULL ? "" : behind->source, error);
}

/* Satisfied by a record whose last result passes, never by an agent's word; a former rejection is his to take
 * back. */
static bool may_accept_record(const struct ruleset *ruleset, const struct engine_case *of,
                              const struct engine_item *item, struct ra_error *error)
{
    const struct judging judging = {.ruleset = ruleset, .of = of};
    struct engine_item fresh = {.rule = item->rule, .person = item->person, .source = ""};
    judge_by_kind(&judging, &fresh, NULL);
    return fresh.state == ENGINE_ACCEPTED || refuse(item, fresh.reason, fresh.detail, fresh.source, error);
}

static bool may_accept_word(const struct engine_item *item, struct ra_error *error)
{
    if (!item->rule->satisfied_by_itself || item->state == ENGINE_ACCEPTED)
        return true;
    if (item->state == ENGINE_REJECTED)
        return refuse(item, "item-rejected", "o item foi rejeitado; reabra-o antes.", "", error);
    return refuse(item, item->reason, item->rule->text_agent, item->source, error);
}

bool engine_may_accept(const struct ruleset *ruleset, const struct engine_case *of,
                       const struct engine_item *item, struct ra_error *error)
{
    switch (item->rule->kind) {
    case RULES_DOCUMENT:
        return may_accept_document(ruleset, of, item, error);
    case RULES_CONSULTATION:
    case RULES_BIOMETRIC:
        return may_accept_record(ruleset, of, item, error);
    case RULES_PRESENCE:
    case RULES_ATTESTATION:
        return may_accept_word(item, error);
    case RULES_JUDGEMENT:
    case RULES_PROCESS:
    case RULES_KIND_COUNT:
    default:
        return refuse(item, "no-item", "esta regra não é um item.", "", error);
    }
}
