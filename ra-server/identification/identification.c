/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checklist of a case, as other rooms and the routes see it.
 */
#include "identification/identification.h"

#include "identification/identification_internal.h"
#include "identification/judged_case.h"
#include "identification/rules_cache.h"

#include <string.h>

/* --- as JSON --- */

/* The names of the kinds that serve, as people call them. */
static json_t *kind_names_json(const struct ruleset *ruleset, const struct rules_texts *kinds)
{
    json_t *array = json_array();
    for (size_t i = 0; i < kinds->count; i++) {
        const struct rules_document_kind *kind = ruleset_kind(ruleset, kinds->items[i]);
        json_array_append_new(array, json_string(kind == NULL ? kinds->items[i] : kind->name));
    }
    return array;
}

static const char *person_name(const struct judged_case *judged, const struct engine_person *person)
{
    const struct order_person *one = judged_case_order_person(judged, person);
    if (one != NULL)
        return one->name;
    return judged->order->company == NULL ? "" : judged->order->company->name;
}

static json_t *item_json(const struct judged_case *judged, const struct engine_item *item)
{
    const struct rules_rule *rule = item->rule;
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:b}", "id", rule->id,
                  "person", rules_role_word(item->person->role), "person_id", item->person->id, "person_name",
                  person_name(judged, item->person), "kind", rules_kind_word(rule->kind), "alternatives",
                  rules_texts_json(&rule->alternatives), "alternative_names",
                  kind_names_json(judged->ruleset, &rule->alternatives), "text", rule->text_agent, "why",
                  rule->why, "layer", rule->layer, "evidence", rule->evidence, "source", rule->source,
                  "source_text", rule->source_text, "required", rule->required ? 1 : 0, "state",
                  engine_state_word(item->state), "waivable", item->may_waive ? 1 : 0);
    if (json == NULL)
        return NULL;
    if (rule->consult[0] != '\0')
        json_object_set_new(json, "consult", json_string(rule->consult));
    if (item->reason[0] != '\0')
        json_object_set_new(json, "reason", json_string(item->reason));
    if (item->detail[0] != '\0')
        json_object_set_new(json, "detail", json_string(item->detail));
    if (item->source[0] != '\0')
        json_object_set_new(json, "reason_source", json_string(item->source));
    return json;
}

static json_t *question_json(const struct judged_case *judged, const struct engine_question *question)
{
    const struct rules_fact *fact = question->fact;
    const struct engine_person *person = question->person;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:b}", "key", fact->key, "person",
                     person == NULL ? "case" : rules_role_word(person->role), "person_id",
                     person == NULL ? "" : person->id, "person_name",
                     person == NULL ? "" : person_name(judged, person), "question", fact->question, "options",
                     rules_texts_json(&fact->options), "labels", rules_texts_json(&fact->labels), "value",
                     question->value, "answered", question->answered ? 1 : 0);
}

json_t *judged_case_json(const struct judged_case *judged)
{
    json_t *items = json_array();
    json_t *questions = json_array();
    for (size_t i = 0; i < judged->verdict.item_count; i++)
        json_array_append_new(items, item_json(judged, &judged->verdict.items[i]));
    for (size_t i = 0; i < judged->verdict.question_count; i++)
        json_array_append_new(questions, question_json(judged, &judged->verdict.questions[i]));
    json_t *json = json_pack("{s:s,s:o,s:b,s:o,s:s,s:s}", "order", judged->order->code, "items", items,
                             "complete", judged->verdict.complete ? 1 : 0, "questions", questions, "rules",
                             judged->ruleset->version, "day", judged->ruleset->day);
    if (json != NULL && judged->verdict.suspended != NULL)
        json_object_set_new(json, "suspended", json_string(judged->verdict.suspended->rule->id));
    return json;
}

/* --- for other rooms --- */

bool identification_checklist(struct http_request *request, const struct order *order, json_t **checklist,
                              struct ra_error *error)
{
    struct judged_case judged;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    *checklist = judged_case_json(&judged);
    return *checklist != NULL || ra_fail(error, RA_NO_MEMORY, "checklist");
}

static bool is_satisfied(const struct engine_item *item)
{
    return !item->rule->required || item->state == ENGINE_ACCEPTED || item->state == ENGINE_WAIVED;
}

bool identification_require_complete(struct http_request *request, const struct order *order,
                                     struct ra_error *error)
{
    struct judged_case judged;
    char *missing = NULL;
    const char *source = "";
    if (!judged_case_read(request, order, &judged, error))
        return false;
    if (judged.verdict.suspended != NULL) {
        ra_fail_reason(error, RA_RULE_REFUSED, "suspended-divergence",
                       "O caso está suspenso por divergência (%s): o titular precisa regularizar.",
                       judged.verdict.suspended->rule->id);
        snprintf(error->source, sizeof error->source, "%s", judged.verdict.suspended->rule->source);
        return false;
    }
    for (size_t i = 0; i < judged.verdict.item_count; i++) {
        const struct engine_item *item = &judged.verdict.items[i];
        if (is_satisfied(item))
            continue;
        missing = missing == NULL ? talloc_strdup(request->context, item->rule->id)
                                  : talloc_asprintf_append(missing, ", %s", item->rule->id);
        source = item->rule->source;
        if (missing == NULL)
            return ra_fail(error, RA_NO_MEMORY, "checklist");
    }
    if (missing == NULL)
        return true;
    ra_fail_reason(error, RA_RULE_REFUSED, "checklist-incomplete", "Ainda falta aceitar: %s.", missing);
    snprintf(error->source, sizeof error->source, "%s", source);
    return false;
}

bool identification_waivers(struct http_request *request, const struct order *order, json_t **waivers,
                            struct ra_error *error)
{
    struct judged_case judged;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    *waivers = json_array();
    for (size_t i = 0; i < judged.verdict.item_count; i++) {
        const struct engine_item *item = &judged.verdict.items[i];
        if (item->state == ENGINE_WAIVED &&
            json_array_append_new(
                *waivers, json_pack("{s:s,s:s}", "rule", item->rule->id, "reason", item->reason)) != 0) {
            json_decref(*waivers);
            return ra_fail(error, RA_NO_MEMORY, "waivers");
        }
    }
    return *waivers != NULL || ra_fail(error, RA_NO_MEMORY, "waivers");
}

bool identification_rules_version(struct http_request *request, const struct order *order,
                                  const char **version, struct ra_error *error)
{
    const struct ruleset *ruleset = NULL;
    if (!rules_of_case(request, order, &ruleset, error))
        return false;
    *version = ruleset->version;
    return true;
}

bool identification_fix_rules(struct http_request *request, struct order *order, struct ra_error *error)
{
    const struct ruleset *ruleset = NULL;
    return rules_today(request, &ruleset, error) && rules_keep(request, ruleset, error) &&
           orders_set_rules_version(request, order, ruleset->version, error);
}
