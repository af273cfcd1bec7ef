/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the JSON of a snapshot to a set of rules: row by row, the tags of all rows first. What does not fit is
 * an error that names its row.
 */
#include "identification/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys that the engine makes by itself, besides those of fact_key and policy:… */
static const char *const made_keys[] = {
    "subject",          "mode",          "media",     "role", "also", "has", "age",   "declared", "document",
    "document_expired", "document_copy", "consulted", "cpf",  "cnpj", "cnh", "psbio", "neglist",  "icn",
    "datavalid"};

struct reading {
    TALLOC_CTX *context; /* the ruleset */
    struct ruleset *ruleset;
    struct ra_error *error;
    const char *row; /* what is being read, for the message */
};

static bool bad_row(struct reading *reading, const char *what)
{
    return ra_fail(reading->error, RA_INTERNAL, "rules: row %s: %s", reading->row, what);
}

/* A text member; SQL null and absence are "". */
static bool read_text(struct reading *reading, const json_t *row, const char *name, const char **text)
{
    const json_t *value = json_object_get(row, name);
    if (value != NULL && !json_is_null(value) && !json_is_string(value))
        return bad_row(reading, name);
    const char *found = json_is_string(value) ? json_string_value(value) : "";
    *text = talloc_strdup(reading->context, found);
    return *text != NULL || ra_fail(reading->error, RA_NO_MEMORY, "rules");
}

static bool read_texts(struct reading *reading, const json_t *row, const char *name,
                       struct rules_texts *texts)
{
    const json_t *array = json_object_get(row, name);
    size_t count = json_array_size(array);
    const char **items = talloc_zero_array(reading->context, const char *, (unsigned)count + 1);
    if (items == NULL)
        return ra_fail(reading->error, RA_NO_MEMORY, "rules");
    for (size_t i = 0; i < count; i++) {
        const char *item = json_string_value(json_array_get(array, i));
        items[i] = item == NULL ? NULL : talloc_strdup(items, item);
        if (items[i] == NULL)
            return bad_row(reading, name);
    }
    *texts = (struct rules_texts){items, count};
    return true;
}

static bool read_roles(struct reading *reading, const json_t *row, unsigned *roles)
{
    const json_t *array = json_object_get(row, "roles");
    *roles = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum rules_role role = RULES_ROLE_COUNT;
        if (!rules_role_parse(json_string_value(json_array_get(array, i)), &role))
            return bad_row(reading, "roles");
        *roles |= 1U << role;
    }
    return true;
}

static bool key_is_known(const struct ruleset *ruleset, const char *tag)
{
    const char *equals = strchr(tag, '=');
    if (equals == NULL || equals[1] == '\0')
        return false;
    if (strncmp(tag, "policy:", 7) == 0)
        return true;
    const bool lifted = strncmp(tag, RULES_LIFTED, strlen(RULES_LIFTED)) == 0;
    tag += lifted ? strlen(RULES_LIFTED) : 0;
    size_t length = (size_t)(equals - tag);
    for (size_t i = 0; !lifted && i < sizeof made_keys / sizeof *made_keys; i++)
        if (strlen(made_keys[i]) == length && strncmp(tag, made_keys[i], length) == 0)
            return true;
    for (size_t i = 0; i < ruleset->fact_count; i++) {
        const struct rules_fact *fact = &ruleset->facts[i];
        if (strlen(fact->key) != length || strncmp(tag, fact->key, length) != 0)
            continue;
        return (fact->of_person || !lifted) && rules_fact_takes(fact, equals + 1);
    }
    return false;
}

static bool collect_tags(struct reading *reading, const json_t *row, const char *name)
{
    struct ruleset *ruleset = reading->ruleset;
    const json_t *array = json_object_get(row, name);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *tag = json_string_value(json_array_get(array, i));
        if (tag == NULL || !key_is_known(ruleset, tag))
            return bad_row(reading, tag == NULL ? name : tag);
        const char **longer =
            talloc_realloc(ruleset, ruleset->tags, const char *, (unsigned)ruleset->tag_count + 1);
        if (longer == NULL)
            return ra_fail(reading->error, RA_NO_MEMORY, "rules");
        ruleset->tags = longer;
        longer[ruleset->tag_count] = talloc_strdup(ruleset, tag);
        if (longer[ruleset->tag_count++] == NULL)
            return ra_fail(reading->error, RA_NO_MEMORY, "rules");
    }
    return true;
}

static const char *const tag_columns[] = {"when_all",   "unless_any", "satisfied_by",
                                          "waive_when", "asked_when", "asked_unless"};

static const char *row_name(const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    const char *key = json_string_value(json_object_get(row, "key"));
    return id != NULL ? id : key != NULL ? key : "?";
}

/* Every tag of every row first: a tag's bit is its place among all of them. */
static bool collect_all_tags(struct reading *reading, const json_t *rows)
{
    size_t index;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        reading->row = row_name(row);
        for (size_t i = 0; i < sizeof tag_columns / sizeof *tag_columns; i++)
            if (!collect_tags(reading, row, tag_columns[i]))
                return false;
    }
    return true;
}

