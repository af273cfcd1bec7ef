/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Searching the lista negativa: the database selects, the rules judge what it selected, and where the two
 * differ nothing is answered, because a search that is wrong must never read as clean.
 */
#include "audit/audit.h"
#include "identification/neglist_internal.h"
#include "identification/neglist_store.h"
#include "pki/base/clock.h"

/* --- what is shown --- */

json_t *neglist_row_json(const struct db_rows *rows, size_t row)
{
    static const char *const columns[] = {"name",         "cpf",   "email",  "phone",
                                          "company_name", "cnpj",  "uf",     "municipality",
                                          "description",  "modus", "source", "reference"};
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(rows, row, "at"), at, sizeof at);
    json_t *shown = json_pack("{s:s, s:s}", "entry", row_text(rows, row, "id"), "at", at);
    for (size_t i = 0; shown != NULL && i < sizeof columns / sizeof *columns; i++)
        json_object_set_new(shown, columns[i], json_string(row_text(rows, row, columns[i])));
    return shown;
}

static json_t *fields_json(unsigned fields)
{
    json_t *words = json_array();
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if ((fields >> i & 1) != 0)
            json_array_append_new(words, json_string(neglist_field_word((enum neglist_field)i)));
    return words;
}

static json_t *hit_json(const struct db_rows *rows, size_t row, unsigned matched)
{
    json_t *hit = neglist_row_json(rows, row);
    json_object_set_new(hit, "strength", json_string(neglist_strength_word(neglist_strength(matched))));
    json_object_set_new(hit, "matched", fields_json(matched));
    json_object_set_new(hit, "faces", row_texts(rows, row, "faces"));
    return hit;
}

/* --- the search --- */

static bool read_row(TALLOC_CTX *context, const struct db_rows *rows, size_t row, struct neglist_data *data,
                     struct ra_error *error)
{
    static const enum neglist_field worded[] = {NEGLIST_NAME, NEGLIST_COMPANY_NAME, NEGLIST_DESCRIPTION};
    *data = (struct neglist_data){0};
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        data->texts[i] = row_text(rows, row, neglist_field_word((enum neglist_field)i));
    for (size_t i = 0; i < sizeof worded / sizeof *worded; i++)
        if (!neglist_words(context, worded[i], data->texts[worded[i]], &data->words[worded[i]], error))
            return false;
    return true;
}

static bool judge_row(TALLOC_CTX *context, const struct neglist_query *query, const struct db_rows *rows,
                      size_t row, struct neglist_found *found, json_t *items, struct ra_error *error)
{
    struct neglist_data data;
    if (!read_row(context, rows, row, &data, error))
        return false;
    const unsigned matched = neglist_match(query, &data);
    if (!neglist_selects(query, matched))
        return ra_fail(error, RA_INTERNAL, "the search of the lista negativa and its rules do not agree");
    found->strong += neglist_strength(matched) == NEGLIST_STRONG;
    found->weak += neglist_strength(matched) == NEGLIST_WEAK;
    json_array_append_new(items, hit_json(rows, row, matched));
    json_array_append_new(found->entries, json_string(row_text(rows, row, "id")));
    return true;
}

bool neglist_search(struct http_request *request, const struct neglist_query *query,
                    struct neglist_found *found, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *found = (struct neglist_found){0};
    if (!neglist_store_search(request, query, &rows, error))
        return false;
    const size_t count = db_row_count(rows);
    json_t *items = json_array();
    bool ok = true;
    found->entries = json_array();
    found->total = count > 0 ? row_int(rows, 0, "total") : 0;
    for (size_t i = 0; ok && i < count; i++)
        ok = judge_row(request->context, query, rows, i, found, items, error);
    found->answer = json_pack("{s:o, s:I, s:I}", "items", items, "total", (json_int_t)found->total,
                              "left_off", (json_int_t)(found->total - (int64_t)count));
    if (ok && found->answer != NULL && json_array_size(found->entries) == count)
        return true;
    json_decref(found->answer);
    json_decref(found->entries);
    return ok ? ra_fail(error, RA_NO_MEMORY, "lista negativa") : false;
}

/* --- the event --- */

