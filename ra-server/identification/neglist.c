/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/neglist.h"

#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"
#include "pki/certificate/text.h"

#include <ctype.h>
#include <string.h>

enum {
    LETTERS_MIN = 3,
    MUNICIPALITY_LENGTH = 7,
    MUNICIPALITIES_MAX = 16,
    ALL_FIELDS = (1U << NEGLIST_FIELD_COUNT) - 1
};

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

static bool has_words(enum neglist_field field)
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

/* --- what was typed --- */

/* Characters, not bytes, as the tables count them. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    return count;
}

static size_t letters(const struct neglist_words *words)
{
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++)
        count += strlen(words->items[i]);
    return count;
}

static bool keep(TALLOC_CTX *context, const char *text, const char **kept, struct ra_error *error)
{
    *kept = talloc_strdup(context, text);
    return *kept != NULL || ra_fail(error, RA_NO_MEMORY, "lista negativa");
}

static bool fits(const char *field, const char *text, size_t most, struct ra_error *error)
{
    return characters(text) <= most || ra_fail_field(error, field, "length", "O texto é longo demais.");
}

/* The stored form of a field of an entry, and of the identifiers of a query. */
static bool normalise(enum neglist_field field, const char *typed, char output[EMAIL_SIZE],
                      struct field_problem *problem)
{
    switch (field) {
    case NEGLIST_NAME:
        return person_name_normalise(bytes_of_text(typed), output, problem);
    case NEGLIST_CPF:
        return cpf_normalise(typed, output, problem);
    case NEGLIST_EMAIL:
        return email_normalise(typed, output, problem);
    case NEGLIST_PHONE:
        return phone_normalise(typed, output, problem);
    case NEGLIST_COMPANY_NAME:
        return company_name_normalise(bytes_of_text(typed), output, problem);
    case NEGLIST_CNPJ:
        return cnpj_normalise(typed, output, problem);
    case NEGLIST_DESCRIPTION:
    case NEGLIST_FIELD_COUNT:
    default:
        *problem = (struct field_problem){.code = "format"};
        return false;
    }
}

static bool read_field(TALLOC_CTX *context, enum neglist_field field, const char *typed, bool parts,
                       struct neglist_data *data, struct ra_error *error)
{
    char stored[EMAIL_SIZE];
    struct field_problem problem;
    const char *word = neglist_field_word(field);
    const bool free_text = field == NEGLIST_DESCRIPTION || (parts && has_words(field));
    if (free_text && !fits(word, typed, NEGLIST_TEXT_MAX, error))
        return false;
    if (!free_text && !normalise(field, typed, stored, &problem))
        return field_fail(error, word, &problem);
    if (!keep(context, free_text ? typed : stored, &data->texts[field], error))
        return false;
    if (!has_words(field))
        return true;
    if (!neglist_words(context, field, data->texts[field], &data->words[field], error))
        return false;
    return letters(&data->words[field]) >= (free_text ? LETTERS_MIN : 1) ||
           ra_fail_field(error, word, "length",
                         "Escreva ao menos três letras além de partículas (de, da, do).");
}

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

/* `given` gets the fields that were. */
static bool read_fields(TALLOC_CTX *context, const struct neglist_typed *typed, bool parts,
                        struct neglist_data *data, unsigned *given, struct ra_error *error)
{
    bool ok = true;
    *data = (struct neglist_data){0};
    *given = 0;
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++) {
        data->texts[i] = "";
        if (is_blank(typed->fields[i]))
            continue;
        *given |= 1U << i;
        ok = read_field(context, (enum neglist_field)i, typed->fields[i], parts, data, error) && ok;
    }
    return ok;
}

/* --- where --- */

static bool read_uf(TALLOC_CTX *context, const char *typed, const char **uf, struct ra_error *error)
{
    char stored[UF_SIZE];
    struct field_problem problem;
    *uf = "";
    if (is_blank(typed))
        return true;
    if (!uf_normalise(typed, stored, &problem))
        return field_fail(error, "uf", &problem);
    return keep(context, stored, uf, error);
}

/* The first two digits of IBGE's code are the UF. */
static bool is_in(const char *municipality, const char *uf)
{
    static const char *const prefixes[] = {"RO11", "AC12", "AM13", "RR14", "PA15", "AP16", "TO17",
                                           "MA21", "PI22", "CE23", "RN24", "PB25", "PE26", "AL27",
                                           "SE28", "BA29", "MG31", "ES32", "RJ33", "SP35", "PR41",
                                           "SC42", "RS43", "MS50", "MT51", "GO52", "DF53"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(prefixes[i] + 2, municipality, 2) == 0)
            return uf[0] == '\0' || strncmp(prefixes[i], uf, 2) == 0;
    return false;
}

