/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X(id, word) [id] = word,
static const char *const role_words[] = {RULES_ROLES(X)};
static const char *const kind_words[] = {RULES_KINDS(X)};
static const char *const expiry_words[] = {RULES_EXPIRIES(X)};
#undef X

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

bool rules_kind_parse(const char *word, enum rules_kind *kind)
{
    size_t index = 0;
    bool known = word_index(kind_words, RULES_KIND_COUNT, word, &index);
    if (known)
        *kind = (enum rules_kind)index;
    return known;
}

bool rules_expiry_parse(const char *word, enum rules_expiry *expiry)
{
    size_t index = 0;
    bool known = word_index(expiry_words, RULES_EXPIRY_COUNT, word, &index);
    if (known)
        *expiry = (enum rules_expiry)index;
    return known;
}

json_t *rules_texts_json(const struct rules_texts *texts)
{
    json_t *array = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(array, json_string(texts->items[i]));
    return array;
}

bool rules_fact_takes(const struct rules_fact *fact, const char *value)
{
    size_t index = 0;
    return word_index(fact->options.items, fact->options.count, value, &index);
}

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

static int compare_tags(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void ruleset_sort_tags(struct ruleset *ruleset)
{
    size_t kept = 0;
    if (ruleset->tag_count > 1)
        qsort(ruleset->tags, ruleset->tag_count, sizeof *ruleset->tags, compare_tags);
    for (size_t i = 0; i < ruleset->tag_count; i++)
        if (kept == 0 || strcmp(ruleset->tags[kept - 1], ruleset->tags[i]) != 0)
            ruleset->tags[kept++] = ruleset->tags[i];
    ruleset->tag_count = kept;
}

void ruleset_set(const struct ruleset *ruleset, struct rules_tags *tags, const char *tag)
{
    if (ruleset->tag_count == 0)
        return;
    const char **found =
        bsearch(&tag, ruleset->tags, ruleset->tag_count, sizeof *ruleset->tags, compare_tags);
    if (found == NULL)
        return;
    const size_t bit = (size_t)(found - ruleset->tags);
    tags->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

void ruleset_tag_some(const struct ruleset *ruleset, struct rules_tags *tags, const char *key,
                      const char *value)
{
    char lifted[RULES_TAG_SIZE];
    int length = snprintf(lifted, sizeof lifted, RULES_LIFTED "%s", key);
    if (length > 0 && (size_t)length < sizeof lifted)
        ruleset_tag(ruleset, tags, lifted, value);
}

void ruleset_tag(const struct ruleset *ruleset, struct rules_tags *tags, const char *key, const char *value)
{
    char tag[RULES_TAG_SIZE];
    int length = snprintf(tag, sizeof tag, "%s=%s", key, value);
    if (length > 0 && (size_t)length < sizeof tag)
        ruleset_set(ruleset, tags, tag);
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