static json_t *sought_json(const struct neglist_query *query)
{
    json_t *sought = json_object();
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if (query->data.texts[i][0] != '\0')
            json_object_set_new(sought, neglist_field_word((enum neglist_field)i),
                                json_string(query->data.texts[i]));
    return sought;
}

static json_t *asked_json(const struct neglist_query *query)
{
    unsigned fields = 0;
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if (query->data.texts[i][0] != '\0')
            fields |= 1U << i;
    return fields_json(fields);
}

bool neglist_record_search(struct http_request *request, const struct neglist_query *query,
                           const struct neglist_found *found, const struct order *order,
                           const struct order_person *person, const char *verdict, struct ra_error *error)
{
    json_t *places = json_array();
    for (size_t i = 0; i < query->municipality_count; i++)
        json_array_append_new(places, json_string(query->municipalities[i]));
    json_t *detail =
        json_pack("{s:s, s:o, s:s, s:o, s:b, s:I, s:O}", "mode", query->every_field ? "all" : "any", "fields",
                  asked_json(query), "uf", query->uf, "municipalities", places, "faces",
                  query->faces_only ? 1 : 0, "found", (json_int_t)found->total, "entries", found->entries);
    if (detail != NULL && verdict != NULL)
        json_object_set_new(detail, "verdict", json_string(verdict));
    if (detail != NULL && person != NULL)
        json_object_set_new(detail, "person", json_string(person->id));
    return audit_record(request, AUDIT_NEGLIST_QUERIED, order, detail, sought_json(query), error);
}

/* --- the consultation of a case --- */

static struct neglist_typed data_of(const struct order *order, const struct order_person *person)
{
    struct neglist_typed typed = {0};
    if (person != NULL) {
        typed.fields[NEGLIST_NAME] = person->name;
        typed.fields[NEGLIST_CPF] = person->cpf;
        typed.fields[NEGLIST_EMAIL] = person->email;
        typed.fields[NEGLIST_PHONE] = person->phone;
    }
    if (order->company != NULL) {
        typed.fields[NEGLIST_COMPANY_NAME] = order->company->name;
        typed.fields[NEGLIST_CNPJ] = order->company->cnpj;
    }
    return typed;
}

/* Data that cannot be looked for is no fault of the request: the list could not be asked. */
static bool could_not_ask(struct http_request *request, const struct order *order,
                          const struct order_person *person, json_t **hits, struct ra_error *error)
{
    json_t *detail =
        json_pack("{s:s, s:s}", "mode", "any", "verdict", neglist_verdict_word(NEGLIST_COULD_NOT_TELL));
    if (detail != NULL && person != NULL)
        json_object_set_new(detail, "person", json_string(person->id));
    *error = (struct ra_error){0};
    if (!audit_record(request, AUDIT_NEGLIST_QUERIED, order, detail, NULL, error))
        return false;
    *hits = json_pack("{s:s, s:[], s:i, s:i}", "verdict", neglist_verdict_word(NEGLIST_COULD_NOT_TELL),
                      "items", "total", 0, "left_off", 0);
    return *hits != NULL || ra_fail(error, RA_NO_MEMORY, "lista negativa");
}

bool neglist_consult(struct http_request *request, const struct order *order,
                     const struct order_person *person, enum neglist_verdict *verdict, json_t **hits,
                     struct ra_error *error)
{
    const struct neglist_typed typed = data_of(order, person);
    struct neglist_query query = {.whole_names = true};
    struct neglist_found found;
    *verdict = NEGLIST_COULD_NOT_TELL;
    *hits = NULL;
    if (!neglist_query_read(request->context, &typed, &query, error))
        return error->code == RA_INVALID && could_not_ask(request, order, person, hits, error);
    if (!neglist_search(request, &query, &found, error))
        return false;
    const enum neglist_verdict told = neglist_verdict(found.strong, found.weak);
    const char *word = neglist_verdict_word(told);
    const bool recorded = neglist_record_search(request, &query, &found, order, person, word, error);
    json_decref(found.entries);
    if (!recorded || json_object_set_new(found.answer, "verdict", json_string(word)) != 0) {
        json_decref(found.answer);
        return recorded ? ra_fail(error, RA_NO_MEMORY, "lista negativa") : false;
    }
    *hits = found.answer;
    *verdict = told;
    return true;
}