static bool read_municipality(TALLOC_CTX *context, const char *typed, const char *uf,
                              const char **municipality, struct ra_error *error)
{
    *municipality = "";
    if (is_blank(typed))
        return true;
    if (strlen(typed) != MUNICIPALITY_LENGTH || strspn(typed, "0123456789") != MUNICIPALITY_LENGTH)
        return ra_fail_field(error, "municipality", "format",
                             "Informe o município pelo código do IBGE, de sete dígitos.");
    if (!is_in(typed, uf))
        return ra_fail_field(error, "municipality", "uf",
                             "Este código do IBGE não é de um município desta UF.");
    return keep(context, typed, municipality, error);
}

static bool read_municipalities(TALLOC_CTX *context, const struct neglist_typed *typed,
                                struct neglist_query *query, struct ra_error *error)
{
    if (typed->municipality_count > MUNICIPALITIES_MAX)
        return ra_fail_field(error, "municipality", "too-many", "Procure em até 16 municípios de cada vez.");
    query->municipalities = talloc_zero_array(context, const char *, MUNICIPALITIES_MAX);
    if (query->municipalities == NULL)
        return ra_fail(error, RA_NO_MEMORY, "lista negativa");
    for (size_t i = 0; i < typed->municipality_count; i++) {
        const char *municipality = "";
        if (!read_municipality(context, typed->municipalities[i], query->uf, &municipality, error))
            return false;
        if (municipality[0] != '\0')
            query->municipalities[query->municipality_count++] = municipality;
    }
    return true;
}

/* --- queries and entries --- */

bool neglist_query_read(TALLOC_CTX *context, const struct neglist_typed *typed, struct neglist_query *query,
                        struct ra_error *error)
{
    unsigned given = 0;
    bool ok = read_fields(context, typed, !query->whole_names, &query->data, &given, error);
    query->municipality_count = 0;
    ok = read_uf(context, typed->uf, &query->uf, error) && ok;
    ok = ok && read_municipalities(context, typed, query, error);
    if (!ok)
        return false;
    if (given == 0 && query->uf[0] == '\0' && query->municipality_count == 0 && !query->faces_only)
        return ra_fail_field(
            error, "name", "empty",
            "Diga o que procurar: um dado, características, a UF, o município ou os rostos.");
    return true;
}

static bool read_texts(TALLOC_CTX *context, const struct neglist_typed *typed, struct neglist_entry *entry,
                       struct ra_error *error)
{
    const char *modus = typed->modus == NULL ? "" : typed->modus;
    const char *reference = typed->reference == NULL ? "" : typed->reference;
    const char *source = is_blank(typed->source) ? "local" : typed->source;
    bool ok = fits("modus", modus, NEGLIST_TEXT_MAX, error);
    ok = fits("reference", reference, NEGLIST_REFERENCE_MAX, error) && ok;
    if (strcmp(source, "local") != 0 && strcmp(source, "ac") != 0)
        ok = ra_fail_field(error, "source", "unknown", "A origem é local ou ac.");
    return ok && keep(context, modus, &entry->modus, error) &&
           keep(context, reference, &entry->reference, error) && keep(context, source, &entry->source, error);
}

bool neglist_entry_read(TALLOC_CTX *context, const struct neglist_typed *typed, struct neglist_entry *entry,
                        struct ra_error *error)
{
    unsigned given = 0;
    const char *municipality = typed->municipality_count > 0 ? typed->municipalities[0] : NULL;
    bool ok = read_fields(context, typed, false, &entry->data, &given, error);
    ok = read_uf(context, typed->uf, &entry->uf, error) && ok;
    ok = ok && read_municipality(context, municipality, entry->uf, &entry->municipality, error);
    ok = read_texts(context, typed, entry, error) && ok;
    if (!ok)
        return false;
    return given != 0 || ra_fail_field(error, "name", "empty",
                                       "Uma ocorrência precisa de ao menos um dado que se possa procurar.");
}

bool neglist_reason_check(const char *reason, struct ra_error *error)
{
    return (!is_blank(reason) && characters(reason) <= NEGLIST_REASON_MAX) ||
           ra_fail_field(error, "reason", "length", "Escreva o motivo, em até 500 caracteres.");
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
    if (!has_words(field))
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
