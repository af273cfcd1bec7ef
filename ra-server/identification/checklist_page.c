/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/checklist_page.h"

#include "catalog/page.h"

#include <string.h>

/* --- questions --- */

/* In the words of who prepares himself at home; the agent's words are those of the facts. */
static const struct {
    const char *key, *question, *hint;
} asked[] = {
    {"residence", "Nacionalidade e residência", ""},
    {"emancipated", "O titular é emancipado?", ""},
    {"incapable", "O titular está sob curatela?", "só por decisão judicial"},
    {"nature", "Natureza jurídica", "está no cartão CNPJ"},
    {"signature", "O contrato ou estatuto pede assinatura", ""},
    {"responsible_administers", "O responsável na Receita administra a empresa?", ""},
    {"representation", "Quem vem pela empresa?", ""},
};

static const char *const ages[][2] = {
    {"adult", "18 anos ou mais"}, {"assisted", "16 ou 17 anos"}, {"represented", "menos de 16 anos"}};

static json_t *option_json(const char *value, const char *label, const char *chosen)
{
    return json_pack("{s:s, s:s, s:b}", "value", value, "label", label, "selected",
                     strcmp(value, chosen) == 0);
}

static json_t *question_json(const char *key, const char *question, const char *hint, json_t *take_options)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "key", key, "question", question, "hint", hint, "options",
                     take_options);
}

static json_t *age_json(const struct http_request *request)
{
    const char *chosen = http_query(request, "age");
    json_t *options = json_array();
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
        json_array_append_new(options,
                              option_json(ages[i][0], ages[i][1], chosen == NULL ? ages[0][0] : chosen));
    return question_json("age", "Idade do titular", "", options);
}

/* The question of the case, or of the one who is imagined first. */
static const struct engine_question *find_question(const struct engine_verdict *verdict, const char *key)
{
    for (size_t i = 0; i < verdict->question_count; i++) {
        const struct engine_question *question = &verdict->questions[i];
        if (strcmp(question->fact->key, key) == 0 &&
            (question->person == NULL || strcmp(question->person->id, "1") == 0))
            return question;
    }
    return NULL;
}

void checklist_page_questions(const struct http_request *request, const struct engine_verdict *verdict,
                              json_t *model)
{
    json_t *questions = json_array();
    if (strcmp(json_string_value(json_object_get(model, "subject")), "pf") == 0)
        json_array_append_new(questions, age_json(request));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const struct engine_question *question = find_question(verdict, asked[i].key);
        if (question == NULL)
            continue;
        json_t *options = json_array();
        for (size_t j = 0; j < question->fact->options.count; j++)
            json_array_append_new(options, option_json(question->fact->options.items[j],
                                                       question->fact->labels.items[j], question->value));
        json_array_append_new(questions,
                              question_json(asked[i].key, asked[i].question, asked[i].hint, options));
    }
    page_set(model, "questions", questions);
}

/* --- groups --- */

static const char *heading(const struct engine_person *person, bool company)
{
    switch (person->role) {
    case RULES_ROLE_HOLDER:
        return "Do titular";
    case RULES_ROLE_RESPONSIBLE:
        return "Do responsável na Receita";
    case RULES_ROLE_REPRESENTATIVE:
        return company ? "De cada administrador que também assina" : "De quem representa o titular";
    case RULES_ROLE_ATTORNEY:
        return "Do procurador";
    case RULES_ROLE_COMPANY:
        return "Da empresa";
    case RULES_ROLE_INTERPRETER:
    case RULES_ROLE_COUNT:
    default:
        return "";
    }
}

/* Two people, one sentence: told once. */
static void add_once(json_t *list, json_t *item)
{
    size_t index;
    json_t *before;
    json_array_foreach(list, index, before)
    {
        if (json_equal(json_object_get(before, "text"), json_object_get(item, "text")))
            return;
    }
    json_array_append(list, item);
}

/* Adds the item to its person's list; the verdict goes person by person. */
static void add_to_bring(json_t *bring, const char *of, json_t *item)
{
    json_t *last = json_array_get(bring, json_array_size(bring) - 1);
    const char *before = json_string_value(json_object_get(last, "heading"));
    if (before == NULL || strcmp(before, of) != 0) {
        last = json_pack("{s:s, s:[]}", "heading", of, "items");
        json_array_append_new(bring, last);
    }
    json_array_append(json_object_get(last, "items"), item);
}

/* Is it said of who comes? Presence, and what holds as soon as the right people are there. */
static bool is_about_people(const struct rules_rule *rule)
{
    return rule->kind == RULES_PRESENCE || (rule->kind == RULES_ATTESTATION && rule->satisfied_by_itself);
}

void checklist_page_groups(const struct engine_verdict *verdict, const json_t *items, json_t *model)
{
    const bool company = strcmp(json_string_value(json_object_get(model, "subject")), "pj") == 0;
    json_t *who = json_array(), *bring = json_array(), *expect = json_array();
    for (size_t i = 0; i < verdict->item_count; i++) {
        const struct engine_item *item = &verdict->items[i];
        json_t *json = json_array_get(items, i);
        if (item->rule->kind == RULES_DOCUMENT)
            add_to_bring(bring, heading(item->person, company), json);
        else
            add_once(is_about_people(item->rule) ? who : expect, json);
    }
    if (json_array_size(bring) == 1) /* one person alone needs no heading */
        json_object_set_new(json_array_get(bring, 0), "heading", json_string(""));
    page_set(model, "who", who);
    page_set(model, "bring", bring);
    page_set(model, "expect", expect);
}
