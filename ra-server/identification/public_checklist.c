/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a citizen brings: the engine asked about a case that does not exist yet.
 */
#include "catalog/catalog.h"
#include "catalog/page.h"
#include "db/db.h"
#include "identification/checklist_page.h"
#include "identification/engine.h"
#include "identification/identification_internal.h"
#include "identification/rules_cache.h"
#include "pki/certificate/calendar.h"

#include <stdio.h>
#include <string.h>

enum { PEOPLE_MAX = 4 };

/* An applicant as the query describes one. */
struct imagined {
    struct engine_case facts;
    struct engine_person people[PEOPLE_MAX];
    struct engine_answer *answers;
    char birth_date[RULES_DAY_SIZE];
};

/* `subject` is "pf" or "pj"; without it the product says it. Sets *product when one was asked for. */
static bool read_subject(struct http_request *request, const char *day, const char **subject,
                         struct catalog_product **product, struct ra_error *error)
{
    const char *asked = http_query(request, "subject");
    const char *id = http_query(request, "product");
    *product = NULL;
    *subject = asked != NULL && asked[0] != '\0' ? asked : "pf";
    if (strcmp(*subject, "pf") != 0 && strcmp(*subject, "pj") != 0)
        return ra_fail_field(error, "subject", "unknown", "Use pf (pessoa) ou pj (empresa).");
    if (id == NULL || id[0] == '\0')
        return true;
    if (!catalog_product_on(request->app, request->context, id, day, product, error))
        return false;
    if (asked != NULL && asked[0] != '\0' && strcmp(asked, (*product)->holder) != 0)
        return ra_fail_field(error, "subject", "mismatch",
                             "Este certificado não é para esse tipo de titular.");
    *subject = (*product)->holder;
    return true;
}

/* An age that stands for its class (CAP-01). */
static bool read_age(const struct http_request *request, const char *day, struct imagined *imagined,
                     bool *minor, struct ra_error *error)
{
    static const struct {
        const char *word;
        int years;
    } ages[] = {{"adult", 30}, {"assisted", 17}, {"represented", 10}};
    const char *age = http_query(request, "age");
    struct calendar_day today;
    if (calendar_parse(day, &today) != CALENDAR_DAY)
        return ra_fail(error, RA_INTERNAL, "day");
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        if (strcmp(age == NULL || age[0] == '\0' ? "adult" : age, ages[i].word) != 0)
            continue;
        snprintf(imagined->birth_date, sizeof imagined->birth_date, "%04d-01-01", today.year - ages[i].years);
        *minor = i > 0;
        return true;
    }
    return ra_fail_field(error, "age", "unknown",
                         "Use adult, assisted (16 ou 17 anos) ou represented (menos de 16).");
}

/* Every fact that the rules know may stand in the query under its own name; a person's one is the subject's.
 */
static bool read_answers(struct http_request *request, const struct ruleset *ruleset,
                         struct imagined *imagined, struct ra_error *error)
{
    size_t count = 0;
    imagined->answers =
        talloc_zero_array(request->context, struct engine_answer, (unsigned)ruleset->fact_count + 2);
    if (imagined->answers == NULL)
        return ra_fail(error, RA_NO_MEMORY, "checklist");
    for (size_t i = 0; i < ruleset->fact_count; i++) {
        const struct rules_fact *fact = &ruleset->facts[i];
        const char *value = http_query(request, fact->key);
        if (value == NULL || value[0] == '\0')
            continue;
        if (!rules_fact_takes(fact, value))
            return ra_fail_field(error, fact->key, "unknown", fact->question);
        imagined->answers[count++] =
            (struct engine_answer){fact->of_person ? imagined->people[0].id : "", fact->key, value};
    }
    imagined->facts.answers = imagined->answers;
    imagined->facts.answer_count = count;
    return true;
}

static void add_person(struct imagined *imagined, const char *id, enum rules_role role,
                       const char *birth_date)
{
    imagined->people[imagined->facts.people_count++] =
        (struct engine_person){.id = id, .role = role, .birth_date = birth_date};
}

static bool is_answer(const struct http_request *request, const char *key, const char *value)
{
    const char *given = http_query(request, key);
    return given != NULL && strcmp(given, value) == 0;
}

/* A person's representative is there because of his age or of a curatela. */
static bool is_represented(const struct http_request *request, bool minor)
{
    return (minor && !is_answer(request, "emancipated", "yes")) ||
           is_answer(request, "incapable", "curatela");
}

static void add_representatives(const struct http_request *request, bool company, bool minor,
                                struct imagined *imagined)
{
    const bool another =
        is_answer(request, "signature", "joint") || (is_answer(request, "responsible_administers", "no") &&
                                                     !is_answer(request, "representation", "attorney"));
    if (company ? another : is_represented(request, minor))
        add_person(imagined, "2", RULES_ROLE_REPRESENTATIVE, "1980-01-01");
    if (company && is_answer(request, "representation", "attorney"))
        add_person(imagined, "3", RULES_ROLE_ATTORNEY, "1980-01-01");
}

