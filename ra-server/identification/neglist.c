/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/neglist_internal.h"
#include "pki/certificate/names.h"
#include "pki/certificate/text.h"

#include <ctype.h>
#include <string.h>

enum { ALL_FIELDS = (1U << NEGLIST_FIELD_COUNT) - 1 };

/* --- words of the API --- */

const char *neglist_field_word(enum neglist_field field)
{
    static const char *const words[] = {"name",         "cpf",  "email",      "phone",
                                        "company_name", "cnpj", "description"};
    return (unsigned)field < NEGLIST_FIELD_COUNT ? words[field] : "";
}

const char *neglist_strength_word(enum neglist_strength strength)
{
    switch (strength) {
    case NEGLIST_STRONG:
        return "strong";
    case NEGLIST_WEAK:
        return "weak";
    case NEGLIST_NO_HIT:
    default:
        return "none";
    }
}

const char *neglist_verdict_word(enum neglist_verdict verdict)
{
    switch (verdict) {
    case NEGLIST_CLEAN:
        return "clean";
    case NEGLIST_HIT:
        return "hit";
    case NEGLIST_COULD_NOT_TELL:
    default:
        return "could_not_tell";
    }
}

/* --- words that are compared --- */

bool neglist_has_words(enum neglist_field field)
{
    return field == NEGLIST_NAME || field == NEGLIST_COMPANY_NAME || field == NEGLIST_DESCRIPTION;
}

static bool listed(const char *const *list, const char *word)
{
    for (; *list != NULL; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

static bool says_nothing(enum neglist_field field, const char *word)
{
    static const char *const particles[] = {"DE", "DA", "DO", "DAS", "DOS", NULL};
    static const char *const legal_forms[] = {"LTDA", "ME", "MEI", "EPP", "EIRELI", "SA", "SLU", NULL};
    return word[1] == '\0' || listed(particles, word) ||
           (field == NEGLIST_COMPANY_NAME && listed(legal_forms, word));
}

/* A combining mark belongs to the letter before it, and an apostrophe joins: D'Ávila is DAVILA. */
static bool is_silent(uint32_t point)
{
    enum { MARKS_FIRST = 0x300, MARKS_LAST = 0x36F, APOSTROPHE = 0x2019 };
    return (point >= MARKS_FIRST && point <= MARKS_LAST) || point == APOSTROPHE || point == '\'';
}

/* Capital letters and digits; whatever else separates words. `output` has room for every byte of the text. */
static void fold(struct bytes text, char *output)
{
    for (size_t at = 0, size; at < text.length; at += size) {
        uint32_t point = 0;
        size = utf8_next(text, at, &point);
        if (size > 0 && is_silent(point))
            continue;
        char c = ' ';
        if (size > 0)
            c = name_character(point);
        *output++ = isalnum((unsigned char)c) ? c : ' ';
        size = size > 0 ? size : 1;
    }
    *output = '\0';
}

static bool contains(const struct neglist_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], word) == 0)
            return true;
    return false;
}

bool neglist_words(TALLOC_CTX *context, enum neglist_field field, const char *text,
                   struct neglist_words *words, struct ra_error *error)
{
    const struct bytes bytes = bytes_of_text(text);
    char *folded = talloc_size(context, bytes.length + 1);
    const char **items = talloc_size(context, (bytes.length / 2 + 1) * sizeof *items);
    char *rest = NULL;
    *words = (struct neglist_words){items, 0};
    if (folded == NULL || items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "words");
    fold(bytes, folded);
    for (char *word = strtok_r(folded, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (!says_nothing(field, word) && !contains(words, word))
            items[words->count++] = word;
    return true;
}

/* --- hits --- */

static bool all_within(const struct neglist_words *some, const struct neglist_words *others)
{
    for (size_t i = 0; i < some->count; i++)
        if (!contains(others, some->items[i]))
            return false;
    return true;
}

static bool same_name(const struct neglist_words *one, const struct neglist_words *other)
{
    if (one->count == 0 || other->count == 0)
        return false;
    const bool within = all_within(one, other), around = all_within(other, one);
    if (within && around)
        return true;
    return (within || around) && one->count >= 2 && other->count >= 2 &&
           strcmp(one->items[0], other->items[0]) == 0;
}

static bool occurs(const char *part, const struct neglist_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (strstr(words->items[i], part) != NULL)
            return true;
    return false;
}

static bool has_parts(const struct neglist_words *words, const struct neglist_words *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!occurs(parts->items[i], words))
            return false;
    return parts->count > 0;
}

static bool hits(const struct neglist_query *query, const struct neglist_data *entry,
                 enum neglist_field field)
{
    const struct neglist_words *sought = &query->data.words[field];
    if (query->data.texts[field][0] == '\0')
        return false;
    if (!neglist_has_words(field))
        return strcmp(query->data.texts[field], entry->texts[field]) == 0;
    if (query->whole_names && field != NEGLIST_DESCRIPTION)
        return same_name(&entry->words[field], sought);
    return has_parts(&entry->words[field], sought);
}

unsigned neglist_match(const struct neglist_query *query, const struct neglist_data *entry)
{
    unsigned matched = 0;
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if (hits(query, entry, (enum neglist_field)i))
            matched |= 1U << i;
    return matched;
}

static unsigned asked(const struct neglist_query *query)
{
    unsigned fields = 0;
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if (query->data.texts[i][0] != '\0')
            fields |= 1U << i;
    return fields;
}

bool neglist_selects(const struct neglist_query *query, unsigned matched)
{
    const unsigned fields = asked(query);
    return fields == 0 || (query->every_field ? matched == fields : (matched & fields) != 0);
}

enum neglist_strength neglist_strength(unsigned matched)
{
    const unsigned alone = 1U << NEGLIST_CPF | 1U << NEGLIST_CNPJ | 1U << NEGLIST_EMAIL;
    const unsigned together = 1U << NEGLIST_NAME | 1U << NEGLIST_PHONE | 1U << NEGLIST_COMPANY_NAME;
    const unsigned some = matched & together;
    if ((matched & ALL_FIELDS) == 0)
        return NEGLIST_NO_HIT;
    /* More than one bit of those that only count together. */
    return (matched & alone) != 0 || (some & (some - 1)) != 0 ? NEGLIST_STRONG : NEGLIST_WEAK;
}

enum neglist_verdict neglist_verdict(size_t strong, size_t weak)
{
    if (strong > 0)
        return NEGLIST_HIT;
    return weak > 0 ? NEGLIST_COULD_NOT_TELL : NEGLIST_CLEAN;
}
