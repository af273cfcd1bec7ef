/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/engine_tags.h"

#include "identification/evidence.h"
#include "pki/certificate/identifiers.h"

#include <string.h>

struct tagging {
    const struct ruleset *ruleset;
    const struct engine_case *of;
};

const char *engine_answer(const struct engine_case *of, const char *person_id, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < of->answer_count; i++)
        if (strcmp(of->answers[i].key, key) == 0 && strcmp(of->answers[i].person_id, person_id) == 0)
            value = of->answers[i].value;
    return value;
}

static void tag_answers(const struct tagging *about, const struct engine_person *person,
                        struct rules_tags *tags)
{
    for (size_t i = 0; i < about->ruleset->fact_count; i++) {
        const struct rules_fact *fact = &about->ruleset->facts[i];
        if (fact->of_person != (person != NULL))
            continue;
        const char *value = engine_answer(about->of, person == NULL ? "" : person->id, fact->key);
        ruleset_tag(about->ruleset, tags, fact->key, value == NULL ? fact->default_value : value);
    }
}

/* What somebody's answer says of the whole case. */
static void tag_lifted(const struct tagging *about, struct rules_tags *tags)
{
    for (size_t i = 0; i < about->ruleset->fact_count; i++) {
        const struct rules_fact *fact = &about->ruleset->facts[i];
        for (size_t p = 0; fact->lifted && p < about->of->people_count; p++) {
            const struct engine_person *person = &about->of->people[p];
            if ((fact->roles & (1U << person->role)) == 0)
                continue;
            const char *value = engine_answer(about->of, person->id, fact->key);
            ruleset_tag_some(about->ruleset, tags, fact->key, value == NULL ? fact->default_value : value);
        }
    }
}

/* CAP-01: under 16 represented, 16 and 17 assisted. */
static void tag_age(const struct tagging *about, const struct engine_person *person, struct rules_tags *tags)
{
    enum { REPRESENTED = 16, OF_AGE = 18 };
    if (person->birth_date[0] == '\0')
        return;
    int age = age_on(person->birth_date, about->of->day);
    ruleset_tag(about->ruleset, tags, "age",
                age < REPRESENTED ? "represented"
                : age < OF_AGE    ? "assisted"
                                  : "adult");
}

static void tag_documents(const struct tagging *about, const struct engine_person *person,
                          struct rules_tags *tags)
{
    for (size_t i = 0; i < about->of->document_count; i++) {
        const struct engine_document *document = &about->of->documents[i];
        if (strcmp(document->person_id, person->id) != 0)
            continue;
        ruleset_tag(about->ruleset, tags, "document", document->kind);
        if (document->expires_on[0] != '\0' && strcmp(document->expires_on, about->of->day) < 0)
            ruleset_tag(about->ruleset, tags, "document_expired", document->kind);
        if (document->via[0] != '\0' && strcmp(document->via, "1") != 0)
            ruleset_tag(about->ruleset, tags, "document_copy", document->kind);
    }
}

/* The last result of each base: "psbio=ok". */
static void tag_consultations(const struct tagging *about, const struct engine_person *person,
                              struct rules_tags *tags)
{
    for (size_t i = 0; i < about->of->consultation_count; i++) {
        const struct engine_consultation *one = &about->of->consultations[i];
        if (one == evidence_last_consultation(about->of, person->id, one->kind))
            ruleset_tag(about->ruleset, tags, one->kind, one->result);
    }
}

void engine_tag_case(const struct ruleset *ruleset, const struct engine_case *of, struct rules_tags *tags)
{
    const struct tagging about = {ruleset, of};
    *tags = ruleset->policy_tags;
    ruleset_tag(ruleset, tags, "subject", of->subject);
    ruleset_tag(ruleset, tags, "mode", of->mode);
    ruleset_tag(ruleset, tags, "media", of->media);
    for (size_t i = 0; i < of->people_count; i++) {
        ruleset_tag(ruleset, tags, "has", rules_role_word(of->people[i].role));
        if (of->people[i].also_representative)
            ruleset_tag(ruleset, tags, "has", rules_role_word(RULES_ROLE_REPRESENTATIVE));
    }
    tag_answers(&about, NULL, tags);
    tag_lifted(&about, tags);
}

void engine_tag_person(const struct ruleset *ruleset, const struct engine_case *of,
                       const struct rules_tags *case_tags, const struct engine_person *person,
                       struct rules_tags *tags)
{
    const struct tagging about = {ruleset, of};
    *tags = *case_tags;
    ruleset_tag(ruleset, tags, "role", rules_role_word(person->role));
    if (person->also_representative)
        ruleset_tag(ruleset, tags, "also", rules_role_word(RULES_ROLE_REPRESENTATIVE));
    for (size_t i = 0; i < person->declared_count; i++)
        ruleset_tag(ruleset, tags, "declared", person->declared[i]);
    tag_age(&about, person, tags);
    if (person->role != RULES_ROLE_COMPANY)
        tag_answers(&about, person, tags);
    tag_documents(&about, person, tags);
    tag_consultations(&about, person, tags);
}
