/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/statement_words.h"

#include <string.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *oid;
    const char *name;
} types[] = {
#define X(id, typ, oid, name) {oid, name},
    STATEMENT_TYPES(X)
#undef X
};
const char *const statement_typ_words[STATEMENT_TYPE_COUNT] = {
#define X(id, typ, oid, name) typ,
    STATEMENT_TYPES(X)
#undef X
};
const char *const statement_method_words[IDENTIFICATION_METHOD_COUNT] = {
#define X(id, word, ou) word,
    IDENTIFICATION_METHODS(X)
#undef X
};
#define X(id, word, name) word,
const char *const statement_people_role_words[STATEMENT_PEOPLE_ROLE_COUNT] = {STATEMENT_PEOPLE_ROLES(X)};
const char *const statement_place_kind_words[STATEMENT_PLACE_KIND_COUNT] = {STATEMENT_PLACE_KINDS(X)};
const char *const statement_roster_role_words[ROSTER_ROLE_COUNT] = {STATEMENT_ROSTER_ROLES(X)};
const char *const statement_rule_layer_words[RULE_LAYER_COUNT] = {STATEMENT_RULE_LAYERS(X)};
const char *const statement_rule_mark_words[RULE_MARK_COUNT] = {STATEMENT_RULE_MARKS(X)};
#undef X
#define X(id, word, name) name,
static const char *const roster_role_names[] = {STATEMENT_ROSTER_ROLES(X)};
#undef X
const char *const statement_media_words[PROFILE_MEDIA_COUNT] = {
    [PROFILE_MEDIA_SOFTWARE] = "software",
    [PROFILE_MEDIA_TOKEN] = "token",
    [PROFILE_MEDIA_CLOUD] = "cloud",
};
const char *const statement_binding_words[PROFILE_BINDING_COUNT] = {
    [PROFILE_BINDING_CODE] = "code",
    [PROFILE_BINDING_SPKI] = "spki",
    [PROFILE_BINDING_RENEWAL] = "renewal",
};

static const char *word_at(const char *const *words, size_t count, unsigned index)
{
    return index < count ? words[index] : "";
}

static bool word_find(const char *const *words, size_t count, const char *word, unsigned *index)
{
    for (*index = 0; *index < count; (*index)++)
        if (strcmp(words[*index], word) == 0)
            return true;
    return false;
}

const char *statement_typ(enum statement_type type)
{
    return word_at(statement_typ_words, ARRAY_LENGTH(statement_typ_words), (unsigned)type);
}

const char *statement_content_oid(enum statement_type type)
{
    return (unsigned)type < ARRAY_LENGTH(types) ? types[type].oid : "";
}

const char *statement_type_name(enum statement_type type)
{
    return (unsigned)type < ARRAY_LENGTH(types) ? types[type].name : "";
}

const char *statement_people_role_word(enum statement_people_role role)
{
    return word_at(statement_people_role_words, ARRAY_LENGTH(statement_people_role_words), (unsigned)role);
}

const char *statement_place_kind_word(enum statement_place_kind kind)
{
    return word_at(statement_place_kind_words, ARRAY_LENGTH(statement_place_kind_words), (unsigned)kind);
}

const char *roster_role_word(enum roster_role role)
{
    return word_at(statement_roster_role_words, ARRAY_LENGTH(statement_roster_role_words), (unsigned)role);
}

const char *roster_role_name(enum roster_role role)
{
    return word_at(roster_role_names, ARRAY_LENGTH(roster_role_names), (unsigned)role);
}

const char *rule_layer_word(enum rule_layer layer)
{
    return word_at(statement_rule_layer_words, ARRAY_LENGTH(statement_rule_layer_words), (unsigned)layer);
}

const char *rule_mark_word(enum rule_mark mark)
{
    return word_at(statement_rule_mark_words, ARRAY_LENGTH(statement_rule_mark_words), (unsigned)mark);
}

bool rule_layer_parse(const char *word, enum rule_layer *layer)
{
    unsigned index = 0;
    bool found =
        word_find(statement_rule_layer_words, ARRAY_LENGTH(statement_rule_layer_words), word, &index);
    if (found)
        *layer = (enum rule_layer)index;
    return found;
}

bool rule_mark_parse(const char *word, enum rule_mark *mark)
{
    unsigned index = 0;
    bool found = word_find(statement_rule_mark_words, ARRAY_LENGTH(statement_rule_mark_words), word, &index);
    if (found)
        *mark = (enum rule_mark)index;
    return found;
}

bool statement_people_role_parse(const char *word, enum statement_people_role *role)
{
    unsigned index = 0;
    bool found =
        word_find(statement_people_role_words, ARRAY_LENGTH(statement_people_role_words), word, &index);
    if (found)
        *role = (enum statement_people_role)index;
    return found;
}

bool statement_place_kind_parse(const char *word, enum statement_place_kind *kind)
{
    unsigned index = 0;
    bool found =
        word_find(statement_place_kind_words, ARRAY_LENGTH(statement_place_kind_words), word, &index);
    if (found)
        *kind = (enum statement_place_kind)index;
    return found;
}
