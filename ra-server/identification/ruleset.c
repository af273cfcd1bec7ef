/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_SIZE = 128 };

#define LIFTED "some:"

#define X(id, word) [id] = word,
static const char *const role_words[] = {RULES_ROLES(X)};
static const char *const kind_words[] = {RULES_KINDS(X)};
static const char *const expiry_words[] = {RULES_EXPIRIES(X)};
#undef X

/* Keys that the engine makes by itself, besides those of fact_key and policy:… */
static const char *const made_keys[] = {
    "subject",          "mode",          "media",     "role", "also", "has", "age",   "declared", "document",
    "document_expired", "document_copy", "consulted", "cpf",  "cnpj", "cnh", "psbio", "neglist",  "icn",
    "datavalid"};

const char *rules_role_word(enum rules_role role)
{
    return role < RULES_ROLE_COUNT ? role_words[role] : "";
}

const char *rules_kind_word(enum rules_kind kind)
{
    return kind < RULES_KIND_COUNT ? kind_words[kind] : "";
}

static bool word_index(const char *const *words, size_t count, const char *word, size_t *index)
{
    for (*index = 0; word != NULL && *index < count; ++*index)
        if (strcmp(words[*index], word) == 0)
            return true;
    return false;
}

bool rules_role_parse(const char *word, enum rules_role *role)
{
    size_t index = 0;
    bool known = word_index(role_words, RULES_ROLE_COUNT, word, &index);
    if (known)
        *role = (enum rules_role)index;
    return known;
}