static bool sort_tags(struct reading *reading)
{
    ruleset_sort_tags(reading->ruleset);
    reading->row = "tags";
    return reading->ruleset->tag_count <= (size_t)RULES_TAG_WORDS * 64 ||
           bad_row(reading, "too many different tags");
}

static void read_tags(const struct ruleset *ruleset, const json_t *row, const char *name,
                      struct rules_tags *tags)
{
    const json_t *array = json_object_get(row, name);
    for (size_t i = 0; i < json_array_size(array); i++)
        ruleset_set(ruleset, tags, json_string_value(json_array_get(array, i)));
}

static bool read_fact(struct reading *reading, const json_t *row, struct rules_fact *fact)
{
    const char *scope = json_string_value(json_object_get(row, "scope"));
    reading->row = row_name(row);
    fact->of_person = scope != NULL && strcmp(scope, "person") == 0;
    return read_text(reading, row, "key", &fact->key) && read_roles(reading, row, &fact->roles) &&
           read_texts(reading, row, "options", &fact->options) &&
           read_texts(reading, row, "labels", &fact->labels) &&
           read_text(reading, row, "default_value", &fact->default_value) &&
           read_text(reading, row, "question", &fact->question);
}

static bool is_lifted(const struct ruleset *ruleset, const char *key)
{
    const size_t prefix = strlen(RULES_LIFTED), length = strlen(key);
    for (size_t i = 0; i < ruleset->tag_count; i++) {
        const char *tag = ruleset->tags[i];
        if (strncmp(tag, RULES_LIFTED, prefix) == 0 && strncmp(tag + prefix, key, length) == 0 &&
            tag[prefix + length] == '=')
            return true;
    }
    return false;
}

/* Once the tags of all rows are known. */
static void read_fact_tags(struct ruleset *ruleset, const json_t *rows)
{
    for (size_t i = 0; i < ruleset->fact_count; i++) {
        struct rules_fact *fact = &ruleset->facts[i];
        read_tags(ruleset, json_array_get(rows, i), "asked_when", &fact->asked_when);
        read_tags(ruleset, json_array_get(rows, i), "asked_unless", &fact->asked_unless);
        fact->lifted = is_lifted(ruleset, fact->key);
    }
}

static bool read_kind(struct reading *reading, const json_t *row, struct rules_document_kind *kind)
{
    const char *expiry = json_string_value(json_object_get(row, "expiry"));
    reading->row = json_string_value(json_object_get(row, "kind"));
    if (reading->row == NULL || !rules_expiry_parse(expiry, &kind->expiry)) {
        reading->row = "document_kind";
        return bad_row(reading, "expiry");
    }
    kind->identity = json_is_true(json_object_get(row, "identity"));
    return read_text(reading, row, "kind", &kind->kind) && read_text(reading, row, "name", &kind->name) &&
           read_text(reading, row, "number_pattern", &kind->number_pattern) &&
           read_text(reading, row, "number_hint", &kind->number_hint) &&
           read_text(reading, row, "valid_to", &kind->valid_to);
}

/* What a mark of evidence says to who reads a rule; a norm that was read and the Carta speak for themselves.
 */
static const char *doubt_of(const char *evidence)
{
    static const char *const doubts[][2] = {
        {"S", " (citada por outra fonte)"}, {"V", " (não é norma)"}, {"U", " (a confirmar)"}};
    for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++) {
        if (strcmp(doubts[i][0], evidence) == 0)
            return doubts[i][1];
    }
    return "";
}

static bool read_source(struct reading *reading, struct rules_rule *rule)
{
    const char *between = rule->item[0] == '\0' ? "" : " ";
    rule->source_text = talloc_asprintf(reading->context, "%s%s%s%s", rule->norm, between, rule->item,
                                        doubt_of(rule->evidence));
    rule->source =
        talloc_asprintf(reading->context, "%s%s%s [%s]", rule->norm, between, rule->item, rule->evidence);
    return (rule->source != NULL && rule->source_text != NULL) ||
           ra_fail(reading->error, RA_NO_MEMORY, "rules");
}