/* Who would come answers for himself, as the case's own questions will ask it. */
static void answer_for_curator(const struct http_request *request, struct imagined *imagined)
{
    if (is_answer(request, "incapable", "curatela"))
        imagined->answers[imagined->facts.answer_count++] =
            (struct engine_answer){"2", "represents_as", "curator"};
}

static bool imagine(struct http_request *request, const struct ruleset *ruleset, const char *subject,
                    const struct catalog_product *product, struct imagined *imagined, struct ra_error *error)
{
    const bool company = strcmp(subject, "pj") == 0;
    bool minor = false;
    *imagined = (struct imagined){.facts = {.day = ruleset->day,
                                            .requested_on = ruleset->day,
                                            .subject = subject,
                                            .mode = "in_person",
                                            .media = product == NULL ? "software" : product->media,
                                            .people = imagined->people}};
    if (!read_age(request, ruleset->day, imagined, &minor, error))
        return false;
    add_person(imagined, "1", company ? RULES_ROLE_RESPONSIBLE : RULES_ROLE_HOLDER,
               company ? "1980-01-01" : imagined->birth_date);
    add_representatives(request, company, minor, imagined);
    if (company)
        add_person(imagined, "", RULES_ROLE_COMPANY, "");
    if (!read_answers(request, ruleset, imagined, error))
        return false;
    answer_for_curator(request, imagined);
    return true;
}

/* --- showing --- */

static json_t *item_json(const struct engine_item *item)
{
    const struct rules_rule *rule = item->rule;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "id", rule->id, "person",
                     rules_role_word(item->person->role), "kind", rules_kind_word(rule->kind), "consult",
                     rule->consult, "alternatives", rules_texts_json(&rule->alternatives), "text",
                     rule->text_citizen, "why", rule->why, "layer", rule->layer, "evidence", rule->evidence,
                     "source", rule->source, "source_text", rule->source_text, "required",
                     rule->required ? 1 : 0);
}

static json_t *product_choices(struct http_request *request, const char *day, const char *chosen,
                               struct ra_error *error)
{
    struct catalog_product *products = NULL;
    size_t count = 0;
    if (!catalog_products_on(request->app, request->context, day, &products, &count, error))
        return NULL;
    json_t *choices = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(choices,
                              json_pack("{s:s, s:s, s:b}", "id", products[i].id, "name", products[i].name,
                                        "selected", strcmp(products[i].id, chosen) == 0));
    return choices;
}

/* Which norm rules now, and what became of the one that the Carta de Serviços names (0.3-1). */
static bool add_norm_note(struct http_request *request, const char *day, json_t *model,
                          struct ra_error *error)
{
    struct db_rows *note = NULL;
    if (!db_query(request->db, request->context, STATEMENT_IDENTIFICATION_NORM_NOTE, DB_VALUES(db_text(day)),
                  &note, error))
        return false;
    if (db_row_count(note) > 0) {
        page_set_text(model, "norm_note", row_text(note, 0, "text_citizen"));
        page_set_text(model, "norm_source", row_text(note, 0, "source"));
    }
    return true;
}

bool public_checklist(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const struct ruleset *ruleset = NULL;
    const char *subject = NULL;
    struct catalog_product *product = NULL;
    struct imagined imagined;
    struct engine_verdict verdict;
    if (!rules_today(request, &ruleset, error) ||
        !read_subject(request, ruleset->day, &subject, &product, error) ||
        !imagine(request, ruleset, subject, product, &imagined, error) ||
        !engine_judge(request->context, ruleset, &imagined.facts, &verdict, error))
        return false;
    json_t *items = json_array();
    for (size_t i = 0; i < verdict.item_count; i++)
        json_array_append_new(items, item_json(&verdict.items[i]));
    json_t *model = json_pack("{s:s, s:s, s:s, s:o}", "subject", subject, "day", ruleset->day, "rules",
                              ruleset->version, "items", items);
    if (!add_norm_note(request, ruleset->day, model, error)) {
        json_decref(model);
        return false;
    }
    if (page_is_wanted(request)) {
        const char *chosen = product != NULL              ? product->id
                             : strcmp(subject, "pj") == 0 ? "ecnpj-a1"
                                                          : "ecpf-a1";
        page_set(model, "products", product_choices(request, ruleset->day, chosen, error));
        checklist_page_questions(request, &verdict, model);
        checklist_page_groups(&verdict, items, model);
        if (product != NULL)
            page_set(model, "product", json_pack("{s:s}", "name", product->name));
        page_frame(model, "O que levar no dia");
    }
    http_reply(response, 200, model);
    return true;
}