/* --- reading --- */

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

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool key_is_known(const struct ruleset *ruleset, const char *tag)
{
    const char *equals = strchr(tag, '=');
    if (equals == NULL || equals[1] == '\0')
        return false;
    if (strncmp(tag, "policy:", 7) == 0)
        return true;
    const bool lifted = strncmp(tag, LIFTED, strlen(LIFTED)) == 0;
    tag += lifted ? strlen(LIFTED) : 0;
    size_t length = (size_t)(equals - tag);
    for (size_t i = 0; !lifted && i < sizeof made_keys / sizeof *made_keys; i++)
        if (strlen(made_keys[i]) == length && strncmp(tag, made_keys[i], length) == 0)
            return true;
    for (size_t i = 0; i < ruleset->fact_count; i++) {
        const struct rules_fact *fact = &ruleset->facts[i];
        if (strlen(fact->key) != length || strncmp(tag, fact->key, length) != 0)
            continue;
        size_t index = 0;
        return (fact->of_person || !lifted) &&
               word_index(fact->options.items, fact->options.count, equals + 1, &index);
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
    struct ruleset *ruleset = reading->ruleset;
    size_t kept = 0;
    if (ruleset->tag_count > 1)
        qsort(ruleset->tags, ruleset->tag_count, sizeof *ruleset->tags, compare_texts);
    for (size_t i = 0; i < ruleset->tag_count; i++)
        if (kept == 0 || strcmp(ruleset->tags[kept - 1], ruleset->tags[i]) != 0)
            ruleset->tags[kept++] = ruleset->tags[i];
    ruleset->tag_count = kept;
    reading->row = "tags";
    return kept <= (size_t)RULES_TAG_WORDS * 64 || bad_row(reading, "too many different tags");
}

static bool find_tag(const struct ruleset *ruleset, const char *tag, size_t *bit)
{
    if (ruleset->tag_count == 0)
        return false;
    const char **found =
        bsearch(&tag, ruleset->tags, ruleset->tag_count, sizeof *ruleset->tags, compare_texts);
    if (found == NULL)
        return false;
    *bit = (size_t)(found - ruleset->tags);
    return true;
}

static void set_bit(struct rules_tags *tags, size_t bit)
{
    tags->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void read_tags(const struct ruleset *ruleset, const json_t *row, const char *name,
                      struct rules_tags *tags)
{
    const json_t *array = json_object_get(row, name);
    for (size_t i = 0; i < json_array_size(array); i++) {
        size_t bit = 0;
        if (find_tag(ruleset, json_string_value(json_array_get(array, i)), &bit))
            set_bit(tags, bit);
    }
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
    const size_t prefix = strlen(LIFTED), length = strlen(key);
    for (size_t i = 0; i < ruleset->tag_count; i++) {
        const char *tag = ruleset->tags[i];
        if (strncmp(tag, LIFTED, prefix) == 0 && strncmp(tag + prefix, key, length) == 0 &&
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
    size_t index = 0;
    reading->row = json_string_value(json_object_get(row, "kind"));
    if (reading->row == NULL || !word_index(expiry_words, RULES_EXPIRY_COUNT, expiry, &index)) {
        reading->row = "document_kind";
        return bad_row(reading, "expiry");
    }
    kind->expiry = (enum rules_expiry)index;
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
    size_t index = 0;
    const json_t *recency = json_object_get(row, "recency_days");
    reading->row = row_name(row);
    if (!word_index(kind_words, RULES_KIND_COUNT, json_string_value(json_object_get(row, "kind")), &index))
        return bad_row(reading, "kind");
    rule->kind = (enum rules_kind)index;
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
static bool policy_value(const json_t *value, char text[TAG_SIZE])
{
    int length = -1;
    if (json_is_boolean(value))
        length = snprintf(text, TAG_SIZE, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_string(value))
        length = snprintf(text, TAG_SIZE, "%s", json_string_value(value));
    else if (json_is_integer(value))
        length = snprintf(text, TAG_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return length >= 0 && length < TAG_SIZE;
}

static void tag_policies(struct ruleset *ruleset)
{
    const char *key;
    json_t *value;
    json_object_foreach(ruleset->policies, key, value)
    {
        char name[TAG_SIZE], text[TAG_SIZE];
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

/* --- asking --- */

const struct rules_document_kind *ruleset_kind(const struct ruleset *ruleset, const char *kind)
{
    for (size_t i = 0; i < ruleset->kind_count; i++)
        if (strcmp(ruleset->kinds[i].kind, kind) == 0)
            return &ruleset->kinds[i];
    return NULL;
}

const struct rules_fact *ruleset_fact(const struct ruleset *ruleset, const char *key)
{
    for (size_t i = 0; i < ruleset->fact_count; i++)
        if (strcmp(ruleset->facts[i].key, key) == 0)
            return &ruleset->facts[i];
    return NULL;
}

const struct rules_rule *ruleset_rule(const struct ruleset *ruleset, const char *id)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (strcmp(ruleset->rules[i].id, id) == 0)
            return &ruleset->rules[i];
    return NULL;
}

bool ruleset_flag(const struct ruleset *ruleset, const char *key, bool fallback)
{
    const json_t *value = json_object_get(ruleset->policies, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

int64_t ruleset_number(const struct ruleset *ruleset, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(ruleset->policies, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const char *ruleset_word(const struct ruleset *ruleset, const char *key, const char *fallback)
{
    const char *value = json_string_value(json_object_get(ruleset->policies, key));
    return value != NULL ? value : fallback;
}

void ruleset_tag_some(const struct ruleset *ruleset, struct rules_tags *tags, const char *key,
                      const char *value)
{
    char lifted[TAG_SIZE];
    int length = snprintf(lifted, sizeof lifted, LIFTED "%s", key);
    if (length > 0 && (size_t)length < sizeof lifted)
        ruleset_tag(ruleset, tags, lifted, value);
}

void ruleset_tag(const struct ruleset *ruleset, struct rules_tags *tags, const char *key, const char *value)
{
    char tag[TAG_SIZE];
    size_t bit = 0;
    int length = snprintf(tag, sizeof tag, "%s=%s", key, value);
    if (length > 0 && (size_t)length < sizeof tag && find_tag(ruleset, tag, &bit))
        set_bit(tags, bit);
}

bool ruleset_contains(const struct rules_tags *tags, const struct rules_tags *all)
{
    for (size_t i = 0; i < RULES_TAG_WORDS; i++)
        if ((tags->words[i] & all->words[i]) != all->words[i])
            return false;
    return true;
}

bool ruleset_overlaps(const struct rules_tags *tags, const struct rules_tags *any)
{
    for (size_t i = 0; i < RULES_TAG_WORDS; i++)
        if ((tags->words[i] & any->words[i]) != 0)
            return true;
    return false;
}