static bool read_rule(struct reading *reading, const json_t *row, struct rules_rule *rule)
{
    const json_t *recency = json_object_get(row, "recency_days");
    reading->row = row_name(row);
    if (!rules_kind_parse(json_string_value(json_object_get(row, "kind")), &rule->kind))
        return bad_row(reading, "kind");
    rule->required = json_is_true(json_object_get(row, "required"));
    rule->waivable = json_is_true(json_object_get(row, "waivable"));
    rule->diverges = json_is_true(json_object_get(row, "diverges"));
    rule->recency_days = json_is_integer(recency) ? (int)json_integer_value(recency) : -1;
    rule->satisfied_by_itself = json_array_size(json_object_get(row, "satisfied_by")) > 0;
    read_tags(reading->ruleset, row, "when_all", &rule->when_all);
    read_tags(reading->ruleset, row, "unless_any", &rule->unless_any);
    read_tags(reading->ruleset, row, "satisfied_by", &rule->satisfied_by);
    read_tags(reading->ruleset, row, "waive_when", &rule->waive_when);
    return read_roles(reading, row, &rule->roles) && read_texts(reading, row, "passes", &rule->passes) &&
           read_texts(reading, row, "alternatives", &rule->alternatives) &&
           read_text(reading, row, "id", &rule->id) && read_text(reading, row, "variant", &rule->variant) &&
           read_text(reading, row, "section", &rule->section) &&
           read_text(reading, row, "consult", &rule->consult) &&
           read_text(reading, row, "text_citizen", &rule->text_citizen) &&
           read_text(reading, row, "text_agent", &rule->text_agent) &&
           read_text(reading, row, "why", &rule->why) && read_text(reading, row, "layer", &rule->layer) &&
           read_text(reading, row, "norm", &rule->norm) && read_text(reading, row, "item", &rule->item) &&
           read_text(reading, row, "evidence", &rule->evidence) && read_source(reading, rule);
}

#define READ_ROWS(name, type, array, counter, function)                                                      \
    static bool read_##name(struct reading *reading, const json_t *rows)                                     \
    {                                                                                                        \
        struct ruleset *ruleset = reading->ruleset;                                                          \
        size_t count = json_array_size(rows);                                                                \
        ruleset->array = talloc_zero_array(ruleset, type, (unsigned)count + 1);                              \
        if (ruleset->array == NULL)                                                                          \
            return ra_fail(reading->error, RA_NO_MEMORY, "rules");                                           \
        for (size_t i = 0; i < count; i++)                                                                   \
            if (!function(reading, json_array_get(rows, i), &ruleset->array[i]))                             \
                return false;                                                                                \
        ruleset->counter = count;                                                                            \
        return true;                                                                                         \
    }
READ_ROWS(facts, struct rules_fact, facts, fact_count, read_fact)
READ_ROWS(kinds, struct rules_document_kind, kinds, kind_count, read_kind)
READ_ROWS(rules, struct rules_rule, rules, rule_count, read_rule)
#undef READ_ROWS

/* A kind that a rule names must exist: a misspelt one would never serve. */
static bool check_kinds(struct reading *reading)
{
    const struct ruleset *ruleset = reading->ruleset;
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rules_rule *rule = &ruleset->rules[i];
        reading->row = rule->id;
        for (size_t j = 0; j < rule->alternatives.count; j++)
            if (ruleset_kind(ruleset, rule->alternatives.items[j]) == NULL)
                return bad_row(reading, rule->alternatives.items[j]);
    }
    return true;
}

/* A policy's value as it stands behind the "=" of a tag. */
static bool policy_value(const json_t *value, char text[RULES_TAG_SIZE])
{
    int length = -1;
    if (json_is_boolean(value))
        length = snprintf(text, RULES_TAG_SIZE, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_string(value))
        length = snprintf(text, RULES_TAG_SIZE, "%s", json_string_value(value));
    else if (json_is_integer(value))
        length = snprintf(text, RULES_TAG_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return length >= 0 && length < RULES_TAG_SIZE;
}

static void tag_policies(struct ruleset *ruleset)
{
    const char *key;
    json_t *value;
    json_object_foreach(ruleset->policies, key, value)
    {
        char name[RULES_TAG_SIZE], text[RULES_TAG_SIZE];
        int length = snprintf(name, sizeof name, "policy:%s", key);
        if (length > 0 && (size_t)length < sizeof name && policy_value(value, text))
            ruleset_tag(ruleset, &ruleset->policy_tags, name, text);
    }
}

static int free_policies(struct ruleset *ruleset)
{
    json_decref(ruleset->policies);
    return 0;
}

bool ruleset_read(TALLOC_CTX *context, const json_t *snapshot, const char *version, struct ruleset **ruleset,
                  struct ra_error *error)
{
    struct ruleset *read = talloc_zero(context, struct ruleset);
    if (read == NULL)
        return ra_fail(error, RA_NO_MEMORY, "rules");
    struct reading reading = {.context = read, .ruleset = read, .error = error, .row = "?"};
    const json_t *rules = json_object_get(snapshot, "rules");
    const json_t *facts = json_object_get(snapshot, "facts");
    const char *day = json_string_value(json_object_get(snapshot, "day"));
    read->policies = json_deep_copy(json_object_get(snapshot, "policies"));
    talloc_set_destructor(read, free_policies);
    snprintf(read->version, sizeof read->version, "%s", version);
    snprintf(read->day, sizeof read->day, "%s", day == NULL ? "" : day);
    bool ok = read_facts(&reading, facts) && collect_all_tags(&reading, rules) &&
              collect_all_tags(&reading, facts) && sort_tags(&reading);
    if (ok)
        read_fact_tags(read, facts);
    ok = ok && read_kinds(&reading, json_object_get(snapshot, "kinds")) && read_rules(&reading, rules) &&
         check_kinds(&reading);
    if (!ok) {
        talloc_free(read);
        return false;
    }
    tag_policies(read);
    *ruleset = read;
    return true;
}
