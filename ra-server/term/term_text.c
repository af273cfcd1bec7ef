/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term/term_text.h"

#include <stdio.h>
#include <string.h>

/* --- blocks --- */

static const char *const marks[] = {
#define X(id, mark) [id] = mark,
    TERM_BLOCKS(X)
#undef X
};

static const char fact_separator[] = " | ";

static bool read_block(char *line, struct term_block *block, struct ra_error *error)
{
    unsigned kind = 0;
    while (strncmp(line, marks[kind], strlen(marks[kind])) != 0)
        kind++; /* the mark of a paragraph is empty */
    *block = (struct term_block){(enum term_block_kind)kind, line + strlen(marks[kind]), ""};
    if (block->kind != TERM_FACT)
        return true;
    char *separator = strstr(line, fact_separator);
    if (separator == NULL)
        return ra_fail(error, RA_INTERNAL, "the term's text has a fact without value: %s", line);
    *separator = '\0';
    block->label = block->text;
    block->text = separator + strlen(fact_separator);
    return true;
}

bool term_blocks_read(TALLOC_CTX *context, struct bytes text, struct term_blocks *blocks,
                      struct ra_error *error)
{
    char *copy = talloc_strndup(context, (const char *)text.data, text.length);
    size_t lines = 1;
    for (size_t at = 0; at < text.length; at++)
        lines += text.data[at] == '\n';
    *blocks = (struct term_blocks){0, talloc_zero_array(context, struct term_block, (unsigned)lines)};
    if (copy == NULL || blocks->items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "term");
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        if (!read_block(line, &blocks->items[blocks->count++], error))
            return false;
    bool whole =
        term_blocks_first(blocks, TERM_TITLE)[0] != '\0' && term_blocks_first(blocks, TERM_FOOTER)[0] != '\0';
    return whole || ra_fail(error, RA_INTERNAL, "the term's text has no title or no footer");
}

const char *term_blocks_first(const struct term_blocks *blocks, enum term_block_kind kind)
{
    for (size_t at = 0; at < blocks->count; at++)
        if (blocks->items[at].kind == kind)
            return blocks->items[at].text;
    return "";
}

/* --- model --- */

enum { ID_TEXT_SIZE = 24 };

/* Eleven digits as people write a CPF; anything else as it is. */
static const char *cpf_text(const char *cpf, char text[ID_TEXT_SIZE])
{
    if (strlen(cpf) != 11)
        return cpf;
    (void)snprintf(text, ID_TEXT_SIZE, "%.3s.%.3s.%.3s-%.2s", cpf, cpf + 3, cpf + 6, cpf + 9);
    return text;
}

static const char *cnpj_text(const char *cnpj, char text[ID_TEXT_SIZE])
{
    if (strlen(cnpj) != 14)
        return cnpj;
    (void)snprintf(text, ID_TEXT_SIZE, "%.2s.%.3s.%.3s/%.4s-%.2s", cnpj, cnpj + 2, cnpj + 5, cnpj + 8,
                   cnpj + 12);
    return text;
}

/* YYYY-MM-DD as DD/MM/YYYY. */
static const char *day_text(const char *day, char text[ID_TEXT_SIZE])
{
    if (strlen(day) != 10)
        return day;
    (void)snprintf(text, ID_TEXT_SIZE, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    return text;
}

static json_t *person_json(const struct order_person *person)
{
    char cpf[ID_TEXT_SIZE];
    char birth[ID_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:s, s:s}", "name", person->name, "cpf", cpf_text(person->cpf, cpf), "birth",
                     day_text(person->birth_date, birth), "email", person->email);
}

static json_t *people_json(const struct order *order, const char *role)
{
    json_t *people = json_array();
    for (size_t at = 0; at < order->people_count; at++)
        if (strcmp(order->people[at].role, role) == 0)
            json_array_append_new(people, person_json(&order->people[at]));
    return people;
}

static json_t *company_json(const struct order_company *company)
{
    char cnpj[ID_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:s, s:s}", "name", company->name, "cnpj", cnpj_text(company->cnpj, cnpj),
                     "city", company->city, "uf", company->uf);
}

/* A person with representatives of his own: a minor, for one. */
static bool is_represented(const struct order *order, const json_t *model)
{
    return order->company == NULL && (json_array_size(json_object_get(model, "representatives")) > 0 ||
                                      json_array_size(json_object_get(model, "attorneys")) > 0);
}

static const char *method_text(enum identification_method method)
{
    switch (method) {
    case IDENTIFICATION_IN_PERSON:
        return "presencial";
    case IDENTIFICATION_VIDEO:
        return "por videoconferência";
    case IDENTIFICATION_RENEWAL:
        return "por assinatura com o certificado válido do titular (renovação)";
    case IDENTIFICATION_METHOD_COUNT:
    default:
        return "";
    }
}

json_t *term_model(const struct term_facts *facts)
{
    char cnpj[ID_TEXT_SIZE];
    char day[ID_TEXT_SIZE];
    const struct order *order = facts->order;
    const struct catalog_office *office = facts->office;
    json_t *model = json_pack(
        "{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:{s:s, s:s, s:s}, "
        "s:{s:s, s:s, s:s, s:s}}",
        "order", order->code, "product", order->product_name, "months", order->validity_months, "attempt",
        order->attempt, "instance", facts->instance, "version", facts->version, "agent", facts->agent, "day",
        day_text(facts->day, day), "method", method_text(orders_method(order)), "holder",
        person_json(order->subject), "representatives", people_json(order, "representative"), "attorneys",
        people_json(order, "attorney"), "ra", "name", office->legal_name, "cnpj",
        cnpj_text(office->cnpj, cnpj), "phone", office->phone, "place", "name", office->name, "city",
        office->city, "uf", office->uf, "ibge", office->ibge);
    bool whole =
        model != NULL &&
        json_object_set_new(model, "represented", json_boolean(is_represented(order, model))) == 0 &&
        (order->company == NULL || json_object_set_new(model, "company", company_json(order->company)) == 0);
    if (!whole) {
        json_decref(model);
        return NULL;
    }
    return model;
}
