/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What somebody typed for the lista negativa, as a query or an occurrence: every field at fault is told.
 */
#include "identification/neglist_internal.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"
#include "pki/certificate/text.h"

#include <string.h>

enum { LETTERS_MIN = 3, MUNICIPALITY_LENGTH = 7, MUNICIPALITIES_MAX = 16 };

/* --- fields --- */

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
    return utf8_count(text) <= most || ra_fail_field(error, field, "length", "O texto é longo demais.");
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
    const bool free_text = field == NEGLIST_DESCRIPTION || (parts && neglist_has_words(field));
    if (free_text && !fits(word, typed, NEGLIST_TEXT_MAX, error))
        return false;
    if (!free_text && !normalise(field, typed, stored, &problem))
        return field_fail(error, word, &problem);
    if (!keep(context, free_text ? typed : stored, &data->texts[field], error))
        return false;
    if (!neglist_has_words(field))
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
    return (!is_blank(reason) && utf8_count(reason) <= NEGLIST_REASON_MAX) ||
           ra_fail_field(error, "reason", "length", "Escreva o motivo, em até 500 caracteres.");
}
